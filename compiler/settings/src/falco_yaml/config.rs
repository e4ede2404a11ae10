//! The configuration as the programs use it: typed, with defaults filled in.

use catalogue::Priority;

use crate::falco_yaml::endpoints::Endpoints;
use crate::falco_yaml::forms::{self, AppendOutput, PluginSettings, RuleSelection, StaticField};
pub use crate::falco_yaml::outputs::Outputs;
use crate::falco_yaml::reader::Reader;
use crate::origin::Problem;
use crate::tree::Node;

/// Where events come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineKind {
    /// The running kernel, through the eBPF probe. `kmod` is taken as this, with a warning.
    ModernEbpf,
    /// A capture file.
    Replay {
        /// The file.
        capture_file: String,
    },
    /// No system calls; plugins only.
    NoDriver,
}

/// Ring buffers of the probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModernEbpf {
    /// How many CPUs share a ring buffer; 0: one for all.
    pub cpus_for_each_buffer: u64,
    /// 1 (1 MB) to 10 (512 MB).
    pub buf_size_preset: u64,
    /// Leave failed calls out.
    pub drop_failed_exit: bool,
    /// Read /proc instead of BPF iterators at start.
    pub disable_iterators: bool,
    /// How system calls are hooked, by the name of a way; `auto` leaves it to the host.
    pub attachment: String,
}

/// Recording of events around alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// On or off.
    pub enabled: bool,
    /// Where files are written.
    pub path_prefix: String,
    /// For all rules, or only those with `capture: true`.
    pub all_rules: bool,
    /// Milliseconds.
    pub default_duration_ms: u64,
    /// Megabytes; 0: unlimited.
    pub max_file_size_mb: u64,
}

/// The form of alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertFormat {
    /// JSON instead of text.
    pub json: bool,
    /// `output` in JSON.
    pub json_output_property: bool,
    /// `message` in JSON.
    pub json_message_property: bool,
    /// `output_fields` in JSON.
    pub json_output_fields_property: bool,
    /// `tags` in JSON.
    pub json_tags_property: bool,
    /// ISO 8601 times.
    pub iso_8601: bool,
    /// Byte buffers as base64.
    pub buffer_base64: bool,
}

/// The log of the program itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// To standard error.
    pub stderr: bool,
    /// To syslog.
    pub syslog: bool,
    /// Lowest level.
    pub level: String,
}

/// What to do when events were dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropAction {
    /// Nothing.
    Ignore,
    /// Log it.
    Log,
    /// Raise an alert.
    Alert,
    /// End the program with an error.
    Exit,
}

/// `syscall_event_drops`.
#[derive(Clone, Debug, PartialEq)]
pub struct EventDrops {
    /// Share of dropped events, 0 to 1, above which something is done.
    pub threshold: f64,
    /// What is done, in order.
    pub actions: Vec<DropAction>,
    /// How often it may be done, per second.
    pub rate: f64,
    /// How many times at once.
    pub max_burst: f64,
    /// Behave as if an event had been dropped every second.
    pub simulate: bool,
}

/// Everything that `falco.yaml` sets, except what later parts read from the tree themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct FalcoConfig {
    /// Where events come from.
    pub engine: EngineKind,
    /// The probe.
    pub modern_ebpf: ModernEbpf,
    /// Rules files and directories in load order.
    pub rules_files: Vec<String>,
    /// Rule selection, in order.
    pub rules: Vec<RuleSelection>,
    /// Lowest priority that is loaded.
    pub priority: Priority,
    /// Whether every matching rule alerts, or only the first.
    pub match_all: bool,
    /// Additions to outputs.
    pub append_output: Vec<AppendOutput>,
    /// A rule bundle instead of rules files.
    pub bundle: Bundle,
    /// Where the program keeps what it must remember over restarts.
    pub state_dir: String,
    /// Fields with fixed values.
    pub static_fields: Vec<StaticField>,
    /// All plugins that are described.
    pub plugins: Vec<PluginSettings>,
    /// Names of those to load; `None`: the key is absent and all described plugins are loaded.
    pub load_plugins: Option<Vec<String>>,
    /// The form of alerts.
    pub format: AlertFormat,
    /// Where alerts go.
    pub outputs: Outputs,
    /// What others may ask.
    pub endpoints: Endpoints,
    /// The program's own log.
    pub log: Log,
    /// Recording around alerts.
    pub capture: Capture,
    /// Reload when files change.
    pub watch_config_files: bool,
    /// Most threads in the thread table.
    pub thread_table_size: u64,
    /// Seconds between purges of the thread table.
    pub thread_purge_interval_s: u64,
    /// Seconds after which an idle thread may be purged.
    pub thread_purge_timeout_s: u64,
    /// Bytes of a data buffer that are kept.
    pub snaplen: u64,
    /// System calls to trace besides those of the rules.
    pub base_syscalls: BaseSyscalls,
    /// What to do when events were dropped.
    pub event_drops: EventDrops,
    /// Time-outs in a row, without an event, before it is reported.
    pub max_consecutive_timeouts: u64,
    /// Deviations from Falco that are switched on.
    pub compat_fixes: Vec<String>,
}

/// `bundle`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The bundle; empty: rules come from files.
    pub file: String,
    /// Trusted keys, or files with them.
    pub keys: Vec<String>,
}

/// `base_syscalls`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseSyscalls {
    /// Names; `!name` leaves one out.
    pub custom_set: Vec<String>,
    /// Trace the least that keeps the state right.
    pub repair: bool,
    /// Trace all.
    pub all: bool,
}

impl FalcoConfig {
    /// Reads the typed configuration from a merged tree, with what is wrong in it. Errors are those on which Falco
    /// refuses to start.
    pub fn from_tree(root: &Node) -> (FalcoConfig, Vec<Problem>) {
        let mut reader = Reader::new(root);
        reader.unknown_keys();
        let engine = engine(&mut reader);
        let rules_files = rules_files(&mut reader);
        let config = FalcoConfig {
            engine,
            modern_ebpf: ModernEbpf {
                cpus_for_each_buffer: reader.integer_once(
                    "engine.modern_ebpf.cpus_for_each_buffer",
                    "modern_bpf.cpus_for_each_syscall_buffer",
                ),
                buf_size_preset: reader
                    .integer_once("engine.modern_ebpf.buf_size_preset", "syscall_buf_size_preset"),
                drop_failed_exit: reader
                    .boolean_once("engine.modern_ebpf.drop_failed_exit", "syscall_drop_failed_exit"),
                disable_iterators: reader.boolean("engine.modern_ebpf.disable_iterators"),
                attachment: reader.word("engine.modern_ebpf.attachment"),
            },
            rules_files,
            rules: forms::rule_selection(&mut reader),
            priority: Priority::parse(&reader.word("priority")).unwrap_or(Priority::Debug),
            match_all: reader.word("rule_matching") == "all",
            append_output: forms::append_output(&mut reader),
            bundle: Bundle { file: reader.text("bundle.file"), keys: reader.texts("bundle.keys") },
            state_dir: reader.text("state_dir"),
            static_fields: forms::static_fields(&mut reader),
            plugins: forms::plugins(&mut reader),
            load_plugins: reader.node("load_plugins").is_some().then(|| reader.texts("load_plugins")),
            format: AlertFormat {
                json: reader.boolean("json_output"),
                json_output_property: reader.boolean("json_include_output_property"),
                json_message_property: reader.boolean("json_include_message_property"),
                json_output_fields_property: reader.boolean("json_include_output_fields_property"),
                json_tags_property: reader.boolean("json_include_tags_property"),
                iso_8601: reader.boolean("time_format_iso_8601"),
                buffer_base64: reader.boolean("buffer_format_base64"),
            },
            outputs: Outputs::read(&mut reader),
            endpoints: Endpoints::read(&mut reader),
            log: Log {
                stderr: reader.boolean("log_stderr"),
                syslog: reader.boolean("log_syslog"),
                level: reader.word("log_level"),
            },
            capture: Capture {
                enabled: reader.boolean("capture.enabled"),
                path_prefix: reader.text("capture.path_prefix"),
                all_rules: reader.word("capture.mode") == "all_rules",
                default_duration_ms: reader.integer("capture.default_duration"),
                max_file_size_mb: reader.integer("capture.max_file_size_mb"),
            },
            watch_config_files: reader.boolean("watch_config_files"),
            thread_table_size: reader.integer("falco_libs.thread_table_size"),
            thread_purge_interval_s: reader.integer("falco_libs.thread_table_auto_purging_interval_s"),
            thread_purge_timeout_s: reader.integer("falco_libs.thread_table_auto_purging_thread_timeout_s"),
            snaplen: reader.integer("falco_libs.snaplen"),
            base_syscalls: BaseSyscalls {
                custom_set: reader.texts("base_syscalls.custom_set"),
                repair: reader.boolean("base_syscalls.repair"),
                all: reader.boolean("base_syscalls.all"),
            },
            event_drops: event_drops(&mut reader),
            max_consecutive_timeouts: max_consecutive_timeouts(&mut reader),
            compat_fixes: reader.texts("compat.fixes"),
        };
        (config, reader.problems)
    }
}

fn engine(reader: &mut Reader<'_>) -> EngineKind {
    match reader.word("engine.kind").as_str() {
        "replay" => {
            let capture_file = reader.text("engine.replay.capture_file");
            if capture_file.is_empty()
                && let Some(node) = reader.node("engine.kind")
            {
                let message = "engine.kind is 'replay' but no engine.replay.capture_file specified.";
                reader.problems.push(Problem::error(message, node.origin.clone()));
            }
            EngineKind::Replay { capture_file }
        }
        "nodriver" => EngineKind::NoDriver,
        old @ ("kmod" | "ebpf" | "gvisor") => {
            if let Some(node) = reader.node("engine.kind") {
                let message = match old {
                    "kmod" => "there is no kernel module here; the eBPF probe is used",
                    "ebpf" => "the old BPF probe is gone; the modern one is used",
                    _ => "gVisor is no longer supported; the eBPF probe is used",
                };
                reader.problems.push(
                    Problem::warning(message, node.origin.clone())
                        .with_help("write `engine.kind: modern_ebpf`"),
                );
            }
            EngineKind::ModernEbpf
        }
        _ => EngineKind::ModernEbpf,
    }
}

fn rules_files(reader: &mut Reader<'_>) -> Vec<String> {
    if let (Some(_), Some(old)) = (reader.node("rules_files"), reader.node("rules_file")) {
        reader.problems.push(
            Problem::error("both 'rules_files' and 'rules_file' keys set", old.origin.clone())
                .with_help("keep `rules_files` and move the entries of `rules_file` there"),
        );
    }
    let mut files = reader.texts("rules_files");
    files.extend(reader.texts("rules_file"));
    files
}

fn event_drops(reader: &mut Reader<'_>) -> EventDrops {
    let mut actions: Vec<DropAction> = Vec::new();
    let node = reader.node("syscall_event_drops.actions");
    for name in reader.texts("syscall_event_drops.actions") {
        let action = match name.as_str() {
            "ignore" => Some(DropAction::Ignore),
            "log" => Some(DropAction::Log),
            "alert" => Some(DropAction::Alert),
            "exit" => Some(DropAction::Exit),
            _ => None,
        };
        let message = match action {
            Some(DropAction::Log | DropAction::Alert) if actions.contains(&DropAction::Ignore) => {
                format!("syscall event drop action \"{name}\" does not make sense with the \"ignore\" action")
            }
            Some(action) => {
                if !actions.contains(&action) {
                    actions.push(action);
                }
                continue;
            }
            None => {
                "available actions for syscall event drops are \"ignore\", \"log\", \"alert\", and \"exit\""
                    .to_string()
            }
        };
        if let Some(node) = node {
            reader.problems.push(Problem::error(message, node.origin.clone()));
        }
    }
    let threshold = reader.number("syscall_event_drops.threshold");
    if let Some(node) = reader.node("syscall_event_drops.threshold")
        && !(0.0..=1.0).contains(&threshold)
    {
        let message = "syscall event drops threshold must be a double in the range [0, 1]";
        reader.problems.push(Problem::error(message, node.origin.clone()));
    }
    EventDrops {
        threshold,
        actions,
        rate: reader.number("syscall_event_drops.rate"),
        max_burst: reader.number("syscall_event_drops.max_burst"),
        simulate: reader.boolean("syscall_event_drops.simulate_drops"),
    }
}

fn max_consecutive_timeouts(reader: &mut Reader<'_>) -> u64 {
    let path = "syscall_event_timeouts.max_consecutives";
    let most = reader.integer(path);
    if let (0, Some(node)) = (most, reader.node(path)) {
        let message = "the maximum consecutive timeouts without an event must be an unsigned integer > 0";
        reader.problems.push(Problem::error(message, node.origin.clone()));
    }
    most
}
