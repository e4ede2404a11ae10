//! Line and column as Falco's condition parser counts them.

use crate::span::{Position, clamp};

/// The position of byte `offset` of a condition: offset from 0, line and column from 1, columns in bytes. Every
/// `\r` and every `\n` starts a line, so CRLF counts twice.
pub fn position(text: &str, offset: u32) -> Position {
    let before = text.as_bytes().get(..offset as usize).unwrap_or(text.as_bytes());
    let is_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let line = before.iter().filter(|byte| is_break(byte)).count() + 1;
    let column = before.iter().rev().take_while(|byte| !is_break(byte)).count() + 1;
    Position { offset: clamp(before.len()), line: clamp(line), column: clamp(column) }
}

/// The position just past a condition.
pub fn end_position(text: &str) -> Position {
    position(text, clamp(text.len()))
}
