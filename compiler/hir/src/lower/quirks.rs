//! Fields whose comparisons Falco does in a way of its own (language.md 5.4, 5.6, 5.7).

use catalogue::{Modifier, Operator, Shape, Transformer, TypeClass};
use ir::Const;

use crate::check::{Operand, OperandKind, TypedCheck, TypedRhs};

/// What becomes of a comparison.
#[derive(Debug)]
pub(super) enum Meaning {
    /// It means what it says.
    Ordinary,
    /// It never holds.
    Never,
    /// It holds whenever the left side has a value.
    Present,
    /// Only the first literal counts, without modifier.
    First(Operator),
    /// It holds only when the left side is an empty list.
    EmptyList,
    /// The event's time lies this many nanoseconds or less from a time.
    Around {
        /// The time, in nanoseconds since the epoch.
        time: u64,
        /// The distance in nanoseconds.
        distance: u64,
    },
}

/// Fields that walk the ancestors when they have no argument.
const ANCESTORS: &[&str] =
    &["proc.aname", "proc.aexe", "proc.aexepath", "proc.acmdline", "proc.apid", "proc.aenv"];

/// Fields that look at both ends of a connection and know no `intersects`.
const ENDS: &[&str] = &["fd.ip", "fd.net", "fd.port", "fd.proto"];

/// Fields whose literals are host names.
const HOST_NAMES: &[&str] = &["fd.cip.name", "fd.sip.name", "fd.lip.name", "fd.rip.name"];

/// How Falco takes a comparison.
pub(super) fn meaning(check: &TypedCheck) -> Meaning {
    if let Some(quirk) = plain_field(check) {
        return quirk;
    }
    let TypedRhs::Literals(literals) = &check.right else { return Meaning::Ordinary };
    if check.left.shape.ty.class() == TypeClass::IpNet {
        // Addresses are compared with networks byte by byte here, so no member is ever found.
        match (check.op, check.modifier) {
            (Operator::Eq, Some(Modifier::Anyof)) => return Meaning::Never,
            (Operator::Ne, Some(Modifier::Allof)) if literals.is_empty() => return Meaning::Never,
            (Operator::Ne, Some(Modifier::Allof)) => return Meaning::Present,
            _ => {}
        }
    }
    if keeps_final_nul(&check.left) {
        match check.op {
            Operator::In => return Meaning::EmptyList,
            Operator::Intersects => return Meaning::Never,
            _ => {}
        }
    }
    Meaning::Ordinary
}

/// Elements of a list that went through one of these carry a NUL byte at their end and equal no literal.
fn keeps_final_nul(operand: &Operand) -> bool {
    let Shape { list, .. } = operand.shape;
    match &operand.kind {
        OperandKind::Transform { transformer, .. } => {
            list && matches!(transformer, Transformer::Tolower | Transformer::Toupper | Transformer::Basename)
        }
        _ => false,
    }
}

fn plain_field(check: &TypedCheck) -> Option<Meaning> {
    let field = check.left.plain_field()?;
    let TypedRhs::Literals(literals) = &check.right else { return None };
    let (name, op) = (field.name.as_ref(), check.op);
    let ancestors = field.arg.is_none() && ANCESTORS.contains(&name);
    let ends = ENDS.contains(&name);
    let host_name = HOST_NAMES.contains(&name);
    let raw = name == "evt.rawarg";
    if name == "evt.around" {
        let time = match &field.arg {
            Some(catalogue::Arg::Timestamp(time)) => *time,
            _ => 0,
        };
        let Some(Const::Unsigned(window)) = literals.first() else { return Some(Meaning::Never) };
        return Some(Meaning::Around { time, distance: window.saturating_mul(1_000_000) });
    }
    if !(ancestors || ends || host_name || raw) {
        return None;
    }
    let numeric_raw = raw && matches!(field.ty.class(), TypeClass::Number | TypeClass::Bool);
    Some(match op {
        // The literals are looked up by the bytes of a value that these fields do not hand out.
        Operator::In if name == "fd.ip" || (ancestors && name == "proc.apid") || numeric_raw => {
            Meaning::Never
        }
        Operator::Intersects if ends => Meaning::Never,
        Operator::Intersects if (ancestors && name == "proc.apid") || numeric_raw => Meaning::Never,
        Operator::In if name == "fd.net" => first(literals, Operator::Eq),
        _ if check.modifier.is_some() => first(literals, op),
        _ => Meaning::Ordinary,
    })
}

fn first(literals: &[Const], op: Operator) -> Meaning {
    if literals.is_empty() { Meaning::Never } else { Meaning::First(op) }
}
