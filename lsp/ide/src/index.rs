//! Items as an editor looks at them: each read once by its text, with the names that stand in it.
//!
//! Offsets in an [`ItemIndex`] count from the start of the item, so that editing one item leaves the others as they are.

mod scalar;
mod walk;

use std::sync::Arc;

use syntax::ast::Ast;
use syntax::items::{Fields, Item, Key};
use syntax::yaml::{Yaml, YamlId, split};
use syntax::{LineIndex, Span};

pub(crate) use scalar::{to_decoded, to_source};
pub(crate) use walk::everything;

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SymbolKind {
    /// A rule.
    Rule,
    /// A macro.
    Macro,
    /// A list.
    List,
}

impl SymbolKind {
    /// The word for it, which is also its key in an item.
    pub const fn as_str(self) -> &'static str {
        match self {
            SymbolKind::Rule => "rule",
            SymbolKind::Macro => "macro",
            SymbolKind::List => "list",
        }
    }
}

/// What a name does where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Defines.
    Definition,
    /// Changes an earlier definition: `override`, `append` or `enabled` alone.
    Update,
    /// Refers.
    Use,
}

/// A name where it stands. A use of a list may turn out to be an ordinary value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) kind: SymbolKind,
    pub(crate) role: Role,
    pub(crate) name: Box<str>,
    pub(crate) span: Span,
}

/// A condition in an item.
#[derive(Debug)]
pub(crate) struct Condition {
    /// Its scalar.
    pub(crate) node: YamlId,
    /// Its tree, with errors recovered from.
    pub(crate) ast: Ast,
    pub(crate) ok: bool,
}

/// A `%field` of an output.
#[derive(Clone, Debug)]
pub(crate) struct OutputField {
    /// The expression, without `%`.
    pub(crate) span: Span,
    pub(crate) text: Box<str>,
}

/// One item.
#[derive(Debug)]
pub(crate) struct ItemIndex {
    pub(crate) text: Arc<str>,
    pub(crate) yaml: Yaml,
    /// The first mapping of the text: more than one only in files of an unusual shape.
    pub(crate) items: Vec<Item>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) outputs: Vec<OutputField>,
    pub(crate) mentions: Vec<Mention>,
}

impl ItemIndex {
    pub(crate) fn new(text: &str) -> ItemIndex {
        walk::index(text)
    }

    /// The item, in files of the usual shape.
    pub(crate) fn item(&self) -> Option<&Item> {
        self.items.first()
    }

    /// The name that the item defines or changes.
    pub(crate) fn head(&self) -> Option<&Mention> {
        self.mentions.iter().find(|one| one.role != Role::Use)
    }

    /// The text of the scalar value of a key.
    pub(crate) fn value(&self, key: Key) -> Option<&str> {
        self.item().and_then(|item| item.fields.get(key)).and_then(|entry| self.yaml.text(entry.value))
    }

    /// The item's exceptions by name.
    pub(crate) fn exceptions(&self) -> impl Iterator<Item = (&str, Fields)> {
        let entry = self.item().and_then(|own| own.fields.get(Key::Exceptions));
        let nodes = entry.map_or(&[][..], |entry| self.yaml.elements(entry.value));
        nodes.iter().filter_map(|&node| {
            let fields = Fields::of(&self.yaml, node);
            let name = fields.get(Key::Name).and_then(|name| self.yaml.text(name.value))?;
            Some((name, fields))
        })
    }

    /// The scalar of a key, or those of its sequence.
    pub(crate) fn scalars(&self, fields: &Fields, key: Key) -> Vec<&str> {
        let Some(entry) = fields.get(key) else { return Vec::new() };
        let nodes = match self.yaml.elements(entry.value) {
            [] => std::slice::from_ref(&entry.value),
            elements => elements,
        };
        nodes.iter().filter_map(|&node| self.yaml.text(node)).collect()
    }

    /// The event source of the item's rule.
    pub(crate) fn source(&self) -> Option<&str> {
        self.value(Key::Source)
    }

    /// What has been written, without the blank lines that follow it.
    pub(crate) fn extent(&self) -> Span {
        let start = self.text.len() - self.text.trim_start_matches(['\n', '\r']).len();
        Span::from(start..self.text.trim_end().len().max(start))
    }
}

/// A file cut into items.
#[derive(Debug)]
pub(crate) struct FileIndex {
    pub(crate) text: Arc<str>,
    pub(crate) lines: LineIndex,
    pub(crate) items: Vec<(u32, Arc<ItemIndex>)>,
}

impl FileIndex {
    /// Cuts a text; items whose text an older index has are taken over.
    pub(crate) fn new(text: &Arc<str>, old: Option<&FileIndex>) -> FileIndex {
        let known: rustc_hash::FxHashMap<&str, &Arc<ItemIndex>> = old
            .map(|old| old.items.iter().map(|(_, item)| (&*item.text, item)).collect())
            .unwrap_or_default();
        let items = split(text)
            .items
            .iter()
            .map(|item| {
                let own = item.span.slice(text);
                let index =
                    known.get(own).map_or_else(|| Arc::new(ItemIndex::new(own)), |&known| known.clone());
                (item.span.start, index)
            })
            .collect();
        FileIndex { text: text.clone(), lines: LineIndex::new(text), items }
    }

    /// The item at an offset: the last that starts at or before it.
    pub(crate) fn item_at(&self, offset: u32) -> Option<(u32, &Arc<ItemIndex>)> {
        let at = self.items.partition_point(|(start, _)| *start <= offset).checked_sub(1)?;
        self.items.get(at).map(|(start, item)| (*start, item))
    }

    /// Every name in the file, with its place.
    pub(crate) fn mentions(&self) -> impl Iterator<Item = (&Mention, Span)> {
        self.items
            .iter()
            .flat_map(|(start, item)| item.mentions.iter().map(move |one| (one, one.span.shift(*start))))
    }
}
