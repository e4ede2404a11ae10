//! `Alert`: one alert on its way to the outputs.

use std::sync::Arc;

use catalogue::Priority;

/// One alert, cheap to clone: every output's queue holds the same memory.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Number of the alert on this host: increases by one, also over restarts when there is a spool.
    pub id: u64,
    /// Time of the event, nanoseconds since the epoch.
    pub ts: u64,
    /// The rule's priority.
    pub priority: Priority,
    /// The rule's name; internal alerts have one, too.
    pub rule: Arc<str>,
    /// Its event source: `syscall`, `internal`, ….
    pub source: Arc<str>,
    /// Its tags, sorted.
    pub tags: Arc<[Box<str>]>,
    /// The line in the configured format, text or JSON, without the line feed. Text need not be UTF-8.
    pub line: Arc<[u8]>,
    /// The parts, when an output asked for them.
    pub fields: Option<Arc<Fields>>,
}

/// What a structured output needs besides the line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The output: time, priority and message, as text outputs print it.
    pub output: String,
    /// The message alone.
    pub message: String,
    /// `output_fields` with their values as texts, sorted by key.
    pub output_fields: Vec<(String, String)>,
    /// The host's name.
    pub hostname: String,
}
