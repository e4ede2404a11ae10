//! The parts of an alert as texts, for whoever takes alerts apart instead of printing lines.

use ir::render::{SlotValues, template, text as value_text};
use ir::{OutputField, Rule};

use super::slots::Slots;
use super::{Entry, Options, key_of, text};

/// The parts of one alert.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Time, priority and message, as text lines have them.
    pub output: String,
    /// The message alone.
    pub message: String,
    /// The fields of the output with their values as the message shows them, sorted by key. The time is among them.
    pub output_fields: Vec<(String, String)>,
}

/// What parts are made of.
pub(super) struct Material<'a> {
    pub(super) options: &'a Options,
    pub(super) rule: &'a Rule,
    pub(super) ts: u64,
    pub(super) message: &'a [u8],
    pub(super) entries: &'a [Entry],
}

/// Makes the parts anew. `scratch` is a buffer to compose texts in.
pub(super) fn fill(
    parts: &mut Parts,
    scratch: &mut Vec<u8>,
    material: &Material<'_>,
    slots: &Slots<'_, '_, '_>,
) {
    let Material { options, rule, ts, message, entries } = material;
    scratch.clear();
    text::write(scratch, options, rule.priority, *ts, message);
    parts.output = lossy(scratch);
    parts.message = lossy(message);
    parts.output_fields.clear();
    for entry in *entries {
        scratch.clear();
        let key = match entry {
            Entry::Time => {
                text::push_time(scratch, options, *ts);
                options.time_field()
            }
            Entry::Field(index) => {
                let Some(field) = rule.output.fields.get(*index) else { continue };
                write_field(scratch, field, slots, options);
                key_of(field)
            }
        };
        parts.output_fields.push((key.to_string(), lossy(scratch)));
    }
}

fn write_field(out: &mut Vec<u8>, field: &OutputField, slots: &Slots<'_, '_, '_>, options: &Options) {
    match field {
        OutputField::Raw { slot: Some(slot), .. } => {
            if !value_text(out, &slots.slot(*slot), slots.style(*slot), options.buffers) {
                out.clear();
                out.extend_from_slice(NOT_AVAILABLE);
            }
        }
        OutputField::Raw { slot: None, .. } => out.extend_from_slice(NOT_AVAILABLE),
        OutputField::Formatted { template: pieces, .. } => {
            template(out, pieces, slots, options.buffers);
        }
    }
}

/// What stands for a value that is not there.
const NOT_AVAILABLE: &[u8] = b"<NA>";

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
