//! What an editor asks about rule files, answered in offsets, strings and plain data.
//!
//! In: the files of a workspace in load order, open documents included, and how they are to be checked. Out: answers
//! with public fields. Knows nothing of protocols, files on disk or clocks.
#![forbid(unsafe_code)]

mod code_actions;
mod code_lens;
pub mod completion;
mod cursor;
mod definition;
mod diagnostics;
mod edit;
#[cfg(test)]
mod fixture;
mod folding;
mod format;
mod host;
mod hover;
mod index;
mod inlay_hints;
mod links;
mod mitre;
mod refactor;
mod references;
mod rename;
mod selection;
mod semantic_tokens;
mod signature;
mod symbols;

pub use code_actions::{Action, ActionKind};
pub use code_lens::{Lens, LensKind};
pub use completion::{Completion, CompletionKind};
pub use diagnostics::{Finding, Tag};
pub use edit::{FileEdit, SourceEdit};
pub use folding::{Fold, FoldKind};
pub use host::{Analysis, AnalysisHost, File, Reporting};
pub use hover::Hover;
pub use index::{Role, SymbolKind};
pub use inlay_hints::Hint;
pub use links::Link;
pub use references::Reference;
pub use rename::RenameError;
pub use semantic_tokens::{Highlight, HighlightKind};
pub use signature::Signature;
pub use symbols::{DocumentSymbol, WorkspaceSymbol};
