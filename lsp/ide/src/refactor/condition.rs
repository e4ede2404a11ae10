//! Rewrites of conditions.

use catalogue::Operator;
use syntax::Span;
use syntax::ast::{Ast, NodeId, NodeKind};
use syntax::condition::{ParseOptions, parse};
use syntax::yaml::ScalarStyle;

use crate::code_actions::{Action, ActionKind};
use crate::cursor::field_text;
use crate::edit::SourceEdit;
use crate::host::Analysis;
use crate::index::{Condition, ItemIndex, Role, SymbolKind, to_decoded, to_source};
use crate::refactor::{rewrite, touches};

/// A condition that holds the cursor, and the cursor in its decoded text.
fn condition_at(item: &ItemIndex, at: Span) -> Option<(&Condition, Span)> {
    let condition = item.conditions.iter().find(|one| item.yaml.span(one.node).encloses(at))?;
    let start = to_decoded(&item.yaml, condition.node, at.start)?;
    let end = to_decoded(&item.yaml, condition.node, at.end)?;
    // Escapes within quotes would have to be made again.
    let quoted = matches!(
        item.yaml.style(condition.node),
        Some(ScalarStyle::DoubleQuoted | ScalarStyle::SingleQuoted)
    );
    (condition.ok && !quoted).then_some((condition, Span::new(start, end)))
}

/// The smallest node that satisfies `wanted` and holds the cursor.
fn node_at(ast: &Ast, at: Span, wanted: impl Fn(NodeKind) -> bool) -> Option<NodeId> {
    ast.preorder(ast.root())
        .filter(|&id| ast.span(id).encloses(at) && wanted(ast.kind(id)))
        .min_by_key(|&id| ast.span(id).len())
}

/// A text on one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Analysis {
    /// The selected part of a condition as a macro of its own.
    pub(super) fn extract_macro(
        &self,
        file: usize,
        start: u32,
        item: &ItemIndex,
        at: Span,
    ) -> Option<Action> {
        let (condition, selected) = condition_at(item, at)?;
        let ast = &condition.ast;
        let text = selected.slice(ast.source());
        let trimmed = text.trim();
        // What is selected must be whole: it parses alone and is a node, or several operands, of the tree.
        let lead = (text.len() - text.trim_start().len()) as u32;
        let span = Span::new(selected.start + lead, selected.start + lead + trimmed.len() as u32);
        let whole = ast.preorder(ast.root()).find(|&id| {
            ast.span(id) == span
                && !matches!(ast.kind(id), NodeKind::Identifier(_) | NodeKind::Value(_) | NodeKind::List(_))
        })?;
        if matches!(ast.kind(whole), NodeKind::Field { .. } | NodeKind::Missing | NodeKind::Incomplete(_)) {
            return None;
        }
        if !parse(trimmed, ParseOptions::LOAD).errors.is_empty() {
            return None;
        }
        let name = self.free_name("new_macro");
        let new = format!("- macro: {name}\n  condition: {}\n\n", scalar(&flat(trimmed)));
        let mut edit = SourceEdit::one(file, Span::empty(start + item.extent().start), new);
        edit.push(file, to_source(&item.yaml, condition.node, span).shift(start), name);
        Some(Action { kind: ActionKind::Extract, ..rewrite("extract a macro", edit) })
    }

    /// A set of values as a list.
    pub(super) fn extract_list(&self, file: usize, start: u32, item: &ItemIndex, at: Span) -> Option<Action> {
        let (condition, at) = condition_at(item, at)?;
        let ast = &condition.ast;
        let node = node_at(ast, at, |kind| matches!(kind, NodeKind::List(_)))?;
        let NodeKind::List(items) = ast.kind(node) else { return None };
        let values: Vec<&str> = ast.items(items).iter().map(|item| item.span.slice(ast.source())).collect();
        if values.is_empty() {
            return None;
        }
        let name = self.free_name("new_list");
        let new = format!("- list: {name}\n  items: [{}]\n\n", values.join(", "));
        let inner = Span::new(ast.items(items).first()?.span.start, ast.items(items).last()?.span.end);
        let mut edit = SourceEdit::one(file, Span::empty(start + item.extent().start), new);
        edit.push(file, to_source(&item.yaml, condition.node, inner).shift(start), name);
        Some(Action { kind: ActionKind::Extract, ..rewrite("extract a list", edit) })
    }

    /// A macro's condition in place of its name.
    pub(super) fn inline_macro(&self, file: usize, start: u32, item: &ItemIndex, at: Span) -> Option<Action> {
        let used = item
            .mentions
            .iter()
            .find(|one| one.kind == SymbolKind::Macro && one.role == Role::Use && touches(one.span, at))?;
        condition_at(item, used.span)?;
        let checked = self.checked();
        let definition = checked.definitions.macros.get(&used.name)?;
        let text = flat(&definition.condition.text(&checked.sources));
        let parsed = parse(&text, ParseOptions::LOAD);
        if !parsed.errors.is_empty() {
            return None;
        }
        let root = parsed.tree.root();
        let whole = parsed.tree.span(root);
        let compound = matches!(parsed.tree.kind(root), NodeKind::And(_) | NodeKind::Or(_))
            && whole.len() as usize == text.trim().len();
        let text = if compound { format!("({text})") } else { text };
        let title = format!("inline `{}`", used.name);
        let edit = SourceEdit::one(file, used.span.shift(start), text);
        Some(Action { kind: ActionKind::Inline, ..rewrite(&title, edit) })
    }

    /// Parentheses around the operands of `and` in an `or`.
    pub(super) fn parenthesise(&self, file: usize, start: u32, item: &ItemIndex, at: Span) -> Option<Action> {
        let (condition, at) = condition_at(item, at)?;
        let ast = &condition.ast;
        let or = node_at(ast, at, |kind| matches!(kind, NodeKind::Or(_)))?;
        let NodeKind::Or(children) = ast.kind(or) else { return None };
        let mut edit = SourceEdit::default();
        for &child in ast.children(children) {
            let span = ast.span(child);
            let before = ast.source().get(..span.start as usize)?.trim_end();
            let after = ast.source().get(span.end as usize..)?.trim_start();
            let enclosed =
                span.slice(ast.source()).starts_with('(') && span.slice(ast.source()).ends_with(')');
            let first_alone = before.ends_with('(') && after.starts_with(')');
            if matches!(ast.kind(child), NodeKind::And(_)) && !first_alone && !enclosed {
                let source = to_source(&item.yaml, condition.node, span).shift(start);
                edit.push(file, Span::empty(source.start), "(");
                edit.push(file, Span::empty(source.end), ")");
            }
        }
        (!edit.edits.is_empty()).then(|| rewrite("parenthesise what `and` binds", edit))
    }

    /// `f = a or f = b` as `f in (a, b)`.
    pub(super) fn compare_with_set(
        &self,
        file: usize,
        start: u32,
        item: &ItemIndex,
        at: Span,
    ) -> Option<Action> {
        let (condition, at) = condition_at(item, at)?;
        let ast = &condition.ast;
        let or = node_at(ast, at, |kind| matches!(kind, NodeKind::Or(_)))?;
        let NodeKind::Or(children) = ast.kind(or) else { return None };
        let equality = |id: NodeId| -> Option<(String, &str)> {
            let NodeKind::Binary { left, op, right } = ast.kind(id) else { return None };
            let is_equal = Operator::from_text(&op.text()) == Some(Operator::Eq);
            let plain = matches!(ast.kind(left), NodeKind::Field { .. })
                && matches!(ast.kind(right), NodeKind::Value(_));
            (is_equal && plain).then(|| (field_text(ast, left), ast.span(right).slice(ast.source())))
        };
        // The longest run of neighbours that compare the same field.
        let children = ast.children(children);
        let mut best: Option<(usize, usize)> = None;
        let mut first = 0;
        while first < children.len() {
            let field = equality(*children.get(first)?).map(|(field, _)| field);
            let mut next = first + 1;
            while field.is_some()
                && children.get(next).is_some_and(|&id| equality(id).map(|(field, _)| field) == field)
            {
                next += 1;
            }
            if next - first > 1 && best.is_none_or(|(a, b)| b - a < next - first) {
                best = Some((first, next));
            }
            first = next;
        }
        let (first, next) = best?;
        let run = children.get(first..next)?;
        let (field, _) = equality(*run.first()?)?;
        let resolved = self.options().catalogue.resolve(&self.source_of(item), &field).ok()?;
        if !Operator::In.allows(resolved.ty.class(), resolved.list) {
            return None;
        }
        let values: Vec<&str> = run.iter().filter_map(|&id| equality(id).map(|(_, value)| value)).collect();
        let span = ast.span(*run.first()?).cover(ast.span(*run.last()?));
        let text = format!("{field} in ({})", values.join(", "));
        let edit = SourceEdit::one(file, to_source(&item.yaml, condition.node, span).shift(start), text);
        Some(rewrite("compare with a set", edit))
    }
}

/// A text as the plain scalar it is, or as a folded one where YAML would read it otherwise.
fn scalar(text: &str) -> String {
    if crate::rename::needs_quotes(text) { format!(">\n    {text}") } else { text.to_owned() }
}
