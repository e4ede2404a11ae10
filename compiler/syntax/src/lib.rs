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

//!
//! # Rule files
//! [`yaml::split`] cuts a file into its top-level items by lines; [`items::read_item`] reads one, [`items::read`] a whole
//! file (needed when an item fails: only it tells Falco's verdict). [`items::RuleFile`] has the [`yaml::Yaml`] tree and, per document, its [`items::Item`]s with recognised keys.
//! Everything is a [`yaml::YamlId`]: [`Yaml::text`](yaml::Yaml::text), [`span`](yaml::Yaml::span),
//! [`at`](yaml::Yaml::at) (Falco's position: block scalars at their indicator, quoted ones at the quote),
//! [`is_null`](yaml::Yaml::is_null), [`pairs`](yaml::Yaml::pairs), [`elements`](yaml::Yaml::elements), and
//! [`scalar_map`](yaml::Yaml::scalar_map) from offsets in a decoded scalar to offsets in the source.
//! A [`yaml::YamlError`] has yaml-cpp's message and position.
//!
//! # Outputs
//! [`output::parse`]`(text, accepts)`: `accepts` is asked whether a candidate field or transformer exists.
//!
//! # Formatting
//! [`format::format`] lays a rule file out anew and changes white space only; [`format::format_edits`],
//! [`format::format_range`] and [`format::format_on_type`] give the same as edits.
//!
//! # Positions
//! [`Span`] is relative to the text that was parsed. [`LineIndex`] turns offsets into lines and columns in UTF-8,
//! UTF-16 or UTF-32, and into Falco's counts ([`LineIndex::falco_position`]).

#![forbid(unsafe_code)]

pub mod ast;
pub mod condition;
mod error;
pub mod format;
pub mod fuzz;
pub mod items;
mod line_index;
pub mod output;
pub mod quote;
pub mod span;
pub mod token;
pub mod yaml;

pub use error::{Parse, SyntaxError};
pub use line_index::{Encoding, LineColumn, LineIndex};
pub use span::{FileId, FileRange, Position, Span};
