//! Between the event loop and the servers: the loop answers when it is asked, between two events, and never waits.

use std::fmt;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::metrics::Snapshot;

/// Somebody wants to know whether the loop lives.
const ALIVE: u8 = 1;
/// Somebody wants its numbers.
const NUMBERS: u8 = 2;

/// Loading the probe and reading the machine takes longer than anything between two events.
const START_GRACE: u32 = 30;

/// How often a scrape looks whether its numbers have come.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// How long a scrape waits for new numbers; then it takes the old ones.
const PATIENCE: Duration = Duration::from_millis(500);

/// Makes the event loop look.
type Bell = Arc<dyn Fn() + Send + Sync>;

struct Shared {
    bell: Bell,
    asked: AtomicU8,
    begun: Instant,
    /// Milliseconds after `begun` at which the loop last answered; 0: never yet.
    answered_ms: AtomicU64,
    /// How many snapshots there have been.
    snapshots: AtomicU64,
    latest: Mutex<Arc<Snapshot>>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("asked", &self.asked).finish_non_exhaustive()
    }
}

/// The event loop's side.
#[derive(Clone, Debug)]
pub struct Pulse(Arc<Shared>);

/// The servers' side.
#[derive(Clone, Debug)]
pub struct Board(Arc<Shared>);

impl Board {
    /// A board without numbers. The loop counts as alive from now on.
    pub fn new() -> Board {
        Board::with_bell(Arc::new(|| {}))
    }

    /// As [`Board::new`]; `bell` is called, on any thread, whenever the loop should look.
    pub fn with_bell(bell: Arc<dyn Fn() + Send + Sync>) -> Board {
        Board(Arc::new(Shared {
            bell,
            asked: AtomicU8::new(0),
            begun: Instant::now(),
            answered_ms: AtomicU64::new(0),
            snapshots: AtomicU64::new(0),
            latest: Mutex::default(),
        }))
    }

    /// The other side.
    pub fn pulse(&self) -> Pulse {
        Pulse(self.0.clone())
    }

    /// Asks for a sign of life.
    pub fn ask(&self) {
        self.want(ALIVE);
    }

    fn want(&self, what: u8) {
        // The wish comes before the bell: whoever hears the bell finds the wish.
        self.0.asked.fetch_or(what, Ordering::SeqCst);
        (self.0.bell)();
    }

    /// How long the loop has been silent.
    pub fn silence(&self) -> Duration {
        let answered = Duration::from_millis(self.0.answered_ms.load(Ordering::Acquire));
        self.0.begun.elapsed().saturating_sub(answered)
    }

    /// Whether the loop has answered at all.
    pub fn has_started(&self) -> bool {
        self.0.answered_ms.load(Ordering::Acquire) != 0
    }

    /// Whether the loop answers: it may be silent for `stall`, and for thirty times as long while it starts.
    pub fn is_healthy(&self, stall: Duration) -> bool {
        let limit = if self.has_started() { stall } else { stall * START_GRACE };
        self.silence() <= limit
    }

    /// The latest numbers.
    pub fn latest(&self) -> Arc<Snapshot> {
        self.0.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// New numbers for a thread that may sleep, or the latest when the loop does not answer in time.
    pub fn fresh_blocking(&self) -> Arc<Snapshot> {
        let before = self.0.snapshots.load(Ordering::Acquire);
        self.want(ALIVE | NUMBERS);
        let end = Instant::now() + PATIENCE;
        while self.0.snapshots.load(Ordering::Acquire) == before && Instant::now() < end {
            std::thread::sleep(LOOK_EVERY);
        }
        self.latest()
    }

    /// New numbers, or the latest when the loop does not answer in time.
    pub(crate) async fn fresh(&self) -> Arc<Snapshot> {
        let before = self.0.snapshots.load(Ordering::Acquire);
        self.want(ALIVE | NUMBERS);
        let end = Instant::now() + PATIENCE;
        while self.0.snapshots.load(Ordering::Acquire) == before && Instant::now() < end {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.latest()
    }
}

impl Default for Board {
    fn default() -> Board {
        Board::new()
    }
}

impl Pulse {
    /// Whether somebody asked: one load, cheap enough for every event.
    #[inline]
    pub fn asked(&self) -> bool {
        self.0.asked.load(Ordering::Relaxed) != 0
    }

    /// Answers; `numbers` is called when they are wanted.
    #[cold]
    pub fn answer(&self, numbers: impl FnOnce() -> Snapshot) {
        let asked = self.0.asked.swap(0, Ordering::SeqCst);
        if asked & NUMBERS != 0 {
            self.publish(numbers());
        }
        self.alive();
    }

    /// Publishes numbers unasked, for instance the first and the last ones.
    pub fn publish(&self, snapshot: Snapshot) {
        let snapshot = Arc::new(snapshot);
        // A reader holds the lock only to copy a pointer; should it have been interrupted just there, the next answer
        // does as well.
        if let Ok(mut latest) = self.0.latest.try_lock() {
            let old = std::mem::replace(&mut *latest, snapshot);
            drop(latest);
            drop(old);
            self.0.snapshots.fetch_add(1, Ordering::Release);
        } else {
            self.0.asked.fetch_or(NUMBERS, Ordering::SeqCst);
            (self.0.bell)();
        }
    }

    fn alive(&self) {
        let now = u64::try_from(self.0.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.answered_ms.store(now.max(1), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_made_only_when_wanted() {
        let board = Board::new();
        let pulse = board.pulse();
        assert!(!pulse.asked());
        board.ask();
        assert!(pulse.asked());
        pulse.answer(|| unreachable!("nobody wants numbers"));
        assert!(!pulse.asked());
        board.0.asked.store(ALIVE | NUMBERS, Ordering::Relaxed);
        pulse.answer(|| Snapshot { reloads: 7, ..Snapshot::default() });
        assert_eq!(board.latest().reloads, 7);
    }

    #[test]
    fn silence_grows_until_the_loop_answers() {
        let board = Board::new();
        std::thread::sleep(Duration::from_millis(30));
        assert!(board.silence() >= Duration::from_millis(20));
        board.ask();
        board.pulse().answer(Snapshot::default);
        assert!(board.silence() < Duration::from_secs(5));
    }
}
