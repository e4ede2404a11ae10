//! What Prometheus itself thinks of the pages: `promtool check metrics`, and a real server that scrapes them.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use catalogue::Priority;
use endpoints::metrics::{AlertLabels, METRICS, Metric, Selection};
use endpoints::{Board, Endpoints, GrpcPlan, Hub, HubOptions, Plan, WebPlan};
use outputs::Output;
use serde_json::Value;
use support::{Loop, exporter, folder, get, have, plan, snapshot, web};

/// Names that Falco and its exporter chose against Prometheus' conventions; ours follow them.
const FALCOS_NAMES: [&str; 11] = [
    "falco_events counter metrics should have \"_total\" suffix",
    "falcosecurity_falco_host_boot_timestamp_nanoseconds use base unit \"seconds\" instead of \"nanoseconds\"",
    "falcosecurity_falco_host_num_cpus_total non-counter metrics should not have \"_total\" suffix",
    "falcosecurity_falco_host_open_fds_total non-counter metrics should not have \"_total\" suffix",
    "falcosecurity_falco_host_procs_running_total non-counter metrics should not have \"_total\" suffix",
    "falcosecurity_falco_reload_timestamp_nanoseconds use base unit \"seconds\" instead of \"nanoseconds\"",
    "falcosecurity_falco_start_timestamp_nanoseconds use base unit \"seconds\" instead of \"nanoseconds\"",
    "falcosecurity_scap_n_fds_total non-counter metrics should not have \"_total\" suffix",
    "falcosecurity_scap_n_threads_total non-counter metrics should not have \"_total\" suffix",
    "falcosecurity_scap_sys_exit_avg_time_nanoseconds use base unit \"seconds\" instead of \"nanoseconds\"",
    "falcosecurity_scap_sys_exit_run_time_nanoseconds_total use base unit \"seconds\" instead of \"nanoseconds\"",
];

/// Everything that there is, served.
struct Served {
    _events: Loop,
    endpoints: Endpoints,
}

fn serve() -> Served {
    let board = Board::new();
    let events = Loop::start(&board, snapshot());
    let labels = AlertLabels::new(&["container.id".to_string(), "k8s.ns.name".to_string()], 100);
    let exporter = exporter();
    let alerts = [("Write below root", Priority::Error), ("Awkward \"name\" \\ with\nall", Priority::Notice)];
    for output in [&mut labels.clone() as &mut dyn Output, &mut exporter.exporter.clone()] {
        for (rule, priority) in alerts {
            output.deliver(&support::alert(rule, priority)).unwrap();
        }
    }
    let hub = Hub::new(HubOptions::default());
    let socket = folder(&format!("scrape-{:?}", std::thread::current().id())).join("falco.sock");
    let selection = Selection { empty_values: true, ..Selection::default() };
    let plan = Plan {
        labels: Some(labels),
        web: Some(WebPlan { metrics: Some(selection), ..web() }),
        exporter: Some(exporter),
        grpc: Some(GrpcPlan::Unix(socket, hub)),
        ..plan(&board)
    };
    Served { _events: events, endpoints: Endpoints::start(plan).unwrap() }
}

/// What `promtool check metrics` says on a page; `None`: it cannot even read it.
fn lint(text: &str) -> Option<Vec<String>> {
    let mut child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let found = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        // 3: it could be read, and there are remarks.
        Some(0 | 3) => Some(found.lines().map(str::to_string).collect()),
        _ => {
            eprintln!("{found}");
            None
        }
    }
}

#[test]
fn promtool_finds_nothing_but_falcos_names() {
    if !have("promtool", &["--version"]) {
        return;
    }
    let served = serve();
    let web = served.endpoints.web_address().unwrap();
    let (exporter, _) = served.endpoints.exporter_addresses().unwrap();
    let ours = get(web, "/metrics?collect[]=ruled&collect[]=process").body;
    assert_eq!(lint(&ours), Some(Vec::new()));
    for address in [web, exporter] {
        let text = get(address, "/metrics").body;
        let remarks = lint(&text).unwrap_or_else(|| panic!("promtool cannot read\n{text}"));
        let new: Vec<&String> =
            remarks.iter().filter(|remark| !FALCOS_NAMES.contains(&remark.as_str())).collect();
        assert!(new.is_empty(), "{new:#?}");
    }
    // A page that is wrong is noticed.
    assert_eq!(lint("x{a=\"b\" 1\n"), None);
}

/// The table of metrics and the pages say the same: names, types, labels.
#[test]
fn pages_have_every_metric_of_the_table_and_no_other() {
    let served = serve();
    let web = served.endpoints.web_address().unwrap();
    let (exporter, _) = served.endpoints.exporter_addresses().unwrap();
    // A request that is counted.
    get(web, "/healthz");
    let page = get(web, "/metrics").body + &get(exporter, "/metrics").body;
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut current: Option<&Metric> = None;
    let find = |name: &str| {
        METRICS.iter().find(|metric| {
            let (head, tail) = match metric.name.split_once('<') {
                Some((head, tail)) => (head, tail.split_once('>').unwrap().1),
                None => (metric.name, ""),
            };
            match tail {
                "" => metric.name == name,
                _ => {
                    name.starts_with(head)
                        && name.ends_with(tail)
                        && !METRICS.iter().any(|other| other.name == name)
                }
            }
        })
    };
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            let metric = find(name).unwrap_or_else(|| panic!("{name} is not in the table"));
            assert_eq!(metric.kind.word(), kind, "{name}");
            seen.insert(metric.name);
            current = Some(metric);
        } else if !line.starts_with('#') {
            let metric = current.unwrap();
            let Some((_, labels)) = line.split_once('{') else {
                assert!(metric.labels.is_empty(), "{line}");
                continue;
            };
            for label in labels
                .split("=\"")
                .filter_map(|part| part.rsplit([',', '{']).next())
                .take(labels.matches("=\"").count())
            {
                let free = metric.labels.contains(&"*")
                    || (metric.labels.contains(&"tag_*") && label.starts_with("tag_"));
                assert!(free || metric.labels.contains(&label), "{label}: {line}");
            }
        }
    }
    let missing: Vec<&str> =
        METRICS.iter().map(|metric| metric.name).filter(|name| !seen.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

struct Prometheus {
    child: Child,
    address: SocketAddr,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prometheus {
    /// A server that scrapes these addresses every second.
    fn start(targets: &[(&str, SocketAddr)]) -> Prometheus {
        let folder = folder("prometheus");
        let address = support::free_address();
        let mut config = "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n".to_string();
        for (job, target) in targets {
            config += &format!("  - job_name: {job}\n    static_configs: [{{targets: ['{target}']}}]\n");
        }
        fs::write(folder.join("prometheus.yml"), config).unwrap();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Prometheus { child, address }
    }

    fn ask(&self, path: &str) -> Option<Value> {
        std::net::TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).ok()?;
        let answer = get(self.address, path);
        let body: String = match answer.head.contains("transfer-encoding: chunked") {
            // Chunks: a length in a line of its own before each.
            true => answer.body.split("\r\n").skip(1).step_by(2).collect(),
            false => answer.body,
        };
        serde_json::from_str::<Value>(&body).ok().map(|value| value["data"].clone())
    }

    /// Labels and value of each series that a query gives.
    fn query(&self, query: &str) -> Vec<(Value, String)> {
        let encoded: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let data = self.ask(&format!("/api/v1/query?query={encoded}")).unwrap_or_default();
        let series = data["result"].as_array().cloned().unwrap_or_default();
        series
            .into_iter()
            .map(|one| (one["metric"].clone(), one["value"][1].as_str().unwrap_or_default().to_string()))
            .collect()
    }
}

#[test]
fn a_real_prometheus_scrapes_everything() {
    if !have("prometheus", &["--version"]) {
        return;
    }
    let served = serve();
    let web = served.endpoints.web_address().unwrap();
    let (exporter, _) = served.endpoints.exporter_addresses().unwrap();
    let prometheus = Prometheus::start(&[("ruled", web), ("exporter", exporter)]);
    // A busy machine may be too slow for one scrape, and the next one makes up for it.
    support::wait("both targets", || prometheus.query("up == 1").len() == 2);
    support::wait("scrapes without errors", || {
        let targets = prometheus.ask("/api/v1/targets").unwrap_or_default();
        targets["activeTargets"]
            .as_array()
            .is_some_and(|targets| targets.iter().all(|target| target["lastError"] == ""))
    });
    // Every line of both pages has become a series.
    let pages = get(web, "/metrics").body + &get(exporter, "/metrics").body;
    let names: BTreeSet<&str> = pages
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .collect();
    for name in names {
        let wanted = pages.lines().filter(|line| line.split(['{', ' ']).next() == Some(name)).count();
        // Requests are counted while we look.
        if name != "ruled_http_requests_total" {
            support::wait(name, || prometheus.query(name).len() == wanted);
        }
    }
    let first = |query: &str| {
        let mut series = Vec::new();
        support::wait(query, || {
            series = prometheus.query(query);
            !series.is_empty()
        });
        series
    };
    let matches = first("falcosecurity_falco_rules_matches_total{priority=\"3\"}");
    assert_eq!(matches[0].0["rule_name"], "Awkward \"name\" \\ with\nall");
    assert_eq!(matches[0].1, "1");
    let events = first("falco_events{rule=\"Write below root\"}");
    assert_eq!((&events[0].0["hostname"], events[0].1.as_str()), (&Value::from("dmaf5"), "1"));
    assert_eq!(events[0].0["tags"], ",filesystem,mitre_persistence,");
}
