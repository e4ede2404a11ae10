//! `rulec fields`: the fields that conditions and outputs may name.

use std::fmt::Write;
use std::process::ExitCode;

use catalogue::{ArgKind, ArgSpec, CLASSES, Field, FieldFlags, OPERATORS, Operator};
use serde_json::{Value, json};

use crate::args::Fields;
use crate::{print, usage_error};

/// Lists the fields that match the search, or shows everything about one.
pub fn run(arguments: &Fields) -> ExitCode {
    let search = arguments.search.as_deref().unwrap_or_default();
    let fields: Vec<&Field> =
        listed(arguments.source.as_deref()).filter(|field| matches(field, search)).collect();
    let exact: Vec<&Field> = fields.iter().copied().filter(|field| field.name == search).collect();
    if arguments.json {
        let chosen = if exact.is_empty() { &fields } else { &exact };
        let values: Vec<Value> = chosen.iter().map(|field| value(field)).collect();
        return print(&format!("{:#}\n", json!({ "fields": values })));
    }
    if !exact.is_empty() {
        return print(&exact.iter().map(|field| detail(field)).collect::<Vec<_>>().join("\n"));
    }
    if fields.is_empty() {
        let names = listed(arguments.source.as_deref()).map(|field| field.name);
        let hint = match catalogue::suggest::nearest(search, names).first() {
            Some(name) => format!("; did you mean `{name}`?"),
            None => String::new(),
        };
        return usage_error(&format!("no field matches `{search}`{hint}"));
    }
    print(&table(&fields))
}

fn listed(source: Option<&str>) -> impl Iterator<Item = &'static Field> {
    let source = source.map(str::to_string);
    CLASSES
        .iter()
        .filter(move |class| !class.hidden && source.as_deref().is_none_or(|source| class.serves(source)))
        .flat_map(|class| class.fields().map(|(_, field)| field))
        .filter(|field| !field.has(FieldFlags::HIDDEN))
}

fn matches(field: &Field, search: &str) -> bool {
    let about = || field.about.to_ascii_lowercase().contains(&search.to_ascii_lowercase());
    search.is_empty() || field.name.contains(search) || (!search.contains('.') && about())
}

fn table(fields: &[&Field]) -> String {
    let width = fields.iter().map(|field| name_with_argument(field).len()).max().unwrap_or(0).min(40);
    let mut out = String::new();
    let mut group = "";
    for field in fields {
        let class = field.class.get();
        let title = class.plugin.unwrap_or(class.name);
        if title != group {
            group = title;
            let from = match (class.plugin, class.source) {
                (Some(plugin), _) => format!("plugin {plugin}"),
                (None, Some(source)) => format!("source {source}"),
                (None, None) => "every source".to_string(),
            };
            let _ = writeln!(
                out,
                "{}# {title} ({from}): {}",
                if out.is_empty() { "" } else { "\n" },
                class.about
            );
        }
        let _ =
            writeln!(out, "{:<width$}  {:<11}  {}", name_with_argument(field), type_name(field), field.about);
    }
    out
}

fn detail(field: &Field) -> String {
    let mut out = String::new();
    let class = field.class.get();
    let _ = writeln!(out, "{}: {}", name_with_argument(field), type_name(field));
    let _ = writeln!(out, "  {}", field.about);
    if let Some(plugin) = class.plugin {
        let _ = writeln!(out, "  comes from: the {plugin} plugin");
    }
    let _ = writeln!(out, "  event source: {}", class.source.unwrap_or("every"));
    if let Some(argument) = field.arg {
        let need = if argument.required { "required" } else { "optional" };
        let _ = writeln!(out, "  argument ({need}): {}", argument_about(argument.kind));
    }
    let operators: Vec<&str> = operators(field).map(Operator::as_str).collect();
    let _ = writeln!(out, "  operators: {}", operators.join(" "));
    let transformers: Vec<&str> = field.transformers().map(|transformer| transformer.as_str()).collect();
    if !transformers.is_empty() {
        let _ = writeln!(out, "  transformers: {}", transformers.join(" "));
    }
    for (flag, remark) in [
        (FieldFlags::DEPRECATED, "deprecated"),
        (FieldFlags::FILTER_ONLY, "for conditions only: prints as <NA>"),
        (FieldFlags::PRINT_ONLY, "for outputs only"),
        (FieldFlags::NEVER_SET, "never has a value"),
        (FieldFlags::NO_RHS, "cannot be compared with another field"),
    ] {
        if field.has(flag) {
            let _ = writeln!(out, "  {remark}");
        }
    }
    out
}

fn operators(field: &Field) -> impl Iterator<Item = Operator> {
    let (ty, list) = (field.ty, field.list);
    OPERATORS.iter().copied().filter(move |operator| operator.rejection(ty, list, false).is_none())
}

fn name_with_argument(field: &Field) -> String {
    let Some(ArgSpec { kind, required }) = field.arg else { return field.name.to_string() };
    let form = match kind {
        ArgKind::Index => "[n]",
        ArgKind::Key | ArgKind::Env | ArgKind::IndexOrKey => "[key]",
        ArgKind::EventName | ArgKind::EventParam | ArgKind::EventParamTyped | ArgKind::Subsystem => ".name",
        ArgKind::Timestamp => "[time]",
        ArgKind::Side => ".src|.dst",
    };
    if required { format!("{}{form}", field.name) } else { format!("{}({form})", field.name) }
}

fn argument_about(kind: ArgKind) -> &'static str {
    match kind {
        ArgKind::Index => "[n], a number: position, level or descriptor",
        ArgKind::Key => "[key], any text",
        ArgKind::IndexOrKey => "[n] or [key]",
        ArgKind::EventName => ".name of an event type",
        ArgKind::EventParam => ".name of an event parameter, or its [n]",
        ArgKind::EventParamTyped => ".name of an event parameter",
        ArgKind::Timestamp => "[nanoseconds since 1970]",
        ArgKind::Side => ".src or .dst",
        ArgKind::Env => "[NAME] of a variable, or [n]",
        ArgKind::Subsystem => ".name of a cgroup subsystem",
    }
}

fn type_name(field: &Field) -> String {
    let name = field.ty.name().to_ascii_lowercase();
    if field.list { format!("list {name}") } else { name }
}

fn value(field: &Field) -> Value {
    let class = field.class.get();
    let flags: Vec<&str> =
        FieldFlags::ALL.iter().filter(|(_, flag)| field.has(*flag)).map(|(name, _)| *name).collect();
    json!({
        "name": field.name,
        "type": field.ty.name(),
        "list": field.list,
        "about": field.about,
        "class": class.name,
        "source": class.source,
        "plugin": class.plugin,
        "argument": field.arg.map(|argument| json!({
            "form": argument_about(argument.kind),
            "required": argument.required,
        })),
        "operators": operators(field).map(Operator::as_str).collect::<Vec<_>>(),
        "transformers": field.transformers().map(|transformer| transformer.as_str()).collect::<Vec<_>>(),
        "flags": flags,
    })
}
