//! Puts cheap checks first.
//!
//! Checks have no effects and cannot fail, so the operands of `and` and `or` may be evaluated in any order.

use catalogue::{Operator, Transformer};

use super::rebuild::rebuild;
use crate::consts::Const;
use crate::expr::{Check, Expr, ExprId, Rhs, SlotId, SlotKind};
use crate::program::{Program, ProgramBuilder};

/// What reading a field costs, in units of about a nanosecond, by import. The engine knows better than this crate.
pub type ImportCost<'c> = &'c dyn Fn(&crate::Import) -> u32;

/// A program whose chains begin with their cheapest operands; equally cheap ones keep their order.
pub fn order(program: &Program, import_cost: ImportCost<'_>) -> Program {
    let mut costs: Vec<u32> = Vec::new();
    let (ordered, _) = rebuild(
        program,
        |_, _| true,
        |builder, expr| {
            let expr = match expr {
                Expr::And(mut children) => {
                    children.sort_by_key(|child| cost_of(&costs, *child));
                    Expr::And(children)
                }
                Expr::Or(mut children) => {
                    children.sort_by_key(|child| cost_of(&costs, *child));
                    Expr::Or(children)
                }
                other => other,
            };
            let cost = cost(builder, &expr, &costs, import_cost);
            let id = builder.expr(expr);
            if id.0 as usize == costs.len() {
                costs.push(cost);
            }
            id
        },
    );
    ordered
}

fn cost_of(costs: &[u32], id: ExprId) -> u32 {
    costs.get(id.0 as usize).copied().unwrap_or(u32::MAX)
}

/// The cost of evaluating all of an expression.
fn cost(builder: &ProgramBuilder, expr: &Expr, costs: &[u32], import_cost: ImportCost<'_>) -> u32 {
    match expr {
        Expr::Const(_) => 0,
        Expr::Not(child) => cost_of(costs, *child),
        Expr::And(children) | Expr::Or(children) => {
            children.iter().fold(0, |sum, child| sum.saturating_add(cost_of(costs, *child)))
        }
        Expr::Check(check) => check_cost(builder.program(), check, import_cost),
    }
}

fn check_cost(program: &Program, check: &Check, import_cost: ImportCost<'_>) -> u32 {
    let is_text = |id: &crate::ConstId| matches!(program.const_(*id), Const::Text(_) | Const::Bytes(_));
    let compare = match (check.op, &check.rhs) {
        (Operator::Exists, _) => 0,
        (Operator::Regex, _) => 200,
        (Operator::Glob | Operator::Iglob | Operator::Icontains, _) => 40,
        (Operator::Contains | Operator::Bcontains, _) => 20,
        (Operator::Pmatch, _) => 60,
        (Operator::In | Operator::Intersects, _) => 8,
        (_, Rhs::Const(value)) if !is_text(value) => 1,
        _ => 4,
    };
    let times = match &check.rhs {
        Rhs::Set(values) if check.modifier.is_some() => values.len() as u32,
        _ => 1,
    };
    let right = match check.rhs {
        Rhs::Slot(right) => slot_cost(program, right, import_cost),
        _ => 0,
    };
    slot_cost(program, check.slot, import_cost).saturating_add(right).saturating_add(compare * times)
}

/// The cost of filling a slot from nothing.
fn slot_cost(program: &Program, root: SlotId, import_cost: ImportCost<'_>) -> u32 {
    let mut total = 0_u32;
    let mut stack = vec![root];
    let mut visited = 0;
    while let Some(id) = stack.pop() {
        visited += 1;
        if visited > 64 {
            // So large that the exact number is of no interest.
            return u32::MAX;
        }
        total = total.saturating_add(match &program.slot(id).kind {
            SlotKind::Import(import) => import_cost(program.import(*import)),
            SlotKind::Const(_) => 0,
            SlotKind::List(elements) => {
                stack.extend(elements);
                5
            }
            SlotKind::Transform { transformer, args, .. } => {
                stack.extend(args);
                if *transformer == Transformer::Len { 1 } else { 25 }
            }
        });
    }
    total
}
