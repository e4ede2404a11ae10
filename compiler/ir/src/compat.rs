//! How Falco decides checks on fields that do not compare like others (language.md 5.4, 5.6 and 5.7).
//!
//! The operators of this crate are clean: a check on ancestors holds if it holds for one, a modifier counts, a set is a
//! set. Falco ignores or mistakes some of that on a few fields. The difference is known when a check is lowered, so it
//! is lowered away here and neither interpreter nor machine code knows about it.

use catalogue::{Format, Modifier, Operator, Transformer, TypeClass, ValueType};

use crate::consts::{Const, ConstId};
use crate::expr::{Check, Expr, ExprId, Import, Rhs, Slot, SlotId, SlotKind};
use crate::program::{Program, ProgramBuilder};

/// How a field's own comparison differs from the ordinary one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    /// It does not.
    Ordinary,
    /// Only the first value after a modifier counts; sets are ordinary.
    FirstOfModifier,
    /// As before, and sets never match.
    NoSets,
    /// As before, but `in` looks at the first value (`fd.net`).
    FirstOfSet,
    /// As `FirstOfModifier`, but `intersects` never matches (`fd.port`, `fd.proto`).
    NoIntersection,
    /// The literal is the largest distance of the event's time from the argument, in milliseconds (`evt.around`).
    Distance,
}

fn comparison(program: &Program, slot: SlotId) -> Comparison {
    let slot = program.slot(slot);
    let SlotKind::Import(import) = slot.kind else { return Comparison::Ordinary };
    let import = program.import(import);
    let no_index = import.arg.as_deref().is_none_or(|arg| arg == "-1");
    match &*import.name {
        "proc.aname" | "proc.aexe" | "proc.aexepath" | "proc.acmdline" if no_index => {
            Comparison::FirstOfModifier
        }
        "proc.aenv" if import.arg.is_none() => Comparison::FirstOfModifier,
        "fd.cip.name" | "fd.sip.name" | "fd.lip.name" | "fd.rip.name" => Comparison::FirstOfModifier,
        "proc.apid" if no_index => Comparison::NoSets,
        "fd.ip" => Comparison::NoSets,
        "fd.net" => Comparison::FirstOfSet,
        "fd.port" | "fd.proto" => Comparison::NoIntersection,
        "evt.around" => Comparison::Distance,
        "evt.rawarg" => raw_argument(import),
        _ => Comparison::Ordinary,
    }
}

/// Sets compare values with their length, which raw numbers come without.
fn raw_argument(import: &Import) -> Comparison {
    match import.ty.class() {
        TypeClass::Number | TypeClass::Bool | TypeClass::Other => Comparison::NoSets,
        _ => Comparison::FirstOfModifier,
    }
}

/// Whether elements of the list end in a NUL byte, so that they equal no literal and no element of another list.
fn is_terminated(slot: &Slot) -> bool {
    use Transformer::{B64, Basename, Tolower, Toupper};
    slot.list
        && matches!(slot.kind, SlotKind::Transform { transformer: Tolower | Toupper | Basename | B64, .. })
}

/// Adds a comparison as Falco decides it.
pub fn check(builder: &mut ProgramBuilder, check: Check) -> ExprId {
    use Operator::{Eq, Exists, In, Intersects, Ne};
    if check.op == Exists {
        return builder.check(check);
    }
    let never = |builder: &mut ProgramBuilder| builder.expr(Expr::Const(false));
    let is_set = matches!(check.op, In | Intersects);

    let left = builder.program().slot(check.slot);
    if left.list && is_set {
        let terminated = is_terminated(left);
        return match check.rhs {
            Rhs::Slot(right) if terminated != is_terminated(builder.program().slot(right)) => {
                // No element is in the other list: only an empty list is contained in it, when there is one.
                let present = Check { slot: right, op: Exists, modifier: None, rhs: Rhs::None };
                let empty = Check { rhs: Rhs::Set(Box::default()), ..check };
                let parts = [builder.check(present), builder.check(empty)];
                builder.expr(Expr::And(parts.into()))
            }
            Rhs::Const(_) | Rhs::Set(_) if terminated => {
                builder.check(Check { rhs: Rhs::Set(Box::default()), ..check })
            }
            _ => builder.check(check),
        };
    }

    // Both look for the address among the networks themselves, where it is not.
    if left.ty == ValueType::IpNet && comparison(builder.program(), check.slot) == Comparison::Ordinary {
        let has_values = matches!(&check.rhs, Rhs::Set(values) if !values.is_empty());
        match (check.op, check.modifier) {
            (Eq, Some(Modifier::Anyof)) => return never(builder),
            (Ne, Some(Modifier::Allof)) if has_values => {
                return builder.check(Check { op: Exists, modifier: None, rhs: Rhs::None, slot: check.slot });
            }
            _ => {}
        }
    }

    let kind = comparison(builder.program(), check.slot);
    let first = match &check.rhs {
        Rhs::Set(values) => values.first().copied(),
        Rhs::Const(value) => Some(*value),
        Rhs::None | Rhs::Slot(_) => None,
    };
    match kind {
        Comparison::Ordinary => builder.check(check),
        Comparison::Distance => around(builder, &check, first),
        Comparison::NoSets if is_set => never(builder),
        Comparison::FirstOfSet | Comparison::NoIntersection if check.op == Intersects => never(builder),
        Comparison::FirstOfSet if check.op == In => match first {
            Some(first) => builder.check(Check { op: Eq, rhs: Rhs::Const(first), ..check }),
            None => never(builder),
        },
        _ if check.modifier.is_some() => match first {
            Some(first) => builder.check(Check { modifier: None, rhs: Rhs::Const(first), ..check }),
            None => never(builder),
        },
        _ => builder.check(check),
    }
}

/// `evt.around[T] = N` as bounds of the event's time. Where Falco's arithmetic overflows, its bounds exclude everything.
fn around(builder: &mut ProgramBuilder, check: &Check, window: Option<ConstId>) -> ExprId {
    let never = Expr::Const(false);
    let SlotKind::Import(import) = builder.program().slot(check.slot).kind else {
        return builder.expr(never);
    };
    let import = builder.program().import(import);
    let center = import.arg.as_deref().and_then(catalogue::parse_unsigned);
    let window = window.map(|window| builder.program().const_(window));
    let (Some(center), Some(Const::Unsigned(window)), Operator::Eq) = (center, window, check.op) else {
        return builder.expr(never);
    };
    let delta = window.wrapping_mul(1_000_000);
    let bounds = [
        (Operator::Ge, center.saturating_sub(delta).max(delta)),
        (Operator::Le, center.saturating_add(delta).min(u64::MAX - delta)),
    ];
    let ty = ValueType::AbsTime;
    let time = Import {
        source: import.source.clone(),
        name: "evt.rawtime".into(),
        arg: None,
        text: "evt.rawtime".into(),
        ty,
        list: false,
        format: Format::Dec,
    };
    let import = builder.import(time);
    let slot = builder.slot(Slot { kind: SlotKind::Import(import), ty, list: false });
    let parts = bounds.map(|(op, bound)| {
        let bound = builder.const_(Const::Unsigned(bound));
        builder.check(Check { slot, op, modifier: None, rhs: Rhs::Const(bound) })
    });
    builder.expr(Expr::And(parts.into()))
}

#[cfg(test)]
#[path = "compat_tests.rs"]
mod tests;
