//! Checking conditions and outputs against the catalogue: fields, operators, transformers, literals.

mod condition;
mod events;
mod exception;
mod fields;
mod operand;
mod operator;
pub mod output;
mod warning;

pub use condition::{CheckedUnit, LiteralWarning, Step, TypedCheck, TypedRhs, check_unit};
pub use events::{CodeSet, Reach, SyscallCodes, reach};
pub(crate) use exception::exception_field;
pub use fields::Fields;
pub use operand::{Operand, OperandKind, operand};

use syntax::span::Span;

use crate::codes::Code;

/// Something wrong in a condition or output, in Falco's words, with the place in the text at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind of problem.
    pub code: &'static Code,
    /// Falco's message.
    pub message: String,
    /// What is at fault.
    pub span: Span,
    /// Words that `span` may stand for, the best first.
    pub suggestions: Vec<String>,
    /// Further sentences.
    pub notes: Vec<String>,
}

impl Fault {
    pub(crate) fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Fault {
        Fault { code, message: message.into(), span, suggestions: Vec::new(), notes: Vec::new() }
    }

    pub(crate) fn note(mut self, text: impl Into<String>) -> Fault {
        self.notes.push(text.into());
        self
    }
}
