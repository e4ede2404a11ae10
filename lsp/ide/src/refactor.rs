//! Rewrites that keep the meaning: extract, inline, parenthesise and the like.

mod condition;
mod inline;

use syntax::Span;
use syntax::items::{ItemKind, Key};

use crate::code_actions::{Action, ActionKind};
use crate::edit::SourceEdit;
use crate::host::Analysis;
use crate::index::{FileIndex, ItemIndex, SymbolKind};
use condition::Here;

/// An item in its file.
pub(crate) struct Place<'a> {
    pub(crate) file: usize,
    pub(crate) index: &'a FileIndex,
    /// Where the item starts.
    pub(crate) start: u32,
    pub(crate) item: &'a ItemIndex,
}

impl Place<'_> {
    /// Where the item's first line starts.
    pub(crate) fn first_line(&self) -> u32 {
        self.start + self.item.extent().start
    }

    /// Where the comments right above the item start, or the item.
    fn comments_above(&self) -> u32 {
        let lines = &self.index.lines;
        let mut line = lines.line(self.first_line());
        while line > 0 && lines.line_text(&self.index.text, line - 1).trim_start().starts_with('#') {
            line -= 1;
        }
        lines.line_start(line)
    }

    /// Blanks before the item's dash.
    pub(crate) fn indent(&self) -> &str {
        let line = self.item.extent().slice(&self.item.text);
        line.get(..line.len() - line.trim_start_matches(' ').len()).unwrap_or("")
    }

    /// An edit that puts a new item before this one and its comments.
    fn insert_before(&self, new: &str) -> SourceEdit {
        let lines = new.split_inclusive('\n');
        let text: String = lines
            .map(|line| if line == "\n" { line.to_owned() } else { format!("{}{line}", self.indent()) })
            .collect();
        SourceEdit::one(self.file, Span::empty(self.comments_above()), text)
    }
}

impl Analysis {
    /// The rewrites that fit a range.
    pub(crate) fn refactorings(&self, file: usize, range: Span) -> Vec<Action> {
        let Some(index) = self.file(file) else { return Vec::new() };
        let Some((start, item)) = index.item_at(range.start) else { return Vec::new() };
        // In files of an unusual shape there is no room for a new item.
        if item.items.len() != 1 || range.start < start {
            return Vec::new();
        }
        let local = Span::new(range.start - start, range.end.saturating_sub(start));
        let place = Place { file, index, start, item };
        let mut all = Vec::new();
        if let Some(here) = Here::find(&place, local) {
            all.extend(self.extract_macro(&here));
            all.extend(self.extract_list(&here));
            all.extend(self.parenthesise(&here));
            all.extend(self.compare_with_set(&here));
        }
        all.extend(self.inline_macro(&place, local));
        all.extend(self.append_to_override(&place, local));
        all.extend(self.add_exception(&place, local));
        all
    }

    /// `append: true` as `override`, where no finding offers the same.
    fn append_to_override(&self, place: &Place<'_>, at: Span) -> Option<Action> {
        let item = place.item;
        let own = item.item()?;
        let entry = own.fields.get(Key::Append)?;
        let whole = item.yaml.span(entry.key).cover(item.yaml.span(entry.value));
        if !touches(whole, at) || own.fields.has(Key::Override) || item.yaml.text(entry.value) != Some("true")
        {
            return None;
        }
        let offered = self.all_diagnostics().iter().filter_map(|finding| finding.diagnostic()).any(|one| {
            let at = one.primary();
            one.code.name == "deprecated-append"
                && at.file.0 as usize == place.file
                && touches(at.span, whole.shift(place.start))
        });
        // With append only conditions and exceptions of rules count.
        let is_rule = own.kind == ItemKind::Rule;
        let appended = |key: &Key| match key {
            Key::Condition | Key::Exceptions => true,
            Key::Items => !is_rule,
            _ => false,
        };
        let keys: Vec<Key> =
            own.fields.entries.iter().filter_map(|entry| entry.known).filter(appended).collect();
        if offered || keys.is_empty() {
            return None;
        }
        let indent = column(&item.text, whole.start);
        let mut text = "override:".to_owned();
        for key in keys {
            text.push_str(&format!("\n{}{}: append", " ".repeat(indent + 2), key.as_str()));
        }
        let edit = SourceEdit::one(place.file, whole.shift(place.start), text);
        Some(rewrite("write `override` instead of `append`", edit))
    }

    /// An exception with places to fill in, from the rule's name or its exceptions.
    fn add_exception(&self, place: &Place<'_>, at: Span) -> Option<Action> {
        let item = place.item;
        let own = item.item()?;
        let head = item.head()?;
        let exceptions = own.fields.get(Key::Exceptions);
        let on_key = exceptions.is_some_and(|entry| touches(item.yaml.span(entry.key), at));
        if own.kind != ItemKind::Rule || !(touches(head.span, at) || on_key) {
            return None;
        }
        let name = self.free_exception(&head.name);
        let entry = |indent: usize| {
            let pad = " ".repeat(indent);
            format!(
                "{pad}- name: {name}\n{pad}  fields: [proc.name]\n{pad}  comps: [in]\n{pad}  values:\n{pad}    - [[value]]"
            )
        };
        let mut edit = SourceEdit::default();
        if let Some(changes) = own.fields.get(Key::Override) {
            // What is added has to be said to be.
            let (key, value) = (Key::Exceptions.as_str(), changes.value);
            if item.yaml.get(value, key).is_none() {
                let pairs = item.yaml.pairs(value);
                let end = item.yaml.span(pairs.last()?.value).end;
                let is_flow = item.yaml.span(value).slice(&item.text).starts_with('{');
                let before = match is_flow {
                    true => ", ".to_owned(),
                    false => format!(
                        "\n{}",
                        " ".repeat(column(&item.text, item.yaml.span(pairs.first()?.key).start))
                    ),
                };
                edit.push(place.file, Span::empty(end).shift(place.start), format!("{before}{key}: append"));
            }
        }
        let (end, text) = match exceptions {
            Some(exceptions) => {
                let &last = item.yaml.elements(exceptions.value).last()?;
                let span = crate::folding::mapping_span(&item.yaml, last)?;
                // In flow style there is no line for it.
                let line = item.text.get(..span.start as usize)?.rsplit('\n').next()?;
                let indent = line.strip_suffix("- ").filter(|rest| rest.trim().is_empty())?.len();
                (span.start + span.slice(&item.text).trim_end().len() as u32, entry(indent))
            }
            None => {
                let indent = column(&item.text, item.yaml.span(own.fields.entries.first()?.key).start);
                (item.extent().end, format!("{}exceptions:\n{}", " ".repeat(indent), entry(indent + 2)))
            }
        };
        edit.push(place.file, Span::empty(end).shift(place.start), format!("\n{text}"));
        Some(rewrite("add an exception", edit))
    }

    /// A name that no exception of the rule has.
    fn free_exception(&self, rule: &str) -> String {
        free("known", |name| !self.exception_places(rule, name).is_empty())
    }

    /// A name for a new definition.
    fn free_name(&self, base: &str) -> String {
        let kinds = [SymbolKind::Macro, SymbolKind::List];
        free(base, |name| kinds.iter().any(|kind| !self.places(*kind, name).is_empty()))
    }
}

/// The base, or else the base with the first number with which it is not taken.
fn free(base: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    std::iter::once(base.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

pub(crate) fn rewrite(title: &str, edit: SourceEdit) -> Action {
    Action {
        title: title.to_owned(),
        kind: ActionKind::Rewrite,
        preferred: false,
        edit,
        repairs: None,
        names: None,
    }
}

pub(crate) fn touches(a: Span, b: Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// Bytes between the start of its line and an offset.
fn column(text: &str, offset: u32) -> usize {
    let before = text.get(..offset as usize).unwrap_or("");
    before.len() - before.rfind('\n').map_or(0, |at| at + 1)
}
