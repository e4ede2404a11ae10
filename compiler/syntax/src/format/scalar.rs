//! Scalars over several lines: indented anew, broken where the value allows it.

use crate::format::condition::{Nesting, breaks};
use crate::format::layout::{Layout, Mark, Unusual};
use crate::format::lines::{blanks, width};
use crate::format::structure::Place;
use crate::span::{Span, clamp};

/// What the header of a block scalar says.
struct Header {
    folded: bool,
    /// `+`: all line breaks at the end count.
    keep: bool,
    strip: bool,
    /// Digit that sets the indentation.
    digit: Option<u32>,
}

impl Header {
    fn read(text: &str) -> Header {
        let sign = text.get(1..).unwrap_or("");
        let sign = sign.split([' ', '\t', '\r', '\n']).next().unwrap_or("");
        Header {
            folded: text.starts_with('>'),
            keep: sign.contains('+'),
            strip: sign.contains('-'),
            digit: sign.chars().find_map(|digit| digit.to_digit(10)),
        }
    }
}

impl Layout<'_> {
    /// A block scalar whose header stands at `span.start`.
    pub(super) fn block_scalar(&mut self, span: Span, place: Place<'_>) -> Result<(), Unusual> {
        let header = Header::read(span.slice(self.lines.text()));
        let (Ok(outer), Ok(new_outer)) = (u32::try_from(place.old_parent), u32::try_from(place.new_parent))
        else {
            return Err(Unusual);
        };
        let first = self.lines.of(span.start) + 1;
        let old = match header.digit {
            Some(digit) => outer + digit,
            None => self.found_indent(first, outer),
        };
        let new = header.digit.map_or(new_outer + 2, |digit| new_outer + digit);
        // Lines of the content; one with more blanks than the indentation has text, too.
        let (mut line, mut end) = (first, first);
        while line < self.lines.count() {
            let (indent, blank) = (self.spaces(line), self.only_spaces(line));
            if !blank && indent < old {
                break;
            }
            line += 1;
            if !blank || indent > old {
                end = line;
            }
        }
        if header.keep {
            // The empty last line is no line.
            end = if line == self.lines.count() && self.lines.line(line - 1).is_empty() {
                line - 1
            } else {
                line
            };
        }
        let end = end.max(first);
        self.claim(first - 1, end - 1, false);
        let (below, fallback) = if end == first { (new_outer + 1, new_outer) } else { (new, new_outer) };
        self.marks.push((self.lines.start(end).saturating_sub(1), Mark::Ceiling { below, fallback }));
        let mut nesting = Nesting::default();
        for line in first..end {
            if let Some(kept) = self.kept_end.get_mut(line) {
                *kept = true;
            }
            let (start, text) = (self.lines.start(line), self.lines.line(line));
            if self.only_spaces(line) && self.spaces(line) <= old {
                self.replace(Span::new(start, self.lines.end(line)), String::new());
                continue;
            }
            self.replace(Span::new(start, start + old), blanks(new));
            if place.key == Some("condition") && header.folded {
                self.folded_condition(start + old, text.get(old as usize..).unwrap_or(""), new, &mut nesting);
            }
        }
        if let Some(last) = end.checked_sub(1).filter(|_| end > first) {
            let unended = last + 1 == self.lines.count() && !header.strip;
            if let Some(keeps) = self.keeps_breaks.get_mut(last) {
                *keeps = header.keep || unended;
            }
        } else if header.keep
            && let Some(keeps) = self.keeps_breaks.get_mut(first - 1)
        {
            *keeps = true;
        }
        Ok(())
    }

    /// Spaces at the start of a line; tabs are content.
    fn spaces(&self, line: usize) -> u32 {
        let text = self.lines.line(line);
        clamp(text.len() - text.trim_start_matches(' ').len())
    }

    fn only_spaces(&self, line: usize) -> bool {
        self.lines.line(line).len() == self.spaces(line) as usize
    }

    /// The indentation that the first line with text, or a longer blank one before it, sets.
    fn found_indent(&self, first: usize, outer: u32) -> u32 {
        let mut found = outer + 1;
        for line in first..self.lines.count() {
            found = found.max(self.spaces(line));
            if !self.only_spaces(line) {
                // A less indented line after longer blank ones ends the scalar.
                break;
            }
        }
        found
    }

    /// Breaks a line of a folded condition. Only blanks between two lines at the scalar's own indentation become line
    /// breaks: others would be part of the value.
    fn folded_condition(&mut self, start: u32, text: &str, column: u32, nesting: &mut Nesting) {
        let boundaries = nesting.line(text, column);
        if text.starts_with([' ', '\t']) || column + width(text) <= self.options.width {
            return;
        }
        let room = self.options.width.saturating_sub(column);
        for cut in breaks(text, &boundaries, room) {
            let at = start + clamp(cut);
            let line_break = format!("{}{}", self.line_break, blanks(column));
            self.replace(Span::new(at, at + 1), line_break);
        }
    }

    /// A plain or quoted scalar over several lines, whose first byte comes to stand at `column`.
    pub(super) fn flow_scalar(&mut self, span: Span, plain: bool, column: u32, place: Place<'_>) {
        let (first, last) = (self.lines.of(span.start), self.lines.of(span.end.saturating_sub(1)));
        let least = u32::try_from(place.new_parent + 2).unwrap_or(1);
        let old_column = self.lines.column(span.start);
        let leads = self.lines.leads(span.start);
        self.claim(first, last, false);
        let condition = plain && place.key == Some("condition");
        let aligned = if condition { self.aligned(span, column, old_column, leads, least) } else { None };
        for line in first + 1..=last {
            if self.lines.is_blank(line) {
                continue;
            }
            let wanted = match &aligned {
                Some(columns) => columns.get(line - first - 1).copied().unwrap_or(least),
                None => (self.lines.indent(line) + column).saturating_sub(old_column).max(least),
            };
            self.indent(line, wanted);
        }
    }

    /// Columns of the continuation lines of a plain condition: after the innermost open parenthesis, else under its
    /// start or by one step. `None` if a line would become too wide or begins inside a string.
    fn aligned(&self, span: Span, column: u32, old_column: u32, leads: bool, least: u32) -> Option<Vec<u32>> {
        let (first, last) = (self.lines.of(span.start), self.lines.of(span.end.saturating_sub(1)));
        let mut nesting = Nesting::default();
        let start = Span::new(span.start, self.lines.end(first)).slice(self.lines.text());
        nesting.line(start.trim_end(), column);
        let mut columns = Vec::new();
        for line in first + 1..=last {
            let text = self.lines.line(line).trim_matches([' ', '\t']);
            if nesting.in_quotes() {
                return None;
            }
            let under_start = leads || self.lines.indent(line) == old_column;
            let wanted = match nesting.innermost() {
                Some(parenthesis) if text.starts_with(')') => parenthesis,
                Some(parenthesis) => parenthesis + 1,
                None if under_start => column,
                None => least,
            };
            let wanted = wanted.max(least);
            if wanted + width(text) > self.options.width {
                return None;
            }
            nesting.line(text, wanted);
            columns.push(wanted);
        }
        Some(columns)
    }
}
