//! The live source: an eBPF probe that reports system calls and other happenings in the kernel.
//!
//! In: the set of system calls to report ([`Options`]). Out: events in wire form, in order of time
//! ([`events::RawEvent`]), and exact counts of what was lost ([`Stats`]). The kernel side is C (`bpf/`), compiled
//! beforehand and embedded; this crate loads it, attaches it, and drains its ring buffers.
//!
//! This crate must not know rules or the state of processes.
#![deny(unsafe_code)]

mod attach;
mod choose;
pub mod error;
pub mod features;
pub mod layout;
mod load;
mod names;
pub mod object;
mod probe;
mod ring;
pub mod stats;

pub use choose::Choice;
pub use error::ProbeError;
pub use features::{Features, Missing};
pub use object::Attachment;
pub use probe::{Options, Probe, ring_preset};
pub use stats::{ProgramRuns, Stats};
