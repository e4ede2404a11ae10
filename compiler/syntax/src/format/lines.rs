//! The lines of a text, their indentation and ends.

use crate::span::{Span, clamp};

/// Where the lines of a text begin. A byte order mark belongs to no line.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<u32>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Lines<'t> {
        let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(mark).chain(breaks.map(|(at, _)| clamp(at + 1))).collect();
        Lines { text, starts }
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// How many lines there are, the empty one after a final line break included.
    pub(super) fn count(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn of(&self, offset: u32) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    pub(super) fn start(&self, line: usize) -> u32 {
        self.starts.get(line).copied().unwrap_or(clamp(self.text.len()))
    }

    /// Where the line break begins.
    pub(super) fn end(&self, line: usize) -> u32 {
        let next = self.start(line + 1);
        let text = Span::new(self.start(line), next).slice(self.text);
        let text = text.strip_suffix('\n').unwrap_or(text);
        self.start(line) + clamp(text.strip_suffix('\r').unwrap_or(text).len())
    }

    /// How lines end: as the first one with text does, which stays even when files mix line breaks.
    pub(super) fn line_break(&self) -> &'static str {
        let ends = |line: usize| Span::new(self.end(line), self.start(line + 1)).slice(self.text);
        let with_text = (0..self.count()).find(|line| !self.is_blank(*line)).map_or("", ends);
        let found = if with_text.is_empty() { ends(0) } else { with_text };
        if found == "\r\n" { "\r\n" } else { "\n" }
    }

    /// The line without its break.
    pub(super) fn line(&self, line: usize) -> &'t str {
        Span::new(self.start(line), self.end(line)).slice(self.text)
    }

    /// Blanks at the start of the line.
    pub(super) fn indent(&self, line: usize) -> u32 {
        let text = self.line(line);
        clamp(text.len() - text.trim_start_matches([' ', '\t']).len())
    }

    pub(super) fn is_blank(&self, line: usize) -> bool {
        self.start(line) + self.indent(line) == self.end(line)
    }

    pub(super) fn is_comment(&self, line: usize) -> bool {
        self.line(line).trim_start_matches([' ', '\t']).starts_with('#')
    }

    /// Whether only blanks stand before `offset` on its line.
    pub(super) fn leads(&self, offset: u32) -> bool {
        let line = self.of(offset);
        offset <= self.start(line) + self.indent(line)
    }

    /// Characters before `offset` on its line.
    pub(super) fn column(&self, offset: u32) -> u32 {
        width(Span::new(self.start(self.of(offset)), offset).slice(self.text))
    }

    /// The next byte from `offset` on that is neither white space nor in a comment.
    pub(super) fn next_token(&self, offset: u32) -> Option<(u32, u8)> {
        let bytes = self.text.as_bytes();
        let mut at = offset as usize;
        loop {
            match bytes.get(at)? {
                b' ' | b'\t' | b'\n' | b'\r' => at += 1,
                b'#' => at += bytes.get(at..)?.iter().position(|byte| *byte == b'\n')?,
                byte => return Some((clamp(at), *byte)),
            }
        }
    }
}

/// Columns that a text takes: one for each character.
pub(super) fn width(text: &str) -> u32 {
    clamp(text.chars().count())
}

/// Blanks.
pub(super) fn blanks(count: u32) -> String {
    " ".repeat(count as usize)
}
