//! Replacements of white space.

use crate::span::Span;

/// A replacement of white space by other white space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that are replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// The text after sorted, disjoint edits.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut from = 0;
    for edit in edits {
        let range = edit.span.range();
        let Some(kept) = text.get(from..range.start) else { continue };
        out.push_str(kept);
        out.push_str(&edit.text);
        from = range.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}
