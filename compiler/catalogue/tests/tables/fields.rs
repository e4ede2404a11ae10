//! Field classes and fields.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::data::{Class, Data, Field};
use super::{camel, format_name, header, literal, value_type};
use catalogue::FieldFlags;

pub(crate) fn render(data: &Data) -> String {
    let mut out = header("Fields", "fields.yaml");
    out.push_str("use crate::field::*;\nuse crate::value::{Format as F, ValueType as T};\n\n");
    out.push_str("const fn arg(kind: ArgKind, required: bool) -> Option<ArgSpec> {\n");
    out.push_str("    Some(ArgSpec { kind, required })\n}\n\n");

    let classes: Vec<(&Class, bool)> = data
        .fields
        .core
        .iter()
        .map(|c| (c, false))
        .chain(data.fields.plugins.iter().map(|c| (c, true)))
        .collect();
    out.push_str("pub(crate) static CLASSES: &[FieldClass] = &[\n");
    let mut first = 0;
    for &(class, plugin) in &classes {
        class_row(&mut out, class, plugin, first);
        first += class.fields.len();
    }
    out.push_str("];\n\npub(crate) static FIELDS: &[Field] = &[\n");
    let mut by_name = BTreeMap::new();
    let mut id = 0;
    for (i, (class, _)) in classes.iter().enumerate() {
        for field in &class.fields {
            field_row(&mut out, i, field);
            assert!(by_name.insert(field.name(), id).is_none(), "{} occurs twice", field.name());
            id += 1;
        }
    }
    out.push_str(
        "];\n\n/// Indices into `FIELDS`, sorted by name.\npub(crate) static BY_NAME: &[u16] = &[\n",
    );
    for (name, id) in by_name {
        writeln!(out, "    {id}, // {name}").unwrap();
    }
    out.push_str("];\n");
    out
}

fn class_row(out: &mut String, class: &Class, plugin: bool, first: usize) {
    let source = match class.source.as_str() {
        "any" => "None".to_owned(),
        source => format!("Some({})", literal(source)),
    };
    let plugin = if plugin { format!("Some({})", literal(&class.class)) } else { "None".to_owned() };
    let variants: Vec<_> = class.variants.iter().collect();
    out.push_str("    FieldClass {\n");
    writeln!(out, "        name: {}, about: {},", literal(&class.class), literal(&class.about)).unwrap();
    writeln!(
        out,
        "        source: {source}, plugin: {plugin}, version: {:?}, variants: &{variants:?},",
        class.version
    )
    .unwrap();
    writeln!(
        out,
        "        plugin_id: {:?}, async_events: &{:?}, hidden: {},",
        class.plugin_id, class.async_events, class.hidden
    )
    .unwrap();
    writeln!(out, "        first: {first}, len: {},\n    }},", class.fields.len()).unwrap();
}

fn field_row(out: &mut String, class: usize, field: &Field) {
    let arg = match field.arg.as_deref() {
        None => "None".to_owned(),
        Some(text) => {
            let kind = text.trim_end_matches('!');
            format!("arg(ArgKind::{}, {})", camel(kind), text.ends_with('!'))
        }
    };
    let mut bits = 0;
    for flag in field.flags() {
        let known = FieldFlags::ALL.iter().find(|f| f.0 == flag).unwrap_or_else(|| panic!("flag {flag}"));
        bits |= known.1.0;
    }
    let path = field.path.as_ref().map_or("None".to_owned(), |p| format!("Some({})", literal(p)));
    let (name, ty, list, format) = field.head();
    out.push_str("    Field {\n");
    writeln!(
        out,
        "        name: {}, class: ClassId({class}), ty: {}, list: {}, format: {}, arg: {arg},",
        literal(name),
        value_type(ty),
        list,
        format_name(format),
    )
    .unwrap();
    writeln!(out, "        flags: FieldFlags({bits}), path: {path}, about: {},", literal(&field.about))
        .unwrap();
    out.push_str("    },\n");
}
