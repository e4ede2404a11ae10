//! Values as text and as JSON, the way Falco prints them in alerts (language.md 8.3 to 8.5).
//!
//! Rendering knows a value, its declared type and its number format; where values come from is the caller's matter
//! ([`SlotValues`]).

mod json;
mod number;
mod text;
mod utf8;

use catalogue::{Format, Transformer, ValueType};

use crate::expr::{SlotId, SlotKind};
use crate::program::{Piece, Program};
use crate::value::Extracted;

pub use json::{json, json_float, json_key, json_string};
pub use text::{base64, push_address, text};
pub use utf8::{is_printable, push_printable};

/// What an absent value prints as in outputs.
pub const ABSENT: &str = "<NA>";

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Type of the value, or of each element of a list.
    pub ty: ValueType,
    /// Whether it is a list.
    pub list: bool,
    /// How numbers are written.
    pub format: Format,
}

impl Style {
    /// How a slot's value is written: the field's own format also holds for what a transformer makes of it. A number
    /// without a format (the length of a text) is printed as absent, as Falco does.
    pub fn of(program: &Program, slot: SlotId) -> Style {
        let mut at = slot;
        let format = loop {
            // Operands have smaller ids than their users, so this ends.
            match &program.slot(at).kind {
                SlotKind::Import(import) => {
                    let import = program.import(*import);
                    // Only fields of plugins are wide numbers without a format; their numbers are decimal.
                    break match import.format {
                        Format::Na if at == slot && import.ty.width() == Some(8) => Format::Dec,
                        format => format,
                    };
                }
                SlotKind::Transform { transformer, args, .. } if !transformer.is_multi_value() => {
                    match args.first() {
                        Some(inner) => at = *inner,
                        None => break Format::Na,
                    }
                }
                _ => break Format::Na,
            }
        };
        let slot = program.slot(slot);
        let list = match &slot.kind {
            SlotKind::Transform {
                transformer: Transformer::Len | Transformer::Join | Transformer::Concat,
                ..
            } => false,
            _ => slot.list,
        };
        Style { ty: slot.ty, list, format }
    }
}

/// How byte buffers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Buffers {
    /// Printable ASCII as it is, every other byte as a dot.
    #[default]
    Dots,
    /// Base64 (`buffer_format_base64`).
    Base64,
}

/// Supplies the values of a template's slots.
pub trait SlotValues {
    /// The value of a slot.
    fn slot(&self, slot: SlotId) -> Extracted<'_>;

    /// How the slot's value is written.
    fn style(&self, slot: SlotId) -> Style;
}

/// Appends a template's text, absent values as [`ABSENT`]. Returns whether every value was there.
pub fn template<S: SlotValues + ?Sized>(
    out: &mut Vec<u8>,
    pieces: &[Piece],
    values: &S,
    buffers: Buffers,
) -> bool {
    let mut complete = true;
    for piece in pieces {
        match piece {
            Piece::Text(literal) => out.extend_from_slice(literal.as_bytes()),
            Piece::Value { slot, width } => {
                let start = out.len();
                if !text(out, &values.slot(*slot), values.style(*slot), buffers) {
                    complete = false;
                    out.extend_from_slice(ABSENT.as_bytes());
                }
                if let Some(width) = width.filter(|width| *width > 0) {
                    // Falco counts bytes and may cut a character in two.
                    out.resize(start + width as usize, b' ');
                }
            }
        }
    }
    complete
}

#[cfg(test)]
mod tests;
