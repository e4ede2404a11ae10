//! Trees of conditions as the cases write them.

use serde_json::{Value as Json, json};
use syntax::ast::{Ast, Children, NodeId, NodeKind, Text};

/// A tree in the form of the cases' `ast`.
pub(crate) fn json(ast: &Ast, node: NodeId) -> Json {
    let text = |text: Text| Json::from(ast.text_lossy(text).into_owned());
    let all = |children: Children| -> Vec<Json> {
        ast.children(children).iter().map(|child| json(ast, *child)).collect()
    };
    match ast.kind(node) {
        NodeKind::And(children) => json!({ "and": all(children) }),
        NodeKind::Or(children) => json!({ "or": all(children) }),
        NodeKind::Not(child) => json!({ "not": json(ast, child) }),
        NodeKind::Identifier(name) => json!({ "macro": text(name) }),
        NodeKind::Unary { left, op } => json!({ "check": [json(ast, left), op.text()] }),
        NodeKind::Binary { left, op, right } => {
            json!({ "check": [json(ast, left), op.text(), json(ast, right)] })
        }
        NodeKind::Field { name, arg: None } => json!({ "field": text(name) }),
        NodeKind::Field { name, arg: Some(arg) } => json!({ "field": text(name), "arg": text(arg) }),
        NodeKind::Transformer { name, args, arg } => {
            let mut object = json!({ "transformer": name.as_str(), "of": all(args) });
            if let Some(arg) = arg {
                object["arg"] = text(arg);
            }
            object
        }
        NodeKind::TransformerList(children) => json!({ "args": all(children) }),
        NodeKind::Value(value) => json!({ "value": text(value) }),
        NodeKind::List(items) => {
            let items: Vec<Json> = ast.items(items).iter().map(|item| text(item.text)).collect();
            json!({ "list": items })
        }
        NodeKind::Incomplete(_) | NodeKind::Missing => Json::Null,
    }
}

/// The kind of a node as the cases' `nodes` name it.
pub(crate) fn kind(ast: &Ast, node: NodeId) -> &'static str {
    match ast.kind(node) {
        NodeKind::And(_) => "and",
        NodeKind::Or(_) => "or",
        NodeKind::Not(_) => "not",
        NodeKind::Identifier(_) => "identifier",
        NodeKind::Unary { .. } => "unary",
        NodeKind::Binary { .. } => "binary",
        NodeKind::Field { .. } => "field",
        NodeKind::Transformer { .. } => "transformer",
        NodeKind::TransformerList(_) => "transformer_list",
        NodeKind::Value(_) => "value",
        NodeKind::List(_) => "list",
        NodeKind::Incomplete(_) | NodeKind::Missing => "missing",
    }
}

/// Every node in pre-order: kind, offset, line and column.
pub(crate) fn nodes(ast: &Ast) -> Vec<Json> {
    ast.preorder(ast.root())
        .map(|node| {
            let at = syntax::condition::position(ast.source(), ast.node(node).at);
            json!([kind(ast, node), at.offset, at.line, at.column])
        })
        .collect()
}
