//! From a program to what is executed, before any machine code: conditions brought into a form without repeated work,
//! then laid out as steps that jump.
//!
//! `scope` says what each slot depends on; `nodes` holds the conditions as negation-free, flattened, hash-consed
//! expressions in which checks of one slot are grouped into one test and process-level parts are separated; `convert`
//! makes them from a program for one event type; `flow` lays them out. Both the evaluator and the machine code follow
//! the same steps.

pub(crate) mod build;
mod convert;
mod flow;
mod keys;
mod nodes;
mod scope;
pub(crate) mod test;

pub(crate) use flow::{Action, DONE, FAILS, HOLDS, Step};
pub(crate) use test::{Compare, Kind, Test, Variant};

/// Index of a slot that conditions use; dense, unlike `ir::SlotId`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SlotIx(pub(crate) u32);

/// Index of a prepared test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TestId(pub(crate) u32);

/// Index of a process-level expression, and of its bit in a process cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct BitId(pub(crate) u32);
