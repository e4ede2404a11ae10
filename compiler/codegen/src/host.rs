//! What machine code calls: thin entries into the evaluator, which is the same one that works without machine code.
#![allow(unsafe_code)]

use crate::abi::Frame;
use crate::eval;
use crate::plan::{BitId, TestId};

/// The answer of `settle` when machine code is to go on with a plain value.
pub(crate) const SETTLED: u32 = 2;

/// Fills the cell of a test. `SETTLED`: it holds a plain value, which machine code decides. Otherwise decides the test; 1: it
/// holds.
///
/// # Safety
/// As for [`decide`].
pub(crate) unsafe extern "C" fn settle(frame: *const Frame, test: u32) -> u32 {
    // SAFETY: as in `decide`.
    let frame = unsafe { &*frame };
    eval::settle(frame, TestId(test)).map_or(SETTLED, u32::from)
}

/// Decides a test, filling the cells it needs. 1: it holds.
///
/// # Safety
/// `frame` must be the one that the running filter function was given.
pub(crate) unsafe extern "C" fn decide(frame: *const Frame, test: u32) -> u32 {
    // SAFETY: `call` passes a borrowed frame to the filter function, which passes it on unchanged.
    let frame = unsafe { &*frame };
    u32::from(eval::test(frame, TestId(test)))
}

/// Evaluates a process-level expression that is not known yet and remembers the result. 1: it holds.
///
/// # Safety
/// As for [`decide`].
pub(crate) unsafe extern "C" fn resolve(frame: *const Frame, bit: u32) -> u32 {
    // SAFETY: as in `decide`.
    let frame = unsafe { &*frame };
    u32::from(eval::resolve(frame, BitId(bit)))
}

/// Records a condition that holds. 1: evaluation stops.
///
/// # Safety
/// As for [`decide`].
pub(crate) unsafe extern "C" fn hit(frame: *const Frame, condition: u32) -> u32 {
    // SAFETY: as in `decide`.
    let frame = unsafe { &*frame };
    u32::from(frame.push_hit(condition))
}
