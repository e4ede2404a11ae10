//! Values of a program's slots for an alert: fields, and what transformers make of them.

use ir::ops::transform;
use ir::render::{SlotValues, Style};
use ir::{Extracted, FieldSource, ImportId, Program, SlotId, SlotKind};

use crate::fields::{JsonForm, Printing};

/// Reads slots as they are asked for.
pub(super) struct Slots<'a, 'v, 'e> {
    program: &'a Program,
    styles: &'a [Style],
    values: &'a Printing<'v, 'e>,
}

impl<'a, 'v, 'e> Slots<'a, 'v, 'e> {
    pub(super) fn new(
        program: &'a Program,
        styles: &'a [Style],
        values: &'a Printing<'v, 'e>,
    ) -> Slots<'a, 'v, 'e> {
        Slots { program, styles, values }
    }

    /// How the slot's value is written in JSON.
    pub(super) fn json_form(&self, slot: SlotId) -> JsonForm {
        self.import(slot).map_or(JsonForm::Plain, |import| self.values.json_form(import))
    }

    fn import(&self, slot: SlotId) -> Option<ImportId> {
        match self.program.slot(slot).kind {
            SlotKind::Import(import) => Some(import),
            _ => None,
        }
    }

    /// The value of a slot that transformers make. Operands have smaller ids: computing the slots it needs in order
    /// takes no recursion.
    fn computed(&self, slot: SlotId) -> Extracted<'_> {
        let mut needed = vec![slot];
        let mut at = 0;
        while let Some(next) = needed.get(at).copied() {
            at += 1;
            for operand in operands(&self.program.slot(next).kind) {
                if !needed.contains(operand) {
                    needed.push(*operand);
                }
            }
        }
        needed.sort_unstable();
        let mut results: Vec<Extracted<'_>> = Vec::with_capacity(needed.len());
        for (index, slot) in needed.iter().enumerate() {
            let value = self.compute(*slot, &needed[..index], &results);
            results.push(value);
        }
        results.pop().unwrap_or(Extracted::Absent)
    }

    fn compute<'s>(&'s self, slot: SlotId, known: &[SlotId], results: &[Extracted<'s>]) -> Extracted<'s> {
        let value_of = |slot: &SlotId| match known.binary_search(slot) {
            Ok(index) => results[index],
            Err(_) => Extracted::Absent,
        };
        let arena = self.values.event().arena;
        match &self.program.slot(slot).kind {
            SlotKind::Import(import) => self.values.extract(*import),
            SlotKind::Const(id) => transform::literal(self.program.const_(*id)),
            SlotKind::List(elements) => {
                let elements: Vec<Extracted<'_>> = elements.iter().map(value_of).collect();
                transform::list(&elements, arena)
            }
            SlotKind::Transform { transformer, args, selector } => {
                let args: Vec<Extracted<'_>> = args.iter().map(value_of).collect();
                transform::apply(*transformer, &args, *selector, arena)
            }
        }
    }
}

fn operands(kind: &SlotKind) -> &[SlotId] {
    match kind {
        SlotKind::Import(_) | SlotKind::Const(_) => &[],
        SlotKind::List(slots) => slots,
        SlotKind::Transform { args, .. } => args,
    }
}

impl SlotValues for Slots<'_, '_, '_> {
    fn slot(&self, slot: SlotId) -> Extracted<'_> {
        match self.import(slot) {
            Some(import) => self.values.extract(import),
            None => self.computed(slot),
        }
    }

    fn style(&self, slot: SlotId) -> Style {
        let actual = self.import(slot).and_then(|import| self.values.style(import));
        actual.unwrap_or_else(|| {
            self.styles.get(slot.0 as usize).copied().unwrap_or_else(|| Style::of(self.program, slot))
        })
    }
}
