//! Outputs: their fields and transformers, and Falco's message when one is no format (language.md 8.1, 8.2).

use syntax::ast::{Ast, NodeId, NodeKind};
use syntax::output::{OutputPiece, Template};
use syntax::span::Span;

use crate::check::operand::{Operand, operand};
use crate::check::{Fault, Fields};
use crate::codes;

/// A part of a checked output.
#[derive(Clone, Debug)]
pub enum OutputPart {
    /// Text printed as it is.
    Text(Span),
    /// A field or transformer.
    Value {
        /// From the `%` to its end.
        span: Span,
        /// The fixed width in bytes, if one is asked for.
        width: Option<u32>,
        /// What is printed.
        operand: Box<Operand>,
        /// For a transformer: what [`OutputPart::named`] gives.
        named: Vec<NamedValue>,
    },
}

impl OutputPart {
    /// The values of an alert that come from it, under their canonical texts: for a transformer its arguments before
    /// itself.
    pub fn named(&self) -> Vec<NamedValue> {
        match self {
            OutputPart::Text(_) => Vec::new(),
            OutputPart::Value { operand, named, .. } => match operand.plain_field() {
                Some(field) => {
                    let name = canonical(&field.text);
                    vec![NamedValue { name, operand: (**operand).clone(), transformed: false }]
                }
                None => named.clone(),
            },
        }
    }
}

/// Name and argument of a field as Falco prints them: the argument quoted where it needs it.
fn canonical(text: &str) -> String {
    let bracketed = text.split_once('[').and_then(|(name, rest)| Some((name, rest.strip_suffix(']')?)));
    match bracketed {
        None => text.to_owned(),
        Some((name, "")) => format!("{name}[\"\"]"),
        Some((name, arg)) => format!("{name}[{}]", syntax::quote::quote(arg)),
    }
}

/// A value that an output mentions, under its canonical text.
#[derive(Clone, Debug)]
pub struct NamedValue {
    /// The text, such as `proc.aname[2]`.
    pub name: String,
    /// The value.
    pub operand: Operand,
    /// Whether it is a transformer expression; those are no keys of alerts.
    pub transformed: bool,
}

/// Checks an output or an extra field's format. All faults are found; the first is Falco's.
pub fn check_output(text: &str, fields: &Fields<'_>) -> (Vec<OutputPart>, Vec<Fault>) {
    let mut operands = Vec::new();
    let parsed = syntax::output::parse(text, |ast| match operand(ast, ast.root(), fields) {
        Ok(found) => {
            operands.push(found);
            true
        }
        Err(_) => false,
    });
    let faults = parsed.errors.iter().map(|error| fault(text, error.span, &error.message, fields)).collect();
    (parts(parsed.tree, operands, fields), faults)
}

fn parts(template: Template, operands: Vec<Operand>, fields: &Fields<'_>) -> Vec<OutputPart> {
    let mut operands = operands.into_iter();
    let mut parts = Vec::with_capacity(template.pieces.len());
    for piece in template.pieces {
        match piece {
            OutputPiece::Literal(span) => parts.push(OutputPart::Text(span)),
            OutputPiece::Field(field) => {
                let Some(operand) = operands.next() else { continue };
                let named = named(&field.expr, &operand, fields);
                parts.push(OutputPart::Value {
                    span: field.span,
                    width: field.width,
                    operand: Box::new(operand),
                    named,
                });
            }
        }
    }
    parts
}

/// The named values of one expression, in Falco's order: arguments before the transformer around them, which replaces a
/// transformer that is its last argument.
fn named(ast: &Ast, whole: &Operand, fields: &Fields<'_>) -> Vec<NamedValue> {
    let root = ast.root();
    let name = |node: NodeId| syntax::condition::print(ast, node);
    if let NodeKind::Field { .. } = ast.kind(root) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut last_is_transformer = false;
    let mut stack = vec![(root, false)];
    while let Some((node, visited)) = stack.pop() {
        match ast.kind(node) {
            NodeKind::Field { .. } => {
                if let Ok(operand) = operand(ast, node, fields) {
                    found.push(NamedValue { name: name(node), operand, transformed: false });
                }
                last_is_transformer = false;
            }
            NodeKind::Transformer { .. } if visited => {
                if last_is_transformer {
                    found.pop();
                }
                let operand = if node == root { Ok(whole.clone()) } else { operand(ast, node, fields) };
                if let Ok(operand) = operand {
                    found.push(NamedValue { name: name(node), operand, transformed: true });
                }
                last_is_transformer = true;
            }
            NodeKind::Transformer { args, .. } => {
                stack.push((node, true));
                stack.extend(ast.children(args).iter().rev().map(|child| (*child, false)));
            }
            NodeKind::TransformerList(children) => {
                stack.extend(ast.children(children).iter().rev().map(|child| (*child, false)));
            }
            _ => {}
        }
    }
    found
}

fn fault(text: &str, span: Span, message: &str, fields: &Fields<'_>) -> Fault {
    let unknown = message.starts_with("unknown filter:");
    let code = if unknown { &codes::OUTPUT_FIELD } else { &codes::OUTPUT_FORMAT };
    let mut fault = Fault::new(code, span, message.to_owned());
    if !unknown {
        return match message.ends_with('%') {
            true => fault.note("there is no way to print a percent sign"),
            false => fault,
        };
    }
    let word = span.slice(text).trim_start_matches('%').trim_start_matches(|c: char| c.is_ascii_digit());
    let after: String = text.get(span.start as usize + 1..).unwrap_or("").chars().take(1).collect();
    if after.starts_with(['%', ' ']) {
        return fault.note("there is no way to print a percent sign");
    }
    match fields.resolve(word) {
        Err(error) => {
            let known = fields.fault(word, span, &error);
            let sign = |word: String| format!("%{word}");
            fault.suggestions = known.suggestions.into_iter().map(sign).collect();
            fault.notes = known.notes;
            fault
        }
        Ok(_) => fault,
    }
}
