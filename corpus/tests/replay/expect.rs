//! What a run must have printed.

use std::collections::{BTreeMap, BTreeSet};

use corpus::case::{Differences, strings};
use corpus::daemon::Run;
use corpus::report::Outcome;
use regex::Regex;
use serde_json::Value as Json;

/// Compares a run with what is expected of it.
pub(crate) fn check(expect: &Json, run: &Run, out: &str) -> Outcome {
    let mut differences = Differences::default();
    let stdout = run.text();
    differences.equal("exit code", &expect["exit_code"], run.code);
    differences.equal("ok", &expect["ok"], run.code == Some(0));
    for (key, text) in [("stdout", &stdout), ("stderr", &run.stderr)] {
        for part in strings(&expect[format!("{key}_contains")]) {
            differences.check(text.contains(part), || format!("{key} does not contain {part:?}"));
        }
        for (suffix, wanted) in [("matches", true), ("not_matches", false)] {
            for pattern in strings(&expect[format!("{key}_{suffix}")]) {
                let found = Regex::new(pattern).expect("a regular expression").is_match(text);
                differences.check(found == wanted, || format!("{key}: {pattern:?} matches: {found}"));
            }
        }
    }
    if !expect["detections"].is_null() {
        detections(&mut differences, &expect["detections"], &Detections::of(&stdout));
    }
    if let Some(lines) = expect["stdout_json_lines"].as_array() {
        let found: Vec<Json> = stdout
            .lines()
            .take(lines.len())
            .map(|line| serde_json::from_str(line).unwrap_or_default())
            .collect();
        differences.check(found == *lines, || format!("first lines of stdout: {found:?}"));
    }
    if !expect["stdout_json_keys"].is_null() {
        let keys: BTreeSet<String> = serde_json::from_str::<Json>(&stdout)
            .ok()
            .and_then(|value| Some(value.as_object()?.keys().cloned().collect()))
            .unwrap_or_default();
        for key in strings(&expect["stdout_json_keys"]) {
            differences.check(keys.contains(key), || format!("no key {key:?} in {keys:?}"));
        }
    }
    if let Some(name) = expect["output_file"]["name"].as_str().or(expect["output_file"]["path"].as_str()) {
        let path = name.replace("${OUT}", out);
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        let wanted = strings(&expect["output_file"]["lines"]);
        differences.check(found.lines().eq(wanted.iter().copied()), || format!("{path}: {found}"));
    }
    if !expect["described"].is_null() {
        match serde_json::from_str(&stdout) {
            Ok(found) => described(&mut differences, &expect["described"], &found),
            Err(error) => differences.check(false, || format!("stdout is no description: {error}")),
        }
    }
    match differences.outcome() {
        Outcome::Failed(why) => Outcome::Failed(format!("{why}\n--- stderr\n{}", run.stderr)),
        other => other,
    }
}

/// What the statistics at the end say.
#[derive(Debug, Default)]
struct Detections {
    all: u64,
    by_rule: BTreeMap<String, u64>,
    by_priority: BTreeMap<String, u64>,
}

impl Detections {
    fn of(stdout: &str) -> Detections {
        let mut found = Detections::default();
        let mut in_rules = false;
        for line in stdout.lines() {
            if let Some(count) = line.strip_prefix("Events detected: ") {
                found.all = count.parse().unwrap_or(u64::MAX);
            } else if line == "Triggered rules by rule name:" {
                in_rules = true;
            } else if let Some((name, count)) =
                line.strip_prefix("   ").and_then(|line| line.rsplit_once(": "))
            {
                let Ok(count) = count.parse() else { continue };
                let table = if in_rules { &mut found.by_rule } else { &mut found.by_priority };
                table.insert(name.to_owned(), count);
            }
        }
        // Every JSON alert is counted, too.
        let alerts = stdout.lines().filter(|line| line.starts_with('{')).count() as u64;
        if alerts > 0 && alerts != found.all {
            found.all = u64::MAX;
        }
        found
    }
}

fn detections(differences: &mut Differences, expect: &Json, found: &Detections) {
    bounds(differences, "alerts", expect, found.all);
    for (rule, wanted) in expect["by_rule"].as_object().into_iter().flatten() {
        bounds(differences, rule, wanted, found.by_rule.get(rule).copied().unwrap_or(0));
    }
    for (priority, wanted) in expect["by_priority"].as_object().into_iter().flatten() {
        let name = match priority.to_ascii_uppercase().as_str() {
            "INFORMATIONAL" => "INFO".to_owned(),
            other => other.to_owned(),
        };
        bounds(differences, priority, wanted, found.by_priority.get(&name).copied().unwrap_or(0));
    }
}

fn bounds(differences: &mut Differences, what: &str, expect: &Json, found: u64) {
    differences.equal(what, &expect["count"], found);
    if let Some(least) = expect["min"].as_u64() {
        differences.check(found >= least, || format!("{what}: {found}, expected at least {least}"));
    }
}

/// Arrays that come from sets have no order.
fn described(differences: &mut Differences, expect: &Json, found: &Json) {
    for key in ["required_engine_version", "required_plugin_versions"] {
        for wanted in [&expect[key]].into_iter().filter(|wanted| !wanted.is_null()) {
            differences.check(contains(wanted, &found[key]), || format!("{key}: {}", found[key]));
        }
    }
    for kind in ["lists", "macros", "rules"] {
        for (name, wanted) in expect[kind].as_object().into_iter().flatten() {
            let item =
                found[kind].as_array().into_iter().flatten().find(|item| item["info"]["name"] == **name);
            let Some(item) = item else {
                differences.check(false, || format!("{kind}: no {name}"));
                continue;
            };
            for (key, wanted) in wanted.as_object().into_iter().flatten() {
                let own =
                    if item["info"][key].is_null() { &item["details"][key] } else { &item["info"][key] };
                differences
                    .check(contains(wanted, own), || format!("{name} {key}: {own}, expected {wanted}"));
            }
        }
    }
}

/// Whether a value is as expected: objects may have further keys, arrays another order.
fn contains(wanted: &Json, found: &Json) -> bool {
    match (wanted, found) {
        (Json::Object(wanted), Json::Object(found)) => {
            wanted.iter().all(|(key, value)| found.get(key).is_some_and(|found| contains(value, found)))
        }
        (Json::Array(wanted), Json::Array(found)) => {
            wanted.len() == found.len()
                && wanted.iter().all(|one| found.iter().any(|found| contains(one, found)))
        }
        _ => wanted == found,
    }
}
