//! JSON schemas: of the configuration, from the table of its keys, and of rules files.

use serde_json::{Map, Value, json};
use settings::falco_yaml::keys::{KEYS, Kind, Status};

/// The schema of `falco.yaml`.
pub(crate) fn configuration() -> String {
    let mut root = json!({
        "$schema": "http://json-schema.org/draft-06/schema#",
        "title": "Falco configuration",
        "type": "object",
        "additionalProperties": false,
        "properties": {},
    });
    for key in KEYS {
        let mut schema = kind(key.kind);
        let about = match key.status {
            Status::Current => key.about.to_string(),
            Status::Dropped(note) => {
                schema["deprecated"] = Value::Bool(true);
                note.to_string()
            }
        };
        if !about.is_empty() {
            schema["description"] = about.into();
        }
        if let Some(default) = default(key.kind, key.default) {
            schema["default"] = default;
        }
        let mut node = &mut root;
        let mut steps = key.path.split('.').peekable();
        while let Some(step) = steps.next() {
            let Some(properties) = node["properties"].as_object_mut() else { break };
            if steps.peek().is_none() {
                properties.insert(step.to_string(), schema);
                break;
            }
            let entry = properties.entry(step.to_string()).or_insert_with(object);
            if entry.get("properties").is_none() {
                *entry = object();
            }
            node = entry;
        }
    }
    format!("{root}\n")
}

fn object() -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": {} })
}

fn kind(kind: Kind) -> Value {
    match kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Integer => json!({ "type": "integer" }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Text | Kind::Duration => json!({ "type": "string" }),
        Kind::OneOf(words) => json!({ "type": "string", "enum": words }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Form => json!({ "type": ["array", "object", "string", "null"] }),
    }
}

fn default(kind: Kind, text: &str) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    Some(match kind {
        Kind::Bool => Value::Bool(text == "true"),
        Kind::Integer | Kind::Number => serde_json::from_str(text).ok()?,
        _ => text.into(),
    })
}

/// The schema that rules files are checked against (language.md 1.6). Failing it never refuses a file.
pub(crate) fn rules_files() -> String {
    let text = || json!({ "type": "string" });
    let boolean = || json!({ "type": "boolean" });
    let names = |required: &[&str]| {
        let properties: Map<String, Value> =
            ["name", "version"].into_iter().map(|name| (name.to_string(), text())).collect();
        let mut object = json!({ "type": "object", "additionalProperties": false, "properties": properties });
        object["required"] = json!(required);
        object
    };
    let mut plugin = names(&["name", "version"]);
    plugin["properties"]["alternatives"] = json!({ "type": "array", "items": names(&["name", "version"]) });
    let operation = || json!({ "type": "string", "enum": ["append", "replace"] });
    let overridden: Map<String, Value> = [
        "items",
        "desc",
        "condition",
        "output",
        "priority",
        "enabled",
        "exceptions",
        "capture",
        "capture_duration",
        "tags",
        "warn_evttypes",
        "skip-if-unknown-filter",
    ]
    .into_iter()
    .map(|key| (key.to_string(), operation()))
    .collect();
    let schema = json!({
        "$schema": "http://json-schema.org/draft-06/schema#",
        "title": "Falco rules",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "required_engine_version": text(),
                "required_plugin_versions": { "type": "array", "items": plugin },
                "macro": text(),
                "condition": text(),
                "list": text(),
                "items": { "type": "array", "items": { "anyOf": [{ "type": "integer" }, { "type": "string" }] } },
                "rule": text(),
                "desc": text(),
                "enabled": boolean(),
                "output": text(),
                "append": boolean(),
                "priority": {
                    "type": "string",
                    "enum": [
                        "EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "INFORMATIONAL",
                        "DEBUG",
                    ],
                },
                "capture": boolean(),
                "capture_duration": { "type": "integer" },
                "source": text(),
                "exceptions": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": false,
                        "properties": { "name": text(), "fields": {}, "comps": {}, "values": {} },
                        "required": ["name"],
                    },
                },
                "override": {
                    "type": "object",
                    "additionalProperties": false,
                    "minProperties": 1,
                    "properties": overridden,
                },
                "tags": { "type": "array", "items": text() },
                "warn_evttypes": boolean(),
                "skip-if-unknown-filter": boolean(),
            },
        },
    });
    format!("{schema}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_in_the_schema() {
        let schema: Value = serde_json::from_str(&configuration()).unwrap();
        for key in KEYS {
            let mut node = &schema;
            for step in key.path.split('.') {
                node = &node["properties"][step];
            }
            assert!(!node.is_null(), "{}", key.path);
        }
        assert_eq!(schema["properties"]["engine"]["properties"]["kind"]["default"], "modern_ebpf");
        serde_json::from_str::<Value>(&rules_files()).unwrap();
    }
}
