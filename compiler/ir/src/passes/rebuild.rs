//! Copies a program into a new one, keeping only nodes that its rules reach.

use crate::consts::ConstId;
use crate::expr::{Check, Expr, ExprId, ImportId, Rhs, Slot, SlotId, SlotKind};
use crate::interp::operands;
use crate::program::{OutputField, OutputTemplate, Piece, Program, ProgramBuilder, Rule, RuleId};

/// A copy under way. Maps are by old id; what is not reached has no new id.
struct Copy<'p> {
    old: &'p Program,
    builder: ProgramBuilder,
    imports: Vec<Option<ImportId>>,
    consts: Vec<Option<ConstId>>,
    slots: Vec<Option<SlotId>>,
    exprs: Vec<Option<ExprId>>,
}

/// Which slots and expressions are reached from rules.
struct Reached {
    slots: Vec<bool>,
    exprs: Vec<bool>,
}

/// Copies the rules that `keep` accepts, with `add` in charge of how expressions are added: it gets an expression whose
/// operands are already new ones. The order keeps the rules that are kept.
pub(super) fn rebuild(
    old: &Program,
    keep: impl Fn(RuleId, &Rule) -> bool,
    mut add: impl FnMut(&mut ProgramBuilder, Expr) -> ExprId,
) -> (Program, Vec<Option<RuleId>>) {
    let kept: Vec<bool> =
        old.rules.iter().enumerate().map(|(id, rule)| keep(RuleId(id as u32), rule)).collect();
    let reached = reach(old, old.rules.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(rule, _)| rule));
    let mut copy = Copy {
        old,
        builder: ProgramBuilder::new(),
        imports: vec![None; old.imports.len()],
        consts: vec![None; old.consts.len()],
        slots: vec![None; old.slots.len()],
        exprs: vec![None; old.exprs.len()],
    };
    // Ids of sources keep their meaning, and a source may have imports but no rule.
    old.sources.iter().for_each(|source| _ = copy.builder.source(source));
    for id in (0..old.slots.len()).filter(|id| reached.slots[*id]) {
        copy.slot(SlotId(id as u32));
    }
    for id in (0..old.exprs.len()).filter(|id| reached.exprs[*id]) {
        let expr = copy.expr(&old.exprs[id]);
        copy.exprs[id] = Some(add(&mut copy.builder, expr));
    }
    let mut rules = vec![None; old.rules.len()];
    for (id, rule) in old.rules.iter().enumerate().filter(|(id, _)| kept[*id]) {
        let rule = copy.rule(rule);
        rules[id] = Some(copy.builder.rule(rule));
    }
    let order = old.order.iter().filter_map(|rule| rules[rule.0 as usize]).collect();
    (copy.builder.finish(order), rules)
}

/// Marks downwards: operands have smaller ids, so one pass from the highest id is enough.
fn reach<'p>(program: &Program, rules: impl Iterator<Item = &'p Rule>) -> Reached {
    let mut slots = vec![false; program.slots.len()];
    let mut exprs = vec![false; program.exprs.len()];
    let pieces = |slots: &mut [bool], pieces: &[Piece]| {
        for piece in pieces {
            if let Piece::Value { slot, .. } = piece {
                slots[slot.0 as usize] = true;
            }
        }
    };
    for rule in rules {
        exprs[rule.condition.0 as usize] = true;
        pieces(&mut slots, &rule.output.pieces);
        for field in &rule.output.fields {
            match field {
                OutputField::Raw { slot, .. } => slot.iter().for_each(|slot| slots[slot.0 as usize] = true),
                OutputField::Formatted { template, .. } => pieces(&mut slots, template),
            }
        }
    }
    for id in (0..program.exprs.len()).rev() {
        if !exprs[id] {
            continue;
        }
        match &program.exprs[id] {
            Expr::Const(_) => {}
            Expr::Not(child) => exprs[child.0 as usize] = true,
            Expr::And(children) | Expr::Or(children) => {
                children.iter().for_each(|child| exprs[child.0 as usize] = true);
            }
            Expr::Check(check) => {
                slots[check.slot.0 as usize] = true;
                if let Rhs::Slot(right) = check.rhs {
                    slots[right.0 as usize] = true;
                }
            }
        }
    }
    for id in (0..program.slots.len()).rev() {
        if slots[id] {
            operands(&program.slots[id].kind).iter().for_each(|operand| slots[operand.0 as usize] = true);
        }
    }
    Reached { slots, exprs }
}

/// The new id of a node that was copied before its users, as ids ascend.
fn new<T: std::marker::Copy>(map: &[Option<T>], id: u32) -> T {
    map[id as usize].expect("operands precede their users")
}

impl Copy<'_> {
    fn constant(&mut self, id: ConstId) -> ConstId {
        let known = &mut self.consts[id.0 as usize];
        *known.get_or_insert_with(|| self.builder.const_(self.old.const_(id).clone()))
    }

    fn slot(&mut self, id: SlotId) {
        let slot = self.old.slot(id);
        let kind = match &slot.kind {
            SlotKind::Import(import) => {
                let known = &mut self.imports[import.0 as usize];
                let import = self.old.import(*import);
                SlotKind::Import(*known.get_or_insert_with(|| self.builder.import(import.clone())))
            }
            SlotKind::Const(value) => SlotKind::Const(self.constant(*value)),
            SlotKind::List(elements) => {
                SlotKind::List(elements.iter().map(|slot| new(&self.slots, slot.0)).collect())
            }
            SlotKind::Transform { transformer, args, selector } => SlotKind::Transform {
                transformer: *transformer,
                args: args.iter().map(|slot| new(&self.slots, slot.0)).collect(),
                selector: *selector,
            },
        };
        self.slots[id.0 as usize] = Some(self.builder.slot(Slot { kind, ty: slot.ty, list: slot.list }));
    }

    fn expr(&mut self, expr: &Expr) -> Expr {
        let all = |exprs: &[Option<ExprId>], children: &[ExprId]| {
            children.iter().map(|child| new(exprs, child.0)).collect()
        };
        match expr {
            Expr::Const(truth) => Expr::Const(*truth),
            Expr::Not(child) => Expr::Not(new(&self.exprs, child.0)),
            Expr::And(children) => Expr::And(all(&self.exprs, children)),
            Expr::Or(children) => Expr::Or(all(&self.exprs, children)),
            Expr::Check(check) => Expr::Check(Check {
                slot: new(&self.slots, check.slot.0),
                op: check.op,
                modifier: check.modifier,
                rhs: match &check.rhs {
                    Rhs::None => Rhs::None,
                    Rhs::Const(value) => Rhs::Const(self.constant(*value)),
                    Rhs::Set(values) => Rhs::Set(values.iter().map(|value| self.constant(*value)).collect()),
                    Rhs::Slot(right) => Rhs::Slot(new(&self.slots, right.0)),
                },
            }),
        }
    }

    fn rule(&self, rule: &Rule) -> Rule {
        let pieces = |pieces: &[Piece]| -> Box<[Piece]> {
            let piece = |piece: &Piece| match piece {
                Piece::Text(text) => Piece::Text(text.clone()),
                Piece::Value { slot, width } => {
                    Piece::Value { slot: new(&self.slots, slot.0), width: *width }
                }
            };
            pieces.iter().map(piece).collect()
        };
        let field = |field: &OutputField| match field {
            OutputField::Raw { key, slot } => {
                OutputField::Raw { key: key.clone(), slot: slot.map(|slot| new(&self.slots, slot.0)) }
            }
            OutputField::Formatted { key, template } => {
                OutputField::Formatted { key: key.clone(), template: pieces(template) }
            }
        };
        Rule {
            condition: new(&self.exprs, rule.condition.0),
            output: OutputTemplate {
                pieces: pieces(&rule.output.pieces),
                fields: rule.output.fields.iter().map(field).collect(),
            },
            ..rule.clone()
        }
    }
}
