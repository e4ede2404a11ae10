//! What the parts of the formatter share: the text, its tree and the edits so far.

use crate::format::Options;
use crate::format::edit::Edit;
use crate::format::lines::{Lines, blanks};
use crate::span::Span;
use crate::yaml::Yaml;

/// Something the indentation of comments depends on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mark {
    /// A key or dash: its column before and after.
    Stop { old: u32, new: u32 },
    /// A block scalar ended. Comments after it must stay left of this column, or they become part of it.
    Ceiling { below: u32, fallback: u32 },
}

/// The formatter at work on one text.
pub(super) struct Layout<'t> {
    pub(super) yaml: &'t Yaml,
    pub(super) lines: Lines<'t>,
    pub(super) options: &'t Options,
    pub(super) edits: Vec<Edit>,
    /// Per line: it begins inside a scalar or a flow collection, so its indentation is decided with that.
    pub(super) body: Vec<bool>,
    /// Per line: blanks at its end are part of a value or decided elsewhere.
    pub(super) kept_end: Vec<bool>,
    /// Per line: a line break more after it would change a value.
    pub(super) keeps_breaks: Vec<bool>,
    /// Per line: whether a blank line must stand before it.
    pub(super) apart: Vec<bool>,
    pub(super) marks: Vec<(u32, Mark)>,
    pub(super) groups: Vec<u32>,
    pub(super) line_break: &'static str,
}

/// Something that is rare and left as it is.
#[derive(Debug)]
pub(super) struct Unusual;

impl<'t> Layout<'t> {
    pub(super) fn new(yaml: &'t Yaml, lines: Lines<'t>, options: &'t Options) -> Layout<'t> {
        let line_break = lines.line_break();
        let count = lines.count();
        Layout {
            yaml,
            lines,
            options,
            edits: Vec::new(),
            body: vec![false; count],
            kept_end: vec![false; count],
            keeps_breaks: vec![false; count],
            apart: vec![false; count],
            marks: Vec::new(),
            groups: Vec::new(),
            line_break,
        }
    }

    /// Replaces white space, if that changes it.
    pub(super) fn replace(&mut self, span: Span, text: String) {
        if span.slice(self.lines.text()) != text {
            self.edits.push(Edit { span, text });
        }
    }

    /// Sets the indentation of a line.
    pub(super) fn indent(&mut self, line: usize, column: u32) {
        let start = self.lines.start(line);
        self.replace(Span::new(start, start + self.lines.indent(line)), blanks(column));
    }

    /// Says that lines are inside something: all but the first begin in it, and with `kept` their ends are its own.
    pub(super) fn claim(&mut self, first: usize, last: usize, kept: bool) {
        for line in first..last {
            if let Some(body) = self.body.get_mut(line + 1) {
                *body = true;
            }
            if let Some(end) = self.kept_end.get_mut(line) {
                *end |= kept;
            }
        }
    }

    /// Leaves lines as they are.
    pub(super) fn freeze(&mut self, first: usize, last: usize) {
        for line in first..=last {
            for flags in [&mut self.body, &mut self.kept_end, &mut self.keeps_breaks] {
                if let Some(flag) = flags.get_mut(line) {
                    *flag = true;
                }
            }
        }
    }
}
