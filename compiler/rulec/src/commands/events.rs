//! `rulec events`: the event types that `evt.type` compares, and their parameters.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::ExitCode;

use catalogue::{EVENTS, EventType, FlagTableId, ParamDetail};
use serde_json::{Value, json};

use crate::args::Events;
use crate::{print, usage_error};

/// Lists the event types that match the search, or shows the parameters of one.
pub fn run(arguments: &Events) -> ExitCode {
    let search = arguments.search.as_deref().unwrap_or_default();
    let mut names: BTreeMap<&str, Vec<&EventType>> = BTreeMap::new();
    for event in EVENTS.iter().filter(|event| !event.is_unused()) {
        names.entry(event.name).or_default().push(event);
    }
    let found: Vec<(&str, &EventType)> = match names.get(search) {
        Some(versions) => vec![(search, newest(versions))],
        None => names
            .iter()
            .filter(|(name, _)| name.contains(search))
            .map(|(name, all)| (*name, newest(all)))
            .collect(),
    };
    if found.is_empty() {
        if let Some(syscall) = catalogue::syscall_by_name(search) {
            return print(&format!(
                "{}: a system call without an event type of its own; `evt.type = {}` matches its generic event\n",
                syscall.name, syscall.name
            ));
        }
        let hint = match catalogue::suggest::nearest(search, names.keys().copied()).first() {
            Some(name) => format!("; did you mean `{name}`?"),
            None => String::new(),
        };
        return usage_error(&format!("no event type matches `{search}`{hint}"));
    }
    if arguments.json {
        let values: Vec<Value> = found.iter().map(|(_, event)| value(event)).collect();
        return print(&format!("{:#}\n", json!({ "events": values })));
    }
    let mut out = String::new();
    if found.len() == 1 {
        detail(&mut out, found[0].1);
    } else {
        for (name, event) in found {
            let parameters: Vec<&str> = event.params.iter().map(|param| param.name).collect();
            let _ = writeln!(out, "{name:<18} {:<9} {}", event.category.name(), parameters.join(", "));
        }
    }
    print(&out)
}

/// The version that is produced today: the newest exit event.
fn newest<'e>(versions: &[&'e EventType]) -> &'e EventType {
    let current =
        |event: &&&EventType| !event.has(catalogue::EventFlags::OLD_VERSION) && event.code.is_exit();
    versions.iter().rev().find(current).or(versions.last()).copied().expect("a name has at least one event")
}

fn detail(out: &mut String, event: &EventType) {
    let _ = writeln!(out, "{} ({})", event.name, event.category.name());
    let syscalls: Vec<&str> = event.syscalls.iter().filter_map(|code| code.name()).collect();
    if !syscalls.is_empty() && syscalls.len() < 20 {
        let _ = writeln!(out, "  system calls: {}", syscalls.join(", "));
    }
    for param in event.params {
        let _ = writeln!(out, "  evt.arg.{:<16} {}", param.name, param.ty.name().to_ascii_lowercase());
        if let ParamDetail::Flags(table) = param.detail {
            let _ = writeln!(out, "    {}", flag_names(table).join(" "));
        }
    }
}

fn flag_names(table: FlagTableId) -> Vec<&'static str> {
    table.table().entries.iter().map(|(name, _)| *name).collect()
}

fn value(event: &EventType) -> Value {
    let params: Vec<Value> = event
        .params
        .iter()
        .map(|param| {
            let flags = match param.detail {
                ParamDetail::Flags(table) => json!(flag_names(table)),
                _ => Value::Null,
            };
            json!({"name": param.name, "type": param.ty.name(), "flags": flags})
        })
        .collect();
    json!({
        "name": event.name,
        "category": event.category.name(),
        "syscalls": event.syscalls.iter().filter_map(|code| code.name()).collect::<Vec<_>>(),
        "params": params,
    })
}
