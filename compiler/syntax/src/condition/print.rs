//! Falco's canonical text of a condition (language.md 3.8), optionally with macros put in place of their names.

use crate::ast::{Ast, Children, NodeId, NodeKind, Text};
use crate::quote::quote_into;

/// What a macro's name stands for while printing.
pub type Expansion<'a> = dyn Fn(&str) -> Option<(&'a Ast, NodeId)> + 'a;

/// The canonical text of the tree below `id`. Bytes that are not UTF-8 are replaced.
pub fn print(ast: &Ast, id: NodeId) -> String {
    print_expanded(ast, id, &|_| None, usize::MAX).unwrap_or_default()
}

enum Work<'a> {
    Node(&'a Ast, NodeId),
    Str(&'static str),
    Text(&'a Ast, Text),
    Argument(&'a Ast, Text),
}

/// [`print()`] with macros expanded: `expand` gives the tree of a name, or `None` to leave it. Names inside that tree
/// are expanded in turn, so `expand` must not describe a loop. `None` when the text would exceed `limit` bytes,
/// since macros that use macros twice grow it exponentially.
pub fn print_expanded<'a>(ast: &'a Ast, id: NodeId, expand: &Expansion<'a>, limit: usize) -> Option<String> {
    let mut out = Vec::new();
    let mut work = vec![Work::Node(ast, id)];
    while let Some(next) = work.pop() {
        match next {
            Work::Str(text) => out.extend_from_slice(text.as_bytes()),
            Work::Text(ast, text) => quote_into(ast.bytes(text), &mut out),
            Work::Argument(ast, text) => {
                out.push(b'[');
                match ast.bytes(text) {
                    b"" => out.extend_from_slice(b"\"\""),
                    bytes => quote_into(bytes, &mut out),
                }
                out.push(b']');
            }
            Work::Node(ast, id) => match ast.kind(id) {
                NodeKind::Identifier(name) => match ast.str(name).and_then(expand) {
                    Some((ast, id)) => work.push(Work::Node(ast, id)),
                    None => out.extend_from_slice(ast.bytes(name)),
                },
                NodeKind::And(children) => joined(ast, children, ["(", " and ", ")"], &mut work),
                NodeKind::Or(children) => joined(ast, children, ["(", " or ", ")"], &mut work),
                NodeKind::TransformerList(children) => joined(ast, children, ["(", ",", ")"], &mut work),
                NodeKind::Not(child) => {
                    work.extend([Work::Node(ast, child), Work::Str("not ")]);
                }
                NodeKind::Unary { left, op } => {
                    work.extend([Work::Str(op.symbol.as_str()), Work::Str(" "), Work::Node(ast, left)]);
                }
                NodeKind::Binary { left, op, right } => {
                    work.extend([Work::Node(ast, right), Work::Str(" ")]);
                    if let Some(modifier) = op.modifier {
                        work.extend([Work::Str(modifier.as_str()), Work::Str(" ")]);
                    }
                    work.extend([Work::Str(op.symbol.as_str()), Work::Str(" "), Work::Node(ast, left)]);
                }
                NodeKind::Field { name, arg } => {
                    out.extend_from_slice(ast.bytes(name));
                    work.extend(arg.map(|arg| Work::Argument(ast, arg)));
                }
                NodeKind::Transformer { name, args, arg } => {
                    out.extend_from_slice(name.as_str().as_bytes());
                    work.extend(arg.map(|arg| Work::Argument(ast, arg)));
                    joined(ast, args, ["(", ",", ")"], &mut work);
                }
                NodeKind::Value(text) => work.push(Work::Text(ast, text)),
                NodeKind::List(items) => {
                    work.push(Work::Str(")"));
                    for (index, item) in ast.items(items).iter().enumerate().rev() {
                        work.push(Work::Text(ast, item.text));
                        if index > 0 {
                            work.push(Work::Str(", "));
                        }
                    }
                    work.push(Work::Str("("));
                }
                NodeKind::Incomplete(left) => work.push(Work::Node(ast, left)),
                NodeKind::Missing => {}
            },
        }
        if out.len() > limit {
            return None;
        }
    }
    Some(
        String::from_utf8(out).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
    )
}

fn joined<'a>(
    ast: &'a Ast,
    children: Children,
    [open, between, close]: [&'static str; 3],
    work: &mut Vec<Work<'a>>,
) {
    work.push(Work::Str(close));
    for (index, &child) in ast.children(children).iter().enumerate().rev() {
        work.push(Work::Node(ast, child));
        if index > 0 {
            work.push(Work::Str(between));
        }
    }
    work.push(Work::Str(open));
}
