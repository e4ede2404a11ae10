//! Names that the workspace defines.

use std::collections::{BTreeMap, BTreeSet};

use crate::completion::context::Context;
use crate::completion::{CompletionKind, Proposals};
use crate::index::{SymbolKind, everything};
use crate::mitre;

impl Proposals<'_> {
    fn defined(&self, kind: SymbolKind) -> BTreeSet<String> {
        self.analysis
            .symbols()
            .keys()
            .filter(|(one, _)| *one == kind)
            .map(|(_, name)| name.to_string())
            .collect()
    }

    /// Macros but that in whose condition the cursor is.
    pub(super) fn macros(&mut self, rank: u8, context: &Context<'_>) {
        for name in self.defined(SymbolKind::Macro) {
            if context.head() != Some(("macro", &name)) {
                self.add(CompletionKind::Macro, rank, &name, "macro");
            }
        }
    }

    /// Lists but that among whose items the cursor is.
    pub(super) fn lists(&mut self, rank: u8, context: &Context<'_>) {
        for name in self.defined(SymbolKind::List) {
            if context.head() != Some(("list", &name)) {
                self.add(CompletionKind::List, rank, &name, "list");
            }
        }
    }

    /// Names for an item that changes an earlier definition.
    pub(super) fn names_of(&mut self, key: &str) {
        let (kind, shown) = match key {
            "rule" => (SymbolKind::Rule, CompletionKind::Rule),
            "macro" => (SymbolKind::Macro, CompletionKind::Macro),
            _ => (SymbolKind::List, CompletionKind::List),
        };
        for name in self.defined(kind) {
            // Not what is being typed.
            if name != self.word || self.analysis.found(kind, &name).len() > 1 {
                self.add(shown, 0, &name, "defined already");
            }
        }
    }

    /// Tags of the workspace, of Falco's style guide and of MITRE ATT&CK.
    pub(super) fn tags(&mut self) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (_, file) in self.analysis.files() {
            for (_, item) in &file.items {
                let Some(entry) = item.item().and_then(|own| own.fields.get(syntax::items::Key::Tags)) else {
                    continue;
                };
                for tag in item.yaml.elements(entry.value).iter().filter_map(|&tag| item.yaml.text(tag)) {
                    *seen.entry(tag.to_owned()).or_default() += 1;
                }
            }
        }
        for (tag, _, name) in mitre::TACTICS {
            seen.remove(tag);
            self.add(CompletionKind::Tag, 1, tag, name);
        }
        for (tag, name) in mitre::TECHNIQUES {
            seen.remove(tag);
            self.add(CompletionKind::Tag, 1, tag, name);
        }
        for tag in ["maturity_stable", "maturity_incubating", "maturity_sandbox", "host", "container"] {
            seen.remove(tag);
            self.add(CompletionKind::Tag, 0, tag, "");
        }
        for (tag, count) in seen {
            // Not what is being typed.
            if count > 1 || tag != self.word {
                self.add(CompletionKind::Tag, 0, &tag, "in this workspace");
            }
        }
    }

    /// Elements of a list: other lists, and binaries seen in the workspace.
    pub(super) fn list_items_here(&mut self, context: &Context<'_>) {
        self.lists(0, context);
        self.values_seen("proc.name", 1);
    }

    pub(super) fn sources(&mut self) {
        let loaded = self.analysis.options().catalogue.sources();
        for source in everything().sources() {
            if loaded.contains(&source) {
                self.add(CompletionKind::Constant, 0, source, "event source");
            } else {
                self.add(CompletionKind::Constant, 1, source, "of a plugin that is not loaded");
            }
        }
        for source in loaded {
            self.add(CompletionKind::Constant, 0, source, "event source");
        }
    }

    /// The version of a plugin that is described here.
    pub(super) fn plugin_version(&mut self, context: &Context<'_>) {
        let Some(name) = context.present.iter().find(|one| one.key == "name") else { return };
        let class = catalogue::known_plugins().find(|class| class.plugin == Some(name.scalar()));
        if let Some(version) = class.and_then(|class| class.version) {
            self.add(CompletionKind::Constant, 0, version, "the version that is known here");
        }
    }

    pub(super) fn plugins(&mut self) {
        for class in catalogue::known_plugins() {
            if let Some(name) = class.plugin {
                self.add(CompletionKind::Constant, 0, name, class.version.unwrap_or_default());
            }
        }
    }
}
