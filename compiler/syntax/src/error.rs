//! What every parser here returns: a tree, complete or not, and the errors met on the way.

use std::borrow::Cow;

use crate::span::Span;

/// A tree and its errors; parsing never fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse<T, E = SyntaxError> {
    /// The tree; whole when `errors` is empty.
    pub tree: T,
    /// Errors in the order met. The first is the one that Falco reports.
    pub errors: Vec<E>,
}

impl<T, E> Parse<T, E> {
    /// A tree without errors.
    pub fn ok(tree: T) -> Parse<T, E> {
        Parse { tree, errors: Vec::new() }
    }

    /// Whether the text was accepted.
    pub fn is_ok(&self) -> bool {
        self.errors.is_empty()
    }

    /// The tree, or the first error.
    pub fn into_result(self) -> Result<T, E> {
        match self.errors.into_iter().next() {
            None => Ok(self.tree),
            Some(error) => Err(error),
        }
    }

    /// The tree, or the first error, by reference.
    pub fn result(&self) -> Result<&T, &E> {
        match self.errors.first() {
            None => Ok(&self.tree),
            Some(error) => Err(error),
        }
    }
}

/// Why a text was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Falco's message, to the letter, where Falco has one.
    pub message: Cow<'static, str>,
    /// Byte offset of Falco's cursor when it gave up.
    pub offset: u32,
    /// What an editor should underline: the offending token, or an empty span where something is missing.
    pub span: Span,
}
