//! Binding a program's imports: names become functions, arguments parsed values.

use std::fmt;

use catalogue::{EVENTS, EventCode, SYSCALL_SOURCE};
use ir::render::Style;
use ir::{Extracted, Import, ImportId, Program};
use rustc_hash::FxHashMap;

use super::params::Positions;
use super::{
    Argument, Call, Cost, Entry, JsonForm, Memory, Mode, Scope, Settings, TABLES, evt_arg, evt_path,
};
use crate::event::Event;
use crate::state::FdInfo;

/// Prefix of the fields that configuration defines.
const STATIC: &str = "static.";

/// The imports of a program, bound.
#[derive(Debug)]
pub struct Fields {
    bound: Vec<Bound>,
    settings: Settings,
}

struct Bound {
    entry: Entry,
    arg: Argument,
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound").field("name", &self.entry.name).field("arg", &self.arg).finish()
    }
}

/// An import that this engine has no extractor for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindError {
    /// The field's text.
    pub field: Box<str>,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no extractor for field '{}'", self.field)
    }
}

impl std::error::Error for BindError {}

impl Fields {
    /// Binds a program's imports.
    pub fn bind(program: &Program, settings: Settings) -> Result<Fields, BindError> {
        Fields::bind_imports(&program.imports, settings)
    }

    /// Binds imports without a program.
    pub fn bind_imports(imports: &[Import], settings: Settings) -> Result<Fields, BindError> {
        let entries: FxHashMap<&str, &Entry> =
            TABLES.iter().flat_map(|table| table.iter()).map(|entry| (entry.name, entry)).collect();
        let bound = imports.iter().map(|import| {
            if import.name.starts_with(STATIC) {
                return Ok(Bound {
                    entry: STATIC_ENTRY,
                    arg: Argument::Key(import.name[STATIC.len()..].into()),
                });
            }
            let entry = match entries.get(&*import.name) {
                Some(entry) => **entry,
                // System-call events do not reach rules of other sources, so nobody will ask for these fields.
                None if *import.source != *SYSCALL_SOURCE => Entry::cheap("absent", super::absent),
                None => return Err(BindError { field: import.text.clone() }),
            };
            Ok(Bound { entry, arg: parse(import) })
        });
        Ok(Fields { bound: bound.collect::<Result<_, _>>()?, settings })
    }

    /// Room for what extractors keep between events: one for each thread that evaluates events.
    pub fn memory(&self) -> Memory {
        Memory::new(self.bound.len())
    }

    /// The settings that values depend on.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What an import's value depends on.
    pub fn scope(&self, import: ImportId) -> Scope {
        self.entry(import).map_or(Scope::Event, |entry| entry.scope)
    }

    /// What an extraction costs.
    pub fn cost(&self, import: ImportId) -> Cost {
        self.entry(import).map_or(Cost::Moderate, |entry| entry.cost)
    }

    fn entry(&self, import: ImportId) -> Option<&Entry> {
        self.bound.get(import.0 as usize).map(|bound| &bound.entry)
    }

    pub(super) fn is_printable(&self, import: ImportId) -> bool {
        self.entry(import).is_none_or(|entry| !entry.printable)
    }

    pub(super) fn json_form(&self, import: ImportId) -> JsonForm {
        self.entry(import).map_or(JsonForm::Plain, |entry| entry.json)
    }

    pub(super) fn style(&self, import: ImportId, event: &Event<'_>) -> Option<Style> {
        let bound = self.bound.get(import.0 as usize).filter(|bound| bound.entry.name == "evt.rawarg")?;
        evt_arg::raw_style(event, &bound.arg)
    }

    /// The descriptor that the event's fields describe once this import was printed, when that changes it.
    pub(super) fn described<'e>(&self, import: ImportId, event: &Event<'e>) -> Option<Option<&'e FdInfo>> {
        let bound = self.bound.get(import.0 as usize).filter(|bound| bound.entry.name == "evt.abspath")?;
        evt_path::described(event, &bound.arg)
    }

    #[inline]
    pub(super) fn extract<'v, 'e: 'v>(
        &self,
        import: ImportId,
        event: &Event<'e>,
        mode: Mode,
        memory: &Memory,
    ) -> Extracted<'v> {
        let index = import.0 as usize;
        let (Some(bound), Some(memory)) = (self.bound.get(index), memory.cells(index, mode)) else {
            return Extracted::Absent;
        };
        (bound.entry.extract)(event, &Call { arg: &bound.arg, mode, settings: &self.settings, memory })
    }
}

/// A constant from configuration.
const STATIC_ENTRY: Entry = Entry::cheap("static", |event, call| match call.arg {
    Argument::Key(name) => super::maybe(
        call.settings
            .static_fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| super::text(event.arena.alloc_slice_copy(value.as_bytes()))),
    ),
    _ => Extracted::Absent,
});

fn parse(import: &Import) -> Argument {
    let Some(arg) = import.arg.as_deref() else {
        return Argument::None;
    };
    match &*import.name {
        "evt.arg" => match arg.parse() {
            Ok(index) => Argument::Index(index),
            Err(_) => Argument::Param(Box::new(Positions::of(arg))),
        },
        "evt.rawarg" => Argument::Param(Box::new(Positions::of(arg))),
        "evt.type.is" => event_types(arg),
        "proc.env" | "proc.aenv" => environment(arg),
        "container.mount"
        | "container.mount.source"
        | "container.mount.dest"
        | "container.mount.mode"
        | "container.mount.rdwr"
        | "container.mount.propagation" => match arg.parse() {
            Ok(index) => Argument::Index(index),
            Err(_) => Argument::Pattern(Box::new(super::pattern::Pattern::new(arg))),
        },
        "thread.cgroup" | "evt.abspath" => Argument::Key(arg.into()),
        name if name.starts_with("container.") || name.starts_with("k8s.") => Argument::Key(arg.into()),
        _ => match arg.parse() {
            Ok(index) => Argument::Index(index),
            Err(_) => Argument::Key(arg.into()),
        },
    }
}

/// A numeric code stands for itself; a name for the first event type that has it and the one after.
fn event_types(arg: &str) -> Argument {
    if let Ok(code) = arg.parse::<u32>() {
        // No event has this code.
        return Argument::Types(code, u32::MAX);
    }
    let first = EVENTS.iter().find(|event| event.name == arg).map(|event| event.code);
    match first {
        Some(EventCode(code)) => Argument::Types(u32::from(code), u32::from(code) + 1),
        None => Argument::Types(u32::MAX, u32::MAX),
    }
}

/// Digits are a level, everything else a variable's name. No name at all asks for the whole environment.
fn environment(arg: &str) -> Argument {
    if arg.is_empty() {
        Argument::None
    } else if arg.bytes().all(|byte| byte.is_ascii_digit()) {
        Argument::Index(arg.parse::<i32>().map_or(0, i64::from))
    } else {
        Argument::Key(arg.into())
    }
}
