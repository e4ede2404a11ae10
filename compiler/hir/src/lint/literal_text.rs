//! Texts of conditions that Falco reads otherwise than they look: escapes, keywords without a blank after them.

use syntax::ast::NodeKind;
use syntax::span::Span;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::{Condition, LintContext, at};

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    for condition in context.focused() {
        let ast = condition.ast();
        for node in ast.preorder(ast.root()) {
            let op = match ast.kind(node) {
                NodeKind::Unary { op, .. } => op,
                NodeKind::Binary { op, right, .. } => {
                    escapes(context, condition, node, found);
                    if matches!(ast.kind(right), NodeKind::List(items) if ast.items(items).is_empty()) {
                        lost_element(context, condition, ast.span(right), found);
                    }
                    op
                }
                _ => continue,
            };
            let text = condition.text.as_str();
            let next = text.as_bytes().get(op.span.end as usize);
            let word = op.span.slice(text).ends_with(|c: char| c.is_ascii_alphabetic());
            if word && next.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
                let rest = text.get(op.span.start as usize..).unwrap_or("");
                let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
                let span = Span::new(op.span.start, op.span.start + len as u32);
                let (operator, after) = (op.text(), rest.get(op.span.len() as usize..len).unwrap_or(""));
                let message = format!("`{}` is read as `{operator} {after}`", span.slice(text));
                let ours = at(context, condition, span, &codes::GLUED_KEYWORD, message);
                found.push(match context.insertion(condition.text, op.span.end, " ") {
                    Some(edit) => ours.fix_all("put a blank between them", vec![edit], true),
                    None => ours,
                });
            }
        }
    }
}

/// A backslash before a blank stays, the blank is lost.
fn escapes(
    context: &LintContext<'_>,
    condition: &Condition<'_>,
    node: syntax::ast::NodeId,
    found: &mut Vec<Diagnostic>,
) {
    let text = condition.text.as_str();
    for (span, _) in condition.literals(node) {
        let written = span.slice(text);
        if !written.starts_with(['"', '\'']) {
            continue;
        }
        let mut escaped = false;
        for (at_byte, byte) in written.bytes().enumerate() {
            if escaped && byte == b' ' {
                let start = span.start + at_byte as u32 - 1;
                let span = Span::new(start, start + 2);
                let message = "a backslash before a blank stands for the backslash alone";
                let ours = at(context, condition, span, &codes::ODD_ESCAPE, message.to_owned())
                    .label("the blank is lost");
                found.push(match context.edit(condition.text, span, " ") {
                    Some(edit) => ours.fix_all("write the blank alone", vec![edit], false),
                    None => ours,
                });
            }
            escaped = byte == b'\\' && !escaped;
        }
    }
}

/// A list that is empty only because its one element has a wrong escape.
fn lost_element(
    context: &LintContext<'_>,
    condition: &Condition<'_>,
    list: Span,
    found: &mut Vec<Diagnostic>,
) {
    let inside = list.slice(condition.text.as_str()).trim_start_matches('(').trim_end_matches(')');
    if inside.contains(['"', '\'']) {
        let message = format!("{} has an escape that does not exist, so the list is empty", inside.trim());
        found.push(at(context, condition, list, &codes::ODD_ESCAPE, message));
    }
}
