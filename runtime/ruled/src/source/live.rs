//! Events of the running kernel, from the probe.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use endpoints::metrics::ProgramNumbers;
use events::write::EventWriter;
use events::{EventFlags, RawEvent, Snapshot};
use ir::Program;
use probe::layout::Loss;
use probe::{Options, Probe, ProbeError, Stats};
use settings::falco_yaml::config::BaseSyscalls;

use super::{Drained, Item, Source, SourceError};
use crate::containers::{Answers, write_event};
use crate::drops::SourceCounters;
use crate::host::{self, Extent, Names, Roots};
use crate::interesting::interesting;
use crate::signals::Signals;

/// How long a look for events may take when there are none and nobody rings: what clocks demand waits no longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// The same while the machine is scanned: rings must not run over meanwhile.
const SCAN_PATIENCE: Duration = Duration::from_millis(2);

/// How often counters are read, which costs system calls.
const COUNTERS_AGE: Duration = Duration::from_millis(250);

/// How often the clocks are compared: suspending and setting the time make them drift.
const CLOCK_AGE: Duration = Duration::from_secs(10);

/// Bytes kept of events that happen while the machine is scanned; further ones stay in the rings, and are lost and
/// counted when those are full.
const MOST_EARLY: usize = 512 << 20;

/// Events that happened while the machine was scanned, to be processed after the snapshot.
#[derive(Debug, Default)]
struct Early {
    bytes: Vec<u8>,
    /// By event, its length, CPU and flags.
    events: Vec<(u32, u16, EventFlags)>,
}

impl Early {
    fn push(&mut self, event: &RawEvent<'_>) {
        let start = self.bytes.len();
        event.append_to(&mut self.bytes);
        // Events of the probe are far below 4 GiB.
        self.events.push(((self.bytes.len() - start) as u32, event.cpu(), event.flags()));
    }

    fn replay(&self, mut sink: impl FnMut(RawEvent<'_>)) {
        let mut rest = self.bytes.as_slice();
        for (len, cpu, flags) in &self.events {
            let Some((bytes, tail)) = rest.split_at_checked(*len as usize) else { return };
            rest = tail;
            if let Ok(event) = RawEvent::parse(bytes, *cpu, *flags) {
                sink(event);
            }
        }
    }
}

/// The running kernel as a source.
pub(crate) struct Live {
    probe: Probe,
    roots: Roots,
    extent: Extent,
    early: Early,
    /// What container runtimes tell.
    containers: Option<Answers>,
    /// What host names stand for.
    names: Option<Names>,
    writer: EventWriter,
    /// Time of the latest event.
    last_ts: u64,
    /// Whether the end is wanted.
    end: Arc<AtomicBool>,
    /// Whether the machine must be scanned again before the next event.
    rescan: bool,
    base: BaseSyscalls,
    counters: SourceCounters,
    /// Events seen and lost, by CPU.
    cpus: Vec<(u64, u64)>,
    /// What the probe's programs cost.
    programs: Arc<[ProgramNumbers]>,
    counted: Instant,
    clock_read: Instant,
}

impl Live {
    /// Attaches the probe. Events wait in its rings from then on.
    pub(crate) fn open(
        options: &Options,
        base: &BaseSyscalls,
        roots: &Roots,
        extent: Extent,
        containers: Option<Answers>,
    ) -> Result<Live, ProbeError> {
        let probe = Probe::open(options)?;
        let now = Instant::now();
        Ok(Live {
            probe,
            roots: roots.clone(),
            extent,
            early: Early::default(),
            containers,
            names: None,
            writer: EventWriter::new(),
            last_ts: 0,
            end: Arc::default(),
            rescan: false,
            base: base.clone(),
            counters: SourceCounters { live: true, ..SourceCounters::default() },
            cpus: Vec::new(),
            programs: Arc::default(),
            counted: now,
            clock_read: now,
        })
    }

    /// Ends waits when something is asked for, and scans when that is the end.
    pub(crate) fn heed(&mut self, signals: &Signals) -> io::Result<()> {
        self.end = signals.end_flag();
        self.probe.wake_by(signals.bell()?)
    }

    /// Begins to look up the host names that rules mention; `changed` is called when there is something new.
    pub(crate) fn look_up_names(
        &mut self,
        rules: &Program,
        changed: impl Fn() + Send + 'static,
    ) -> io::Result<()> {
        self.names.insert(Names::start(changed)?).want(names_in(rules));
        Ok(())
    }

    /// The probe.
    pub(crate) fn probe(&self) -> &Probe {
        &self.probe
    }

    /// What was seen and lost, exactly.
    pub(crate) fn stats(&self) -> Result<Stats, ProbeError> {
        self.probe.stats()
    }
}

impl Source for Live {
    /// Scans the machine in another thread, while this one takes over what happens meanwhile.
    fn take_snapshot(&mut self) -> Result<Snapshot, SourceError> {
        let Live { probe, early, roots, extent, end, .. } = self;
        thread::scope(|scope| {
            let scan = thread::Builder::new()
                .name("scan".into())
                .spawn_scoped(scope, || host::scan(roots, *extent, end))
                .map_err(|error| SourceError(format!("cannot start a thread: {error}")))?;
            while !scan.is_finished() {
                if early.bytes.len() >= MOST_EARLY {
                    thread::sleep(SCAN_PATIENCE);
                    continue;
                }
                probe.poll(SCAN_PATIENCE, &mut |event| early.push(&event)).map_err(failed)?;
            }
            scan.join().map_err(|_| SourceError("the scan of the machine failed".into()))
        })
    }

    fn drain(&mut self, sink: &mut impl FnMut(Item<'_>) -> ControlFlow<()>) -> Result<Drained, SourceError> {
        if std::mem::take(&mut self.rescan) {
            let snapshot = self.take_snapshot()?;
            if sink(Item::Snapshot(Box::new(snapshot))).is_break() {
                return Ok(Drained::More);
            }
        }
        if let Some(names) = self.names.as_ref().and_then(Names::next)
            && sink(Item::HostNames(names)).is_break()
        {
            return Ok(Drained::More);
        }
        let mut flow = ControlFlow::Continue(());
        if let Some(text) = self.containers.as_ref().and_then(Answers::next) {
            // Among the events of its time, so that captures stay in order.
            if let Some(event) = write_event(&mut self.writer, self.last_ts, &text) {
                let _ = sink(Item::Event(&event));
            }
            return Ok(Drained::More);
        }
        let last_ts = &mut self.last_ts;
        let mut give = |event: RawEvent<'_>| {
            *last_ts = event.ts();
            if flow.is_continue() {
                flow = sink(Item::Event(&event));
            }
        };
        if !self.early.events.is_empty() {
            std::mem::take(&mut self.early).replay(give);
            return Ok(Drained::More);
        }
        if self.clock_read.elapsed() >= CLOCK_AGE {
            self.clock_read = Instant::now();
            self.probe.refresh_clock().map_err(failed)?;
        }
        let delivered = self.probe.poll(PATIENCE, &mut give).map_err(failed)?;
        Ok(if delivered == 0 { Drained::Idle } else { Drained::More })
    }

    fn follow(&mut self, rules: &Program) -> Result<Vec<String>, SourceError> {
        let chosen = interesting(rules, &self.base);
        self.probe.set_syscalls(&chosen.syscalls).map_err(failed)?;
        if let Some(names) = &self.names {
            names.want(names_in(rules));
        }
        // Descriptors that nobody tracked so far are looked up, as at the start.
        self.rescan = chosen.descriptors && !self.extent.descriptors;
        self.extent.descriptors |= chosen.descriptors;
        Ok(chosen.warnings)
    }

    fn counters(&mut self) -> SourceCounters {
        if self.counted.elapsed() >= COUNTERS_AGE {
            self.counted = Instant::now();
            // Counters that cannot be read now may be later; the old ones are not wrong, only old.
            if let Ok(stats) = self.probe.stats() {
                self.counters = counters(&stats);
                self.cpus.clear();
                self.cpus.extend(stats.cpus.iter().map(|cpu| (cpu.seen, cpu.lost())));
            }
            if kernel_measures() {
                let runs = self.probe.program_runs().into_iter();
                self.programs =
                    runs.map(|one| ProgramNumbers { name: one.name, runs: one.runs, ns: one.ns }).collect();
            }
        }
        self.counters
    }

    fn cpu_counters(&self) -> &[(u64, u64)] {
        &self.cpus
    }

    fn program_runs(&self) -> Arc<[ProgramNumbers]> {
        self.programs.clone()
    }
}

/// Whether the kernel measures what eBPF programs cost.
fn kernel_measures() -> bool {
    std::fs::read("/proc/sys/kernel/bpf_stats_enabled").is_ok_and(|text| text.starts_with(b"1"))
}

fn names_in(rules: &Program) -> Vec<String> {
    engine::fields::host_names(rules).into_iter().map(str::to_string).collect()
}

fn failed(error: ProbeError) -> SourceError {
    SourceError(error.to_string())
}

/// The probe's counts under Falco's names.
pub(crate) fn counters(stats: &Stats) -> SourceCounters {
    let total = stats.total();
    let families = [
        &[Loss::Creation][..],
        &[Loss::Execution],
        &[Loss::Connect, Loss::ConnectEnter],
        &[Loss::Open, Loss::OpenEnter],
        &[Loss::File],
        &[Loss::Other],
        &[Loss::Close],
        &[Loss::End],
    ];
    SourceCounters {
        events: total.seen,
        dropped: total.lost(),
        buffer_full: total.lost_full,
        buffer_full_by_family: families.map(|kinds| kinds.iter().map(|kind| total.lost_of(*kind)).sum()),
        scratch: total.lost_size,
        page_faults: 0,
        bugs: total.lost_ring + stats.malformed,
        live: true,
    }
}

#[cfg(test)]
mod tests {
    use catalogue::events_by_name;
    use events::write::EventWriter;
    use probe::layout::Counters;

    use super::*;

    #[test]
    fn early_events_come_back_as_they_were() {
        let mut early = Early::default();
        let mut writer = EventWriter::new();
        let code = *events_by_name("chdir").last().unwrap();
        for tid in 0..3 {
            writer.begin(7 + tid as u64, tid, code).param(&0i64.to_le_bytes()).text(b"/x");
            early.push(&writer.finish_event(tid as u16, EventFlags::default()).unwrap());
        }
        let mut seen = Vec::new();
        early.replay(|event| {
            seen.push((event.ts(), event.tid(), event.cpu(), event.param(1).text().unwrap().to_vec()))
        });
        let expected: Vec<_> = (0..3).map(|tid| (7 + tid as u64, tid, tid as u16, b"/x".to_vec())).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn every_loss_has_a_name() {
        let mut one = Counters {
            seen: 100,
            sent: 40,
            lost_full: 50,
            lost_size: 7,
            lost_ring: 3,
            ..Counters::default()
        };
        for (index, kind) in one.lost_kind.iter_mut().enumerate().take(Loss::ALL.len()) {
            *kind = 1 << index;
        }
        let stats = Stats { cpus: vec![one, one], ..Stats::default() };
        let counters = counters(&stats);
        assert_eq!((counters.events, counters.dropped), (200, 120));
        assert_eq!(counters.buffer_full + counters.scratch + counters.bugs, counters.dropped);
        let total: u64 = counters.buffer_full_by_family.iter().sum();
        assert_eq!(total, 2 * ((1 << Loss::ALL.len()) - 1));
    }
}
