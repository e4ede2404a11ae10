//! From the expressions of a program to nodes, for one event type at a time: comparisons of the type's name are decided
//! here, so that event types with the same rules end up with the same nodes.

use ir::{Expr, ExprId, Program};
use rustc_hash::{FxHashMap, FxHashSet};

use super::nodes::{Join, NodeId, Nodes};
use super::scope::Scopes;

/// Converts expressions; results that do not depend on the event type are kept for all of them.
pub(crate) struct Converter<'p> {
    program: &'p Program,
    pub(crate) nodes: Nodes<'p>,
    scopes: &'p Scopes,
    /// By expression: whether the event type's name occurs in it.
    type_dependent: Vec<bool>,
    /// Nodes of an expression and of its negation.
    lasting: FxHashMap<(ExprId, bool), NodeId>,
    /// The same for expressions that depend on the event type at hand.
    passing: FxHashMap<(ExprId, bool), NodeId>,
}

impl<'p> Converter<'p> {
    pub(crate) fn new(program: &'p Program, scopes: &'p Scopes) -> Converter<'p> {
        let mut type_dependent: Vec<bool> = Vec::with_capacity(program.exprs.len());
        for expr in &program.exprs {
            let dependent = |id: &ExprId| type_dependent.get(id.0 as usize).copied().unwrap_or(false);
            type_dependent.push(match expr {
                Expr::Const(_) => false,
                Expr::Check(check) => scopes.is_type_name(check),
                Expr::Not(inner) => dependent(inner),
                Expr::And(operands) | Expr::Or(operands) => operands.iter().any(dependent),
            });
        }
        Converter {
            program,
            nodes: Nodes::new(program, scopes),
            scopes,
            type_dependent,
            lasting: FxHashMap::default(),
            passing: FxHashMap::default(),
        }
    }

    /// Starts on another event type.
    pub(crate) fn next_type(&mut self) {
        self.passing.clear();
    }

    /// Whether the event type's name occurs in the expression.
    pub(crate) fn is_type_dependent(&self, expr: ExprId) -> bool {
        self.type_dependent[expr.0 as usize]
    }

    /// The node of a rule's condition for the event type at hand. `decide` gives the result of checks of the type's
    /// name, or nothing when the type has no fixed name.
    pub(crate) fn condition(&mut self, root: ExprId, decide: &dyn Fn(&ir::Check) -> Option<bool>) -> NodeId {
        let mut pending = vec![(root, false)];
        while let Some(&(expr, negated)) = pending.last() {
            if self.known(expr, negated).is_some() {
                pending.pop();
                continue;
            }
            let before = pending.len();
            let node = match self.program.expr(expr) {
                Expr::Const(value) => Some(self.nodes.constant(*value != negated)),
                Expr::Check(check) => {
                    let decided = if self.scopes.is_type_name(check) { decide(check) } else { None };
                    Some(match decided {
                        Some(value) => self.nodes.constant(value != negated),
                        None => {
                            let key = self.nodes.keys.single(self.program, expr, check);
                            self.nodes.test(key, !negated)
                        }
                    })
                }
                Expr::Not(inner) => {
                    let known = self.known(*inner, !negated);
                    if known.is_none() {
                        pending.push((*inner, !negated));
                    }
                    known
                }
                Expr::And(_) | Expr::Or(_) => {
                    let (join, operands) = self.operands(expr, negated);
                    let mut nodes = Vec::with_capacity(operands.len());
                    for (operand, negated) in operands {
                        match self.known(operand, negated) {
                            Some(node) => nodes.push(node),
                            None => pending.push((operand, negated)),
                        }
                    }
                    (pending.len() == before).then(|| self.nodes.join(join, &nodes))
                }
            };
            if let Some(node) = node {
                let memo =
                    if self.type_dependent[expr.0 as usize] { &mut self.passing } else { &mut self.lasting };
                memo.insert((expr, negated), node);
            }
        }
        match self.known(root, false) {
            Some(node) => self.nodes.root(node),
            None => self.nodes.constant(false),
        }
    }

    fn known(&self, expr: ExprId, negated: bool) -> Option<NodeId> {
        let memo = if self.type_dependent[expr.0 as usize] { &self.passing } else { &self.lasting };
        memo.get(&(expr, negated)).copied()
    }

    /// The operands of a conjunction or disjunction and of all that are nested in it directly or under negations that
    /// turn one into the other, in source order, each once.
    fn operands(&self, expr: ExprId, negated: bool) -> (Join, Vec<(ExprId, bool)>) {
        let join = match (self.program.expr(expr), negated) {
            (Expr::And(_), false) | (Expr::Or(_), true) => Join::All,
            _ => Join::Any,
        };
        let mut operands = Vec::new();
        let mut seen = FxHashSet::default();
        let mut pending = vec![(expr, negated)];
        while let Some((expr, negated)) = pending.pop() {
            if !seen.insert((expr, negated)) {
                continue;
            }
            match (self.program.expr(expr), negated) {
                (Expr::Not(inner), _) => pending.push((*inner, !negated)),
                (Expr::And(nested), false) | (Expr::Or(nested), true) if join == Join::All => {
                    pending.extend(nested.iter().rev().map(|id| (*id, negated)));
                }
                (Expr::Or(nested), false) | (Expr::And(nested), true) if join == Join::Any => {
                    pending.extend(nested.iter().rev().map(|id| (*id, negated)));
                }
                _ => operands.push((expr, negated)),
            }
        }
        (join, operands)
    }
}
