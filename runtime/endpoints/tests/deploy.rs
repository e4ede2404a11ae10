//! What `deploy/` and `docs/metrics.md` say: every metric and label that dashboards and alert rules use exists, the alert
//! rules fire when they should, examples are valid, and the table in the documentation is the program's.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use endpoints::metrics::{Group, METRICS, Metric};
use serde_json::Value;
use support::{folder, have};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_path_buf()
}

/// Labels that Prometheus adds to every series.
const PROMETHEUS_LABELS: [&str; 2] = ["instance", "job"];

fn metric(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

/// What a query uses: metrics with the labels of their selectors, and labels that it groups by.
#[derive(Debug, Default)]
struct Uses {
    metrics: BTreeMap<String, BTreeSet<String>>,
    grouped: BTreeSet<String>,
}

/// Words of PromQL that are no metrics.
const WORDS: [&str; 8] = ["and", "or", "unless", "offset", "bool", "by", "without", "ignoring"];

/// Takes a query apart, as far as names matter.
fn uses(query: &str) -> Uses {
    let mut uses = Uses::default();
    let mut rest = query;
    let mut latest: Option<String> = None;
    let mut grouping = false;
    let is_name = |symbol: char| symbol.is_ascii_alphanumeric() || symbol == '_' || symbol == ':';
    while let Some(first) = rest.chars().next() {
        let tail = &rest[first.len_utf8()..];
        match first {
            '"' => {
                rest = tail.split_once('"').expect("a closing quote").1;
            }
            '[' => rest = tail.split_once(']').expect("a closing bracket").1,
            '{' => {
                let (inside, after) = selector(tail);
                let labels = uses.metrics.get_mut(latest.as_ref().expect("a metric before {")).unwrap();
                labels.extend(inside);
                rest = after;
            }
            '(' if grouping => {
                let (inside, after) = tail.split_once(')').expect("a closing parenthesis");
                uses.grouped.extend(inside.split(',').map(|label| label.trim().to_string()));
                (grouping, rest) = (false, after);
            }
            _ if first.is_ascii_digit() => {
                let end = rest.find(|symbol: char| !is_name(symbol) && symbol != '.').unwrap_or(rest.len());
                rest = &rest[end..];
            }
            _ if is_name(first) => {
                let end = rest.find(|symbol: char| !is_name(symbol)).unwrap_or(rest.len());
                let (name, after) = rest.split_at(end);
                grouping = ["by", "without", "on", "ignoring"].contains(&name);
                if !WORDS.contains(&name) && name != "on" && !after.trim_start().starts_with('(') {
                    // `sum by (x) (…)` and `offset 5m` leave functions behind, which are followed by a parenthesis or "by".
                    let is_function = ["by", "without"].iter().any(|word| {
                        let rest = after.trim_start().strip_prefix(word);
                        rest.is_some_and(|rest| rest.starts_with([' ', '(']))
                    });
                    if !is_function {
                        uses.metrics.entry(name.to_string()).or_default();
                        latest = Some(name.to_string());
                    }
                }
                rest = after;
            }
            _ => rest = tail,
        }
    }
    uses
}

/// The names of labels up to the closing brace, and what follows it.
fn selector(text: &str) -> (Vec<String>, &str) {
    let mut labels = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', ',', '\n']);
        if let Some(after) = rest.strip_prefix('}') {
            return (labels, after);
        }
        let end = rest.find(['=', '!']).expect("an operator");
        labels.push(rest[..end].trim().to_string());
        let value = rest.split_once('"').expect("a value").1;
        rest = value.split_once('"').expect("a closing quote").1;
    }
}

/// Queries of a dashboard, legends and variables included, as (query, labels of the legend).
fn queries(dashboard: &Value) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut pending = vec![dashboard];
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(object) => {
                if let Some(query) = object.get("expr").and_then(Value::as_str) {
                    let legend = object.get("legendFormat").and_then(Value::as_str).unwrap_or_default();
                    let labels =
                        legend.split("{{").skip(1).map(|part| part.split("}}").next().unwrap().to_string());
                    found.push((query.to_string(), labels.collect()));
                }
                if let Some(values) = object.get("definition").and_then(Value::as_str) {
                    let inside = values.strip_prefix("label_values(").and_then(|rest| rest.strip_suffix(')'));
                    let (metric, label) = inside.expect("label_values").rsplit_once(',').unwrap();
                    found.push((metric.to_string(), vec![label.trim().to_string()]));
                }
                pending.extend(object.values());
            }
            Value::Array(values) => pending.extend(values),
            _ => {}
        }
    }
    found
}

fn has_label(metric: &Metric, label: &str) -> bool {
    PROMETHEUS_LABELS.contains(&label) || metric.labels.contains(&label)
}

/// What is wrong with a query.
fn faults(query: &str, legend: &[String]) -> Vec<String> {
    let uses = uses(query);
    let mut faults = Vec::new();
    let mut known = Vec::new();
    for (name, labels) in &uses.metrics {
        // Prometheus itself says whether a target is up.
        if name == "up" {
            continue;
        }
        let Some(metric) = metric(name) else {
            faults.push(format!("no metric {name}"));
            continue;
        };
        known.push(metric);
        faults.extend(
            labels
                .iter()
                .filter(|label| !has_label(metric, label))
                .map(|label| format!("{name} has no {label}")),
        );
    }
    for label in uses.grouped.iter().chain(legend) {
        if !known.is_empty() && !known.iter().any(|metric| has_label(metric, label)) {
            faults.push(format!("nothing in it has {label}"));
        }
    }
    if uses.metrics.is_empty() {
        faults.push("no metric in it".to_string());
    }
    faults.into_iter().map(|fault| format!("{fault}: {query}")).collect()
}

#[test]
fn dashboards_use_only_what_there_is() {
    let mut checked = 0;
    let mut wrong = Vec::new();
    for entry in fs::read_dir(repository().join("deploy/grafana")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let dashboard: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let mut ids = BTreeSet::new();
        for panel in dashboard["panels"].as_array().unwrap() {
            assert!(ids.insert(panel["id"].as_u64().unwrap()), "{}: {panel}", path.display());
        }
        for (query, legend) in queries(&dashboard) {
            wrong.extend(faults(&query, &legend));
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The queries that the known dashboards of Grafana and of Falco's chart ask, but for labels that come from relabelling.
#[test]
fn the_known_dashboards_would_find_their_metrics() {
    let Ok(rules) = std::env::var("RULES_DIR") else {
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none(), "RULES_DIR is not set");
        eprintln!("SKIPPED: RULES_DIR is not set");
        return;
    };
    let mut missing = BTreeSet::new();
    for name in ["official/falco-dashboard.json", "tutorial/grafana-11914-dashboard.json"] {
        let text = fs::read_to_string(Path::new(&rules).join(name)).unwrap();
        let dashboard: Value = serde_json::from_str(&text).unwrap();
        for (query, _) in queries(&dashboard) {
            // Falco's chart leaves room for Grafana's own variables.
            let used = uses(&query.replace("$__interval", "5m"));
            missing.extend(used.metrics.into_keys().filter(|name| metric(name).is_none()));
        }
    }
    // The chart's dashboard asks for one metric that Falco does not have either.
    assert_eq!(missing, BTreeSet::from(["falcosecurity_falco_n_evts_total".to_string()]));
}

#[test]
fn alert_rules_use_only_what_there_is() {
    let text = fs::read_to_string(repository().join("deploy/prometheus/rules.yml")).unwrap();
    let rules: Value = serde_norway::from_str(&text).unwrap();
    let mut wrong = Vec::new();
    let mut names = BTreeSet::new();
    for rule in
        rules["groups"].as_array().unwrap().iter().flat_map(|group| group["rules"].as_array().unwrap())
    {
        let name = rule["alert"].as_str().unwrap();
        assert!(names.insert(name), "{name} twice");
        let annotations = rule["annotations"].to_string();
        let labels: Vec<String> = annotations
            .split("$labels.")
            .skip(1)
            .map(|rest| {
                rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap().to_string()
            })
            .collect();
        wrong.extend(faults(rule["expr"].as_str().unwrap(), &labels));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for priority in ["Warning", "Error", "Critical", "Alert", "Emergency"] {
        assert!(names.contains(format!("Falco{priority}EventsRateHigh").as_str()));
    }
}

#[test]
fn queries_are_taken_apart() {
    let uses = uses(
        "sum by (instance, rule_name) (rate(a_total{x=~\"$x\",y!=\"}\"}[5m])) / 2.5e3 > on (z) (b unless b offset 5m)",
    );
    assert_eq!(uses.metrics.keys().collect::<Vec<_>>(), ["a_total", "b"]);
    assert_eq!(uses.metrics["a_total"].iter().collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(uses.grouped.iter().collect::<Vec<_>>(), ["instance", "rule_name", "z"]);
    assert_eq!(faults("rate(falco_event{rule=\"x\"}[5m])", &[]).len(), 1);
    assert_eq!(faults("rate(falco_events{rulle=\"x\"}[5m])", &["host".to_string()]).len(), 2);
}

fn promtool(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("promtool")
        .args(arguments)
        .current_dir(repository().join("deploy/prometheus"))
        .output()
        .unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

#[test]
fn promtool_accepts_the_examples_and_the_alert_rules_fire() {
    if !have("promtool", &["--version"]) {
        return;
    }
    for arguments in [
        &["check", "rules", "rules.yml"][..],
        &["test", "rules", "rules_test.yml"],
        &["check", "config", "prometheus.yml"],
    ] {
        let (passed, text) = promtool(arguments);
        assert!(passed, "{text}");
    }
}

/// Not every Prometheus can ask Kubernetes; what its answers would be is written down instead.
#[test]
fn pods_are_found_by_their_labels() {
    if !have("promtool", &["--version"]) {
        return;
    }
    let pod = |app: &str, port: &str| {
        format!(
            "      - targets: ['10.0.0.1:8765']\n        labels: {{__meta_kubernetes_pod_label_app_kubernetes_io_name: {app}, \
             __meta_kubernetes_pod_container_port_name: {port}, __meta_kubernetes_namespace: security, \
             __meta_kubernetes_pod_name: {app}-x, __meta_kubernetes_pod_node_name: node-1}}\n"
        )
    };
    let answers = [pod("ruled", "web"), pod("ruled", "exporter"), pod("other", "web")].concat();
    let text = fs::read_to_string(repository().join("deploy/prometheus/kubernetes.yml")).unwrap();
    let rules = repository().join("deploy/prometheus/rules.yml");
    let text = text
        .replace(
            "    kubernetes_sd_configs:\n      - role: pod\n",
            &format!("    static_configs:\n{answers}"),
        )
        .replace("- rules.yml", &format!("- {}", rules.display()));
    let file = folder("kubernetes").join("kubernetes.yml");
    fs::write(&file, text).unwrap();
    for job in ["ruled", "falco-exporter"] {
        let (passed, text) =
            promtool(&["check", "service-discovery", "--timeout=1s", &file.display().to_string(), job]);
        assert!(passed, "{text}");
        let found: Value = serde_json::from_str(&text).unwrap();
        let kept: Vec<&Value> =
            found.as_array().unwrap().iter().filter(|target| target["labels"]["job"] == job).collect();
        assert_eq!(kept.len(), 1, "{text}");
        let labels = &kept[0]["labels"];
        assert_eq!(
            (&labels["namespace"], &labels["pod"], &labels["node"]),
            (&"security".into(), &"ruled-x".into(), &"node-1".into())
        );
    }
}

/// The table at the end of `docs/metrics.md`.
fn table() -> String {
    let mut text =
        "| metric | type | labels | appears with | what it says |\n|---|---|---|---|---|\n".to_string();
    for Metric { name, kind, labels, group, help } in METRICS {
        let labels: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
        text += &format!(
            "| `{name}` | {} | {} | {} | {help} |\n",
            kind.word(),
            labels.join(", "),
            Group::when(*group)
        );
    }
    text
}

#[test]
fn the_documentation_has_every_metric() {
    const MARK: &str = "<!-- generated below: UPDATE_EXPECT=1 cargo test -p endpoints --test deploy -->\n";
    let path = repository().join("docs/metrics.md");
    let page = fs::read_to_string(&path).unwrap();
    let head = page.split(MARK).next().unwrap();
    let wanted = format!("{head}{MARK}\n{}", table());
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, &wanted).unwrap();
    } else {
        assert!(page == wanted, "docs/metrics.md is out of date: UPDATE_EXPECT=1 writes it anew");
    }
}
