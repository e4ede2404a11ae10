//! Values as JSON.

use std::io::Write;

use catalogue::{Format, ValueType};

use super::number::{self, Integer};
use super::text::one;
use super::{Buffers, Style};
use crate::value::{Extracted, Value};

/// Appends a value as JSON: `null` when it is absent or has no form in this style.
pub fn json(out: &mut Vec<u8>, value: &Extracted<'_>, style: Style, buffers: Buffers) {
    match value {
        Extracted::One(value) => single(out, value, style, buffers),
        Extracted::List(values) if !values.is_empty() => {
            out.push(b'[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                single(out, value, style, buffers);
            }
            out.push(b']');
        }
        Extracted::Ancestors(_) => {
            let mut joined = Vec::new();
            if super::text(&mut joined, value, style, buffers) {
                json_string(out, &joined);
            } else {
                null(out);
            }
        }
        Extracted::Absent | Extracted::Endpoints(_) | Extracted::List(_) => null(out),
    }
}

fn null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

fn single(out: &mut Vec<u8>, value: &Value<'_>, style: Style, buffers: Buffers) {
    match value {
        Value::Unsigned(number) => integer(out, Integer::Unsigned(*number), style),
        Value::Signed(number) => integer(out, Integer::Signed(*number), style),
        Value::Float(number) if style.format == Format::Dec => {
            integer(out, Integer::Signed(*number as i64), style)
        }
        Value::Float(number) => json_float(out, *number),
        Value::Bool(value) => out.extend_from_slice(if *value { b"true" } else { b"false" }),
        Value::Text(text) => json_string(out, text),
        Value::Bytes(_) | Value::Address(_) => {
            let mut text = Vec::new();
            one(&mut text, value, style, buffers);
            json_string(out, &text);
        }
    }
}

/// Decimal numbers are numbers, all other formats are texts.
fn integer(out: &mut Vec<u8>, value: Integer, style: Style) {
    let quoted = !matches!(style.format, Format::Dec | Format::Id);
    let start = out.len();
    if quoted {
        out.push(b'"');
    }
    let ty = if style.ty == ValueType::Double { ValueType::Int64 } else { style.ty };
    if !number::push(out, value, ty, style.format) {
        out.truncate(start);
        null(out);
    } else if quoted {
        out.push(b'"');
    }
}

/// Appends a number as the shortest decimal that reads back as the same one, always with a fraction or an exponent;
/// `null` for what JSON cannot express.
pub fn json_float(out: &mut Vec<u8>, value: f64) {
    if !value.is_finite() {
        return null(out);
    }
    let magnitude = value.abs();
    // Writing to a vector cannot fail.
    let _ = if magnitude != 0.0 && !(1e-4..1e15).contains(&magnitude) {
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, digits) = match exponent.strip_prefix('-') {
            Some(digits) => ('-', digits),
            None => ('+', exponent),
        };
        write!(out, "{mantissa}e{sign}{digits:0>2}")
    } else if value.fract() == 0.0 {
        write!(out, "{value:.1}")
    } else {
        write!(out, "{value}")
    };
}

/// Appends a text as a JSON string: `"`, `\` and control characters escaped, other characters as they are, bytes that
/// are not UTF-8 as U+FFFD.
pub fn json_string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for chunk in text.utf8_chunks() {
        escaped(out, chunk.valid().as_bytes());
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
    out.push(b'"');
}

fn escaped(out: &mut Vec<u8>, text: &[u8]) {
    let mut from = 0;
    for (at, byte) in text.iter().enumerate() {
        let short = match byte {
            b'"' => b'"',
            b'\\' => b'\\',
            0x08 => b'b',
            0x09 => b't',
            0x0a => b'n',
            0x0c => b'f',
            0x0d => b'r',
            0x00..=0x1f => 0,
            _ => continue,
        };
        out.extend_from_slice(&text[from..at]);
        if short == 0 {
            // Writing to a vector cannot fail.
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.extend_from_slice(&[b'\\', short]);
        }
        from = at + 1;
    }
    out.extend_from_slice(&text[from..]);
}

/// Appends `"key":`.
pub fn json_key(out: &mut Vec<u8>, key: &str) {
    json_string(out, key.as_bytes());
    out.push(b':');
}
