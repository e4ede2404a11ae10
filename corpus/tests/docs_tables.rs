//! The reference tables in `docs/` are made from the program's own tables. `UPDATE_EXPECT=1` writes them anew.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use catalogue::{ArgKind, CLASSES, FieldFlags};
use settings::falco_yaml::keys::{KEYS, Kind, Status};

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}

/// Compares the part of a page below its marker with `table`.
fn assert_generated(page: &str, table: &str) {
    const MARKER: &str =
        "<!-- generated below: UPDATE_EXPECT=1 cargo test -p corpus --test docs_tables -->\n";
    let path = docs(page);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (above, below) = text.split_once(MARKER).unwrap_or_else(|| panic!("{page} has no line {MARKER}"));
    if below == table {
        return;
    }
    assert!(std::env::var_os("UPDATE_EXPECT").is_some(), "{page} is out of date: run with UPDATE_EXPECT=1");
    std::fs::write(&path, format!("{above}{MARKER}{table}")).unwrap();
}

#[test]
fn fields() {
    let mut table = String::new();
    for class in CLASSES.iter().filter(|class| !class.hidden) {
        let from = match (class.plugin, class.source) {
            (Some(plugin), _) => format!("plugin `{plugin}`"),
            (None, Some(source)) => format!("source `{source}`"),
            (None, None) => "every source".to_string(),
        };
        let _ = write!(
            table,
            "\n## {} ({from})\n\n{}\n\n| field | type | what it yields |\n|---|---|---|\n",
            class.plugin.unwrap_or(class.name),
            class.about
        );
        for (_, field) in class.fields().filter(|(_, field)| !field.has(FieldFlags::HIDDEN)) {
            let argument = match field.arg {
                None => "",
                Some(argument) => match (argument.kind, argument.required) {
                    (
                        ArgKind::EventName
                        | ArgKind::EventParam
                        | ArgKind::EventParamTyped
                        | ArgKind::Subsystem,
                        _,
                    ) => ".name",
                    (ArgKind::Side, _) => "(.src, .dst)",
                    (_, true) => "[…]",
                    (_, false) => "([…])",
                },
            };
            let list = if field.list { "list of " } else { "" };
            let about = field.about.replace('|', "\\|");
            let name = field.ty.name().to_ascii_lowercase();
            let _ = writeln!(table, "| `{}{argument}` | {list}{name} | {about} |", field.name);
        }
    }
    assert_generated("fields.md", &table);
}

#[test]
fn configuration_keys() {
    let mut table = String::from("\n| key | type | default | what it sets |\n|---|---|---|---|\n");
    for key in KEYS.iter().filter(|key| key.status == Status::Current) {
        let kind = match key.kind {
            Kind::Bool => "boolean".to_string(),
            Kind::Integer => "whole number".to_string(),
            Kind::Number => "number".to_string(),
            Kind::Text => "text".to_string(),
            Kind::Duration => "duration".to_string(),
            Kind::Texts => "sequence of texts".to_string(),
            Kind::Form => "see above".to_string(),
            Kind::OneOf(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        };
        let default = if key.default.is_empty() { String::new() } else { format!("`{}`", key.default) };
        let _ = writeln!(table, "| `{}` | {kind} | {default} | {} |", key.path, key.about);
    }
    table.push_str("\n## Keys that Falco dropped\n\n| key | what to do |\n|---|---|\n");
    for key in KEYS {
        if let Status::Dropped(note) = key.status {
            let _ = writeln!(table, "| `{}` | {note} |", key.path);
        }
    }
    assert_generated("configuration.md", &table);
}
