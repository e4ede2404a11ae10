//! What the upstream projects assert for replays and command lines, against the real `ruled`.
//!
//! `cargo test -p corpus --test replay [FILTER]`; the last line of output counts the cases.

#[path = "replay/expect.rs"]
mod expect;

use std::process::ExitCode;

use corpus::case::{Case, strings};
use corpus::daemon::{self, Scratch};
use corpus::reference::Reference;
use corpus::report::{Outcome, Report};
use serde_json::{Value as Json, json};

fn main() -> ExitCode {
    let mut report = Report::default();
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    if let Some(folder) = Reference::Conformance.folder() {
        for case in Case::all(&folder) {
            let wanted = filter.as_deref().is_none_or(|filter| case.id().contains(filter));
            if wanted && matches!(case.kind(), "replay" | "cli") {
                report.add(case.kind(), case.id(), &run(&case), &[]);
            }
        }
    }
    println!("{report}");
    if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(case: &Case) -> Outcome {
    if case.requires().contains(&"k8s_audit") {
        return Outcome::Skipped("the Kubernetes audit source is not there yet".to_owned());
    }
    let scratch = Scratch::new(case.id());
    let out = scratch.path().display().to_string();
    let config = scratch.path().join("falco.yaml");
    std::fs::write(&config, configuration(case, &out)).expect("a configuration");
    let mut arguments = vec!["-c".to_owned(), config.display().to_string()];
    for rules in strings(&case.json["rules"]) {
        arguments.extend(["-r".to_owned(), rules.to_owned()]);
    }
    arguments.extend(strings(&case.json["args"]).into_iter().map(|text| text.replace("${OUT}", &out)));
    let environment: Vec<(String, String)> = match case.json["env"].as_object() {
        Some(entries) => entries
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
        None => Vec::new(),
    };
    let found = daemon::run(&case.folder, &arguments, &environment);
    expect::check(case.expect(), &found, &out)
}

/// The configuration of a case: JSON, which is YAML.
fn configuration(case: &Case, out: &str) -> String {
    let mut plugins: Vec<&str> = strings(&case.json["config"]["load_plugins"]);
    if case.requires().contains(&"container") {
        plugins.push("container");
    }
    let described: Vec<Json> =
        plugins.iter().map(|name| json!({ "name": name, "library_path": format!("lib{name}.so") })).collect();
    let mut config = json!({
        "stdout_output": { "enabled": true },
        "log_stderr": true,
        "log_syslog": false,
        "log_level": "debug",
        "plugins": described,
        "load_plugins": plugins,
    });
    if case.kind() == "replay" {
        config["engine"] = json!({ "kind": "replay", "replay": { "capture_file": case.text("capture") } });
    }
    for (key, value) in case.json["config"].as_object().into_iter().flatten() {
        if key != "load_plugins" {
            config[key] = value.clone();
        }
    }
    config.to_string().replace("${OUT}", out)
}
