//! Changes to texts, as answers.

use syntax::Span;

/// A replacement in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// Replacements in several files. Those of one file do not overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceEdit {
    /// By number of the file.
    pub edits: Vec<(usize, FileEdit)>,
}

impl SourceEdit {
    /// One replacement.
    pub fn one(file: usize, span: Span, text: impl Into<String>) -> SourceEdit {
        let mut edit = SourceEdit::default();
        edit.push(file, span, text);
        edit
    }

    /// Adds a replacement.
    pub fn push(&mut self, file: usize, span: Span, text: impl Into<String>) {
        self.edits.push((file, FileEdit { span, text: text.into() }));
    }

    /// A file's text after the replacements.
    pub fn apply(&self, file: usize, text: &str) -> String {
        let mut own: Vec<&FileEdit> =
            self.edits.iter().filter(|(at, _)| *at == file).map(|(_, e)| e).collect();
        own.sort_by_key(|edit| edit.span);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for edit in own {
            let range = edit.span.range();
            out.push_str(text.get(at..range.start).unwrap_or(""));
            out.push_str(&edit.text);
            at = at.max(range.end);
        }
        out.push_str(text.get(at..).unwrap_or(""));
        out
    }
}
