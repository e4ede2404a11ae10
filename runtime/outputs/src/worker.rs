//! The worker of one output: takes alerts from its queue or the spool, delivers them in order, and repeats what fails.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::alert::Alert;
use crate::counters::{SharedTally, add};
use crate::options::{Report, RetryOptions, Severity};
use crate::output::{DeliveryError, Output};
use crate::queue::{Entry, Queue, Taken, weight};
use crate::retry::Backoff;
use crate::spool::{DeadLetters, Reader};
use crate::watch::Watch;

/// Bytes after which an output that buffers is flushed.
const BATCH_BYTES: u64 = 64 << 10;

/// Says that an output is to leave what it does, because nobody waits any longer.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whether to leave.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Everything a worker has.
pub(crate) struct Worker {
    pub(crate) output: Box<dyn Output>,
    pub(crate) name: Arc<str>,
    pub(crate) queue: Arc<Queue>,
    pub(crate) tally: SharedTally,
    pub(crate) retry: RetryOptions,
    pub(crate) reader: Option<Reader>,
    pub(crate) dead_letters: Option<DeadLetters>,
    pub(crate) report: Report,
    pub(crate) watch: Watch,
}

/// Whether the worker goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Continue,
    /// The program ends or the reader is gone.
    Leave,
}

impl Worker {
    /// Works until the queue ends. `on_closed` is called when the output's reader is gone.
    pub(crate) fn run(self, on_closed: impl FnMut()) {
        let backoff = Backoff::new(self.retry.clone());
        let mut shift = Shift {
            worker: self,
            pending: Vec::new(),
            pending_bytes: 0,
            backoff,
            failure: None,
            on_closed,
            gave_up: false,
        };
        shift.run();
    }
}

/// A worker at work.
struct Shift<F> {
    worker: Worker,
    /// Alerts that the output buffers; `true`: they count against the queue.
    pending: Vec<(Alert, bool)>,
    pending_bytes: u64,
    backoff: Backoff,
    /// What went wrong last: the same again is not repeated for every alert.
    failure: Option<String>,
    on_closed: F,
    /// An alert was given up: the next ones get one attempt each until one succeeds.
    gave_up: bool,
}

impl<F: FnMut()> Shift<F> {
    fn run(&mut self) {
        let (mut batch, mut seen) = (VecDeque::new(), 0);
        if let Some(reader) = &self.worker.reader {
            seen = reader.next_id();
        }
        while self.worker.queue.take(&mut batch, &mut seen) == Taken::Some {
            let next = if self.worker.reader.is_some() {
                self.work_from_spool(&mut batch, &mut seen)
            } else {
                self.work_from_memory(&mut batch)
            };
            if next == Next::Leave || self.flush() == Next::Leave {
                break;
            }
        }
    }

    fn work_from_memory(&mut self, batch: &mut VecDeque<Entry>) -> Next {
        while let Some(entry) = batch.pop_front() {
            if self.worker.queue.is_abandoned() {
                return Next::Leave;
            }
            let next = match entry {
                Entry::Alert(alert) => self.deliver(alert, true),
                Entry::Reopen => self.reopen(),
            };
            if next == Next::Leave {
                return Next::Leave;
            }
        }
        Next::Continue
    }

    /// Alerts from the spool and those that it could not take, in the order of their ids.
    fn work_from_spool(&mut self, batch: &mut VecDeque<Entry>, seen: &mut u64) -> Next {
        loop {
            if self.worker.queue.is_abandoned() {
                return Next::Leave;
            }
            self.worker.queue.take_more(batch, seen);
            if matches!(batch.front(), Some(Entry::Reopen)) {
                batch.pop_front();
                if self.reopen() == Next::Leave {
                    return Next::Leave;
                }
                continue;
            }
            let in_memory = match batch.front() {
                Some(Entry::Alert(alert)) => alert.id,
                _ => u64::MAX,
            };
            let Some(reader) = &mut self.worker.reader else { return Next::Leave };
            let alert = match reader.peek_id(*seen) {
                Some(id) if id < in_memory => reader.take(),
                _ => None,
            };
            let next = match (alert, in_memory) {
                (Some(alert), _) => {
                    add(&self.worker.tally.spooled, 1);
                    self.deliver(alert, false)
                }
                (None, u64::MAX) => return Next::Continue,
                (None, _) => match batch.pop_front() {
                    Some(Entry::Alert(alert)) => self.deliver(alert, true),
                    _ => Next::Continue,
                },
            };
            if next == Next::Leave {
                return Next::Leave;
            }
        }
    }

    fn reopen(&mut self) -> Next {
        if self.flush() == Next::Leave {
            return Next::Leave;
        }
        if let Err(error) = self.worker.output.reopen() {
            self.complain(&error);
        }
        Next::Continue
    }

    fn deliver(&mut self, alert: Alert, queued: bool) -> Next {
        let bytes = alert.line.len() as u64;
        let delivers = !self.worker.output.buffers();
        let outcome = self.attempt(delivers, |output| output.deliver(&alert));
        match outcome {
            Outcome::Delivered if self.worker.output.buffers() => {
                self.pending.push((alert, queued));
                self.pending_bytes += bytes;
                if self.pending_bytes >= BATCH_BYTES { self.flush() } else { Next::Continue }
            }
            Outcome::Delivered => {
                self.settle(&alert, queued);
                self.advance(alert.id);
                Next::Continue
            }
            Outcome::Refused(error) => {
                self.refuse(&alert, queued, &error);
                self.advance(alert.id);
                Next::Continue
            }
            Outcome::GivenUp => {
                self.drop_alert(&alert, queued);
                self.advance(alert.id);
                Next::Continue
            }
            Outcome::Left => Next::Leave,
        }
    }

    /// Writes out what the output buffers. Then, and not before, its alerts count as delivered.
    fn flush(&mut self) -> Next {
        if self.pending.is_empty() && !self.worker.output.buffers() {
            return Next::Continue;
        }
        let outcome = self.attempt(!self.pending.is_empty(), |output| output.flush());
        let Some(last) = self.pending.last().map(|(alert, _)| alert.id) else { return Next::Continue };
        for (alert, queued) in std::mem::take(&mut self.pending) {
            match &outcome {
                Outcome::Delivered => self.settle(&alert, queued),
                Outcome::Refused(error) => self.refuse(&alert, queued, error),
                Outcome::GivenUp => self.drop_alert(&alert, queued),
                Outcome::Left => return Next::Leave,
            }
        }
        self.pending_bytes = 0;
        self.advance(last);
        Next::Continue
    }

    /// Tries until it is decided what becomes of it. `delivers`: success means that the output works again, which taking
    /// an alert into a buffer does not.
    fn attempt(
        &mut self,
        delivers: bool,
        mut act: impl FnMut(&mut dyn Output) -> Result<(), DeliveryError>,
    ) -> Outcome {
        self.backoff.reset();
        let begin = Instant::now();
        let mut timeouts = 0;
        loop {
            self.worker.watch.begin(&self.worker.tally);
            let result = act(self.worker.output.as_mut());
            self.worker.watch.finish(&self.worker.tally);
            let Err(error) = result else {
                if delivers {
                    if self.failure.take().is_some() && self.backoff.attempts() > 0 {
                        let text = format!("{}: delivers again", self.worker.name);
                        (self.worker.report)(Severity::Notice, &text);
                    }
                    self.gave_up = false;
                }
                return Outcome::Delivered;
            };
            add(&self.worker.tally.failed, 1);
            if error.closed {
                if let Some(reader) = &self.worker.reader {
                    reader.leave();
                }
                (self.on_closed)();
                return Outcome::Left;
            }
            self.complain(&error);
            if !error.retryable {
                return Outcome::Refused(error);
            }
            if self.is_over() {
                return Outcome::Left;
            }
            let limit = self.worker.retry.give_up_after;
            timeouts = if error.timed_out { timeouts + 1 } else { 0 };
            let over = limit.is_some_and(|limit| self.gave_up || begin.elapsed() >= limit)
                || self.worker.retry.max_timeouts.is_some_and(|most| timeouts > most);
            if over && self.worker.reader.is_none() {
                self.gave_up = true;
                return Outcome::GivenUp;
            }
            self.worker.queue.pause(self.backoff.next(), self.worker.reader.is_some());
            if self.is_over() {
                return Outcome::Left;
            }
            add(&self.worker.tally.retried, 1);
        }
    }

    /// Whether failed attempts are no longer repeated: the output is given up, or the program ends, and what is in the
    /// spool waits there for the next start.
    fn is_over(&self) -> bool {
        let queue = &self.worker.queue;
        queue.is_abandoned() || (self.worker.reader.is_some() && queue.has_ended())
    }

    fn complain(&mut self, error: &DeliveryError) {
        let text = format!("{}: {error}", self.worker.name);
        if self.failure.as_ref() != Some(&text) {
            (self.worker.report)(Severity::Error, &text);
            self.failure = Some(text);
        }
    }

    fn settle(&mut self, alert: &Alert, queued: bool) {
        add(&self.worker.tally.bytes, alert.line.len() as u64);
        add(&self.worker.tally.delivered, 1);
        self.release(alert, queued);
    }

    fn drop_alert(&mut self, alert: &Alert, queued: bool) {
        add(&self.worker.tally.dropped, 1);
        self.release(alert, queued);
    }

    fn refuse(&mut self, alert: &Alert, queued: bool, error: &DeliveryError) {
        add(&self.worker.tally.dead_lettered, 1);
        if let Some(letters) = &self.worker.dead_letters
            && let Err(error) = letters.append(&self.worker.name, alert, &error.message)
        {
            let text = format!("{}: dead-letter file: {error}", self.worker.name);
            (self.worker.report)(Severity::Error, &text);
        }
        self.release(alert, queued);
    }

    fn release(&mut self, alert: &Alert, queued: bool) {
        if queued {
            self.worker.queue.done(1, weight(alert));
        }
    }

    /// Remembers, also for the next start, that alerts up to this one are done.
    fn advance(&mut self, id: u64) {
        let Some(reader) = &mut self.worker.reader else { return };
        if let Err(error) = reader.advance(id) {
            let text = format!("{}: its place in the spool cannot be remembered: {error}", self.worker.name);
            if self.failure.as_ref() != Some(&text) {
                (self.worker.report)(Severity::Error, &text);
                self.failure = Some(text);
            }
        }
    }
}

/// What became of an attempt and its repetitions.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Delivered,
    /// For good.
    Refused(DeliveryError),
    /// Tried long enough.
    GivenUp,
    /// The program ends, or the reader is gone.
    Left,
}
