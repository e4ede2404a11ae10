//! Rewrites that keep the meaning: extract, inline, parenthesise and the like.

mod condition;

use syntax::Span;
use syntax::items::{ItemKind, Key};

use crate::code_actions::{Action, ActionKind};
use crate::edit::SourceEdit;
use crate::host::Analysis;
use crate::index::ItemIndex;

impl Analysis {
    /// The rewrites that fit a range.
    pub(crate) fn refactorings(&self, file: usize, range: Span) -> Vec<Action> {
        let Some((start, item)) = self.file(file).and_then(|index| index.item_at(range.start)) else {
            return Vec::new();
        };
        // In files of an unusual shape there is no room for a new item.
        if item.items.len() != 1 || range.start < start {
            return Vec::new();
        }
        let local = Span::new(range.start - start, range.end.saturating_sub(start));
        let mut all = Vec::new();
        all.extend(self.extract_macro(file, start, item, local));
        all.extend(self.extract_list(file, start, item, local));
        all.extend(self.inline_macro(file, start, item, local));
        all.extend(self.parenthesise(file, start, item, local));
        all.extend(self.compare_with_set(file, start, item, local));
        all.extend(self.append_to_override(file, start, item, local));
        all.extend(self.add_exception(file, start, item, local));
        all
    }

    /// `append: true` as `override`.
    fn append_to_override(&self, file: usize, start: u32, item: &ItemIndex, at: Span) -> Option<Action> {
        let own = item.item()?;
        let entry = own.fields.get(Key::Append)?;
        let whole = item.yaml.span(entry.key).cover(item.yaml.span(entry.value));
        if !touches(whole, at) || own.fields.has(Key::Override) || item.yaml.text(entry.value) != Some("true")
        {
            return None;
        }
        let appendable = |key: Option<Key>| {
            key.filter(|key| {
                matches!(
                    key,
                    Key::Items | Key::Condition | Key::Output | Key::Desc | Key::Tags | Key::Exceptions
                )
            })
        };
        let keys: Vec<Key> = own.fields.entries.iter().filter_map(|entry| appendable(entry.known)).collect();
        // With append only conditions and exceptions of rules count.
        let keys: Vec<Key> = keys
            .into_iter()
            .filter(|key| own.kind != ItemKind::Rule || matches!(key, Key::Condition | Key::Exceptions))
            .collect();
        if keys.is_empty() {
            return None;
        }
        let indent = column(&item.text, whole.start);
        let mut text = "override:".to_owned();
        for key in keys {
            text.push_str(&format!("\n{}{}: append", " ".repeat(indent + 2), key.as_str()));
        }
        Some(rewrite("write `override` instead of `append`", SourceEdit::one(file, whole.shift(start), text)))
    }

    /// An exception with places to fill in.
    fn add_exception(&self, file: usize, start: u32, item: &ItemIndex, at: Span) -> Option<Action> {
        let own = item.item()?;
        let head = item.head()?;
        if own.kind != ItemKind::Rule || !touches(head.span, at) || own.fields.has(Key::Override) {
            return None;
        }
        let entry = |indent: usize| {
            let pad = " ".repeat(indent);
            format!(
                "{pad}- name: known\n{pad}  fields: [proc.name]\n{pad}  comps: [in]\n{pad}  values:\n{pad}    - [[value]]"
            )
        };
        let end = item.extent().end;
        let text = match own.fields.get(Key::Exceptions) {
            Some(exceptions) => {
                let &last = item.yaml.elements(exceptions.value).last()?;
                let span = crate::folding::mapping_span(&item.yaml, last)?;
                let indent = column(&item.text, span.start).checked_sub(2)?;
                let end = span.start + span.slice(&item.text).trim_end().len() as u32;
                let edit =
                    SourceEdit::one(file, Span::empty(end).shift(start), format!("\n{}", entry(indent)));
                return Some(rewrite("add an exception", edit));
            }
            None => {
                let indent = own
                    .fields
                    .entries
                    .first()
                    .map(|entry| column(&item.text, item.yaml.span(entry.key).start))?;
                format!("\n{}exceptions:\n{}", " ".repeat(indent), entry(indent + 2))
            }
        };
        Some(rewrite("add an exception", SourceEdit::one(file, Span::empty(end).shift(start), text)))
    }

    /// A name for a new definition.
    pub(crate) fn free_name(&self, base: &str) -> String {
        let taken = |name: &str| {
            [crate::SymbolKind::Macro, crate::SymbolKind::List]
                .iter()
                .any(|kind| !self.found(*kind, name).is_empty())
        };
        let numbered = (2..).map(|number| format!("{base}_{number}"));
        std::iter::once(base.to_owned())
            .chain(numbered)
            .find(|name| !taken(name))
            .unwrap_or_else(|| base.to_owned())
    }
}

pub(crate) fn rewrite(title: &str, edit: SourceEdit) -> Action {
    Action { title: title.to_owned(), kind: ActionKind::Rewrite, preferred: false, edit, repairs: None }
}

pub(crate) fn touches(a: Span, b: Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// Bytes between the start of its line and an offset.
fn column(text: &str, offset: u32) -> usize {
    let before = text.get(..offset as usize).unwrap_or("");
    before.len() - before.rfind('\n').map_or(0, |at| at + 1)
}
