//! Ends of threads, and memory of the latest ones.

use rustc_hash::FxHashMap;

use super::{Step, Tracker};
use crate::state::ThreadFlags;

/// How many ends are remembered.
const RING: usize = 8192;

/// Nanoseconds for which they are.
const MAX_AGE_NS: u64 = 2_000_000_000;

/// The latest threads that ended: a parent's side of a creation that comes after the child's end must not bring the
/// child back.
#[derive(Debug, Default)]
pub(super) struct RecentlyExited {
    /// The remembered ends, oldest overwritten first.
    ring: Vec<(u64, u64)>,
    next: usize,
    /// The latest end of each key in the ring.
    latest: FxHashMap<u64, u64>,
}

impl RecentlyExited {
    /// Remembers an end.
    pub(super) fn record(&mut self, tid: i64, ptid: i64, ts: u64) {
        let entry = (key(tid, ptid), ts);
        match self.ring.get_mut(self.next) {
            Some(slot) => {
                let (old, at) = std::mem::replace(slot, entry);
                if self.latest.get(&old) == Some(&at) {
                    self.latest.remove(&old);
                }
            }
            None => {
                if self.ring.is_empty() {
                    self.ring.reserve_exact(RING);
                }
                self.ring.push(entry);
            }
        }
        self.latest.insert(entry.0, ts);
        self.next = (self.next + 1) % RING;
    }

    /// Whether a child of this parent with this tid ended within the last seconds.
    pub(super) fn contains(&self, tid: i64, ptid: i64, ts: u64) -> bool {
        self.latest.get(&key(tid, ptid)).is_some_and(|at| ts >= *at && ts - at < MAX_AGE_NS)
    }
}

fn key(tid: i64, ptid: i64) -> u64 {
    (ptid as u64) << 32 | (tid as u64 & 0xffff_ffff)
}

impl Tracker {
    /// A thread ended: it is marked now and removed before the next event.
    pub(super) fn thread_exit(&mut self, step: &mut Step<'_>) {
        let Some(id) = step.thread else { return };
        let entry = &mut self.state.threads[id];
        if !entry.is_dead()
            && let Some(group) = entry.group
        {
            let group = self.state.threads.group_mut(group);
            group.alive = group.alive.saturating_sub(1);
        }
        let entry = &mut self.state.threads[id];
        entry.flags.insert(ThreadFlags::CLOSED);
        entry.reaper_tid = step.param(4).i64().unwrap_or(-1);
        self.pending.thread = Some(step.raw.tid());
        self.pending.any = true;
    }
}
