//! Remarks above items: how often they are used, and what changes them.

use syntax::Span;

use crate::host::Analysis;
use crate::index::{Role, SymbolKind};

/// What a remark counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LensKind {
    /// Uses of a macro or list.
    References,
    /// Items that change the definition.
    Overrides,
}

/// A remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The name that it is about.
    pub span: Span,
    /// What is counted.
    pub kind: LensKind,
    /// The remark.
    pub title: String,
    /// The places counted: file and range.
    pub places: Vec<(usize, Span)>,
}

impl Analysis {
    /// The remarks of a file.
    pub fn code_lenses(&self, file: usize) -> Vec<Lens> {
        let Some(index) = self.file(file) else { return Vec::new() };
        let mut uses: rustc_hash::FxHashMap<(SymbolKind, &str), Vec<(usize, Span)>> = Default::default();
        for (number, other) in self.files() {
            for (one, span) in other.mentions().filter(|(one, _)| one.role == Role::Use) {
                uses.entry((one.kind, &one.name)).or_default().push((number, span));
            }
        }
        let mut all = Vec::new();
        for (one, span) in index.mentions().filter(|(one, _)| one.role == Role::Definition) {
            if one.kind != SymbolKind::Rule {
                let places = uses.get(&(one.kind, &*one.name)).cloned().unwrap_or_default();
                let title = counted(places.len(), "reference");
                all.push(Lens { span, kind: LensKind::References, title, places });
            }
            let places: Vec<(usize, Span)> = self
                .found(one.kind, &one.name)
                .iter()
                .filter(|(_, _, item)| item.head().is_some_and(|head| head.role == Role::Update))
                .filter_map(crate::definition::name_range)
                .collect();
            if !places.is_empty() {
                let title = counted(places.len(), "override");
                all.push(Lens { span, kind: LensKind::Overrides, title, places });
            }
        }
        all
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use crate::fixture::fixture;

    #[test]
    fn uses_and_overrides() {
        let (analysis, file, _) = fixture(
            "- macro: m\n  condition: evt.type=open\n- rule: r\n  condition: m and m\n- rule: r\n  condition: and not m\n  override:\n    condition: append\n",
        );
        let shown: Vec<String> = analysis.code_lenses(file).into_iter().map(|lens| lens.title).collect();
        assert_eq!(shown, ["3 references", "1 override"]);
    }
}
