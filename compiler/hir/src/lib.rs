//! From rule files to checked conditions and the typed IR: the whole rules language.
//!
//! In: the texts of rule files in load order, and [`Options`] that say which plugins are loaded and what the configuration
//! adds. Out: [`Checked`], with Falco's verdict on each file ([`falco::LoadResult`]: at most one error, its messages,
//! positions and order) and our own [`Diagnostic`]s (every problem of every file, at the bytes that a person wrote), the
//! definitions after all overrides, and what they compiled to; or, from [`compile()`], an [`ir::Program`]. The crate knows
//! no files, terminals, editors or events, and reads neither clock nor environment.
//!
//! How it goes: [`Input`] → `load` (one file after the other) → `items` (YAML nodes to changes) → [`scope`] (definitions)
//! → [`mod@compile`] (texts assembled with their origins in [`text`], parsed, names resolved, [checked](mod@check)) → [`lint`] →
//! [`lower`]. What Falco and we say about one problem is made in one place, as a pair.
#![forbid(unsafe_code)]

mod advice;
mod allow;
pub mod append_output;
pub mod check;
pub mod codes;
pub mod compile;
pub mod describe;
pub mod diagnostic;
mod environment;
pub mod falco;
mod finding;
mod input;
mod items;
pub mod lint;
mod load;
pub mod lower;
pub mod scope;
pub mod select;
mod source;
pub mod text;
mod yaml_help;

pub use codes::Code;
pub use diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Severity};
pub use input::{Input, Options};
pub use load::{Checked, Memo, check, check_again};
pub use lower::{compile, program};
pub use source::{SourceFile, Sources, TreeId};
