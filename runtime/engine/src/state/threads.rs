//! The table of threads and thread groups, and the tree of processes.
//!
//! Entries live in slabs and are reused with their buffers, so that creating and removing processes allocates nothing
//! once the table has grown to its size.

use std::ops::{Index, IndexMut};
use std::slice::GetDisjointMutError;

use rustc_hash::FxHashMap;

use super::thread::{GroupId, Links, ThreadId, ThreadInfo};

/// Threads that the table holds at most, unless configured otherwise.
pub const DEFAULT_MAX_THREADS: usize = 262_144;

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
    #[inline]
    pub fn main(&self) -> Option<ThreadId> {
        self.threads.first().copied()
    }
}

/// All threads by id.
#[derive(Debug)]
pub struct Threads {
    by_tid: FxHashMap<i64, ThreadId>,
    entries: Vec<ThreadInfo>,
    free: Vec<ThreadId>,
    by_pid: FxHashMap<i64, GroupId>,
    groups: Vec<ThreadGroup>,
    free_groups: Vec<GroupId>,
    /// The thread found last: events of one thread come in runs.
    last: Option<(i64, ThreadId)>,
    limit: usize,
}

impl Default for Threads {
    fn default() -> Threads {
        Threads {
            by_tid: FxHashMap::default(),
            entries: Vec::new(),
            free: Vec::new(),
            by_pid: FxHashMap::default(),
            groups: Vec::new(),
            free_groups: Vec::new(),
            last: None,
            limit: DEFAULT_MAX_THREADS,
        }
    }
}

impl Threads {
    /// Where the thread with this id is.
    #[inline]
    pub fn find(&self, tid: i64) -> Option<ThreadId> {
        match self.last {
            Some((last, id)) if last == tid => Some(id),
            _ => self.by_tid.get(&tid).copied(),
        }
    }

    /// As [`Threads::find`], for the thread of an event: remembers it.
    #[inline]
    pub(crate) fn find_current(&mut self, tid: i64) -> Option<ThreadId> {
        match self.last {
            Some((last, id)) if last == tid => Some(id),
            _ => {
                let id = self.by_tid.get(&tid).copied()?;
                self.last = Some((tid, id));
                Some(id)
            }
        }
    }

    /// Number of threads, exited ones that are kept for their process included.
    pub fn len(&self) -> usize {
        self.by_tid.len()
    }

    /// Whether there is no thread.
    pub fn is_empty(&self) -> bool {
        self.by_tid.is_empty()
    }

    /// Whether the table holds as many threads as it may.
    pub fn is_full(&self) -> bool {
        self.by_tid.len() >= self.limit
    }

    /// Sets how many threads the table holds at most. Threads that are there stay.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// A thread group.
    #[inline]
    pub fn group(&self, id: GroupId) -> Option<&ThreadGroup> {
        self.groups.get(id.0 as usize)
    }

    /// All threads, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &ThreadInfo> {
        self.by_tid.values().map(|id| &self[*id])
    }

    /// Where all threads are, in no particular order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = ThreadId> + '_ {
        self.by_tid.values().copied()
    }

    /// A blank entry that no look-up finds before [`Threads::insert`].
    pub(crate) fn create(&mut self) -> ThreadId {
        if let Some(id) = self.free.pop() {
            return id;
        }
        self.entries.push(ThreadInfo::default());
        ThreadId(self.entries.len() as u32 - 1)
    }

    /// Gives an entry back, reset by the caller's taking of its descriptors.
    pub(crate) fn discard(&mut self, id: ThreadId) {
        self[id].reset();
        self.free.push(id);
    }

    /// Makes an entry findable under its tid. Returns the entry that had this tid before.
    pub(crate) fn insert(&mut self, id: ThreadId) -> Option<ThreadId> {
        let tid = self[id].tid;
        self.last = None;
        self.by_tid.insert(tid, id)
    }

    /// Makes the entry of a tid unfindable and takes it out of its group and family; the caller discards it.
    pub(crate) fn take(&mut self, tid: i64) -> Option<ThreadId> {
        let id = self.by_tid.remove(&tid)?;
        self.last = None;
        self.detach(id);
        Some(id)
    }

    /// Takes an entry out of its group and family.
    pub(crate) fn detach(&mut self, id: ThreadId) {
        self.leave_parent(id);
        let mut child = self[id].links.first_child;
        while let Some(next) = child {
            let links = &mut self[next].links;
            child = links.next;
            *links = Links { parent: None, next: None, previous: None, ..*links };
        }
        self[id].links.first_child = None;
        if let Some(group) = self[id].group.take()
            && let Some(entry) = self.groups.get_mut(group.0 as usize)
        {
            entry.threads.retain(|thread| *thread != id);
            if entry.threads.is_empty() {
                if self.by_pid.get(&entry.pid) == Some(&group) {
                    self.by_pid.remove(&entry.pid);
                }
                self.free_groups.push(group);
            }
        }
    }

    /// Forgets that a process has a group; its remaining threads keep it.
    pub(crate) fn forget_group(&mut self, pid: i64) {
        self.by_pid.remove(&pid);
    }

    pub(crate) fn group_mut(&mut self, id: GroupId) -> &mut ThreadGroup {
        &mut self.groups[id.0 as usize]
    }

    /// Two different entries at once; an error when they are the same.
    pub(crate) fn pair(
        &mut self,
        first: ThreadId,
        second: ThreadId,
    ) -> Result<[&mut ThreadInfo; 2], GetDisjointMutError> {
        self.entries.get_disjoint_mut([first.0 as usize, second.0 as usize])
    }

    /// Puts a thread into the group of its process, which is created when there is none.
    pub(crate) fn join_group(&mut self, id: ThreadId, reaper: bool) {
        let (pid, main) = (self[id].pid, self[id].is_main());
        let group = match self.by_pid.get(&pid) {
            Some(group) => *group,
            None => {
                let group = self.free_groups.pop().unwrap_or_else(|| {
                    self.groups.push(ThreadGroup::default());
                    GroupId(self.groups.len() as u32 - 1)
                });
                let entry = &mut self.groups[group.0 as usize];
                entry.pid = pid;
                entry.reaper = reaper;
                entry.alive = 0;
                entry.threads.clear();
                self.by_pid.insert(pid, group);
                group
            }
        };
        let entry = &mut self.groups[group.0 as usize];
        entry.alive += 1;
        if main {
            entry.threads.insert(0, id);
        } else {
            entry.threads.push(id);
        }
        self[id].group = Some(group);
    }

    /// Makes a thread the child of another one.
    pub(crate) fn adopt(&mut self, parent: ThreadId, child: ThreadId) {
        self.leave_parent(child);
        let first = self[parent].links.first_child.replace(child);
        if let Some(first) = first {
            self[first].links.previous = Some(child);
        }
        let ptid = self[parent].tid;
        let entry = &mut self[child];
        entry.ptid = ptid;
        entry.links.parent = Some(parent);
        entry.links.next = first;
        entry.links.previous = None;
    }

    /// Takes a thread out of its parent's list; its `ptid` stays.
    pub(crate) fn leave_parent(&mut self, id: ThreadId) {
        let Links { parent, next, previous, .. } = self[id].links;
        if let Some(next) = next {
            self[next].links.previous = previous;
        }
        match (previous, parent) {
            (Some(previous), _) => self[previous].links.next = next,
            (None, Some(parent)) => self[parent].links.first_child = next,
            (None, None) => {}
        }
        let links = &mut self[id].links;
        links.parent = None;
        links.next = None;
        links.previous = None;
    }
}

impl Index<ThreadId> for Threads {
    type Output = ThreadInfo;

    #[inline]
    fn index(&self, id: ThreadId) -> &ThreadInfo {
        &self.entries[id.0 as usize]
    }
}

impl IndexMut<ThreadId> for Threads {
    #[inline]
    fn index_mut(&mut self, id: ThreadId) -> &mut ThreadInfo {
        &mut self.entries[id.0 as usize]
    }
}
