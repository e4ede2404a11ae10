//! The event loop's numbers as plain data, made between two events when somebody asks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use catalogue::EVENTS;
use endpoints::metrics::{
    CpuNumbers, EngineNumbers, KernelNumbers, ProgramNumbers, RuleCost, RuleFacts, RulesetFacts, Snapshot,
};
use engine::{Engine, Ruleset};
use outputs::OutputCounters;
use rustc_hash::FxHashMap;

use crate::drops::SourceCounters;
use crate::reload;
use crate::rules::Identity;
use crate::statistics::Statistics;

/// What the loop has at hand.
pub(crate) struct Moment<'a> {
    /// Decides.
    pub(crate) engine: &'a Engine,
    /// Alerts of rules.
    pub(crate) statistics: &'a Statistics,
    /// What the source counts.
    pub(crate) source: SourceCounters,
    /// Where reloads are counted.
    pub(crate) reloads: &'a reload::Handle,
    /// What became of alerts.
    pub(crate) outputs: Vec<OutputCounters>,
    /// Whether the source is a capture file.
    pub(crate) replaying: bool,
}

/// What is kept between two snapshots.
pub(crate) struct Numbers {
    identity: Identity,
    loaded_ns: u64,
    /// The rules that `facts` and `before` are of.
    ruleset: Option<Arc<Ruleset>>,
    facts: Arc<RulesetFacts>,
    /// Alerts that the rules' names had before the rules were loaded.
    before: Vec<u64>,
    /// Events by CPU, when the source counts them.
    cpus: Vec<CpuNumbers>,
    /// What the probe's programs cost.
    programs: Arc<[ProgramNumbers]>,
}

impl Numbers {
    /// Before the first event.
    pub(crate) fn new(identity: &Identity, loaded_ns: u64) -> Numbers {
        Numbers {
            identity: identity.clone(),
            loaded_ns,
            ruleset: None,
            facts: Arc::default(),
            before: Vec::new(),
            cpus: Vec::new(),
            programs: Arc::default(),
        }
    }

    /// What a live source counts by CPU: seen and lost.
    pub(crate) fn set_cpus(&mut self, cpus: &[(u64, u64)]) {
        self.cpus.clear();
        self.cpus.extend(cpus.iter().map(|(events, drops)| CpuNumbers { events: *events, drops: *drops }));
    }

    /// What the probe's programs cost, when the kernel measures it.
    pub(crate) fn set_programs(&mut self, programs: Arc<[ProgramNumbers]>) {
        self.programs = programs;
    }

    /// Other rules were taken over.
    pub(crate) fn reloaded(&mut self, identity: Identity, now_ns: u64) {
        self.identity = identity;
        self.loaded_ns = now_ns;
        self.ruleset = None;
    }

    /// All alerts so far are counted by the rules' names.
    pub(crate) fn settled(&mut self) {
        self.ruleset = None;
    }

    /// Learns the names of the rules. Only after a reload is there anything to do.
    fn learn(&mut self, ruleset: &Arc<Ruleset>, statistics: &Statistics) {
        if self.ruleset.as_ref().is_some_and(|known| Arc::ptr_eq(known, ruleset)) {
            return;
        }
        let program = ruleset.program();
        let former: FxHashMap<&str, u64> =
            statistics.settled().iter().map(|(name, count)| (&**name, *count)).collect();
        self.before =
            program.rules.iter().map(|rule| former.get(&*rule.name).copied().unwrap_or(0)).collect();
        self.facts = Arc::new(RulesetFacts {
            rules: program
                .rules
                .iter()
                .map(|rule| RuleFacts {
                    name: rule.name.clone(),
                    priority: rule.priority,
                    source: program.source(rule.source).into(),
                    tags: rule.tags.clone(),
                })
                .collect(),
            enabled: program.order.len() as u64,
            files: self.identity.files.clone(),
            config_files: self.identity.config_files.clone(),
            digest: self.identity.digest.clone(),
            loaded_ns: self.loaded_ns,
        });
        self.ruleset = Some(ruleset.clone());
    }

    /// The numbers of this moment.
    pub(crate) fn snapshot(&mut self, moment: &Moment<'_>) -> Snapshot {
        let Moment { engine, statistics, source, reloads, .. } = moment;
        self.learn(engine.ruleset(), statistics);
        let by_rule = statistics.by_rule();
        let matches = self.before.iter().enumerate();
        let matches = matches.map(|(index, before)| before + by_rule.get(index).copied().unwrap_or(0));
        let (costs, samples) = costs(engine);
        let counted = reloads.numbers();
        Snapshot {
            ruleset: self.facts.clone(),
            matches: matches.collect(),
            alerts: statistics.by_priority(),
            costs,
            samples,
            engine: engine_numbers(engine),
            events_by_type: events_by_type(engine),
            engine_name: match (source.live, moment.replaying) {
                (true, _) => "modern_bpf",
                (false, true) => "savefile",
                (false, false) => "nodriver",
            },
            evt_source: "syscall",
            kernel: source.live.then(|| self.kernel(source)),
            outputs: moment.outputs.clone(),
            reloads: counted.taken.load(Ordering::Relaxed),
            reloads_failed: counted.refused.load(Ordering::Relaxed),
        }
    }

    fn kernel(&self, source: &SourceCounters) -> KernelNumbers {
        KernelNumbers {
            events: source.events,
            drops: source.dropped,
            buffer_drops: source.buffer_full,
            buffer_drops_by_family: source.buffer_full_by_family,
            scratch_drops: source.scratch,
            cpus: self.cpus.clone(),
            programs: self.programs.to_vec(),
            iterators: None,
        }
    }
}

fn costs(engine: &Engine) -> (Vec<RuleCost>, u64) {
    let Some(costs) = engine.costs() else { return (Vec::new(), 0) };
    let rules = costs.rules().iter();
    (rules.map(|cost| RuleCost { evaluations: cost.evaluations, ns: cost.ns }).collect(), costs.samples())
}

/// Enter and exit events, and former versions of a type, have the same name.
fn events_by_type(engine: &Engine) -> Vec<(&'static str, u64)> {
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for (event, count) in EVENTS.iter().zip(engine.events_by_type()).filter(|(_, count)| **count > 0) {
        *counts.entry(event.name).or_default() += count;
    }
    counts.into_iter().collect()
}

fn engine_numbers(engine: &Engine) -> EngineNumbers {
    let (stats, state) = (engine.stats(), engine.state());
    EngineNumbers {
        events: stats.events,
        delivered: stats.delivered,
        threads: state.threads.len() as u64,
        fds: state.threads.iter().map(|thread| thread.fds.len() as u64).sum(),
        fd_lookups: stats.fd_lookups,
        fd_misses: stats.fd_misses,
        fds_added: stats.fds_added,
        fds_removed: stats.fds_removed,
        fds_dropped: stats.fds_dropped,
        thread_lookups: stats.thread_lookups,
        thread_misses: stats.thread_misses,
        threads_added: stats.threads_added,
        threads_removed: stats.threads_removed,
        threads_dropped: stats.threads_dropped,
        enter_stored: stats.enters_stored,
        enter_store_drops: stats.enters_not_stored,
        enter_retrieved: stats.enters_found,
        enter_retrieve_drops: stats.enters_missed,
    }
}
