//! Texts of open documents.

use std::sync::Arc;

use syntax::{Encoding, LineIndex};
use tower_lsp_server::ls_types::TextDocumentContentChangeEvent;

use crate::from_proto;

/// An open document.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) text: Arc<str>,
    pub(crate) version: i32,
    pub(crate) language: String,
}

impl Document {
    /// Applies changes one after the other; each counts in the text that the one before it left.
    pub(crate) fn apply(&mut self, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        let mut text = self.text.to_string();
        for change in changes {
            match change.range {
                None => text = change.text,
                Some(range) => {
                    let lines = LineIndex::new(&text);
                    let span = from_proto::span(&lines, &text, range, encoding);
                    text.replace_range(span.range(), &change.text);
                }
            }
        }
        self.text = text.into();
    }
}
