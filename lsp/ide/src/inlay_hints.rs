//! Remarks within the text: sizes of lists, numbers of overrides, event types of rules.

use syntax::Span;
use syntax::items::Key;
use syntax::yaml::ScalarStyle;

use crate::host::Analysis;
use crate::index::{Role, SymbolKind};

/// A remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Where it is shown.
    pub offset: u32,
    /// What it says.
    pub label: String,
    /// More, for a tooltip.
    pub tooltip: String,
}

/// Event names shown before the rest is only counted.
const MOST_NAMES: usize = 4;
/// Items of a list shown in a tooltip.
const MOST_ITEMS: usize = 40;

impl Analysis {
    /// The remarks that stand within `range`.
    pub fn inlay_hints(&self, file: usize, range: Span) -> Vec<Hint> {
        let Some(index) = self.file(file) else { return Vec::new() };
        let mut all = Vec::new();
        for (start, item) in &index.items {
            if *start > range.end || *start + (item.text.len() as u32) < range.start {
                continue;
            }
            if self.is_cancelled() {
                break;
            }
            for one in &item.mentions {
                match (one.kind, one.role) {
                    (SymbolKind::List, Role::Use) => {
                        self.list_hint(&one.name, one.span.shift(*start), &mut all)
                    }
                    (kind, Role::Definition) => {
                        self.layers_hint(kind, &one.name, one.span.shift(*start), &mut all)
                    }
                    _ => {}
                }
            }
            if let Some(head) = item.head().filter(|head| head.kind == SymbolKind::Rule)
                && let Some(entry) = item.item().and_then(|own| own.fields.get(Key::Condition))
            {
                // Behind the sign of a block, else behind the colon.
                let is_block =
                    matches!(item.yaml.style(entry.value), Some(ScalarStyle::Literal | ScalarStyle::Folded));
                let after = item.yaml.span(entry.key).end + 1;
                let line = item.text.get(after as usize..).and_then(|rest| rest.lines().next()).unwrap_or("");
                let at = if is_block { after + line.trim_end().len() as u32 } else { after };
                self.events_hint(&head.name, at + start, &mut all);
            }
        }
        all.retain(|hint| range.touches(hint.offset));
        all.sort_by_key(|hint| hint.offset);
        all
    }

    fn list_hint(&self, name: &str, span: Span, all: &mut Vec<Hint>) {
        if self.found(SymbolKind::List, name).is_empty() {
            return;
        }
        if let Some(items) = self.list_items(name) {
            let mut tooltip = items.iter().take(MOST_ITEMS).cloned().collect::<Vec<_>>().join(", ");
            if items.len() > MOST_ITEMS {
                tooltip.push_str(", …");
            }
            all.push(Hint { offset: span.end, label: format!("×{}", items.len()), tooltip });
        }
    }

    fn layers_hint(&self, kind: SymbolKind, name: &str, span: Span, all: &mut Vec<Hint>) {
        let updates = self
            .found(kind, name)
            .iter()
            .filter(|(_, _, item)| item.head().is_some_and(|head| head.role == Role::Update));
        let files: Vec<&str> = updates.map(|(file, ..)| self.name(*file)).collect();
        if !files.is_empty() {
            let label = format!("+{} override{}", files.len(), if files.len() == 1 { "" } else { "s" });
            all.push(Hint { offset: span.end, label, tooltip: format!("changed in {}", files.join(", ")) });
        }
    }

    fn events_hint(&self, name: &str, offset: u32, all: &mut Vec<Hint>) {
        let checked = self.checked();
        let Some(rule) =
            checked.definitions.rules.get(name).filter(|rule| *rule.source == *catalogue::SYSCALL_SOURCE)
        else {
            return;
        };
        let Some(at) = checked.definitions.rules.position(&rule.name) else { return };
        if checked.compiled.rules.get(at).is_none_or(Option::is_none) {
            return;
        }
        let names = checked.rule_event_names(&[at]);
        let label = match names.len() {
            0 => "no event type".to_owned(),
            count if count <= MOST_NAMES => names.iter().cloned().collect::<Vec<_>>().join(", "),
            count => format!("{count} event types"),
        };
        let tooltip = names.into_iter().take(MOST_ITEMS).collect::<Vec<_>>().join(", ");
        all.push(Hint { offset, label, tooltip });
    }

    /// A list's items after all overrides, lists in it replaced.
    pub(crate) fn list_items(&self, name: &str) -> Option<Vec<String>> {
        self.checked().describe_list(name).map(|list| list.items_compiled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::fixture;

    #[test]
    fn sizes_overrides_and_events() {
        let (analysis, file, _) = fixture(
            "- list: l\n  items: [a, b]\n- list: l\n  items: [c]\n  override:\n    items: append\n- rule: r\n  desc: d\n  condition: evt.type in (open, openat) and proc.name in (l)\n  output: x\n  priority: INFO\n",
        );
        let all = analysis.inlay_hints(file, Span::new(0, u32::MAX));
        let shown: Vec<&str> = all.iter().map(|hint| hint.label.as_str()).collect();
        assert_eq!(shown, ["+1 override", "open, openat", "×3"]);
        assert_eq!(all[2].tooltip, "a, b, c");
        let (analysis, file, offset) = fixture(
            "- rule: r\n  desc: d\n  condition: >-$0\n    evt.type = open\n  output: x\n  priority: INFO\n",
        );
        assert_eq!(analysis.inlay_hints(file, Span::new(0, u32::MAX))[0].offset, offset);
    }
}
