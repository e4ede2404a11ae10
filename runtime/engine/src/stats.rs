//! Counters of what the engine saw and of what it had to leave out because a limit was reached.

/// Counters since the engine started. Plain numbers; the owner reads them whenever it likes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Events applied to the state, delivered or not.
    pub events: u64,
    /// Events given to the rules; the number of the latest one is `evt.num`.
    pub delivered: u64,
    /// Events that only updated the state because their recorder's filter had rejected them.
    pub state_only: u64,
    /// Threads not stored because the table was full.
    pub threads_dropped: u64,
    /// Descriptors not stored because the process's table was full.
    pub fds_dropped: u64,
    /// Threads added to the table.
    pub threads_added: u64,
    /// Threads removed from the table.
    pub threads_removed: u64,
    /// Look-ups of a thread that the table did not have.
    pub thread_misses: u64,
    /// Drop notifications from the source.
    pub drop_events: u64,
}
