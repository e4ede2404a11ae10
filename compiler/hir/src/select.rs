//! Which rules are enabled, and in which order they are evaluated (language.md 5.10, 9.4).

use crate::compile::Compiled;
use crate::input::Options;
use crate::scope::{Definitions, Rule};

/// Enables or disables rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectionOp {
    /// Whether it enables.
    pub enable: bool,
    /// Which rules.
    pub which: Which,
}

/// A choice of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Names that contain a text.
    Substring(String),
    /// The rule of this name; an empty name means all.
    Exact(String),
    /// Names that a pattern with `*` matches.
    Wildcard(String),
    /// Rules with any of these tags.
    Tags(Vec<String>),
}

impl Which {
    fn chooses(&self, rule: &Rule) -> bool {
        match self {
            Which::Substring(part) => rule.name.contains(part.as_str()),
            Which::Exact(name) => name.is_empty() || *rule.name == **name,
            Which::Wildcard(pattern) => wildcard(pattern, &rule.name),
            Which::Tags(tags) => tags.iter().any(|tag| rule.tags.iter().any(|have| **have == **tag)),
        }
    }
}

/// Positions of the enabled rules in evaluation order, after the options' selection.
pub fn enabled_rules(definitions: &Definitions, compiled: &Compiled, options: &Options) -> Vec<usize> {
    let start = |rule: &Rule| rule.enabled;
    select(definitions, compiled, options, start, &options.selection)
}

/// As [`enabled_rules`], starting with the rules that `start` says and applying `ops`.
pub fn select(
    definitions: &Definitions,
    compiled: &Compiled,
    options: &Options,
    start: impl Fn(&Rule) -> bool,
    ops: &[SelectionOp],
) -> Vec<usize> {
    let loaded: Vec<(usize, &Rule)> = definitions
        .rules
        .iter()
        .enumerate()
        .filter(|(at, rule)| {
            compiled.rules.get(*at).is_some_and(Option::is_some) && rule.priority <= options.minimum_priority
        })
        .collect();
    let mut order: Vec<usize> = loaded.iter().filter(|(_, rule)| start(rule)).map(|(at, _)| *at).collect();
    for op in ops {
        let mut chosen =
            loaded.iter().filter(|(_, rule)| op.which.chooses(rule)).map(|(at, _)| *at).peekable();
        if chosen.peek().is_none() {
            continue;
        }
        let chosen: Vec<usize> = chosen.collect();
        let enabled: rustc_hash::FxHashSet<usize> = order.iter().copied().collect();
        if op.enable {
            order.extend(chosen.into_iter().filter(|at| !enabled.contains(at)));
        } else {
            let gone: rustc_hash::FxHashSet<usize> = chosen.into_iter().collect();
            order.retain(|at| !gone.contains(at));
        }
    }
    order
}

/// Falco's wildcard: `*` stands for anything; each literal piece is looked for at its first place only, and what
/// follows must match from there.
pub fn wildcard(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or("");
    if !pattern.contains('*') {
        return pattern == text;
    }
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut pieces = pieces.filter(|piece| !piece.is_empty()).peekable();
    let open_end = pattern.ends_with('*');
    while let Some(piece) = pieces.next() {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
        if pieces.peek().is_none() && !open_end && !rest.is_empty() {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::wildcard;

    #[test]
    fn does_not_backtrack() {
        for (pattern, text, wanted) in [
            ("*b", "abab", false),
            ("*b", "aab", true),
            ("a*", "abab", true),
            ("*", "", true),
            ("a", "ab", false),
            ("a**b*c", "axxbyyc", true),
            ("*.yaml", "/a.yaml.d/x.yaml", false),
        ] {
            assert_eq!(wildcard(pattern, text), wanted, "{pattern} {text}");
        }
    }
}
