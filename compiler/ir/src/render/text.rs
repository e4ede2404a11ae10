//! Values as text.

use std::io::Write;
use std::net::IpAddr;

use catalogue::ValueType;

use super::number::{self, Integer};
use super::{Buffers, Style};
use crate::value::{Extracted, Value};

/// Size of Falco's buffer for one rendered value, its final NUL included: lists are cut to fit.
const STORAGE: usize = 1024;

/// Appends a value's text. Returns false, with nothing appended, when the value is absent or has no text.
pub fn text(out: &mut Vec<u8>, value: &Extracted<'_>, style: Style, buffers: Buffers) -> bool {
    match value {
        Extracted::Absent | Extracted::Endpoints(_) => false,
        Extracted::One(value) => one(out, value, style, buffers),
        Extracted::List(values) => {
            list(out, values, style, buffers);
            true
        }
        Extracted::Ancestors(values) => ancestors(out, values, style, buffers),
    }
}

fn list(out: &mut Vec<u8>, values: &[Value<'_>], style: Style, buffers: Buffers) {
    let start = out.len();
    out.push(b'(');
    for value in values {
        // Falco looks at what is there so far and not at the position: no comma follows leading empty texts.
        if out.len() - start > 1 {
            out.push(b',');
        }
        one(out, value, style, buffers);
    }
    out.push(b')');
    out.truncate(start + STORAGE - 1);
}

fn ancestors(out: &mut Vec<u8>, values: &[Value<'_>], style: Style, buffers: Buffers) -> bool {
    let start = out.len();
    for value in values {
        if out.len() > start {
            out.push(b' ');
        }
        one(out, value, style, buffers);
    }
    out.len() > start
}

/// Appends one value; returns false, with nothing appended, when it has no text in this style.
pub(super) fn one(out: &mut Vec<u8>, value: &Value<'_>, style: Style, buffers: Buffers) -> bool {
    match value {
        Value::Unsigned(value) => number::push(out, Integer::Unsigned(*value), style.ty, style.format),
        Value::Signed(value) => number::push(out, Integer::Signed(*value), style.ty, style.format),
        Value::Float(value) => write!(out, "{value:.1}").is_ok(),
        Value::Bool(value) => {
            out.extend_from_slice(if *value { b"true" } else { b"false" });
            true
        }
        Value::Text(text) => {
            out.extend_from_slice(text);
            true
        }
        Value::Bytes(bytes) => {
            buffer(out, bytes, buffers);
            true
        }
        Value::Address(_) if style.ty == ValueType::IpNet => {
            out.extend_from_slice(b"<IPNET>");
            true
        }
        Value::Address(address) => {
            push_address(out, address);
            true
        }
    }
}

/// Appends an address as the C library writes it: an IPv6 address that holds an IPv4 address (`::a.b.c.d`,
/// `::ffff:a.b.c.d`) ends in dotted form.
pub fn push_address(out: &mut Vec<u8>, address: &IpAddr) {
    let compatible = match address {
        IpAddr::V6(v6) => match v6.segments() {
            [0, 0, 0, 0, 0, 0, high, _] if high != 0 => v6.to_ipv4(),
            _ => None,
        },
        IpAddr::V4(_) => None,
    };
    // Writing to a vector cannot fail.
    let _ = match compatible {
        Some(v4) => write!(out, "::{v4}"),
        None => write!(out, "{address}"),
    };
}

/// Appends a buffer: one that does not fit Falco's storage loses two more characters than it must, and in base64 all.
fn buffer(out: &mut Vec<u8>, bytes: &[u8], buffers: Buffers) {
    match buffers {
        Buffers::Dots => {
            let shown = if bytes.len() > STORAGE - 2 { STORAGE - 3 } else { bytes.len() };
            out.extend(
                bytes[..shown].iter().map(|byte| if (0x20..0x7f).contains(byte) { *byte } else { b'.' }),
            );
        }
        Buffers::Base64 if bytes.len().div_ceil(3) * 4 >= STORAGE - 2 => {}
        Buffers::Base64 => base64(out, bytes),
    }
}

/// Appends bytes in base64, standard alphabet, padded.
pub fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            if index <= chunk.len() {
                out.push(ALPHABET[(group >> (18 - 6 * index) & 0x3f) as usize]);
            } else {
                out.push(b'=');
            }
        }
    }
}
