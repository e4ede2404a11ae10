//! The bytes being scanned, with the line and column of the cursor.

use crate::span::{Position, clamp};

/// A cursor over a text. Lines and columns count from 0, columns in bytes; a byte order mark counts for nothing.
pub(super) struct Input<'t> {
    bytes: &'t [u8],
    at: usize,
    line: u32,
    line_start: usize,
    /// The byte that ends lines: that of the first line break seen (`\r\n` counts as `\n`).
    ending: Option<u8>,
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) fn is_blank(byte: Option<u8>) -> bool {
    matches!(byte, Some(b' ' | b'\t'))
}

pub(super) fn is_break(byte: Option<u8>) -> bool {
    matches!(byte, Some(b'\n' | b'\r'))
}

/// A blank, a line break or the end of the text.
pub(super) fn is_gap(byte: Option<u8>) -> bool {
    matches!(byte, None | Some(b' ' | b'\t' | b'\n' | b'\r'))
}

impl<'t> Input<'t> {
    pub(super) fn new(text: &'t str) -> Input<'t> {
        let bytes = text.as_bytes();
        let at = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        Input { bytes, at, line: 0, line_start: at, ending: None }
    }

    pub(super) fn bytes(&self) -> &'t [u8] {
        self.bytes
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn line(&self) -> u32 {
        self.line
    }

    pub(super) fn column(&self) -> i64 {
        i64::try_from(self.at - self.line_start).unwrap_or(i64::MAX)
    }

    pub(super) fn position(&self) -> Position {
        Position { offset: clamp(self.at), line: self.line, column: clamp(self.at - self.line_start) }
    }

    /// The cursor's position after an attempt to read up to `end`: yaml-cpp counts columns beyond the end of the text.
    pub(super) fn position_past(&self, end: usize) -> Position {
        let mut position = self.position();
        position.column += clamp(end.saturating_sub(self.at));
        position
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    pub(super) fn starts_with(&self, text: &[u8]) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(text))
    }

    /// Length of the line break at the cursor: 2 for `\r\n`, 1 for either alone, 0 for none.
    pub(super) fn break_len(&self) -> usize {
        match self.peek() {
            Some(b'\n') => 1,
            Some(b'\r') if self.peek_at(1) == Some(b'\n') => 2,
            Some(b'\r') => 1,
            _ => 0,
        }
    }

    pub(super) fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        if matches!(byte, b'\n' | b'\r') {
            self.count_break(byte);
        }
        Some(byte)
    }

    fn count_break(&mut self, byte: u8) {
        let ending = *self.ending.get_or_insert_with(|| {
            let carriage_return = byte == b'\r' && self.bytes.get(self.at) != Some(&b'\n');
            if carriage_return { b'\r' } else { b'\n' }
        });
        if byte == ending {
            self.line = self.line.saturating_add(1);
            self.line_start = self.at;
        }
    }

    pub(super) fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.next();
        }
    }

    /// Moves past `count` bytes known to hold no line break.
    pub(super) fn skip_in_line(&mut self, count: usize) {
        self.at = (self.at + count).min(self.bytes.len());
    }

    /// Moves to the end of the line, before its break.
    pub(super) fn skip_to_break(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        self.at += rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
    }

    /// Treats the end of the text as the start of a line.
    pub(super) fn end_line(&mut self) {
        self.line_start = self.at;
    }

    /// Whether `---` or `...` stands here as a document marker.
    pub(super) fn document_marker(&self, marker: &[u8; 3]) -> bool {
        self.peek() == Some(marker[0]) && self.starts_with(marker) && is_gap(self.peek_at(3))
    }
}
