//! Type checking of one parsed condition. Identifiers are left to whoever knows the macros.

use std::borrow::Cow;
use std::sync::OnceLock;

use catalogue::{Modifier, Operator};
use ir::Const;
use ir::literal::{self, LiteralError};
use syntax::ast::{Ast, CheckOperator, NodeId, NodeKind, Text};
use syntax::span::Span;

use crate::check::operand::{Operand, OperandKind, operand};
use crate::check::operator::{modifier, operator};
use crate::check::{Fault, Fields, events, warning};
use crate::codes::{self, Code};
use crate::falco::DeprecatedField;

/// The right side of a checked comparison.
#[derive(Clone, Debug)]
pub enum TypedRhs {
    /// `exists` has none.
    None,
    /// Literals: one, or the elements of a list.
    Literals(Vec<Const>),
    /// A field or transformer.
    Operand(Box<Operand>),
}

/// A checked comparison.
#[derive(Clone, Debug)]
pub struct TypedCheck {
    /// Its node.
    pub node: NodeId,
    /// The left side.
    pub left: Operand,
    /// The operator.
    pub op: Operator,
    /// The modifier.
    pub modifier: Option<Modifier>,
    /// The right side.
    pub right: TypedRhs,
    /// A number equal for comparisons that say the same, once it has been asked for.
    pub(crate) meaning: OnceLock<u64>,
}

/// A warning of the compiler about a literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralWarning {
    /// Falco's position: the start of the right-hand side.
    pub at: u32,
    /// The literal.
    pub span: Span,
    /// The kind of problem.
    pub code: &'static Code,
    /// Falco's message.
    pub message: String,
}

/// What happens in the order in which Falco compiles a condition.
#[derive(Clone, Debug)]
pub enum Step {
    /// A comparison was refused; Falco's position is the start of the comparison.
    Fault(u32, Fault),
    /// A literal deserves a warning.
    Warning(LiteralWarning),
    /// A macro's name stands here.
    Identifier(NodeId),
}

/// A checked condition, macros apart.
#[derive(Clone, Debug, Default)]
pub struct CheckedUnit {
    /// Comparisons in order.
    pub checks: Vec<TypedCheck>,
    /// Faults, warnings and identifiers in order.
    pub steps: Vec<Step>,
    /// Deprecated fields on left sides, as bits of [`DeprecatedField`].
    pub deprecated: u8,
    /// Where each deprecated field stands first.
    pub deprecated_spans: Vec<(DeprecatedField, Span)>,
    /// A field of the Kubernetes audit source compared with `<NA>`.
    pub unsafe_na: Option<Span>,
    /// By node: one more than the place of its comparison.
    by_node: Box<[u32]>,
}

impl CheckedUnit {
    /// The place among the comparisons of the one at a node.
    pub fn check_index(&self, node: NodeId) -> Option<usize> {
        Some(self.by_node.get(node.index())?.checked_sub(1)? as usize)
    }
}

/// Checks every comparison of a condition.
pub fn check_unit(ast: &Ast, fields: &Fields<'_>, syscall_source: bool) -> CheckedUnit {
    let mut unit = CheckedUnit::default();
    for node in ast.preorder(ast.root()) {
        match ast.kind(node) {
            NodeKind::Identifier(_) => unit.steps.push(Step::Identifier(node)),
            NodeKind::Unary { left, op } => {
                scan_left(ast, left, &mut unit);
                let checked = check(ast, node, left, op, None, fields, &mut unit.steps);
                finish(ast, node, checked, syscall_source, &mut unit);
            }
            NodeKind::Binary { left, op, right } => {
                let unsafe_field = scan_left(ast, left, &mut unit);
                if unsafe_field && is_equality(op) {
                    scan_right(ast, right, &mut unit);
                }
                let checked = check(ast, node, left, op, Some(right), fields, &mut unit.steps);
                finish(ast, node, checked, syscall_source, &mut unit);
            }
            _ => {}
        }
    }
    let mut by_node = vec![0; ast.nodes().len()];
    for (at, check) in unit.checks.iter().enumerate() {
        if let Some(slot) = by_node.get_mut(check.node.index()) {
            *slot = at as u32 + 1;
        }
    }
    unit.by_node = by_node.into();
    unit
}

fn finish(
    ast: &Ast,
    node: NodeId,
    checked: Result<TypedCheck, Fault>,
    syscall_source: bool,
    unit: &mut CheckedUnit,
) {
    let at = ast.node(node).at;
    match checked {
        Ok(check) => {
            if syscall_source && let Some(fault) = events::hazard(ast, node) {
                unit.steps.push(Step::Fault(at, fault));
            }
            unit.checks.push(check);
        }
        Err(fault) => unit.steps.push(Step::Fault(at, fault)),
    }
}

fn check(
    ast: &Ast,
    node: NodeId,
    left: NodeId,
    written: CheckOperator,
    right: Option<NodeId>,
    fields: &Fields<'_>,
    steps: &mut Vec<Step>,
) -> Result<TypedCheck, Fault> {
    let left = operand(ast, left, fields)?;
    let op = operator(written.symbol);
    let modifier = written.modifier.map(modifier);
    if let Some(message) = op.rejection(left.shape.ty, left.shape.list, modifier.is_some()) {
        let fault = Fault::new(&codes::OPERATOR_TYPE, written.span, format!("filter error: {message}"));
        return Err(explain_operator(fault, &left, op));
    }
    let right = match right {
        None => TypedRhs::None,
        Some(right) => match ast.kind(right) {
            NodeKind::Value(text) => {
                let value = ast.bytes(text);
                let span = ast.span(right);
                let at = ast.node(right).at;
                TypedRhs::Literals(vec![one_literal(&left, op, value, span, at, fields, steps)?])
            }
            NodeKind::List(items) => {
                let at = ast.node(right).at;
                let items = ast.items(items);
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    values.push(one_literal(&left, op, ast.bytes(item.text), item.span, at, fields, steps)?);
                }
                TypedRhs::Literals(values)
            }
            _ => {
                let right_operand = operand(ast, right, fields)?;
                comparable(&left, op, &right_operand)
                    .map_err(|message| Fault::new(&codes::FIELD_COMPARISON, ast.span(right), message))?;
                TypedRhs::Operand(Box::new(right_operand))
            }
        },
    };
    Ok(TypedCheck { node, left, op, modifier, right, meaning: OnceLock::new() })
}

fn explain_operator(fault: Fault, left: &Operand, op: Operator) -> Fault {
    let kind = if left.shape.list { "a list of " } else { "" };
    let fault = fault.note(format!("`{}` is {kind}type {}", left.name(), left.shape.ty.name()));
    let allowed: Vec<&str> = catalogue::OPERATORS
        .into_iter()
        .filter(|other| *other != op && other.rejection(left.shape.ty, left.shape.list, false).is_none())
        .map(Operator::as_str)
        .collect();
    fault.note(format!("operators that fit: {}", allowed.join(", ")))
}

/// Reads one literal, after the warnings that Falco notes for it.
fn one_literal(
    left: &Operand,
    op: Operator,
    value: &[u8],
    span: Span,
    at: u32,
    fields: &Fields<'_>,
    steps: &mut Vec<Step>,
) -> Result<Const, Fault> {
    let text = std::str::from_utf8(value).map_or_else(|_| String::from_utf8_lossy(value), Cow::Borrowed);
    warning::of_literal(op, &text, fields, |code, message| {
        steps.push(Step::Warning(LiteralWarning { at, span, code, message }));
    });
    let field = left.plain_field();
    let base = field_name(left);
    let raw_argument = field.is_some() && base == Some("evt.rawarg");
    let parsed = match literal::parse(value, left.shape.ty, op) {
        // Falco reads literals of raw arguments in a way that has no byte buffers.
        Ok(Const::Bytes(_)) if raw_argument => Err(LiteralError::Type(left.shape.ty)),
        other => other,
    };
    let parsed = parsed.map_err(|error| {
        let code =
            if matches!(error, LiteralError::Regex(_)) { &codes::BAD_REGEX } else { &codes::BAD_LITERAL };
        Fault::new(code, span, error.to_string())
    })?;
    match base {
        Some("evt.type") if !fields.catalogue().knows_event_name(&text) => {
            let mut fault =
                Fault::new(&codes::UNKNOWN_EVENT_TYPE, span, format!("unknown event type {text}"));
            fault.suggestions = fields.nearest_event_types(&text);
            return Err(fault);
        }
        Some("evt.around") if op != Operator::Eq => {
            let message = "evt.around supports only '=' comparison operator";
            return Err(Fault::new(&codes::OPERATOR_TYPE, span, message));
        }
        _ => {}
    }
    Ok(parsed)
}

/// The field whose literals are checked in a way of its own, also below single-argument transformers.
fn field_name(operand: &Operand) -> Option<&str> {
    let mut operand = operand;
    loop {
        match &operand.kind {
            OperandKind::Field(field) => return Some(field.name.as_ref()),
            OperandKind::Transform { transformer, args, .. } if !transformer.is_multi_value() => {
                operand = args.first()?
            }
            _ => return None,
        }
    }
}

fn comparable(left: &Operand, op: Operator, right: &Operand) -> Result<(), String> {
    match op {
        Operator::Pmatch => return Err("operator 'PMATCH' doesn't support right-hand side fields".to_owned()),
        Operator::Regex => return Err("operator 'REGEX' doesn't support right-hand side fields".to_owned()),
        _ => {}
    }
    if left.shape.ty.class() == catalogue::TypeClass::IpNet {
        return Err("field type 'IPNET' doesn't support right-hand side fields".to_owned());
    }
    if !left.allows_rhs() {
        return Err(format!("field '{}' doesn't support right-hand side fields", left.name()));
    }
    if !right.allows_rhs() {
        return Err(format!("field '{}' can't be used as a right-hand side field", right.name()));
    }
    if left.shape != right.shape {
        let quoted = |operand: &Operand| {
            let list = if operand.shape.list { " (list)" } else { "" };
            format!("'{}{list}'", operand.shape.ty.name())
        };
        return Err(format!(
            "field '{}' has type {} while the right-hand side field '{}' has incompatible type {}",
            left.name(),
            quoted(left),
            right.name(),
            quoted(right)
        ));
    }
    Ok(())
}

/// Notes deprecated fields of a left side. Whether the last field in it belongs to the Kubernetes audit source.
fn scan_left(ast: &Ast, left: NodeId, unit: &mut CheckedUnit) -> bool {
    if let NodeKind::Field { name, .. } = ast.kind(left) {
        return scan_field(ast, name, ast.span(left), unit);
    }
    let mut unsafe_field = false;
    for node in ast.preorder(left) {
        if let NodeKind::Field { name, .. } = ast.kind(node) {
            unsafe_field = scan_field(ast, name, ast.span(node), unit);
        }
    }
    unsafe_field
}

fn scan_field(ast: &Ast, name: Text, span: Span, unit: &mut CheckedUnit) -> bool {
    let name = ast.str(name).unwrap_or("");
    note_deprecated(name, span, unit);
    name.starts_with("ka.") || name.starts_with("jevt.")
}

fn note_deprecated(name: &str, span: Span, unit: &mut CheckedUnit) {
    if let Some(field) = DeprecatedField::from_name(name)
        && unit.deprecated & field.bit() == 0
    {
        unit.deprecated |= field.bit();
        unit.deprecated_spans.push((field, span));
    }
}

fn scan_right(ast: &Ast, right: NodeId, unit: &mut CheckedUnit) {
    const NO_VALUE: &[u8] = b"<NA>";
    for node in ast.preorder(right) {
        let found = match ast.kind(node) {
            NodeKind::Value(text) => (ast.bytes(text) == NO_VALUE).then(|| ast.span(node)),
            NodeKind::List(items) => {
                ast.items(items).iter().find(|item| ast.bytes(item.text) == NO_VALUE).map(|item| item.span)
            }
            NodeKind::Field { name, .. } => {
                if let Some(name) = ast.str(name) {
                    note_deprecated(name, ast.span(node), unit);
                }
                None
            }
            _ => None,
        };
        unit.unsafe_na = unit.unsafe_na.or(found);
    }
}

fn is_equality(op: CheckOperator) -> bool {
    let plain = op.modifier.is_none();
    plain
        && matches!(
            operator(op.symbol),
            Operator::Eq | Operator::Ne | Operator::In | Operator::Intersects | Operator::Pmatch
        )
}
