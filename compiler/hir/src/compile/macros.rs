//! Macros: parsing, and resolution of the names in them (language.md 6.4).

use std::sync::Arc;

use rustc_hash::FxHashSet;
use syntax::ast::NodeId;

use crate::compile::cache::Unit;
use crate::compile::{CompiledMacro, Compiler};
use crate::falco::{ItemType, LoadCode};

/// An identifier that names no visible macro, or the macro that it stands in.
pub(super) struct Unresolved {
    /// The macro in whose text it stands.
    pub(super) owner: usize,
    pub(super) node: NodeId,
    pub(super) name: String,
    pub(super) is_loop: bool,
}

impl Compiler<'_, '_> {
    pub(super) fn macros(&mut self) {
        let definitions = self.definitions;
        for one in definitions.macros.iter() {
            let (text, lists) = self.substituted(one.condition.traced(self.sources));
            self.mark(&lists, &[]);
            let unit = (!one.condition.is_missing()).then(|| self.cache.unit(text.as_str()));
            let broken = unit.as_ref().is_none_or(|unit| !unit.is_ok());
            if let Some(unit) = unit.as_ref().filter(|unit| !unit.is_ok()) {
                let links = [
                    (ItemType::Macro, &*one.name, one.item.at),
                    (ItemType::MacroCondition, "", one.condition_at),
                ];
                let context = self.sources.context(one.item.tree, &links);
                self.syntax_error(&text, unit, context, &one.standing, catalogue::SYSCALL_SOURCE);
                self.before_syntax_error(&text, unit, None);
            }
            let unit = unit.filter(|unit| unit.is_ok());
            self.compiled.macros.push(CompiledMacro { text, unit, used: false, broken, stamp: 0 });
        }
        for index in 0..definitions.macros.len() {
            self.resolve_macro(index);
        }
    }

    /// Checks the names in one macro and marks the macros that it uses.
    fn resolve_macro(&mut self, index: usize) {
        let Some(definition) = self.definitions.macros.at(index) else { return };
        let Some(unit) = self.compiled.macros.get(index).and_then(|one| one.unit.clone()) else { return };
        if unit.identifiers.is_empty() {
            return;
        }
        let mut used = Vec::new();
        let unresolved = self.walk(index, &unit, definition.standing.visibility, &mut used);
        // Falco tells of loops first, then of names that are not defined, and of one only.
        let chosen = unresolved.iter().find(|one| one.is_loop).or(unresolved.first());
        if let Some(first) = chosen {
            let message = if first.is_loop {
                format!("reference loop in macro '{}'", first.name)
            } else {
                format!("Undefined macro '{}' used in filter.", first.name)
            };
            let context = self
                .sources
                .context(definition.item.tree, &[(ItemType::Macro, &definition.name, definition.item.at)]);
            let raw: Arc<str> = definition.condition.text(self.sources).into();
            let owner =
                self.compiled.macros.get(first.owner).and_then(|one| one.unit.clone()).unwrap_or(unit);
            let context = context.in_condition(&raw, owner.position(first.node));
            self.unresolved(&message, context, &unresolved, Some(index), LoadCode::ErrValidate);
            if let Some(one) = self.compiled.macros.get_mut(index) {
                one.broken = true;
            }
            return;
        }
        let broken = used.iter().any(|&at| self.compiled.macros.get(at).is_some_and(|one| one.broken));
        for at in used {
            if let Some(one) = self.compiled.macros.get_mut(at) {
                one.used = true;
            }
        }
        if let Some(one) = self.compiled.macros.get_mut(index) {
            one.broken |= broken;
        }
    }

    /// Follows the names in a macro as Falco does: macros before it are resolved already; later ones that it can see
    /// are looked into, with what this macro can see.
    fn walk(
        &self,
        index: usize,
        unit: &Arc<Unit>,
        visibility: u32,
        used: &mut Vec<usize>,
    ) -> Vec<Unresolved> {
        struct Frame {
            owner: usize,
            unit: Arc<Unit>,
            next: usize,
        }
        let mut unresolved = Vec::new();
        let mut done: FxHashSet<usize> = FxHashSet::default();
        // The macro itself is not on the path: Falco meets it as a name first.
        let mut path: Vec<usize> = Vec::new();
        let mut stack = vec![Frame { owner: index, unit: unit.clone(), next: 0 }];
        while let Some(frame) = stack.last_mut() {
            let Some(&node) = frame.unit.identifiers.get(frame.next) else {
                stack.pop();
                if let Some(finished) = path.pop() {
                    done.insert(finished);
                }
                continue;
            };
            frame.next += 1;
            let (owner, name) = (frame.owner, frame.unit.name(node).to_owned());
            let visible = self.definitions.macros.position(&name).filter(|&at| {
                self.definitions.macros.at(at).is_some_and(|one| one.standing.index < visibility)
            });
            let Some(at) = visible else {
                unresolved.push(Unresolved { owner, node, name, is_loop: false });
                continue;
            };
            if path.contains(&at) {
                unresolved.push(Unresolved { owner, node, name, is_loop: true });
                continue;
            }
            used.push(at);
            if at >= index
                && !done.contains(&at)
                && let Some(unit) = self.compiled.macros.get(at).and_then(|one| one.unit.clone())
            {
                path.push(at);
                stack.push(Frame { owner: at, unit, next: 0 });
            }
        }
        unresolved
    }
}
