//! Checks as `ir::ops` decides them: the reference for every short cut, and what decides lists, ancestors, endpoints,
//! comparisons of fields and everything else that has no short cut.

use ir::ops::compare;
use ir::ops::matcher::Matcher;
use ir::{Check, Const, Extracted, Program, Rhs, SlotId, Value};

use crate::plan::SlotIx;

/// A prepared check.
#[derive(Debug)]
pub(crate) enum General {
    /// Against literals.
    Literals(Box<Matcher>),
    /// Against another slot.
    Slot(catalogue::Operator, SlotIx),
    /// Literals that cannot be prepared, which a verified program does not have.
    Never,
}

impl General {
    /// Prepares a check; `index_of` numbers the slot to its right.
    pub(crate) fn new(program: &Program, check: &Check, index_of: impl FnOnce(SlotId) -> SlotIx) -> General {
        let literals: Vec<&Const> = match &check.rhs {
            Rhs::Slot(right) => return General::Slot(check.op, index_of(*right)),
            Rhs::None => Vec::new(),
            Rhs::Const(one) => vec![program.const_(*one)],
            Rhs::Set(many) => many.iter().map(|id| program.const_(*id)).collect(),
        };
        match Matcher::new(check.op, check.modifier, &literals) {
            Ok(matcher) => General::Literals(Box::new(matcher)),
            Err(_) => General::Never,
        }
    }

    /// Decides a check against literals for a text that is known at compile time.
    pub(crate) fn decides(program: &Program, check: &Check, text: &[u8]) -> bool {
        let general = General::new(program, check, |_| SlotIx(u32::MAX));
        general.holds(&Extracted::One(Value::Text(text)), |_| Extracted::Absent)
    }

    /// Whether the check holds for this value; `value` gives those of other slots.
    pub(crate) fn holds<'e>(
        &self,
        left: &Extracted<'_>,
        value: impl FnOnce(SlotIx) -> Extracted<'e>,
    ) -> bool {
        match self {
            General::Literals(matcher) => matcher.decide(left),
            General::Slot(op, right) => compare::extractions(*op, left, &value(*right)),
            General::Never => false,
        }
    }
}
