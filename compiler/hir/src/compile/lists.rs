//! Lists: items, and the text that replaces a list's name (language.md 6.2, 6.3).

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHasher;

use crate::compile::{CompiledList, Compiler, PreparedLists};
use crate::text::{Replacement, Replacements, ScalarId, Traced};

impl Compiler<'_, '_> {
    pub(super) fn lists(&mut self) {
        let lists = &self.definitions.lists;
        let mut hasher = FxHasher::default();
        for list in lists.iter() {
            (&list.name, list.standing.index, list.standing.visibility, list.items.len()).hash(&mut hasher);
            for &item in &list.items {
                (item, self.sources.scalar_text(item)).hash(&mut hasher);
            }
        }
        self.lists_stamp = hasher.finish();
        let known = self.cache.lists(self.lists_stamp).unwrap_or_else(|| Arc::new(self.compile_lists()));
        self.cache.keep_lists(self.lists_stamp, &known);
        self.compiled.lists.clone_from(&known.lists);
        self.prepared = known;
    }

    fn compile_lists(&self) -> PreparedLists {
        let lists = &self.definitions.lists;
        let mut referred = vec![false; lists.len()];
        let mut compiled: Vec<CompiledList> = Vec::with_capacity(lists.len());
        for list in lists.iter() {
            let mut items = Vec::with_capacity(list.items.len());
            for &item in &list.items {
                // A name of a list that is visible here is replaced by that list's own items, not by theirs in turn.
                let inner =
                    lists.position(self.sources.scalar_text(item)).and_then(|at| Some((at, lists.at(at)?)));
                match inner {
                    Some((at, inner)) if inner.standing.index < list.standing.visibility => {
                        if let Some(slot) = referred.get_mut(at) {
                            *slot = true;
                        }
                        items.extend_from_slice(&inner.items);
                    }
                    _ => items.push(item),
                }
            }
            compiled.push(CompiledList { items, used: false });
        }
        for (list, referred) in compiled.iter_mut().zip(referred) {
            list.used = referred;
        }
        let each = lists.iter().zip(&compiled).map(|(list, compiled)| Replacement {
            name: list.name.to_string(),
            text: self.replacement(&compiled.items),
        });
        PreparedLists { replacements: Replacements::new(each.collect()), lists: compiled }
    }

    /// A text with lists put in, and which.
    pub(super) fn substituted(&mut self, text: Traced) -> (Arc<Traced>, Box<[usize]>) {
        let replacements = &self.prepared.replacements;
        self.cache.substituted(self.lists_stamp, text, |text| {
            let mut lists = Vec::new();
            replacements.substitute(text, |index| lists.push(index));
            lists.into()
        })
    }

    fn replacement(&self, items: &[ScalarId]) -> Traced {
        let mut text = Traced::default();
        for &item in items {
            // Falco forgets a separator after leading items that are empty.
            if !text.is_empty() {
                text.push_glue(", ", item);
            }
            self.push_quoted(&mut text, self.sources.scalar_text(item), item);
        }
        text
    }

    /// Appends a value, in double quotes when it has a space and no quote at its start; nothing is escaped.
    pub(super) fn push_quoted(&self, text: &mut Traced, value: &str, scalar: ScalarId) {
        let quote = needs_quotes(value);
        if quote {
            text.push_glue_at("\"", scalar);
        }
        text.push_written(value, scalar);
        if quote {
            text.push_glue("\"", scalar);
        }
    }
}

pub(super) fn needs_quotes(value: &str) -> bool {
    value.contains(' ') && !value.starts_with(['"', '\''])
}
