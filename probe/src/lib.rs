//! The live source: an eBPF probe that reports system calls and other happenings in the kernel.
//!
//! In: the set of system calls to report. Out: events in wire form, in order of time ([`events::RawEvent`]), and exact
//! counts of what was lost. The kernel side is C (`bpf/`), compiled beforehand and embedded; this crate loads it, attaches
//! it, and drains its ring buffers.
//!
//! This crate must not know rules or the state of processes.
#![deny(unsafe_code)]

pub mod layout;
