//! What the daemon serves: health, metrics, exporter, gRPC and metrics snapshots, around a replayed capture.

mod support;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use support::{Scratch, baseline, command, demo, free_port, ruled};

const PATIENCE: Duration = Duration::from_secs(60);

struct Ports {
    web: u16,
    exporter: u16,
    probes: u16,
}

/// A configuration that serves everything, with `more` at its end.
fn config(scratch: &Scratch, ports: &Ports, more: &str) -> String {
    let Ports { web, exporter, probes } = ports;
    let text = format!(
        "engine: {{kind: replay, replay: {{capture_file: {:?}, endpoints: true}}}}\n\
         rules_files: [{:?}]\n\
         json_output: true\nstdout_output: {{enabled: true}}\nlog_stderr: true\nlog_syslog: false\n\
         plugins: [{{name: container, library_path: libcontainer.so}}]\nload_plugins: [container]\n\
         webserver: {{enabled: true, listen_port: {web}, prometheus_metrics_enabled: true, reload_endpoint: true}}\n\
         exporter: {{enabled: true, listen_address: 'localhost:{exporter}', probes_listen_address: '127.0.0.1:{probes}'}}\n\
         grpc: {{enabled: true, bind_address: 'unix://{}'}}\ngrpc_output: {{enabled: true}}\n{more}\n",
        demo(),
        scratch.path("rules.yaml"),
        scratch.path("falco.sock"),
    );
    std::fs::copy(baseline(), scratch.path("rules.yaml")).unwrap();
    scratch.file("falco.yaml", text)
}

const METRICS: &str =
    "metrics: {enabled: true, interval: 300ms, output_rule: true, alert_labels: [proc.name]}";

struct Daemon {
    child: Option<Child>,
    ports: Ports,
    scratch: Option<Scratch>,
}

impl Daemon {
    /// Replays the whole demo and stays.
    fn start(name: &str, more: &str) -> Daemon {
        let scratch = Scratch::new(name);
        let ports = Ports { web: free_port(), exporter: free_port(), probes: free_port() };
        let config = config(&scratch, &ports, more);
        let child = command(&["-c", &config, "-M", "1000000"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Daemon { child: Some(child), ports, scratch: Some(scratch) }
    }

    /// Waits until all events are processed and all alerts counted.
    fn settled(&self) -> String {
        static EVENTS: LazyLock<f64> = LazyLock::new(events);
        let end = Instant::now() + PATIENCE;
        loop {
            let page = get(self.ports.web, "/metrics").map(|(_, body)| body).unwrap_or_default();
            let waiting = page.lines().filter(|line| line.starts_with("ruled_output_queue_alerts{"));
            // Standard output is not read before the end.
            let mut waiting = waiting.filter(|line| !line.contains("\"stdout\""));
            if sample(&page, "ruled_events_total") == Some(*EVENTS)
                && waiting.all(|line| line.ends_with(" 0"))
            {
                return page;
            }
            assert!(Instant::now() < end, "not all of {} events\n{page}", *EVENTS);
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn scratch(&self) -> &Scratch {
        self.scratch.as_ref().unwrap()
    }

    fn end(mut self) -> (Output, Scratch) {
        let child = self.child.take().unwrap();
        kill(Pid::from_raw(child.id() as i32), Signal::SIGTERM).unwrap();
        (child.wait_with_output().unwrap(), self.scratch.take().unwrap())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// How many events the demo has.
fn events() -> f64 {
    let run = ruled(&["replay", &demo(), "-r", &baseline(), "-v"]);
    let rest = run.stderr.split("Captured Events: ").nth(1).unwrap_or_else(|| panic!("{}", run.stderr));
    rest.split(',').next().unwrap().parse().unwrap()
}

fn request(port: u16, method: &str, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_string()))
}

fn get(port: u16, path: &str) -> Option<(u16, String)> {
    request(port, "GET", path)
}

/// The value of the sample that begins with this.
fn sample(page: &str, start: &str) -> Option<f64> {
    page.lines().find(|line| line.starts_with(start))?.rsplit(' ').next()?.parse().ok()
}

/// Sums of a metric by one of its labels.
fn by_label(page: &str, metric: &str, label: &str) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for line in page.lines().filter(|line| line.starts_with(&format!("{metric}{{"))) {
        let start = line.find(&format!("{label}=\"")).unwrap() + label.len() + 2;
        let name = line[start..].split('"').next().unwrap();
        *sums.entry(name.to_string()).or_default() +=
            line.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
    }
    sums
}

/// JSON alerts of a run.
fn alerts(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_surface_says_the_same() {
    let daemon = Daemon::start("surfaces", METRICS);
    let page = daemon.settled();
    let web = daemon.ports.web;
    assert_eq!(get(web, "/healthz"), Some((200, "{\"status\": \"ok\"}".to_string())));
    let versions: Value = serde_json::from_str(&get(web, "/versions").unwrap().1).unwrap();
    assert_eq!(
        (versions["falco_version"].as_str(), versions["engine_version"].as_str()),
        (Some("0.44.1"), Some("63"))
    );
    assert_eq!(get(daemon.ports.probes, "/readiness").unwrap().0, 204);
    let exporter = get(daemon.ports.exporter, "/metrics").unwrap().1;
    assert!(page.contains("falcosecurity_evt_hostname_info{hostname=\"lab\"} 1"), "{page}");
    assert!(
        page.contains(
            "falcosecurity_scap_engine_name_info{engine_name=\"savefile\",evt_source=\"syscall\"} 1"
        )
    );
    assert!(page.contains("sha256_rules_files_info{file_name=\"rules.yaml\",sha256=\""));
    assert!(page.contains("sha256_config_files_info{file_name=\"falco.yaml\",sha256=\""));
    assert!(sample(&page, "ruled_rule_samples_total").unwrap() > 0.0, "{page}");
    let seconds: f64 = page
        .lines()
        .filter(|line| line.starts_with("ruled_rule_evaluation_seconds_total{"))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
        .sum();
    assert!(seconds > 0.0);
    // The first snapshot comes while it stays.
    let snapshots = || {
        let page = get(daemon.ports.exporter, "/metrics").unwrap().1;
        by_label(&page, "falco_events", "rule").contains_key("Falco internal: metrics snapshot")
    };
    let end = Instant::now() + PATIENCE;
    while !snapshots() {
        assert!(Instant::now() < end, "no snapshot");
        std::thread::sleep(Duration::from_millis(50));
    }
    let (output, scratch) = daemon.end();
    assert!(output.status.success(), "{output:?}");
    let all = alerts(&output);
    let (internal, found): (Vec<&Value>, Vec<&Value>) =
        all.iter().partition(|alert| alert["source"] == "internal");
    let mut by_rule: BTreeMap<String, u64> = BTreeMap::new();
    for alert in &found {
        *by_rule.entry(alert["rule"].as_str().unwrap().to_string()).or_default() += 1;
    }
    assert!(by_rule.len() > 10, "{by_rule:?}");
    assert_eq!(by_label(&page, "falcosecurity_falco_rules_matches_total", "rule_name"), by_rule);
    // Snapshots of metrics are alerts for every output.
    for (page, metric, label) in
        [(&page, "ruled_alerts_total", "rule_name"), (&exporter, "falco_events", "rule")]
    {
        let mut counted = by_label(page, metric, label);
        counted.remove("Falco internal: metrics snapshot");
        assert_eq!(counted, by_rule, "{metric}");
    }
    assert_eq!(by_label(&exporter, "falco_events", "hostname").keys().collect::<Vec<_>>(), ["lab"]);
    assert!(sample(&page, "ruled_grpc_alerts_waiting").unwrap() >= found.len() as f64);
    let snapshot = internal.iter().find(|alert| alert["rule"] == "Falco internal: metrics snapshot").unwrap();
    assert_eq!(
        (&snapshot["priority"], &snapshot["output"]),
        (&"Informational".into(), &"Falco metrics snapshot".into())
    );
    let fields = &snapshot["output_fields"];
    for name in [
        "evt.time",
        "falco.duration_sec",
        "falco.host_boot_ts",
        "falco.kernel_release",
        "falco.memory_rss_mb",
        "falco.num_evts",
        "falco.outputs_queue_num_drops",
        "falco.rules.matches_total",
        "falco.start_ts",
        "falco.reload_ts",
    ] {
        assert!(!fields[name].is_null(), "{name}: {fields}");
    }
    assert_eq!((&fields["evt.hostname"], &fields["falco.version"]), (&"lab".into(), &"0.44.1".into()));
    assert!(!Path::new(&scratch.path("falco.sock")).exists(), "the socket goes away");
    let log = String::from_utf8_lossy(&output.stderr);
    for line in [
        "Setting metrics interval to 300ms, equivalent to 300 (ms)",
        "Starting health webserver with threadiness ",
        "gRPC server threadiness equals to ",
        "Starting gRPC server at unix:///",
    ] {
        assert!(log.contains(line), "{line}\n{log}");
    }
}

#[test]
fn counters_survive_reloads() {
    let daemon = Daemon::start("reloads", "metrics: {enabled: true, interval: 1h}");
    let before = daemon.settled();
    let rules = by_label(&before, "falcosecurity_falco_rules_matches_total", "rule_name");
    // Another rule comes first, so that all numbers of rules change.
    let path = daemon.scratch().path("rules.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let first = "- rule: Another\n  desc: d\n  condition: evt.type = kill and proc.name = nobody\n  output: o\n  priority: DEBUG\n\n";
    std::fs::write(&path, format!("{first}{text}")).unwrap();
    assert_eq!(request(daemon.ports.web, "POST", "/reload").unwrap().0, 202);
    let end = Instant::now() + PATIENCE;
    let page = loop {
        let page = get(daemon.ports.web, "/metrics").unwrap().1;
        // Watched files make one reload more.
        if sample(&page, "ruled_reloads_total{result=\"ok\"}").unwrap() >= 1.0 {
            break page;
        }
        assert!(Instant::now() < end, "no reload");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(by_label(&page, "falcosecurity_falco_rules_matches_total", "rule_name"), rules);
    assert_eq!(
        sample(&page, "ruled_rules_loaded"),
        sample(&before, "ruled_rules_loaded").map(|rules| rules + 1.0)
    );
    assert!(
        sample(&page, "falcosecurity_falco_reload_timestamp").unwrap()
            > sample(&before, "falcosecurity_falco_reload_timestamp").unwrap()
    );
    assert!(daemon.end().0.status.success());
}

#[test]
fn snapshots_are_written_to_a_file() {
    let scratch = Scratch::new("metrics-file");
    let file = scratch.path("metrics.jsonl");
    let more = format!(
        "metrics: {{enabled: true, interval: 200ms, output_file: {file:?}, convert_memory_to_mb: false, include_empty_values: true}}"
    );
    let daemon = Daemon::start("metrics-file-run", &more);
    daemon.settled();
    let end = Instant::now() + PATIENCE;
    let lines = || std::fs::read_to_string(&file).unwrap_or_default().lines().count();
    while lines() < 3 {
        assert!(Instant::now() < end);
        std::thread::sleep(Duration::from_millis(50));
    }
    let (output, _) = daemon.end();
    assert!(alerts(&output).iter().all(|alert| alert["source"] != "internal"));
    let text = std::fs::read_to_string(&file).unwrap();
    for (index, line) in text.lines().enumerate() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["sample"], index as u64 + 1);
        let fields = line["output_fields"].as_object().unwrap();
        assert!(fields["falco.memory_rss_kb"].as_u64().unwrap() > 1000);
        assert!(
            fields.contains_key("falco.n_drops_full_threadtable")
                && fields.contains_key("falco.num_evts_prev")
        );
    }
}

#[test]
fn a_replay_serves_nothing_unless_told_to() {
    let scratch = Scratch::new("quiet");
    let ports = Ports { web: free_port(), exporter: free_port(), probes: free_port() };
    let config = config(&scratch, &ports, "");
    // The port is taken, which does not matter.
    let _taken = TcpListener::bind(("127.0.0.1", ports.web)).unwrap();
    let run = ruled(&["-c", &config, "-o", "engine.replay.endpoints=false"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(!run.stderr.contains("Starting"), "{}", run.stderr);
    let run = ruled(&["-c", &config]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(
        run.stderr.contains("an error occurred while starting webserver: cannot listen on 127.0.0.1:"),
        "{}",
        run.stderr
    );
}

#[test]
fn trouble_with_grpc_does_not_end_the_program() {
    let scratch = Scratch::new("grpc-trouble");
    let ports = Ports { web: free_port(), exporter: free_port(), probes: free_port() };
    let config = config(&scratch, &ports, "");
    std::fs::write(scratch.path("falco.sock"), "no socket").unwrap();
    let run = ruled(&["-c", &config]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stderr.contains("Error creating the gRPC server: cannot listen on unix://"),
        "{}",
        run.stderr
    );
    let tcp =
        ruled(&["-c", &config, "-o", "grpc.bind_address=127.0.0.1:0", "-o", "grpc.root_certs=/nonexistent"]);
    assert_eq!(tcp.code, Some(0), "{}", tcp.stderr);
    assert!(tcp.stderr.contains("Error creating the gRPC server: /nonexistent"), "{}", tcp.stderr);
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let scratch = Scratch::new("nonsense");
    let ports = Ports { web: free_port(), exporter: free_port(), probes: free_port() };
    let config = config(&scratch, &ports, "");
    for (option, message) in [
        (
            "webserver.listen_address=localhost",
            "webserver listen address \"localhost\" is not a valid IP address",
        ),
        ("exporter.listen_address=nowhere", "`exporter.listen_address` is no address:port: `nowhere`"),
        ("grpc.bind_address=unix://relative", "does not name an absolute path"),
        ("webserver.stall_timeout=soon", "`webserver.stall_timeout` is no duration"),
        ("metrics={enabled: true, interval: 10ms, output_rule: true}", "minimum value of 100ms"),
        ("metrics={enabled: true, interval: 5000, output_rule: true}", "minimum value of 100ms"),
    ] {
        let run = ruled(&["-c", &config, "-o", option]);
        assert_eq!(run.code, Some(1), "{option}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{option}: {}", run.stderr);
    }
    let silent = ["webserver.prometheus_metrics_enabled=false", "metrics.enabled=true"];
    let run = ruled(&["-c", &config, "-o", silent[0], "-o", silent[1]]);
    assert!(run.stderr.contains("Metrics are enabled with no output configured."), "{}", run.stderr);
}
