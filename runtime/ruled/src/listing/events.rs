//! `--list-events` and `-i`.

use std::collections::BTreeSet;
use std::fmt::Write;

use catalogue::{EVENTS, EventFlags, EventType, Origin, Param, ParamDetail, SyscallSet, ValueType, syscalls};
use serde_json::{Map, Value, json};

use crate::args::ListFormat;
use crate::versions;

/// An event in a listing.
struct Entry {
    name: &'static str,
    event: &'static EventType,
    /// Whether it is traced by default.
    by_default: bool,
}

/// The headings, each with the events under it.
const HEADINGS: [(&str, Origin); 4] = [
    ("Syscall events", Origin::Syscall),
    ("Tracepoint events", Origin::Tracepoint),
    ("Plugin events", Origin::Plugin),
    ("Metaevents", Origin::Metaevent),
];

/// All event types of today, in the form that was asked for.
pub(crate) fn events(format: ListFormat) -> String {
    let ignored = ignored_codes();
    let entries = |origin| -> Vec<Entry> {
        let own = EVENTS
            .iter()
            .filter(|event| {
                event.origin == Some(origin)
                    && !event.code.is_generic()
                    && !event.is_unused()
                    && !event.has(EventFlags::OLD_VERSION)
            })
            .map(|event| Entry { name: event.name, event, by_default: !ignored.contains(&event.code.0) });
        let generic = syscalls().filter(|call| origin == Origin::Syscall && call.exit.is_generic());
        let generic: BTreeSet<&str> = generic.map(|call| call.name).collect();
        let generic = generic
            .into_iter()
            .flat_map(|name| EVENTS.iter().take(2).map(move |event| Entry { name, event, by_default: true }));
        own.chain(generic).collect()
    };
    match format {
        ListFormat::Json => {
            let mut root = Map::new();
            root.insert("schema_version".into(), versions::DRIVER_SCHEMA.into());
            for (heading, origin) in HEADINGS {
                root.insert(heading.into(), entries(origin).iter().map(object).collect());
            }
            serde_json::to_string_pretty(&Value::Object(root)).unwrap_or_default() + "\n"
        }
        ListFormat::Text | ListFormat::Markdown => {
            let markdown = format == ListFormat::Markdown;
            let mut out = format!(
                "The events below are valid for Falco *Schema Version*: {}\n",
                versions::DRIVER_SCHEMA
            );
            for (heading, origin) in HEADINGS {
                let _ = write!(out, "## {heading}\n\n");
                if markdown {
                    out.push_str("Default | Dir | Name | Params \n:-------|:----|:-----|:-----\n");
                }
                for entry in entries(origin) {
                    line(&mut out, &entry, markdown);
                }
                out.push('\n');
            }
            out
        }
    }
}

fn direction(event: &EventType) -> char {
    if event.code.is_enter() { '>' } else { '<' }
}

fn line(out: &mut String, entry: &Entry, markdown: bool) {
    let arrow = direction(entry.event);
    if markdown {
        let default = if entry.by_default { "Yes" } else { "No" };
        let _ = write!(out, "{default} | `{arrow}` | `{}` | ", entry.name);
    } else {
        let _ = write!(out, "{arrow} {}(", entry.name);
    }
    for (index, param) in entry.event.params.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        let _ = write!(out, "{} **{}**", param.ty.name(), param.name);
        let names: Vec<String> = flags(param)
            .iter()
            .map(|name| if markdown { format!("*{name}*") } else { (*name).to_string() })
            .collect();
        if !names.is_empty() {
            let _ = write!(out, ": {}", names.join(", "));
        }
    }
    out.push_str(if markdown { "\n" } else { ")\n" });
}

fn object(entry: &Entry) -> Value {
    let params: Vec<Value> = entry
        .event
        .params
        .iter()
        .map(|param| {
            let mut object = json!({ "name": param.name, "type": param.ty.name() });
            let flags = flags(param);
            if !flags.is_empty() {
                object["flags"] = json!(flags);
            }
            object
        })
        .collect();
    json!({
        "name": entry.name,
        "dir": direction(entry.event).to_string(),
        "available": entry.by_default,
        "params": params,
    })
}

/// Names of a parameter's bits or values.
fn flags(param: &Param) -> Vec<&'static str> {
    let flag_type = matches!(
        param.ty,
        ValueType::Flags8
            | ValueType::Flags16
            | ValueType::Flags32
            | ValueType::EnumFlags8
            | ValueType::EnumFlags16
            | ValueType::EnumFlags32
    );
    match param.detail {
        ParamDetail::Flags(table) if flag_type => {
            table.table().entries.iter().map(|(name, _)| *name).collect()
        }
        _ => Vec::new(),
    }
}

/// Codes of the events of calls that are not traced by default: those that move data and do not change the state.
fn ignored_codes() -> BTreeSet<u16> {
    ignored_calls().flat_map(|code| code.events()).map(|code| code.0).collect()
}

fn ignored_calls() -> impl Iterator<Item = catalogue::SyscallCode> {
    let kept = |code: &catalogue::SyscallCode| SyscallSet::DefaultState.contains(*code);
    SyscallSet::Io.codes().iter().copied().filter(move |code| !kept(code))
}

/// The names of those calls.
pub(crate) fn ignored_events() -> String {
    let names: BTreeSet<&str> = ignored_calls().filter_map(|code| code.name()).collect();
    let mut out = String::from("Ignored syscall(s):\n");
    for name in names {
        let _ = writeln!(out, "- {name}");
    }
    out.push('\n');
    out
}
