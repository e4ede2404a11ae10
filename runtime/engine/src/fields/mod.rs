//! Field values: what a program's imports yield for an event.
//!
//! Imports are bound once, when a program is loaded: a field's name becomes a function and its argument a parsed value.
//! Extraction is then one indexed call. Values borrow from the event's bytes and from the state where they can; composed
//! texts go to the event's arena. There is one file per field class, each with a table of its fields.

mod address;
mod ancestors;
mod bind;
mod container;
mod evt;
mod evt_arg;
mod evt_infra;
mod evt_io;
mod evt_param;
mod evt_path;
mod evt_time;
mod fd;
mod fd_list;
mod fd_net;
mod fs_path;
mod k8s;
mod memory;
mod names;
mod params;
mod path;
mod pattern;
mod proc;
mod text;
mod thread;
mod user;
mod util;

use std::cell::Cell;

use catalogue::{Format, ValueType};
use ir::render::{Buffers, Style};
use ir::{Extracted, FieldSource, ImportId, Value};

use crate::event::Event;
use crate::local_time::UtcOffset;
use crate::state::FdInfo;

pub use bind::{BindError, Fields};
pub(crate) use evt_time::civil_date;
pub use fd_net::host_names;
pub use memory::Memory;

/// What the value of a field depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The event's type only, except for generic, plugin and asynchronous events.
    TypeName,
    /// The process-level state of the event's thread (its user, container and ancestors included): it holds as long as
    /// [`crate::state::ThreadInfo::version`] and [`crate::state::State::epoch`] do.
    Process,
    /// Anything else.
    Event,
}

/// What an extraction costs, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// A number or text that is there already.
    Cheap,
    /// A look-up or a short composition.
    Moderate,
    /// Long text is composed or many objects are visited.
    Expensive,
}

/// Why a value is extracted: a few fields differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// To be compared in a condition.
    Match,
    /// To be printed in an alert.
    Print,
}

/// Settings of the run that values depend on.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What `evt.hostname` yields: `FALCO_HOSTNAME` or the host's name on a live machine, nothing for a capture.
    pub hostname: Box<str>,
    /// Seconds by which local time is ahead of UTC.
    pub utc_offset: UtcOffset,
    /// How byte buffers are printed.
    pub buffers: Buffers,
    /// What the fields `static.<name>` yield (`static_fields`).
    pub static_fields: Vec<(Box<str>, Box<str>)>,
}

/// A field's argument, parsed.
#[derive(Clone, Debug)]
pub(crate) enum Argument {
    None,
    /// A position, a level, a descriptor.
    Index(i64),
    /// Any other text.
    Key(Box<str>),
    /// What chooses a mount.
    Pattern(Box<pattern::Pattern>),
    /// A parameter by name: its position in each event type, see [`params::Positions`].
    Param(Box<params::Positions>),
    /// The event types of `evt.type.is`.
    Types(u32, u32),
}

/// One call of an extractor, beside the event.
pub(crate) struct Call<'a> {
    pub(crate) arg: &'a Argument,
    pub(crate) mode: Mode,
    pub(crate) settings: &'a Settings,
    /// What this import's extractor keeps between events.
    pub(crate) memory: &'a memory::Cells,
}

pub(crate) type Extract = for<'e> fn(&Event<'e>, &Call<'_>) -> Extracted<'e>;

/// How a value of the event class is written in JSON when that differs from its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonForm {
    /// By type and format.
    Plain,
    /// The event's time in nanoseconds.
    EventTime,
    /// A number, whatever the format.
    Number,
}

/// A field that has an extractor.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) extract: Extract,
    pub(crate) scope: Scope,
    pub(crate) cost: Cost,
    pub(crate) json: JsonForm,
    /// Whether texts are made printable before they are printed: those of Falco's own fields are.
    pub(crate) printable: bool,
}

impl Entry {
    const fn new(name: &'static str, scope: Scope, cost: Cost, extract: Extract) -> Entry {
        Entry { name, extract, scope, cost, json: JsonForm::Plain, printable: true }
    }

    /// Depends on the event, costs nothing.
    const fn cheap(name: &'static str, extract: Extract) -> Entry {
        Entry::new(name, Scope::Event, Cost::Cheap, extract)
    }

    /// Depends on the event, takes a look-up or a short composition.
    const fn moderate(name: &'static str, extract: Extract) -> Entry {
        Entry::new(name, Scope::Event, Cost::Moderate, extract)
    }

    /// Depends on the event, composes text or visits many objects.
    const fn expensive(name: &'static str, extract: Extract) -> Entry {
        Entry::new(name, Scope::Event, Cost::Expensive, extract)
    }

    /// Depends on the process only.
    const fn process(name: &'static str, cost: Cost, extract: Extract) -> Entry {
        Entry::new(name, Scope::Process, cost, extract)
    }

    const fn json(mut self, json: JsonForm) -> Entry {
        self.json = json;
        self
    }

    const fn of_plugin(mut self) -> Entry {
        self.printable = false;
        self
    }
}

/// The tables of all classes, in no particular order.
pub(crate) const TABLES: &[&[Entry]] = &[
    evt::TABLE,
    evt_arg::TABLE,
    evt_infra::TABLE,
    evt_io::TABLE,
    evt_path::TABLE,
    evt_time::TABLE,
    proc::TABLE,
    ancestors::TABLE,
    thread::TABLE,
    user::TABLE,
    fd::TABLE,
    fd_net::TABLE,
    fd_list::TABLE,
    fs_path::TABLE,
    container::TABLE,
    k8s::TABLE,
    util::TABLE,
];

/// Names of all fields that have an extractor, in no particular order.
pub fn extractor_names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().flat_map(|table| table.iter()).map(|entry| entry.name)
}

/// Values of an event for conditions.
pub struct Matching<'a, 'e> {
    fields: &'a Fields,
    memory: &'a Memory,
    event: &'a Event<'e>,
}

impl<'a, 'e> Matching<'a, 'e> {
    /// The values of an event.
    pub fn new(fields: &'a Fields, memory: &'a Memory, event: &'a Event<'e>) -> Matching<'a, 'e> {
        Matching { fields, memory, event }
    }

    /// The event.
    pub fn event(&self) -> &'a Event<'e> {
        self.event
    }
}

impl FieldSource for Matching<'_, '_> {
    #[inline]
    fn event_code(&self) -> catalogue::EventCode {
        self.event.code
    }

    #[inline]
    fn extract(&self, import: ImportId) -> Extracted<'_> {
        self.fields.extract(import, self.event, Mode::Match, self.memory)
    }
}

/// Values of an event for alerts: texts of Falco's own fields are made printable.
pub struct Printing<'a, 'e> {
    fields: &'a Fields,
    memory: &'a Memory,
    event: &'a Event<'e>,
    /// The descriptor that fields describe since `evt.abspath` was read, see [`evt_path::described`].
    fd: Cell<Option<Option<&'e FdInfo>>>,
}

impl<'a, 'e> Printing<'a, 'e> {
    /// The values of an event.
    pub fn new(fields: &'a Fields, memory: &'a Memory, event: &'a Event<'e>) -> Printing<'a, 'e> {
        Printing { fields, memory, event, fd: Cell::new(None) }
    }

    /// The event.
    pub fn event(&self) -> &'a Event<'e> {
        self.event
    }

    /// The values of the same event for conditions.
    pub fn matching(&self) -> Matching<'a, 'e> {
        Matching { fields: self.fields, memory: self.memory, event: self.event }
    }

    /// Type and format of an import's value for this event, where they differ from the declared ones: those of
    /// `evt.rawarg` are the actual parameter's.
    pub fn style(&self, import: ImportId) -> Option<Style> {
        self.fields.style(import, self.event)
    }

    /// How an import's value is written in JSON.
    pub fn json_form(&self, import: ImportId) -> JsonForm {
        self.fields.json_form(import)
    }
}

impl FieldSource for Printing<'_, '_> {
    fn event_code(&self) -> catalogue::EventCode {
        self.event.code
    }

    fn extract(&self, import: ImportId) -> Extracted<'_> {
        let value = match self.fd.get() {
            None => self.fields.extract(import, self.event, Mode::Print, self.memory),
            Some(fd) => self.fields.extract(import, &Event { fd, ..*self.event }, Mode::Print, self.memory),
        };
        if let Some(fd) = self.fields.described(import, self.event) {
            self.fd.set(Some(fd));
        }
        if self.fields.is_printable(import) { value } else { text::printable(self.event.arena, value) }
    }
}

fn unsigned<'e>(value: impl Into<u64>) -> Extracted<'e> {
    Extracted::One(Value::Unsigned(value.into()))
}

fn signed<'e>(value: impl Into<i64>) -> Extracted<'e> {
    Extracted::One(Value::Signed(value.into()))
}

fn boolean<'e>(value: bool) -> Extracted<'e> {
    Extracted::One(Value::Bool(value))
}

fn text(value: &[u8]) -> Extracted<'_> {
    Extracted::One(Value::Text(value))
}

fn word<'e>(value: &'static str) -> Extracted<'e> {
    Extracted::One(Value::Text(value.as_bytes()))
}

fn absent<'e>(_: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    Extracted::Absent
}

/// The value, or absent.
fn maybe<'e>(value: Option<Extracted<'e>>) -> Extracted<'e> {
    value.unwrap_or(Extracted::Absent)
}

/// Style of a parameter of this type and format.
fn style_of(ty: ValueType, format: Format) -> Style {
    Style { ty, list: false, format }
}
