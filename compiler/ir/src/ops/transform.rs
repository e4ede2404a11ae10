//! Transformers: what `tolower`, `b64`, `join` and the others make of their arguments.
//!
//! Results are put into an arena that lives as long as the event. A transformer is absent when an argument is.

use std::net::IpAddr;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;
use catalogue::Transformer;

use super::getopt::{self, Options};
use super::string::until_nul;
use crate::consts::Const;
use crate::value::{Extracted, Value};

/// The text after the last `/`.
pub fn basename(path: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', path).and_then(|slash| path.get(slash + 1..)).unwrap_or(path)
}

/// Decodes base64 of the standard alphabet into `out`; at most two `=` at the end are ignored. False, with `out` in
/// any state, when the text is not base64 or its unused last bits are not zero.
pub fn decode_base64(text: &[u8], out: &mut BumpVec<'_, u8>) -> bool {
    let digits = text.strip_suffix(b"=").map_or(text, |text| text.strip_suffix(b"=").unwrap_or(text));
    if digits.is_empty() || digits.len() % 4 == 1 {
        return text.is_empty();
    }
    out.reserve(digits.len() / 4 * 3 + 3);
    for group in digits.chunks(4) {
        let mut bits: u32 = 0;
        for &digit in group {
            let value = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return false,
            };
            bits = bits << 6 | u32::from(value);
        }
        let [_, bytes @ ..] = (bits << (6 * (4 - group.len()))).to_be_bytes();
        let (whole, spare) = bytes.split_at(group.len() - 1);
        if spare.iter().any(|byte| *byte != 0) {
            return false;
        }
        out.extend_from_slice(whole);
    }
    true
}

/// The value of a literal argument; a text ends at its first NUL byte.
pub fn literal(value: &Const) -> Extracted<'_> {
    Extracted::One(match value {
        Const::Unsigned(value) => Value::Unsigned(*value),
        Const::Signed(value) => Value::Signed(*value),
        Const::Float(value) => Value::Float(*value as f64),
        Const::Bool(value) => Value::Bool(*value),
        Const::Text(text) => Value::Text(until_nul(text)),
        Const::Bytes(bytes) => Value::Bytes(bytes),
        Const::Address(address) => Value::Address(*address),
        Const::Network(network) => Value::Address(network.address),
    })
}

/// A transformer list: its elements' values in order; absent when an element is.
pub fn list<'a>(elements: &[Extracted<'a>], arena: &'a Bump) -> Extracted<'a> {
    let mut values = BumpVec::with_capacity_in(elements.len(), arena);
    for element in elements {
        match element {
            Extracted::Absent => return Extracted::Absent,
            Extracted::One(value) => values.push(*value),
            Extracted::List(many) | Extracted::Ancestors(many) | Extracted::Endpoints(many) => {
                values.extend_from_slice(many);
            }
        }
    }
    Extracted::List(values.into_bump_slice())
}

/// Applies a transformer to its arguments. `selector` is the option letter of `getopt(…)[c]`.
pub fn apply<'a>(
    transformer: Transformer,
    args: &[Extracted<'a>],
    selector: Option<u8>,
    arena: &'a Bump,
) -> Extracted<'a> {
    if args.contains(&Extracted::Absent) {
        return Extracted::Absent;
    }
    match (transformer, args) {
        (Transformer::Tolower, [arg]) => {
            each(arg, arena, |text| Some(recased(text, arena, u8::make_ascii_lowercase)))
        }
        (Transformer::Toupper, [arg]) => {
            each(arg, arena, |text| Some(recased(text, arena, u8::make_ascii_uppercase)))
        }
        (Transformer::Basename, [arg]) => each(arg, arena, |value| match value {
            Value::Text(path) => Some(Value::Text(basename(path))),
            _ => None,
        }),
        (Transformer::B64, [arg]) => each(arg, arena, |value| base64(value, arena)),
        (Transformer::Len, [arg]) => length(arg),
        (Transformer::Join, [separator, list]) => join(separator, list, arena),
        (Transformer::Concat, args) => {
            let mut out = BumpVec::new_in(arena);
            for arg in args {
                match first(arg) {
                    Some(value) => render(&value, &mut out),
                    None => return Extracted::Absent,
                }
            }
            Extracted::One(Value::Text(out.into_bump_slice()))
        }
        (Transformer::Getopt, [arguments, options]) => options_of(arguments, options, selector, arena),
        (Transformer::Val, [arg]) => *arg,
        _ => Extracted::Absent,
    }
}

/// Applies a function to every value and keeps the shape; absent when the function gives nothing.
fn each<'a>(
    arg: &Extracted<'a>,
    arena: &'a Bump,
    transform: impl Fn(Value<'a>) -> Option<Value<'a>>,
) -> Extracted<'a> {
    let many = |values: &'a [Value<'a>]| {
        let mut results = BumpVec::with_capacity_in(values.len(), arena);
        for value in values {
            results.push(transform(*value)?);
        }
        Some(results.into_bump_slice() as &'a [Value<'a>])
    };
    match arg {
        Extracted::Absent => None,
        Extracted::One(value) => transform(*value).map(Extracted::One),
        Extracted::List(values) => many(values).map(Extracted::List),
        Extracted::Ancestors(values) => many(values).map(Extracted::Ancestors),
        Extracted::Endpoints(values) => many(values).map(Extracted::Endpoints),
    }
    .unwrap_or(Extracted::Absent)
}

/// The single value of an argument: a list's first.
fn first<'a>(arg: &Extracted<'a>) -> Option<Value<'a>> {
    match arg {
        Extracted::Absent => None,
        Extracted::One(value) => Some(*value),
        Extracted::List(values) | Extracted::Ancestors(values) | Extracted::Endpoints(values) => {
            values.first().copied()
        }
    }
}

fn recased<'a>(value: Value<'a>, arena: &'a Bump, change: impl Fn(&mut u8)) -> Value<'a> {
    match value {
        Value::Text(text) => {
            let text = arena.alloc_slice_copy(text);
            text.iter_mut().for_each(change);
            Value::Text(text)
        }
        other => other,
    }
}

fn base64<'a>(value: Value<'a>, arena: &'a Bump) -> Option<Value<'a>> {
    let mut out = BumpVec::new_in(arena);
    match value {
        Value::Text(text) => {
            decode_base64(text, &mut out).then(|| Value::Text(until_nul(out.into_bump_slice())))
        }
        Value::Bytes(bytes) => {
            // Falco drops NUL bytes at the end of the input and ends the result with one.
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            if !decode_base64(bytes.get(..end)?, &mut out) {
                return None;
            }
            if out.last() != Some(&0) {
                out.push(0);
            }
            Some(Value::Bytes(out.into_bump_slice()))
        }
        _ => None,
    }
}

/// Bytes of a text or buffer, elements of a list.
fn length<'a>(arg: &Extracted<'a>) -> Extracted<'a> {
    let length = match arg {
        Extracted::One(Value::Text(bytes) | Value::Bytes(bytes)) => bytes.len(),
        Extracted::List(values) | Extracted::Ancestors(values) | Extracted::Endpoints(values) => values.len(),
        Extracted::One(_) | Extracted::Absent => return Extracted::Absent,
    };
    Extracted::One(Value::Unsigned(length as u64))
}

fn join<'a>(separator: &Extracted<'a>, list: &Extracted<'a>, arena: &'a Bump) -> Extracted<'a> {
    let Some(separator) = first(separator) else { return Extracted::Absent };
    let values = match list {
        Extracted::Absent => return Extracted::Absent,
        Extracted::One(value) => std::slice::from_ref(value),
        Extracted::List(values) | Extracted::Ancestors(values) | Extracted::Endpoints(values) => values,
    };
    let mut out = BumpVec::new_in(arena);
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            render(&separator, &mut out);
        }
        render(value, &mut out);
    }
    Extracted::One(Value::Text(out.into_bump_slice()))
}

fn options_of<'a>(
    arguments: &Extracted<'a>,
    options: &Extracted<'a>,
    selector: Option<u8>,
    arena: &'a Bump,
) -> Extracted<'a> {
    let Some(Value::Text(options)) = first(options) else { return Extracted::Absent };
    let options = Options::new(options);
    let arguments = match arguments {
        Extracted::Absent => return Extracted::Absent,
        Extracted::One(value) => std::slice::from_ref(value),
        Extracted::List(values) | Extracted::Ancestors(values) | Extracted::Endpoints(values) => values,
    };
    let texts = arguments.iter().map(|argument| match argument {
        Value::Text(text) => *text,
        _ => b"",
    });
    if let Some(letter) = selector {
        return getopt::select(texts, &options, letter)
            .map_or(Extracted::Absent, |text| Extracted::One(Value::Text(text)));
    }
    let mut found = BumpVec::new_in(arena);
    getopt::scan(texts, &options, |_, name, value| {
        found.push(Value::Text(name));
        found.extend(value.map(Value::Text));
    });
    Extracted::List(found.into_bump_slice())
}

/// Writes a value as `join` and `concat` do: text as is, numbers in decimal, addresses in their usual form.
fn render(value: &Value<'_>, out: &mut BumpVec<'_, u8>) {
    use std::io::Write;
    // Writing into memory cannot fail.
    _ = match value {
        Value::Text(text) => out.write_all(text),
        Value::Bytes(bytes) => out.write_all(until_nul(bytes)),
        Value::Unsigned(number) => write!(out, "{number}"),
        Value::Signed(number) => write!(out, "{number}"),
        Value::Float(number) => write!(out, "{number:.1}"),
        Value::Bool(truth) => write!(out, "{truth}"),
        Value::Address(IpAddr::V4(address)) => write!(out, "{address}"),
        Value::Address(IpAddr::V6(address)) => write!(out, "{address}"),
    };
}

#[cfg(test)]
#[path = "transform_tests.rs"]
mod tests;
