//! Leaves out rules, and what only they need.

use super::rebuild::rebuild;
use crate::program::{Program, Rule, RuleId};

/// A program with the rules that `keep` accepts, in the same order and with only the nodes that they reach; and by old
/// rule its new id.
pub fn prune(program: &Program, keep: impl Fn(RuleId, &Rule) -> bool) -> (Program, Vec<Option<RuleId>>) {
    rebuild(program, keep, |builder, expr| builder.expr(expr))
}

/// A program with only its enabled rules.
pub fn enabled(program: &Program) -> (Program, Vec<Option<RuleId>>) {
    let mut is_enabled = vec![false; program.rules.len()];
    program.order.iter().for_each(|rule| is_enabled[rule.0 as usize] = true);
    prune(program, |id, _| is_enabled[id.0 as usize])
}
