//! From rule files to checked conditions and the typed IR.
#![forbid(unsafe_code)]

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

pub use codes::Code;
pub use diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Severity};
pub use input::{Input, Options};
pub use load::{Checked, Memo, check, check_again};
pub use lower::{compile, program};
pub use source::{SourceFile, Sources, TreeId};
