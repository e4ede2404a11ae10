//! The way from a scalar's decoded text back to the source.

use crate::span::{Span, clamp};
use crate::yaml::scalar::Segment;
use crate::yaml::tree::{ScalarData, ScalarStyle};

/// Where the bytes of one scalar's decoded text stand in the source.
#[derive(Clone, Copy, Debug)]
pub struct ScalarMap<'y> {
    pub(super) source: &'y str,
    pub(super) text: &'y str,
    pub(super) data: ScalarData,
    pub(super) segments: &'y [Segment],
    pub(super) len: u32,
    pub(super) span: Span,
}

impl<'y> ScalarMap<'y> {
    /// Length of the decoded text.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether the decoded text is empty.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The segments in order; none when the text is a slice of the source.
    pub fn segments(&self) -> &'y [Segment] {
        self.segments
    }

    /// The source offset of a decoded offset. The end of the text maps to just past the source of its last byte; what
    /// an escape or a folded line break stands for maps to where that begins.
    pub fn source_offset(&self, offset: u32) -> u32 {
        let offset = offset.min(self.len);
        if self.len == 0 {
            return self.empty_offset();
        }
        if self.segments.is_empty() {
            return self.data.start + offset;
        }
        // The end belongs to the last byte.
        let at_end = u32::from(offset == self.len);
        let byte = offset - at_end;
        let index = self.segments.partition_point(|segment| segment.decoded <= byte).saturating_sub(1);
        let Some(segment) = self.segments.get(index) else { return self.span.start };
        let limit =
            self.segments.get(index + 1).map_or(self.data.source_end, |next| next.source.max(segment.source));
        ((segment.source + (byte - segment.decoded)).min(limit) + at_end).min(self.data.source_end)
    }

    /// The source range of a decoded range: from its first byte's source to just past its last byte's.
    pub fn source_span(&self, range: Span) -> Span {
        let start = self.source_offset(range.start);
        if range.is_empty() {
            return Span::empty(start);
        }
        let last = self.source_offset(range.end.min(self.len).saturating_sub(1));
        if let Some(end) = self.escape_end(range.end.min(self.len)) {
            return Span::new(start, end.max(last + 1));
        }
        let end =
            if range.end >= self.len { self.source_offset(self.len) } else { self.source_offset(range.end) };
        // The next byte may stand on a later line; then the range ends with its own last byte.
        let end = if self.contiguous(range.end) { end } else { last + 1 };
        Span::new(start, end.max(last + 1))
    }

    /// Where the source of the character before `offset` ends, if that is an escape in a quoted scalar.
    fn escape_end(&self, offset: u32) -> Option<u32> {
        let sign = match self.data.style {
            ScalarStyle::SingleQuoted => b'\'',
            ScalarStyle::DoubleQuoted => b'\\',
            _ => return None,
        };
        let before = self.text.get(..offset as usize)?;
        let last = before.len() - before.chars().next_back()?.len_utf8();
        let start = self.source_offset(clamp(last));
        let bytes = self.source.as_bytes();
        if bytes.get(start as usize) != Some(&sign) {
            return None;
        }
        let len = match bytes.get(start as usize + 1)? {
            b'x' if sign == b'\\' => 4,
            b'u' if sign == b'\\' => 6,
            b'U' if sign == b'\\' => 10,
            _ => 2,
        };
        Some(start + len)
    }

    /// Whether no line break or indentation lies in the source between the byte before `offset` and the one at it.
    fn contiguous(&self, offset: u32) -> bool {
        !self.segments.iter().any(|segment| segment.decoded == offset)
    }

    /// For an empty text: inside the quotes, or where the scalar stands.
    fn empty_offset(&self) -> u32 {
        match self.data.style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (self.span.start + 1).min(self.span.end),
            _ => self.span.start,
        }
    }
}
