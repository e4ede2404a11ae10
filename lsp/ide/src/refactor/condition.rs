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
use crate::refactor::{Place, rewrite};

/// A condition under the cursor.
pub(super) struct Here<'a> {
    pub(super) place: &'a Place<'a>,
    pub(super) condition: &'a Condition,
    /// The selection in the condition's decoded text.
    pub(super) at: Span,
}

impl<'a> Here<'a> {
    /// The condition that holds a range of an item; `None` if it cannot be read.
    pub(super) fn find(place: &'a Place<'a>, at: Span) -> Option<Here<'a>> {
        let item = place.item;
        let condition = item.conditions.iter().find(|one| item.yaml.span(one.node).encloses(at))?;
        let start = to_decoded(&item.yaml, condition.node, at.start)?;
        let end = to_decoded(&item.yaml, condition.node, at.end)?;
        condition.ok.then_some(Here { place, condition, at: Span::new(start, end) })
    }

    fn ast(&self) -> &'a Ast {
        &self.condition.ast
    }

    /// Replaces a part of the decoded text; `None` if the scalar's style has no room for the new text.
    pub(super) fn replace(&self, edit: &mut SourceEdit, span: Span, new: &str) -> Option<()> {
        let item = self.place.item;
        let span = to_source(&item.yaml, self.condition.node, span).shift(self.place.start);
        edit.push(self.place.file, span, written(item, self.condition, new)?);
        Some(())
    }

    /// The smallest node that satisfies `wanted` and holds the selection.
    fn node(&self, wanted: impl Fn(NodeKind) -> bool) -> Option<NodeId> {
        let ast = self.ast();
        ast.preorder(ast.root())
            .filter(|&id| ast.span(id).encloses(self.at) && wanted(ast.kind(id)))
            .min_by_key(|&id| ast.span(id).len())
    }

    /// The selection without blanks around it, if it is a condition by itself: a whole part of this one, or several
    /// that the same connective joins.
    fn selected_part(&self) -> Option<Span> {
        let ast = self.ast();
        let text = self.at.slice(ast.source());
        let start = self.at.start + (text.len() - text.trim_start().len()) as u32;
        let selected = Span::new(start, start + text.trim().len() as u32);
        let alone = parse(selected.slice(ast.source()), ParseOptions::LOAD);
        if selected.is_empty() || !alone.errors.is_empty() {
            return None;
        }
        // The parts of the smallest node around the selection. Parentheses belong to no node.
        let is_around = |c: char| c.is_whitespace() || matches!(c, '(' | ')');
        let inner = selected.slice(ast.source()).trim_start_matches(is_around);
        let start = selected.end - inner.len() as u32;
        let inner = Span::new(start, start + inner.trim_end_matches(is_around).len() as u32);
        let around = ast
            .preorder(ast.root())
            .filter(|&id| matches!(ast.kind(id), NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Not(_)))
            .filter(|&id| ast.span(id).encloses(inner) && ast.span(id) != inner)
            .min_by_key(|&id| ast.span(id).len());
        let mut parts = Vec::new();
        match around {
            Some(id) => ast.push_children(id, &mut parts),
            None => parts.push(ast.root()),
        }
        parts.retain(|&id| ast.span(id).start < selected.end && selected.start < ast.span(id).end);
        if !parts.iter().all(|&id| selected.encloses(ast.span(id))) {
            return None;
        }
        let is_whole =
            match (parts.as_slice(), around.map(|id| ast.kind(id)), alone.tree.kind(alone.tree.root())) {
                (&[part], ..) => !matches!(ast.kind(part), NodeKind::Identifier(_)),
                // As many parts alone as here, or the selection cuts through parentheses.
                (parts, Some(NodeKind::And(_)), NodeKind::And(own))
                | (parts, Some(NodeKind::Or(_)), NodeKind::Or(own)) => {
                    alone.tree.children(own).len() == parts.len()
                }
                _ => false,
            };
        is_whole.then_some(selected)
    }
}

/// A text as a scalar of the condition's style has it; `None` where it cannot.
pub(super) fn written(item: &ItemIndex, condition: &Condition, text: &str) -> Option<String> {
    match item.yaml.style(condition.node)? {
        ScalarStyle::DoubleQuoted => Some(text.replace('\\', "\\\\").replace('"', "\\\"")),
        ScalarStyle::SingleQuoted => Some(text.replace('\'', "''")),
        ScalarStyle::Plain => {
            let is_plain = !text.contains(": ") && !text.contains(" #") && !text.contains('\n');
            is_plain.then(|| text.to_owned())
        }
        _ => (!text.contains('\n')).then(|| text.to_owned()),
    }
}

/// A condition on one line, quoted values as they are; `None` if one of those has a line break.
pub(super) fn flat(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut escaped = false;
    for sign in text.trim().chars() {
        match quote {
            Some(_) if matches!(sign, '\n' | '\r') => return None,
            Some(open) => {
                if sign == open && !escaped {
                    quote = None;
                }
                escaped = sign == '\\' && !escaped;
                out.push(sign);
            }
            None if sign.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            None => {
                quote = matches!(sign, '"' | '\'').then_some(sign);
                out.push(sign);
            }
        }
    }
    Some(out)
}

impl Analysis {
    /// The selected part of a condition as a macro of its own.
    pub(super) fn extract_macro(&self, here: &Here<'_>) -> Option<Action> {
        let selected = here.selected_part()?;
        let text = flat(selected.slice(here.ast().source()))?;
        // The name needs no parentheses, and neither does the whole of a condition.
        let inner = parse(&text, ParseOptions::LOAD).tree;
        let (root, mut text) = (inner.span(inner.root()), text.as_str());
        if text.starts_with('(')
            && text.ends_with(')')
            && parse(root.slice(text), ParseOptions::LOAD).errors.is_empty()
        {
            text = root.slice(text);
        }
        let name = self.free_name("new_macro");
        let mut edit =
            here.place.insert_before(&format!("- macro: {name}\n  condition: {}\n\n", scalar(text)));
        here.replace(&mut edit, selected, &name)?;
        Some(Action { kind: ActionKind::Extract, names: Some(name), ..rewrite("extract a macro", edit) })
    }

    /// A set of values as a list.
    pub(super) fn extract_list(&self, here: &Here<'_>) -> Option<Action> {
        let ast = here.ast();
        let set = |id: NodeId| match ast.kind(id) {
            NodeKind::Binary { right, .. } => Some(right),
            _ => None,
        };
        // Anywhere in the comparison.
        let check = here.node(|kind| {
            matches!(kind, NodeKind::Binary { right, .. } if matches!(ast.kind(right), NodeKind::List(_)))
        })?;
        let NodeKind::List(items) = ast.kind(set(check)?) else { return None };
        let items = ast.items(items);
        let values: Option<Vec<String>> = items
            .iter()
            .map(|item| self.list_item(item.span.slice(ast.source()), &ast.text_lossy(item.text)))
            .collect();
        let values = values.filter(|values| !values.is_empty())?;
        let name = self.free_name("new_list");
        let inner = Span::new(items.first()?.span.start, items.last()?.span.end);
        let mut edit =
            here.place.insert_before(&format!("- list: {name}\n  items: [{}]\n\n", values.join(", ")));
        here.replace(&mut edit, inner, &name)?;
        Some(Action { kind: ActionKind::Extract, names: Some(name), ..rewrite("extract a list", edit) })
    }

    /// Whether an item of a list is a list with lists in it: those deeper ones would not be replaced.
    fn holds_lists(&self, list: &str) -> bool {
        let mut mentions = self.found(SymbolKind::List, list).iter().flat_map(|(_, _, item)| &item.mentions);
        mentions.any(|one| one.role == Role::Use && !self.found(SymbolKind::List, &one.name).is_empty())
    }

    /// A value of a condition as an item of a list, which puts in quotes what has blanks.
    fn list_item(&self, written: &str, value: &str) -> Option<String> {
        if value.contains('\n') || self.holds_lists(value) {
            return None;
        }
        let quoted = written.starts_with(['"', '\'']);
        // In quotes a list's name is a word like any other.
        let is_name = !self.found(SymbolKind::List, value).is_empty();
        let keeps_quotes = quoted
            && (is_name
                || value.is_empty()
                || value.contains(|c: char| !c.is_alphanumeric() && !"_-./+@ ".contains(c)));
        let item = if keeps_quotes { written } else { value };
        let plain = !crate::rename::needs_quotes(item) && !item.contains([',', '[', ']', '{', '}']);
        Some(if plain { item.to_owned() } else { format!("'{}'", item.replace('\'', "''")) })
    }

    /// Parentheses around the operands of `and` in an `or`.
    pub(super) fn parenthesise(&self, here: &Here<'_>) -> Option<Action> {
        let ast = here.ast();
        let or = here.node(|kind| matches!(kind, NodeKind::Or(_)))?;
        let NodeKind::Or(children) = ast.kind(or) else { return None };
        let mut edit = SourceEdit::default();
        for &child in
            ast.children(children).iter().filter(|&&child| matches!(ast.kind(child), NodeKind::And(_)))
        {
            // A part in parentheses parses with them; one without does not.
            let span = ast.span(child);
            let before = ast.source().get(..span.start as usize)?.trim_end();
            let after = ast.source().get(span.end as usize..)?.trim_start();
            let is_enclosed = before.ends_with('(') && after.starts_with(')');
            if !is_enclosed {
                here.replace(&mut edit, Span::empty(span.start), "(")?;
                here.replace(&mut edit, Span::empty(span.end), ")")?;
            }
        }
        (!edit.edits.is_empty()).then(|| rewrite("parenthesise what `and` binds", edit))
    }

    /// `f = a or f = b` as `f in (a, b)`.
    pub(super) fn compare_with_set(&self, here: &Here<'_>) -> Option<Action> {
        let ast = here.ast();
        let or = here.node(|kind| matches!(kind, NodeKind::Or(_)))?;
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
        let resolved = self.options().catalogue.resolve(&self.source_of(here.place.item), &field).ok()?;
        if !Operator::In.allows(resolved.ty.class(), resolved.list) {
            return None;
        }
        let values: Vec<&str> = run.iter().filter_map(|&id| equality(id).map(|(_, value)| value)).collect();
        let span = ast.span(*run.first()?).cover(ast.span(*run.last()?));
        // Parentheses around one of them would be left half open.
        if !parse(span.slice(ast.source()), ParseOptions::LOAD).errors.is_empty() {
            return None;
        }
        let mut edit = SourceEdit::default();
        here.replace(&mut edit, span, &format!("{field} in ({})", values.join(", ")))?;
        Some(rewrite("compare with a set", edit))
    }
}

/// A text as the plain scalar it is, or as a folded one where YAML would read it otherwise.
fn scalar(text: &str) -> String {
    if crate::rename::needs_quotes(text) { format!(">\n    {text}") } else { text.to_owned() }
}
