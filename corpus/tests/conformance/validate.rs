//! `validate` cases: rules files, what Falco says about them and what becomes of the rules.

use std::collections::BTreeSet;

use corpus::case::{Case, Differences, strings};
use corpus::report::Outcome;
use hir::falco::Issue;
use hir::select::{SelectionOp, Which, select};
use hir::{Checked, Input, Options, SourceFile};
use serde_json::Value as Json;

use crate::rules::options;

pub(crate) fn run(case: &Case) -> Outcome {
    let mut differences = Differences::default();
    let files = case.rules().into_iter().map(|(name, text)| SourceFile::new(name, text)).collect();
    let input = Input { files, options: options(case) };
    let checked = hir::check(&input);
    let expect = case.expect();
    differences.check(expect["ok"] == checked.is_ok() || expect["ok"].is_null(), || {
        let error = checked.files.iter().find_map(|file| file.error.as_ref());
        format!("ok: {}, {:?}", checked.is_ok(), error.map(|error| (error.code.as_str(), &error.message)))
    });
    differences.equal("exit_code", &expect["exit_code"], i32::from(!checked.is_ok()));
    for (index, file) in expect["files"].as_object().into_iter().flatten() {
        let at: usize = index.parse().expect("an index");
        differences.equal(&format!("file {at}"), &file["ok"], checked.files[at].successful());
    }
    issues(case, &checked, &mut differences);
    schema(case, &checked, &mut differences);
    rules(case, &checked, &input.options, &mut differences);
    described(case, &checked, &input.options, &mut differences);
    differences.outcome()
}

fn issues(case: &Case, checked: &Checked, differences: &mut Differences) {
    let expect = case.expect();
    let errors: Vec<&Issue> = checked.files.iter().filter_map(|file| file.error.as_ref()).collect();
    let warnings: Vec<&Issue> = checked.files.iter().flat_map(|file| &file.warnings).collect();
    for (key, found) in [("errors", &errors), ("warnings", &warnings)] {
        for wanted in expect[key].as_array().into_iter().flatten() {
            let any = found.iter().any(|issue| agrees(issue, wanted, checked));
            differences.check(any, || {
                let shown: Vec<String> = found.iter().map(|issue| shown(issue)).collect();
                format!("no {key} agree with {wanted}; found {shown:?}")
            });
        }
    }
    for unwanted in expect["warnings_absent"].as_array().into_iter().flatten() {
        let none = !warnings.iter().any(|issue| agrees(issue, unwanted, checked));
        differences.check(none, || format!("unwanted warning {unwanted}"));
    }
    differences.equal("error_count", &expect["error_count"], errors.len());
    differences.equal("warning_count", &expect["warning_count"], warnings.len());
    differences.equal("has_warnings", &expect["has_warnings"], !warnings.is_empty());
}

fn shown(issue: &Issue) -> String {
    let last = issue.context.last();
    let place =
        last.map(|at| format!("{} '{}' {}:{}", at.item_type.as_str(), at.item_name, at.line, at.column));
    format!("{} {} at {}", issue.code.as_str(), issue.message, place.unwrap_or_default())
}

/// Whether a reported item agrees with every key given.
fn agrees(issue: &Issue, wanted: &Json, checked: &Checked) -> bool {
    let Json::Object(keys) = wanted else { return false };
    let snippet = || issue.snippet(|name| checked.sources.text_of(name));
    let item = |key: &str, value: &str| {
        issue.context.locations.iter().any(|at| match key {
            "item_type" => at.item_type.as_str() == value,
            _ => *at.item_name == *value,
        })
    };
    keys.iter().all(|(key, value)| {
        let text = value.as_str().unwrap_or("");
        match key.as_str() {
            "code" => issue.code.as_str() == text,
            "message" => {
                issue.message == text
                    || (issue.code.as_str() == "LOAD_ERR_YAML_PARSE" && same_place(&issue.message, text))
            }
            "message_contains" => issue.message.contains(text),
            "item_type" | "item_name" => item(key, text),
            "snippet_contains" => strings(value).into_iter().all(|part| snippet().contains(part)),
            "snippet_excludes" => strings(value).into_iter().all(|part| !snippet().contains(part)),
            other => panic!("unknown key {other}"),
        }
    })
}

/// YAML syntax errors are compared by line and column; their words are the library's.
fn same_place(found: &str, wanted: &str) -> bool {
    let place = |text: &str| text.split(':').take(2).collect::<Vec<_>>().join(":");
    place(found) == place(wanted)
}

fn schema(case: &Case, checked: &Checked, differences: &mut Differences) {
    let Some(wanted) = case.expect()["schema"].as_str() else { return };
    let last = checked.files.last();
    let found = match last.and_then(|file| file.schema_valid()) {
        Some(true) => "ok",
        Some(false) => "failed",
        None => "none",
    };
    differences.check(found == wanted, || {
        format!("schema: expected {wanted}, found {found}: {:?}", last.map(|file| &file.schema))
    });
}

fn rules(case: &Case, checked: &Checked, options: &Options, differences: &mut Differences) {
    let expect = case.expect();
    let selection = &case.json["selection"];
    let default = selection.is_null() || selection["start"] == "default" || selection["start"].is_null();
    let ops: Vec<SelectionOp> = match selection["ops"].as_array() {
        Some(ops) => ops.iter().map(op).collect(),
        None => configured(&case.json["config"]["rules"]),
    };
    let enabled =
        select(&checked.definitions, &checked.compiled, options, |rule| default && rule.enabled, &ops);
    differences.equal("enabled_count", &expect["enabled_count"], enabled.len());
    if let Some(wanted) = expect.get("loaded") {
        let loaded: BTreeSet<&str> = checked
            .definitions
            .rules
            .iter()
            .zip(&checked.compiled.rules)
            .filter(|(_, compiled)| compiled.is_some())
            .map(|(rule, _)| &*rule.name)
            .collect();
        let wanted = names(wanted);
        differences.check(wanted == loaded, || format!("loaded: expected {wanted:?}, found {loaded:?}"));
    }
    if let Some(wanted) = expect.get("rule_syscalls") {
        let found = checked.rule_syscalls(&enabled, &options.catalogue);
        let wanted = names(wanted);
        differences.check(wanted == found, || format!("rule_syscalls: expected {wanted:?}, found {found:?}"));
    }
    if let Some(wanted) = expect.get("rule_event_names") {
        let found = checked.rule_event_names(&enabled);
        let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
        let wanted = names(wanted);
        differences
            .check(wanted == found, || format!("rule_event_names: expected {wanted:?}, found {found:?}"));
    }
    if let Some(wanted) = expect.get("plugin_requirements_met") {
        let plugins: Vec<(&str, Option<&str>)> = case.json["plugins"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|plugin| (plugin["name"].as_str().unwrap_or(""), plugin["version"].as_str()))
            .collect();
        let met = checked.is_ok()
            && checked.definitions.plugins.iter().all(|requirement| requirement.check(&plugins).is_ok());
        differences.equal("plugin_requirements_met", wanted, met);
    }
}

/// The texts of a JSON list or the keys of an object.
fn names(json: &Json) -> BTreeSet<&str> {
    match json {
        Json::Object(object) if object.contains_key("rules") => strings(&json["rules"]).into_iter().collect(),
        Json::Object(object) => object.keys().map(String::as_str).collect(),
        other => strings(other).into_iter().collect(),
    }
}

fn op(json: &Json) -> SelectionOp {
    let enable = json.get("enable").is_some();
    let chosen = if enable { &json["enable"] } else { &json["disable"] };
    let text = |key: &str| chosen[key].as_str().map(str::to_owned);
    let which = if let Some(part) = text("substring") {
        Which::Substring(part)
    } else if let Some(name) = text("exact") {
        Which::Exact(name)
    } else if let Some(pattern) = text("wildcard") {
        Which::Wildcard(pattern)
    } else {
        Which::Tags(strings(&chosen["tags"]).into_iter().map(str::to_owned).collect())
    };
    SelectionOp { enable, which }
}

/// The `rules` of a configuration.
fn configured(rules: &Json) -> Vec<SelectionOp> {
    let mut ops = Vec::new();
    for entry in rules.as_array().into_iter().flatten() {
        let enable = entry.get("enable").is_some();
        let chosen = if enable { &entry["enable"] } else { &entry["disable"] };
        if let Some(pattern) = chosen["rule"].as_str() {
            ops.push(SelectionOp { enable, which: Which::Wildcard(pattern.to_owned()) });
        }
        if let Some(tag) = chosen["tag"].as_str() {
            ops.push(SelectionOp { enable, which: Which::Tags(vec![tag.to_owned()]) });
        }
    }
    ops
}

fn described(case: &Case, checked: &Checked, options: &Options, differences: &mut Differences) {
    let wanted = &case.expect()["described"];
    let catalogue = &options.catalogue;
    for (name, keys) in wanted["rules"].as_object().into_iter().flatten() {
        let Some(rule) = checked.definitions.rules.get(name) else {
            differences.check(false, || format!("no rule {name}"));
            continue;
        };
        let Some(described) = checked.describe_rule(name, catalogue) else {
            differences.check(false, || format!("rule {name} is not loaded"));
            continue;
        };
        for (key, value) in keys.as_object().into_iter().flatten() {
            let text = |text: String| Json::from(text);
            let found = match key.as_str() {
                "condition_compiled" => text(described.condition_compiled.clone()),
                "condition" => text(rule.condition.text(&checked.sources)),
                "output" => text(rule.output.text(&checked.sources)),
                "description" => text(rule.description.text(&checked.sources)),
                "priority" => text(rule.priority.as_str().to_owned()),
                "source" => text(rule.source.to_string()),
                "enabled" => Json::from(rule.enabled),
                "capture" => Json::from(rule.capture),
                "capture_duration" => Json::from(rule.capture_duration),
                "tags" => Json::from(rule.tags.iter().map(|tag| tag.to_string()).collect::<Vec<_>>()),
                "output_compiled" => text(described.output_compiled.clone()),
                "extra_fields" => serde_json::to_value(&described.extra_fields).expect("a map of texts"),
                "output_compiled_excludes" => {
                    let part = value.as_str().unwrap_or("");
                    differences
                        .check(!described.output_compiled.contains(part), || format!("output has {part}"));
                    continue;
                }
                other => panic!("unknown key {other}"),
            };
            differences.equal(&format!("{name}.{key}"), value, found);
        }
    }
    for (name, keys) in wanted["macros"].as_object().into_iter().flatten() {
        let described = checked.describe_macro(name, catalogue);
        for (key, value) in keys.as_object().into_iter().flatten() {
            let found = described.as_ref().map(|described| match key.as_str() {
                "condition_compiled" => Json::from(described.condition_compiled.clone()),
                "used" => Json::from(described.used),
                "condition" => {
                    let one = checked.definitions.macros.get(name);
                    Json::from(one.map(|one| one.condition.text(&checked.sources)))
                }
                other => panic!("unknown key {other}"),
            });
            differences.equal(&format!("{name}.{key}"), value, found.unwrap_or_default());
        }
    }
    for (name, keys) in wanted["lists"].as_object().into_iter().flatten() {
        let described = checked.describe_list(name);
        for (key, value) in keys.as_object().into_iter().flatten() {
            let found = described.as_ref().map(|described| match key.as_str() {
                "items" => Json::from(described.items.clone()),
                "items_compiled" => Json::from(described.items_compiled.clone()),
                "lists" => Json::from(described.lists.clone()),
                "used" => Json::from(described.used),
                other => panic!("unknown key {other}"),
            });
            differences.equal(&format!("{name}.{key}"), value, found.unwrap_or_default());
        }
    }
    let counts = &wanted["counts"];
    let loaded = checked.compiled.rules.iter().filter(|rule| rule.is_some()).count();
    differences.equal("rules", &counts["rules"], loaded);
    differences.equal("macros", &counts["macros"], checked.definitions.macros.len());
    differences.equal("lists", &counts["lists"], checked.definitions.lists.len());
}
