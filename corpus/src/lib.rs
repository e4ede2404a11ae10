//! Shared test inputs: where the reference data is, and readers of it.
#![forbid(unsafe_code)]
