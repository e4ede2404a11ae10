//! `glob` and `iglob`: POSIX `fnmatch` without flags on bytes in the C locale, with glibc's reading of malformed
//! brackets.
//!
//! `*` and `?` match `/` and a leading `.` too. A pattern is matched by remembering only the last `*`, so the cost is
//! at most the product of both lengths.

use memchr::memmem::Finder;

/// Longest name of a character class that is looked up; longer ones make the pattern match nothing.
const CLASS_NAME_LIMIT: usize = 256;

/// A pattern that is matched against many texts.
#[derive(Clone, Debug)]
pub struct Glob {
    shape: Shape,
    pattern: Box<[u8]>,
}

#[derive(Clone, Debug)]
enum Shape {
    /// No wildcard: the text must equal these bytes.
    Exact(Box<[u8]>),
    /// Plain text around one or more `*`.
    Stars { prefix: Box<[u8]>, middle: Box<[Finder<'static>]>, suffix: Box<[u8]> },
    /// Everything else is matched as written.
    Pattern { ignore_case: bool },
}

impl Glob {
    /// Prepares a pattern. Every text is a pattern, though a malformed one may match nothing.
    pub fn new(pattern: &[u8], ignore_case: bool) -> Glob {
        let shape = if ignore_case { None } else { Glob::plain(pattern) };
        Glob { shape: shape.unwrap_or(Shape::Pattern { ignore_case }), pattern: pattern.into() }
    }

    /// The shape of a pattern that has no other wildcard than `*`.
    fn plain(pattern: &[u8]) -> Option<Shape> {
        let mut parts: Vec<Vec<u8>> = vec![Vec::new()];
        let mut bytes = pattern.iter();
        while let Some(&byte) = bytes.next() {
            let plain = match byte {
                b'*' => {
                    parts.push(Vec::new());
                    continue;
                }
                b'?' | b'[' => return None,
                b'\\' => *bytes.next()?,
                byte => byte,
            };
            parts.last_mut()?.push(plain);
        }
        let suffix = parts.pop()?.into();
        if parts.is_empty() {
            return Some(Shape::Exact(suffix));
        }
        let prefix = parts.remove(0).into();
        let middle =
            parts.iter().filter(|part| !part.is_empty()).map(|part| Finder::new(part).into_owned()).collect();
        Some(Shape::Stars { prefix, middle, suffix })
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &[u8]) -> bool {
        match &self.shape {
            Shape::Exact(exact) => text == &**exact,
            Shape::Stars { prefix, middle, suffix } => {
                let Some(rest) = text.strip_prefix(&**prefix) else { return false };
                let Some(mut rest) = rest.strip_suffix(&**suffix) else { return false };
                for part in middle {
                    let Some(found) = part.find(rest) else { return false };
                    rest = rest.get(found + part.needle().len()..).unwrap_or_default();
                }
                true
            }
            Shape::Pattern { ignore_case } => matches(&self.pattern, text, *ignore_case),
        }
    }

    /// The pattern as written.
    pub fn pattern(&self) -> &[u8] {
        &self.pattern
    }
}

/// Whether the whole text matches a pattern that was not prepared.
pub fn matches(pattern: &[u8], text: &[u8], ignore_case: bool) -> bool {
    let mut at = 0;
    let mut place = 0;
    // Where to resume when the text does not go on as the pattern does: after the last `*`, one byte further on.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        if pattern.get(at) == Some(&b'*') {
            at += 1;
            retry = Some((at, place));
            continue;
        }
        let next = match text.get(place) {
            None if at == pattern.len() => return true,
            // Nothing but `*` could match the end, and resuming further on would not help.
            None => return false,
            Some(&byte) => step(pattern, at, byte, ignore_case),
        };
        match (next, &mut retry) {
            (Some(next), _) => {
                at = next;
                place += 1;
            }
            (None, Some((star, from))) => {
                *from += 1;
                at = *star;
                place = *from;
            }
            (None, None) => return false,
        }
    }
}

fn fold(byte: u8, ignore_case: bool) -> u8 {
    if ignore_case { byte.to_ascii_lowercase() } else { byte }
}

/// Where the pattern goes on when its item at `at` matches the byte. The item is not `*`.
fn step(pattern: &[u8], at: usize, byte: u8, ignore_case: bool) -> Option<usize> {
    let (item, next) = match *pattern.get(at)? {
        b'?' => return Some(at + 1),
        b'\\' => (*pattern.get(at + 1)?, at + 2),
        b'[' => match Bracket::new(pattern, at + 1, byte, ignore_case).verdict() {
            Verdict::Matches(next) => return Some(next),
            Verdict::Fails => return None,
            Verdict::Unterminated => (b'[', at + 1),
        },
        item => (item, at + 1),
    };
    (fold(item, ignore_case) == fold(byte, ignore_case)).then_some(next)
}

/// What a bracket expression says about one byte.
enum Verdict {
    /// It matches; the pattern goes on there.
    Matches(usize),
    /// It does not, or the expression is malformed.
    Fails,
    /// It has no end: the `[` is an ordinary character.
    Unterminated,
}

/// Reads one bracket expression for one byte.
struct Bracket<'p> {
    pattern: &'p [u8],
    at: usize,
    byte: u8,
    ignore_case: bool,
}

/// How the search for the byte among the members of a bracket expression ended.
enum Found {
    Yes,
    No,
    Malformed,
    Unterminated,
}

impl<'p> Bracket<'p> {
    fn new(pattern: &'p [u8], at: usize, byte: u8, ignore_case: bool) -> Bracket<'p> {
        Bracket { pattern, at, byte, ignore_case }
    }

    /// The byte at an offset from the cursor; NUL after the end, as in a C string.
    fn peek(&self, offset: usize) -> u8 {
        self.pattern.get(self.at + offset).copied().unwrap_or(0)
    }

    /// Takes the next byte.
    fn take(&mut self) -> u8 {
        let byte = self.peek(0);
        self.at += 1;
        byte
    }

    fn verdict(mut self) -> Verdict {
        let negated = matches!(self.peek(0), b'!' | b'^');
        if negated {
            self.at += 1;
        }
        match self.search() {
            Found::Yes => match self.skip() {
                Found::Yes if negated => Verdict::Fails,
                Found::Yes => Verdict::Matches(self.at),
                Found::Unterminated => Verdict::Unterminated,
                Found::No | Found::Malformed => Verdict::Fails,
            },
            Found::No if negated => Verdict::Matches(self.at),
            Found::No | Found::Malformed => Verdict::Fails,
            Found::Unterminated => Verdict::Unterminated,
        }
    }

    /// Looks for the byte among the members; stops behind the member that has it, or behind the `]`.
    fn search(&mut self) -> Found {
        let folded = fold(self.byte, self.ignore_case);
        let mut item = self.take();
        loop {
            let low;
            match (item, self.peek(0)) {
                (b'\\', 0) => return Found::Malformed,
                (b'\\', _) => {
                    let escaped = self.take();
                    low = fold(escaped, self.ignore_case);
                }
                (b'[', b':') => match self.class() {
                    Class::Is(true) => return Found::Yes,
                    Class::Is(false) => {
                        item = self.take();
                        if item == b']' {
                            return Found::No;
                        }
                        continue;
                    }
                    Class::Malformed => return Found::Malformed,
                    Class::Ordinary => low = b'[',
                },
                (b'[', b'=') if self.peek(1) != 0 && self.peek(2) == b'=' && self.peek(3) == b']' => {
                    let member = self.peek(1);
                    self.at += 4;
                    if member == self.byte {
                        return Found::Yes;
                    }
                    item = self.take();
                    if item == b']' {
                        return Found::No;
                    }
                    continue;
                }
                (b'[', b'.') => {
                    let Some(symbol) = self.symbol() else { return Found::Malformed };
                    let is_range = self.peek(0) == b'-' && self.peek(1) != 0;
                    if !is_range && symbol == self.byte {
                        return Found::Yes;
                    }
                    item = self.take();
                    match self.range(symbol, folded, &mut item) {
                        Some(found) => return found,
                        None => continue,
                    }
                }
                (0, _) => return Found::Unterminated,
                _ => low = fold(item, self.ignore_case),
            }
            let is_range = self.peek(0) == b'-' && self.peek(1) != 0 && self.peek(1) != b']';
            if !is_range && low == folded {
                return Found::Yes;
            }
            item = self.take();
            if let Some(found) = self.range(low, folded, &mut item) {
                return found;
            }
        }
    }

    /// Reads the rest of a range whose lower end is `low` when `item` is its hyphen. `None`: the search goes on with
    /// the new `item`.
    fn range(&mut self, low: u8, folded: u8, item: &mut u8) -> Option<Found> {
        if *item == b'-' && self.peek(0) != b']' {
            let mut high = self.take();
            if high == b'[' && self.peek(0) == b'.' {
                match self.symbol() {
                    Some(symbol) => high = symbol,
                    None => return Some(Found::Malformed),
                }
            } else {
                if high == b'\\' {
                    high = self.take();
                }
                if high == 0 {
                    return Some(Found::Malformed);
                }
                high = fold(high, self.ignore_case);
            }
            if low <= folded && folded <= high {
                return Some(Found::Yes);
            }
            *item = self.take();
        }
        (*item == b']').then_some(Found::No)
    }

    /// Reads `.x.]` of a collating symbol; only single characters have a name.
    fn symbol(&mut self) -> Option<u8> {
        let symbol = self.peek(1);
        if symbol != 0 && self.peek(2) == b'.' && self.peek(3) == b']' {
            self.at += 4;
            return Some(symbol);
        }
        None
    }

    /// Reads `:name:]` of a character class.
    fn class(&mut self) -> Class {
        let name_start = self.at + 1;
        let mut end = name_start;
        loop {
            if end - name_start == CLASS_NAME_LIMIT {
                return Class::Malformed;
            }
            match self.pattern.get(end) {
                Some(b':') if self.pattern.get(end + 1) == Some(&b']') => break,
                Some(b'a'..=b'y') => end += 1,
                _ => return Class::Ordinary,
            }
        }
        self.at = end + 2;
        let byte = self.byte;
        Class::Is(match self.pattern.get(name_start..end).unwrap_or_default() {
            b"alnum" => byte.is_ascii_alphanumeric(),
            b"alpha" => byte.is_ascii_alphabetic(),
            b"blank" => matches!(byte, b' ' | b'\t'),
            b"cntrl" => byte.is_ascii_control(),
            b"digit" => byte.is_ascii_digit(),
            b"graph" => byte.is_ascii_graphic(),
            b"lower" => byte.is_ascii_lowercase(),
            b"print" => byte == b' ' || byte.is_ascii_graphic(),
            b"punct" => byte.is_ascii_punctuation(),
            b"space" => matches!(byte, b' ' | b'\t'..=b'\r'),
            b"upper" => byte.is_ascii_uppercase(),
            b"xdigit" => byte.is_ascii_hexdigit(),
            _ => return Class::Malformed,
        })
    }

    /// Skips the members after the one that has the byte, and the `]`.
    fn skip(&mut self) -> Found {
        loop {
            match (self.take(), self.peek(0)) {
                (b']', _) => return Found::Yes,
                (0, _) => return Found::Unterminated,
                (b'\\', 0) => return Found::Malformed,
                (b'\\', _) => self.at += 1,
                (b'[', b':') => {
                    let start = self.at;
                    let mut end = start + 1;
                    loop {
                        if end - start == CLASS_NAME_LIMIT {
                            return Found::Malformed;
                        }
                        match self.pattern.get(end) {
                            Some(b':') if self.pattern.get(end + 1) == Some(&b']') => {
                                self.at = end + 2;
                                break;
                            }
                            Some(b'a'..=b'y') => end += 1,
                            _ => break,
                        }
                    }
                }
                (b'[', b'=') => {
                    if self.peek(1) == 0 || self.peek(2) != b'=' || self.peek(3) != b']' {
                        return Found::Malformed;
                    }
                    self.at += 4;
                }
                (b'[', b'.') => {
                    let mut end = self.at + 1;
                    loop {
                        match self.pattern.get(end) {
                            None => return Found::Malformed,
                            Some(b'.') if self.pattern.get(end + 1) == Some(&b']') => break,
                            Some(_) => end += 1,
                        }
                    }
                    self.at = end + 2;
                }
                _ => {}
            }
        }
    }
}

/// What `[:name:]` says about the byte.
enum Class {
    Is(bool),
    /// No class has that name: the pattern matches nothing here.
    Malformed,
    /// It only looked like a class; the bracket is an ordinary member.
    Ordinary,
}

#[cfg(test)]
#[path = "glob_tests.rs"]
mod tests;
