//! Conditions that the lints of single conditions had nothing to say about, so that they need not be asked again as long as
//! nothing that they look at changes.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::compile::{CompiledMacro, CompiledRule};
use crate::lint::LintContext;
use crate::text::Traced;

/// What one run leaves for the next.
#[derive(Default)]
pub(crate) struct Quiet {
    lists: Vec<Arc<str>>,
    /// By macro: the event source that its condition is looked at for.
    macro_sources: Vec<Arc<str>>,
    /// By address, which stays theirs as long as they are kept here.
    rules: FxHashMap<usize, Arc<CompiledRule>>,
    /// By name.
    macros: FxHashMap<Arc<str>, (Arc<Traced>, u64)>,
}

impl Quiet {
    /// What is known and still holds, and an empty one for this run.
    pub(super) fn begin(&mut self, context: &LintContext<'_>) -> Quiet {
        let now = Quiet {
            lists: context.definitions.lists.iter().map(|list| list.name.clone()).collect(),
            macro_sources: context.macro_sources().collect(),
            ..Quiet::default()
        };
        let before = std::mem::replace(self, now);
        // Which names are lists', and for which source a macro is checked, matters everywhere.
        let same = before.lists == self.lists && before.macro_sources == self.macro_sources;
        if same { before } else { Quiet::default() }
    }

    /// Whether a condition is known.
    pub(super) fn knows(&self, context: &LintContext<'_>, at: usize) -> bool {
        let Some(condition) = context.conditions().get(at) else { return false };
        if let Some(compiled) = condition.compiled {
            return self.rules.contains_key(&(Arc::as_ptr(compiled) as usize));
        }
        let Some((name, compiled)) = whole_macro(context, at) else { return false };
        self.macros.get(name).is_some_and(|(text, stamp)| *stamp == compiled.stamp && *text == compiled.text)
    }

    /// Notes that there is nothing to say about a condition.
    pub(super) fn learn(&mut self, context: &LintContext<'_>, at: usize) {
        let Some(condition) = context.conditions().get(at) else { return };
        if let Some(compiled) = condition.compiled {
            self.rules.insert(Arc::as_ptr(compiled) as usize, compiled.clone());
        } else if let Some((name, compiled)) = whole_macro(context, at) {
            self.macros.insert(name.clone(), (compiled.text.clone(), compiled.stamp));
        }
    }
}

/// The macro that a condition is of, if its stamp tells of changes below it; nothing does where macros refer to themselves.
fn whole_macro<'a>(context: &LintContext<'a>, at: usize) -> Option<(&'a Arc<str>, &'a CompiledMacro)> {
    let definition = context.conditions().get(at)?.macro_?;
    let position = context.definitions.macros.position(&definition.name)?;
    let compiled = context.compiled.macros.get(position)?;
    (!compiled.broken).then_some((&definition.name, compiled))
}
