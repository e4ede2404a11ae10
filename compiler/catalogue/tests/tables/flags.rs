//! Flag tables, dynamic tables and named constants.

use std::fmt::Write;

use super::data::{Data, pairs, texts};
use super::{format_name, header, literal, value_type};

pub(crate) fn render(data: &Data) -> String {
    let mut out = header("Flag tables and dynamic tables", "flags.yaml");
    out.push_str("use crate::flag::*;\nuse crate::value::{Format as F, ValueType as T};\n\n");
    for (ty, map) in [("FlagTableId", &data.flags.tables), ("DynTableId", &data.flags.dynamic)] {
        writeln!(out, "/// Tables by name.\n#[allow(missing_docs)]\nimpl {ty} {{").unwrap();
        for (i, name) in map.keys().enumerate() {
            let name = name.as_str().expect("a table has a name").to_uppercase();
            writeln!(out, "    pub const {name}: Self = Self({i});").unwrap();
        }
        out.push_str("}\n\n");
    }
    assert_eq!(data.about.tables.len(), data.flags.tables.len(), "only tables are described");
    out.push_str("pub(crate) static FLAG_TABLES: &[FlagTable] = &[\n");
    for (name, entries) in &data.flags.tables {
        let name = name.as_str().expect("a table has a name");
        let about = data.about.tables.get(name).unwrap_or_else(|| panic!("nothing is said about {name}"));
        writeln!(out, "    FlagTable {{ name: {}, about: {}, entries: &[", literal(name), literal(about))
            .unwrap();
        for (entry, value) in pairs(entries) {
            writeln!(out, "        ({}, {value:#x}),", literal(&entry)).unwrap();
        }
        out.push_str("    ] },\n");
    }
    out.push_str("];\n\npub(crate) static DYN_TABLES: &[DynTable] = &[\n");
    for (name, entries) in &data.flags.dynamic {
        let entries: Vec<_> = texts(entries)
            .iter()
            .map(|text| {
                let (ty, format) = text.split_once(' ').expect("an entry is a type and a format");
                format!("({}, {})", value_type(ty), format_name(format))
            })
            .collect();
        let name = literal(name.as_str().unwrap());
        writeln!(out, "    DynTable {{ name: {name}, entries: &[{}] }},", entries.join(", ")).unwrap();
    }
    out.push_str("];\n");
    out
}

pub(crate) fn render_constants(data: &Data) -> String {
    let mut out =
        header("Numbers of the event interface, with the names they have in Falco's headers", "flags.yaml");
    out.push_str("#![allow(missing_docs, non_upper_case_globals)]\n\n");
    for (name, value) in &data.flags.constants {
        let wide = name.starts_with("PPM_CAP_");
        let ty = match value {
            _ if wide => "u64",
            i64::MIN..0 => "i64",
            0..=0xffff_ffff => "u32",
            _ => panic!("{name} does not fit"),
        };
        writeln!(out, "pub const {name}: {ty} = {value};").unwrap();
    }
    out.push_str("\n/// Every constant with its value.\npub static ALL: &[(&str, i64)] = &[\n");
    for (name, value) in &data.flags.constants {
        writeln!(out, "    ({}, {value}),", literal(name)).unwrap();
    }
    out.push_str("];\n");
    out
}
