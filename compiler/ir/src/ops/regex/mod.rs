//! `regex`: RE2's POSIX syntax, matched against the whole value.
//!
//! `.` excludes the line feed and `^`, `$` match at line breaks; negated classes include it. Leftmost-longest makes no
//! difference to a match of the whole value. The pattern is read here, with RE2's messages, and handed to the `regex`
//! crate in its own syntax: matching time is linear in the value, and the compiled size is bounded.

mod class;
mod parse;

use std::cell::RefCell;
use std::fmt;

use regex::RegexBuilder;

/// Instructions that RE2 allows a program by default (8 MiB for program and caches).
const PROGRAM_LIMIT: u32 = 87_381;
/// Bytes that a compiled program may take here; above what the instruction limit lets through.
const SIZE_LIMIT: usize = 32 << 20;
/// Deepest nesting that a pattern of 255 bytes can reach, with room for the groups that the translation adds.
const NEST_LIMIT: u32 = 1_000;

/// Why a pattern is refused: RE2's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegexError {
    /// What is wrong.
    pub kind: RegexErrorKind,
    /// The offending piece of the pattern; may be empty.
    pub piece: Box<str>,
}

/// The kinds of mistakes that RE2 tells apart in POSIX syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegexErrorKind {
    /// An escape that means nothing, such as `\d`.
    BadEscape,
    /// A malformed range, or an unknown `[:class:]`.
    BadRange,
    /// A class without end.
    MissingBracket,
    /// A group without end.
    MissingParen,
    /// An end without group.
    UnexpectedParen,
    /// A backslash at the end.
    TrailingBackslash,
    /// A repetition of nothing.
    RepeatArgument,
    /// A repetition of more than 1000, or one that ends before it begins.
    RepeatSize,
    /// The pattern is not UTF-8.
    BadUtf8,
    /// The compiled pattern needs too much memory.
    TooLarge,
}

impl fmt::Display for RegexError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self.kind {
            RegexErrorKind::BadEscape => "invalid escape sequence",
            RegexErrorKind::BadRange => "invalid character class range",
            RegexErrorKind::MissingBracket => "missing ]",
            RegexErrorKind::MissingParen => "missing )",
            RegexErrorKind::UnexpectedParen => "unexpected )",
            RegexErrorKind::TrailingBackslash => "trailing \\",
            RegexErrorKind::RepeatArgument => "no argument for repetition operator",
            RegexErrorKind::RepeatSize => "invalid repetition size",
            RegexErrorKind::BadUtf8 => "invalid UTF-8",
            RegexErrorKind::TooLarge => "pattern too large - compile failed",
        })?;
        if self.piece.is_empty() { Ok(()) } else { write!(out, ": {}", self.piece) }
    }
}

impl std::error::Error for RegexError {}

/// A pattern that is matched against many values.
#[derive(Clone, Debug)]
pub struct PreparedRegex {
    regex: regex::Regex,
    pattern: Box<[u8]>,
}

thread_local! {
    /// Where invalid UTF-8 is mended; kept, so that mending rarely allocates.
    static MENDED: RefCell<String> = const { RefCell::new(String::new()) };
}

impl PreparedRegex {
    /// Reads and compiles a pattern.
    pub fn new(pattern: &[u8]) -> Result<PreparedRegex, RegexError> {
        let too_large = || RegexError { kind: RegexErrorKind::TooLarge, piece: Box::default() };
        let translated = parse::translate(pattern)?;
        if translated.instructions > PROGRAM_LIMIT {
            return Err(too_large());
        }
        let regex = RegexBuilder::new(&format!("\\A(?:{})\\z", translated.pattern))
            .size_limit(SIZE_LIMIT)
            .nest_limit(NEST_LIMIT)
            .build()
            .map_err(|_| too_large())?;
        Ok(PreparedRegex { regex, pattern: pattern.into() })
    }

    /// Whether the whole value matches. Invalid UTF-8 in it is replaced by U+FFFD first.
    pub fn matches(&self, value: &[u8]) -> bool {
        match std::str::from_utf8(value) {
            Ok(text) => self.regex.is_match(text),
            Err(_) => MENDED.with(|mended| {
                let mut mended = mended.borrow_mut();
                mended.clear();
                for chunk in value.utf8_chunks() {
                    mended.push_str(chunk.valid());
                    if !chunk.invalid().is_empty() {
                        mended.push(char::REPLACEMENT_CHARACTER);
                    }
                }
                self.regex.is_match(&mended)
            }),
        }
    }

    /// The pattern as written.
    pub fn pattern(&self) -> &[u8] {
        &self.pattern
    }
}

/// Checks everything but whether the regular expression can be compiled within the memory limit, which is cheap.
pub fn check_syntax(pattern: &[u8]) -> Result<(), RegexError> {
    let translated = parse::translate(pattern)?;
    if translated.instructions > PROGRAM_LIMIT {
        return Err(RegexError { kind: RegexErrorKind::TooLarge, piece: Box::default() });
    }
    Ok(())
}

/// Checks a pattern without keeping it.
pub fn validate(pattern: &[u8]) -> Result<(), RegexError> {
    PreparedRegex::new(pattern).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_values_match() {
        for (pattern, value, expected) in [
            ("yscal.*", "syscall", false),
            (".*yscal", "syscall", false),
            ("^syscall$", "syscall", true),
            ("", "", true),
            ("", "a", false),
            ("a|b", "b", true),
            ("ab|cd", "abd", false),
            (".", "\n", false),
            ("[^a]", "\n", true),
            ("a$\n^b", "a\nb", true),
            ("a\\n", "a\n", true),
            ("[[:alpha:]]+", "abC", true),
            ("[[:^alpha:]]+", "12é", true),
            ("[[:word:]-]+", "a_-9", true),
            ("a+?", "aaa", true),
            ("a+?", "", true),
            ("(a*)+", "aaaa", true),
            ("a{2}{3}", "aaaaaa", true),
            ("a{,2}", "a{,2}", true),
            ("x{2,}", "xxxx", true),
            ("x{0}", "", true),
            ("\\x41\\x{42}\\103", "ABC", true),
            ("\\.\\_", "._", true),
            ("[]a]+", "]a", true),
            ("[a\\]]+", "]a", true),
            ("[a&&b~~#]+", "&&~#ab", true),
            ("é.", "éü", true),
            ("(?", "", false),
            ("^*a", "a", true),
            ("#x y", "#x y", true),
        ] {
            let Ok(regex) = PreparedRegex::new(pattern.as_bytes()) else {
                assert_eq!(pattern, "(?");
                continue;
            };
            assert_eq!(regex.matches(value.as_bytes()), expected, "{pattern:?} {value:?}");
        }
    }

    #[test]
    fn invalid_utf8_is_replaced() {
        let regex = PreparedRegex::new("a\u{fffd}{2}b".as_bytes()).unwrap();
        assert!(regex.matches(b"a\xff\xc3b"));
        assert!(!regex.matches(b"a\xffb"));
        // A truncated three-byte sequence counts once.
        assert!(PreparedRegex::new(b".").unwrap().matches(b"\xe2\x82"));
    }

    #[test]
    fn messages_are_re2s() {
        for (pattern, message) in [
            ("(", "missing ): ("),
            ("a(b", "missing ): a(b"),
            ("a)b", "unexpected ): a)b"),
            ("\\d+", "invalid escape sequence: \\d"),
            ("[\\w]", "invalid escape sequence: \\w"),
            ("\\pN", "invalid escape sequence: \\p"),
            ("\\1", "invalid escape sequence: \\1"),
            ("\\xg0", "invalid escape sequence: \\xg0"),
            ("\\x{}", "invalid escape sequence: \\x{}"),
            ("\\x{110000}", "invalid escape sequence: \\x{110000"),
            ("\\é", "invalid escape sequence: \\é"),
            ("\\", "trailing \\"),
            ("*a", "no argument for repetition operator: *"),
            ("(?i)a", "no argument for repetition operator: ?"),
            ("a|+", "no argument for repetition operator: +"),
            ("{2}", "no argument for repetition operator: {2}"),
            ("a{1001}", "invalid repetition size: {1001}"),
            ("a{3,2}", "invalid repetition size: {3,2}"),
            ("(a{100}){11}", "invalid repetition size: {11}"),
            ("[a", "missing ]: [a"),
            ("x[]", "missing ]: []"),
            ("[[:nope:]]", "invalid character class range: [:nope:]"),
            ("[b-a]", "invalid character class range: b-a"),
            ("[a-c-e]", "invalid character class range: -e"),
        ] {
            assert_eq!(validate(pattern.as_bytes()).unwrap_err().to_string(), message, "{pattern}");
        }
        assert_eq!(validate(b"a\xff").unwrap_err().to_string(), "invalid UTF-8");
        assert_eq!(validate(b"(\xff").unwrap_err().to_string(), "invalid UTF-8");
    }

    #[test]
    fn sizes_are_bounded() {
        let large = format!("({}){{1000}}", "abcdefghij".repeat(20));
        assert_eq!(validate(large.as_bytes()).unwrap_err().to_string(), "pattern too large - compile failed");
        for nested in [
            "(".repeat(127) + &")".repeat(127),
            "a".to_owned() + &"*".repeat(254),
            "(a|".repeat(60) + &")*".repeat(60),
        ] {
            validate(nested.as_bytes()).unwrap();
        }
    }

    /// Lines `M pattern value verdict` and `E pattern message` (texts in hexadecimal), recorded with RE2.
    const RECORDED: &str = include_str!("cases.txt");

    #[test]
    fn recorded_verdicts() {
        let text = |hex: &str| crate::ops::bytes::decode_hex(hex.as_bytes()).unwrap();
        for line in RECORDED.lines() {
            let (kind, rest) = line.split_once(' ').unwrap();
            let (pattern, rest) = rest.split_once(' ').unwrap();
            let regex = PreparedRegex::new(&text(pattern));
            match (kind, regex) {
                ("E", Err(error)) => assert_eq!(error.to_string().as_bytes(), text(rest), "{line}"),
                ("M", Ok(regex)) => {
                    let (value, verdict) = rest.split_once(' ').unwrap();
                    assert_eq!(regex.matches(&text(value)), verdict == "1", "{line}");
                }
                (_, other) => panic!("{line}: {other:?}"),
            }
        }
    }
}
