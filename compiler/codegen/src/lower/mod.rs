//! From steps to machine code. `filter` makes one function, `logic` its jumps, process bits and calls, `check` the
//! tests of single values and `set` those of sets. What is not worth inlining calls the host.

mod check;
mod filter;
mod logic;
mod set;

pub(crate) use filter::host_compiler;
