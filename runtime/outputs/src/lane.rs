//! `Lane`: one output as the producer of alerts sees it, and how alerts get into its queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::alert::Alert;
use crate::counters::{SharedTally, add};
use crate::options::{Options, Severity, WhenFull};
use crate::queue::Queue;

/// One output as the producer sees it.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    pub(crate) name: Arc<str>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) tally: SharedTally,
    pub(crate) when_full: WhenFull,
    /// The output reads the spool; its queue has only what the spool could not take.
    pub(crate) spooled: bool,
    /// Its reader went away.
    pub(crate) closed: Arc<AtomicBool>,
    /// Something was dropped, and said so.
    pub(crate) said_full: Arc<AtomicBool>,
}

impl Lane {
    /// Puts an alert into the queue; whether it found room.
    pub(crate) fn give(&self, options: &Options, alert: &Alert) -> bool {
        if self.closed.load(Ordering::Relaxed) {
            return true;
        }
        add(&self.tally.queued, 1);
        if self.queue.is_full() && !self.make_room(options) {
            add(&self.tally.dropped, 1);
            if !self.said_full.swap(true, Ordering::Relaxed) {
                let text = format!(
                    "Outputs queue out of memory. Drop event and continue on ... ({}: {} alerts wait; further ones are \
                     only counted)",
                    self.name,
                    self.tally.depth.load(Ordering::Relaxed)
                );
                (options.report)(Severity::Error, &text);
            }
            return false;
        }
        self.queue.push(alert.clone());
        true
    }

    #[cold]
    fn make_room(&self, options: &Options) -> bool {
        match self.when_full {
            WhenFull::Drop => false,
            WhenFull::Wait => self.queue.wait_for_room(|| {
                !options.interrupt.load(Ordering::Relaxed) && !self.closed.load(Ordering::Relaxed)
            }),
        }
    }
}
