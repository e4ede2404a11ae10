//! Event types, their names, and the conversions of old ones.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::data::{Data, Event, Param};
use super::{camel, format_name, header, literal, value_type};
use catalogue::EventFlags;

pub(crate) fn render(data: &Data) -> String {
    let mut out = header("Event types", "events.yaml");
    out.push_str("use crate::event::*;\nuse crate::flag::{DynTableId as D, FlagTableId as G};\n");
    out.push_str(
        "use crate::syscall::SyscallCode as S;\nuse crate::value::{Format as F, ValueType as T};\n\n",
    );
    out.push_str("const fn p(name: &'static str, ty: T, format: F, detail: ParamDetail) -> Param {\n");
    out.push_str("    Param { name, ty, format, detail }\n}\n\n");

    out.push_str("/// Codes by symbol.\n#[allow(missing_docs)]\nimpl EventCode {\n");
    for event in &data.events {
        writeln!(out, "    pub const {}: Self = Self({});", event.symbol, event.code).unwrap();
    }
    out.push_str("}\n\n");

    writeln!(out, "pub(crate) static EVENTS: [EventType; {}] = [", data.events.len()).unwrap();
    for (i, event) in data.events.iter().enumerate() {
        assert_eq!(usize::from(event.code), i, "events are in code order");
        event_row(&mut out, data, event);
    }
    out.push_str("];\n\n");

    let mut names = BTreeMap::<&str, Vec<u16>>::new();
    let mut params = BTreeMap::<&str, (u16, usize)>::new();
    for event in &data.events {
        names.entry(&event.name).or_default().push(event.code);
        for (i, param) in event.params.iter().enumerate() {
            params.entry(&param.name).or_insert((event.code, i));
        }
    }
    out.push_str("pub(crate) static BY_NAME: &[(&str, &[EventCode])] = &[\n");
    for (name, codes) in names {
        let codes: Vec<_> = codes.iter().map(|c| format!("EventCode({c})")).collect();
        writeln!(out, "    ({}, &[{}]),", literal(name), codes.join(", ")).unwrap();
    }
    out.push_str("];\n\npub(crate) static BY_SYMBOL: &[(&str, EventCode)] = &[\n");
    let symbols: BTreeMap<_, _> = data.events.iter().map(|e| (&e.symbol, e.code)).collect();
    assert_eq!(symbols.len(), data.events.len(), "symbols are unique");
    for (symbol, code) in symbols {
        writeln!(out, "    ({}, EventCode({code})),", literal(symbol)).unwrap();
    }
    out.push_str("];\n\n/// What events are whose name is not that of a call.\n");
    out.push_str("pub(crate) static ABOUT: &[(&str, &str)] = &[\n");
    for (name, about) in &data.about.events {
        assert!(data.events.iter().any(|e| e.name == *name), "no event is called {name}");
        writeln!(out, "    ({}, {}),", literal(name), literal(about)).unwrap();
    }
    out.push_str("];\n\n/// Parameter name, first event that declares it, position there.\n");
    out.push_str("pub(crate) static PARAM_NAMES: &[(&str, EventCode, u8)] = &[\n");
    for (name, (code, i)) in params {
        writeln!(out, "    ({}, EventCode({code}), {i}),", literal(name)).unwrap();
    }
    out.push_str("];\n");
    out
}

fn event_row(out: &mut String, data: &Data, event: &Event) {
    let (origin, category) = match &event.category {
        Some((origin, category)) => (format!("Some(Origin::{})", camel(origin)), camel(category)),
        None => ("None".to_owned(), "Unknown".to_owned()),
    };
    let producer = match event.producer.as_str() {
        "none" => "Unused".to_owned(),
        other => camel(other),
    };
    let mut bits = if event.producer == "none" { EventFlags::UNUSED.0 } else { 0 };
    for flag in &event.flags {
        let known = EventFlags::ALL.iter().find(|f| f.0 == flag).unwrap_or_else(|| panic!("flag {flag}"));
        bits |= known.1.0;
    }
    let calls: Vec<_> = event.syscalls.iter().map(|name| syscall_const(data, name)).collect();
    writeln!(out, "    EventType {{").unwrap();
    writeln!(
        out,
        "        code: EventCode({}), symbol: {}, name: {}, origin: {origin}, category: Category::{category},",
        event.code,
        literal(&event.symbol),
        literal(&event.name),
    )
    .unwrap();
    writeln!(
        out,
        "        flags: EventFlags({bits}), producer: Producer::{producer}, fd_param: {:?}, syscalls: &[{}],",
        event.fd,
        calls.join(", ")
    )
    .unwrap();
    if event.params.is_empty() {
        out.push_str("        params: &[],\n");
    } else {
        out.push_str("        params: &[\n");
        for param in &event.params {
            param_row(out, data, event, param);
        }
        out.push_str("        ],\n");
    }
    out.push_str("    },\n");
}

fn param_row(out: &mut String, data: &Data, event: &Event, param: &Param) {
    let detail = match &param.detail {
        None => "ParamDetail::None".to_owned(),
        Some(text) if text.starts_with("dirfd=") => format!("ParamDetail::DirFd({})", &text[6..]),
        Some(table) if data.flags.tables.contains_key(table) => {
            format!("ParamDetail::Flags(G::{})", table.to_uppercase())
        }
        Some(table) if data.flags.dynamic.contains_key(table) => {
            format!("ParamDetail::Dynamic(D::{})", table.to_uppercase())
        }
        Some(other) => panic!("{}: unknown table {other}", event.symbol),
    };
    let (ty, format) = (value_type(&param.ty), format_name(&param.format));
    writeln!(out, "            p({}, {ty}, {format}, {detail}),", literal(&param.name)).unwrap();
}

fn syscall_const(data: &Data, name: &str) -> String {
    let call =
        data.syscalls.syscalls.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("call {name}"));
    format!("S({})", call.code)
}

pub(crate) fn render_conversions(data: &Data) -> String {
    let codes: BTreeMap<_, _> = data.events.iter().map(|e| (e.symbol.as_str(), e.code)).collect();
    let mut rows = BTreeMap::new();
    for c in &data.conversions {
        let action = match (&c.action, &c.append, &c.new_event, &c.build) {
            (Some(action), None, None, None) => format!("A::{}", camel(action)),
            (None, Some(steps), None, None) => format!("A::Append(&[{}])", conversion_steps(steps)),
            (None, None, Some(event), Some(steps)) => {
                format!("A::Become(E({}), &[{}])", codes[event.as_str()], conversion_steps(steps))
            }
            _ => panic!("{}: a conversion has one action", c.event),
        };
        let old = rows.insert((codes[c.event.as_str()], c.params), action);
        assert!(old.is_none(), "{} with {} parameters occurs twice", c.event, c.params);
    }
    let mut out = header("Conversions of old events", "conversions.yaml");
    out.push_str("use crate::convert::{Conversion, ConversionAction as A, ConversionStep::*};\n");
    out.push_str("use crate::event::EventCode as E;\n\npub(crate) static CONVERSIONS: &[Conversion] = &[\n");
    for ((event, params), action) in rows {
        writeln!(out, "    Conversion {{ event: E({event}), params: {params}, action: {action} }},").unwrap();
    }
    out.push_str("];\n");
    out
}

fn conversion_steps(steps: &[String]) -> String {
    let steps: Vec<_> = steps
        .iter()
        .map(|step| {
            let words: Vec<_> = step.split(' ').collect();
            match words.as_slice() {
                ["empty"] => "Empty".to_owned(),
                ["default"] => "Default".to_owned(),
                ["container_json"] => "ContainerJson".to_owned(),
                ["own", n] => format!("Own({n})"),
                ["enter", n, "or_default"] => format!("EnterOrDefault({n})"),
                ["enter", n, "or_empty"] => format!("EnterOrEmpty({n})"),
                _ => panic!("unknown step {step}"),
            }
        })
        .collect();
    steps.join(", ")
}
