//! `Outputs`: owner of all outputs; the engine's side of their queues.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::alert::Alert;
use crate::counters::{OutputCounters, SharedTally, add};
use crate::grouping::Grouping;
use crate::lane::Lane;
use crate::options::{Options, QueueOptions, Severity, WhenFull};
use crate::output::Output;
use crate::queue::Queue;
use crate::spool::{Entrance, Spool, SpoolError};
use crate::watch::{Watch, Watched};
use crate::worker::{Stop, Worker};

/// How long an abandoned worker is waited for before its thread is left behind.
const FAREWELL: Duration = Duration::from_millis(500);

/// A worker's thread.
#[derive(Debug)]
struct Hand {
    thread: Option<JoinHandle<()>>,
    stop: Stop,
    finished: Arc<AtomicBool>,
}

/// All outputs. One thread gives alerts to it; it never waits for an output unless it was told to.
#[derive(Debug)]
pub struct Outputs {
    options: Options,
    lanes: Vec<Lane>,
    hands: Vec<Hand>,
    /// Outputs whose reader is still there.
    open: Arc<AtomicUsize>,
    watch: Watch,
    spool: Option<Spool>,
    /// Where alerts enter when there is a spool.
    entrance: Option<Entrance>,
    grouping: Option<Grouping>,
    next_id: u64,
    wants_fields: bool,
    closed: bool,
}

/// Reads the counters from any thread.
#[derive(Clone, Debug)]
pub struct Monitor {
    lanes: Vec<Lane>,
    watch: Watch,
}

impl Monitor {
    /// The numbers of every output.
    pub fn counters(&self) -> Vec<OutputCounters> {
        let now = self.watch.now_ms();
        self.lanes.iter().map(|lane| lane.tally.read(&lane.name, now)).collect()
    }
}

impl Outputs {
    /// No outputs yet; opens the spool, if there is to be one, and continues its ids.
    pub fn new(options: Options) -> Result<Outputs, SpoolError> {
        let spool = match &options.spool {
            Some(spool) => Some(Spool::open(spool.clone(), options.clone())?),
            None => None,
        };
        let next_id = spool.as_ref().map_or(0, Spool::next_id).max(options.first_id);
        let grouping = options.grouping.clone().map(Grouping::new);
        let wants_fields = grouping.is_some();
        let watch = Watch::start(options.timeout, options.report.clone());
        Ok(Outputs {
            options,
            lanes: Vec::new(),
            hands: Vec::new(),
            open: Arc::default(),
            watch,
            spool,
            entrance: None,
            grouping,
            next_id,
            wants_fields,
            closed: false,
        })
    }

    /// Adds an output and starts its worker. All outputs are added before the first alert.
    pub fn add(&mut self, mut output: Box<dyn Output>, options: QueueOptions) {
        let name: Arc<str> = output.name().into();
        let tally = SharedTally::default();
        let queue =
            Arc::new(Queue::new(options.capacity, options.max_bytes, options.linger, Arc::clone(&tally)));
        let closed = Arc::new(AtomicBool::new(false));
        let reader = match &self.spool {
            Some(spool) if options.spool => match spool.reader(&name, Arc::clone(&tally)) {
                Ok(reader) => Some(reader),
                Err(error) => {
                    (self.options.report)(Severity::Error, &format!("{name}: {error}; it is not spooled"));
                    None
                }
            },
            _ => None,
        };
        let lane = Lane {
            name: Arc::clone(&name),
            queue: Arc::clone(&queue),
            tally: Arc::clone(&tally),
            when_full: options.when_full,
            spooled: reader.is_some(),
            closed: Arc::clone(&closed),
            said_full: Arc::default(),
        };
        self.wants_fields |= output.wants_fields();
        self.open.fetch_add(1, Ordering::AcqRel);
        self.watch.add(Watched { name: Arc::clone(&name), tally: Arc::clone(&tally) });
        let (stop, finished) = (Stop::default(), Arc::new(AtomicBool::new(false)));
        output.attach(&stop);
        if let (Some(spool), true) = (&self.spool, reader.is_some()) {
            // What an earlier run left over is delivered at once.
            queue.spooled_to(spool.next_id());
        }
        let worker = Worker {
            output,
            name,
            queue,
            tally,
            retry: options.retry,
            reader,
            dead_letters: self.spool.as_ref().map(Spool::dead_letters),
            report: self.options.report.clone(),
            watch: self.watch.clone(),
        };
        let thread = std::thread::Builder::new().name(format!("output-{}", lane.name)).spawn({
            let (open, finished) = (Arc::clone(&self.open), Arc::clone(&finished));
            move || {
                worker.run(|| {
                    if !closed.swap(true, Ordering::AcqRel) {
                        open.fetch_sub(1, Ordering::AcqRel);
                    }
                });
                finished.store(true, Ordering::Release);
            }
        });
        match thread {
            Ok(thread) => {
                self.hands.push(Hand { thread: Some(thread), stop, finished });
                self.lanes.push(lane);
            }
            Err(error) => {
                self.open.fetch_sub(1, Ordering::AcqRel);
                (self.options.report)(Severity::Error, &format!("{}: no thread for it: {error}", lane.name));
            }
        }
    }

    /// Whether alerts must come with their parts.
    pub fn wants_fields(&self) -> bool {
        self.wants_fields
    }

    /// The id of the next alert.
    pub fn next_id(&self) -> u64 {
        self.next_id
    }

    /// Gives an alert to every output. Its id is set here; the one it got is returned, or `None` when it was put into a
    /// group.
    pub fn deliver(&mut self, mut alert: Alert) -> Option<u64> {
        if let Some(grouping) = &mut self.grouping {
            let mut due = Vec::new();
            let passes = grouping.admit(&alert, &mut due);
            for summary in due {
                self.send(summary);
            }
            if !passes {
                return None;
            }
        }
        alert.id = self.next_id;
        self.send(alert);
        Some(self.next_id - 1)
    }

    /// Sends the summaries of groups whose window ended before this time, nanoseconds since the epoch. Called now and
    /// then; without grouping it does nothing.
    pub fn tick(&mut self, now_ns: u64) {
        let mut due = Vec::new();
        if let Some(grouping) = &mut self.grouping {
            grouping.expire(now_ns, &mut due);
        }
        for summary in due {
            self.send(summary);
        }
    }

    fn send(&mut self, mut alert: Alert) {
        alert.id = self.next_id;
        self.next_id += 1;
        if self.spool.is_some() && self.enter_spool(&alert) {
            return;
        }
        for lane in &self.lanes {
            lane.give(&self.options, &alert);
        }
    }

    /// Starts the spool's writer, which passes alerts on as soon as they are on disk.
    #[cold]
    fn start_spool(&mut self) {
        let Some(spool) = &self.spool else { return };
        let waits = self.lanes.iter().any(|lane| lane.when_full == WhenFull::Wait);
        let when_full = if waits { WhenFull::Wait } else { WhenFull::Drop };
        match spool.start(self.lanes.clone(), when_full) {
            Ok(entrance) => self.entrance = Some(entrance),
            Err(error) => {
                (self.options.report)(Severity::Error, &format!("the spool cannot be written: {error}"));
                self.spool = None;
            }
        }
    }

    /// Gives an alert to the spool; `false`: there is none.
    fn enter_spool(&mut self, alert: &Alert) -> bool {
        if self.spool.is_some() && self.entrance.is_none() {
            self.start_spool();
        }
        let Some(entrance) = &self.entrance else { return false };
        let taken = entrance.lane().give(&self.options, alert);
        if !taken {
            // A disk that stands still: the alert is lost for everybody.
            for lane in &self.lanes {
                add(&lane.tally.queued, 1);
                add(&lane.tally.dropped, 1);
            }
        }
        true
    }

    /// Opens files and connections anew.
    pub fn reopen(&mut self) {
        for lane in &self.lanes {
            lane.queue.push_reopen();
        }
    }

    /// Whether every output lost its reader for good, so that going on is pointless. One load: cheap for every event.
    #[inline]
    pub fn is_pointless(&self) -> bool {
        self.open.load(Ordering::Relaxed) == 0 && !self.lanes.is_empty()
    }

    /// The numbers of every output.
    pub fn counters(&self) -> Vec<OutputCounters> {
        self.monitor().counters()
    }

    /// A reader of the counters for other threads. Outputs added later are not in it.
    pub fn monitor(&self) -> Monitor {
        Monitor { lanes: self.lanes.clone(), watch: self.watch.clone() }
    }

    /// Waits until everything is delivered, as long as there is progress, and ends the workers. Called by `drop`, too.
    /// The id of the next alert is returned, for the next set of outputs.
    pub fn close(&mut self) -> u64 {
        self.closed = true;
        let mut due = Vec::new();
        if let Some(grouping) = &mut self.grouping {
            grouping.expire(u64::MAX, &mut due);
        }
        for summary in due {
            self.send(summary);
        }
        if let Some(entrance) = self.entrance.take() {
            // The spool's writer is done before the outputs are told that nothing more comes.
            entrance.finish(self.options.patience);
        }
        for lane in &self.lanes {
            lane.queue.end();
        }
        self.drain();
        for hand in &mut self.hands {
            if let Some(thread) = hand.thread.take()
                && hand.finished.load(Ordering::Acquire)
            {
                let _ = thread.join();
            }
        }
        self.next_id
    }

    /// Whether an output's worker is still caught in a delivery after [`Outputs::close`].
    pub fn is_stuck(&self, name: &str) -> bool {
        let hand = self.lanes.iter().zip(&self.hands).find(|(lane, _)| *lane.name == *name);
        hand.is_some_and(|(_, hand)| !hand.finished.load(Ordering::Acquire))
    }

    /// Waits for the workers; gives up those that stand still.
    fn drain(&mut self) {
        let progress = |lane: &Lane| {
            let tally = &lane.tally;
            [&tally.delivered, &tally.dropped, &tally.dead_lettered]
                .iter()
                .map(|number| number.load(Ordering::Relaxed))
                .sum::<u64>()
        };
        let mut last: Vec<(u64, Instant)> =
            self.lanes.iter().map(|lane| (progress(lane), Instant::now())).collect();
        let mut pause = Duration::from_micros(100);
        let mut said = false;
        let begin = Instant::now();
        while self.hands.iter().any(|hand| !hand.finished.load(Ordering::Acquire)) {
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
            let interrupted = self.options.interrupt.load(Ordering::Relaxed);
            let patience = if interrupted { self.options.timeout } else { self.options.patience };
            let over = self.options.farewell.is_some_and(|most| begin.elapsed() >= most);
            let mut waiting = false;
            for (index, lane) in self.lanes.iter().enumerate() {
                if self.hands[index].finished.load(Ordering::Acquire) {
                    continue;
                }
                let now = progress(lane);
                if now != last[index].0 {
                    last[index] = (now, Instant::now());
                }
                let still = if over { patience + last[index].1.elapsed() } else { last[index].1.elapsed() };
                if still >= patience && !self.hands[index].stop.is_set() {
                    if !said {
                        let text = "output channels still blocked, discarding all remaining notifications";
                        (self.options.report)(Severity::Notice, text);
                        said = true;
                    }
                    self.hands[index].stop.set();
                    lane.queue.abandon();
                }
                waiting |= still < patience + FAREWELL;
            }
            let most = self.options.farewell.unwrap_or(Duration::MAX);
            if !waiting || begin.elapsed() >= most.saturating_add(FAREWELL) {
                break;
            }
        }
        for lane in &self.lanes {
            // What is still in memory is lost; what is spooled is not.
            if !lane.spooled {
                let rest = lane.tally.depth.swap(0, Ordering::AcqRel);
                add(&lane.tally.dropped, rest);
            }
        }
    }
}

impl Drop for Outputs {
    fn drop(&mut self) {
        if !self.closed {
            self.close();
        }
        self.watch.end();
    }
}
