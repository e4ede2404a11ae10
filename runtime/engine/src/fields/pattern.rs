//! Patterns that choose a mount.

use ir::ops::regex::PreparedRegex;

/// An unanchored regular expression. What is no regular expression matches nothing.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Option<PreparedRegex>);

impl Pattern {
    pub(super) fn new(pattern: &str) -> Pattern {
        // The prepared form matches whole values only.
        Pattern(PreparedRegex::new(format!("(.|\n)*({pattern})(.|\n)*").as_bytes()).ok())
    }

    /// Whether a part of the text matches.
    pub(super) fn finds(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|regex| regex.matches(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_not_anchored() {
        let cases = [
            ("/proc*", "/host/proc", true),
            ("/proc*", "/pro", true),
            ("/proc*", "/usr", false),
            ("/", "/anything", true),
            ("^/root$", "/root", true),
            ("^/root$", "/root/x", false),
            ("*", "/usr", false),
        ];
        for (pattern, text, found) in cases {
            assert_eq!(Pattern::new(pattern).finds(text), found, "{pattern} in {text}");
        }
    }
}
