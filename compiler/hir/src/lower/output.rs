//! Outputs as templates, with the fields of JSON alerts.

use ir::{OutputField, OutputTemplate, Piece, ProgramBuilder};
use rustc_hash::FxHashSet;

use crate::check::output::OutputPart;
use crate::compile::CompiledRule;
use crate::lower::Lowering;
use crate::lower::operand::slot;

impl Lowering<'_> {
    /// The template of a rule's output, with what is appended to it.
    pub(super) fn output(&mut self, rule: &CompiledRule, source: &str) -> OutputTemplate {
        let pieces = self.pieces(rule.output.as_str(), &rule.parts, source);
        let mut fields = Vec::new();
        let mut keys: FxHashSet<Box<str>> = FxHashSet::default();
        for part in rule.parts.iter() {
            for value in part.named().iter().filter(|value| !value.transformed) {
                let key: Box<str> = value.name.as_str().into();
                if keys.insert(key.clone()) {
                    fields.push(OutputField::Raw { key, slot: Some(self.slot(&value.operand, source)) });
                }
            }
        }
        for extra in &rule.extra_fields {
            let key: Box<str> = extra.key.as_str().into();
            // An extra field wins over one of the output that has the same key.
            if !keys.insert(key.clone()) {
                fields.retain(|known| match known {
                    OutputField::Raw { key: known, .. } | OutputField::Formatted { key: known, .. } => {
                        *known != key
                    }
                });
            }
            fields.push(if extra.raw {
                OutputField::Raw { key, slot: self.raw_slot(&extra.parts, source) }
            } else {
                OutputField::Formatted { key, template: self.pieces(&extra.format, &extra.parts, source) }
            });
        }
        OutputTemplate { pieces, fields: fields.into() }
    }

    /// The slot of a raw extra field; a transformer expression has none and is always null.
    fn raw_slot(&mut self, parts: &[OutputPart], source: &str) -> Option<ir::SlotId> {
        parts.iter().find_map(|part| match part {
            OutputPart::Value { operand, .. } if operand.plain_field().is_some() => {
                Some(self.slot(operand, source))
            }
            _ => None,
        })
    }

    fn pieces(&mut self, text: &str, parts: &[OutputPart], source: &str) -> Box<[Piece]> {
        template(&mut self.builder, text, parts, source)
    }
}

/// The pieces of a checked output; a `*` at its start is none.
pub fn template(
    builder: &mut ProgramBuilder,
    text: &str,
    parts: &[OutputPart],
    source: &str,
) -> Box<[Piece]> {
    let lowered = parts.iter().map(|part| match part {
        OutputPart::Text(span) => Piece::Text(span.slice(text).into()),
        OutputPart::Value { width, operand, .. } => {
            Piece::Value { slot: slot(builder, operand, source), width: *width }
        }
    });
    lowered.collect()
}
