//! Reads a pattern in RE2's POSIX syntax and writes it in the syntax of the `regex` crate.

use super::class::Class;
use super::{RegexError, RegexErrorKind};

/// The largest count of a repetition, and the largest product of nested ones.
const MAX_REPEAT: u32 = 1_000;
/// The largest number that is read as a count.
const MAX_COUNT: u32 = 100_000_000;

/// A pattern in the syntax of the `regex` crate.
pub(super) struct Translated {
    pub(super) pattern: String,
    /// About how many instructions RE2 would need.
    pub(super) instructions: u32,
}

/// Something that a repetition can apply to.
struct Atom {
    text: String,
    /// `*`, `+` or `?` when the atom is that repetition of `text`; such repetitions of repetitions collapse.
    repeated: Option<char>,
    /// Product of the counts of nested repetitions.
    copies: u32,
    instructions: u32,
}

impl Atom {
    fn new(text: String, instructions: u32) -> Atom {
        Atom { text, repeated: None, copies: 1, instructions }
    }

    fn finish(&self, out: &mut String) {
        match self.repeated {
            None => out.push_str(&self.text),
            Some(op) => {
                out.push_str("(?:");
                out.push_str(&self.text);
                out.push(')');
                out.push(op);
            }
        }
    }
}

/// A group that is open: finished alternatives and the one at hand.
#[derive(Default)]
struct Group {
    alternatives: String,
    atoms: Vec<Atom>,
    copies: u32,
    instructions: u32,
}

impl Group {
    /// Ends the alternative at hand.
    fn end_alternative(&mut self) {
        for atom in self.atoms.drain(..) {
            atom.finish(&mut self.alternatives);
            self.copies = self.copies.max(atom.copies);
            self.instructions = self.instructions.saturating_add(atom.instructions);
        }
    }
}

struct Parser<'p> {
    pattern: &'p str,
    /// What is not read yet.
    rest: &'p str,
    /// Bytes after `rest` that are not UTF-8 follow.
    broken: bool,
}

fn error<T>(kind: RegexErrorKind, piece: &str) -> Result<T, RegexError> {
    Err(RegexError { kind, piece: piece.into() })
}

/// Translates a pattern, or says what RE2 says against it.
pub(super) fn translate(pattern: &[u8]) -> Result<Translated, RegexError> {
    let (text, broken) = match pattern.utf8_chunks().next() {
        None => ("", false),
        Some(chunk) => (chunk.valid(), !chunk.invalid().is_empty()),
    };
    Parser { pattern: text, rest: text, broken }.run()
}

impl<'p> Parser<'p> {
    fn run(mut self) -> Result<Translated, RegexError> {
        let mut open: Vec<Group> = Vec::new();
        let mut group = Group::default();
        while let Some(next) = self.rest.chars().next() {
            let before = self.rest;
            match next {
                '(' => {
                    self.skip(1);
                    open.push(std::mem::take(&mut group));
                }
                ')' => {
                    self.skip(1);
                    let Some(outer) = open.pop() else {
                        return error(RegexErrorKind::UnexpectedParen, self.pattern);
                    };
                    let mut inner = std::mem::replace(&mut group, outer);
                    inner.end_alternative();
                    let mut atom = Atom::new(
                        format!("(?:{})", inner.alternatives),
                        inner.instructions.saturating_add(2),
                    );
                    atom.copies = inner.copies.max(1);
                    group.atoms.push(atom);
                }
                '|' => {
                    self.skip(1);
                    group.end_alternative();
                    group.alternatives.push('|');
                    group.instructions = group.instructions.saturating_add(1);
                }
                '^' | '$' => {
                    self.skip(1);
                    group.atoms.push(Atom::new(format!("(?m:{next})"), 1));
                }
                '.' => {
                    self.skip(1);
                    group.atoms.push(Atom::new(".".into(), 10));
                }
                '[' => {
                    let class = self.class()?;
                    let mut text = String::new();
                    let instructions = class.write(&mut text);
                    group.atoms.push(Atom::new(text, instructions));
                }
                '*' | '+' | '?' => {
                    self.skip(1);
                    let Some(atom) = group.atoms.last_mut() else {
                        return error(RegexErrorKind::RepeatArgument, &before[..1]);
                    };
                    atom.instructions = atom.instructions.saturating_add(1);
                    atom.repeated = match atom.repeated {
                        Some(known) if known != next => Some('*'),
                        _ => Some(next),
                    };
                }
                '{' => match self.repetition() {
                    None => {
                        self.skip(1);
                        group.atoms.push(literal('{'));
                    }
                    Some((least, most)) => {
                        let piece = &before[..before.len() - self.rest.len()];
                        repeat(&mut group, least, most, piece)?;
                    }
                },
                '\\' => {
                    let escaped = self.escape()?;
                    group.atoms.push(code_point(escaped));
                }
                plain => {
                    self.skip(plain.len_utf8());
                    group.atoms.push(literal(plain));
                }
            }
        }
        if self.broken {
            return error(RegexErrorKind::BadUtf8, "");
        }
        if !open.is_empty() {
            return error(RegexErrorKind::MissingParen, self.pattern);
        }
        group.end_alternative();
        Ok(Translated { pattern: group.alternatives, instructions: group.instructions })
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// Takes one character; at the end there is none, which RE2 calls invalid UTF-8.
    fn take(&mut self) -> Result<char, RegexError> {
        let Some(next) = self.rest.chars().next() else { return error(RegexErrorKind::BadUtf8, "") };
        self.skip(next.len_utf8());
        Ok(next)
    }

    /// Whether nothing at all follows, not even broken bytes.
    fn at_end(&self) -> bool {
        self.rest.is_empty() && !self.broken
    }

    /// Reads `{n}`, `{n,}` or `{n,m}`; anything else is not a repetition and nothing is taken.
    fn repetition(&mut self) -> Option<(u32, Option<u32>)> {
        let (least, rest) = count(self.rest.strip_prefix('{')?)?;
        let (most, rest) = match rest.strip_prefix(',') {
            None => (Some(least), rest),
            Some(rest) if rest.starts_with('}') => (None, rest),
            Some(rest) => count(rest).map(|(most, rest)| (Some(most), rest))?,
        };
        self.rest = rest.strip_prefix('}')?;
        Some((least, most))
    }

    /// Reads an escape sequence: the code point that it stands for.
    fn escape(&mut self) -> Result<u32, RegexError> {
        let start = self.rest;
        let piece = |rest: &str| &start[..start.len() - rest.len()];
        self.skip(1);
        if self.at_end() {
            return error(RegexErrorKind::TrailingBackslash, "");
        }
        let octal = |rest: &str| {
            rest.bytes().next().filter(u8::is_ascii_digit).and_then(|d| char::from(d).to_digit(8))
        };
        let next = self.take()?;
        match next {
            '1'..='7' if octal(self.rest).is_none() => {}
            '0'..='7' => {
                let mut code = u32::from(next) - u32::from('0');
                for _ in 0..2 {
                    let Some(digit) = octal(self.rest) else { break };
                    code = code * 8 + digit;
                    self.skip(1);
                }
                return Ok(code);
            }
            'x' if !self.at_end() => {
                let first = self.take()?;
                if first == '{' {
                    let mut digits = 0;
                    let mut code = 0;
                    let mut next = self.take()?;
                    while let Some(digit) = next.to_digit(16) {
                        digits += 1;
                        code = code * 16 + digit;
                        if code > 0x10_FFFF || self.at_end() {
                            return error(RegexErrorKind::BadEscape, piece(self.rest));
                        }
                        next = self.take()?;
                    }
                    if next == '}' && digits > 0 {
                        return Ok(code);
                    }
                } else if !self.at_end() {
                    let second = self.take()?;
                    if let (Some(high), Some(low)) = (first.to_digit(16), second.to_digit(16)) {
                        return Ok(high * 16 + low);
                    }
                }
            }
            'n' => return Ok(0x0A),
            'r' => return Ok(0x0D),
            't' => return Ok(0x09),
            'a' => return Ok(0x07),
            'f' => return Ok(0x0C),
            'v' => return Ok(0x0B),
            plain if plain.is_ascii() && !plain.is_ascii_alphanumeric() => return Ok(u32::from(plain)),
            _ => {}
        }
        error(RegexErrorKind::BadEscape, piece(self.rest))
    }

    /// Reads a class; the cursor is at its `[`.
    fn class(&mut self) -> Result<Class, RegexError> {
        let whole = self.rest;
        let mut class = Class::default();
        self.skip(1);
        let negated = self.rest.starts_with('^');
        if negated {
            self.skip(1);
        }
        let mut first = true;
        while !self.at_end() && (first || !self.rest.starts_with(']')) {
            if !first && self.rest.starts_with('-') && !self.rest.starts_with("-]") {
                let start = self.rest;
                self.skip(1);
                self.take()?;
                return error(RegexErrorKind::BadRange, &start[..start.len() - self.rest.len()]);
            }
            first = false;
            if let Some(end) = self.rest.strip_prefix("[:").and_then(|name| name.find(":]")) {
                let name = &self.rest[2..2 + end];
                if !class.add_posix(name) {
                    return error(RegexErrorKind::BadRange, &self.rest[..end + 4]);
                }
                self.skip(end + 4);
                continue;
            }
            let start = self.rest;
            let low = self.class_member(whole)?;
            let mut high = low;
            let rest = self.rest;
            if rest.starts_with('-') && (rest.len() > 1 || self.broken) && !rest.starts_with("-]") {
                self.skip(1);
                high = self.class_member(whole)?;
                if high < low {
                    return error(RegexErrorKind::BadRange, &start[..start.len() - self.rest.len()]);
                }
            }
            class.add(low, high);
        }
        if self.at_end() {
            return error(RegexErrorKind::MissingBracket, whole);
        }
        self.skip(1);
        if negated {
            class.negate();
        }
        Ok(class)
    }

    fn class_member(&mut self, whole: &str) -> Result<u32, RegexError> {
        if self.at_end() {
            return error(RegexErrorKind::MissingBracket, whole);
        }
        if self.rest.starts_with('\\') { self.escape() } else { self.take().map(u32::from) }
    }
}

/// A decimal count without leading zeros, and what follows it.
fn count(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || (digits > 1 && text.starts_with('0')) {
        return None;
    }
    let value = text[..digits].parse::<u64>().ok().filter(|value| value / 10 < u64::from(MAX_COUNT))?;
    Some((u32::try_from(value).ok()?, &text[digits..]))
}

/// Applies a counted repetition to the last atom.
fn repeat(group: &mut Group, least: u32, most: Option<u32>, piece: &str) -> Result<(), RegexError> {
    if most.is_some_and(|most| most < least || most > MAX_REPEAT) || least > MAX_REPEAT {
        return error(RegexErrorKind::RepeatSize, piece);
    }
    let Some(atom) = group.atoms.last_mut() else { return error(RegexErrorKind::RepeatArgument, piece) };
    let copies = most.unwrap_or(least).max(1);
    let nested = atom.copies.saturating_mul(copies);
    if (least >= 2 || most.is_some_and(|most| most >= 2)) && nested > MAX_REPEAT {
        return error(RegexErrorKind::RepeatSize, piece);
    }
    let mut inner = String::from("(?:");
    atom.finish(&mut inner);
    inner.push_str(&match most {
        None => format!("){{{least},}}"),
        Some(most) => format!("){{{least},{most}}}"),
    });
    let instructions = atom.instructions.saturating_mul(copies.max(least.saturating_add(1)));
    *atom = Atom { text: format!("(?:{inner})"), repeated: None, copies: nested, instructions };
    Ok(())
}

fn literal(plain: char) -> Atom {
    code_point(u32::from(plain))
}

fn code_point(code: u32) -> Atom {
    match char::from_u32(code) {
        Some(plain) if plain.is_ascii_alphanumeric() => Atom::new(plain.into(), 1),
        Some(plain) => Atom::new(format!("\\x{{{code:X}}}"), plain.len_utf8() as u32),
        // A surrogate is no character, so nothing matches it.
        None => Atom::new("[a&&b]".into(), 1),
    }
}
