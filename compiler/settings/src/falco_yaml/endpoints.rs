//! What others may ask the running daemon: the typed settings of `webserver`, `metrics`, `grpc` and `exporter`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::duration::duration;
use super::reader::Reader;
use crate::origin::Problem;

/// Falco's shortest `metrics.interval`.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);

/// Everything that listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// `webserver`.
    pub web: Option<WebSettings>,
    /// `metrics`.
    pub metrics: Option<MetricsSettings>,
    /// `grpc`.
    pub grpc: Option<GrpcSettings>,
    /// `exporter`.
    pub exporter: Option<ExporterSettings>,
    /// Whether they are served while a capture is replayed, too.
    pub in_replay: bool,
    /// How long the event loop may be silent before health checks fail.
    pub stall: Duration,
}

/// `webserver`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSettings {
    /// As configured; one thread does all the work. 0: as many as CPUs.
    pub threadiness: u64,
    /// Where.
    pub address: SocketAddr,
    /// Path of the health check.
    pub health_path: String,
    /// Whether there is `/metrics`.
    pub metrics: bool,
    /// Certificate and key in one file, for TLS.
    pub certificate: Option<String>,
    /// Whether there is `/reload`.
    pub reload: bool,
}

/// `metrics`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsSettings {
    /// As written, for the log.
    pub interval_text: String,
    /// How often a snapshot is emitted.
    pub interval: Duration,
    /// Snapshots as internal alerts.
    pub output_rule: bool,
    /// Snapshots to this file; empty: none.
    pub output_file: String,
    /// Matches of each rule.
    pub rules: bool,
    /// CPU and memory.
    pub resources: bool,
    /// Threads, descriptors and look-ups.
    pub state: bool,
    /// Events and drops in the kernel.
    pub kernel: bool,
    /// The same for each CPU.
    pub per_cpu: bool,
    /// Run time of BPF programs.
    pub programs: bool,
    /// Entries read through BPF iterators.
    pub iterators: bool,
    /// Memory in megabytes.
    pub megabytes: bool,
    /// Zeros, too.
    pub empty_values: bool,
    /// Fields that alerts are counted by.
    pub alert_labels: Vec<String>,
    /// Most series of these counts.
    pub alert_series: u64,
    /// Whether the cost of each rule is measured.
    pub rule_costs: bool,
}

/// Where gRPC listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrpcAddress {
    /// A Unix socket.
    Unix(String),
    /// A TCP address, always with mutual TLS.
    Tcp(SocketAddr),
}

/// `grpc` and `grpc_output`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrpcSettings {
    /// Where.
    pub address: GrpcAddress,
    /// As written, for the log.
    pub address_text: String,
    /// As configured; one thread does all the work. 0: as many as CPUs.
    pub threadiness: u64,
    /// The server's key.
    pub private_key: String,
    /// The server's certificates.
    pub cert_chain: String,
    /// The authority of clients' certificates.
    pub root_certs: String,
    /// Whether alerts go there.
    pub alerts: bool,
    /// Alerts that are kept until they are read.
    pub capacity: u64,
}

/// `exporter`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExporterSettings {
    /// Where metrics are.
    pub address: SocketAddr,
    /// Where probes are.
    pub probes: SocketAddr,
    /// The authority of clients' certificates; empty: no TLS.
    pub server_ca: String,
    /// The server's certificates.
    pub server_cert: String,
    /// The server's key.
    pub server_key: String,
}

impl Endpoints {
    pub(super) fn read(reader: &mut Reader<'_>) -> Endpoints {
        let web = web(reader);
        let stall = span(reader, "webserver.stall_timeout");
        Endpoints {
            metrics: metrics(reader, web.as_ref().is_some_and(|web| web.metrics)),
            web,
            grpc: grpc(reader),
            exporter: exporter(reader),
            in_replay: reader.boolean("engine.replay.endpoints"),
            stall,
        }
    }
}

/// An error at a key, or wherever the configuration comes from when the key is not written.
fn error(reader: &mut Reader<'_>, path: &str, message: String) {
    let section = path.split('.').next().unwrap_or(path);
    if let Some(node) = reader.node(path).or_else(|| reader.node(section)) {
        reader.problems.push(Problem::error(message, node.origin.clone()));
    }
}

fn span(reader: &mut Reader<'_>, path: &'static str) -> Duration {
    let text = reader.text(path);
    duration(&text).unwrap_or_else(|| {
        error(reader, path, format!("`{path}` is no duration such as `10s`: `{text}`"));
        Duration::ZERO
    })
}

/// `address:port`; as in Go, `:port` means every address.
fn socket_address(text: &str) -> Option<SocketAddr> {
    match text.strip_prefix(':') {
        Some(port) => Some(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), port.parse().ok()?)),
        None => text.parse().ok().or_else(|| {
            let port = text.strip_prefix("localhost:")?.parse().ok()?;
            Some(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port))
        }),
    }
}

fn web(reader: &mut Reader<'_>) -> Option<WebSettings> {
    if !reader.boolean("webserver.enabled") {
        return None;
    }
    let text = reader.text("webserver.listen_address");
    let address: IpAddr = text.trim_matches(['[', ']']).parse().unwrap_or_else(|_| {
        let message = format!("webserver listen address \"{text}\" is not a valid IP address");
        error(reader, "webserver.listen_address", message);
        Ipv4Addr::LOCALHOST.into()
    });
    let port = u16::try_from(reader.integer("webserver.listen_port")).unwrap_or_else(|_| {
        error(reader, "webserver.listen_port", "`webserver.listen_port` is no port".to_string());
        0
    });
    let mut health_path = reader.text("webserver.k8s_healthz_endpoint");
    if !health_path.starts_with('/') {
        health_path.insert(0, '/');
    }
    Some(WebSettings {
        threadiness: reader.integer("webserver.threadiness"),
        address: SocketAddr::new(address, port),
        health_path,
        metrics: reader.boolean("webserver.prometheus_metrics_enabled"),
        certificate: reader
            .boolean("webserver.ssl_enabled")
            .then(|| reader.text("webserver.ssl_certificate")),
        reload: reader.boolean("webserver.reload_endpoint"),
    })
}

fn metrics(reader: &mut Reader<'_>, scraped: bool) -> Option<MetricsSettings> {
    if !reader.boolean("metrics.enabled") {
        return None;
    }
    let interval_text: String =
        reader.text("metrics.interval").chars().filter(|symbol| !symbol.is_whitespace()).collect();
    let interval = duration(&interval_text).unwrap_or_default();
    if interval < SHORTEST_INTERVAL {
        let message = "Metrics interval must have a minimum value of 100ms and reflect a Prometheus compliant time \
                       duration format: \
                       https://prometheus.io/docs/prometheus/latest/querying/basics/#time-durations. ";
        error(reader, "metrics.interval", message.to_string());
    }
    let settings = MetricsSettings {
        interval_text,
        interval: interval.max(SHORTEST_INTERVAL),
        output_rule: reader.boolean("metrics.output_rule"),
        output_file: reader.text("metrics.output_file"),
        rules: reader.boolean("metrics.rules_counters_enabled"),
        resources: reader.boolean("metrics.resource_utilization_enabled"),
        state: reader.boolean("metrics.state_counters_enabled"),
        kernel: reader.boolean("metrics.kernel_event_counters_enabled"),
        per_cpu: reader.boolean("metrics.kernel_event_counters_per_cpu_enabled"),
        programs: reader.boolean("metrics.libbpf_stats_enabled"),
        iterators: reader.boolean("metrics.kernel_iter_event_counters_enabled"),
        megabytes: reader.boolean("metrics.convert_memory_to_mb"),
        empty_values: reader.boolean("metrics.include_empty_values"),
        alert_labels: reader.texts("metrics.alert_labels"),
        alert_series: reader.integer("metrics.alert_labels_max_series").max(1),
        rule_costs: reader.boolean("metrics.rule_costs_enabled"),
    };
    if !settings.output_rule && settings.output_file.is_empty() && !scraped {
        let message = "Metrics are enabled with no output configured. Please enable at least one output channel \
                       ('metrics.output_rule', 'metrics.output_file' or 'webserver.prometheus_metrics_enabled')";
        error(reader, "metrics.enabled", message.to_string());
    }
    Some(settings)
}

fn grpc(reader: &mut Reader<'_>) -> Option<GrpcSettings> {
    let alerts = reader.boolean("grpc_output.enabled");
    if !reader.boolean("grpc.enabled") {
        return None;
    }
    let or = |text: String, default: &str| if text.is_empty() { default.to_string() } else { text };
    let address_text = or(reader.text("grpc.bind_address"), "unix:///run/falco/falco.sock");
    let address = match address_text.strip_prefix("unix:") {
        Some(path) => {
            // unix:///path and unix:/path are the same place.
            let path = path.strip_prefix("//").unwrap_or(path);
            if !path.starts_with('/') {
                let message = format!("`grpc.bind_address` does not name an absolute path: `{address_text}`");
                error(reader, "grpc.bind_address", message);
            }
            GrpcAddress::Unix(path.to_string())
        }
        None => GrpcAddress::Tcp(socket_address(&address_text).unwrap_or_else(|| {
            let message =
                format!("`grpc.bind_address` is neither unix:///path nor address:port: `{address_text}`");
            error(reader, "grpc.bind_address", message);
            SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 5060)
        })),
    };
    Some(GrpcSettings {
        address,
        address_text,
        threadiness: reader.integer("grpc.threadiness"),
        private_key: or(reader.text("grpc.private_key"), "/etc/falco/certs/server.key"),
        cert_chain: or(reader.text("grpc.cert_chain"), "/etc/falco/certs/server.crt"),
        root_certs: or(reader.text("grpc.root_certs"), "/etc/falco/certs/ca.crt"),
        alerts,
        capacity: reader.integer("grpc_output.capacity").max(1),
    })
}

fn exporter(reader: &mut Reader<'_>) -> Option<ExporterSettings> {
    if !reader.boolean("exporter.enabled") {
        return None;
    }
    let mut address = |path: &'static str| {
        let text = reader.text(path);
        socket_address(&text).unwrap_or_else(|| {
            error(reader, path, format!("`{path}` is no address:port: `{text}`"));
            SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0)
        })
    };
    let (listen, probes) = (address("exporter.listen_address"), address("exporter.probes_listen_address"));
    Some(ExporterSettings {
        address: listen,
        probes,
        server_ca: reader.text("exporter.server_ca"),
        server_cert: reader.text("exporter.server_cert"),
        server_key: reader.text("exporter.server_key"),
    })
}
