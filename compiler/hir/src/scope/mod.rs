//! Definitions: rules, macros and lists after all appends and overrides read so far (language.md 1.4, 2, 7.5).

mod exception;
mod rule;
mod version;

use std::sync::Arc;

use rustc_hash::FxHashMap;
use syntax::span::{FileRange, Span};

use crate::source::{Sources, TreeId};
use crate::text::{ScalarId, Scalars, Traced};

pub use exception::{Atom, Entry, Exception};
pub use rule::{Rule, Update};
pub use version::{ENGINE_VERSION, PluginRequirement, Version};

/// What an item did to a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Defined it, anew if it existed.
    Define,
    /// Appended to it.
    Append,
    /// Replaced parts of it.
    Replace,
    /// Enabled or disabled it.
    Enable,
}

/// One item that took part in a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What it did.
    pub change: Change,
    /// Its name as written.
    pub name: FileRange,
}

/// Where a definition's last full item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemAt {
    pub(crate) tree: TreeId,
    /// Falco's offset of the item in its tree.
    pub(crate) at: u32,
    /// The item's name as written.
    pub name: FileRange,
}

/// Where a definition stands among the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Counter of the item that first defined it: its place in the order.
    pub index: u32,
    /// Counter of the last item that defined it or changed it: from there on later macros and lists see it.
    pub visibility: u32,
    /// Grows with every change.
    pub version: u32,
    /// Every item that took part, in order.
    pub layers: Vec<Layer>,
}

/// A piece of a text value: part of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub(crate) scalar: ScalarId,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A text value: the pieces that items brought, joined by single spaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextValue {
    pieces: Vec<Piece>,
}

impl TextValue {
    pub(crate) fn of(scalar: ScalarId, sources: &Sources) -> TextValue {
        let end = sources.scalar_text(scalar).len() as u32;
        TextValue { pieces: vec![Piece { scalar, start: 0, end }] }
    }

    /// The value without white space at its ends.
    pub(crate) fn trimmed(scalar: ScalarId, sources: &Sources) -> TextValue {
        let is_space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c');
        let text = sources.scalar_text(scalar);
        let start = text.len() - text.trim_start_matches(is_space).len();
        let end = start + text.trim_matches(is_space).len();
        TextValue { pieces: vec![Piece { scalar, start: start as u32, end: end as u32 }] }
    }

    pub(crate) fn append(&mut self, other: &TextValue) {
        self.pieces.extend_from_slice(&other.pieces);
    }

    /// Whether no item brought anything.
    pub fn is_missing(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The text.
    pub fn text(&self, sources: &Sources) -> String {
        let parts: Vec<&str> = self.pieces.iter().map(|piece| piece_text(piece, sources)).collect();
        parts.join(" ")
    }

    /// The text with its origins.
    pub fn traced(&self, sources: &Sources) -> Traced {
        let mut traced = Traced::default();
        self.push_to(&mut traced, sources);
        traced
    }

    pub(crate) fn push_to(&self, traced: &mut Traced, sources: &Sources) {
        for (index, piece) in self.pieces.iter().enumerate() {
            if index > 0 {
                traced.push_glue(" ", piece.scalar);
            }
            traced.push_part(piece_text(piece, sources), piece.scalar, piece.start);
        }
    }

    /// The scalars of the pieces in order.
    pub fn scalars(&self) -> impl ExactSizeIterator<Item = ScalarId> + '_ {
        self.pieces.iter().map(|piece| piece.scalar)
    }

    /// The pieces in order: text, and where it stands.
    pub fn parts<'s>(&'s self, sources: &'s Sources) -> impl Iterator<Item = (&'s str, FileRange)> + 's {
        self.pieces.iter().map(|piece| {
            let span = Span::new(piece.start, piece.end);
            (piece_text(piece, sources), Scalars::range(sources, piece.scalar, span))
        })
    }

    /// The scalar of the first piece.
    pub fn first_scalar(&self) -> Option<ScalarId> {
        self.pieces.first().map(|piece| piece.scalar)
    }
}

fn piece_text<'s>(piece: &Piece, sources: &'s Sources) -> &'s str {
    sources.scalar_text(piece.scalar).get(piece.start as usize..piece.end as usize).unwrap_or("")
}

/// A list.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Its name.
    pub name: Arc<str>,
    /// Its items in order.
    pub items: Vec<ScalarId>,
    /// Its last full definition.
    pub item: ItemAt,
    /// Where it stands among the lists.
    pub standing: Standing,
}

/// A macro.
#[derive(Clone, Debug, PartialEq)]
pub struct Macro {
    /// Its name.
    pub name: Arc<str>,
    /// Its condition, appended pieces included.
    pub condition: TextValue,
    /// Falco's offset of the condition of its last full definition.
    pub(crate) condition_at: u32,
    /// Its last full definition.
    pub item: ItemAt,
    /// Where it stands among the macros.
    pub standing: Standing,
}

/// Definitions of one kind in order of first definition, with an index by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Table<T> {
    all: Vec<T>,
    by_name: FxHashMap<Arc<str>, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { all: Vec::new(), by_name: FxHashMap::default() }
    }
}

/// What a [`Table`] holds.
pub trait Named {
    /// The name.
    fn name(&self) -> &Arc<str>;
    /// Where it stands.
    fn standing(&mut self) -> &mut Standing;
}

impl Named for List {
    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn standing(&mut self) -> &mut Standing {
        &mut self.standing
    }
}

impl Named for Macro {
    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn standing(&mut self) -> &mut Standing {
        &mut self.standing
    }
}

impl<T: Named> Table<T> {
    /// All, in order of first definition.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.all.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The position of the one with this name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The one with this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.position(name).and_then(|at| self.all.get(at))
    }

    /// The one at this position.
    pub fn at(&self, position: usize) -> Option<&T> {
        self.all.get(position)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        let at = self.position(name)?;
        self.all.get_mut(at)
    }

    /// Defines one anew, in the place of an older one of its name.
    fn define(&mut self, mut value: T, counter: u32) {
        let name = value.name().clone();
        match self.get_mut(&name) {
            Some(old) => {
                let standing = old.standing();
                let (index, version) = (standing.index, standing.version);
                let mut layers = std::mem::take(&mut standing.layers);
                let new = value.standing();
                layers.append(&mut new.layers);
                *new = Standing { index, visibility: counter, version: version + 1, layers };
                *old = value;
            }
            None => {
                let new = value.standing();
                (new.index, new.visibility) = (counter, counter);
                self.by_name.insert(name, self.all.len());
                self.all.push(value);
            }
        }
    }
}

/// Everything collected so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definitions {
    /// Lists.
    pub lists: Table<List>,
    /// Macros.
    pub macros: Table<Macro>,
    /// Rules, those of unknown sources included.
    pub rules: Table<Rule>,
    /// The highest engine version asked for.
    pub engine_version: Option<Version>,
    /// Plugin requirements: each a choice of alternatives.
    pub plugins: Vec<PluginRequirement>,
    counter: u32,
}

impl Definitions {
    fn next(&mut self) -> u32 {
        let counter = self.counter;
        self.counter += 1;
        counter
    }

    pub(crate) fn define_list(&mut self, list: List) {
        let counter = self.next();
        self.lists.define(list, counter);
    }

    pub(crate) fn define_macro(&mut self, one: Macro) {
        let counter = self.next();
        self.macros.define(one, counter);
    }

    pub(crate) fn define_rule(&mut self, rule: Rule) {
        let counter = self.next();
        self.rules.define(rule, counter);
    }

    /// Appends items to a list. Whether it exists.
    pub(crate) fn append_list(&mut self, list: &List) -> bool {
        let counter = self.counter;
        let Some(old) = self.lists.get_mut(&list.name) else { return false };
        old.items.extend_from_slice(&list.items);
        old.standing.change(counter, Change::Append, list.item.name);
        self.counter += 1;
        true
    }

    /// Appends to a macro's condition. Whether it exists.
    pub(crate) fn append_macro(&mut self, one: &Macro) -> bool {
        let counter = self.counter;
        let Some(old) = self.macros.get_mut(&one.name) else { return false };
        old.condition.append(&one.condition);
        old.standing.change(counter, Change::Append, one.item.name);
        self.counter += 1;
        true
    }

    /// Records a change of a rule that has been made.
    pub(crate) fn changed_rule(&mut self, name: &str, change: Change, at: FileRange) {
        let counter = self.next();
        if let Some(rule) = self.rules.get_mut(name) {
            rule.standing.change(counter, change, at);
        }
    }
}

impl Standing {
    pub(crate) fn new(name: FileRange) -> Standing {
        Standing { index: 0, visibility: 0, version: 0, layers: vec![Layer { change: Change::Define, name }] }
    }

    /// Records that an item enabled or disabled the rule, which moves nothing.
    pub(crate) fn toggled(&mut self, name: FileRange) {
        self.version += 1;
        self.layers.push(Layer { change: Change::Enable, name });
    }

    fn change(&mut self, counter: u32, change: Change, name: FileRange) {
        self.visibility = counter;
        self.version += 1;
        self.layers.push(Layer { change, name });
    }
}
