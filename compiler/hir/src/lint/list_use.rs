//! What the textual replacement of list names brings about that nobody wants: names inside quotes, names of a third
//! level that stay names, values that happen to be names.

use rustc_hash::FxHashSet;
use syntax::ast::NodeKind;
use syntax::span::{FileRange, Span};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::{LintContext, at};
use crate::text::{Scalars, Use};

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    quoted(context, found);
    for (condition, check) in context.checks() {
        let ast = condition.ast();
        let NodeKind::Binary { op, right, .. } = ast.kind(check.node) else { continue };
        let literals = condition.literals(check.node);
        let alone = matches!(ast.kind(right), NodeKind::Value(_));
        for (span, value) in literals {
            let Some((_, Some(via))) = condition.text.origin(span.start) else { continue };
            let Some(use_) = condition.text.use_at(via) else { continue };
            let Some(list) = context.definitions.lists.at(use_.list) else { continue };
            let value = String::from_utf8_lossy(value);
            if alone && op.symbol.class() == syntax::token::OperatorClass::String && op.modifier.is_none() {
                let range = name_range(context, use_);
                let message = format!(
                    "`{}` is the name of a list, so it is replaced by the list's item `{value}`",
                    list.name
                );
                found.push(
                    Diagnostic::new(&codes::LIST_FOR_VALUE, range, message)
                        .secondary(list.item.name, "the list")
                        .note("put the value in quotes to keep it, or write `in` for the list"),
                );
            } else if value != *list.name
                && let Some(inner) = context.definitions.lists.get(&value)
            {
                let message = format!("`{value}` stays text here, though it is the name of a list");
                found.push(
                    at(context, condition, span, &codes::NESTED_LIST, message)
                        .secondary(inner.item.name, "the list that is meant")
                        .note(
                            "lists are put into lists one level deep; name the list in the condition itself",
                        ),
                );
            }
        }
    }
}

/// Names that were replaced inside quoted texts.
fn quoted(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen: FxHashSet<FileRange> = FxHashSet::default();
    for condition in context.focused() {
        for use_ in condition.text.uses() {
            let text = context.sources.scalar_text(use_.name.scalar);
            let before = text.get(..use_.name.offset as usize).unwrap_or("");
            // An item with a blank is put in quotes as a whole.
            let inside = match use_.parent {
                None => in_quotes(before),
                Some(_) => text.contains(' '),
            };
            let range = name_range(context, use_);
            if !inside || !seen.insert(range) {
                continue;
            }
            let Some(list) = context.definitions.lists.at(use_.list) else { continue };
            let message = format!(
                "`{}` is replaced by the items of the list of this name, even inside quotes",
                list.name
            );
            found.push(
                Diagnostic::new(&codes::LIST_IN_QUOTES, range, message)
                    .secondary(list.item.name, "the list")
                    .note("list names are replaced in the text of conditions before anything else is read"),
            );
        }
    }
}

fn name_range(context: &LintContext<'_>, use_: &Use) -> FileRange {
    let span = Span::new(use_.name.offset, use_.name.offset + use_.len);
    Scalars::range(context.sources, use_.name.scalar, span)
}

/// Whether a text ends inside quotes, as conditions have them.
fn in_quotes(text: &str) -> bool {
    let mut open = None;
    let mut last = 0;
    for byte in text.bytes() {
        match open {
            None if matches!(byte, b'"' | b'\'') => open = Some(byte),
            Some(quote) if byte == quote && last != b'\\' => open = None,
            _ => {}
        }
        last = byte;
    }
    open.is_some()
}
