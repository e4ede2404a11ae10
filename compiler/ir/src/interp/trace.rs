//! Why a condition holds or does not: its truth tree with the values it saw.

use bumpalo::Bump;

use super::Interpreter;
use crate::expr::{Expr, ExprId, Rhs};
use crate::value::{Extracted, FieldSource};

/// Most nodes that a trace shows. Shared expressions appear at every place of use, so a small program can have a huge
/// tree.
pub const NODE_LIMIT: usize = 100_000;

/// One place in the tree of a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceNode<'a> {
    /// The expression.
    pub expr: ExprId,
    /// How deep it stands below the root.
    pub depth: usize,
    /// Its truth.
    pub truth: bool,
    /// Whether evaluation gets there; otherwise a sibling before it, or before one of its ancestors, decides.
    pub evaluated: bool,
    /// For a check: its left side.
    pub left: Option<Extracted<'a>>,
    /// For a check with a field or transformer on the right: that side.
    pub right: Option<Extracted<'a>>,
}

/// A truth tree in pre-order.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace<'a> {
    /// The nodes; the root is the first.
    pub nodes: Vec<TraceNode<'a>>,
    /// When the root is false: the place in `nodes` of the first leaf that makes it so. Under a negation that leaf is
    /// itself true.
    pub culprit: Option<usize>,
    /// Whether the tree was cut at [`NODE_LIMIT`].
    pub truncated: bool,
}

/// Evaluates a condition without stopping early and records every value.
pub fn trace<'a, S: FieldSource>(
    interpreter: &'a Interpreter<'a>,
    source: &'a S,
    condition: ExprId,
    arena: &'a Bump,
) -> Trace<'a> {
    let program = interpreter.program();
    let mut event = interpreter.event(source, arena);
    let mut trace = Trace { nodes: Vec::new(), culprit: None, truncated: false };
    // Places to visit, last first: expression, depth, whether evaluation gets there.
    let mut stack = vec![(condition, 0, true)];
    while let Some((id, depth, evaluated)) = stack.pop() {
        if trace.nodes.len() == NODE_LIMIT {
            trace.truncated = true;
            break;
        }
        let truth = event.holds(id);
        let mut node = TraceNode { expr: id, depth, truth, evaluated, left: None, right: None };
        match program.expr(id) {
            Expr::Const(_) => {}
            Expr::Check(check) => {
                node.left = Some(event.slot(check.slot));
                if let Rhs::Slot(right) = check.rhs {
                    node.right = Some(event.slot(right));
                }
            }
            Expr::Not(child) => stack.push((*child, depth + 1, evaluated)),
            chain @ (Expr::And(children) | Expr::Or(children)) => {
                let decisive = matches!(chain, Expr::Or(_));
                let decided = children.iter().position(|child| event.holds(*child) == decisive);
                stack.extend(children.iter().enumerate().rev().map(|(at, child)| {
                    (*child, depth + 1, evaluated && decided.is_none_or(|decided| at <= decided))
                }));
            }
        }
        trace.nodes.push(node);
    }
    trace.culprit = culprit(interpreter, &trace.nodes);
    trace
}

/// Follows the children that decide, down to a leaf.
fn culprit(interpreter: &Interpreter<'_>, nodes: &[TraceNode<'_>]) -> Option<usize> {
    let mut at = 0;
    if nodes.first()?.truth {
        return None;
    }
    loop {
        let node = nodes.get(at)?;
        let wanted = match interpreter.program().expr(node.expr) {
            Expr::Const(_) | Expr::Check(_) => return Some(at),
            Expr::Not(_) => !node.truth,
            // A chain is what its deciding child is; when all of them agree, the first is named.
            Expr::And(children) | Expr::Or(children) if children.is_empty() => return Some(at),
            Expr::And(_) | Expr::Or(_) => node.truth,
        };
        let below = nodes.get(at + 1..)?.iter().enumerate();
        let mut children =
            below.take_while(|(_, n)| n.depth > node.depth).filter(|(_, n)| n.depth == node.depth + 1);
        at += 1 + children.find(|(_, child)| child.truth == wanted)?.0;
    }
}
