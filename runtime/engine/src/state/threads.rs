//! The table of threads, and thread groups.

use std::ops::Index;

use rustc_hash::FxHashMap;

use super::thread::{GroupId, ThreadId, ThreadInfo};

/// The threads of one process.
#[derive(Debug, Default)]
pub struct ThreadGroup {
    /// Process id.
    pub pid: i64,
    /// Whether orphans of its descendants become its children.
    pub reaper: bool,
    /// Number of threads that have not exited.
    pub alive: u32,
    threads: Vec<ThreadId>,
}

impl ThreadGroup {
    /// The threads, the main thread first when it is known.
    pub fn threads(&self) -> &[ThreadId] {
        &self.threads
    }

    /// The first thread: the main one when it is known.
    pub fn main(&self) -> Option<ThreadId> {
        self.threads.first().copied()
    }
}

/// All threads by id.
#[derive(Debug, Default)]
pub struct Threads {
    by_tid: FxHashMap<i64, ThreadId>,
    entries: Vec<ThreadInfo>,
    groups: Vec<ThreadGroup>,
}

impl Threads {
    /// Where the thread with this id is.
    #[inline]
    pub fn find(&self, tid: i64) -> Option<ThreadId> {
        self.by_tid.get(&tid).copied()
    }

    /// Number of threads, exited ones that are kept for their process included.
    pub fn len(&self) -> usize {
        self.by_tid.len()
    }

    /// Whether there is no thread.
    pub fn is_empty(&self) -> bool {
        self.by_tid.is_empty()
    }

    /// A thread group.
    pub fn group(&self, id: GroupId) -> Option<&ThreadGroup> {
        self.groups.get(id.0 as usize)
    }

    /// All threads, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &ThreadInfo> {
        self.by_tid.values().map(|id| &self[*id])
    }
}

impl Index<ThreadId> for Threads {
    type Output = ThreadInfo;

    #[inline]
    fn index(&self, id: ThreadId) -> &ThreadInfo {
        &self.entries[id.0 as usize]
    }
}
