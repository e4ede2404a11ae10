//! Delivery of alerts. In: alerts as owned records. Out: bytes to files, sockets and programs, and counters of what
//! became of each alert. Must not know rules, events or state.
#![forbid(unsafe_code)]

mod alert;

pub use alert::{Alert, Fields};
