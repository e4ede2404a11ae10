//! Exceptions of rules as collected.

use std::sync::Arc;

use syntax::span::FileRange;

use crate::source::TreeId;
use crate::text::ScalarId;

/// A text of an exception: as decoded and, unless it is a default, where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Atom {
    /// The text.
    pub text: Arc<str>,
    /// The scalar that it comes from.
    pub scalar: Option<ScalarId>,
}

/// A text or a sequence of entries; neither, for nodes that are null or mappings, is an empty text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A text, perhaps empty.
    One(Atom),
    /// A sequence.
    Many(Vec<Entry>),
}

impl Default for Entry {
    fn default() -> Self {
        Entry::One(Atom { text: "".into(), scalar: None })
    }
}

impl Entry {
    /// A text that no file holds.
    pub(crate) fn constant(text: &str) -> Entry {
        Entry::One(Atom { text: text.into(), scalar: None })
    }

    /// Whether there is anything: a text that is not empty, or a sequence with elements.
    pub fn is_valid(&self) -> bool {
        match self {
            Entry::One(atom) => !atom.text.is_empty(),
            Entry::Many(items) => !items.is_empty(),
        }
    }

    /// Whether it is a sequence.
    pub fn is_list(&self) -> bool {
        matches!(self, Entry::Many(_))
    }

    /// The elements of a sequence; none for a text.
    pub fn items(&self) -> &[Entry] {
        match self {
            Entry::One(_) => &[],
            Entry::Many(items) => items,
        }
    }

    /// The text; empty for a sequence.
    pub fn text(&self) -> &str {
        match self {
            Entry::One(atom) => &atom.text,
            Entry::Many(_) => "",
        }
    }

    /// The scalar of a text.
    pub fn scalar(&self) -> Option<ScalarId> {
        match self {
            Entry::One(atom) => atom.scalar,
            Entry::Many(_) => None,
        }
    }
}

/// An exception of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its name.
    pub name: Arc<str>,
    /// A field, or a sequence of fields.
    pub fields: Entry,
    /// An operator, or one for each field.
    pub comps: Entry,
    /// Values, or rows of values.
    pub values: Vec<Entry>,
    /// The name as written.
    pub name_range: FileRange,
    /// Where the rule's item stands that brought it, and the exception in it: Falco's offsets.
    pub(crate) tree: TreeId,
    pub(crate) item_at: u32,
    pub(crate) at: u32,
}
