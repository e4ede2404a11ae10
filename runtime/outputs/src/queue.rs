//! A bounded queue between one producer and one worker.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::alert::Alert;
use crate::counters::{SharedTally, add, take};

/// How often whoever waits looks whether it is still to wait.
const GLANCE: Duration = Duration::from_millis(50);

/// Something for a worker to do.
#[derive(Debug)]
pub(crate) enum Entry {
    Alert(Alert),
    Reopen,
}

/// What a worker got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// Entries, or news from the spool.
    Some,
    /// Nothing, and nothing will come.
    End,
}

#[derive(Debug, Default)]
struct Inner {
    entries: VecDeque<Entry>,
    /// The first id that is not yet in the spool.
    spooled_to: u64,
    /// Nothing more will be pushed.
    ended: bool,
    /// The worker sleeps until something comes.
    worker_waits: bool,
}

/// The queue. Alerts count as waiting until the worker is done with them.
#[derive(Debug)]
pub(crate) struct Queue {
    inner: Mutex<Inner>,
    /// Tells the worker.
    filled: Condvar,
    /// Tells the producer.
    emptied: Condvar,
    producer_waits: AtomicBool,
    /// The worker is to stop, whatever is left.
    abandoned: AtomicBool,
    capacity: u64,
    max_bytes: u64,
    linger: Duration,
    tally: SharedTally,
}

/// Bytes that an alert takes in memory, roughly.
pub(crate) fn weight(alert: &Alert) -> u64 {
    let fields = alert.fields.as_ref().map_or(0, |fields| {
        fields.output.len()
            + fields.message.len()
            + fields.output_fields.iter().map(|(key, value)| key.len() + value.len() + 48).sum::<usize>()
    });
    (alert.line.len() + fields + 160) as u64
}

impl Queue {
    pub(crate) fn new(capacity: usize, max_bytes: usize, linger: Duration, tally: SharedTally) -> Queue {
        Queue {
            inner: Mutex::default(),
            filled: Condvar::new(),
            emptied: Condvar::new(),
            producer_waits: AtomicBool::new(false),
            abandoned: AtomicBool::new(false),
            capacity: if capacity == 0 { u64::MAX } else { capacity as u64 },
            max_bytes: max_bytes as u64,
            linger,
            tally,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A worker that panicked leaves the queue whole: entries are moved in one step.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether another alert has to wait outside. One alert always finds room, however large it is.
    pub(crate) fn is_full(&self) -> bool {
        let depth = self.tally.depth.load(Ordering::Acquire);
        depth > 0
            && (depth >= self.capacity || self.tally.depth_bytes.load(Ordering::Acquire) >= self.max_bytes)
    }

    /// Waits for room, as long as `go_on` says; `false`: there is none.
    pub(crate) fn wait_for_room(&self, mut go_on: impl FnMut() -> bool) -> bool {
        let mut inner = self.lock();
        while self.is_full() {
            if self.abandoned.load(Ordering::Acquire) || !go_on() {
                return false;
            }
            self.producer_waits.store(true, Ordering::SeqCst);
            if self.is_full() {
                inner = self.emptied.wait_timeout(inner, GLANCE).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        self.producer_waits.store(false, Ordering::SeqCst);
        true
    }

    /// Adds an alert. The caller has looked whether there is room.
    pub(crate) fn push(&self, alert: Alert) {
        add(&self.tally.depth_bytes, weight(&alert));
        add(&self.tally.depth, 1);
        self.enter(|inner| inner.entries.push_back(Entry::Alert(alert)));
    }

    /// Asks the worker to open things anew.
    pub(crate) fn push_reopen(&self) {
        self.enter(|inner| inner.entries.push_back(Entry::Reopen));
    }

    /// Says that the spool has all alerts before this id.
    pub(crate) fn spooled_to(&self, id: u64) {
        self.enter(|inner| inner.spooled_to = id);
    }

    /// Says that nothing more will come.
    pub(crate) fn end(&self) {
        self.enter(|inner| {
            inner.ended = true;
            // Whoever pauses between two attempts is woken, too.
            inner.worker_waits = true;
        });
    }

    /// Tells the worker to leave everything.
    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Release);
        self.end();
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }

    fn enter(&self, change: impl FnOnce(&mut Inner)) {
        let mut inner = self.lock();
        change(&mut inner);
        if inner.worker_waits {
            inner.worker_waits = false;
            drop(inner);
            self.filled.notify_one();
        }
    }

    /// Moves what has come into `batch`, waiting until there is something: entries, or more in the spool than `seen`,
    /// which is then updated.
    pub(crate) fn take(&self, batch: &mut VecDeque<Entry>, seen: &mut u64) -> Taken {
        let mut inner = self.lock();
        let mut may_linger = !self.linger.is_zero();
        loop {
            if self.is_abandoned() {
                return Taken::End;
            }
            if !inner.entries.is_empty() || inner.spooled_to > *seen {
                if std::mem::take(&mut may_linger)
                    && !inner.ended
                    && !self.producer_waits.load(Ordering::SeqCst)
                {
                    drop(inner);
                    std::thread::sleep(self.linger);
                    inner = self.lock();
                    continue;
                }
                *seen = inner.spooled_to;
                if batch.is_empty() {
                    std::mem::swap(batch, &mut inner.entries);
                } else {
                    batch.append(&mut inner.entries);
                }
                return Taken::Some;
            }
            if inner.ended {
                return Taken::End;
            }
            inner.worker_waits = true;
            inner = self.filled.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Moves what has come since into `batch` without waiting.
    pub(crate) fn take_more(&self, batch: &mut VecDeque<Entry>, seen: &mut u64) {
        let mut inner = self.lock();
        *seen = inner.spooled_to.max(*seen);
        batch.append(&mut inner.entries);
    }

    /// Whether nothing more will come.
    pub(crate) fn has_ended(&self) -> bool {
        self.lock().ended
    }

    /// Waits between two attempts; ends early when the queue is abandoned, and, `until_end`, when nothing more comes.
    pub(crate) fn pause(&self, time: Duration, until_end: bool) {
        let until = Instant::now() + time;
        let mut inner = self.lock();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.is_abandoned() || (until_end && inner.ended) {
                return;
            }
            inner = self.filled.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Says that the worker is done with alerts of this weight.
    pub(crate) fn done(&self, alerts: u64, weight: u64) {
        take(&self.tally.depth, alerts);
        take(&self.tally.depth_bytes, weight);
        if self.producer_waits.load(Ordering::SeqCst) {
            // The lock makes sure that the producer is asleep or looks again.
            drop(self.lock());
            self.emptied.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::counters::Tally;
    use crate::test_alert;

    #[test]
    fn an_alert_counts_until_it_is_done() {
        let tally = SharedTally::new(Tally::default());
        let queue = Queue::new(2, 1 << 20, Duration::ZERO, tally);
        queue.push(test_alert(1));
        queue.push(test_alert(2));
        assert!(queue.is_full());
        let (mut batch, mut seen) = (VecDeque::new(), 0);
        assert_eq!(queue.take(&mut batch, &mut seen), Taken::Some);
        assert_eq!((batch.len(), queue.is_full()), (2, true));
        queue.done(1, weight(&test_alert(1)));
        assert!(!queue.is_full());
    }

    #[test]
    fn bytes_bound_it_too_but_one_alert_always_fits() {
        let queue = Queue::new(0, 10, Duration::ZERO, SharedTally::default());
        assert!(!queue.is_full());
        queue.push(test_alert(1));
        assert!(queue.is_full());
    }

    #[test]
    fn a_waiting_producer_is_woken_and_can_be_interrupted() {
        let queue = Arc::new(Queue::new(1, 1 << 20, Duration::ZERO, SharedTally::default()));
        queue.push(test_alert(1));
        assert!(!queue.wait_for_room(|| false));
        let worker = std::thread::spawn({
            let queue = Arc::clone(&queue);
            move || queue.done(1, weight(&test_alert(1)))
        });
        assert!(queue.wait_for_room(|| true));
        worker.join().unwrap();
    }

    #[test]
    fn the_end_comes_after_the_rest_unless_abandoned() {
        let queue = Queue::new(0, 1 << 20, Duration::from_millis(1), SharedTally::default());
        queue.push(test_alert(1));
        queue.end();
        let (mut batch, mut seen) = (VecDeque::new(), 0);
        assert_eq!(queue.take(&mut batch, &mut seen), Taken::Some);
        assert_eq!(queue.take(&mut batch, &mut seen), Taken::End);
        queue.push(test_alert(2));
        queue.abandon();
        assert_eq!(queue.take(&mut batch, &mut seen), Taken::End);
    }
}
