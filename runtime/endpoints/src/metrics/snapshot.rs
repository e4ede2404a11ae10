//! The numbers that metrics are made from, as plain data: what the event loop knows at one moment, and what does not
//! change while the program runs.

use std::sync::Arc;

use catalogue::Priority;
use outputs::OutputCounters;

/// What a rule is, for its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFacts {
    /// Its name.
    pub name: Box<str>,
    /// Its priority.
    pub priority: Priority,
    /// Its event source.
    pub source: Box<str>,
    /// Its tags.
    pub tags: Box<[Box<str>]>,
}

/// What is known of the rules and the configuration in use; it changes with each reload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulesetFacts {
    /// The rules, in the order of the counters.
    pub rules: Vec<RuleFacts>,
    /// How many of them are in use: the others are disabled.
    pub enabled: u64,
    /// Rules files: path and SHA-256.
    pub files: Vec<(String, String)>,
    /// Configuration files: path and SHA-256.
    pub config_files: Vec<(String, String)>,
    /// The digest of the whole set, hexadecimal.
    pub digest: String,
    /// When it was loaded, nanoseconds since the epoch.
    pub loaded_ns: u64,
}

/// What does not change while the program runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The release of Falco that is followed.
    pub falco_version: String,
    /// This program's version.
    pub version: String,
    /// The body of `/versions`.
    pub versions_json: String,
    /// The host's name, as alerts have it.
    pub hostname: String,
    /// The kernel's release.
    pub kernel_release: String,
    /// When the program started, nanoseconds since the epoch.
    pub start_ns: u64,
    /// When the host booted, nanoseconds since the epoch.
    pub boot_ns: u64,
    /// CPUs of the host.
    pub num_cpus: u64,
}

/// The estimated cost of one rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleCost {
    /// How often its condition was looked at.
    pub evaluations: u64,
    /// Nanoseconds spent on it.
    pub ns: u64,
}

/// Counters of the engine and its state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineNumbers {
    /// Events applied to the state.
    pub events: u64,
    /// Events that the rules could see.
    pub delivered: u64,
    /// Threads in the table.
    pub threads: u64,
    /// Descriptors in all tables.
    pub fds: u64,
    /// Look-ups of descriptors.
    pub fd_lookups: u64,
    /// Those that failed.
    pub fd_misses: u64,
    /// Descriptors added.
    pub fds_added: u64,
    /// Descriptors removed.
    pub fds_removed: u64,
    /// Descriptors not stored because the process's table was full.
    pub fds_dropped: u64,
    /// Look-ups of threads.
    pub thread_lookups: u64,
    /// Those that failed.
    pub thread_misses: u64,
    /// Threads added.
    pub threads_added: u64,
    /// Threads removed.
    pub threads_removed: u64,
    /// Threads not stored because the table was full.
    pub threads_dropped: u64,
    /// Enter events kept until their exit event.
    pub enter_stored: u64,
    /// Enter events that could not be kept.
    pub enter_store_drops: u64,
    /// Kept enter events that were found.
    pub enter_retrieved: u64,
    /// Exit events that found none.
    pub enter_retrieve_drops: u64,
}

/// The families of system calls that full ring buffers are counted by.
pub const DROP_FAMILIES: [&str; 8] =
    ["clone_fork", "execve", "connect", "open", "dir_file", "other_interest", "close", "proc"];

/// What is counted when the start reads the machine's state through BPF iterators.
pub const ITERATOR_COUNTERS: [&str; 21] = [
    "n_evts_task",
    "n_evts_task_file_pipe",
    "n_evts_task_file_memfd",
    "n_evts_task_file_regular",
    "n_evts_task_file_directory",
    "n_evts_task_file_socket_inet",
    "n_evts_task_file_socket_inet6",
    "n_evts_task_file_socket_unix",
    "n_evts_task_file_socket_netlink",
    "n_evts_task_file_anon_inode",
    "n_drops_max_event_size",
    "n_drops_task",
    "n_drops_task_file_pipe",
    "n_drops_task_file_memfd",
    "n_drops_task_file_regular",
    "n_drops_task_file_directory",
    "n_drops_task_file_socket_inet",
    "n_drops_task_file_socket_inet6",
    "n_drops_task_file_socket_unix",
    "n_drops_task_file_socket_netlink",
    "n_drops_task_file_anon_inode",
];

/// Events of one CPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CpuNumbers {
    /// Seen.
    pub events: u64,
    /// Lost.
    pub drops: u64,
}

/// Run time of one BPF program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramNumbers {
    /// Its name in the kernel.
    pub name: String,
    /// How often it ran.
    pub runs: u64,
    /// Nanoseconds it ran in all.
    pub ns: u64,
}

/// Counters of a live source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KernelNumbers {
    /// Events seen, the lost ones included.
    pub events: u64,
    /// Lost, for whatever reason.
    pub drops: u64,
    /// Lost to full ring buffers, in all.
    pub buffer_drops: u64,
    /// The same by family, see [`DROP_FAMILIES`].
    pub buffer_drops_by_family: [u64; 8],
    /// Lost because they were too long.
    pub scratch_drops: u64,
    /// By CPU; empty: not counted.
    pub cpus: Vec<CpuNumbers>,
    /// By BPF program; empty: the kernel does not count.
    pub programs: Vec<ProgramNumbers>,
    /// See [`ITERATOR_COUNTERS`]; `None`: no iterators were used.
    pub iterators: Option<[u64; 21]>,
}

/// What the event loop knows at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The rules in use.
    pub ruleset: Arc<RulesetFacts>,
    /// Alerts of each rule since the start, kept over reloads by name.
    pub matches: Vec<u64>,
    /// Alerts of rules by priority.
    pub alerts: [u64; 8],
    /// Cost of each rule; empty: not measured.
    pub costs: Vec<RuleCost>,
    /// Events of which the cost was measured.
    pub samples: u64,
    /// The engine.
    pub engine: EngineNumbers,
    /// Events by the names of their types; types that did not occur may be missing.
    pub events_by_type: Vec<(&'static str, u64)>,
    /// The name of what gives events: `modern_bpf`, `nodriver`, `savefile`.
    pub engine_name: &'static str,
    /// The event source.
    pub evt_source: &'static str,
    /// A live source's counters.
    pub kernel: Option<KernelNumbers>,
    /// What became of alerts, by output.
    pub outputs: Vec<OutputCounters>,
    /// Successful reloads.
    pub reloads: u64,
    /// Failed ones.
    pub reloads_failed: u64,
}

/// Which groups of metrics are wanted: the switches of `metrics:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// `rules_counters_enabled`.
    pub rules: bool,
    /// `resource_utilization_enabled`.
    pub resources: bool,
    /// `state_counters_enabled`.
    pub state: bool,
    /// `kernel_event_counters_enabled`; `per_cpu` switches it on, too.
    pub kernel: bool,
    /// `kernel_event_counters_per_cpu_enabled`.
    pub per_cpu: bool,
    /// `libbpf_stats_enabled`.
    pub programs: bool,
    /// `kernel_iter_event_counters_enabled`.
    pub iterators: bool,
    /// `include_empty_values`.
    pub empty_values: bool,
}

impl Default for Selection {
    /// Falco's defaults: everything, but no zeros.
    fn default() -> Selection {
        Selection {
            rules: true,
            resources: true,
            state: true,
            kernel: true,
            per_cpu: true,
            programs: true,
            iterators: true,
            empty_values: false,
        }
    }
}
