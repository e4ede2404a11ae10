//! The rules that matched an event.

use ir::RuleId;

/// Which of several matching rules count (`rule_matching`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// The first one in evaluation order.
    First,
    /// All of them.
    All,
}

/// Rules that matched, in evaluation order. Reused for every event, it stops allocating once it has held the most rules
/// that ever match together.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    /// Place in evaluation order, and rule.
    pub(crate) rules: Vec<(u32, RuleId)>,
}

impl Matches {
    /// No match.
    pub fn new() -> Matches {
        Matches::default()
    }

    /// The rules, in evaluation order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = RuleId> + '_ {
        self.rules.iter().map(|(_, rule)| *rule)
    }

    /// The first rule in evaluation order.
    pub fn first(&self) -> Option<RuleId> {
        self.rules.first().map(|(_, rule)| *rule)
    }

    /// How many rules matched.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether no rule matched.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}
