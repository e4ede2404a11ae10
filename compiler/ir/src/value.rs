//! Values that fields yield at run time, and the trait of whoever can supply them.

use std::net::IpAddr;

use catalogue::EventCode;

use crate::expr::ImportId;

/// One run-time value. The variant is decided by the field's declared type, see `SlotKind::class`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Unsigned integers, flags, modes, ports, times (nanoseconds), user and group ids.
    Unsigned(u64),
    /// Signed integers, errno, descriptors and process ids, sign-extended.
    Signed(i64),
    /// `DOUBLE`.
    Float(f64),
    /// `BOOL`.
    Bool(bool),
    /// Text without a NUL byte; not necessarily UTF-8.
    Text(&'a [u8]),
    /// Counted bytes (`BYTEBUF`).
    Bytes(&'a [u8]),
    /// An address: what `IPADDR` fields yield, and `IPNET` fields too (they are compared with networks).
    Address(IpAddr),
}

/// What an extraction gives: language.md 5.1 (absent), 5.6 (fields with their own comparison) and 5.7 (lists).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extracted<'a> {
    /// No value: every check on it is false.
    Absent,
    /// An ordinary single value.
    One(Value<'a>),
    /// A list field: `in` needs all elements in the set, `intersects` one.
    List(&'a [Value<'a>]),
    /// Values of the ancestors, nearest first: a check holds if it holds for any of them; `exists` if there is one.
    Ancestors(&'a [Value<'a>]),
    /// Both ends of a connection (`fd.ip`, `fd.net`, `fd.port`, `fd.proto`): `!=` holds if both differ, everything else
    /// if it holds for one end; always exists; with no end at all, every comparison is false.
    Endpoints(&'a [Value<'a>]),
}

/// Supplies field values of the event at hand. Implementations bind the program's imports once, when it is loaded, so
/// that an extraction is an index and not a look-up by name.
pub trait FieldSource {
    /// The type of the event at hand.
    fn event_code(&self) -> EventCode;

    /// The value of an import for the event at hand. Borrowed data lives as long as the event.
    fn extract(&self, import: ImportId) -> Extracted<'_>;
}
