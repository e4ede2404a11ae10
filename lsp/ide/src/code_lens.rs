//! Remarks above items: how often they are used, and what changes them.

use syntax::Span;

use crate::host::Analysis;
use crate::index::{Mention, Role, SymbolKind};

/// What a remark counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LensKind {
    /// Uses of a macro or list.
    References,
    /// Items that change the definition.
    Overrides,
}

/// A remark, whose places are looked for once it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The name that it is about.
    pub span: Span,
    /// What is counted.
    pub kind: LensKind,
}

impl LensKind {
    /// The remark for a number of places.
    pub fn title(self, count: usize) -> String {
        let what = match self {
            LensKind::References => "reference",
            LensKind::Overrides => "override",
        };
        format!("{count} {what}{}", if count == 1 { "" } else { "s" })
    }
}

impl Analysis {
    /// The remarks of a file.
    pub fn code_lenses(&self, file: usize) -> Vec<Lens> {
        let Some(index) = self.file(file) else { return Vec::new() };
        let mut all = Vec::new();
        for (one, span) in index.mentions().filter(|(one, _)| one.role == Role::Definition) {
            if one.kind != SymbolKind::Rule {
                all.push(Lens { span, kind: LensKind::References });
            }
            if self.overrides(one).next().is_some() {
                all.push(Lens { span, kind: LensKind::Overrides });
            }
        }
        all
    }

    /// The places that the remark about the name at an offset counts: file and range. `None` where no definition is any
    /// more.
    pub fn lens_places(&self, file: usize, offset: u32, kind: LensKind) -> Option<Vec<(usize, Span)>> {
        let (start, item) = self.file(file)?.item_at(offset)?;
        let head = item.head().filter(|head| head.span.shift(start).start == offset)?;
        Some(match kind {
            LensKind::Overrides => self.overrides(head).collect(),
            LensKind::References => {
                let uses =
                    |one: &Mention| one.role == Role::Use && one.kind == head.kind && one.name == head.name;
                let places = self.files().flat_map(|(number, file)| {
                    file.mentions().filter(|(one, _)| uses(one)).map(move |(_, span)| (number, span))
                });
                places.collect()
            }
        })
    }

    /// Where the items that change a definition have its name.
    fn overrides(&self, definition: &Mention) -> impl Iterator<Item = (usize, Span)> {
        let found = self.found(definition.kind, &definition.name).iter();
        found
            .filter(|(_, _, item)| item.head().is_some_and(|head| head.role == Role::Update))
            .filter_map(crate::definition::name_range)
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::fixture;

    #[test]
    fn uses_and_overrides() {
        let (analysis, file, _) = fixture(
            "- macro: m\n  condition: evt.type=open\n- rule: r\n  condition: m and m\n- rule: r\n  condition: and not m\n  override:\n    condition: append\n",
        );
        let shown = analysis.code_lenses(file).into_iter().map(|lens| {
            let places = analysis.lens_places(file, lens.span.start, lens.kind).expect("a definition");
            lens.kind.title(places.len())
        });
        assert_eq!(shown.collect::<Vec<_>>(), ["3 references", "1 override"]);
    }
}
