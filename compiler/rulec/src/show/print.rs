//! Rules in effect as a table and as JSON.

use hir::scope::Entry;
use serde_json::{Value, json};
use views::{Cell, Column, Row, Table, Tone};

use super::{Part, Shown, word};
use crate::alerts::priority_cell;

/// The table: Rule, Priority, Enabled, Source, Tags, Origin, Description.
pub(crate) fn table(rules: &[Shown]) -> Table {
    let rows = rules.iter().map(|rule| {
        let enabled = if rule.enabled { Cell::text("yes") } else { Cell::text("no").toned(Tone::Dim) };
        Row {
            key: rule.name.clone(),
            cells: vec![
                Cell::text(&rule.name),
                priority_cell(Some(rule.priority)),
                enabled,
                Cell::text(&rule.source),
                Cell::text(rule.tags.join(",")),
                Cell::text(origin(rule)),
                Cell::text(one_line(&rule.description)),
            ],
        }
    });
    Table {
        columns: vec![
            Column::text("Rule", 16, 60, 10),
            Column::text("Priority", 8, 13, 9),
            Column::text("Enabled", 7, 9, 8),
            Column::text("Source", 7, 16, 2),
            Column::text("Tags", 8, 50, 4),
            Column::text("Origin", 12, 60, 5),
            Column::text("Description", 16, 1000, 3),
        ],
        rows: rows.collect(),
    }
}

/// `falco_rules.yaml:12, local.yaml:3 append`.
fn origin(rule: &Shown) -> String {
    let mut layers = rule.layers.iter();
    let mut texts: Vec<String> = layers.next().map(|(_, place)| place.to_string()).into_iter().collect();
    texts.extend(layers.map(|(change, place)| format!("{place} {}", word(*change))));
    texts.join(", ")
}

/// `text` with runs of white space as one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An array of rules.
pub(crate) fn json(rules: &[Shown]) -> Value {
    let parts = |parts: &[Part]| -> Vec<Value> {
        parts
            .iter()
            .map(|part| json!({"text": part.text, "file": part.place.file, "line": part.place.line}))
            .collect()
    };
    let rules: Vec<Value> = rules
        .iter()
        .map(|rule| {
            let layers: Vec<Value> = rule
                .layers
                .iter()
                .map(|(change, place)| json!({"change": word(*change), "file": place.file, "line": place.line}))
                .collect();
            let exceptions: Vec<Value> = rule
                .exceptions
                .iter()
                .map(|exception| {
                    json!({
                        "name": *exception.name,
                        "fields": entry(&exception.fields),
                        "comps": entry(&exception.comps),
                        "values": exception.values.iter().map(entry).collect::<Vec<_>>(),
                    })
                })
                .collect();
            json!({
                "rule": rule.name,
                "description": rule.description,
                "enabled": rule.enabled,
                "priority": rule.priority.as_str(),
                "source": rule.source,
                "tags": rule.tags,
                "layers": layers,
                "condition": Shown::joined(&rule.condition),
                "condition_parts": parts(&rule.condition),
                "condition_compiled": rule.compiled.as_ref().map(|compiled| &compiled.0),
                "output": Shown::joined(&rule.output),
                "output_parts": parts(&rule.output),
                "output_compiled": rule.compiled.as_ref().map(|compiled| &compiled.1),
                "exceptions": exceptions,
                "events": rule.events,
            })
        })
        .collect();
    json!({ "rules": rules })
}

/// An exception's entry; how deep it nests is bounded by the reader of rule files.
pub(crate) fn entry(entry: &Entry) -> Value {
    match entry {
        Entry::One(atom) => json!(*atom.text),
        Entry::Many(entries) => Value::Array(entries.iter().map(self::entry).collect()),
    }
}
