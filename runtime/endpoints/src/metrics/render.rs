//! The page of `/metrics`.

use std::path::Path;
use std::time::SystemTime;

use outputs::OutputCounters;

use super::families::*;
use super::labels::AlertLabels;
use super::names::label_name;
use super::snapshot::{
    DROP_FAMILIES, Facts, ITERATOR_COUNTERS, KernelNumbers, RuleCost, RuleFacts, Selection, Snapshot,
};
use super::text::{Exposition, Number};
use super::{HostNumbers, ProcessNumbers};
use crate::grpc::HubCounters;

/// Everything that a page is made from.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// What does not change.
    pub facts: &'a Facts,
    /// What the event loop said last.
    pub snapshot: &'a Snapshot,
    /// Which groups are wanted.
    pub selection: Selection,
    /// The host's file system.
    pub host_root: &'a Path,
    /// How long the event loop has been silent, in seconds.
    pub silence: f64,
    /// Alerts by configured fields.
    pub labels: Option<&'a AlertLabels>,
    /// Streams of alerts.
    pub grpc: Option<HubCounters>,
    /// Requests to the web server: path, status, count.
    pub requests: &'a [(&'static str, u16, u64)],
}

/// Which parts of the page are asked for (`collect[]=falco`, `ruled`, `process`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) falco: bool,
    pub(crate) ruled: bool,
    pub(crate) process: bool,
}

impl Parts {
    pub(crate) const ALL: Parts = Parts { falco: true, ruled: true, process: true };
    pub(crate) const PROCESS: Parts = Parts { falco: false, ruled: false, process: true };
}

/// The whole page.
pub fn metrics_text(sources: &Sources<'_>) -> String {
    page(sources, Parts::ALL)
}

/// The page with the parts that are asked for.
pub(crate) fn page(sources: &Sources<'_>, parts: Parts) -> String {
    let mut page = Exposition::default();
    let process = ProcessNumbers::read();
    if parts.falco {
        falco(&mut page, sources, &process);
    }
    if parts.ruled {
        ruled(&mut page, sources);
    }
    if parts.process {
        standard(&mut page, &process);
    }
    page.finish()
}

/// A share from per cent with one decimal.
fn ratio(percent: f64) -> f64 {
    (percent * 10.0).round() / 1000.0
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Two files of the same name and content would be the same series twice.
fn files(page: &mut Exposition, metric: &'static Metric, files: &[(String, String)]) {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let mut family = page.family(metric);
    for (path, digest) in files {
        let labels = (file_name(path), digest.as_str());
        if !seen.contains(&labels) {
            seen.push(labels);
            family.sample(&[("file_name", labels.0), ("sha256", labels.1)], 1u64);
        }
    }
}

fn falco(page: &mut Exposition, sources: &Sources<'_>, process: &ProcessNumbers) {
    let Sources { facts, snapshot, selection, .. } = *sources;
    page.info(&VERSION, &[("version", &facts.falco_version)]);
    files(page, &RULES_FILES, &snapshot.ruleset.files);
    files(page, &CONFIG_FILES, &snapshot.ruleset.config_files);
    page.single(&QUEUE_DROPS, snapshot.outputs.iter().map(|output| output.dropped).sum::<u64>());
    page.single(&RELOADED, snapshot.ruleset.loaded_ns);
    if selection.rules {
        rule_matches(page, sources);
    }
    // Before the event loop runs there is no engine.
    if !snapshot.engine_name.is_empty() {
        page.info(
            &ENGINE_NAME,
            &[("engine_name", snapshot.engine_name), ("evt_source", snapshot.evt_source)],
        );
    }
    if let Some(kernel) = &snapshot.kernel {
        live(page, selection, kernel);
    }
    let host = HostNumbers::read(sources.host_root);
    if selection.resources {
        page.single(&CPU_USAGE, ratio(process.cpu_percent));
        page.single(&MEMORY_RSS, process.rss_kb * 1024);
        page.single(&MEMORY_VSZ, process.vsz_kb * 1024);
        page.single(&MEMORY_PSS, process.pss_kb * 1024);
        page.single(&CONTAINER_MEMORY, host.container_bytes);
        page.single(&HOST_CPU_USAGE, ratio(host.cpu_percent));
        page.single(&HOST_MEMORY, host.memory_kb * 1024);
        page.single(&HOST_PROCS, host.procs_running);
        page.single(&HOST_FDS, host.open_fds);
    }
    if selection.state {
        state(page, snapshot);
    }
    page.info(&KERNEL_RELEASE, &[("kernel_release", &facts.kernel_release)]);
    page.info(&HOSTNAME, &[("hostname", &facts.hostname)]);
    page.single(&START, facts.start_ns);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    page.single(&DURATION, now.as_secs().saturating_sub(facts.start_ns / 1_000_000_000));
    page.single(&HOST_BOOT, facts.boot_ns);
    page.single(&HOST_CPUS, facts.num_cpus);
}

/// Rule, priority, source and one label per tag. Tags whose names become equal give one label.
fn rule_labels(rule: &RuleFacts) -> Vec<(String, String)> {
    let mut labels = vec![
        ("priority".to_string(), (rule.priority as u8).to_string()),
        ("rule_name".to_string(), rule.name.to_string()),
        ("source".to_string(), rule.source.to_string()),
    ];
    for tag in &rule.tags {
        let name = label_name(&format!("tag_{tag}"));
        if labels.iter().all(|(known, _)| *known != name) {
            labels.push((name, "true".to_string()));
        }
    }
    labels
}

/// As Falco, without rules that never matched, unless zeros are wanted: a series that begins with 1 hides its first alert
/// from `rate()`.
fn rule_matches(page: &mut Exposition, sources: &Sources<'_>) {
    let snapshot = sources.snapshot;
    let mut family = page.family(&RULE_MATCHES);
    for (rule, count) in snapshot.ruleset.rules.iter().zip(&snapshot.matches) {
        if *count > 0 || sources.selection.empty_values {
            let labels = rule_labels(rule);
            let labels: Vec<(&str, &str)> =
                labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            family.sample(&labels, *count);
        }
    }
}

fn live(page: &mut Exposition, selection: Selection, kernel: &KernelNumbers) {
    if selection.kernel || selection.per_cpu {
        page.single(&N_EVTS, kernel.events);
        let mut family = page.family(&BUFFER_DROPS);
        for (name, count) in DROP_FAMILIES.iter().zip(kernel.buffer_drops_by_family) {
            family.sample(&[("drop", name), ("dir", "exit")], count);
        }
        // Enter events are no longer recorded; Falco keeps the first six for dashboards made before.
        for name in &DROP_FAMILIES[..6] {
            family.sample(&[("drop", name), ("dir", "enter")], 0u64);
        }
        page.single(&SCRATCH_DROPS, kernel.scratch_drops);
        page.single(&N_DROPS, kernel.drops);
    }
    if selection.per_cpu {
        for (metric, count) in
            [(&CPU_EVTS, (|cpu| cpu.events) as fn(&super::CpuNumbers) -> u64), (&CPU_DROPS, |cpu| cpu.drops)]
        {
            let mut family = page.family(metric);
            for (index, cpu) in kernel.cpus.iter().enumerate() {
                family.sample(&[("cpu", &index.to_string())], count(cpu));
            }
        }
    }
    if selection.programs {
        // Names of the kernel are cut to 15 bytes, so that two programs may share one.
        let mut programs: Vec<(String, u64, u64)> = Vec::new();
        for program in &kernel.programs {
            let name = label_name(&program.name);
            match programs.iter_mut().find(|(known, ..)| *known == name) {
                Some((_, runs, ns)) => (*runs, *ns) = (*runs + program.runs, *ns + program.ns),
                None => programs.push((name, program.runs, program.ns)),
            }
        }
        for (name, runs, ns) in programs {
            let mut one = |metric: &'static Metric, value: u64| {
                page.family_named(metric, metric.name.replace("<program>", &name)).sample(&[], value);
            };
            one(&PROGRAM_RUNS, runs);
            one(&PROGRAM_TIME, ns);
            one(&PROGRAM_MEAN, ns.checked_div(runs).unwrap_or(0));
        }
    }
    if selection.iterators
        && let Some(counters) = &kernel.iterators
    {
        for (name, count) in ITERATOR_COUNTERS.iter().zip(counters) {
            let name = ITERATOR_EVENTS.name.replace("<counter>", name);
            page.family_named(&ITERATOR_EVENTS, name).sample(&[], *count);
        }
    }
}

fn state(page: &mut Exposition, snapshot: &Snapshot) {
    let engine = &snapshot.engine;
    for (metric, count) in [
        (&N_THREADS, engine.threads),
        (&N_FDS, engine.fds),
        (&NONCACHED_FDS, engine.fd_lookups),
        (&CACHED_FDS, 0),
        (&FAILED_FDS, engine.fd_misses),
        (&ADDED_FDS, engine.fds_added),
        (&REMOVED_FDS, engine.fds_removed),
        (&STORED_EVTS, engine.enter_stored),
        (&STORE_DROPS, engine.enter_store_drops),
        (&RETRIEVED_EVTS, engine.enter_retrieved),
        (&RETRIEVE_DROPS, engine.enter_retrieve_drops),
        (&NONCACHED_THREADS, engine.thread_lookups),
        (&CACHED_THREADS, 0),
        (&FAILED_THREADS, engine.thread_misses),
        (&ADDED_THREADS, engine.threads_added),
        (&REMOVED_THREADS, engine.threads_removed),
        (&FULL_THREADTABLE, engine.threads_dropped),
    ] {
        page.single(metric, count);
    }
}

fn ruled(page: &mut Exposition, sources: &Sources<'_>) {
    let Sources { facts, snapshot, selection, .. } = *sources;
    page.info(&BUILD, &[("version", &facts.version), ("falco_version", &facts.falco_version)]);
    page.info(&RULESET, &[("digest", &snapshot.ruleset.digest)]);
    page.single(&RULES_LOADED, snapshot.ruleset.enabled);
    let mut family = page.family(&RELOADS);
    family.sample(&[("result", "ok")], snapshot.reloads);
    family.sample(&[("result", "failed")], snapshot.reloads_failed);
    page.single(&EVENTS, snapshot.engine.events);
    page.single(&EVENTS_JUDGED, snapshot.engine.delivered);
    let mut family = page.family(&EVENTS_BY_TYPE);
    for (name, count) in snapshot.events_by_type.iter().filter(|(_, count)| *count > 0) {
        family.sample(&[("type", name)], *count);
    }
    let mut family = page.family(&ALERTS);
    for (priority, count) in snapshot.alerts.iter().enumerate() {
        family.sample(&[("priority", &priority.to_string())], *count);
    }
    page.single(&HEARTBEAT, sources.silence);
    page.single(&FDS_DROPPED, snapshot.engine.fds_dropped);
    outputs(page, &snapshot.outputs);
    let mut family = page.family(&WEB_REQUESTS);
    for (path, code, count) in sources.requests {
        family.sample(&[("path", path), ("code", &code.to_string())], *count);
    }
    if selection.rules {
        costs(page, snapshot);
    }
    if let Some(labels) = sources.labels {
        labels.write(page.family(&LABELLED_ALERTS));
    }
    if let Some(counters) = sources.grpc {
        page.single(&GRPC_CLIENTS, counters.streams);
        page.single(&GRPC_SENT, counters.sent);
        page.single(&GRPC_UNREAD, counters.lost);
        page.single(&GRPC_SKIPPED, counters.skipped);
        page.single(&GRPC_WAITING, counters.waiting);
    }
}

/// A metric, and where its value is in a record.
type Column<T> = (&'static Metric, fn(&T) -> Number);

fn outputs(page: &mut Exposition, outputs: &[OutputCounters]) {
    let metrics: [Column<OutputCounters>; 11] = [
        (&OUTPUT_QUEUED, |output| output.queued.into()),
        (&OUTPUT_DELIVERED, |output| output.delivered.into()),
        (&OUTPUT_DROPPED, |output| output.dropped.into()),
        (&OUTPUT_DEAD, |output| output.dead_lettered.into()),
        (&OUTPUT_SPOOLED, |output| output.spooled.into()),
        (&OUTPUT_FAILED, |output| output.failed.into()),
        (&OUTPUT_RETRIED, |output| output.retried.into()),
        (&OUTPUT_TIMEOUTS, |output| output.timeouts.into()),
        (&OUTPUT_BYTES, |output| output.bytes.into()),
        (&OUTPUT_DEPTH, |output| output.depth.into()),
        (&OUTPUT_DEPTH_BYTES, |output| output.depth_bytes.into()),
    ];
    for (metric, value) in metrics {
        let mut family = page.family(metric);
        for output in outputs {
            family.sample(&[("output", &output.name)], value(output));
        }
    }
}

/// One rule name may stand in several sources, and a source may not have two rules of one name.
fn costs(page: &mut Exposition, snapshot: &Snapshot) {
    if snapshot.costs.is_empty() {
        return;
    }
    let metrics: [Column<RuleCost>; 2] = [
        (&RULE_EVALUATIONS, |cost| Number::Whole(cost.evaluations)),
        (&RULE_SECONDS, |cost| Number::Real(cost.ns as f64 / 1e9)),
    ];
    for (metric, value) in metrics {
        let mut family = page.family(metric);
        for (rule, cost) in snapshot.ruleset.rules.iter().zip(&snapshot.costs) {
            family.sample(&[("rule_name", &rule.name), ("source", &rule.source)], value(cost));
        }
    }
    page.single(&PROFILED, snapshot.samples);
}

fn standard(page: &mut Exposition, process: &ProcessNumbers) {
    page.single(&PROCESS_CPU, process.cpu_seconds);
    page.single(&PROCESS_FDS, process.fds);
    page.single(&PROCESS_MAX_FDS, process.max_fds);
    page.single(&PROCESS_VIRTUAL, process.vsz_kb * 1024);
    page.single(&PROCESS_RESIDENT, process.rss_kb * 1024);
    page.single(&PROCESS_THREADS, process.threads);
    page.single(&PROCESS_START, process.start_seconds);
}
