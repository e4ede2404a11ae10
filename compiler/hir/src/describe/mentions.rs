//! Names that a condition mentions, and conditions with macros put in place of their names.

use std::collections::BTreeSet;

use syntax::ast::{Ast, NodeId, NodeKind};
use syntax::condition::print_expanded;

use crate::describe::LONGEST;

/// Names mentioned in a condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Fields with their arguments, on both sides and inside transformers.
    pub fields: BTreeSet<String>,
    /// Operators as written.
    pub operators: BTreeSet<String>,
    /// Known macros.
    pub macros: BTreeSet<String>,
    /// Known lists, named in right-hand parentheses.
    pub lists: BTreeSet<String>,
    /// Transformers.
    pub transformers: BTreeSet<String>,
    /// Values that `evt.type` and `evt.asynctype` are compared with.
    pub event_names: BTreeSet<String>,
}

/// What a condition mentions.
pub fn mentions(ast: &Ast, is_macro: impl Fn(&str) -> bool, is_list: impl Fn(&str) -> bool) -> Mentions {
    let mut found = Mentions::default();
    for node in ast.preorder(ast.root()) {
        match ast.kind(node) {
            NodeKind::Field { .. } => {
                found.fields.insert(field_text(ast, node));
            }
            NodeKind::Identifier(text) => {
                found.macros.extend(Some(ast.text_lossy(text).into_owned()).filter(|name| is_macro(name)));
            }
            NodeKind::Transformer { name, .. } => {
                found.transformers.insert(name.as_str().to_owned());
            }
            NodeKind::Unary { op, .. } => {
                found.operators.insert(op.text().into_owned());
            }
            NodeKind::Binary { left, op, right } => {
                found.operators.insert(op.text().into_owned());
                let names_events = matches!(field_text(ast, left).as_str(), "evt.type" | "evt.asynctype");
                let values: Vec<String> = match ast.kind(right) {
                    NodeKind::Value(text) => vec![ast.text_lossy(text).into_owned()],
                    NodeKind::List(items) => {
                        ast.items(items).iter().map(|item| ast.text_lossy(item.text).into_owned()).collect()
                    }
                    _ => Vec::new(),
                };
                let in_list = matches!(ast.kind(right), NodeKind::List(_));
                for value in values {
                    if in_list && is_list(&value) {
                        found.lists.insert(value);
                    } else if names_events {
                        found.event_names.insert(value);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

/// A condition with macros put in place of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// Its canonical text.
    pub text: String,
    /// Names that stood for a macro.
    pub resolved: BTreeSet<String>,
    /// Names that stood for none.
    pub unknown: BTreeSet<String>,
}

/// Expands the macros that `macros` knows; they must not refer to themselves.
pub fn expand<'a>(ast: &'a Ast, macros: impl Fn(&str) -> Option<&'a Ast>) -> Expansion {
    let mut found = Expansion::default();
    let mut open = vec![ast];
    while let Some(ast) = open.pop() {
        for name in mentions(ast, |_| true, |_| false).macros {
            match macros(&name) {
                Some(inner) => {
                    if found.resolved.insert(name) {
                        open.push(inner);
                    }
                }
                None => {
                    found.unknown.insert(name);
                }
            }
        }
    }
    let inner = |name: &str| macros(name).map(|ast| (ast, ast.root()));
    found.text = print_expanded(ast, ast.root(), &inner, LONGEST).unwrap_or_default();
    found
}

/// A field as details print it: the argument as it is; an empty one not at all.
fn field_text(ast: &Ast, node: NodeId) -> String {
    let NodeKind::Field { name, arg } = ast.kind(node) else { return String::new() };
    let name = ast.text_lossy(name);
    match arg.map(|arg| ast.text_lossy(arg)).filter(|arg| !arg.is_empty()) {
        Some(arg) => format!("{name}[{arg}]"),
        None => name.into_owned(),
    }
}
