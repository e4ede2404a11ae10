//! Texts composed in the event's arena.

use std::io::Write;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use ir::render::{is_printable, push_printable};
use ir::{Extracted, Value};

/// A text under construction.
pub(super) struct Composer<'e>(ArenaVec<'e, u8>);

impl<'e> Composer<'e> {
    pub(super) fn new(arena: &'e Bump) -> Composer<'e> {
        Composer(ArenaVec::new_in(arena))
    }

    pub(super) fn with_capacity(arena: &'e Bump, capacity: usize) -> Composer<'e> {
        Composer(ArenaVec::with_capacity_in(capacity, arena))
    }

    pub(super) fn push(&mut self, bytes: &[u8]) -> &mut Composer<'e> {
        self.0.extend_from_slice_copy(bytes);
        self
    }

    pub(super) fn byte(&mut self, byte: u8) -> &mut Composer<'e> {
        self.0.push(byte);
        self
    }

    /// Appends formatted text; `format_args!` keeps this free of allocations.
    pub(super) fn format(&mut self, arguments: std::fmt::Arguments<'_>) -> &mut Composer<'e> {
        // Writing to a vector cannot fail.
        let _ = self.0.write_fmt(arguments);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// Removes the zeros at the end of a decimal fraction that begins at `start`, and a point without digits.
    pub(super) fn trim_fraction(&mut self, start: usize) {
        if !self.0.get(start..).is_some_and(|number| number.contains(&b'.')) {
            return;
        }
        while self.0.last() == Some(&b'0') {
            self.0.pop();
        }
        if self.0.last() == Some(&b'.') {
            self.0.pop();
        }
    }

    pub(super) fn finish(self) -> &'e [u8] {
        self.0.into_bump_slice()
    }
}

/// Items joined by one byte.
pub(super) fn join<'e, 'i>(
    arena: &'e Bump,
    items: impl Iterator<Item = &'i [u8]>,
    separator: u8,
) -> &'e [u8] {
    let mut out = Composer::new(arena);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.byte(separator);
        }
        out.push(item);
    }
    out.finish()
}

/// Formatted text in the arena.
pub(super) fn format<'e>(arena: &'e Bump, arguments: std::fmt::Arguments<'_>) -> &'e [u8] {
    let mut out = Composer::new(arena);
    out.format(arguments);
    out.finish()
}

/// The text with everything unprintable replaced.
pub(super) fn printable_text<'e>(arena: &'e Bump, text: &'e [u8]) -> &'e [u8] {
    if is_printable(text) {
        return text;
    }
    // Rare: a detour over the heap is fine.
    let mut out = Vec::with_capacity(text.len() + 16);
    push_printable(&mut out, text);
    arena.alloc_slice_copy(&out)
}

/// The value with the text in it made printable.
pub(super) fn printable<'e>(arena: &'e Bump, value: Extracted<'e>) -> Extracted<'e> {
    match value {
        Extracted::One(Value::Text(text)) => Extracted::One(Value::Text(printable_text(arena, text))),
        // Elements of lists are words of our own, ancestors are joined before they are printed.
        other => other,
    }
}
