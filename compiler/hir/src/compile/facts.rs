//! What holds of a macro with all macros below it, worked out once for all rules that use it.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use catalogue::Catalogue;
use ir::EventSet;
use rustc_hash::{FxHashMap, FxHasher};
use syntax::ast::NodeId;

use crate::check::{CheckedUnit, Fields, Reach, Step, reach};
use crate::compile::Compiler;
use crate::compile::cache::Unit;
use crate::scope::Definitions;

/// Facts about all macros, by index.
#[derive(Default)]
pub(super) struct Facts {
    /// Macros below others come first; in a loop the order is arbitrary.
    order: Vec<usize>,
    /// Equal in two loads when nothing below the macro has changed.
    stamps: Vec<u64>,
    reach: Vec<Reach<EventSet>>,
    /// By event source: whether the checker has anything to say about the macro or one below it.
    noisy: FxHashMap<Arc<str>, Vec<bool>>,
}

impl Compiler<'_, '_> {
    /// Works out the facts that do not depend on an event source.
    pub(super) fn macro_facts(&mut self) {
        let count = self.compiled.macros.len();
        let mut facts = Facts { order: self.bottom_up(), ..Facts::default() };
        facts.stamps = vec![0; count];
        facts.reach = vec![Reach::neutral(); count];
        for &index in &facts.order {
            let Some(unit) = self.compiled.macros.get(index).and_then(|one| one.unit.as_ref()) else {
                continue;
            };
            let unit = unit.clone();
            let stamp = self.stamp(&unit, &facts.stamps);
            let (definitions, catalogue) = (self.definitions, self.environment.catalogue);
            facts.reach[index] =
                self.cache.reach(stamp, || reach_with(definitions, catalogue, &unit, &facts.reach));
            facts.stamps[index] = stamp;
            self.compiled.macros[index].stamp = stamp;
        }
        self.facts = facts;
    }

    /// Every macro after those that it names.
    fn bottom_up(&self) -> Vec<usize> {
        let macros = &self.compiled.macros;
        let mut entered = vec![false; macros.len()];
        let mut order = Vec::with_capacity(macros.len());
        for start in 0..macros.len() {
            let mut stack = vec![(start, false)];
            while let Some((index, done)) = stack.pop() {
                if done {
                    order.push(index);
                    continue;
                }
                if std::mem::replace(&mut entered[index], true) {
                    continue;
                }
                stack.push((index, true));
                let Some(unit) = macros[index].unit.as_deref() else { continue };
                stack.extend(self.named(unit).filter(|&inner| !entered[inner]).map(|inner| (inner, false)));
            }
        }
        order
    }

    /// The macros that a condition names directly, with repetitions.
    pub(super) fn named<'u>(&'u self, unit: &'u Unit) -> impl Iterator<Item = usize> + 'u {
        unit.identifiers.iter().filter_map(|node| self.definitions.macros.position(unit.name(*node)))
    }

    fn stamp(&self, unit: &Unit, stamps: &[u64]) -> u64 {
        let mut hasher = FxHasher::default();
        unit.id.hash(&mut hasher);
        for inner in self.named(unit) {
            (inner, stamps.get(inner)).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// A number that is equal in two loads when neither a condition nor the macros below it have changed.
    pub(super) fn stamp_of(&self, unit: &Unit) -> u64 {
        self.stamp(unit, &self.facts.stamps)
    }

    /// What can satisfy a condition, macros included.
    pub(super) fn reach_of(&self, unit: &Unit) -> Reach<EventSet> {
        reach_with(self.definitions, self.environment.catalogue, unit, &self.facts.reach)
    }

    /// Makes sure that [`Compiler::is_noisy`] knows about a source.
    pub(super) fn learn_noise(&mut self, source: &Arc<str>, fields: &Fields<'_>) {
        if self.facts.noisy.contains_key(source) {
            return;
        }
        let mut noisy = vec![false; self.compiled.macros.len()];
        for at in 0..self.facts.order.len() {
            let index = self.facts.order[at];
            let Some(unit) = self.compiled.macros.get(index).and_then(|one| one.unit.clone()) else {
                continue;
            };
            let checked = self.cache.checked(&unit, source, fields);
            noisy[index] = has_noise(&checked) || self.named(&unit).any(|inner| noisy[inner]);
        }
        self.facts.noisy.insert(source.clone(), noisy);
    }

    /// Whether the checker has anything to say about a macro or one below it.
    pub(super) fn is_noisy(&self, source: &Arc<str>, index: usize) -> bool {
        self.facts.noisy.get(source).and_then(|noisy| noisy.get(index)).copied().unwrap_or(false)
    }
}

/// What can satisfy a condition, given what can satisfy the macros in it.
fn reach_with(
    definitions: &Definitions,
    catalogue: &Catalogue,
    unit: &Unit,
    known: &[Reach<EventSet>],
) -> Reach<EventSet> {
    let of_macro = |node: NodeId| {
        let at = definitions.macros.position(unit.name(node));
        at.and_then(|at| known.get(at).copied()).unwrap_or_else(Reach::neutral)
    };
    reach(&unit.ast, catalogue, of_macro)
}

pub(super) fn has_noise(checked: &CheckedUnit) -> bool {
    checked.deprecated != 0
        || checked.unsafe_na.is_some()
        || checked.steps.iter().any(|step| !matches!(step, Step::Identifier(_)))
}
