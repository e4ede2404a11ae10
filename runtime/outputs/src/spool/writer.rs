//! The spool's writer: takes alerts from the engine, appends them, and passes them on.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::log::Log;
use super::record;
use crate::alert::Alert;
use crate::counters::{SharedTally, add};
use crate::lane::Lane;
use crate::options::{Options, Report, Severity, SpoolOptions, SyncPolicy, WhenFull};
use crate::queue::{Entry, Queue, Taken, weight};

/// Bytes that are written at a time.
const BATCH_BYTES: usize = 256 << 10;

/// Most bytes that wait for the writer.
const QUEUE_BYTES: usize = 64 << 20;

/// Where alerts enter the spool.
#[derive(Debug)]
pub(crate) struct Entrance {
    lane: Lane,
    thread: Option<JoinHandle<()>>,
    finished: Arc<AtomicBool>,
    syncer: Option<Arc<Syncer>>,
}

impl Entrance {
    pub(super) fn start(
        log: Arc<Log>,
        options: SpoolOptions,
        lanes: Vec<Lane>,
        when_full: WhenFull,
        outputs: Options,
    ) -> io::Result<Entrance> {
        let tally = SharedTally::default();
        let queue = Arc::new(Queue::new(0, QUEUE_BYTES, Duration::ZERO, Arc::clone(&tally)));
        let lane = Lane {
            name: "spool".into(),
            queue: Arc::clone(&queue),
            tally,
            when_full,
            spooled: false,
            closed: Arc::default(),
            said_full: Arc::default(),
        };
        let syncer = match options.sync {
            SyncPolicy::Interval(interval) => Some(Syncer::start(interval, outputs.report.clone())?),
            SyncPolicy::Never | SyncPolicy::Always => None,
        };
        let finished = Arc::new(AtomicBool::new(false));
        let writer = Writer {
            log,
            options,
            lanes,
            outputs,
            queue,
            syncer: syncer.clone(),
            active: None,
            bytes: Vec::new(),
            failure: None,
        };
        let thread = std::thread::Builder::new().name("spool".to_string()).spawn({
            let finished = Arc::clone(&finished);
            move || {
                writer.run();
                finished.store(true, Ordering::Release);
            }
        })?;
        Ok(Entrance { lane, thread: Some(thread), finished, syncer })
    }

    /// The queue of alerts that are to be written.
    pub(crate) fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Waits until everything is written and passed on, as long as there is progress.
    pub(crate) fn finish(mut self, patience: Duration) {
        self.lane.queue.end();
        let mut last = (u64::MAX, Instant::now());
        while !self.finished.load(Ordering::Acquire) {
            let depth = self.lane.tally.depth.load(Ordering::Relaxed);
            if depth != last.0 {
                last = (depth, Instant::now());
            } else if last.1.elapsed() > patience {
                self.lane.queue.abandon();
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        if let Some(thread) = self.thread.take()
            && self.finished.load(Ordering::Acquire)
        {
            let _ = thread.join();
        }
        if let Some(syncer) = self.syncer.take() {
            syncer.end();
        }
    }
}

/// The segment that is written to.
struct Active {
    first: u64,
    file: Arc<File>,
    length: u64,
}

struct Writer {
    log: Arc<Log>,
    options: SpoolOptions,
    lanes: Vec<Lane>,
    /// Settings of all outputs together.
    outputs: Options,
    queue: Arc<Queue>,
    syncer: Option<Arc<Syncer>>,
    active: Option<Active>,
    bytes: Vec<u8>,
    failure: Option<String>,
}

impl Writer {
    fn run(mut self) {
        self.clean();
        let (mut batch, mut seen) = (VecDeque::new(), 0);
        let mut alerts: Vec<Alert> = Vec::new();
        while self.queue.take(&mut batch, &mut seen) == Taken::Some {
            while !batch.is_empty() {
                self.bytes.clear();
                while self.bytes.len() < BATCH_BYTES {
                    match batch.pop_front() {
                        Some(Entry::Alert(alert)) => {
                            if record::encode(&mut self.bytes, &alert) {
                                alerts.push(alert);
                            } else {
                                self.pass_large(&alert);
                            }
                        }
                        Some(Entry::Reopen) => {}
                        None => break,
                    }
                }
                self.write(&alerts);
                for alert in alerts.drain(..) {
                    self.queue.done(1, weight(&alert));
                }
            }
        }
    }

    fn write(&mut self, alerts: &[Alert]) {
        let (Some(first), Some(last)) = (alerts.first(), alerts.last()) else { return };
        let end_id = last.id.saturating_add(1);
        match self.append(first.id, end_id) {
            Ok(()) => {
                if self.failure.take().is_some() {
                    (self.outputs.report)(Severity::Notice, "the spool can be written again");
                }
                for lane in self.lanes.iter().filter(|lane| lane.spooled) {
                    add(&lane.tally.queued, alerts.len() as u64);
                    lane.tally.spool_end.store(end_id, Ordering::Release);
                    lane.queue.spooled_to(end_id);
                }
                for alert in alerts {
                    for lane in self.lanes.iter().filter(|lane| !lane.spooled) {
                        lane.give(&self.outputs, alert);
                    }
                }
            }
            Err(error) => {
                let text = format!(
                    "the spool in {} cannot be written, alerts wait in memory: {error}",
                    self.options.directory.display()
                );
                if self.failure.as_ref() != Some(&text) {
                    (self.outputs.report)(Severity::Error, &text);
                    self.failure = Some(text);
                }
                for alert in alerts {
                    for lane in &self.lanes {
                        lane.give(&self.outputs, alert);
                    }
                }
            }
        }
    }

    /// An alert of tens of megabytes goes through memory.
    #[cold]
    fn pass_large(&mut self, alert: &Alert) {
        for lane in &self.lanes {
            lane.give(&self.outputs, alert);
        }
        self.queue.done(1, weight(alert));
    }

    /// Appends the encoded alerts; after an error nothing of them is there.
    fn append(&mut self, first: u64, end_id: u64) -> io::Result<()> {
        if self.active.as_ref().is_some_and(|active| active.length >= self.options.segment_bytes) {
            self.active = None;
        }
        if self.active.is_none() {
            self.active = Some(self.begin_segment(first)?);
            self.clean();
        }
        let Some(active) = &mut self.active else { return Ok(()) };
        let mut written = (&*active.file).write_all(&self.bytes);
        if self.options.sync == SyncPolicy::Always {
            written = written.and_then(|()| active.file.sync_data());
        }
        if let Err(error) = written {
            // What is torn, or goes another way, must not stand before what comes after it.
            if active.file.set_len(active.length).is_err() {
                self.active = None;
            }
            return Err(error);
        }
        if let Some(syncer) = &self.syncer {
            syncer.dirty(&active.file);
        }
        active.length += self.bytes.len() as u64;
        let mut state = self.log.state();
        state.segments.insert(active.first, active.length);
        state.end_id = end_id;
        Ok(())
    }

    /// The last segment of the previous run is continued; otherwise there is a new one.
    fn begin_segment(&mut self, first: u64) -> io::Result<Active> {
        let last = self.log.state().segments.last_key_value().map(|(first, length)| (*first, *length));
        let active = match last {
            Some((first, length)) if length < self.options.segment_bytes => {
                let file = OpenOptions::new().append(true).open(self.log.path(first))?;
                file.set_len(length)?;
                Active { first, file: Arc::new(file), length }
            }
            _ => {
                self.log.create(first)?;
                let file = OpenOptions::new().append(true).open(self.log.path(first))?;
                Active { first, file: Arc::new(file), length: super::log::SEGMENT_HEAD }
            }
        };
        if self.options.sync != SyncPolicy::Never {
            self.log.sync_directory()?;
        }
        Ok(active)
    }

    fn clean(&mut self) {
        if let Err(error) = self.log.clean(self.options.max_bytes) {
            (self.outputs.report)(
                Severity::Error,
                &format!("old segments of the spool cannot be deleted: {error}"),
            );
        }
    }
}

/// Forces written segments to the disk now and then, so that the writer need not wait for the disk.
#[derive(Debug)]
pub(super) struct Syncer {
    files: Mutex<(Vec<Arc<File>>, bool)>,
    wake: Condvar,
}

impl Syncer {
    fn start(interval: Duration, report: Report) -> io::Result<Arc<Syncer>> {
        let syncer = Arc::new(Syncer { files: Mutex::default(), wake: Condvar::new() });
        let worker = Arc::clone(&syncer);
        std::thread::Builder::new()
            .name("spool-sync".to_string())
            .spawn(move || worker.run(interval, &report))?;
        Ok(syncer)
    }

    fn dirty(&self, file: &Arc<File>) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if !files.0.last().is_some_and(|last| Arc::ptr_eq(last, file)) {
            files.0.push(Arc::clone(file));
            drop(files);
            self.wake.notify_one();
        }
    }

    fn end(&self) {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.wake.notify_one();
    }

    fn run(&self, interval: Duration, report: &Report) {
        let mut failed = false;
        loop {
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            while files.0.is_empty() && !files.1 {
                files = self.wake.wait(files).unwrap_or_else(PoisonError::into_inner);
            }
            if !files.1 {
                // More comes while this waits; all of it is forced at once.
                let begin = Instant::now();
                while !files.1 && begin.elapsed() < interval {
                    let left = interval.saturating_sub(begin.elapsed());
                    files = self.wake.wait_timeout(files, left).unwrap_or_else(PoisonError::into_inner).0;
                }
            }
            let (dirty, ended) = (std::mem::take(&mut files.0), files.1);
            drop(files);
            for file in dirty {
                if let Err(error) = file.sync_data()
                    && !std::mem::replace(&mut failed, true)
                {
                    report(Severity::Error, &format!("the spool cannot be forced to the disk: {error}"));
                }
            }
            if ended {
                return;
            }
        }
    }
}
