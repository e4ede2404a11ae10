//! The reference evaluator: what a program means.
//!
//! It favours plainness over speed, but remembers slots and expressions for the length of an event, so that shared
//! nodes cost once and a program's size bounds the work. Nothing here recurses.

pub mod trace;

use bumpalo::Bump;

use crate::expr::{Check, Expr, ExprId, Rhs, SlotId, SlotKind};
use crate::ops::compare;
use crate::ops::matcher::{Matcher, PrepareError};
use crate::ops::transform;
use crate::program::{Program, RuleId};
use crate::value::{Extracted, FieldSource};

/// A program with its literals prepared.
#[derive(Debug)]
pub struct Interpreter<'p> {
    program: &'p Program,
    /// By expression: what a check with literals compares with.
    matchers: Vec<Option<Matcher>>,
}

impl<'p> Interpreter<'p> {
    /// Prepares the literals of all checks.
    pub fn new(program: &'p Program) -> Result<Interpreter<'p>, PrepareError> {
        let matchers = program.exprs.iter().map(|expr| match expr {
            Expr::Check(check) => matcher(program, check),
            _ => Ok(None),
        });
        Ok(Interpreter { program, matchers: matchers.collect::<Result<_, _>>()? })
    }

    /// The program.
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// Begins to evaluate an event. The arena holds results of transformers.
    pub fn event<'a, S: FieldSource>(&'a self, source: &'a S, arena: &'a Bump) -> Evaluation<'a, S> {
        Evaluation {
            interpreter: self,
            source,
            arena,
            slots: vec![None; self.program.slots.len()],
            listed: vec![false; self.program.slots.len()],
            truths: vec![None; self.program.exprs.len()],
        }
    }

    /// The enabled rules that match an event, in evaluation order; only the first unless `all`.
    pub fn matches(&self, source: &impl FieldSource, all: bool) -> Vec<RuleId> {
        let arena = Bump::new();
        let mut event = self.event(source, &arena);
        let code = source.event_code();
        let mut matching = Vec::new();
        for &id in &self.program.order {
            let rule = self.program.rule(id);
            if rule.events.contains(code) && event.holds(rule.condition) {
                matching.push(id);
                if !all {
                    break;
                }
            }
        }
        matching
    }

    /// Whether a condition holds for an event, whatever its type.
    pub fn holds(&self, source: &impl FieldSource, condition: ExprId) -> bool {
        self.event(source, &Bump::new()).holds(condition)
    }
}

/// Prepares the literals of a check; `None` when it compares with a slot.
pub fn matcher(program: &Program, check: &Check) -> Result<Option<Matcher>, PrepareError> {
    let set;
    let literals = match &check.rhs {
        Rhs::Slot(_) => return Ok(None),
        Rhs::None => &[][..],
        Rhs::Const(id) => std::slice::from_ref(id),
        Rhs::Set(ids) => {
            set = ids;
            &**set
        }
    };
    let literals: Vec<_> = literals.iter().map(|id| program.const_(*id)).collect();
    Matcher::new(check.op, check.modifier, &literals).map(Some)
}

/// One event under evaluation.
pub struct Evaluation<'a, S> {
    interpreter: &'a Interpreter<'a>,
    source: &'a S,
    arena: &'a Bump,
    slots: Vec<Option<Extracted<'a>>>,
    /// Slots that were listed for computation.
    listed: Vec<bool>,
    truths: Vec<Option<bool>>,
}

impl<'a, S: FieldSource> Evaluation<'a, S> {
    /// The value of a slot.
    pub fn slot(&mut self, id: SlotId) -> Extracted<'a> {
        if let Some(known) = self.slots[id.0 as usize] {
            return known;
        }
        // Operands have smaller ids than their users: collecting what is missing and computing it in ascending order
        // needs no recursion.
        let mut missing = vec![id];
        let mut at = 0;
        while let Some(&user) = missing.get(at) {
            at += 1;
            for &operand in operands(&self.interpreter.program.slot(user).kind) {
                if !std::mem::replace(&mut self.listed[operand.0 as usize], true) {
                    missing.push(operand);
                }
            }
        }
        missing.sort_unstable();
        for &id in &missing {
            let value = self.compute(id);
            self.slots[id.0 as usize] = Some(value);
        }
        self.slots[id.0 as usize].unwrap_or(Extracted::Absent)
    }

    /// Computes a slot whose operands are known.
    fn compute(&self, id: SlotId) -> Extracted<'a> {
        let program = self.interpreter.program;
        let kind = &program.slot(id).kind;
        let operands: Vec<Extracted<'a>> =
            operands(kind).iter().map(|id| self.slots[id.0 as usize].unwrap_or(Extracted::Absent)).collect();
        match kind {
            SlotKind::Import(import) => self.source.extract(*import),
            SlotKind::Const(value) => transform::literal(program.const_(*value)),
            SlotKind::List(_) => transform::list(&operands, self.arena),
            SlotKind::Transform { transformer, selector, .. } => {
                transform::apply(*transformer, &operands, *selector, self.arena)
            }
        }
    }

    /// Whether a check holds.
    fn check(&mut self, id: ExprId, check: &Check) -> bool {
        let left = self.slot(check.slot);
        if left == Extracted::Absent {
            return false;
        }
        match (&self.interpreter.matchers[id.0 as usize], &check.rhs) {
            (Some(matcher), _) => matcher.decide(&left),
            (None, Rhs::Slot(right)) => compare::extractions(check.op, &left, &self.slot(*right)),
            (None, _) => false,
        }
    }

    /// Whether an expression holds. Children are evaluated in order, until one decides.
    pub fn holds(&mut self, root: ExprId) -> bool {
        let program = self.interpreter.program;
        // Expressions under way with how many of their children are known.
        let mut stack = vec![(root, 0_usize)];
        while let Some((id, next)) = stack.pop() {
            if self.truths[id.0 as usize].is_some() {
                continue;
            }
            let truth = match program.expr(id) {
                Expr::Const(truth) => Some(*truth),
                Expr::Check(check) => Some(self.check(id, check)),
                Expr::Not(child) => match self.truths[child.0 as usize] {
                    Some(truth) => Some(!truth),
                    None => {
                        stack.extend([(id, 0), (*child, 0)]);
                        None
                    }
                },
                Expr::And(children) => self.advance(id, children, next, false, &mut stack),
                Expr::Or(children) => self.advance(id, children, next, true, &mut stack),
            };
            self.truths[id.0 as usize] = truth;
        }
        self.truths[root.0 as usize].unwrap_or(false)
    }

    /// Goes on with a chain whose truth is decided by a child that equals `decisive`.
    fn advance(
        &self,
        id: ExprId,
        children: &[ExprId],
        next: usize,
        decisive: bool,
        stack: &mut Vec<(ExprId, usize)>,
    ) -> Option<bool> {
        for (at, child) in children.iter().enumerate().skip(next) {
            match self.truths[child.0 as usize] {
                Some(truth) if truth == decisive => return Some(decisive),
                Some(_) => {}
                None => {
                    stack.extend([(id, at), (*child, 0)]);
                    return None;
                }
            }
        }
        Some(!decisive)
    }
}

/// The slots that a slot is computed from.
pub fn operands(kind: &SlotKind) -> &[SlotId] {
    match kind {
        SlotKind::Import(_) | SlotKind::Const(_) => &[],
        SlotKind::List(slots) => slots,
        SlotKind::Transform { args, .. } => args,
    }
}

#[cfg(test)]
mod tests;
