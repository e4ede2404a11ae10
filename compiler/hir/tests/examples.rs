//! The `compile`, `events`, `rules` and `eval` examples of the language reference
//! (`CONFORMANCE_DIR`/../reference/language-examples.yaml).

use std::collections::BTreeMap;

use catalogue::{Catalogue, ExtraField, ValueType};
use hir::check::{Reach, reach};
use hir::falco::LoadCode;
use hir::{Checked, Input, Options, SourceFile};
use ir::EventSet;
use ir::testing::{FieldValue, Fields, MapSource, OwnedValue};
use serde_norway::Value;

/// The examples of the language reference, which lies beside the conformance cases in the reference data.
fn reference_examples() -> Option<String> {
    let path = std::env::var_os("CONFORMANCE_DIR")
        .map(|folder| std::path::Path::new(&folder).join("../reference/language-examples.yaml"));
    let Some(path) = path.filter(|path| path.is_file()) else {
        let required = std::env::var("REQUIRE_REFERENCE").is_ok_and(|value| value == "1");
        assert!(!required || std::env::var_os("CONFORMANCE_DIR").is_some(), "CONFORMANCE_DIR is not set");
        eprintln!("SKIPPED: no reference beside CONFORMANCE_DIR; the language examples were not compared");
        return None;
    };
    Some(std::fs::read_to_string(&path).expect("language-examples.yaml is readable"))
}

fn examples(kind: &str) -> Vec<Value> {
    let Some(text) = reference_examples() else { return Vec::new() };
    let file: Value = serde_norway::from_str(&text).expect("the examples are YAML");
    let all = file["examples"].as_sequence().cloned().unwrap_or_default();
    all.into_iter().filter(|example| example["kind"].as_str() == Some(kind)).collect()
}

fn compare(found: &[String], what: &str) {
    assert!(found.is_empty(), "{} {what} examples differ:\n{}", found.len(), found.join("\n"));
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or("")
}

fn strings(value: &Value) -> Vec<String> {
    value.as_sequence().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn check(files: &[&str]) -> Checked {
    let files =
        files.iter().enumerate().map(|(at, text)| SourceFile::new(format!("{at}.yaml"), *text)).collect();
    hir::check(&Input { files, options: Options { catalogue: Catalogue::core(), ..Options::default() } })
}

fn rule(condition: &str) -> String {
    let quoted = serde_json::Value::from(condition).to_string();
    format!("- rule: r\n  desc: d\n  condition: {quoted}\n  output: o\n  priority: INFO\n")
}

#[test]
fn conditions_compile_as_documented() {
    let mut differences = Vec::new();
    for example in examples("compile") {
        let checked = check(&[&rule(text(&example, "condition"))]);
        let result = &checked.files[0];
        let found = match &result.error {
            Some(error) => format!("{} {}", error.code.as_str(), error.message),
            None => "ok".to_owned(),
        };
        let wanted = match example["error"].as_str() {
            Some(message) => format!("LOAD_ERR_COMPILE_CONDITION {message}"),
            None => "ok".to_owned(),
        };
        let warnings: Vec<String> = result
            .warnings
            .iter()
            .filter(|warning| warning.code == LoadCode::CompileCondition)
            .map(|warning| warning.message.clone())
            .collect();
        if found != wanted || (found == "ok" && warnings != strings(&example["warnings"])) {
            differences.push(format!("{}: {found} {warnings:?}, wanted {wanted}", text(&example, "id")));
        }
    }
    compare(&differences, "compile");
}

#[test]
fn event_sets_are_as_documented() {
    let catalogue = Catalogue::core();
    let all = EventSet::below(catalogue::EVENT_COUNT);
    let mut differences = Vec::new();
    for example in examples("events") {
        let parsed =
            syntax::condition::parse(text(&example, "condition"), syntax::condition::ParseOptions::LOAD);
        let found = reach::<EventSet>(&parsed.tree, &catalogue, |_| Reach::neutral()).holds;
        let named: EventSet = strings(&example["names"])
            .iter()
            .map(|name| if name == "<generic>" { "getpid" } else { name })
            .flat_map(|name| catalogue.type_codes(name).codes())
            .collect();
        let wanted = match text(&example, "set") {
            "all" => all,
            "none" => EventSet::EMPTY,
            "named" => named,
            _ => all.difference(&named),
        };
        if found != wanted {
            differences.push(format!(
                "{}: {} events, wanted {}",
                text(&example, "id"),
                found.len(),
                wanted.len()
            ));
        }
    }
    compare(&differences, "events");
}

#[test]
fn rules_load_as_documented() {
    let mut differences = Vec::new();
    for example in examples("rules") {
        let files = match example.get("files") {
            Some(files) => strings(files),
            None => vec![text(&example, "rules").to_owned()],
        };
        let results = match example.get("results") {
            Some(results) => results.as_sequence().cloned().unwrap_or_default(),
            None => vec![example["result"].clone()],
        };
        for (at, wanted) in results.iter().enumerate() {
            let loaded: Vec<&str> = files.iter().take(at + 1).map(String::as_str).collect();
            let checked = check(&loaded);
            if let Err(difference) = same_result(&checked, at, wanted) {
                differences.push(format!("{}: {difference}", text(&example, "id")));
            }
        }
    }
    compare(&differences, "rules");
}

fn same_result(checked: &Checked, at: usize, wanted: &Value) -> Result<(), String> {
    let result = &checked.files[at];
    let same = |what: &str, found: String, wanted: String| {
        if found == wanted { Ok(()) } else { Err(format!("{what}: {found}, wanted {wanted}")) }
    };
    let error = result.error.as_ref().map(|error| format!("{} {}", error.code.as_str(), error.message));
    let wanted_error =
        wanted.get("error").map(|error| format!("{} {}", text(error, "code"), text(error, "message")));
    same("error", format!("{error:?}"), format!("{wanted_error:?}"))?;
    let warnings: Vec<String> =
        result.warnings.iter().map(|warning| warning.code.as_str().to_owned()).collect();
    same("warnings", warnings.join(" "), strings(&wanted["warnings"]).join(" "))?;
    same(
        "schema",
        format!("{:?}", result.schema_valid()),
        format!("{:?}", wanted["schema_valid"].as_bool()),
    )?;
    if !result.successful() {
        return Ok(());
    }
    let compiled: BTreeMap<String, String> = checked
        .definitions
        .rules
        .iter()
        .zip(&checked.compiled.rules)
        .filter_map(|(rule, compiled)| {
            Some((rule.name.to_string(), checked.expanded(&compiled.as_ref()?.unit)))
        })
        .collect();
    let wanted_compiled: BTreeMap<String, String> = wanted["compiled"]
        .as_mapping()
        .into_iter()
        .flatten()
        .map(|(name, text)| (name.as_str().unwrap_or("").to_owned(), text.as_str().unwrap_or("").to_owned()))
        .collect();
    same("compiled", format!("{compiled:?}"), format!("{wanted_compiled:?}"))?;
    let options = Options { catalogue: Catalogue::core(), ..Options::default() };
    let enabled = hir::select::enabled_rules(&checked.definitions, &checked.compiled, &options);
    same("enabled", enabled.len().to_string(), wanted["enabled"].as_u64().unwrap_or(0).to_string())
}

#[test]
fn conditions_evaluate_as_documented() {
    let field = |name: &str, ty, list| ExtraField { list, ..ExtraField::new(name, ty) };
    let catalogue = Catalogue::core().with_fields(vec![
        field("f.s", ValueType::CharBuf, false),
        field("g.s", ValueType::CharBuf, false),
        field("f.l", ValueType::CharBuf, true),
        field("f.ip", ValueType::IpAddr, false),
        field("f.net", ValueType::IpNet, false),
    ]);
    let mut differences = Vec::new();
    for example in examples("eval") {
        let id = text(&example, "id");
        let (program, root) = match hir::lower::condition(text(&example, "condition"), &catalogue, "syscall")
        {
            Ok(compiled) => compiled,
            Err(fault) => {
                differences.push(format!("{id}: {}", fault.message));
                continue;
            }
        };
        let mut fields = Fields::new();
        for (name, value) in example["env"].as_mapping().into_iter().flatten() {
            let name = name.as_str().unwrap_or("");
            let ty = match name {
                "f.ip" | "f.net" => ValueType::IpAddr,
                _ => ValueType::CharBuf,
            };
            let one = |value: &Value| OwnedValue::parse(ty, value.as_str().unwrap_or("")).expect("a value");
            let value = match value {
                Value::Null => FieldValue::Absent,
                Value::Sequence(values) => FieldValue::List(values.iter().map(one).collect()),
                value => FieldValue::One(one(value)),
            };
            fields.insert(name.to_owned(), value);
        }
        let arena = bumpalo::Bump::new();
        let source = MapSource::bind(&program, catalogue::EventCode(1), &fields, &arena);
        let interpreter = ir::interp::Interpreter::new(&program).expect("literals were checked");
        let found = interpreter.holds(&source, root);
        if Some(found) != example["result"].as_bool() {
            differences.push(format!("{id}: {found}"));
        }
    }
    compare(&differences, "eval");
}
