//! Conditions as expressions: macros become shared nodes, comparisons become checks.

use std::sync::Arc;

use catalogue::{Modifier, Operator, ValueType};
use ir::{Check, Const, ConstId, Expr, ExprId, Import, Rhs, Slot, SlotId, SlotKind, SourceId};
use rustc_hash::FxHashMap;
use syntax::ast::{NodeId, NodeKind};

use crate::check::{CheckedUnit, TypedCheck, TypedRhs};
use crate::compile::Unit;
use crate::lower::Lowering;
use crate::lower::quirks::{Meaning, meaning};

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

    fn check(&mut self, check: &TypedCheck, source: &str) -> ExprId {
        let lowered = |op: Operator, modifier: Option<Modifier>, rhs: Rhs, this: &mut Self| {
            let slot = this.slot(&check.left, source);
            this.builder.check(Check { slot, op, modifier, rhs })
        };
        match meaning(check) {
            Meaning::Never => self.builder.expr(Expr::Const(false)),
            Meaning::Present => lowered(Operator::Exists, None, Rhs::None, self),
            Meaning::EmptyList => lowered(Operator::In, None, Rhs::Set(Box::default()), self),
            Meaning::Around { time, distance } => self.around(time, distance, source),
            Meaning::First(op) => {
                let rhs = self.literals(check, true);
                lowered(op, None, rhs, self)
            }
            Meaning::Ordinary => {
                let rhs = match &check.right {
                    TypedRhs::None => Rhs::None,
                    TypedRhs::Operand(operand) => Rhs::Slot(self.slot(operand, source)),
                    TypedRhs::Literals(_) => self.literals(check, false),
                };
                lowered(check.op, check.modifier, rhs, self)
            }
        }
    }

    fn literals(&mut self, check: &TypedCheck, only_first: bool) -> Rhs {
        let TypedRhs::Literals(literals) = &check.right else { return Rhs::None };
        let mut consts = literals.iter().map(|literal| self.builder.const_(literal.clone()));
        let several = check.modifier.is_some()
            || matches!(check.op, Operator::In | Operator::Intersects | Operator::Pmatch);
        // `fd.net in (a, b)` is an equality with `a`, and `in` in name only.
        if only_first {
            return consts.next().map_or(Rhs::None, Rhs::Const);
        }
        if several {
            return Rhs::Set(consts.collect());
        }
        consts.next().map_or(Rhs::None, Rhs::Const)
    }

    /// The event's time lies within a distance of a time.
    fn around(&mut self, time: u64, distance: u64, source: &str) -> ExprId {
        let slot = self.event_time(source);
        let mut bound = |op: Operator, value: u64| {
            let value: ConstId = self.builder.const_(Const::Unsigned(value));
            self.builder.check(Check { slot, op, modifier: None, rhs: Rhs::Const(value) })
        };
        let from = bound(Operator::Ge, time.saturating_sub(distance));
        let to = bound(Operator::Le, time.saturating_add(distance));
        self.builder.expr(Expr::And(Box::new([from, to])))
    }

    fn event_time(&mut self, source: &str) -> SlotId {
        let name: &str = "evt.rawtime";
        let import = self.builder.import(Import {
            source: source.into(),
            name: name.into(),
            arg: None,
            text: name.into(),
            ty: ValueType::AbsTime,
            list: false,
            format: catalogue::FieldId::from_name(name).map_or(catalogue::Format::Dec, |id| id.get().format),
        });
        self.builder.slot(Slot { kind: SlotKind::Import(import), ty: ValueType::AbsTime, list: false })
    }
}

fn by_node(checked: &CheckedUnit) -> FxHashMap<NodeId, &TypedCheck> {
    checked.checks.iter().map(|check| (check.node, check)).collect()
}
