//! Byte offsets to lines and columns and back, in the units that editors and Falco count.

use crate::span::{Position, clamp};

/// The unit of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// 16-bit code units: what LSP clients count unless agreed otherwise.
    Utf16,
    /// Code points.
    Utf32,
}

impl Encoding {
    fn width(self, c: char) -> u32 {
        match self {
            Encoding::Utf8 => clamp(c.len_utf8()),
            Encoding::Utf16 => clamp(c.len_utf16()),
            Encoding::Utf32 => 1,
        }
    }
}

/// A line and a column, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line.
    pub line: u32,
    /// The column, in the unit asked for.
    pub column: u32,
}

/// Where the lines of a text start. Lines end with `\n`, `\r\n` or `\r` alone.
///
/// The index does not keep the text; methods that need it take the same text again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineIndex {
    starts: Vec<u32>,
    len: u32,
    /// Some `\r` stands alone, so that lines are not what `\n` makes them.
    lone_returns: bool,
}

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

impl LineIndex {
    /// Indexes a text.
    pub fn new(text: &str) -> LineIndex {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        let mut lone_returns = false;
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let lone_return = bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) != Some(&b'\n');
            lone_returns |= lone_return;
            if bytes.get(at) == Some(&b'\n') || lone_return {
                starts.push(clamp(at + 1));
            }
        }
        LineIndex { starts, len: clamp(bytes.len()), lone_returns }
    }

    /// How many lines there are; a text that ends with a line break has an empty last line.
    pub fn lines(&self) -> u32 {
        clamp(self.starts.len())
    }

    /// The line of an offset; offsets past the end are on the last line.
    pub fn line(&self, offset: u32) -> u32 {
        clamp(self.starts.partition_point(|&start| start <= offset).saturating_sub(1))
    }

    /// Where a line starts; the end of the text for lines past the last.
    pub fn line_start(&self, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(self.len)
    }

    /// The bytes of a line without its break.
    pub fn line_text<'t>(&self, text: &'t str, line: u32) -> &'t str {
        let start = self.line_start(line) as usize;
        let end = self.line_start(line.saturating_add(1)) as usize;
        text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// The line and column of an offset. An offset inside a character counts as its start.
    pub fn line_column(&self, text: &str, offset: u32, encoding: Encoding) -> LineColumn {
        let offset = offset.min(self.len);
        let line = self.line(offset);
        let start = self.line_start(line);
        if encoding == Encoding::Utf8 {
            return LineColumn { line, column: offset - start };
        }
        let mut end = offset as usize;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(start as usize..end).unwrap_or("");
        LineColumn { line, column: before.chars().map(|c| encoding.width(c)).sum() }
    }

    /// The offset of a line and column. A column past the end of its line gives the end of the line before its break,
    /// one inside a character its start, a line past the end the end of the text.
    pub fn offset(&self, text: &str, at: LineColumn, encoding: Encoding) -> u32 {
        let start = self.line_start(at.line);
        let mut column = 0;
        let mut offset = start;
        for c in self.line_text(text, at.line).chars() {
            column += encoding.width(c);
            if column > at.column {
                break;
            }
            offset += clamp(c.len_utf8());
        }
        offset
    }

    /// The position of an offset as Falco's YAML reader counts: line and column from 0, columns in bytes, a byte order
    /// mark not counted, and only the kind of line break that comes first in the text making lines.
    pub fn falco_position(&self, text: &str, offset: u32) -> Position {
        let offset = offset.min(self.len);
        let mark = if text.starts_with(BYTE_ORDER_MARK) { clamp(BYTE_ORDER_MARK.len()) } else { 0 };
        let (line, start) = if self.lone_returns {
            slow_line(text, offset)
        } else {
            let line = self.line(offset);
            (line, self.line_start(line))
        };
        let start = if line == 0 { mark } else { start };
        Position { offset: offset.saturating_sub(mark), line, column: offset.saturating_sub(start) }
    }
}

/// Line of an offset and where it starts, for texts in which `\r` stands alone.
fn slow_line(text: &str, offset: u32) -> (u32, u32) {
    let bytes = text.as_bytes();
    let first = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    let ending = match first {
        Some(at) if bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) != Some(&b'\n') => b'\r',
        _ => b'\n',
    };
    let before = bytes.get(..offset as usize).unwrap_or(bytes);
    let line = before.iter().filter(|&&byte| byte == ending).count();
    let start = before.iter().rposition(|&byte| byte == ending).map_or(0, |at| at + 1);
    (clamp(line), clamp(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_in_every_encoding() {
        let text = "a\u{e9}\u{1F600}b\r\nx\rlast";
        let index = LineIndex::new(text);
        let column = |offset, encoding| index.line_column(text, offset, encoding).column;
        assert_eq!(index.lines(), 3);
        assert_eq!(column(7, Encoding::Utf8), 7);
        assert_eq!(column(7, Encoding::Utf16), 4);
        assert_eq!(column(7, Encoding::Utf32), 3);
        assert_eq!(index.line_text(text, 0), "a\u{e9}\u{1F600}b");
        assert_eq!(index.line_text(text, 2), "last");
    }

    #[test]
    fn offsets_come_back() {
        let text = "\u{e9}x\r\n\u{1F600}y\n\nz";
        let index = LineIndex::new(text);
        for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let offset = clamp(offset);
            for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
                let at = index.line_column(text, offset, encoding);
                let back = index.offset(text, at, encoding);
                // Inside `\r\n` the line's end is as far as a column reaches.
                assert!(back == offset || text.as_bytes().get(back as usize) == Some(&b'\r'), "{offset}");
            }
        }
        assert_eq!(index.offset(text, LineColumn { line: 9, column: 9 }, Encoding::Utf16), clamp(text.len()));
    }

    #[test]
    fn falco_counts_from_the_byte_order_mark() {
        let text = "\u{FEFF}ab\r\ncd";
        let index = LineIndex::new(text);
        assert_eq!(index.falco_position(text, 4), Position { offset: 1, line: 0, column: 1 });
        assert_eq!(index.falco_position(text, 8), Position { offset: 5, line: 1, column: 1 });
    }
}
