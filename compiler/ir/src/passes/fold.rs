//! Simplifies conditions without changing what they decide.
//!
//! Constants disappear, chains of the same kind merge, repeated operands are left out, and checks become the simplest
//! operator that says the same: a one-element set an equality, a pattern without wildcard a comparison.

use catalogue::{Modifier, Operator};
use rustc_hash::FxHashSet;

use super::rebuild::rebuild;
use crate::consts::{Const, ConstId};
use crate::expr::{Check, Expr, ExprId, Rhs};
use crate::program::{Program, ProgramBuilder};

/// Most operands that a chain grows to by merging.
const CHAIN_LIMIT: usize = 4096;

/// A program with simpler conditions, and without what its rules do not reach.
pub fn fold(program: &Program) -> Program {
    let (folded, _) = rebuild(program, |_, _| true, add);
    // Simplification leaves operands behind that nothing uses any more.
    rebuild(&folded, |_, _| true, |builder, expr| builder.expr(expr)).0
}

/// Adds an expression whose operands are already simple.
fn add(builder: &mut ProgramBuilder, expr: Expr) -> ExprId {
    match expr {
        Expr::Not(child) => match *builder.program().expr(child) {
            Expr::Const(truth) => builder.expr(Expr::Const(!truth)),
            Expr::Not(grandchild) => grandchild,
            _ => builder.expr(Expr::Not(child)),
        },
        Expr::And(children) => chain(builder, &children, true),
        Expr::Or(children) => chain(builder, &children, false),
        Expr::Check(check) => check_(builder, check),
        constant => builder.expr(constant),
    }
}

/// Adds an `and` or an `or`, in which `neutral` operands do not count.
fn chain(builder: &mut ProgramBuilder, children: &[ExprId], neutral: bool) -> ExprId {
    let mut operands: Vec<ExprId> = Vec::with_capacity(children.len());
    let mut seen = FxHashSet::default();
    for child in children {
        match builder.program().expr(*child) {
            Expr::Const(truth) if *truth == neutral => {}
            Expr::Const(_) => return *child,
            Expr::And(inner) if neutral && inner.len() + operands.len() < CHAIN_LIMIT => {
                operands.extend(inner.iter().filter(|inner| seen.insert(**inner)));
            }
            Expr::Or(inner) if !neutral && inner.len() + operands.len() < CHAIN_LIMIT => {
                operands.extend(inner.iter().filter(|inner| seen.insert(**inner)));
            }
            _ => operands.extend(Some(*child).filter(|child| seen.insert(*child))),
        }
    }
    // Something and its negation decide the chain: evaluation has no third value.
    let contradicts = operands.iter().any(|operand| match builder.program().expr(*operand) {
        Expr::Not(child) => seen.contains(child),
        _ => false,
    });
    if contradicts {
        return builder.expr(Expr::Const(!neutral));
    }
    match operands[..] {
        [] => builder.expr(Expr::Const(neutral)),
        [only] => only,
        _ if neutral => builder.expr(Expr::And(operands.into())),
        _ => builder.expr(Expr::Or(operands.into())),
    }
}

/// Adds a comparison in its simplest form.
fn check_(builder: &mut ProgramBuilder, mut check: Check) -> ExprId {
    use Operator::{Contains, Endswith, Eq, Exists, Glob, In, Intersects, Pmatch, Startswith};
    let list = builder.program().slot(check.slot).list;
    if let Rhs::Set(values) = &check.rhs {
        // Duplicates count only where members are counted.
        let mut values = values.clone();
        if check.modifier != Some(Modifier::Oneof) {
            let mut seen = FxHashSet::default();
            values = values.iter().copied().filter(|value| seen.insert(*value)).collect();
        }
        match (check.op, check.modifier, &values[..]) {
            (_, Some(_), []) | (Pmatch, _, []) => return builder.expr(Expr::Const(false)),
            (In | Intersects, _, []) if !list => return builder.expr(Expr::Const(false)),
            (_, Some(_), [only]) => check = Check { modifier: None, rhs: Rhs::Const(*only), ..check },
            (In | Intersects, _, [only]) if !list => {
                check = Check { op: Eq, rhs: Rhs::Const(*only), ..check };
            }
            (Eq, Some(Modifier::Anyof), _) => {
                check = Check { op: In, modifier: None, rhs: Rhs::Set(values), ..check };
            }
            (Intersects, _, _) if !list => check = Check { op: In, rhs: Rhs::Set(values), ..check },
            _ => check.rhs = Rhs::Set(values),
        }
    }
    if let (Rhs::Const(value), false) = (&check.rhs, list) {
        let text = |builder: &ProgramBuilder, id: ConstId| match builder.program().const_(id) {
            Const::Text(text) => Some(text.clone()),
            _ => None,
        };
        match (check.op, text(builder, *value)) {
            // A text is compared, so it is there: endpoints, which exist without any value, are no texts.
            (Contains | Startswith | Endswith, Some(part)) if part.is_empty() => {
                check = Check { op: Exists, rhs: Rhs::None, ..check };
            }
            (Glob, Some(pattern)) => {
                if let Some((op, part)) = plain_glob(&pattern) {
                    let part = builder.const_(Const::Text(part.into()));
                    return check_(builder, Check { op, rhs: Rhs::Const(part), ..check });
                }
            }
            _ => {}
        }
    }
    builder.check(check)
}

/// The comparison that a pattern stands for when its only wildcards are `*` at the ends.
fn plain_glob(pattern: &[u8]) -> Option<(Operator, &[u8])> {
    let (front, rest) = pattern.strip_prefix(b"*").map_or((false, pattern), |rest| (true, rest));
    let (back, part) = rest.strip_suffix(b"*").map_or((false, rest), |part| (true, part));
    if part.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\')) {
        return None;
    }
    let op = match (front, back) {
        (false, false) => Operator::Eq,
        (false, true) => Operator::Startswith,
        (true, false) => Operator::Endswith,
        (true, true) => Operator::Contains,
    };
    Some((op, part))
}
