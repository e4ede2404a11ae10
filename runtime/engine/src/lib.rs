//! What events mean: the state of processes, descriptors, users and containers, kept up to date event by event, and the
//! field values that rules read from it.
//!
//! In: a [`events::Snapshot`] of the machine and then [`events::RawEvent`]s in order. Out: an up-to-date [`State`], an
//! [`Event`] view per event, and alerts for the rules that matched.
//!
//! This crate does no I/O, reads no clock (but to measure what rules cost, when that is asked for), holds no lock and has no global state: any number of engines can live in one
//! process. What must be asked of the host goes through [`HostLookup`]. It must not know rule text, file formats or
//! where alerts go.
#![forbid(unsafe_code)]

pub mod alert;
pub mod costs;
pub mod engine;
pub mod event;
pub mod fields;
pub mod format;
pub mod fuzz;
pub mod host;
pub mod local_time;
pub mod matcher;
pub mod state;
pub mod stats;
pub mod update;

pub use alert::Alert;
pub use costs::{Cost, Costs};
pub use engine::{Engine, ReadyRules};
pub use event::Event;
pub use host::{HostLookup, HostThread, NullHost};
pub use local_time::UtcOffset;
pub use matcher::{LoadError, Matcher, Ruleset};
pub use state::State;
pub use stats::Stats;
pub use update::{Applied, Options, Tracker};
