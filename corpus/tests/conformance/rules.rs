//! Making inputs of cases: catalogues, options and rules around single conditions.

use std::collections::BTreeSet;

use catalogue::{Catalogue, ExtraField as CatalogueField, Priority, ValueType};
use corpus::case::{Case, strings};
use hir::append_output::{AppendOutput, ExtraField};
use hir::{Input, Options, SourceFile};
use serde_json::Value as Json;

/// The catalogue with the plugins that a case requires and no others, and its synthetic fields.
pub(crate) fn catalogue(case: &Case) -> Catalogue {
    let mut catalogue = Catalogue::core();
    for capability in case.requires() {
        catalogue = match capability {
            "container" => catalogue.with_plugin("container"),
            "k8s_audit" => catalogue.with_plugin("k8saudit").with_plugin("json"),
            other => catalogue.with_plugin(other.strip_prefix("plugin:").unwrap_or(other)),
        };
    }
    let Json::Object(fields) = &case.json["fields"] else { return catalogue };
    let unknown: Vec<CatalogueField> = fields
        .iter()
        .filter(|(name, _)| catalogue.resolve("syscall", name).is_err())
        .map(|(name, field)| {
            let mut extra = CatalogueField::new(name.clone(), value_type(&field["type"]));
            extra.list = field["list"] == true;
            extra
        })
        .collect();
    if unknown.is_empty() { catalogue } else { catalogue.with_fields(unknown) }
}

/// The type that a case names, in lower case.
pub(crate) fn value_type(name: &Json) -> ValueType {
    let name = name.as_str().expect("a type name").to_uppercase();
    ValueType::from_name(&name).unwrap_or_else(|| panic!("unknown type {name}"))
}

/// The options of a case's configuration.
pub(crate) fn options(case: &Case) -> Options {
    let config = &case.json["config"];
    let mut options = Options { catalogue: catalogue(case), ..Options::default() };
    if let Some(priority) = config["priority"].as_str() {
        options.minimum_priority = Priority::parse(priority).expect("a priority");
    }
    for entry in config["append_output"].as_array().into_iter().flatten() {
        options.append_output.push(append_output(entry));
    }
    options
}

fn append_output(entry: &Json) -> AppendOutput {
    let chosen = &entry["match"];
    let fields = entry["extra_fields"].as_array().into_iter().flatten().flat_map(|field| match field {
        Json::Object(formatted) => formatted
            .iter()
            .map(|(key, format)| ExtraField::formatted(key.clone(), format.as_str().unwrap_or("")))
            .collect(),
        raw => vec![ExtraField::raw(raw.as_str().unwrap_or(""))],
    });
    AppendOutput {
        source: chosen["source"].as_str().unwrap_or("").to_owned(),
        tags: strings(&chosen["tags"]).into_iter().map(str::to_owned).collect::<BTreeSet<_>>(),
        rule: chosen["rule"].as_str().unwrap_or("").to_owned(),
        extra_output: entry["extra_output"].as_str().map(str::to_owned),
        extra_fields: fields.collect(),
        suggested_output: entry["suggested_output"] == true,
    }
}

/// One rule with a condition and an output. JSON texts are YAML texts.
pub(crate) fn rule(condition: &str, output: &str) -> String {
    let quoted = |text: &str| Json::from(text).to_string();
    format!(
        "- rule: r\n  desc: d\n  priority: INFO\n  condition: {}\n  output: {}\n",
        quoted(condition),
        quoted(output)
    )
}

/// One condition as the only rule.
pub(crate) fn condition_input(case: &Case, condition: &str) -> Input {
    let file = SourceFile::new("case.yaml", rule(condition, "x"));
    Input { files: vec![file], options: options(case) }
}
