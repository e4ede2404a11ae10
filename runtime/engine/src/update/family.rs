//! Threads entering and leaving the table: groups, parents, reapers.

use super::Tracker;
use crate::state::thread::set_text;
use crate::state::{FdId, MAX_ANCESTORS, State, ThreadFlags, ThreadId};

impl State {
    /// What a descriptor of a thread refers to.
    #[inline]
    pub(super) fn fd_id(&self, thread: ThreadId, num: i64) -> Option<FdId> {
        if num < 0 {
            return None;
        }
        self.threads[self.table_owner(thread)?].fds.get(num)
    }

    /// Opens a descriptor in the table that a thread uses. Returns false when the table is full or unknown.
    pub(super) fn open_fd(&mut self, thread: ThreadId, num: i64, id: FdId) -> bool {
        let Some(owner) = self.table_owner(thread) else {
            self.fds.release(id);
            return false;
        };
        match self.threads[owner].fds.set(num, id) {
            Ok(old) => {
                if let Some(old) = old {
                    self.fds.release(old);
                }
                true
            }
            Err(id) => {
                self.fds.release(id);
                false
            }
        }
    }

    /// Closes a descriptor in the table that a thread uses.
    pub(super) fn close_fd(&mut self, thread: ThreadId, num: i64) {
        if let Some(owner) = self.table_owner(thread)
            && let Some(old) = self.threads[owner].fds.remove(num)
        {
            self.fds.release(old);
        }
    }

    /// Gives a descriptor of a thread an entry of its own.
    pub(super) fn own_fd(&mut self, thread: ThreadId, num: i64) -> Option<FdId> {
        let shared = self.fd_id(thread, num)?;
        if !self.fds.is_shared(shared) {
            return Some(shared);
        }
        let own = self.fds.duplicate(shared);
        self.open_fd(thread, num, own).then_some(own)
    }

    /// Makes a new process's descriptors those of another thread.
    pub(super) fn copy_fds(&mut self, from: ThreadId, to: ThreadId) {
        let Some(owner) = self.table_owner(from) else { return };
        let mut table = std::mem::take(&mut self.threads[to].fds);
        table.copy_from(&self.threads[owner].fds);
        table.iter().for_each(|(_, id)| self.fds.share(id));
        self.threads[to].fds = table;
    }

    /// Closes all descriptors that a thread owns.
    fn close_all(&mut self, thread: ThreadId) {
        let Self { threads, fds, .. } = self;
        threads[thread].fds.retain(|_, _| false, |id| fds.release(id));
    }
}

impl Tracker {
    /// Gives an entry back, with its descriptors and its stored event.
    pub(super) fn discard_thread(&mut self, id: ThreadId) {
        self.enters.free.extend(self.state.threads[id].enter.take());
        if self.pending.enter == Some(id) {
            self.pending.enter = None;
        }
        self.state.close_all(id);
        self.state.threads.discard(id);
    }

    /// The thread with this tid: from the table, from the host, or a placeholder that later events complete. `None` when
    /// the table is full.
    #[cold]
    pub(super) fn look_up_thread(&mut self, tid: i64) -> Option<ThreadId> {
        if let Some(id) = self.state.threads.find(tid) {
            return Some(id);
        }
        self.stats.thread_misses += 1;
        if self.no_room_for(tid) {
            self.stats.threads_dropped += 1;
            return None;
        }
        let id = self.state.threads.create();
        match self.host.thread(tid) {
            Some(known) => {
                self.fill_thread(id, &known.thread);
                let entry = &mut self.state.threads[id];
                entry.clone_ts = known.clone_ts;
                entry.exe_times();
                self.fill_fds(id, &known.descriptors);
            }
            None => {
                let entry = &mut self.state.threads[id];
                entry.tid = tid;
                set_text(&mut entry.comm, b"<NA>");
                set_text(&mut entry.exe, b"<NA>");
            }
        }
        // Threads whose parent this is may have been there without it.
        self.state.epoch += 1;
        self.add_thread(id)
    }

    /// Whether the table is full. There is always room for our own process.
    pub(super) fn no_room_for(&self, pid: i64) -> bool {
        self.state.threads.is_full() && self.options.own_pid != Some(pid)
    }

    /// Puts a filled entry into the table and links it to its group and parent. Gives it back when the table is full.
    pub(super) fn add_thread(&mut self, id: ThreadId) -> Option<ThreadId> {
        let entry = &self.state.threads[id];
        if self.no_room_for(entry.pid) && self.no_room_for(entry.tid) {
            self.stats.threads_dropped += 1;
            self.discard_thread(id);
            return None;
        }
        self.stats.threads_added += 1;
        self.state.stamp += 1;
        self.state.threads[id].version = self.state.stamp;
        self.state.epoch += u64::from(self.state.orphans);
        self.link(id);
        if let Some(old) = self.state.threads.insert(id) {
            self.state.threads.detach(old);
            self.discard_thread(old);
        }
        Some(id)
    }

    /// Puts a thread into its group and below its parent. Placeholders have neither.
    pub(super) fn link(&mut self, id: ThreadId) {
        let threads = &mut self.state.threads;
        let entry = &threads[id];
        if entry.is_invalid() || entry.group.is_some() {
            return;
        }
        let (pid, ptid) = (entry.pid, entry.ptid);
        let init = pid == 1 || entry.vpid == 1;
        threads.join_group(id, init);
        if pid == 1 {
            return;
        }
        match threads.find(ptid).filter(|parent| !threads[*parent].is_invalid()) {
            Some(parent) => threads.adopt(parent, id),
            None => threads[id].ptid = 0,
        }
    }

    /// Removes a thread. The main thread of a process stays until the last thread has gone: the others use its table.
    pub(super) fn remove_thread(&mut self, tid: i64) {
        let Some(id) = self.state.threads.find(tid) else { return };
        let entry = &self.state.threads[id];
        let Some(group) = entry.group.filter(|_| !entry.is_invalid()) else {
            self.take_thread(tid);
            return;
        };
        let (pid, dead, main) = (entry.pid, entry.is_dead(), entry.is_main());
        if !dead {
            let group = self.state.threads.group_mut(group);
            group.alive = group.alive.saturating_sub(1);
            self.state.threads[id].flags.insert(ThreadFlags::CLOSED);
        }
        if self.state.threads[id].links.first_child.is_some() {
            self.reparent_children(id);
        }
        self.state.epoch += u64::from(self.state.threads[id].sid == tid);
        self.stats.threads_removed += 1;
        if self.state.threads.group(group).is_none_or(|group| group.alive == 0) {
            self.state.threads.forget_group(pid);
            self.take_thread(pid);
        }
        if !main && tid != pid {
            self.take_thread(tid);
        }
    }

    fn take_thread(&mut self, tid: i64) {
        if let Some(id) = self.state.threads.find(tid) {
            let parent = self.state.threads[id].links.first_child.is_some();
            self.state.orphans |= parent;
            self.state.epoch += u64::from(parent);
            self.state.threads.take(tid);
            self.discard_thread(id);
        }
    }

    /// Gives a thread's children to the reaper that the kernel chose or, when it is not known, to the likeliest one.
    fn reparent_children(&mut self, id: ThreadId) {
        let chosen = self.state.threads[id].reaper_tid;
        let mut reaper = if chosen > 0 { self.look_up_thread(chosen) } else { None };
        reaper = reaper.filter(|reaper| *reaper != id && !self.state.threads[*reaper].is_invalid());
        let reaper = reaper.or_else(|| self.find_reaper(id));
        let threads = &mut self.state.threads;
        if let Some(reaper) = reaper
            && threads[reaper].pid != threads[id].pid
            && let Some(group) = threads[reaper].group
        {
            threads.group_mut(group).reaper = true;
        }
        while let Some(child) = threads[id].links.first_child {
            match reaper {
                Some(reaper) => threads.adopt(reaper, child),
                None => {
                    threads.leave_parent(child);
                    threads[child].ptid = 0;
                }
            }
        }
        self.state.epoch += 1;
    }

    /// Who inherits a thread's children, by the kernel's rules: another thread of the process, else the nearest ancestor
    /// in the same kind of namespace that is marked as reaper.
    fn find_reaper(&self, id: ThreadId) -> Option<ThreadId> {
        let threads = &self.state.threads;
        let thread = &threads[id];
        let alive_of = |id: ThreadId, not: ThreadId| {
            let group = threads.group(threads[id].group?)?;
            if group.alive == 0 {
                return None;
            }
            group.threads().iter().copied().find(|other| *other != not && !threads[*other].is_dead())
        };
        if let Some(other) = alive_of(id, id) {
            return Some(other);
        }
        let mut ancestor = threads.find(thread.ptid)?;
        for _ in 0..MAX_ANCESTORS {
            let entry = &threads[ancestor];
            if ancestor == id || entry.in_pid_namespace() != thread.in_pid_namespace() {
                return None;
            }
            let reaper = entry.group.and_then(|group| threads.group(group)).is_some_and(|group| group.reaper);
            if reaper && let Some(other) = alive_of(ancestor, id) {
                return Some(other);
            }
            ancestor = threads.find(entry.ptid)?;
        }
        None
    }
}
