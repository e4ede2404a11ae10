//! Integers by type and format.

use std::io::Write;

use catalogue::{Format, ValueType};

/// An integer as a field yields it.
#[derive(Clone, Copy)]
pub(super) enum Integer {
    Unsigned(u64),
    Signed(i64),
}

/// Whether values of the type take 64 bits: only those can be padded, and print without a format when signed.
fn is_wide(ty: ValueType) -> bool {
    ty.width() == Some(8)
}

/// Appends the number. Returns false when the type has no text in this format.
pub(super) fn push(out: &mut Vec<u8>, value: Integer, ty: ValueType, format: Format) -> bool {
    let written = match format {
        Format::Dec | Format::Id => decimal(out, value, 0),
        Format::PaddedDec if is_wide(ty) => decimal(out, value, 9),
        Format::Hex => write!(out, "{:X}", bits(value, ty)),
        Format::Oct => write!(out, "{:o}", bits(value, ty)),
        Format::Na | Format::Dir if is_wide(ty) && ty.is_signed() => decimal(out, value, 0),
        _ => return false,
    };
    // Writing to a vector cannot fail.
    written.is_ok()
}

fn decimal(out: &mut Vec<u8>, value: Integer, pad: usize) -> std::io::Result<()> {
    match value {
        Integer::Unsigned(value) => write!(out, "{value:0pad$}"),
        Integer::Signed(value) => write!(out, "{value:0pad$}"),
    }
}

/// The bits that hexadecimal and octal digits show: a narrow negative number is widened to 32 bits first.
fn bits(value: Integer, ty: ValueType) -> u64 {
    match value {
        Integer::Unsigned(value) => value,
        Integer::Signed(value) if is_wide(ty) => value as u64,
        Integer::Signed(value) => u64::from(value as u32),
    }
}
