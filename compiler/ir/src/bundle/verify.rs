//! Consistency of a program: what evaluator, code generator and engine rely on.

use std::net::IpAddr;

use catalogue::{Operator, OperatorSyntax, Shape, Transformer, TypeClass, ValueType};
use rustc_hash::FxHashSet;

use super::error::VerifyError;
use crate::consts::Const;
use crate::event_set::EventSet;
use crate::expr::{Check, Expr, Rhs, Slot, SlotId, SlotKind};
use crate::ops::number::{truncate_signed, truncate_unsigned};
use crate::ops::regex;
use crate::program::{OutputField, Piece, Program, Rule};

/// Longest text or buffer that a value is compared with.
const LITERAL_LIMIT: usize = 255;
/// Most options of a fixed width: an output line is not padded beyond what one field could fill.
const WIDTH_LIMIT: u32 = 1 << 16;

type Problem = Result<(), &'static str>;

/// Checks that every id is in range, operands precede their users, and types fit operators and constants.
pub fn verify(program: &Program) -> Result<(), VerifyError> {
    each("import", &program.imports, |_, import| {
        ensure(program.sources.contains(&import.source), "its event source is not one of the program's")?;
        ensure(!import.name.is_empty() && import.text.starts_with(&*import.name), "its text is not its name")
    })?;
    each("constant", &program.consts, |_, value| match value {
        Const::Network(network) => {
            let longest = if matches!(network.address, IpAddr::V4(_)) { 32 } else { 128 };
            ensure(network.prefix <= longest, "the prefix is too long")
        }
        _ => Ok(()),
    })?;
    each("slot", &program.slots, |id, slot| check_slot(program, id, slot))?;
    each("expression", &program.exprs, |id, expr| {
        let before =
            |child: &crate::ExprId| ensure((child.0 as usize) < id, "an operand does not precede it");
        match expr {
            Expr::Const(_) => Ok(()),
            Expr::Not(child) => before(child),
            Expr::And(children) | Expr::Or(children) => children.iter().try_for_each(before),
            Expr::Check(check) => check_check(program, check),
        }
    })?;
    let mut names = FxHashSet::default();
    each("rule", &program.rules, |_, rule| {
        ensure(names.insert(&*rule.name), "another rule has its name")?;
        check_rule(program, rule)
    })?;
    let mut listed = vec![false; program.rules.len()];
    each("place in the order", &program.order, |_, rule| match listed.get_mut(rule.0 as usize) {
        None => Err("no such rule"),
        Some(listed) => ensure(!std::mem::replace(listed, true), "the rule occurs twice"),
    })
}

fn ensure(holds: bool, problem: &'static str) -> Problem {
    if holds { Ok(()) } else { Err(problem) }
}

fn each<'p, T>(
    node: &'static str,
    items: &'p [T],
    mut check: impl FnMut(usize, &'p T) -> Problem,
) -> Result<(), VerifyError> {
    for (id, item) in items.iter().enumerate() {
        if u32::try_from(id).is_err() {
            return Err(VerifyError { node, id, problem: "too many" });
        }
        check(id, item).map_err(|problem| VerifyError { node, id, problem })?;
    }
    Ok(())
}

fn check_slot(program: &Program, id: usize, slot: &Slot) -> Problem {
    let operand = |operand: &SlotId| {
        ensure((operand.0 as usize) < id, "an operand does not precede it")?;
        program.slots.get(operand.0 as usize).ok_or("no such slot")
    };
    match &slot.kind {
        SlotKind::Import(import) => {
            let import = program.imports.get(import.0 as usize).ok_or("no such import")?;
            ensure((import.ty, import.list) == (slot.ty, slot.list), "its type is not that of the field")
        }
        SlotKind::Const(value) => {
            let value = program.consts.get(value.0 as usize).ok_or("no such constant")?;
            ensure(matches!(value, Const::Text(_)), "a literal argument is a text")?;
            ensure(slot.ty == ValueType::CharBuf && !slot.list, "its type is not that of a literal")
        }
        SlotKind::List(elements) => {
            elements.iter().try_for_each(|element| operand(element).map(drop))?;
            ensure(slot.list, "a list must be typed as one")
        }
        SlotKind::Transform { transformer, args, selector } => {
            for arg in args {
                operand(arg)?;
            }
            let (least, most) = transformer.arity();
            ensure(
                args.len() >= least && most.is_none_or(|most| args.len() <= most),
                "wrong number of arguments",
            )?;
            ensure(
                selector.is_none() || *transformer == Transformer::Getopt,
                "only getopt selects an option",
            )?;
            let text = |list| Shape { ty: ValueType::CharBuf, list };
            let expected = match (transformer, &**args) {
                (Transformer::Val, _) => return Err("val is not computed"),
                (Transformer::Join | Transformer::Concat, _) => Some(text(false)),
                (Transformer::Getopt, _) => Some(text(selector.is_none())),
                (transformer, [arg]) => {
                    let arg = operand(arg)?;
                    transformer.apply(Shape { ty: arg.ty, list: arg.list })
                }
                _ => None,
            };
            let expected = expected.ok_or("the transformer does not take that argument")?;
            ensure(expected == Shape { ty: slot.ty, list: slot.list }, "its type is not the transformer's")
        }
    }
}

fn check_check(program: &Program, check: &Check) -> Problem {
    let slot = program.slots.get(check.slot.0 as usize).ok_or("no such slot")?;
    let class = slot.ty.class();
    // Raw arguments of such types compare as numbers or texts.
    let raw = class == TypeClass::Other
        && !slot.list
        && (check.op.allows(TypeClass::Number, false) || check.op.allows(TypeClass::String, false));
    ensure(raw || check.op.allows(class, slot.list), "the operator does not suit the type")?;
    let syntax = check.op.syntax();
    ensure(check.modifier.is_none() || syntax == OperatorSyntax::String, "the operator takes no modifier")?;
    let is_set = syntax == OperatorSyntax::List || check.modifier.is_some();
    let literal = |id: &crate::ConstId| {
        let value = program.consts.get(id.0 as usize).ok_or("no such constant")?;
        check_literal(value, slot.ty, check.op)
    };
    match &check.rhs {
        Rhs::None => ensure(check.op == Operator::Exists, "a right side is missing"),
        Rhs::Const(value) => {
            ensure(
                check.op != Operator::Exists && check.modifier.is_none(),
                "the right side has the wrong form",
            )?;
            literal(value)
        }
        Rhs::Set(values) => {
            ensure(is_set, "the operator takes a single value")?;
            values.iter().try_for_each(literal)
        }
        Rhs::Slot(right) => {
            let right = program.slots.get(right.0 as usize).ok_or("no such slot")?;
            let allowed = !matches!(check.op, Operator::Exists | Operator::Pmatch | Operator::Regex)
                && check.modifier.is_none()
                && class != TypeClass::IpNet;
            ensure(allowed, "the operator takes no field on the right")?;
            ensure((right.ty, right.list) == (slot.ty, slot.list), "both sides differ in type")
        }
    }
}

/// Whether a constant can be compared with values of a type.
fn check_literal(value: &Const, ty: ValueType, op: Operator) -> Problem {
    let suits = match (ty.class(), value) {
        (TypeClass::Number, Const::Float(_)) => ty == ValueType::Double,
        (TypeClass::Number, Const::Signed(value)) => {
            ty.is_signed() && truncate_signed(*value, ty.width().unwrap_or(8)) == *value
        }
        (TypeClass::Number, Const::Unsigned(value)) => {
            !ty.is_signed()
                && ty != ValueType::Double
                && truncate_unsigned(*value, ty.width().unwrap_or(8)) == *value
        }
        (TypeClass::Bool, Const::Bool(_)) => true,
        (TypeClass::String, Const::Text(text)) => text.len() <= LITERAL_LIMIT && !text.contains(&0),
        (TypeClass::Buffer, Const::Bytes(bytes)) => bytes.len() <= LITERAL_LIMIT,
        (TypeClass::IpAddr, Const::Address(_)) | (TypeClass::IpNet, Const::Network(_)) => true,
        (TypeClass::Other, Const::Text(text)) => text.len() <= LITERAL_LIMIT,
        (TypeClass::Other, Const::Unsigned(_) | Const::Signed(_)) => true,
        _ => false,
    };
    ensure(suits, "a constant does not suit the type")?;
    match (op, value) {
        (Operator::Regex, Const::Text(pattern)) => {
            regex::check_syntax(pattern).map_err(|_| "a regular expression is not valid")
        }
        _ => Ok(()),
    }
}

fn check_rule(program: &Program, rule: &Rule) -> Problem {
    ensure(!rule.name.is_empty(), "it has no name")?;
    ensure((rule.source.0 as usize) < program.sources.len(), "no such event source")?;
    ensure((rule.condition.0 as usize) < program.exprs.len(), "no such expression")?;
    let beyond = rule.events.difference(&EventSet::below(catalogue::EVENT_COUNT));
    ensure(beyond.is_empty(), "an event type does not exist")?;
    let slot = |slot: &SlotId| ensure((slot.0 as usize) < program.slots.len(), "no such slot");
    let piece = |piece: &Piece| match piece {
        Piece::Text(_) => Ok(()),
        Piece::Value { slot: value, width } => {
            ensure(width.is_none_or(|width| width <= WIDTH_LIMIT), "a width is too large")?;
            slot(value)
        }
    };
    rule.output.pieces.iter().try_for_each(piece)?;
    rule.output.fields.iter().try_for_each(|field| match field {
        OutputField::Raw { slot: value, .. } => value.iter().try_for_each(slot),
        OutputField::Formatted { template, .. } => template.iter().try_for_each(piece),
    })
}
