//! Limits of the state.

/// Nanoseconds of the thread table's default purge interval and inactivity limit: Falco's 300 s.
const PURGE_NS: u64 = 300_000_000_000;

/// What the state is limited to and how it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Threads that the table holds at most; further ones are dropped and counted.
    pub max_threads: usize,
    /// Our own process: always admitted, and what it and its descendants do raises no alert.
    pub own_pid: Option<i64>,
    /// Live only: nanoseconds between two searches for inactive threads.
    pub purge_interval_ns: u64,
    /// Live only: nanoseconds without an event after which a thread that no longer exists is removed.
    pub thread_timeout_ns: u64,
    /// Whether failed and pending connections are told apart from established ones.
    pub track_connections: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            max_threads: crate::state::threads::DEFAULT_MAX_THREADS,
            own_pid: None,
            purge_interval_ns: PURGE_NS,
            thread_timeout_ns: PURGE_NS,
            track_connections: false,
        }
    }
}
