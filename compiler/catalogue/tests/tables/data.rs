//! The data files as they are written, before anything is looked up.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

pub(crate) struct Data {
    pub(crate) fields: Fields,
    pub(crate) events: Vec<Event>,
    pub(crate) syscalls: Syscalls,
    pub(crate) flags: Flags,
    pub(crate) conversions: Vec<Conversion>,
    pub(crate) about: About,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fields {
    pub(crate) core: Vec<Class>,
    pub(crate) plugins: Vec<Class>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Class {
    pub(crate) class: String,
    pub(crate) about: String,
    pub(crate) source: String,
    pub(crate) version: Option<String>,
    #[serde(default)]
    pub(crate) variants: BTreeMap<String, String>,
    pub(crate) plugin_id: Option<u32>,
    #[serde(default)]
    pub(crate) async_events: Vec<String>,
    #[serde(default)]
    pub(crate) hidden: bool,
    pub(crate) fields: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Field {
    /// Name, type and format; see [`Field::head`].
    field: String,
    pub(crate) arg: Option<String>,
    #[serde(default)]
    flags: String,
    pub(crate) path: Option<String>,
    pub(crate) about: String,
}

impl Field {
    /// Name, type, whether it is a list, format.
    pub(crate) fn head(&self) -> (&str, &str, bool, &str) {
        let mut parts = self.field.split(' ');
        let name = parts.next().unwrap_or_default();
        let ty = parts.next().unwrap_or_else(|| panic!("{name} has no type"));
        let format = parts.next().unwrap_or("NA");
        (name, ty.trim_end_matches("[]"), ty.ends_with("[]"), format)
    }

    pub(crate) fn name(&self) -> &str {
        self.head().0
    }

    pub(crate) fn flags(&self) -> Vec<String> {
        words(&self.flags)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventFile {
    events: Vec<EventRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventRow {
    event: String,
    category: Option<String>,
    #[serde(default)]
    flags: String,
    producer: String,
    #[serde(default)]
    syscalls: String,
    fd: Option<u8>,
    #[serde(default)]
    params: Vec<String>,
}

pub(crate) struct Event {
    pub(crate) code: u16,
    pub(crate) symbol: String,
    pub(crate) name: String,
    /// Origin and category.
    pub(crate) category: Option<(String, String)>,
    pub(crate) flags: Vec<String>,
    pub(crate) producer: String,
    pub(crate) syscalls: Vec<String>,
    pub(crate) fd: Option<u8>,
    pub(crate) params: Vec<Param>,
}

pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) ty: String,
    pub(crate) format: String,
    pub(crate) detail: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Syscalls {
    pub(crate) syscalls: Vec<Syscall>,
    pub(crate) sets: BTreeMap<String, String>,
    pub(crate) ia32_to_x86_64: BTreeMap<u16, u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Syscall {
    pub(crate) code: u16,
    pub(crate) name: String,
    pub(crate) x86_64: Option<u16>,
    pub(crate) aarch64: Option<u16>,
    /// Symbol of its events without `_E` and `_X`.
    pub(crate) events: Option<String>,
    #[serde(default)]
    pub(crate) flags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Flags {
    pub(crate) tables: serde_norway::Mapping,
    pub(crate) dynamic: serde_norway::Mapping,
    pub(crate) constants: Vec<(String, i64)>,
}

/// One sentence on each thing, by name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    pub(crate) syscalls: BTreeMap<String, String>,
    pub(crate) events: BTreeMap<String, String>,
    pub(crate) tables: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConversionFile {
    conversions: Vec<Conversion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conversion {
    pub(crate) event: String,
    pub(crate) params: u8,
    pub(crate) action: Option<String>,
    pub(crate) append: Option<Vec<String>>,
    #[serde(rename = "become")]
    pub(crate) new_event: Option<String>,
    pub(crate) build: Option<Vec<String>>,
}

fn read<T: DeserializeOwned>(dir: &Path, file: &str) -> T {
    let path = dir.join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_norway::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn words(text: &str) -> Vec<String> {
    text.split_ascii_whitespace().map(str::to_owned).collect()
}

impl Data {
    pub(crate) fn load(dir: &Path) -> Self {
        let events: EventFile = read(dir, "events.yaml");
        let conversions: ConversionFile = read(dir, "conversions.yaml");
        Self {
            fields: read(dir, "fields.yaml"),
            events: events.events.into_iter().map(Event::from).collect(),
            syscalls: read(dir, "syscalls.yaml"),
            flags: read(dir, "flags.yaml"),
            conversions: conversions.conversions,
            about: read(dir, "about.yaml"),
        }
    }
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        let head = words(&row.event);
        let [code, symbol, name] = head.as_slice() else { panic!("event: {}", row.event) };
        let params = row.params.iter().map(|text| {
            let parts = words(text);
            let [name, ty, format, detail @ ..] = parts.as_slice() else { panic!("{symbol}: {text}") };
            let detail = detail.first().cloned();
            Param { name: name.clone(), ty: ty.clone(), format: format.clone(), detail }
        });
        Self {
            code: code.parse().expect("an event code is a number"),
            symbol: symbol.clone(),
            name: name.clone(),
            category: row.category.map(|c| {
                let (origin, category) = c.split_once('/').expect("a category is origin/kind");
                (origin.to_owned(), category.to_owned())
            }),
            flags: words(&row.flags),
            producer: row.producer,
            syscalls: words(&row.syscalls),
            fd: row.fd,
            params: params.collect(),
        }
    }
}

/// Entries of a table: `name: [[entry, value], …]`.
pub(crate) fn pairs(value: &serde_norway::Value) -> Vec<(String, u32)> {
    serde_norway::from_value(value.clone()).expect("a table is a list of [name, value]")
}

/// Entries of a dynamic table: `name: [TYPE FORMAT, …]`.
pub(crate) fn texts(value: &serde_norway::Value) -> Vec<String> {
    serde_norway::from_value(value.clone()).expect("a dynamic table is a list of types")
}
