//! From the protocol's words to ours.

use std::path::PathBuf;

use syntax::{Encoding, LineColumn, LineIndex, Span};
use tower_lsp_server::ls_types::{Position, Range, Uri};

/// The offset of a position.
pub(crate) fn offset(lines: &LineIndex, text: &str, at: Position, encoding: Encoding) -> u32 {
    lines.offset(text, LineColumn { line: at.line, column: at.character }, encoding)
}

/// The span of a range; one whose end comes first is taken the other way round.
pub(crate) fn span(lines: &LineIndex, text: &str, range: Range, encoding: Encoding) -> Span {
    let (a, b) = (offset(lines, text, range.start, encoding), offset(lines, text, range.end, encoding));
    Span::new(a.min(b), a.max(b))
}

/// The path of a file's address; `None` for documents that are no files.
pub(crate) fn path(uri: &Uri) -> Option<PathBuf> {
    uri.as_str().starts_with("file:").then(|| uri.to_file_path().map(|path| path.into_owned())).flatten()
}
