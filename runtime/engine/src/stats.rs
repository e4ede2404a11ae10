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
    /// Look-ups of the threads of events.
    pub thread_lookups: u64,
    /// Look-ups of a thread that the table did not have.
    pub thread_misses: u64,
    /// Look-ups of the descriptors of events.
    pub fd_lookups: u64,
    /// Those that the table did not have.
    pub fd_misses: u64,
    /// Descriptors added by events.
    pub fds_added: u64,
    /// Descriptors removed by events.
    pub fds_removed: u64,
    /// Enter events kept until their exit event.
    pub enters_stored: u64,
    /// Enter events that were too long to be kept.
    pub enters_not_stored: u64,
    /// Kept enter events that their exit event found.
    pub enters_found: u64,
    /// Kept enter events that another event came after.
    pub enters_missed: u64,
    /// Drop notifications from the source.
    pub drop_events: u64,
}
