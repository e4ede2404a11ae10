//! Every metric there is: name, type, labels, the switch it belongs to, and what it says. Falco's names are those of its
//! `falco_metrics.cpp` and of its libraries' `metrics_collector.cpp`; ours begin with `ruled_`.

/// Prometheus' type of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows, until the program ends.
    Counter,
    /// Goes up and down.
    Gauge,
}

impl Kind {
    /// The word in `# TYPE`.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        }
    }
}

/// What makes a metric appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Falco's, always there.
    Falco,
    /// `metrics.rules_counters_enabled`.
    Rules,
    /// `metrics.kernel_event_counters_enabled`, with live events.
    Kernel,
    /// `metrics.kernel_event_counters_per_cpu_enabled`, with live events.
    PerCpu,
    /// `metrics.libbpf_stats_enabled`, with live events and `kernel.bpf_stats_enabled=1`.
    Programs,
    /// `metrics.kernel_iter_event_counters_enabled`, with live events.
    Iterators,
    /// `metrics.resource_utilization_enabled`.
    Resources,
    /// `metrics.state_counters_enabled`.
    State,
    /// Ours, always there.
    Ruled,
    /// Ours, with `metrics.rules_counters_enabled`.
    RuledRules,
    /// Ours, with `metrics.alert_labels`.
    AlertLabels,
    /// Ours, with `grpc.enabled`.
    Grpc,
    /// Prometheus' standard names for a process, always there.
    Process,
    /// The exporter's endpoint.
    Exporter,
}

impl Group {
    /// When metrics of the group appear, in Markdown.
    pub const fn when(self) -> &'static str {
        match self {
            Group::Falco | Group::Ruled | Group::Process => "always",
            Group::Rules | Group::RuledRules => "`metrics.rules_counters_enabled`",
            Group::Kernel => "`metrics.kernel_event_counters_enabled`, live events",
            Group::PerCpu => "`metrics.kernel_event_counters_per_cpu_enabled`, live events",
            Group::Programs => "`metrics.libbpf_stats_enabled`, live events, `kernel.bpf_stats_enabled`",
            Group::Iterators => "`metrics.kernel_iter_event_counters_enabled`, live events",
            Group::Resources => "`metrics.resource_utilization_enabled`",
            Group::State => "`metrics.state_counters_enabled`",
            Group::AlertLabels => "`metrics.alert_labels`",
            Group::Grpc => "`grpc.enabled`",
            Group::Exporter => "`exporter.enabled`, at the exporter's address",
        }
    }
}

/// One metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name; `<program>` stands for the name of a BPF program.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Its labels; `tag_*` stands for one label per tag, `*` for those that the configuration names.
    pub labels: &'static [&'static str],
    /// What makes it appear.
    pub group: Group,
    /// What it says: the text of `# HELP`.
    pub help: &'static str,
}

macro_rules! metrics {
    ($($constant:ident $kind:ident $group:ident $name:literal [$($label:literal)*] $help:literal;)*) => {
        $(pub(crate) const $constant: Metric = Metric {
            name: $name, kind: Kind::$kind, labels: &[$($label),*], group: Group::$group, help: $help,
        };)*
        /// All metrics, in the order in which they are printed.
        pub const METRICS: &[Metric] = &[$($constant),*];
    };
}

metrics! {
    VERSION Gauge Falco "falcosecurity_falco_version_info" ["version"]
        "The release of Falco whose behaviour this program has; always 1.";
    RULES_FILES Gauge Falco "falcosecurity_falco_sha256_rules_files_info" ["file_name" "sha256"]
        "SHA-256 of each loaded rules file; always 1.";
    CONFIG_FILES Gauge Falco "falcosecurity_falco_sha256_config_files_info" ["file_name" "sha256"]
        "SHA-256 of each loaded configuration file; always 1.";
    QUEUE_DROPS Counter Falco "falcosecurity_falco_outputs_queue_num_drops_total" []
        "Alerts that outputs lost for want of room, over all outputs.";
    RELOADED Gauge Falco "falcosecurity_falco_reload_timestamp_nanoseconds" []
        "When configuration and rules were last loaded, nanoseconds since the epoch.";
    RULE_MATCHES Counter Rules "falcosecurity_falco_rules_matches_total" ["rule_name" "priority" "source" "tag_*"]
        "Alerts of each rule; priority 0 is Emergency, 7 is Debug.";
    ENGINE_NAME Gauge Falco "falcosecurity_scap_engine_name_info" ["engine_name" "evt_source"]
        "Where the events of each source come from; always 1.";
    N_EVTS Counter Kernel "falcosecurity_scap_n_evts_total" []
        "Events that the probe saw, the lost ones included.";
    BUFFER_DROPS Counter Kernel "falcosecurity_scap_n_drops_buffer_total" ["drop" "dir"]
        "Events lost to full ring buffers, by family of calls; dir=enter is always 0, as in Falco.";
    SCRATCH_DROPS Counter Kernel "falcosecurity_scap_n_drops_scratch_map_total" []
        "Events lost because they were too long.";
    N_DROPS Counter Kernel "falcosecurity_scap_n_drops_total" []
        "Events lost in the kernel, for whatever reason.";
    CPU_EVTS Counter PerCpu "falcosecurity_scap_n_evts_cpu_total" ["cpu"]
        "Events that the probe saw on each CPU.";
    CPU_DROPS Counter PerCpu "falcosecurity_scap_n_drops_cpu_total" ["cpu"]
        "Events lost on each CPU.";
    PROGRAM_RUNS Counter Programs "falcosecurity_scap_<program>_run_cnt_total" []
        "How often a BPF program ran.";
    PROGRAM_TIME Counter Programs "falcosecurity_scap_<program>_run_time_nanoseconds_total" []
        "Time spent in a BPF program, in nanoseconds.";
    PROGRAM_MEAN Gauge Programs "falcosecurity_scap_<program>_avg_time_nanoseconds" []
        "Mean time of one run of a BPF program, in nanoseconds.";
    ITERATOR_EVENTS Counter Iterators "falcosecurity_scap_<counter>_total" []
        "Entries read through BPF iterators at the start, and those left out, by kind.";
    CPU_USAGE Gauge Resources "falcosecurity_falco_cpu_usage_ratio" []
        "Share of one CPU that this process has used since it started.";
    MEMORY_RSS Gauge Resources "falcosecurity_falco_memory_rss_bytes" []
        "Resident memory of this process.";
    MEMORY_VSZ Gauge Resources "falcosecurity_falco_memory_vsz_bytes" []
        "Virtual memory of this process.";
    MEMORY_PSS Gauge Resources "falcosecurity_falco_memory_pss_bytes" []
        "Proportional resident memory of this process.";
    CONTAINER_MEMORY Gauge Resources "falcosecurity_falco_container_memory_used_bytes" []
        "Memory used by the container this process runs in; 0: unknown.";
    HOST_CPU_USAGE Gauge Resources "falcosecurity_falco_host_cpu_usage_ratio" []
        "Share of all CPUs of the host that has been in use since it booted.";
    HOST_MEMORY Gauge Resources "falcosecurity_falco_host_memory_used_bytes" []
        "Memory of the host in use, without buffers and caches.";
    HOST_PROCS Gauge Resources "falcosecurity_falco_host_procs_running_total" []
        "Runnable threads of the host.";
    HOST_FDS Gauge Resources "falcosecurity_falco_host_open_fds_total" []
        "Allocated file handles of the host.";
    N_THREADS Gauge State "falcosecurity_scap_n_threads_total" []
        "Threads in the thread table.";
    N_FDS Gauge State "falcosecurity_scap_n_fds_total" []
        "Descriptors in all descriptor tables.";
    NONCACHED_FDS Counter State "falcosecurity_scap_n_noncached_fd_lookups_total" []
        "Look-ups of descriptors that went to a table.";
    CACHED_FDS Counter State "falcosecurity_scap_n_cached_fd_lookups_total" []
        "Look-ups of descriptors answered by the latest one; always 0: there is no such cache here.";
    FAILED_FDS Counter State "falcosecurity_scap_n_failed_fd_lookups_total" []
        "Look-ups of descriptors that the table did not have.";
    ADDED_FDS Counter State "falcosecurity_scap_n_added_fds_total" []
        "Descriptors added to tables.";
    REMOVED_FDS Counter State "falcosecurity_scap_n_removed_fds_total" []
        "Descriptors removed from tables.";
    STORED_EVTS Counter State "falcosecurity_scap_n_stored_evts_total" []
        "Enter events kept until their exit event.";
    STORE_DROPS Counter State "falcosecurity_scap_n_store_evts_drops_total" []
        "Enter events that could not be kept.";
    RETRIEVED_EVTS Counter State "falcosecurity_scap_n_retrieved_evts_total" []
        "Kept enter events that their exit event found.";
    RETRIEVE_DROPS Counter State "falcosecurity_scap_n_retrieve_evts_drops_total" []
        "Exit events that found no enter event.";
    NONCACHED_THREADS Counter State "falcosecurity_scap_n_noncached_thread_lookups_total" []
        "Look-ups of threads that went to the table.";
    CACHED_THREADS Counter State "falcosecurity_scap_n_cached_thread_lookups_total" []
        "Look-ups of threads answered by the latest one; always 0: there is no such cache here.";
    FAILED_THREADS Counter State "falcosecurity_scap_n_failed_thread_lookups_total" []
        "Look-ups of threads that the table did not have.";
    ADDED_THREADS Counter State "falcosecurity_scap_n_added_threads_total" []
        "Threads added to the table.";
    REMOVED_THREADS Counter State "falcosecurity_scap_n_removed_threads_total" []
        "Threads removed from the table.";
    FULL_THREADTABLE Counter State "falcosecurity_scap_n_drops_full_threadtable_total" []
        "Threads not stored because the table was full.";
    KERNEL_RELEASE Gauge Falco "falcosecurity_falco_kernel_release_info" ["kernel_release"]
        "The kernel's release; always 1.";
    HOSTNAME Gauge Falco "falcosecurity_evt_hostname_info" ["hostname"]
        "The host's name, as alerts have it; always 1.";
    START Gauge Falco "falcosecurity_falco_start_timestamp_nanoseconds" []
        "When this program started, nanoseconds since the epoch.";
    DURATION Counter Falco "falcosecurity_falco_duration_seconds_total" []
        "Seconds since this program started.";
    HOST_BOOT Gauge Falco "falcosecurity_falco_host_boot_timestamp_nanoseconds" []
        "When the host booted, nanoseconds since the epoch.";
    HOST_CPUS Gauge Falco "falcosecurity_falco_host_num_cpus_total" []
        "CPUs of the host.";

    BUILD Gauge Ruled "ruled_build_info" ["version" "falco_version"]
        "This program's version and the release of Falco that it follows; always 1.";
    RULESET Gauge Ruled "ruled_ruleset_info" ["digest"]
        "The digest of the rules in use; always 1.";
    RULES_LOADED Gauge Ruled "ruled_rules_loaded" []
        "Rules in use.";
    RELOADS Counter Ruled "ruled_reloads_total" ["result"]
        "Reloads since the start; result is ok or failed.";
    EVENTS Counter Ruled "ruled_events_total" []
        "Events applied to the state.";
    EVENTS_JUDGED Counter Ruled "ruled_events_judged_total" []
        "Events that the rules could see.";
    EVENTS_BY_TYPE Counter Ruled "ruled_events_by_type_total" ["type"]
        "Events by type, as evt.type names it: system calls and others.";
    ALERTS Counter Ruled "ruled_alerts_raised_total" ["priority"]
        "Alerts of rules by priority; 0 is Emergency, 7 is Debug.";
    HEARTBEAT Gauge Ruled "ruled_event_loop_silence_seconds" []
        "How long ago the event loop last answered; /healthz fails when this grows too large.";
    FDS_DROPPED Counter Ruled "ruled_descriptors_dropped_total" []
        "Descriptors not stored because the process's table was full.";
    OUTPUT_QUEUED Counter Ruled "ruled_output_alerts_queued_total" ["output"]
        "Alerts given to each output.";
    OUTPUT_DELIVERED Counter Ruled "ruled_output_alerts_delivered_total" ["output"]
        "Alerts that each output delivered.";
    OUTPUT_DROPPED Counter Ruled "ruled_output_alerts_dropped_total" ["output"]
        "Alerts that each output lost for want of room or time.";
    OUTPUT_DEAD Counter Ruled "ruled_output_alerts_dead_lettered_total" ["output"]
        "Alerts refused for good.";
    OUTPUT_SPOOLED Counter Ruled "ruled_output_alerts_spooled_total" ["output"]
        "Alerts that went through the spool.";
    OUTPUT_FAILED Counter Ruled "ruled_output_failures_total" ["output"]
        "Attempts to deliver that failed.";
    OUTPUT_RETRIED Counter Ruled "ruled_output_retries_total" ["output"]
        "Attempts that repeated a failed one.";
    OUTPUT_TIMEOUTS Counter Ruled "ruled_output_timeouts_total" ["output"]
        "Deliveries that took longer than output_timeout.";
    OUTPUT_BYTES Counter Ruled "ruled_output_bytes_total" ["output"]
        "Bytes of delivered lines.";
    OUTPUT_DEPTH Gauge Ruled "ruled_output_queue_alerts" ["output"]
        "Alerts that wait for each output.";
    OUTPUT_DEPTH_BYTES Gauge Ruled "ruled_output_queue_bytes" ["output"]
        "Bytes of the alerts that wait in memory.";
    WEB_REQUESTS Counter Ruled "ruled_http_requests_total" ["path" "code"]
        "Requests to the web server.";
    RULE_EVALUATIONS Counter RuledRules "ruled_rule_evaluations_total" ["rule_name" "source"]
        "How often each rule's condition was looked at, estimated from samples.";
    RULE_SECONDS Counter RuledRules "ruled_rule_evaluation_seconds_total" ["rule_name" "source"]
        "Time spent on each rule's condition, estimated from samples.";
    PROFILED Counter RuledRules "ruled_rule_samples_total" []
        "Events of which the cost of each rule was measured.";
    LABELLED_ALERTS Counter AlertLabels "ruled_alerts_total" ["rule_name" "priority" "source" "*"]
        "Alerts by rule and by the fields that metrics.alert_labels names; _overflow once there are too many series.";
    GRPC_CLIENTS Gauge Grpc "ruled_grpc_streams" []
        "Open streams of alerts.";
    GRPC_SENT Counter Grpc "ruled_grpc_alerts_sent_total" []
        "Alerts given to streams; an alert that two clients get counts twice.";
    GRPC_UNREAD Counter Grpc "ruled_grpc_alerts_lost_total" []
        "Alerts pushed out of the full buffer before any client had read them.";
    GRPC_SKIPPED Counter Grpc "ruled_grpc_alerts_skipped_total" []
        "Alerts that slow clients missed, summed over clients.";
    GRPC_WAITING Gauge Grpc "ruled_grpc_alerts_waiting" []
        "Alerts that no client has read yet.";

    PROCESS_CPU Counter Process "process_cpu_seconds_total" []
        "User and system CPU time of this process.";
    PROCESS_FDS Gauge Process "process_open_fds" []
        "Open descriptors of this process.";
    PROCESS_MAX_FDS Gauge Process "process_max_fds" []
        "Most descriptors that this process may open.";
    PROCESS_VIRTUAL Gauge Process "process_virtual_memory_bytes" []
        "Virtual memory of this process.";
    PROCESS_RESIDENT Gauge Process "process_resident_memory_bytes" []
        "Resident memory of this process.";
    PROCESS_THREADS Gauge Process "process_threads" []
        "Threads of this process.";
    PROCESS_START Gauge Process "process_start_time_seconds" []
        "When this process started, seconds since the epoch.";

    FALCO_EVENTS Counter Exporter "falco_events" ["rule" "priority" "hostname" "source" "k8s_ns_name" "k8s_pod_name" "tags"]
        "Alerts, as falco-exporter counts them; priority 0 is Emergency, 7 is Debug; tags stand between commas.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_say_something() {
        for (index, metric) in METRICS.iter().enumerate() {
            assert!(METRICS[..index].iter().all(|other| other.name != metric.name), "{}", metric.name);
            assert!(metric.help.ends_with('.') || metric.help.ends_with(".}"), "{}", metric.name);
            assert!(!metric.help.contains(['\n', '\\']), "{}", metric.name);
        }
    }

    #[test]
    fn our_own_names_follow_the_conventions() {
        for metric in METRICS.iter().filter(|metric| metric.name.starts_with("ruled_")) {
            assert_eq!(metric.kind == Kind::Counter, metric.name.ends_with("_total"), "{}", metric.name);
        }
    }
}
