//! Conditions as expressions: macros become shared nodes, comparisons become checks.

use std::sync::Arc;

use catalogue::Operator;
use ir::{Check, Expr, ExprId, Rhs, SourceId};
use rustc_hash::FxHashMap;
use syntax::ast::{NodeId, NodeKind};

use crate::check::{CheckedUnit, TypedCheck, TypedRhs};
use crate::compile::Unit;
use crate::lower::Lowering;

impl Lowering<'_> {
    /// The expression of a rule's condition. Macros are lowered once for each event source, inner ones first, so that
    /// neither deep nesting nor long chains of macros recurse.
    pub(super) fn condition(&mut self, unit: &Arc<Unit>, source: &Arc<str>, source_id: SourceId) -> ExprId {
        let mut stack: Vec<(usize, bool)> = self.named(unit).map(|index| (index, false)).collect();
        while let Some((index, inner_done)) = stack.pop() {
            if self.macros.contains_key(&(index, source_id.0)) {
                continue;
            }
            let Some(unit) = self.compiled.macros.get(index).and_then(|one| one.unit.clone()) else {
                continue;
            };
            if inner_done {
                let expr = self.unit(&unit, source, source_id);
                self.macros.insert((index, source_id.0), expr);
            } else {
                stack.push((index, true));
                let inner: Vec<usize> = self.named(&unit).collect();
                stack.extend(inner.into_iter().map(|index| (index, false)));
            }
        }
        self.unit(unit, source, source_id)
    }

    fn named<'u>(&'u self, unit: &'u Unit) -> impl Iterator<Item = usize> + 'u {
        unit.identifiers.iter().filter_map(|node| self.definitions.macros.position(unit.name(*node)))
    }

    /// The expression of one parsed condition whose macros are lowered.
    fn unit(&mut self, unit: &Arc<Unit>, source: &Arc<str>, source_id: SourceId) -> ExprId {
        let fields = self.environment.fields(source);
        let checked = self.cache.checked(unit, source, &fields);
        let checks: FxHashMap<NodeId, &TypedCheck> = by_node(&checked);
        let ast = &unit.ast;
        let mut known: Vec<Option<ExprId>> = vec![None; ast.nodes().len()];
        let mut stack = vec![(ast.root(), false)];
        while let Some((node, children_done)) = stack.pop() {
            let kind = ast.kind(node);
            if !children_done {
                let children: &[NodeId] = match &kind {
                    NodeKind::And(children) | NodeKind::Or(children) => ast.children(*children),
                    NodeKind::Not(child) => std::slice::from_ref(child),
                    _ => &[],
                };
                stack.push((node, true));
                stack.extend(children.iter().rev().map(|child| (*child, false)));
                continue;
            }
            let of = |child: &NodeId| known.get(child.index()).copied().flatten();
            let expr = match kind {
                NodeKind::And(children) => Expr::And(ast.children(children).iter().filter_map(of).collect()),
                NodeKind::Or(children) => Expr::Or(ast.children(children).iter().filter_map(of).collect()),
                NodeKind::Not(child) => of(&child).map_or(Expr::Const(true), Expr::Not),
                NodeKind::Identifier(_) => {
                    let index = self.definitions.macros.position(unit.name(node));
                    let lowered = index.and_then(|index| self.macros.get(&(index, source_id.0)).copied());
                    known[node.index()] =
                        Some(lowered.unwrap_or_else(|| self.builder.expr(Expr::Const(false))));
                    continue;
                }
                _ => {
                    let lowered = checks.get(&node).map(|check| self.check(check, source));
                    known[node.index()] =
                        Some(lowered.unwrap_or_else(|| self.builder.expr(Expr::Const(false))));
                    continue;
                }
            };
            known[node.index()] = Some(self.builder.expr(expr));
        }
        let root = known.get(ast.root().index()).copied().flatten();
        root.unwrap_or_else(|| self.builder.expr(Expr::Const(false)))
    }

    /// One comparison. What Falco takes otherwise than it is written, `ir::compat` knows.
    fn check(&mut self, check: &TypedCheck, source: &str) -> ExprId {
        let slot = self.slot(&check.left, source);
        let rhs = match &check.right {
            TypedRhs::None => Rhs::None,
            TypedRhs::Operand(operand) => Rhs::Slot(self.slot(operand, source)),
            TypedRhs::Literals(literals) => {
                let mut consts = literals.iter().map(|literal| self.builder.const_(literal.clone()));
                let several = check.modifier.is_some()
                    || matches!(check.op, Operator::In | Operator::Intersects | Operator::Pmatch);
                match several {
                    true => Rhs::Set(consts.collect()),
                    false => consts.next().map_or(Rhs::None, Rhs::Const),
                }
            }
        };
        ir::compat::check(&mut self.builder, Check { slot, op: check.op, modifier: check.modifier, rhs })
    }
}

fn by_node(checked: &CheckedUnit) -> FxHashMap<NodeId, &TypedCheck> {
    checked.checks.iter().map(|check| (check.node, check)).collect()
}
