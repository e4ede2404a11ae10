//! What can be written at the cursor.

mod condition;
mod context;
mod documentation;
mod exceptions;
mod fields;
mod keys;
mod names;
mod values;

use syntax::Span;
use syntax::ast::NodeKind;
use syntax::items::{ItemKind, Key};

use crate::cursor::field_text;
use crate::host::Analysis;
use crate::index::ItemIndex;
use context::Context;

pub(crate) use condition::{Expect, state as condition_state};
pub(crate) use context::{Spot, context};

/// What a proposal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompletionKind {
    /// A key.
    Key,
    /// A whole item or entry with places to fill in.
    Snippet,
    /// A field.
    Field,
    /// A macro.
    Macro,
    /// A list.
    List,
    /// A rule.
    Rule,
    /// An operator or connective.
    Operator,
    /// A transformer.
    Transformer,
    /// A value.
    Value,
    /// A priority, boolean or other word of a fixed set.
    Constant,
    /// A tag.
    Tag,
}

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside the label.
    pub detail: String,
    /// What is written over [`Completion::replace`].
    pub insert: String,
    /// Whether `insert` is a snippet with `$1` and so on.
    pub is_snippet: bool,
    /// What is replaced: the word before the cursor.
    pub replace: Span,
    /// Where the word ends that the cursor is in, for editors that can replace all of it.
    pub word_end: u32,
    /// Less stands further up.
    pub rank: u8,
    /// Whether it should not be used any more.
    pub deprecated: bool,
}

/// Proposals under construction.
pub(crate) struct Proposals<'a> {
    pub(crate) analysis: &'a Analysis,
    pub(crate) source: String,
    /// The word before the cursor.
    pub(crate) word: String,
    replace: Span,
    word_end: u32,
    /// Event types that the item's conditions name.
    pub(crate) own_events: Vec<String>,
    pub(crate) all: Vec<Completion>,
}

impl Proposals<'_> {
    pub(crate) fn add(
        &mut self,
        kind: CompletionKind,
        rank: u8,
        label: &str,
        detail: impl Into<String>,
    ) -> &mut Completion {
        let made = Completion {
            label: label.to_owned(),
            kind,
            detail: detail.into(),
            insert: label.to_owned(),
            is_snippet: false,
            replace: self.replace,
            word_end: self.word_end,
            rank,
            deprecated: false,
        };
        self.all.push(made);
        let last = self.all.len() - 1;
        &mut self.all[last]
    }

    pub(crate) fn snippet(&mut self, rank: u8, label: &str, detail: &str, insert: impl Into<String>) {
        let made = self.add(CompletionKind::Snippet, rank, label, detail);
        made.insert = insert.into();
        made.is_snippet = true;
    }
}

impl Analysis {
    /// Proposals for the cursor at `offset`: those that begin like the word first, then the likeliest kinds, then by name.
    pub fn completions(&self, file: usize, offset: u32) -> Vec<Completion> {
        let Some(index) = self.file(file) else { return Vec::new() };
        let (start, item) = match index.item_at(offset) {
            Some((start, item)) => (start, Some(item)),
            None => (0, None),
        };
        let Some(before) = index.text.get(start as usize..offset as usize) else { return Vec::new() };
        let context = context(before);
        let word = context.word.len() as u32;
        let source = item.map_or_else(|| catalogue::SYSCALL_SOURCE.to_owned(), |item| self.source_of(item));
        let replace = Span::new(offset - word, offset);
        let after = index.text.get(offset as usize..).unwrap_or("");
        let rest =
            after.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(after.len());
        let mut proposals = Proposals {
            analysis: self,
            source,
            word: context.word.to_owned(),
            replace,
            word_end: offset + rest as u32,
            own_events: item.map_or_else(Vec::new, |item| event_types(item)),
            all: Vec::new(),
        };
        proposals.fill(&context);
        let mut all = proposals.all;
        all.retain(|one| fits(context.word, &one.label));
        // Right behind a key's colon.
        let needs_blank =
            before.get(..before.len() - context.word.len()).is_some_and(|bare| bare.ends_with(':'))
                && matches!(context.spot, Spot::Value { text, .. } if text.len() == context.word.len());
        for one in &mut all {
            one.fit_before(after.get(rest..).unwrap_or(""));
            if needs_blank {
                one.insert.insert(0, ' ');
            }
        }
        let order = |one: &Completion| (!begins(context.word, &one.label), one.rank);
        all.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.label.cmp(&b.label)));
        all.dedup_by(|a, b| a.label == b.label && a.kind == b.kind);
        all
    }
}

impl Completion {
    /// Leaves out what stands behind the word already.
    fn fit_before(&mut self, after: &str) {
        let follows = |sign: char| after.trim_start_matches(' ').starts_with(sign);
        let stands = match self.kind {
            CompletionKind::Key => follows(':'),
            CompletionKind::Transformer | CompletionKind::Operator => self.is_snippet && follows('('),
            CompletionKind::Field => self.is_snippet && after.starts_with('['),
            _ => false,
        };
        if stands {
            self.insert.clone_from(&self.label);
            self.is_snippet = false;
        }
    }
}

/// Whether a label begins with the word, in whatever case.
fn begins(word: &str, label: &str) -> bool {
    label.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Event types that an item's conditions name.
fn event_types(item: &ItemIndex) -> Vec<String> {
    let values = item.conditions.iter().flat_map(|condition| {
        let ast = &condition.ast;
        let compared = ast.preorder(ast.root()).filter_map(|id| match ast.kind(id) {
            NodeKind::Binary { left, right, .. } if field_text(ast, left) == "evt.type" => Some(right),
            _ => None,
        });
        compared.flat_map(move |right| match ast.kind(right) {
            NodeKind::List(items) => {
                ast.items(items).iter().map(|item| ast.text_lossy(item.text).into_owned()).collect()
            }
            NodeKind::Value(text) => vec![ast.text_lossy(text).into_owned()],
            _ => Vec::new(),
        })
    });
    values.collect()
}

/// Whether a label has the word's characters in their order, in whatever case: editors match no more loosely.
fn fits(word: &str, label: &str) -> bool {
    let mut rest = label.chars();
    word.chars().all(|wanted| rest.any(|one| one.eq_ignore_ascii_case(&wanted)))
}

impl Proposals<'_> {
    fn fill(&mut self, context: &Context<'_>) {
        match &context.spot {
            Spot::Item => self.item_kinds(),
            Spot::Key => self.keys(context),
            Spot::Entry => self.entries(context),
            Spot::Comment { text } => self.comment(text),
            Spot::Value { .. } if context.path.iter().any(|key| key == "override") => {
                self.override_actions(context)
            }
            Spot::Value { key, text } => match key.as_str() {
                "condition" => self.condition(text, context),
                "output" => self.output(text, context.word),
                "priority" => self.priorities(),
                "source" => self.sources(),
                "enabled" | "append" | "capture" | "warn_evttypes" | "skip-if-unknown-filter" => {
                    self.booleans()
                }
                "tags" => {
                    self.tags();
                    self.elements(text);
                }
                "items" => {
                    self.list_items_here(context);
                    self.elements(text);
                }
                "rule" | "macro" | "list" => self.names_of(key),
                "fields" => self.fields(2, context.word),
                "comps" => self.comparisons(context, text),
                "values" => self.exception_values(context, text),
                "name" if context.path.iter().any(|key| key == "exceptions") => self.exception_names(context),
                "name" => self.plugins(),
                "version" => self.plugin_version(context),
                "required_engine_version" => {
                    let version = self.analysis.options().engine_version.to_string();
                    self.add(CompletionKind::Constant, 0, &version, "the version that is checked against");
                }
                _ => {}
            },
        }
    }

    fn keys(&mut self, context: &Context<'_>) {
        match context.path.last().map(String::as_str) {
            Some("override") => self.override_keys(context),
            Some("exceptions") => self.exception_keys(context),
            Some("required_plugin_versions" | "alternatives") => self.plugin_keys(context),
            _ => self.item_keys(context),
        }
    }

    fn item_keys(&mut self, context: &Context<'_>) {
        let kind = context.kind();
        let keys = kind.keys();
        if keys.is_empty() {
            return self.item_kinds_without_dash();
        }
        if kind == ItemKind::RequiredPluginVersions {
            return self.entries(context);
        }
        for &key in keys.iter().filter(|key| !context.has(key.as_str())) {
            self.key(key);
        }
    }

    /// For a sequence: leaves out what it holds already, and opens it where it is not open yet.
    fn elements(&mut self, text: &str) {
        let typed = text.len() - self.word.len();
        let before = text.get(..typed).unwrap_or("");
        let is_open = before.contains(['[', '\n']);
        self.leave_out(before.trim_start().trim_start_matches('['));
        for one in self.all.iter_mut().filter(|_| !is_open) {
            one.insert = format!("[{}]", one.insert);
        }
    }

    /// Leaves out the words of a sequence.
    pub(crate) fn leave_out(&mut self, sequence: &str) {
        let words: Vec<&str> =
            sequence.split([',', '\n']).map(|word| word.trim().trim_start_matches("- ").trim()).collect();
        self.all.retain(|one| !words.contains(&one.label.as_str()));
    }

    /// Codes of findings that a comment can allow.
    fn comment(&mut self, text: &str) {
        let directive = text.trim_start_matches('#').trim_start();
        if directive.strip_prefix("rulec:").is_some_and(|rest| rest.contains('(') && !rest.contains(')')) {
            for code in hir::codes::ALL.iter().filter(|code| code.severity != hir::Severity::Error) {
                self.add(CompletionKind::Constant, 0, code.name, code.title);
            }
        } else if !directive.is_empty() && "rulec:".starts_with(directive) {
            self.snippet(0, "rulec: allow", "allows findings in what follows", "rulec: allow(${1:code})");
        }
    }

    fn key(&mut self, key: Key) {
        let rank = match key {
            Key::Condition | Key::Output | Key::Desc | Key::Priority | Key::Items => 0,
            Key::Append => 3,
            _ => 1,
        };
        let insert = keys::insertion(key);
        let made = self.add(CompletionKind::Key, rank, key.as_str(), "");
        made.deprecated = key == Key::Append;
        made.is_snippet = insert.contains('$');
        made.insert = insert;
    }
}

#[cfg(test)]
mod tests;
