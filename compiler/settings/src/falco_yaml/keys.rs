//! Every key of `falco.yaml`, past and present: its type, its default, and what became of it.

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`, in any of YAML's spellings.
    Bool,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// Text.
    Text,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A duration such as `1h` or `15m30s`.
    Duration,
    /// A sequence of texts.
    Texts,
    /// A sequence or mapping with a form of its own, see `docs/configuration.md`.
    Form,
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// In use.
    Current,
    /// Falco dropped it; what to write instead, or why it can go.
    Dropped(&'static str),
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Dotted path.
    pub path: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Its default, as it would be written; empty for none.
    pub default: &'static str,
    /// In use or not.
    pub status: Status,
    /// What it sets.
    pub about: &'static str,
}

const fn key(path: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Key {
    Key { path, kind, default, status: Status::Current, about }
}

const fn dropped(path: &'static str, kind: Kind, note: &'static str) -> Key {
    Key { path, kind, default: "", status: Status::Dropped(note), about: "" }
}

const LEVELS: Kind = Kind::OneOf(&[
    "emergency",
    "alert",
    "critical",
    "error",
    "warning",
    "notice",
    "info",
    "informational",
    "debug",
    "trace",
    "fatal",
]);
const PRIORITIES: Kind = Kind::OneOf(&[
    "emergency",
    "alert",
    "critical",
    "error",
    "warning",
    "notice",
    "info",
    "informational",
    "debug",
]);

/// The key at a path.
pub fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// Whether some key lies below a path, so that a mapping there is expected.
pub fn is_section(path: &str) -> bool {
    KEYS.iter().any(|key| key.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

use Kind::{Bool, Duration, Form, Integer, Number, OneOf, Text, Texts};

/// All keys, in the order of the shipped `falco.yaml`.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    key("config_files", Form, "", "Further configuration files or directories, each with a merge strategy."),
    key("watch_config_files", Bool, "true", "Reload when a configuration or rules file changes."),
    key("rules_files", Texts, "", "Rules files and directories, loaded in this order."),
    dropped("rules_file", Texts, "write `rules_files` (plural); the old name is still honoured"),
    key("bundle.file", Text, "", "A rule bundle, made by `rulec build`, instead of rules files."),
    key("bundle.keys", Texts, "", "Keys (`ed25519:…`) or files with keys; a bundle must be signed with one of them."),
    key("state_dir", Text, "/var/lib/ruled", "Where the last accepted bundle is remembered."),
    key("rules", Form, "", "Switches rules on and off by name, wildcard or tag."),
    key("engine.kind", OneOf(&["modern_ebpf", "kmod", "replay", "nodriver", "ebpf", "gvisor"]), "modern_ebpf", "Where syscall events come from."),
    key("engine.kmod.buf_size_preset", Integer, "4", "Ring buffer size of the kernel module."),
    key("engine.kmod.drop_failed_exit", Bool, "false", "Leave failed system calls out."),
    key("engine.modern_ebpf.cpus_for_each_buffer", Integer, "2", "How many CPUs share a ring buffer; 0: one buffer for all."),
    key("engine.modern_ebpf.buf_size_preset", Integer, "4", "Ring buffer size, 1 (1 MB) to 10 (512 MB)."),
    key("engine.modern_ebpf.drop_failed_exit", Bool, "false", "Leave failed system calls out."),
    key("engine.modern_ebpf.disable_iterators", Bool, "false", "No effect: /proc is read at the start always."),
    key("engine.modern_ebpf.attachment", OneOf(&["auto", "fexit", "native", "default", "portable"]), "auto", "How system calls are hooked; auto: the cheapest way that leaves nothing unseen here."),
    key("engine.replay.capture_file", Text, "", "The capture file to replay."),
    key("engine.replay.endpoints", Bool, "false", "Serve web, gRPC and exporter while a capture is replayed, too."),
    dropped("engine.ebpf", Form, "the old BPF probe is gone; `engine.kind: modern_ebpf` is used"),
    dropped("engine.gvisor", Form, "gVisor is no longer supported"),
    key("capture.enabled", Bool, "false", "Record events around alerts into capture files."),
    key("capture.path_prefix", Text, "/tmp/falco", "Where capture files are written."),
    key("capture.mode", OneOf(&["rules", "all_rules"]), "rules", "Record for rules that ask for it, or for all."),
    key("capture.default_duration", Integer, "5000", "Milliseconds to record after an alert."),
    key("capture.max_file_size_mb", Integer, "0", "Largest capture file; 0: no limit."),
    key("plugins", Form, "", "Plugins and their settings."),
    key("load_plugins", Texts, "", "Names of the plugins to load."),
    key("plugins_hostinfo", Bool, "true", "Give plugins access to /proc and the like."),
    key("time_format_iso_8601", Bool, "false", "ISO 8601 times (UTC) in alerts and logs."),
    key("buffer_format_base64", Bool, "false", "Print byte buffers as base64."),
    key("priority", PRIORITIES, "debug", "Rules below this priority are not loaded."),
    key("json_output", Bool, "false", "Alerts as JSON instead of text."),
    key("json_include_output_property", Bool, "true", "The `output` line in JSON alerts."),
    key("json_include_message_property", Bool, "false", "The `message` without time and priority in JSON alerts."),
    key("json_include_output_fields_property", Bool, "true", "The `output_fields` object in JSON alerts."),
    key("json_include_tags_property", Bool, "true", "The `tags` in JSON alerts."),
    key("buffered_outputs", Bool, "false", "Buffer standard output instead of flushing every alert."),
    key("rule_matching", OneOf(&["first", "all"]), "first", "Stop at the first matching rule, or alert for every one."),
    key("outputs_queue.capacity", Integer, "0", "Alerts that may wait for one output; 0: as many as `outputs_queue.max_size_mb` allows."),
    key("outputs_queue.max_size_mb", Integer, "64", "Megabytes of alerts that may wait in memory for one output."),
    key("outputs_retry.first_ms", Integer, "100", "Milliseconds before a failed delivery is repeated; the wait doubles each time."),
    key("outputs_retry.longest_ms", Integer, "10000", "The longest such wait."),
    key("outputs_spool.enabled", Bool, "false", "Keep alerts on disk until they are delivered."),
    key("outputs_spool.directory", Text, "", "Where; empty: `spool` in the state directory."),
    key("outputs_spool.max_size_mb", Integer, "1024", "Most megabytes on disk; beyond it the oldest alerts are deleted and counted."),
    key("outputs_spool.segment_size_mb", Integer, "8", "Megabytes of one file of the spool."),
    key("outputs_spool.fsync", OneOf(&["never", "interval", "always"]), "interval", "When alerts are forced to the disk: when the system likes, once a second, or before any output sees them."),
    key("outputs_spool.outputs", Texts, "", "Outputs that use the spool, by name (`stdout`, `file`, `syslog`, `program`, `http`); none: all."),
    key("outputs_grouping.enabled", Bool, "false", "Repeated alerts: the first at once, then one summary with their number."),
    key("outputs_grouping.window", Duration, "60s", "How long alerts are collected for a summary."),
    key("outputs_grouping.fields", Texts, "", "Fields that make alerts of one rule equal; none: the whole message."),
    key("append_output", Form, "", "Text and fields to add to the outputs of rules."),
    key("static_fields", Form, "", "Fields with a fixed value, usable in outputs."),
    key("stdout_output.enabled", Bool, "false", "Alerts to standard output."),
    key("syslog_output.enabled", Bool, "false", "Alerts to syslog."),
    key("file_output.enabled", Bool, "false", "Alerts to a file."),
    key("file_output.keep_alive", Bool, "false", "Keep the file open between alerts."),
    key("file_output.filename", Text, "", "The file."),
    key("file_output.max_size_mb", Integer, "0", "Megabytes after which the file is renamed to `.1` and a new one begins; 0: never."),
    key("file_output.keep", Integer, "5", "Renamed files that stay."),
    key("http_output.enabled", Bool, "false", "Alerts to an HTTP endpoint."),
    key("http_output.url", Text, "", "The endpoint."),
    key("http_output.user_agent", Text, "falcosecurity/falco", "The User-Agent header."),
    key("http_output.insecure", Bool, "false", "Do not verify the server's certificate."),
    key("http_output.ca_cert", Text, "", "Certificate of the authority to trust."),
    key("http_output.ca_bundle", Text, "", "Bundle of authorities to trust."),
    key("http_output.ca_path", Text, "/etc/ssl/certs", "Directory of authorities to trust."),
    key("http_output.mtls", Bool, "false", "Present a client certificate."),
    key("http_output.client_cert", Text, "/etc/ssl/certs/client.crt", "The client certificate."),
    key("http_output.client_key", Text, "/etc/ssl/certs/client.key", "Its key."),
    key("http_output.echo", Bool, "false", "Print the server's answers."),
    key("http_output.compress_uploads", Bool, "false", "Compress request bodies."),
    key("http_output.keep_alive", Bool, "false", "Keep the connection open while there is nothing to send."),
    key("http_output.max_consecutive_timeouts", Integer, "5", "Time-outs in a row after which an alert that is not in the spool is given up."),
    key("http_output.timeout_ms", Integer, "10000", "Milliseconds that one request may take."),
    key("program_output.enabled", Bool, "false", "Alerts to a program's standard input."),
    key("program_output.keep_alive", Bool, "false", "Keep the program running between alerts."),
    key("program_output.program", Text, "", "The command line."),
    key("program_output.timeout_ms", Integer, "30000", "Milliseconds after which a program that takes no input or does not end is killed."),
    dropped("grpc.enabled", Bool, "Falco removed gRPC; here it is still honoured"),
    dropped("grpc.bind_address", Text, "Falco removed gRPC; here it is still honoured"),
    dropped("grpc.threadiness", Integer, "Falco removed gRPC; here it is still honoured"),
    dropped("grpc.private_key", Text, "Falco removed gRPC; here it is still honoured"),
    dropped("grpc.cert_chain", Text, "Falco removed gRPC; here it is still honoured"),
    dropped("grpc.root_certs", Text, "Falco removed gRPC; here it is still honoured"),
    dropped("grpc_output.enabled", Bool, "Falco removed gRPC; here it is still honoured"),
    key("grpc_output.capacity", Integer, "10000", "Alerts that are kept until a gRPC client reads them."),
    key("exporter.enabled", Bool, "false", "Serve what falco-exporter served."),
    key("exporter.listen_address", Text, "127.0.0.1:9376", "Where its metrics are; `:9376` is every address."),
    key("exporter.probes_listen_address", Text, "127.0.0.1:19376", "Where its probes are."),
    key("exporter.server_ca", Text, "", "Authority of clients' certificates; with it, metrics are served over mutual TLS."),
    key("exporter.server_cert", Text, "", "The exporter's certificate."),
    key("exporter.server_key", Text, "", "Its key."),
    key("webserver.enabled", Bool, "false", "Serve health, versions and metrics over HTTP."),
    key("webserver.threadiness", Integer, "0", "Threads of the server; 0: as many as CPUs."),
    key("webserver.listen_port", Integer, "8765", "The port."),
    key("webserver.listen_address", Text, "127.0.0.1", "The address; Falco's default is every one."),
    key("webserver.k8s_healthz_endpoint", Text, "/healthz", "Path of the health check."),
    key("webserver.prometheus_metrics_enabled", Bool, "false", "Serve /metrics."),
    key("webserver.ssl_enabled", Bool, "false", "Serve over TLS."),
    key("webserver.ssl_certificate", Text, "/etc/falco/falco.pem", "Certificate and key."),
    key("webserver.stall_timeout", Duration, "10s", "How long the event loop may be silent before health checks answer 503."),
    key("webserver.reload_endpoint", Bool, "false", "Reload on `POST /reload`."),
    dropped("webserver.k8s_audit_endpoint", Text, "the k8saudit plugin receives audit events now"),
    key("log_stderr", Bool, "false", "Log to standard error."),
    key("log_syslog", Bool, "true", "Log to syslog."),
    key("log_level", LEVELS, "info", "Lowest level of the daemon's own log; alerts obey `priority` instead."),
    key("libs_logger.enabled", Bool, "true", "Log of the engine."),
    key("libs_logger.severity", LEVELS, "info", "Lowest level of the engine's log."),
    key("output_timeout", Integer, "2000", "Milliseconds after which a slow output is reported."),
    key("syscall_event_timeouts.max_consecutives", Integer, "1000", "Time-outs without an event before it is reported."),
    key("syscall_event_drops.threshold", Number, "0.1", "Share of dropped events that counts as noteworthy."),
    key("syscall_event_drops.actions", Texts, "", "What to do then: ignore, log, alert, exit."),
    key("syscall_event_drops.rate", Number, "0.03333", "How often to do it, per second."),
    key("syscall_event_drops.max_burst", Number, "1", "How many times at once."),
    key("syscall_event_drops.simulate_drops", Bool, "false", "Behave as if events had been dropped, for tests."),
    key("metrics.enabled", Bool, "false", "Collect metrics."),
    key("metrics.interval", Duration, "1h", "How often a snapshot is emitted."),
    key("metrics.output_rule", Bool, "false", "Snapshots as internal alerts."),
    key("metrics.output_file", Text, "", "Snapshots to this file."),
    key("metrics.rules_counters_enabled", Bool, "true", "Matches of each rule."),
    key("metrics.resource_utilization_enabled", Bool, "true", "CPU and memory."),
    key("metrics.state_counters_enabled", Bool, "true", "Threads, descriptors and look-ups."),
    key("metrics.kernel_event_counters_enabled", Bool, "true", "Events and drops in the kernel."),
    key("metrics.kernel_event_counters_per_cpu_enabled", Bool, "true", "The same for each CPU."),
    key("metrics.libbpf_stats_enabled", Bool, "true", "Run time of the BPF programs."),
    key("metrics.plugins_metrics_enabled", Bool, "true", "Metrics of plugins."),
    key("metrics.kernel_iter_event_counters_enabled", Bool, "true", "Events from BPF iterators."),
    key("metrics.jemalloc_stats_enabled", Bool, "true", "Falco's allocator; accepted, gives nothing here."),
    key("metrics.convert_memory_to_mb", Bool, "true", "Memory in megabytes."),
    key("metrics.include_empty_values", Bool, "false", "Counters that are zero, too."),
    key("metrics.rule_costs_enabled", Bool, "true", "Measure samples of what each rule costs."),
    key("metrics.alert_labels", Texts, "", "Fields that alerts are counted by in `ruled_alerts_total`; rules must print them."),
    key("metrics.alert_labels_max_series", Integer, "1000", "Series after which new ones count as `_overflow`."),
    key("base_syscalls.custom_set", Texts, "", "System calls to trace besides those of the rules; `!name` leaves one out."),
    key("base_syscalls.repair", Bool, "false", "Trace the least that keeps the state right."),
    key("base_syscalls.all", Bool, "false", "Trace all system calls."),
    key("falco_libs.thread_table_size", Integer, "262144", "Most threads in the table."),
    key("falco_libs.thread_table_auto_purging_interval_s", Integer, "300", "Seconds between purges of the thread table."),
    key("falco_libs.thread_table_auto_purging_thread_timeout_s", Integer, "300", "Seconds after which an idle thread may be purged."),
    key("falco_libs.snaplen", Integer, "80", "Bytes of a data buffer that are kept."),
    key("compat.fixes", Texts, "", "Deviations from Falco to switch on, by name."),
    dropped("outputs.rate", Number, "alerts are no longer throttled; drop the section"),
    dropped("outputs.max_burst", Number, "alerts are no longer throttled; drop the section"),
    dropped("metadata_download.max_mb", Integer, "Kubernetes metadata comes from the container runtime now; drop the section"),
    dropped("metadata_download.chunk_wait_us", Integer, "Kubernetes metadata comes from the container runtime now; drop the section"),
    dropped("metadata_download.watch_freq_sec", Integer, "Kubernetes metadata comes from the container runtime now; drop the section"),
    dropped("syscall_buf_size_preset", Integer, "write `engine.modern_ebpf.buf_size_preset`; the old name is still honoured"),
    dropped("syscall_drop_failed_exit", Bool, "write `engine.modern_ebpf.drop_failed_exit`; the old name is still honoured"),
    dropped("modern_bpf.cpus_for_each_syscall_buffer", Integer, "write `engine.modern_ebpf.cpus_for_each_buffer`; the old name is still honoured"),
];

#[cfg(test)]
mod tests {
    use super::{KEYS, find, is_section};

    #[test]
    fn keys_are_unique_and_sections_are_not_keys() {
        for (index, key) in KEYS.iter().enumerate() {
            assert!(KEYS[..index].iter().all(|other| other.path != key.path), "{} twice", key.path);
            assert!(!is_section(key.path), "{} is a key and a section", key.path);
        }
        assert!(find("json_output").is_some());
        assert!(is_section("engine.replay") && !is_section("engine.rep"));
    }
}
