//! Patterns and texts whose verdict is glibc's.

use super::*;

#[test]
fn verdicts_of_fnmatch() {
    for (pattern, text, expected) in [
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("*", ".a/b", true),
        ("?", "/", true),
        ("?", "", false),
        ("a*b*c", "axxbyyc", true),
        ("a*b*c", "axxbyy", false),
        ("*abab*", "ababab", true),
        ("*a", "aaab", false),
        ("/opt/di?/*", "/opt/dir/x/y", true),
        ("\\*", "*", true),
        ("\\*", "a", false),
        ("a\\", "a", false),
        ("a\\", "a\\", false),
        ("[abc]", "b", true),
        ("[!abc]", "b", false),
        ("[^abc]", "d", true),
        ("[]a]", "]", true),
        ("[!]a]", "b", true),
        ("[a-c]x", "bx", true),
        ("[c-a]", "b", false),
        ("[a-]", "-", true),
        ("[-a]", "-", true),
        ("[\\]]", "]", true),
        ("[[:digit:]]", "5", true),
        ("[[:digit:]]", "a", false),
        ("[![:digit:]]", "a", true),
        ("[[:nope:]]", "a", false),
        ("[[=a=]]", "a", true),
        ("[[.a.]]", "a", true),
        ("[[.a.]-c]", "b", true),
        ("[a", "[a", true),
        ("[a", "a", false),
        ("[", "[", true),
        ("x[", "x[", true),
    ] {
        assert_eq!(matches(pattern.as_bytes(), text.as_bytes(), false), expected, "{pattern} {text}");
        assert_eq!(
            Glob::new(pattern.as_bytes(), false).matches(text.as_bytes()),
            expected,
            "{pattern} {text}"
        );
    }
}

#[test]
fn iglob_ignores_ascii_case() {
    for (pattern, text, expected) in
        [("MY*", "myexe", true), ("[A-C]x", "bX", true), ("[[:upper:]]", "a", false), ("É", "é", false)]
    {
        assert_eq!(
            Glob::new(pattern.as_bytes(), true).matches(text.as_bytes()),
            expected,
            "{pattern} {text}"
        );
    }
}

#[test]
fn stars_do_not_multiply() {
    let pattern = "a*".repeat(120) + "b";
    let text = "a".repeat(60_000);
    assert!(!Glob::new(pattern.as_bytes(), false).matches(text.as_bytes()));
    assert!(!matches(pattern.as_bytes(), text.as_bytes(), true));
}

/// Patterns, texts (both in hexadecimal), `iglob` and the verdict of glibc 2.36's `fnmatch` in the C locale.
const RECORDED: &str = include_str!("glob_cases.txt");

#[test]
fn recorded_verdicts() {
    let bytes = |hex: &str| crate::ops::bytes::decode_hex(hex.as_bytes()).unwrap();
    for line in RECORDED.lines() {
        let [pattern, text, fold, expected] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let (pattern, text) = (bytes(pattern), bytes(text));
        let found = Glob::new(&pattern, fold == "1").matches(&text);
        assert_eq!(found, expected == "1", "{} {}", pattern.escape_ascii(), text.escape_ascii());
        assert_eq!(matches(&pattern, &text, fold == "1"), found);
    }
}
