//! System-call events as bytes: one wire form, whoever wrote it.
//!
//! In: capture files (`.scap`, every version), event scripts, the probe's ring buffer. Out: [`RawEvent`], a checked view
//! of one event in wire form, and [`Snapshot`], the machine's state at the start of a capture. Also the way back: a
//! [`write::EventWriter`] that assembles events and a [`scap::Writer`] that writes captures.
//!
//! The wire form is the capture file's: a packed header of 26 bytes, one length per parameter (two bytes, or four for
//! the few event types with large payloads), then the parameters' bytes back to back. All numbers little-endian.
//!
//! This crate must not know what events do to the state of processes, nor rules; it opens no files and reads no clock.
//! Every byte it reads is untrusted: lengths are checked, nothing panics, memory is bounded by [`scap::Limits`].
#![forbid(unsafe_code)]

pub mod fuzz;
pub mod names;
pub mod param;
pub mod raw;
pub mod scap;
pub mod script;
pub mod snapshot;
pub mod write;

pub use param::Param;
pub use raw::{EventFlags, RawEvent, WireError};
pub use snapshot::Snapshot;
