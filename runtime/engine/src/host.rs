//! What must be asked of the machine that the events come from.

use events::snapshot;

use crate::state::{GroupEntry, UserEntry};

/// What a machine tells of one thread.
#[derive(Clone, Debug, Default)]
pub struct HostThread {
    /// The thread.
    pub thread: snapshot::Thread,
    /// Descriptors of its process; for main threads.
    pub descriptors: Vec<snapshot::Fd>,
    /// When it was created, nanoseconds since the epoch; 0 when unknown.
    pub clone_ts: u64,
}

/// Answers questions about the live machine. The engine calls it from the event thread, so an implementation must not
/// block for long; offline there is nobody to ask, see [`NullHost`]. What is not implemented is not known.
pub trait HostLookup {
    /// What the machine knows of a thread that the table lacks; `None` when it is gone.
    fn thread(&mut self, _tid: i64) -> Option<HostThread> {
        None
    }

    /// Whether a thread still exists: asked before an inactive one is purged.
    fn thread_alive(&mut self, _tid: i64) -> bool {
        true
    }

    /// Descriptor `num` of process `pid`; `None` when it is not open.
    fn fd(&mut self, _pid: i64, _num: i64) -> Option<snapshot::Fd> {
        None
    }

    /// The user with this id, as the container (empty for the host) names it. `pid` lives in that container.
    fn user(&mut self, _container: &str, _pid: i64, _uid: u32) -> Option<UserEntry> {
        None
    }

    /// The group with this id, as the container (empty for the host) names it. `pid` lives in that container.
    fn group(&mut self, _container: &str, _pid: i64, _gid: u32) -> Option<GroupEntry> {
        None
    }

    /// A container was met for the first time. Whoever can find out more tells it with an event, later.
    fn container(&mut self, _id: &str) {}

    /// Whether this is a live machine: only then is the table purged by age.
    fn is_live(&self) -> bool {
        true
    }
}

/// Nobody to ask: captures and scripts.
#[derive(Clone, Copy, Debug, Default)]
pub struct NullHost;

impl HostLookup for NullHost {
    fn is_live(&self) -> bool {
        false
    }
}
