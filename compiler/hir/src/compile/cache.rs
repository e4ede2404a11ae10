//! Parsed and checked conditions, by text.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use ir::EventSet;
use rustc_hash::{FxHashMap, FxHasher};
use syntax::ast::{Ast, NodeId, NodeKind};
use syntax::condition::{ParseOptions, parse};
use syntax::{Parse, SyntaxError};

use crate::check::{CheckedUnit, Fields, Reach, check_unit};
use crate::compile::PreparedLists;
use crate::compile::rule::RuleOutcome;
use crate::text::Traced;

/// Index of a unit in its cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct UnitId(u32);

/// A parsed condition of a macro or rule.
#[derive(Debug)]
pub struct Unit {
    pub(crate) id: UnitId,
    /// The tree; whole when there is no error.
    pub ast: Ast,
    /// Why it did not parse: the first error is Falco's.
    pub errors: Vec<SyntaxError>,
    /// The identifiers in it, in order.
    pub identifiers: Vec<NodeId>,
    /// Its checks for the first event source that asked.
    checked: OnceLock<(Arc<str>, Arc<CheckedUnit>)>,
}

impl Unit {
    /// Whether it parsed.
    pub fn is_ok(&self) -> bool {
        self.errors.is_empty()
    }

    /// Its checks for an event source, when the compiler needed them and it was the first such source.
    pub(crate) fn checked_for(&self, source: &str) -> Option<&Arc<CheckedUnit>> {
        self.checked.get().filter(|(known, _)| **known == *source).map(|(_, checked)| checked)
    }

    /// The name of an identifier.
    pub fn name(&self, node: NodeId) -> &str {
        match self.ast.kind(node) {
            NodeKind::Identifier(text) => self.ast.str(text).unwrap_or(""),
            _ => "",
        }
    }
}

/// A text with lists put in.
struct Substituted {
    before: Traced,
    after: Arc<Traced>,
    lists: Box<[usize]>,
}

/// Keeps what was parsed and checked, over the loads of a run and beyond.
#[derive(Default)]
pub(crate) struct Cache {
    /// By hash of the text; the second map holds texts whose hash another one has.
    units: FxHashMap<u64, Arc<Unit>>,
    collided: FxHashMap<Arc<str>, Arc<Unit>>,
    /// Units of the run before, by hash; those met again are taken over.
    previous: FxHashMap<u64, Arc<Unit>>,
    checked: FxHashMap<(UnitId, Arc<str>), Arc<CheckedUnit>>,
    /// By rule name.
    pub(crate) rules: FxHashMap<Arc<str>, RuleOutcome>,
    /// Those of the run before that compiled.
    pub(super) earlier: FxHashMap<Arc<str>, RuleOutcome>,
    /// Whether there will be another run, so that outcomes are worth keeping.
    pub(crate) keeps: bool,
    /// What can satisfy macros, by stamp; and of the run before.
    reaches: FxHashMap<u64, Reach<EventSet>>,
    earlier_reaches: FxHashMap<u64, Reach<EventSet>>,
    /// The lists of each load, by stamp; and of the run before.
    lists: FxHashMap<u64, Arc<PreparedLists>>,
    earlier_lists: FxHashMap<u64, Arc<PreparedLists>>,
    /// By the lists' stamp, hash of the text and place of its first byte; and those of the run before.
    texts: FxHashMap<u64, Substituted>,
    earlier_texts: FxHashMap<u64, Substituted>,
    next: u32,
}

impl Cache {
    /// Begins another run: what this one does not meet is forgotten after it.
    pub(crate) fn next_run(&mut self) {
        self.previous = std::mem::take(&mut self.units);
        self.collided.clear();
        self.checked.clear();
        self.earlier = std::mem::take(&mut self.rules);
        self.earlier.retain(|_, outcome| outcome.compiles());
        self.earlier_reaches = std::mem::take(&mut self.reaches);
        self.earlier_lists = std::mem::take(&mut self.lists);
        self.earlier_texts = std::mem::take(&mut self.texts);
    }

    /// The lists with a stamp.
    pub(super) fn lists(&self, stamp: u64) -> Option<Arc<PreparedLists>> {
        self.lists.get(&stamp).or_else(|| self.earlier_lists.get(&stamp)).cloned()
    }

    /// Keeps lists for the next run.
    pub(super) fn keep_lists(&mut self, stamp: u64, lists: &Arc<PreparedLists>) {
        if self.keeps {
            self.lists.insert(stamp, lists.clone());
        }
    }

    /// A text after `substitute`, which puts in the lists with a stamp and tells which they were.
    pub(super) fn substituted(
        &mut self,
        stamp: u64,
        before: Traced,
        substitute: impl FnOnce(&mut Traced) -> Box<[usize]>,
    ) -> (Arc<Traced>, Box<[usize]>) {
        if !self.keeps {
            let mut text = before;
            let lists = substitute(&mut text);
            return (Arc::new(text), lists);
        }
        let mut hasher = FxHasher::default();
        (stamp, before.as_str(), before.origin(0).map(|(origin, _)| origin.scalar)).hash(&mut hasher);
        let key = hasher.finish();
        let known = self.texts.remove(&key).or_else(|| self.earlier_texts.remove(&key));
        let known = known.filter(|known| known.before == before).unwrap_or_else(|| {
            let mut text = before.clone();
            let lists = substitute(&mut text);
            Substituted { before, after: Arc::new(text), lists }
        });
        let found = (known.after.clone(), known.lists.clone());
        self.texts.insert(key, known);
        found
    }

    /// What can satisfy a macro, worked out once for all runs in which nothing below it changes.
    pub(super) fn reach(
        &mut self,
        stamp: u64,
        work_out: impl FnOnce() -> Reach<EventSet>,
    ) -> Reach<EventSet> {
        let earlier = &self.earlier_reaches;
        *self.reaches.entry(stamp).or_insert_with(|| earlier.get(&stamp).copied().unwrap_or_else(work_out))
    }

    /// Parses a condition as Falco does when it loads rules.
    pub(crate) fn unit(&mut self, text: &str) -> Arc<Unit> {
        let mut hasher = FxHasher::default();
        text.hash(&mut hasher);
        let hash = hasher.finish();
        let first = self.units.get(&hash);
        if let Some(known) =
            first.filter(|known| known.ast.source() == text).or_else(|| self.collided.get(text))
        {
            return known.clone();
        }
        let collides = first.is_some();
        if let Some(known) =
            self.previous.remove(&hash).filter(|known| known.ast.source() == text && !collides)
        {
            self.units.insert(hash, known.clone());
            return known;
        }
        let Parse { tree: ast, errors } = parse(text, ParseOptions::LOAD);
        // A tree that came with errors is of no use.
        let identifiers = if errors.is_empty() {
            ast.preorder(ast.root())
                .filter(|node| matches!(ast.kind(*node), NodeKind::Identifier(_)))
                .collect()
        } else {
            Vec::new()
        };
        // From 1: a stamp of 0 stands for no condition.
        self.next += 1;
        let unit =
            Arc::new(Unit { id: UnitId(self.next), ast, errors, identifiers, checked: OnceLock::new() });
        if collides {
            self.collided.insert(text.into(), unit.clone());
        } else {
            self.units.insert(hash, unit.clone());
        }
        unit
    }

    /// Checks a parsed condition for an event source.
    pub(crate) fn checked(
        &mut self,
        unit: &Unit,
        source: &Arc<str>,
        fields: &Fields<'_>,
    ) -> Arc<CheckedUnit> {
        let check = || Arc::new(check_unit(&unit.ast, fields, **source == *catalogue::SYSCALL_SOURCE));
        let (first, checked) = unit.checked.get_or_init(|| (source.clone(), check()));
        if first == source {
            return checked.clone();
        }
        self.checked.entry((unit.id, source.clone())).or_insert_with(check).clone()
    }
}
