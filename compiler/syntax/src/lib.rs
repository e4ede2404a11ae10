//! Text to syntax trees: conditions, rule files and output templates.
//!
//! In: the text of rule files, conditions and outputs. Out: trees with byte spans, and errors as data. Parsing never
//! fails and never panics, does no I/O, and does not know which fields, macros or lists exist.
//!
//! # Conditions
//! [`condition::parse`]`(text, `[`ParseOptions`](condition::ParseOptions)`::LOAD)` gives a [`Parse`]`<`[`Ast`](ast::Ast)`>`. Walk it by
//! [`ast.root()`](ast::Ast::root) and [`ast.kind(id)`](ast::Ast::kind); `ast.str(text)` / `ast.bytes(text)` read names and values.
//! `node.at` is Falco's position of a node, `node.span` its real extent. [`condition::position`] gives Falco's line
//! and column of an offset. [`condition::print`] is Falco's canonical text, [`condition::print_expanded`] with macros
//! replaced. `ParseOptions::EDITOR` recovers from errors and keeps tokens.

#![forbid(unsafe_code)]

pub mod ast;
pub mod condition;
mod error;
pub mod quote;
pub mod span;
pub mod token;
pub mod yaml;

pub use error::{Parse, SyntaxError};
pub use span::{FileId, FileRange, Position, Span};
