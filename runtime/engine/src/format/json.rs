//! Alerts as JSON: one object, keys in alphabetical order.

use std::io::Write;

use ir::render::{Buffers, SlotValues, json, json_key, json_string, template};
use ir::{Extracted, OutputField, Rule, SlotId, Value};

use super::slots::Slots;
use super::{Entry, Options, key_of, text};
use crate::fields::JsonForm;

/// What an object is made of.
pub(super) struct Parts<'a> {
    pub(super) options: &'a Options,
    pub(super) rule: &'a Rule,
    pub(super) source: &'a str,
    pub(super) ts: u64,
    pub(super) message: &'a [u8],
    pub(super) entries: &'a [Entry],
}

/// Appends the object. `scratch` is a buffer to compose texts in.
pub(super) fn write(out: &mut Vec<u8>, scratch: &mut Vec<u8>, parts: &Parts<'_>, slots: &Slots<'_, '_, '_>) {
    let Parts { options, rule, source, ts, message, entries } = parts;
    out.push(b'{');
    json_key(out, "hostname");
    json_string(out, options.hostname.as_bytes());
    if options.include_message {
        out.push(b',');
        json_key(out, "message");
        json_string(out, message);
    }
    if options.include_output {
        out.push(b',');
        json_key(out, "output");
        scratch.clear();
        text::write(scratch, options, rule.priority, *ts, message);
        json_string(out, scratch);
    }
    if options.include_output_fields {
        out.push(b',');
        json_key(out, "output_fields");
        out.push(b'{');
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            match entry {
                Entry::Time => {
                    json_key(out, options.time_field());
                    push_number(out, *ts);
                }
                Entry::Field(index) => {
                    if let Some(field) = rule.output.fields.get(*index) {
                        json_key(out, key_of(field));
                        write_field(out, scratch, field, *ts, slots, options.buffers);
                    }
                }
            }
        }
        out.push(b'}');
    }
    out.push(b',');
    json_key(out, "priority");
    json_string(out, rule.priority.as_str().as_bytes());
    out.push(b',');
    json_key(out, "rule");
    json_string(out, rule.name.as_bytes());
    out.push(b',');
    json_key(out, "source");
    json_string(out, source.as_bytes());
    if options.include_tags {
        out.push(b',');
        json_key(out, "tags");
        out.push(b'[');
        for (index, tag) in rule.tags.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            json_string(out, tag.as_bytes());
        }
        out.push(b']');
    }
    out.push(b',');
    json_key(out, "time");
    push_time(out, *ts);
    out.push(b'}');
}

fn write_field(
    out: &mut Vec<u8>,
    scratch: &mut Vec<u8>,
    field: &OutputField,
    ts: u64,
    slots: &Slots<'_, '_, '_>,
    buffers: Buffers,
) {
    match field {
        OutputField::Raw { slot: Some(slot), .. } => write_slot(out, *slot, ts, slots, buffers),
        OutputField::Raw { slot: None, .. } => out.extend_from_slice(b"null"),
        OutputField::Formatted { template: pieces, .. } => {
            scratch.clear();
            template(scratch, pieces, slots, buffers);
            json_string(out, scratch);
        }
    }
}

fn write_slot(out: &mut Vec<u8>, slot: SlotId, ts: u64, slots: &Slots<'_, '_, '_>, buffers: Buffers) {
    match (slots.json_form(slot), slots.slot(slot)) {
        (JsonForm::EventTime, _) => push_number(out, ts),
        (JsonForm::Number, Extracted::One(Value::Unsigned(number))) => push_number(out, number),
        (_, value) => json(out, &value, slots.style(slot), buffers),
    }
}

/// Times are signed 64-bit numbers.
fn push_number(out: &mut Vec<u8>, number: u64) {
    // Writing to a vector cannot fail.
    let _ = write!(out, "{}", number as i64);
}

/// The value of the key `time`.
pub(super) fn push_time(out: &mut Vec<u8>, ts: u64) {
    out.push(b'"');
    text::push_utc(out, ts);
    out.extend_from_slice(b"Z\"");
}
