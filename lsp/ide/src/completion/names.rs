//! Names that the workspace defines.

use std::collections::BTreeSet;

use crate::completion::{CompletionKind, Proposals};
use crate::index::SymbolKind;
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

    pub(super) fn macros(&mut self, rank: u8) {
        for name in self.defined(SymbolKind::Macro) {
            self.add(CompletionKind::Macro, rank, &name, "macro");
        }
    }

    pub(super) fn lists(&mut self, rank: u8) {
        for name in self.defined(SymbolKind::List) {
            self.add(CompletionKind::List, rank, &name, "list");
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
            self.add(shown, 0, &name, "defined already");
        }
    }

    /// Tags of the workspace, of Falco's style guide and of MITRE ATT&CK.
    pub(super) fn tags(&mut self) {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        for (_, file) in self.analysis.files() {
            for (_, item) in &file.items {
                let Some(entry) = item.item().and_then(|own| own.fields.get(syntax::items::Key::Tags)) else {
                    continue;
                };
                let texts = item.yaml.elements(entry.value).iter().filter_map(|&tag| item.yaml.text(tag));
                seen.extend(texts.map(str::to_owned));
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
        for tag in seen {
            self.add(CompletionKind::Tag, 0, &tag, "in this workspace");
        }
    }

    /// Elements of a list: other lists, and binaries seen in the workspace.
    pub(super) fn list_items_here(&mut self) {
        self.lists(0);
        self.values_seen("proc.name", 1);
    }

    pub(super) fn sources(&mut self) {
        for source in self.analysis.options().catalogue.sources() {
            self.add(CompletionKind::Constant, 0, source, "event source");
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
