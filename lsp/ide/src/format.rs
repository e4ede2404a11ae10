//! Formatting, which is the compiler's.

use syntax::Span;
use syntax::format::{Options, format_edits, format_on_type, format_range};

use crate::edit::FileEdit;
use crate::host::Analysis;

impl Analysis {
    /// The edits that lay a file out as `rulec fmt` does; `None` when it is not YAML.
    pub fn format(&self, file: usize) -> Option<Vec<FileEdit>> {
        let made = format_edits(self.text(file), &Options::default()).ok()?;
        Some(made.into_iter().map(|edit| FileEdit { span: edit.span, text: edit.text }).collect())
    }

    /// The same, for the items that touch a range.
    pub fn format_range(&self, file: usize, range: Span) -> Option<Vec<FileEdit>> {
        let made = format_range(self.text(file), range, &Options::default()).ok()?;
        Some(made.into_iter().map(|edit| FileEdit { span: edit.span, text: edit.text }).collect())
    }

    /// The edits after a line break was typed before `offset`.
    pub fn format_on_type(&self, file: usize, offset: u32) -> Option<Vec<FileEdit>> {
        let made = format_on_type(self.text(file), offset, &Options::default()).ok()?;
        Some(made.into_iter().map(|edit| FileEdit { span: edit.span, text: edit.text }).collect())
    }
}
