//! Macros and lists that nothing refers to (language.md 6.5).

use crate::codes;
use crate::compile::Compiler;
use crate::diagnostic::Diagnostic;
use crate::falco::{ItemType, LoadCode};
use crate::finding::Finding;
use crate::items::is_identifier;
use crate::scope::ItemAt;

impl Compiler<'_, '_> {
    pub(super) fn unused(&mut self) {
        let definitions = self.definitions;
        for (one, compiled) in definitions.macros.iter().zip(&self.compiled.macros) {
            if !compiled.used {
                let message = "Macro not referred to by any other rule/macro";
                let ours = Diagnostic::new(
                    &codes::UNUSED_MACRO,
                    one.item.name,
                    format!("no rule or macro uses the macro `{}`", one.name),
                );
                let finding = self.unused_item(
                    LoadCode::UnusedMacro,
                    ItemType::Macro,
                    &one.name,
                    &one.item,
                    message,
                    ours,
                );
                // A macro that cannot be referred to has been reported as that.
                let diagnostic = finding.diagnostic.filter(|_| is_identifier(&one.name));
                self.findings.push(Finding { diagnostic, ..finding });
            }
        }
        for (list, compiled) in definitions.lists.iter().zip(&self.compiled.lists) {
            if !compiled.used {
                let message = "List not referred to by any other rule/macro";
                let ours = Diagnostic::new(
                    &codes::UNUSED_LIST,
                    list.item.name,
                    format!("no rule, macro or list uses the list `{}`", list.name),
                );
                let finding = self.unused_item(
                    LoadCode::UnusedList,
                    ItemType::List,
                    &list.name,
                    &list.item,
                    message,
                    ours,
                );
                self.findings.push(finding);
            }
        }
    }

    fn unused_item(
        &self,
        code: LoadCode,
        kind: ItemType,
        name: &str,
        item: &ItemAt,
        message: &str,
        ours: Diagnostic,
    ) -> Finding {
        Finding::new(code, message, self.sources.context(item.tree, &[(kind, name, item.at)]), ours)
    }
}
