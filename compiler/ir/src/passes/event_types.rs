//! Which event types a condition can hold for, once it is lowered.
//!
//! A rule's event set comes from `hir`, which computes it on the condition's text as Falco does (language.md 5.9) and so
//! takes much for possible that is not: `evt.type startswith open`, for one. Here every check of `evt.type` is decided
//! for each event type, as all events of one type have one name but for a few types.

use catalogue::{EVENTS, EventCode, Operator, SYSCALL_SOURCE};

use super::rebuild::rebuild;
use crate::event_set::EventSet;
use crate::expr::{Check, Expr, ExprId, Rhs, SlotKind};
use crate::interp::matcher;
use crate::ops::matcher::Matcher;
use crate::program::Program;
use crate::value::Value;

/// The name that `evt.type` has for all events of a type; `None` for the generic ones, those of plugins and the
/// asynchronous ones, whose name is in the event.
pub fn fixed_name(code: EventCode) -> Option<&'static str> {
    let event = EVENTS.get(usize::from(code.0))?;
    let various = code.is_generic() || matches!(event.name, "asyncevent" | "pluginevent");
    (!various).then_some(event.name)
}

/// A program whose rules are not evaluated for event types that cannot satisfy them.
pub fn narrow(program: &Program) -> Program {
    let (mut narrowed, _) = rebuild(program, |_, _| true, |builder, expr| builder.expr(expr));
    let matchers: Vec<Option<Matcher>> =
        narrowed.exprs.iter().map(|expr| type_matcher(&narrowed, expr)).collect();
    let mut events: Vec<EventSet> = vec![EventSet::EMPTY; narrowed.rules.len()];
    let wanted = narrowed.rules.iter().fold(EventSet::EMPTY, |all, rule| all.union(&rule.events));
    for code in wanted.iter() {
        let truths = decide(&narrowed, &matchers, fixed_name(code));
        for (rule, events) in narrowed.rules.iter().zip(&mut events) {
            if rule.events.contains(code) && truths[rule.condition.0 as usize] != Some(false) {
                events.insert(code);
            }
        }
    }
    for (rule, events) in narrowed.rules.iter_mut().zip(events) {
        rule.events = events;
    }
    narrowed
}

/// Decides conditions by the name that `evt.type` has: what the name alone cannot decide is possible.
#[derive(Debug)]
pub struct ByName<'p> {
    program: &'p Program,
    matchers: Vec<Option<Matcher>>,
}

impl<'p> ByName<'p> {
    /// Prepares the checks of a program.
    pub fn new(program: &'p Program) -> ByName<'p> {
        ByName { program, matchers: program.exprs.iter().map(|expr| type_matcher(program, expr)).collect() }
    }

    /// By expression: whether it can hold for an event of this name.
    pub fn possible(&self, name: &str) -> Vec<bool> {
        let truths = decide(self.program, &self.matchers, Some(name));
        truths.into_iter().map(|truth| truth != Some(false)).collect()
    }
}

/// For a check of `evt.type` with literals: what it compares with.
fn type_matcher(program: &Program, expr: &Expr) -> Option<Matcher> {
    let Expr::Check(check) = expr else { return None };
    let SlotKind::Import(import) = program.slot(check.slot).kind else { return None };
    let import = program.import(import);
    let is_type = &*import.name == "evt.type" && import.arg.is_none() && *import.source == *SYSCALL_SOURCE;
    let literal = !matches!(check, Check { rhs: Rhs::Slot(_), .. } | Check { op: Operator::Exists, .. });
    if is_type && literal { matcher(program, check).ok().flatten() } else { None }
}

/// By expression: its truth, where the name of the event type decides it.
fn decide(program: &Program, matchers: &[Option<Matcher>], name: Option<&str>) -> Vec<Option<bool>> {
    let mut truths: Vec<Option<bool>> = Vec::with_capacity(program.exprs.len());
    for (expr, matcher) in program.exprs.iter().zip(matchers) {
        let of = |child: &ExprId| truths.get(child.0 as usize).copied().flatten();
        // The truth of a chain that `decisive` operands decide.
        let chain = |children: &[ExprId], decisive: bool| {
            if children.iter().any(|child| of(child) == Some(decisive)) {
                Some(decisive)
            } else if children.iter().all(|child| of(child).is_some()) {
                Some(!decisive)
            } else {
                None
            }
        };
        let truth = match expr {
            Expr::Const(truth) => Some(*truth),
            Expr::Not(child) => of(child).map(|truth| !truth),
            Expr::And(children) => chain(children, false),
            Expr::Or(children) => chain(children, true),
            Expr::Check(_) => match (matcher, name) {
                (Some(matcher), Some(name)) => Some(matcher.holds(&Value::Text(name.as_bytes()))),
                _ => None,
            },
        };
        truths.push(truth);
    }
    truths
}
