//! What is well-formed and still not what its author means.

use std::sync::Arc;

use syntax::yaml::{self, Yaml, YamlId, YamlKind};

use super::{Finding, Repair, Weight};
use crate::falco_yaml::boolean;
use crate::origin::Origin;
use crate::tree::{Node, Value};

/// All of them.
pub(super) fn all(root: &Node, findings: &mut Vec<Finding>) {
    metrics_over_grpc(root, findings);
    relative_paths(root, findings);
    numbers_in_range(root, findings);
    log_level_alone(root, findings);
    open_to_everybody(root, findings);
    switched_off(root, findings);
    program_per_alert(root, findings);
    no_output(root, findings);
}

fn is_on(root: &Node, path: &str) -> bool {
    root.at(path).and_then(Node::text).and_then(boolean) == Some(true)
}

/// `grpc.listen_address` never was a key, and metrics never came over gRPC.
fn metrics_over_grpc(root: &Node, findings: &mut Vec<Finding>) {
    let Some(node) = root.at("grpc.listen_address") else { return };
    let address = node.text().unwrap_or_default();
    let mut repairs = vec![Repair::Remove("grpc".to_string())];
    if let Some((host, port)) = address.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()) {
        repairs.push(set("webserver.enabled", "true"));
        if !host.is_empty() {
            repairs.push(set("webserver.listen_address", &super::scalar(host)));
        }
        repairs.push(set("webserver.listen_port", port));
    } else {
        repairs.push(set("webserver.enabled", "true"));
    }
    repairs.push(set("webserver.prometheus_metrics_enabled", "true"));
    repairs.push(set("metrics.enabled", "true"));
    findings.push(
        Finding::new(
            Weight::Error,
            "metrics-over-grpc",
            "`grpc.listen_address` is no key, and metrics are not served over gRPC",
            node,
        )
        .help(
            "metrics come from the web server: `webserver.listen_port`, `webserver.prometheus_metrics_enabled: true` and \
             `metrics.enabled: true`; then scrape /metrics",
        )
        .repair(Repair::All(repairs)),
    );
}

fn set(path: &str, value: &str) -> Repair {
    Repair::Set(path.to_string(), value.to_string())
}

/// A service runs in `/`, so a relative path is not where its author looks.
fn relative_paths(root: &Node, findings: &mut Vec<Finding>) {
    let one = |path: &str, node: &Node, findings: &mut Vec<Finding>| {
        let Some(text) = node.text().filter(|text| !text.is_empty() && !text.starts_with(['/', '$'])) else {
            return;
        };
        let name = text.trim_start_matches("./");
        let mut finding = Finding::new(
            Weight::Warning,
            "relative-path",
            format!("`{path}` is relative: as a service, that is `/{name}`"),
            node,
        )
        .help("write the whole path");
        if path == "file_output.filename" && !name.contains("..") && !name.is_empty() {
            let meant = format!("/var/log/{}", name.rsplit('/').next().unwrap_or(name));
            finding = finding.help(format!("write the whole path, such as `{meant}`"));
            finding = finding.repair(set(path, &super::scalar(&meant)));
        }
        findings.push(finding);
    };
    for (path, used) in [
        ("file_output.filename", is_on(root, "file_output.enabled")),
        ("http_output.ca_cert", is_on(root, "http_output.enabled")),
        ("http_output.ca_bundle", is_on(root, "http_output.enabled")),
        ("http_output.ca_path", is_on(root, "http_output.enabled")),
        ("http_output.client_cert", is_on(root, "http_output.mtls")),
        ("http_output.client_key", is_on(root, "http_output.mtls")),
        ("webserver.ssl_certificate", is_on(root, "webserver.ssl_enabled")),
        ("metrics.output_file", is_on(root, "metrics.enabled")),
        ("capture.path_prefix", is_on(root, "capture.enabled")),
        ("bundle.file", true),
        ("state_dir", true),
    ] {
        if let Some(node) = root.at(path).filter(|_| used) {
            one(path, node, findings);
        }
    }
    for key in ["rules_files", "rules_file"] {
        for node in root.key(key).map(Node::elements).unwrap_or_default() {
            one(key, node, findings);
        }
    }
}

fn numbers_in_range(root: &Node, findings: &mut Vec<Finding>) {
    for (path, least, most) in [
        ("webserver.listen_port", 1, 65_535),
        ("engine.modern_ebpf.buf_size_preset", 1, 10),
        ("engine.kmod.buf_size_preset", 1, 10),
        ("falco_libs.snaplen", 0, 65_535),
    ] {
        let Some(node) = root.at(path) else { continue };
        let Some(number) = node.text().and_then(|text| text.trim().parse::<u64>().ok()) else { continue };
        if !(least..=most).contains(&number) {
            let message = format!("`{path}` is {number}, but must lie between {least} and {most}");
            findings.push(Finding::new(Weight::Error, "out-of-range", message, node));
        }
    }
}

/// `log_level` is about the daemon's own log, which surprises those who want fewer alerts.
fn log_level_alone(root: &Node, findings: &mut Vec<Finding>) {
    if let (Some(node), None) = (root.key("log_level"), root.key("priority"))
        && node.text().is_some_and(|text| !matches!(text, "info" | "informational" | "debug" | "trace"))
    {
        findings.push(
            Finding::new(
                Weight::Note,
                "log-level",
                "`log_level` does not choose which alerts are given",
                node,
            )
            .help("that is `priority`: rules below it are not loaded"),
        );
    }
}

fn open_to_everybody(root: &Node, findings: &mut Vec<Finding>) {
    let Some(node) = root.at("webserver.listen_address").filter(|_| is_on(root, "webserver.enabled")) else {
        return;
    };
    if matches!(node.text(), Some("0.0.0.0" | "::" | "[::]")) && !is_on(root, "webserver.ssl_enabled") {
        findings.push(
            Finding::new(
                Weight::Note,
                "open-web-server",
                "the web server listens on all addresses without TLS",
                node,
            )
            .help("`webserver.listen_address: 127.0.0.1` serves this host only"),
        );
    }
}

/// Settings of an output that is off.
fn switched_off(root: &Node, findings: &mut Vec<Finding>) {
    for (section, needed) in
        [("file_output", "filename"), ("program_output", "program"), ("http_output", "url")]
    {
        let Some(output) = root.key(section) else { continue };
        let has =
            |key: &str| output.key(key).is_some_and(|node| node.text().is_some_and(|text| !text.is_empty()));
        if has(needed) && output.key("enabled").is_none() {
            findings.push(
                Finding::new(
                    Weight::Warning,
                    "output-off",
                    format!("`{section}` has a `{needed}`, but is not switched on"),
                    output,
                )
                .help(format!("add `enabled: true` to `{section}`")),
            );
        }
        if section == "http_output" && is_on(root, "http_output.enabled") && !has(needed) {
            let message = "`http_output` is switched on, but has no `url`";
            findings.push(Finding::new(Weight::Error, "no-url", message, output));
        }
    }
}

fn program_per_alert(root: &Node, findings: &mut Vec<Finding>) {
    if let Some(node) = root.at("program_output.program")
        && is_on(root, "program_output.enabled")
        && root.at("program_output.keep_alive").is_none()
    {
        findings.push(
            Finding::new(
                Weight::Note,
                "program-per-alert",
                "the program is started anew for every alert",
                node,
            )
            .help("`keep_alive: true` starts it once, if it reads one alert a line"),
        );
    }
}

/// Only for files that set an output at all: an included file need not.
fn no_output(root: &Node, findings: &mut Vec<Finding>) {
    let outputs = ["stdout_output", "syslog_output", "file_output", "program_output", "http_output"];
    let set: Vec<&Node> = outputs.iter().filter_map(|name| root.key(name)).collect();
    let off = |node: &&Node| node.key("enabled").and_then(Node::text).and_then(boolean) == Some(false);
    let grpc = is_on(root, "grpc_output.enabled") || is_on(root, "exporter.enabled");
    if let Some(first) = set.first().filter(|_| set.iter().all(off) && !grpc) {
        findings.push(
            Finding::new(
                Weight::Error,
                "no-output",
                "no output is switched on: the program does not start",
                first,
            )
            .help("set `enabled: true` in one of the outputs"),
        );
    }
}

/// Keys that occur twice: the first counts, the second is what people see last.
pub(super) fn twice(file: &Arc<str>, text: &str, findings: &mut Vec<Finding>) {
    let parsed = yaml::read(text);
    let Some(root) = parsed.tree.documents().first().map(|document| document.root) else { return };
    let mut pending: Vec<(String, YamlId)> = vec![(String::new(), root)];
    while let Some((prefix, node)) = pending.pop() {
        let mut seen: Vec<&str> = Vec::new();
        for pair in parsed.tree.pairs(node) {
            let name = parsed.tree.text(pair.key).unwrap_or_default();
            let path = if prefix.is_empty() { name.to_string() } else { format!("{prefix}.{name}") };
            if seen.contains(&name) {
                let origin = origin(&parsed.tree, file, text, pair.key);
                let node = Node { value: Value::Null, origin };
                let finding = Finding::new(
                    Weight::Error,
                    "key-twice",
                    format!("`{path}` occurs twice; the first counts"),
                    &node,
                )
                .help("take one of them away; --fix takes the one without effect");
                findings.push(finding.repair(Repair::RemoveSecond(path)));
                continue;
            }
            seen.push(name);
            if matches!(parsed.tree.kind(pair.value), YamlKind::Mapping(_)) {
                pending.push((path, pair.value));
            }
        }
    }
}

fn origin(tree: &Yaml, file: &Arc<str>, text: &str, node: YamlId) -> Origin {
    let offset = (tree.span(node).start as usize).min(text.len());
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() as u32 + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() as u32 + 1;
    Origin::File { file: file.clone(), line, column }
}
