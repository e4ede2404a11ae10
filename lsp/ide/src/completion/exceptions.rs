//! Parts of exceptions: names of those that can be added to, operators and values by their fields.

use syntax::items::Key;

use crate::completion::context::Context;
use crate::completion::{CompletionKind, Proposals};
use crate::index::SymbolKind;

/// A field of an exception with the operator that it is compared with.
type Compared = (String, Option<String>);

impl Proposals<'_> {
    /// The rule's exceptions, to add values to.
    pub(super) fn exception_names(&mut self, context: &Context<'_>) {
        let Some((_, rule)) = context.head() else { return };
        for (_, _, item) in self.analysis.found(SymbolKind::Rule, rule) {
            for (name, _) in item.exceptions() {
                if name != self.word {
                    self.add(CompletionKind::Constant, 0, name, "an exception of the rule");
                }
            }
        }
    }

    /// Operators for the field that stands at the same place.
    pub(super) fn comparisons(&mut self, context: &Context<'_>, text: &str) {
        let fields = self.compared(context);
        let place =
            text.matches([',', '\n']).count() - usize::from(text.trim_start_matches(' ').starts_with('\n'));
        self.operators_for(fields.get(place).map_or("", |(field, _)| field));
        for one in &mut self.all {
            one.insert.clone_from(&one.label);
            one.is_snippet = false;
        }
    }

    /// Values for the field that the cursor's place in its row belongs to.
    pub(super) fn exception_values(&mut self, context: &Context<'_>, text: &str) {
        let fields = self.compared(context);
        // A single field has single values, not rows.
        let own = context.present.iter().find(|one| one.key == "fields");
        let place = if own.is_some_and(|own| !own.is_sequence()) { 0 } else { place_in_row(text) };
        let Some((field, operator)) = fields.get(place).cloned() else { return self.lists(1, context) };
        if operator.as_deref().is_none_or(|operator| matches!(operator, "in" | "pmatch" | "intersects")) {
            self.lists(0, context);
        }
        self.values(&field);
    }

    /// The fields of the exception under the cursor: its own, or those of the exception that it adds to.
    fn compared(&self, context: &Context<'_>) -> Vec<Compared> {
        let words = |key: &str| -> Vec<String> {
            let own = context.present.iter().find(|one| one.key == key);
            own.map_or_else(Vec::new, |own| own.words().into_iter().map(str::to_owned).collect())
        };
        let (fields, comps) = (words("fields"), words("comps"));
        if !fields.is_empty() {
            let mut comps = comps.into_iter();
            return fields.into_iter().map(|field| (field, comps.next())).collect();
        }
        let name = context.present.iter().find(|one| one.key == "name").map(|one| one.scalar());
        let (Some((_, rule)), Some(name)) = (context.head(), name) else { return Vec::new() };
        let found = self.analysis.found(SymbolKind::Rule, rule).iter();
        let bases =
            found.flat_map(|(_, _, item)| item.exceptions().map(move |(own, fields)| (item, own, fields)));
        let mut listed = bases.filter(|(_, own, _)| *own == name).map(|(item, _, fields)| {
            let mut comps = item.scalars(&fields, Key::Comps).into_iter().map(str::to_owned);
            let fields = item.scalars(&fields, Key::Fields).into_iter();
            fields.map(|field| (field.to_owned(), comps.next())).collect::<Vec<_>>()
        });
        listed.find(|fields| !fields.is_empty()).unwrap_or_default()
    }
}

/// How many values stand before the cursor in its row.
fn place_in_row(text: &str) -> usize {
    let line = text.rsplit('\n').next().unwrap_or(text).trim_start();
    let dashed = line.starts_with("- ");
    let row = line.trim_start_matches("- ");
    // Without a dash the first bracket is that of all rows.
    let row = if dashed { row } else { row.strip_prefix('[').unwrap_or(row) };
    let (mut depth, mut place) = (0_usize, 0);
    for sign in row.chars() {
        match sign {
            '[' => {
                depth += 1;
                // A row begins.
                place = if depth == 1 { 0 } else { place };
            }
            ']' => depth = depth.saturating_sub(1),
            ',' if depth == 1 => place += 1,
            _ => {}
        }
    }
    place
}
