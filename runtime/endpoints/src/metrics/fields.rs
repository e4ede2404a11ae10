//! The fields of the internal alert "Falco internal: metrics snapshot", and of the lines of `metrics.output_file`.

use std::path::Path;

use super::names::rule_name;
use super::snapshot::{DROP_FAMILIES, Facts, ITERATOR_COUNTERS, KernelNumbers, Selection, Snapshot};
use super::{HostNumbers, ProcessNumbers};

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// A text.
    Text(String),
    /// A whole number.
    Whole(u64),
    /// A number with a fraction.
    Real(f64),
}

impl From<u64> for FieldValue {
    fn from(number: u64) -> FieldValue {
        FieldValue::Whole(number)
    }
}

impl From<f64> for FieldValue {
    fn from(number: f64) -> FieldValue {
        FieldValue::Real(number)
    }
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> FieldValue {
        FieldValue::Text(text.to_string())
    }
}

/// The numbers of the snapshot before, for rates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Previous {
    /// When it was taken, nanoseconds since the epoch; 0: this is the first.
    pub at_ns: u64,
    /// Events processed by then.
    pub num_evts: u64,
    /// Events seen in the kernel by then.
    pub n_evts: u64,
    /// Events lost by then.
    pub n_drops: u64,
}

/// How a snapshot is written.
#[derive(Clone, Copy, Debug)]
pub struct SnapshotSettings<'a> {
    /// Which groups are wanted.
    pub selection: Selection,
    /// `convert_memory_to_mb`.
    pub megabytes: bool,
    /// The host's file system.
    pub host_root: &'a Path,
    /// Addresses by interface, for the text of `host_netinfo`: interface, IPv4 addresses, IPv6 addresses.
    pub interfaces: &'a [(String, Vec<String>, Vec<String>)],
}

/// Fields in the making.
struct Fields<'a> {
    all: Vec<(String, FieldValue)>,
    settings: &'a SnapshotSettings<'a>,
}

impl Fields<'_> {
    fn always(&mut self, name: impl Into<String>, value: impl Into<FieldValue>) {
        self.all.push((name.into(), value.into()));
    }

    /// A number that is left out when it is zero, unless zeros are wanted.
    fn number(&mut self, name: impl Into<String>, value: impl Into<FieldValue>) {
        let value = value.into();
        let empty = matches!(value, FieldValue::Whole(0))
            || matches!(value, FieldValue::Real(number) if number == 0.0);
        if !empty || self.settings.selection.empty_values {
            self.always(name, value);
        }
    }

    /// Memory: `stem` plus its unit.
    fn memory(&mut self, stem: &str, suffix: &str, value: u64, bytes_each: f64) {
        if self.settings.megabytes {
            let megabytes = value as f64 * bytes_each / (1024.0 * 1024.0);
            self.number(format!("{stem}_mb"), (megabytes * 10.0).round() / 10.0);
        } else {
            self.number(format!("{stem}{suffix}"), value);
        }
    }
}

fn rate(now: u64, before: u64, seconds: f64) -> f64 {
    if now > before && seconds > 0.0 { ((now - before) as f64 / seconds * 10.0).round() / 10.0 } else { 0.0 }
}

/// The fields at `now_ns`, sorted by name. `previous` becomes this snapshot.
pub fn output_fields(
    facts: &Facts,
    snapshot: &Snapshot,
    settings: &SnapshotSettings<'_>,
    now_ns: u64,
    previous: &mut Previous,
) -> Vec<(String, FieldValue)> {
    let mut fields = Fields { all: Vec::new(), settings };
    let seconds = if previous.at_ns == 0 { 0.0 } else { now_ns.saturating_sub(previous.at_ns) as f64 / 1e9 };
    wrapper(&mut fields, facts, snapshot, now_ns, previous, seconds);
    let selection = settings.selection;
    if selection.rules {
        fields.always("falco.rules.matches_total", snapshot.matches.iter().sum::<u64>());
        for (rule, count) in snapshot.ruleset.rules.iter().zip(&snapshot.matches) {
            fields.number(format!("falco.rules.{}", rule_name(&rule.name)), *count);
        }
    }
    if selection.resources {
        resources(&mut fields);
    }
    if selection.state {
        state(&mut fields, snapshot);
    }
    if let Some(kernel) = &snapshot.kernel {
        live(&mut fields, kernel, previous, seconds);
        (previous.n_evts, previous.n_drops) = (kernel.events, kernel.drops);
    }
    previous.at_ns = now_ns;
    previous.num_evts = snapshot.engine.events;
    let mut all = fields.all;
    all.sort_by(|(left, _), (right, _)| left.cmp(right));
    // Names made fit may become equal; a JSON object has each once.
    all.dedup_by(|(right, _), (left, _)| left == right);
    all
}

fn wrapper(
    fields: &mut Fields<'_>,
    facts: &Facts,
    snapshot: &Snapshot,
    now_ns: u64,
    previous: &Previous,
    seconds: f64,
) {
    fields.always("evt.time", now_ns);
    fields.always("evt.hostname", facts.hostname.as_str());
    fields.always("evt.source", snapshot.evt_source);
    fields.always("falco.reload_ts", snapshot.ruleset.loaded_ns);
    fields.always("falco.version", facts.falco_version.as_str());
    fields.always("falco.start_ts", facts.start_ns);
    fields.always("falco.duration_sec", now_ns.saturating_sub(facts.start_ns) / 1_000_000_000);
    fields.always("falco.kernel_release", facts.kernel_release.as_str());
    fields.always("falco.host_boot_ts", facts.boot_ns);
    fields.always("falco.host_num_cpus", facts.num_cpus);
    let dropped = snapshot.outputs.iter().map(|output| output.dropped).sum::<u64>();
    fields.always("falco.outputs_queue_num_drops", dropped);
    for (kind, files) in [("rules", &snapshot.ruleset.files), ("config", &snapshot.ruleset.config_files)] {
        for (path, digest) in files {
            let name = rule_name(path.rsplit('/').next().unwrap_or(path));
            fields.always(format!("falco.sha256_{kind}_file.{name}"), digest.as_str());
        }
    }
    for (interface, four, six) in fields.settings.interfaces {
        for (version, addresses) in [("ipv4", four), ("ipv6", six)] {
            if !addresses.is_empty() {
                let name = format!("falco.host_netinfo.interfaces.{interface}.protocols.{version}.addresses");
                fields.always(name, addresses.join(",").as_str());
            }
        }
    }
    fields.always("scap.engine_name", snapshot.engine_name);
    let events = snapshot.engine.events;
    if previous.num_evts != 0 && seconds > 0.0 {
        fields.always("falco.evts_rate_sec", rate(events, previous.num_evts, seconds));
    }
    fields.always("falco.num_evts", events);
    fields.always("falco.num_evts_prev", previous.num_evts);
}

fn resources(fields: &mut Fields<'_>) {
    let process = ProcessNumbers::read();
    let host = HostNumbers::read(fields.settings.host_root);
    fields.number("falco.cpu_usage_perc", process.cpu_percent);
    fields.memory("falco.memory_rss", "_kb", process.rss_kb, 1024.0);
    fields.memory("falco.memory_vsz", "_kb", process.vsz_kb, 1024.0);
    fields.memory("falco.memory_pss", "_kb", process.pss_kb, 1024.0);
    fields.memory("falco.container_memory_used", "_bytes", host.container_bytes, 1.0);
    fields.number("falco.host_cpu_usage_perc", host.cpu_percent);
    fields.memory("falco.host_memory_used", "_kb", host.memory_kb, 1024.0);
    fields.number("falco.host_procs_running", host.procs_running);
    fields.number("falco.host_open_fds", host.open_fds);
}

fn state(fields: &mut Fields<'_>, snapshot: &Snapshot) {
    let engine = &snapshot.engine;
    for (name, count) in [
        ("n_threads", engine.threads),
        ("n_fds", engine.fds),
        ("n_noncached_fd_lookups", engine.fd_lookups),
        ("n_cached_fd_lookups", 0),
        ("n_failed_fd_lookups", engine.fd_misses),
        ("n_added_fds", engine.fds_added),
        ("n_removed_fds", engine.fds_removed),
        ("n_stored_evts", engine.enter_stored),
        ("n_store_evts_drops", engine.enter_store_drops),
        ("n_retrieved_evts", engine.enter_retrieved),
        ("n_retrieve_evts_drops", engine.enter_retrieve_drops),
        ("n_noncached_thread_lookups", engine.thread_lookups),
        ("n_cached_thread_lookups", 0),
        ("n_failed_thread_lookups", engine.thread_misses),
        ("n_added_threads", engine.threads_added),
        ("n_removed_threads", engine.threads_removed),
        ("n_drops_full_threadtable", engine.threads_dropped),
    ] {
        fields.number(format!("falco.{name}"), count);
    }
}

fn live(fields: &mut Fields<'_>, kernel: &KernelNumbers, previous: &Previous, seconds: f64) {
    let selection = fields.settings.selection;
    if selection.kernel || selection.per_cpu {
        fields.always("scap.n_evts", kernel.events);
        fields.always("scap.n_evts_prev", previous.n_evts);
        fields.always("scap.evts_rate_sec", rate(kernel.events, previous.n_evts, seconds));
        fields.always("scap.n_drops", kernel.drops);
        fields.always("scap.n_drops_prev", previous.n_drops);
        fields.always("scap.evts_drop_rate_sec", rate(kernel.drops, previous.n_drops, seconds));
        fields.number("scap.n_drops_buffer_total", kernel.buffer_drops);
        for (name, count) in DROP_FAMILIES.iter().zip(kernel.buffer_drops_by_family) {
            fields.number(format!("scap.n_drops_buffer_{name}_exit"), count);
        }
        fields.number("scap.n_drops_scratch_map", kernel.scratch_drops);
    }
    if selection.per_cpu {
        for (index, cpu) in kernel.cpus.iter().enumerate() {
            fields.number(format!("scap.n_evts_cpu_{index}"), cpu.events);
            fields.number(format!("scap.n_drops_cpu_{index}"), cpu.drops);
        }
    }
    if selection.programs {
        for program in &kernel.programs {
            fields.number(format!("scap.{}.run_cnt", program.name), program.runs);
            fields.number(format!("scap.{}.run_time_ns", program.name), program.ns);
            let mean = program.ns.checked_div(program.runs).unwrap_or(0);
            fields.number(format!("scap.{}.avg_time_ns", program.name), mean);
        }
    }
    if selection.iterators
        && let Some(counters) = &kernel.iterators
    {
        for (name, count) in ITERATOR_COUNTERS.iter().zip(counters) {
            fields.number(format!("scap.{name}"), *count);
        }
    }
    let (events, drops) =
        (kernel.events.saturating_sub(previous.n_evts), kernel.drops.saturating_sub(previous.n_drops));
    let percent = if events > 0 { 100.0 * drops as f64 / events as f64 } else { 0.0 };
    fields.always("scap.n_drops_perc", percent);
}
