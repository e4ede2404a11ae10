//! What a proposal means: told only for the one that somebody looks at.

use catalogue::{Operator, Priority, Transformer};
use syntax::items::Key;

use crate::completion::CompletionKind;
use crate::host::Analysis;
use crate::index::SymbolKind;

/// Items of a list shown at most.
const MOST_ITEMS: usize = 40;

impl Analysis {
    /// Markdown about a proposal, by its kind and label and the event source of the item; empty when there is nothing to
    /// say.
    pub fn completion_documentation(&self, kind: CompletionKind, label: &str, source: &str) -> String {
        match kind {
            CompletionKind::Key => {
                Key::from_text(label).map(crate::hover::key_text).unwrap_or_default().to_owned()
            }
            CompletionKind::Field => {
                let mut fields = self.options().catalogue.fields(source);
                let name = label.split_once(['[', '(']).map_or(label, |(name, _)| name);
                let own = fields.find(|field| field.name == name);
                own.as_ref().map(crate::hover::field_text).unwrap_or_default()
            }
            CompletionKind::Macro => {
                let found = self.found(SymbolKind::Macro, label);
                let text = found.iter().find_map(|(_, _, item)| item.value(Key::Condition));
                text.map_or_else(String::new, |text| format!("```\n{}\n```", text.trim()))
            }
            CompletionKind::List => {
                let items = self.list_items(label).unwrap_or_default();
                let mut text = items.iter().take(MOST_ITEMS).cloned().collect::<Vec<_>>().join(", ");
                if items.len() > MOST_ITEMS {
                    text.push_str(", …");
                }
                text
            }
            CompletionKind::Rule => {
                let found = self.found(SymbolKind::Rule, label);
                found
                    .iter()
                    .find_map(|(_, _, item)| item.value(Key::Desc))
                    .unwrap_or_default()
                    .trim()
                    .to_owned()
            }
            CompletionKind::Operator => match Operator::from_text(label) {
                Some(operator) => operator.about().to_owned(),
                None => {
                    let modifier = catalogue::MODIFIERS.iter().find(|one| one.as_str() == label);
                    modifier.map_or_else(String::new, |modifier| modifier.about().to_owned())
                }
            },
            CompletionKind::Transformer => {
                Transformer::from_text(label).map(|one| one.about().to_owned()).unwrap_or_default()
            }
            CompletionKind::Value => catalogue::event_about(label).unwrap_or_default().to_owned(),
            CompletionKind::Constant => {
                Priority::parse(label).map_or_else(String::new, |priority| priority.about().to_owned())
            }
            CompletionKind::Snippet | CompletionKind::Tag => String::new(),
        }
    }

    /// The event source that proposals at an offset are made for.
    pub fn completion_source(&self, file: usize, offset: u32) -> String {
        let item = self.file(file).and_then(|index| index.item_at(offset));
        item.map_or_else(|| catalogue::SYSCALL_SOURCE.to_owned(), |(_, item)| self.source_of(item))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::fixture;

    #[test]
    fn every_kind_says_what_it_means() {
        let (analysis, ..) = fixture(
            "- macro: m\n  condition: evt.type = open\n- list: l\n  items: [a, b]\n- rule: r\n  desc: what for\n",
        );
        let about = |kind, label| analysis.completion_documentation(kind, label, "syscall");
        assert!(about(CompletionKind::Field, "proc.name").contains("CHARBUF"));
        assert!(!about(CompletionKind::Key, "condition").is_empty());
        assert!(about(CompletionKind::Macro, "m").contains("evt.type = open"));
        assert_eq!(about(CompletionKind::List, "l"), "a, b");
        assert_eq!(about(CompletionKind::Rule, "r"), "what for");
        assert!(!about(CompletionKind::Operator, "glob").is_empty());
        assert!(!about(CompletionKind::Operator, "anyof").is_empty());
        assert!(!about(CompletionKind::Transformer, "tolower").is_empty());
        assert!(!about(CompletionKind::Constant, "WARNING").is_empty());
        assert_eq!(about(CompletionKind::Value, "whatever"), "");
    }
}
