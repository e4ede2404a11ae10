//! The typed intermediate representation of rules: the waist of the system.
//!
//! In: what `hir` lowers (checked conditions, output templates, rule metadata). Out: a [`Program`] that the reference
//! interpreter evaluates, `codegen` compiles and a bundle carries. This crate knows no rule text, no files, no kernel
//! and no JIT; run-time values come from whoever implements [`FieldSource`].
#![forbid(unsafe_code)]

pub mod bundle;
pub mod compat;
pub mod consts;
pub mod event_set;
pub mod expr;
pub mod interp;
pub mod literal;
pub mod ops;
pub mod passes;
pub mod print;
pub mod program;
pub mod render;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod value;

pub use consts::{Const, ConstId, Network};
pub use event_set::EventSet;
pub use expr::{Check, Expr, ExprId, Import, ImportId, Rhs, Slot, SlotId, SlotKind};
pub use program::{OutputField, OutputTemplate, Piece, Program, ProgramBuilder, Rule, RuleId, SourceId};
pub use value::{Extracted, FieldSource, Value};
