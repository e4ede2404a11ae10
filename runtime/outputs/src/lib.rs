//! Delivery of alerts. In: alerts as owned records. Out: bytes to files, sockets and programs, and counters of what
//! became of each alert. Must not know rules, events or state.
//!
//! [`Outputs`] owns everything. Each [`Output`] has a thread and a bounded queue of its own, so that a slow or dead one
//! delays neither another one nor the engine. With a spool, alerts are on disk before any output sees them.
#![forbid(unsafe_code)]

mod alert;
mod channels;
mod counters;
mod grouping;
mod lane;
mod options;
mod output;
mod outputs;
mod queue;
mod retry;
mod spool;
mod watch;
mod worker;

pub use alert::{Alert, Fields};
pub use channels::{
    FileOutput, HttpOptions, HttpOutput, ProgramOutput, Rotation, StdoutOutput, SyslogOutput, SyslogSocket,
};
pub use counters::OutputCounters;
pub use options::{
    GroupingOptions, Options, QueueOptions, Report, RetryOptions, Severity, SpoolOptions, SyncPolicy,
    WhenFull,
};
pub use output::{DeliveryError, Output};
pub use outputs::{Monitor, Outputs};
pub use spool::SpoolError;
pub use worker::Stop;

/// An alert for tests.
#[cfg(test)]
fn test_alert(id: u64) -> Alert {
    Alert {
        id,
        ts: id,
        priority: catalogue::Priority::Notice,
        rule: "Test rule".into(),
        source: "syscall".into(),
        tags: std::sync::Arc::default(),
        line: format!("alert {id}").into_bytes().into(),
        fields: None,
    }
}
