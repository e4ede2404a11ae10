//! Other rules between two events: the state stays, no event is lost, and each is judged by exactly one set of rules.
//!
//! A worker thread prepares: it reads the configuration anew, has the rules compiled by a child process, generates code
//! and sets memory aside. The event loop only swaps a few pointers, and hands the former rules back to the worker, which
//! drops them.

mod changes;
mod prepare;
mod watch;
mod worker;

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::ReadyRules;

use crate::pipeline::Notice;
use crate::rules::Identity;
use crate::signals::Signals;

pub(crate) use worker::{Context, start};

/// Falco's name of the alert that a failed reload raises.
pub(crate) const FAILURE_RULE: &str = "Falco internal: hot restart failure";

/// The alert that an allowed way back to an older bundle raises.
pub(crate) const ROLLBACK_RULE: &str = "Falco internal: rule bundle rollback";

/// Why a reload is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// SIGHUP.
    Signal,
    /// A watched file changed.
    Files,
    /// Somebody asked over the API.
    Api,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Signal => "signal",
            Reason::Files => "changed files",
            Reason::Api => "API",
        })
    }
}

/// What the worker is told.
enum Message {
    /// Prepare.
    Reload(Reason),
    /// Drop this somewhere other than in the event loop.
    Retire(Box<ReadyRules>),
}

/// What the worker made.
pub(crate) enum Outcome {
    /// Rules that can be taken over.
    Ready(Box<Fresh>),
    /// The old rules stay; the reason.
    Failed(String),
}

/// Everything that a swap brings.
pub(crate) struct Fresh {
    /// The rules.
    pub(crate) rules: ReadyRules,
    /// Which they are.
    pub(crate) identity: Identity,
    /// The form of internal alerts.
    pub(crate) format: engine::format::Options,
    /// What is to be said about them.
    pub(crate) notice: Option<Notice>,
}

/// A place for reload requests, and their numbers: for any thread.
#[derive(Clone)]
pub(crate) struct Handle {
    shared: Arc<Shared>,
    worker: Sender<Message>,
}

struct Shared {
    /// What the event loop is to be told, in order; of each kind only the latest.
    outcomes: Mutex<VecDeque<Outcome>>,
    bell: Signals,
    numbers: Numbers,
    /// Memory that the current rules use, in threads.
    threads: AtomicUsize,
}

/// What became of reloads.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    /// Rules taken over.
    pub(crate) taken: AtomicU64,
    /// Sets that were refused.
    pub(crate) refused: AtomicU64,
    /// When the current rules were taken over, nanoseconds since the epoch; 0: at the start.
    pub(crate) latest_ns: AtomicU64,
    /// The longest pause of the event loop, in nanoseconds.
    pub(crate) longest_pause_ns: AtomicU64,
}

impl Handle {
    /// Asks for a reload; it happens in the background.
    pub(crate) fn request(&self, reason: Reason) {
        // The worker ends with the program; nobody is left to miss the reload.
        let _ = self.worker.send(Message::Reload(reason));
    }

    /// What became of reloads.
    pub(crate) fn numbers(&self) -> &Numbers {
        &self.shared.numbers
    }

    /// What is ready to be taken over, for the event loop.
    pub(crate) fn take_outcome(&self) -> Option<Outcome> {
        self.shared.outcomes.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Drops what a swap removed, away from the event loop.
    pub(crate) fn retire(&self, former: Box<ReadyRules>) {
        let _ = self.worker.send(Message::Retire(former));
    }

    /// Counts a swap.
    pub(crate) fn swapped(&self, now_ns: u64, pause: Duration) {
        let numbers = &self.shared.numbers;
        numbers.taken.fetch_add(1, Ordering::Relaxed);
        numbers.latest_ns.store(now_ns, Ordering::Relaxed);
        numbers.longest_pause_ns.fetch_max(pause.as_nanos() as u64, Ordering::Relaxed);
    }

    /// Says for how many threads the next rules should have memory.
    pub(crate) fn set_threads(&self, threads: usize) {
        self.shared.threads.store(threads, Ordering::Relaxed);
    }
}
