//! Shared test inputs: where the reference data is, the cases in it, and the count of what passed.
#![forbid(unsafe_code)]

pub mod case;
pub mod daemon;
pub mod reference;
pub mod report;
