//! Alerts that the runtime itself raises, such as "syscall event drop".

use std::io::Write;

use catalogue::Priority;
use ir::render::{json_float, json_key, json_string};

use super::{Options, json, text};

/// The value of a field of an internal alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum InternalValue<'a> {
    /// A text.
    Text(&'a str),
    /// An integer.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// True or false.
    Bool(bool),
}

/// An alert that no rule made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InternalAlert<'a> {
    /// When it was raised, nanoseconds since the epoch.
    pub ts: u64,
    /// How grave it is.
    pub priority: Priority,
    /// What takes the place of a rule's name.
    pub rule: &'a str,
    /// The message.
    pub message: &'a str,
    /// Fields by name.
    pub fields: &'a [(&'a str, InternalValue<'a>)],
}

/// The event source of such alerts.
pub const SOURCE: &str = "internal";

/// Appends the alert as one line of text or JSON.
pub fn write(out: &mut Vec<u8>, options: &Options, alert: &InternalAlert<'_>) {
    let mut fields: Vec<_> = alert.fields.to_vec();
    fields.sort_by_key(|(name, _)| *name);
    if options.json {
        write_json(out, options, alert, &fields);
    } else {
        text::push_time_of_day(out, alert.ts, options.utc_offset.get());
        // Writing to a vector cannot fail.
        let _ = write!(out, ": {} {} (", alert.priority.as_str(), alert.message);
        for (index, (name, value)) in fields.iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(name.as_bytes());
            out.push(b'=');
            write_value(out, value);
        }
        out.push(b')');
    }
}

fn write_json(
    out: &mut Vec<u8>,
    options: &Options,
    alert: &InternalAlert<'_>,
    fields: &[(&str, InternalValue<'_>)],
) {
    let entry = |out: &mut Vec<u8>, key: &str, value: &str| {
        json_key(out, key);
        json_string(out, value.as_bytes());
        out.push(b',');
    };
    out.push(b'{');
    entry(out, "hostname", &options.hostname);
    entry(out, "output", alert.message);
    json_key(out, "output_fields");
    out.push(b'{');
    for (index, (name, value)) in fields.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        json_key(out, name);
        write_value(out, value);
    }
    out.extend_from_slice(b"},");
    entry(out, "priority", alert.priority.as_str());
    entry(out, "rule", alert.rule);
    entry(out, "source", SOURCE);
    json_key(out, "time");
    json::push_time(out, alert.ts);
    out.push(b'}');
}

fn write_value(out: &mut Vec<u8>, value: &InternalValue<'_>) {
    // Writing to a vector cannot fail.
    let _ = match value {
        InternalValue::Text(text) => {
            json_string(out, text.as_bytes());
            Ok(())
        }
        InternalValue::Integer(number) => write!(out, "{number}"),
        InternalValue::Float(number) => {
            json_float(out, *number);
            Ok(())
        }
        InternalValue::Bool(value) => write!(out, "{value}"),
    };
}
