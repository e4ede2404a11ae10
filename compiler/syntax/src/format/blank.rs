//! Blank lines and blanks at the ends of lines.

use crate::format::layout::Layout;
use crate::span::Span;

impl Layout<'_> {
    /// At most one blank line anywhere, one between items, none at the start and the end.
    pub(super) fn blank_lines(&mut self) {
        let count = self.lines.count();
        let mut line = 0;
        let mut first_text = true;
        while line < count {
            let from = line;
            while line < count && self.is_free_blank(line) {
                line += 1;
            }
            if line >= count {
                self.end_of_text(from);
                return;
            }
            let found = line - from;
            let wanted = if first_text {
                0
            } else if self.apart.get(line).copied().unwrap_or(false) && !self.frozen_before(from) {
                1
            } else {
                found.min(1)
            };
            let (start, end) = (self.lines.start(from), self.lines.start(line));
            if found > wanted {
                // Keep the first blank line, without its blanks.
                let text = self.line_break.repeat(wanted);
                self.replace(Span::new(start, end), text);
            } else if found < wanted {
                let text = self.line_break.to_string();
                self.replace(Span::empty(start), text);
            } else if found == 1 {
                let text = Span::new(self.lines.end(from), end);
                self.replace(Span::new(start, text.start), String::new());
            }
            first_text = false;
            line += 1;
        }
        self.end_of_text(count);
    }

    fn is_free_blank(&self, line: usize) -> bool {
        self.lines.is_blank(line) && !self.body.get(line).copied().unwrap_or(false)
    }

    /// Whether the line before `line` is kept with its break, so that a further line would belong to it.
    fn frozen_before(&self, line: usize) -> bool {
        line.checked_sub(1).is_some_and(|before| self.keeps_breaks.get(before).copied().unwrap_or(false))
    }

    /// The text ends with one line break; `from` is the first of the blank lines at its end, or past the last line.
    fn end_of_text(&mut self, from: usize) {
        let len = crate::span::clamp(self.lines.text().len());
        let Some(last) = from.checked_sub(1) else {
            // Nothing but blanks.
            let start = self.lines.start(0);
            self.replace(Span::new(start, len), String::new());
            return;
        };
        if from < self.lines.count() {
            // The line break before the first blank line ends the text.
            self.replace(Span::new(self.lines.start(from), len), String::new());
        } else if !self.keeps_breaks.get(last).copied().unwrap_or(false) {
            // The blanks at the end of that line are removed with the others.
            let text = self.line_break.to_string();
            self.replace(Span::empty(len), text);
        }
    }

    /// Removes blanks at the ends of lines with text.
    pub(super) fn line_ends(&mut self) {
        for line in 0..self.lines.count() {
            let text = self.lines.line(line);
            let kept = text.trim_end_matches([' ', '\t']);
            if kept.len() == text.len() || self.kept_end.get(line).copied().unwrap_or(true) {
                continue;
            }
            let blank = kept.is_empty();
            if blank && !self.body.get(line).copied().unwrap_or(true) {
                continue; // done with the blank lines
            }
            // In double quotes, a backslash makes the blank after it part of the value.
            if kept.ends_with('\\') {
                continue;
            }
            let end = self.lines.end(line);
            let start = self.lines.start(line) + crate::span::clamp(kept.len());
            self.replace(Span::new(start, end), String::new());
        }
    }
}
