//! A macro's condition in place of its name: once, or everywhere.

use syntax::Span;
use syntax::ast::NodeKind;
use syntax::condition::{ParseOptions, parse};

use crate::code_actions::{Action, ActionKind};
use crate::edit::SourceEdit;
use crate::host::Analysis;
use crate::index::{Mention, Role, SymbolKind};
use crate::refactor::condition::{flat, written};
use crate::refactor::{Place, rewrite, touches};

impl Analysis {
    /// At a use: that one. At the only definition: every use, and the definition goes.
    pub(super) fn inline_macro(&self, place: &Place<'_>, at: Span) -> Option<Action> {
        let mentions = &place.item.mentions;
        let one = mentions.iter().find(|one| one.kind == SymbolKind::Macro && touches(one.span, at))?;
        let text = self.inlined(&one.name)?;
        let mut edit = SourceEdit::default();
        let title = match one.role {
            Role::Use => {
                replace(place, one, &text, &mut edit)?;
                format!("inline `{}`", one.name)
            }
            Role::Definition if self.found(SymbolKind::Macro, &one.name).len() == 1 => {
                let whole = Span::new(place.start, place.start + place.item.text.len() as u32);
                edit.push(place.file, Span::new(place.comments_above(), whole.end), "");
                let mut uses = 0_usize;
                for (file, index) in self.files() {
                    for (start, item) in &index.items {
                        let place = Place { file, index, start: *start, item };
                        let same = |other: &&Mention| {
                            other.kind == SymbolKind::Macro
                                && other.role == Role::Use
                                && other.name == one.name
                        };
                        for other in item.mentions.iter().filter(same) {
                            replace(&place, other, &text, &mut edit)?;
                            uses += 1;
                        }
                    }
                }
                if uses == 0 {
                    return None;
                }
                format!("inline `{}` everywhere and remove it", one.name)
            }
            _ => return None,
        };
        Some(Action { kind: ActionKind::Inline, ..rewrite(&title, edit) })
    }

    /// A macro's condition after all overrides, fit to stand for its name.
    fn inlined(&self, name: &str) -> Option<String> {
        let checked = self.checked();
        let definition = checked.definitions.macros.get(name)?;
        let text = flat(&definition.condition.text(&checked.sources))?;
        let parsed = parse(&text, ParseOptions::LOAD);
        if !parsed.errors.is_empty() {
            return None;
        }
        let root = parsed.tree.root();
        let compound =
            matches!(parsed.tree.kind(root), NodeKind::And(_) | NodeKind::Or(_) | NodeKind::Not(_))
                && parsed.tree.span(root).len() as usize == text.len();
        Some(if compound { format!("({text})") } else { text })
    }
}

fn replace(place: &Place<'_>, one: &Mention, text: &str, edit: &mut SourceEdit) -> Option<()> {
    let item = place.item;
    let condition =
        item.conditions.iter().find(|condition| item.yaml.span(condition.node).encloses(one.span))?;
    if !condition.ok {
        return None;
    }
    edit.push(place.file, one.span.shift(place.start), written(item, condition, text)?);
    Some(())
}
