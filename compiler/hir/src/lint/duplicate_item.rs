//! Values that a list or a set has twice.

use rustc_hash::FxHashMap;
use syntax::ast::NodeKind;
use syntax::span::{FileRange, Span};

use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::lint::{LintContext, at};
use crate::text::ScalarId;

/// Values that a list has twice.
pub(super) fn in_lists(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    for list in context.definitions.lists.iter() {
        let mut first: FxHashMap<&str, ScalarId> = FxHashMap::default();
        for (index, &item) in list.items.iter().enumerate() {
            let text = context.sources.scalar_text(item);
            let Some(&known) = first.get(text) else {
                first.insert(text, item);
                continue;
            };
            let range = item_range(context, item);
            let message = format!("`{text}` is in the list `{}` twice", list.name);
            let ours = Diagnostic::new(&codes::DUPLICATE_ITEM, range, message)
                .label("again here")
                .secondary(item_range(context, known), "first here");
            let before = index.checked_sub(1).and_then(|before| list.items.get(before));
            found.push(match before.and_then(|before| removal(context, *before, item)) {
                Some(edit) => ours.fix_all("remove it", vec![edit], true),
                None => ours,
            });
        }
    }
}

/// Values that a set in a condition has twice.
pub(super) fn in_conditions(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    for (condition, check) in context.checks() {
        let NodeKind::Binary { op, right, .. } = condition.ast().kind(check.node) else { continue };
        // With `oneof` a repetition has a meaning, if an odd one.
        let counted = op.modifier == Some(syntax::token::Modifier::Oneof);
        if !matches!(condition.ast().kind(right), NodeKind::List(_)) {
            continue;
        }
        let mut first: FxHashMap<&[u8], Span> = FxHashMap::default();
        let mut end = None;
        for (span, value) in condition.literals(check.node) {
            let before = end.replace(span.end);
            // Lists that are put in one beside the other may well overlap.
            if condition.text.origin(span.start).is_none_or(|(_, via)| via.is_some()) {
                continue;
            }
            let Some(known) = first.get(value) else {
                first.insert(value, span);
                continue;
            };
            let message = format!("{} is in this list twice", span.slice(condition.text.as_str()));
            let mut ours = at(context, condition, span, &codes::DUPLICATE_ITEM, message)
                .label("again here")
                .secondary(context.place(condition.text, *known).range, "first here");
            if counted {
                ours = ours.note("`oneof` counts both, so it does not hold for this value");
            } else if let Some(before) = before
                && let Some(edit) = context.edit(condition.text, Span::new(before, span.end), "")
            {
                ours = ours.fix_all("remove it", vec![edit], true);
            }
            found.push(ours);
        }
    }
}

fn item_range(context: &LintContext<'_>, item: ScalarId) -> FileRange {
    context.sources.node_range(item.tree, item.node)
}

/// Removes an item together with what separates it from the item before it.
fn removal(context: &LintContext<'_>, before: ScalarId, item: ScalarId) -> Option<Edit> {
    if before.tree != item.tree {
        return None;
    }
    let (start, end) = (item_range(context, before), item_range(context, item));
    if start.span.end > end.span.start {
        return None;
    }
    let range = FileRange { file: end.file, span: Span::new(start.span.end, end.span.end) };
    let between = FileRange { file: end.file, span: Span::new(start.span.end, end.span.start) };
    let separates = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | '-');
    context.sources.slice(between).chars().all(separates).then(|| Edit { range, text: String::new() })
}
