//! What became of the alerts of each output.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The numbers of one output at one moment. All but `depth`, `depth_bytes` and `busy_ms` only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutputCounters {
    /// The output's name.
    pub name: String,
    /// Alerts that were given to it.
    pub queued: u64,
    /// Alerts that it delivered.
    pub delivered: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Attempts that repeated a failed one.
    pub retried: u64,
    /// Alerts lost for want of room, because the output gave up, or at the end of the program.
    pub dropped: u64,
    /// Alerts that went through the spool.
    pub spooled: u64,
    /// Alerts refused for good; with a spool, they are in the dead-letter file.
    pub dead_lettered: u64,
    /// Deliveries that took longer than `output_timeout`.
    pub timeouts: u64,
    /// Bytes of delivered lines.
    pub bytes: u64,
    /// Alerts that wait now.
    pub depth: u64,
    /// Their bytes, as far as they are in memory.
    pub depth_bytes: u64,
    /// Milliseconds that the current delivery has been taking; 0 when none is.
    pub busy_ms: u64,
}

/// The numbers as the threads count them.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) queued: AtomicU64,
    pub(crate) delivered: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) retried: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) spooled: AtomicU64,
    pub(crate) dead_lettered: AtomicU64,
    pub(crate) timeouts: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) depth: AtomicU64,
    pub(crate) depth_bytes: AtomicU64,
    /// The first id in the spool that is not done, and the one after the last.
    pub(crate) spool_next: AtomicU64,
    pub(crate) spool_end: AtomicU64,
    /// When the current delivery began, in milliseconds of the watch's clock plus one; 0: none is under way.
    pub(crate) busy_since: AtomicU64,
}

impl Tally {
    pub(crate) fn read(&self, name: &str, now_ms: u64) -> OutputCounters {
        let get = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let since = get(&self.busy_since);
        OutputCounters {
            name: name.to_string(),
            queued: get(&self.queued),
            delivered: get(&self.delivered),
            failed: get(&self.failed),
            retried: get(&self.retried),
            dropped: get(&self.dropped),
            spooled: get(&self.spooled),
            dead_lettered: get(&self.dead_lettered),
            timeouts: get(&self.timeouts),
            bytes: get(&self.bytes),
            depth: get(&self.depth) + get(&self.spool_end).saturating_sub(get(&self.spool_next)),
            depth_bytes: get(&self.depth_bytes),
            busy_ms: if since == 0 { 0 } else { (now_ms + 1).saturating_sub(since) },
        }
    }
}

/// Adds to a counter.
pub(crate) fn add(number: &AtomicU64, more: u64) {
    number.fetch_add(more, Ordering::Relaxed);
}

/// Takes from a counter.
pub(crate) fn take(number: &AtomicU64, less: u64) {
    number.fetch_sub(less, Ordering::Relaxed);
}

/// A shared tally.
pub(crate) type SharedTally = Arc<Tally>;
