//! Compiled filters: a verified program in, machine code per event type out, and the evaluation of events with it.
//!
//! In: an [`ir::Program`] and a [`Binding`] that says what its fields depend on. Out: [`Filters`], immutable and shared
//! by any number of workers, each with an [`EvalContext`] of its own. This crate knows no rule text, no event bytes and
//! no state: values come from an [`EventSource`], and what operators mean is decided by `ir::ops`.
//!
//! How it works, module by module: `plan` turns conditions into steps that jump, each distinct check and field once;
//! `lower` turns steps into machine code; `module` owns that code; `abi` draws the memory it shares with the host;
//! `host` is what it calls; `eval` decides what is not inlined and replaces machine code where executable memory is
//! refused; `call` is the entry.
#![deny(unsafe_code)]

mod abi;
mod binding;
mod call;
mod error;
mod eval;
mod filters;
#[cfg(any(test, feature = "testing"))]
pub mod fuzz;
mod general;
mod host;
mod lower;
mod matches;
mod module;
mod plan;
mod prepare;
mod process_cache;
mod profile;
mod source;

pub use abi::EvalContext;
pub use binding::{Binding, Cost, ImportBinding, Scope};
pub use error::Error;
pub use filters::{Backend, Filters, Mode, Stats};
pub use matches::{Matches, Strategy};
pub use process_cache::ProcessCache;
pub use source::EventSource;
