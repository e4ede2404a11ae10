//! The event loop: a source's events through the engine to the outputs, with everything that happens between two events.

mod clock;
mod requests;

use std::ops::ControlFlow;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use catalogue::Priority;
use engine::format::internal::InternalAlert;
use engine::{Alert, Engine, UtcOffset};
use settings::falco_yaml::config::EventDrops;

use crate::delivery::Delivery;
use crate::drops::{DropManager, SourceCounters};
use crate::endpoints::Serving;
use crate::exit::Stop;
use crate::log::Log;
use crate::record::{Incident, Recordings};
use crate::reload;
use crate::service;
use crate::signals::Signals;
use crate::silence::Silence;
use crate::source::{Drained, Item, Source};
use crate::statistics::Statistics;
use crate::time_zone::LocalZone;
use crate::timing::StartUp;

const SECOND_NS: u64 = 1_000_000_000;

/// How often signals are looked at when there are no more events.
const LINGER: Duration = Duration::from_millis(50);

/// The internal rule about captures around alerts.
const SIZE_RULE: &str = "Falco internal: capture size limit reached";

/// The loop's parts.
pub(crate) struct Pipeline<'a> {
    engine: Engine,
    format: engine::format::Options,
    outputs: &'a mut Delivery,
    statistics: &'a mut Statistics,
    drops: DropManager,
    /// What the source counted when it was last asked.
    counters: SourceCounters,
    signals: &'a Signals,
    reloads: reload::Handle,
    notices: Vec<Notice>,
    log: &'a Log,
    /// Length of the run in nanoseconds of event time; 0: no limit.
    duration_ns: u64,
    started_ns: u64,
    /// Event time at which something other than the event itself is to be looked at.
    due_ns: u64,
    recordings: Recordings,
    silence: Silence,
    serving: &'a mut Serving,
    /// Whether events come from a capture.
    replaying: bool,
    /// Whether the source is yet to learn of other rules.
    other_rules: bool,
    start_up: StartUp,
    zone: LocalZone,
    utc_offset: UtcOffset,
}

/// What a loop is made of.
pub(crate) struct Parts<'a> {
    /// Decides.
    pub(crate) engine: Engine,
    /// The form of internal alerts.
    pub(crate) format: engine::format::Options,
    /// Where alerts go.
    pub(crate) outputs: &'a mut Delivery,
    /// Counts them.
    pub(crate) statistics: &'a mut Statistics,
    /// What to do about lost events.
    pub(crate) drops: &'a EventDrops,
    /// What was asked for from outside.
    pub(crate) signals: &'a Signals,
    /// Where other rules come from.
    pub(crate) reloads: reload::Handle,
    /// What is to be said at the start.
    pub(crate) notices: Vec<Notice>,
    /// Where the program reports.
    pub(crate) log: &'a Log,
    /// What is recorded.
    pub(crate) recordings: Recordings,
    /// When a silence of the source is told.
    pub(crate) silence: Silence,
    /// What others may ask.
    pub(crate) serving: &'a mut Serving,
    /// Whether events come from a capture.
    pub(crate) replaying: bool,
    /// Length of the run in seconds of event time; 0: no limit.
    pub(crate) seconds: u64,
    /// Takes the time of the start.
    pub(crate) start_up: StartUp,
    /// The zone of local time.
    pub(crate) zone: LocalZone,
    /// How far it is ahead of UTC, for whoever writes times.
    pub(crate) utc_offset: UtcOffset,
}

/// How the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The source has no more events, or the time is over.
    Finished,
    /// A signal asked for it.
    Interrupted,
}

/// Something that the program itself says as an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    /// How grave it is.
    pub(crate) priority: Priority,
    /// What takes the place of a rule's name.
    pub(crate) rule: &'static str,
    /// What it says.
    pub(crate) message: String,
}

impl<'a> Pipeline<'a> {
    /// Puts the parts together.
    pub(crate) fn new(parts: Parts<'a>) -> Pipeline<'a> {
        Pipeline {
            engine: parts.engine,
            format: parts.format,
            outputs: parts.outputs,
            statistics: parts.statistics,
            drops: DropManager::new(parts.drops, SourceCounters::default()),
            counters: SourceCounters::default(),
            signals: parts.signals,
            reloads: parts.reloads,
            notices: parts.notices,
            log: parts.log,
            duration_ns: parts.seconds.saturating_mul(SECOND_NS),
            started_ns: 0,
            due_ns: 0,
            recordings: parts.recordings,
            silence: parts.silence,
            serving: parts.serving,
            replaying: parts.replaying,
            other_rules: false,
            start_up: parts.start_up,
            zone: parts.zone,
            utc_offset: parts.utc_offset,
        }
    }

    /// Runs to the end of the source. Alerts of events before an error are delivered.
    pub(crate) fn run(&mut self, source: &mut impl Source) -> Result<Ended, Stop> {
        let snapshot = source.take_snapshot().map_err(|error| Stop::Fatal(error.to_string()))?;
        self.engine.load(&snapshot);
        drop(snapshot);
        self.recordings.start(&self.engine).map_err(Stop::Fatal)?;
        self.start_up.first_event();
        service::ready(&format!("{} rules enabled", self.engine.ruleset().program().order.len()));
        for notice in std::mem::take(&mut self.notices) {
            self.notify(&notice);
        }
        let ended = self.events(source);
        service::stopping();
        let incident = self.recordings.finish();
        self.recorded(incident);
        self.statistics.settle(self.engine.ruleset().program());
        self.with_moment(Serving::finish);
        ended
    }

    /// Stays for a while after the last event, for signals and for whoever asks. Says how that ended.
    pub(crate) fn linger(&mut self, time: Duration) -> Ended {
        let end = Instant::now() + time;
        while Instant::now() < end {
            if self.signals.pending()
                && let Some(ended) = self.signal()
            {
                return ended;
            }
            std::thread::sleep(LINGER);
        }
        Ended::Finished
    }

    /// The lines at the end of the run.
    pub(crate) fn drop_summary(&self) -> String {
        self.drops.summary()
    }

    /// How long the start took.
    pub(crate) fn start_up(&self) -> StartUp {
        self.start_up
    }

    /// What is known of the machine, in one line.
    pub(crate) fn state_summary(&self) -> String {
        let (state, stats) = (self.engine.state(), self.engine.stats());
        format!(
            "State: {} threads ({} added, {} removed, {} dropped), {} look-ups of unknown ones, {} descriptors ({} \
             dropped)",
            state.threads.len(),
            stats.threads_added,
            stats.threads_removed,
            stats.threads_dropped,
            stats.thread_misses,
            state.fds.len(),
            stats.fds_dropped
        )
    }

    /// Events that were seen.
    pub(crate) fn events_seen(&self) -> u64 {
        self.engine.stats().events
    }

    fn events(&mut self, source: &mut impl Source) -> Result<Ended, Stop> {
        loop {
            self.counters = source.counters();
            self.serving.numbers.set_cpus(source.cpu_counters());
            self.serving.numbers.set_programs(source.program_runs());
            let mut ended = None;
            let drained = source.drain(&mut |item| self.item(item).map_break(|how| ended = Some(how)));
            if let Some(ended) = ended {
                return ended;
            }
            match drained {
                Ok(Drained::More) => {}
                Ok(Drained::Idle) => {
                    if self.idle()? {
                        return Ok(Ended::Finished);
                    }
                }
                Ok(Drained::End) => return Ok(Ended::Finished),
                Err(error) => return Err(Stop::Fatal(error.to_string())),
            }
            if self.signals.pending()
                && let Some(ended) = self.signal()
            {
                return Ok(ended);
            }
            if std::mem::take(&mut self.other_rules) {
                let warnings = source.follow(self.engine.ruleset().program());
                warnings
                    .map_err(|error| Stop::Fatal(error.to_string()))?
                    .iter()
                    .for_each(|warning| self.log.warning(warning));
            }
        }
    }

    /// One item of the source. Breaks off when the run is over.
    #[inline]
    fn item(&mut self, item: Item<'_>) -> ControlFlow<Result<Ended, Stop>> {
        if self.signals.pending()
            && let Some(ended) = self.signal()
        {
            return ControlFlow::Break(Ok(ended));
        }
        let event = match item {
            Item::Event(event) => event,
            Item::HostNames(names) => {
                self.engine.set_host_names(names);
                return ControlFlow::Continue(());
            }
            Item::Snapshot(snapshot) => {
                self.engine.load(&snapshot);
                let incident = self.recordings.restart(&self.engine);
                self.recorded(incident);
                return ControlFlow::Continue(());
            }
        };
        if event.ts() >= self.due_ns {
            match self.between(event) {
                Ok(false) => {}
                Ok(true) => return ControlFlow::Break(Ok(Ended::Finished)),
                Err(stop) => return ControlFlow::Break(Err(stop)),
            }
        }
        let Pipeline { engine, outputs, statistics, recordings, .. } = self;
        engine.process(event, |alert| {
            recordings.matched(alert.id);
            deliver(outputs, statistics, alert);
        });
        if recordings.is_on() {
            let incident = recordings.event(event, engine);
            self.recorded(incident);
        }
        if self.outputs.is_pointless() {
            return ControlFlow::Break(Ok(Ended::Finished));
        }
        ControlFlow::Continue(())
    }

    /// Says what happened to a recording, if anything did.
    #[inline]
    fn recorded(&mut self, incident: Option<Incident>) {
        match incident {
            None => {}
            Some(Incident::Failed(reason)) => self.log.error(&reason),
            Some(Incident::LimitReached(path)) => {
                let message = format!("{SIZE_RULE}: {path}");
                self.notify(&Notice { priority: Priority::Warning, rule: SIZE_RULE, message });
            }
        }
    }

    /// Raises an alert of the program itself.
    fn notify(&mut self, notice: &Notice) {
        let ts = now_ns();
        let Notice { priority, rule, message } = notice;
        let alert = InternalAlert { ts, priority: *priority, rule, message, fields: &[] };
        self.outputs.internal(&alert, &self.format);
    }
}

/// The time of day, in nanoseconds since the epoch.
fn now_ns() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}

#[cold]
fn deliver(outputs: &mut Delivery, statistics: &mut Statistics, alert: &Alert<'_>) {
    statistics.count(alert.id, alert.priority);
    outputs.alert(alert);
}
