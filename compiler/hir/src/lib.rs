//! From rule files to checked conditions and the typed IR.
#![forbid(unsafe_code)]

pub mod check;
pub mod codes;
pub mod diagnostic;
mod environment;
pub mod falco;
mod finding;
mod items;
pub mod scope;
mod source;
pub mod text;

pub use source::{SourceFile, Sources, TreeId};
