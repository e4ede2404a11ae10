//! Text operators. Texts hold no NUL byte and need not be UTF-8; letter case is that of ASCII, as in the C locale.

use catalogue::Operator;
use memchr::memmem::{self, Finder};

/// Compares two texts with an operator that needs no prepared right side. Texts are ordered byte by byte.
pub fn compare(op: Operator, left: &[u8], right: &[u8]) -> bool {
    match op {
        Operator::Contains => contains(left, right),
        Operator::Icontains => contains_ignoring_case(left, right),
        Operator::Startswith => left.starts_with(right),
        Operator::Endswith => left.ends_with(right),
        Operator::Glob => super::glob::matches(right, left, false),
        Operator::Iglob => super::glob::matches(right, left, true),
        _ => super::number::compare(op, left, right),
    }
}

/// Whether the text holds the other; every text holds the empty one.
pub fn contains(text: &[u8], part: &[u8]) -> bool {
    memmem::find(text, part).is_some()
}

/// Whether the text holds the other when ASCII letter case is ignored.
pub fn contains_ignoring_case(text: &[u8], part: &[u8]) -> bool {
    let Some(first) = part.first() else { return true };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let Some(last_start) = text.len().checked_sub(part.len()) else { return false };
    let mut from = 0;
    while let Some(offset) = text.get(from..=last_start).and_then(|rest| memchr::memchr2(lower, upper, rest))
    {
        let start = from + offset;
        if text.get(start..start + part.len()).is_some_and(|found| found.eq_ignore_ascii_case(part)) {
            return true;
        }
        from = start + 1;
    }
    false
}

/// A constant that is searched for in many texts.
#[derive(Clone, Debug)]
pub struct Substring(Box<Finder<'static>>);

impl Substring {
    /// Prepares a constant.
    pub fn new(part: &[u8]) -> Substring {
        Substring(Box::new(Finder::new(part).into_owned()))
    }

    /// Whether the text holds the constant.
    #[inline]
    pub fn is_in(&self, text: &[u8]) -> bool {
        self.0.find(text).is_some()
    }

    /// The constant.
    pub fn text(&self) -> &[u8] {
        self.0.needle()
    }
}

/// The bytes before the first NUL, as a C string ends there.
pub fn until_nul(bytes: &[u8]) -> &[u8] {
    memchr::memchr(0, bytes).and_then(|end| bytes.get(..end)).unwrap_or(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_ignored_for_ascii_only() {
        for (text, part, expected) in [
            ("/opt/dir/SUBDIR/file.txt", "/subdir", true),
            ("abc", "", true),
            ("", "", true),
            ("", "a", false),
            ("aab", "AB", true),
            ("aaa", "AAAA", false),
            ("straSSe", "RASSE", true),
            ("\u{c4}", "\u{e4}", false),
        ] {
            assert_eq!(contains_ignoring_case(text.as_bytes(), part.as_bytes()), expected, "{text} {part}");
        }
    }

    #[test]
    fn operators_on_texts() {
        use Operator::*;
        for (op, left, right, expected) in [
            (Eq, "init", "init", true),
            (Eq, "init", "Init", false),
            (Ne, "init", "Init", true),
            (Lt, "10", "9", true),
            (Le, "a", "a", true),
            (Gt, "b", "abc", true),
            (Ge, "a", "ab", false),
            (Contains, "abc", "", true),
            (Startswith, "abc", "ab", true),
            (Startswith, "abc", "", true),
            (Endswith, "abc", "bc", true),
            (Endswith, "bc", "abc", false),
            (Glob, "/usr/bin/x", "/usr/*", true),
            (Iglob, "ABC", "a?c", true),
            (In, "a", "a", true),
            (Bcontains, "a", "a", false),
        ] {
            assert_eq!(compare(op, left.as_bytes(), right.as_bytes()), expected, "{left} {op:?} {right}");
        }
    }
}
