//! What is kept from one event to the next: removals that wait, enter events of calls in progress; and the purge of
//! inactive threads.

use events::RawEvent;

use super::Tracker;
use crate::state::thread::EnterId;
use crate::state::{StoredEnter, ThreadId};

/// Nanoseconds from the first event to the first purge.
const FIRST_PURGE_NS: u64 = 30_000_000_000;

/// Changes that wait for the next event, so that rules still see what the current one removes.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub(super) thread: Option<i64>,
    pub(super) fd: Option<(i64, i64)>,
    pub(super) enter: Option<ThreadId>,
    pub(super) any: bool,
}

/// Enter events of calls in progress.
#[derive(Debug, Default)]
pub(super) struct Enters {
    entries: Vec<StoredEnter>,
    pub(super) free: Vec<EnterId>,
}

impl Enters {
    pub(super) fn store(&mut self, raw: &RawEvent<'_>) -> Option<EnterId> {
        let id = self.free.pop().unwrap_or_else(|| {
            self.entries.push(StoredEnter::default());
            EnterId(self.entries.len() as u32 - 1)
        });
        if self.entries[id.0 as usize].store(raw) {
            Some(id)
        } else {
            self.free.push(id);
            None
        }
    }

    pub(super) fn get(&self, id: EnterId) -> &StoredEnter {
        &self.entries[id.0 as usize]
    }
}

impl Tracker {
    /// Applies what the event before left to do.
    #[cold]
    pub(super) fn settle(&mut self, ts: u64) {
        self.pending.any = false;
        if let Some(thread) = self.pending.enter.take()
            && let Some(enter) = self.state.threads[thread].enter.take()
        {
            self.enters.free.push(enter);
        }
        if let Some(tid) = self.pending.thread.take() {
            let ptid = self.state.thread(tid).map_or(-1, |thread| thread.ptid);
            self.recently_exited.record(tid, ptid, ts);
            self.remove_thread(tid);
        }
        if let Some((tid, num)) = self.pending.fd.take()
            && let Some(thread) = self.state.threads.find(tid)
        {
            self.stats.fds_removed += 1;
            self.state.close_fd(thread, num);
        }
    }

    /// Live only: removes placeholders, and threads that were inactive for long and no longer exist.
    pub(super) fn purge(&mut self, ts: u64) {
        let interval = self.options.purge_interval_ns;
        if self.last_purge_ts == 0 {
            self.last_purge_ts = ts.saturating_sub(interval.saturating_sub(FIRST_PURGE_NS));
        }
        if ts <= self.last_purge_ts.saturating_add(interval) {
            return;
        }
        self.last_purge_ts = ts;
        let mut tids = std::mem::take(&mut self.tids);
        tids.clear();
        for thread in self.state.threads.iter() {
            let inactive = ts > thread.lastaccess_ts.saturating_add(self.options.thread_timeout_ns);
            if thread.is_invalid() || (inactive && !self.host.thread_alive(thread.tid)) {
                tids.push(thread.tid);
            }
        }
        for tid in tids.drain(..) {
            self.remove_thread(tid);
        }
        self.tids = tids;
    }
}
