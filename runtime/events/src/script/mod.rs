//! Event scripts: events and tables that people write and read, for tests. They are assembled into wire form by the
//! event table, so that a script and a capture go the same way.
//!
//! ```text
//! # Comments run to the end of the line. A lone backslash at the end continues a line; indentation means nothing.
//! [machine]
//! hostname=lab cpus=2 memory=4000000 boot=1699990000s start=1700000000s
//!
//! [interfaces]             # name, address/prefix
//! lo   127.0.0.1/8
//! eth0 10.0.0.2/24 broadcast=10.0.0.255 speed=1000
//!
//! [users]                  # name; uid, gid, home, shell
//! root uid=0 gid=0 home=/root shell=/bin/bash
//! [groups]                 # name; gid
//! root gid=0
//!
//! [processes]              # tid, comm; any field of `snapshot::Thread` by its name
//! 1   systemd  exe=/sbin/init ptid=0
//! 100 bash     exepath=/bin/bash args=["-c", "sleep 1"] cwd=/home/alice uid=1000 \
//!              cgroups=["cpu=/docker/0123456789ab"]
//!
//! [descriptors]            # tid, fd, kind, name or addresses
//! 100 0 file /etc/passwd flags=O_RDONLY dev=0x801 ino=7
//! 100 3 tcp 10.0.0.2:4000->10.0.0.9:443
//! 100 4 tcp 0.0.0.0:80
//! 100 5 unix 0x1->0x2 /run/x.sock
//! 100 6 pipe pipe:[77]
//!
//! [containers]             # id and keys of the JSON text, or the whole text
//! 0123456789ab name=web image=nginx:1.25 type=0 labels={"app": "shop"}
//!
//! [defaults]               # values for parameters that events of a type do not give
//! openat dirfd=AT_FDCWD mode=0
//!
//! [events]                 # time, cpu, tid, type, parameters
//! +1ms 0 100 openat fd=3 name=/etc/shadow flags=O_RDONLY|O_CLOEXEC dev=0x801 ino=8
//! +5us 1 100 connect> fd=3 addr=10.0.0.9:443
//! 1s   0 100 procexit status=0
//! ```
//!
//! * Sections may come in any order and more than once. Without a section, lines are events.
//! * **Time**: `+D` after the event before; `D` after `start` (ns since the epoch, by default 1,700,000,000 s); `.` for
//!   1 µs after the event before; a plain number is ns since the epoch. D is a number with `ns`, `us`, `ms` or `s`.
//! * **Tid**: a number, or `-` when the event belongs to no thread.
//! * **Type**: an event name means its exit event of today, or the only event that there is (`procexit`); `name>` is the
//!   enter event, `name<` the exit event, and a symbol (`SYSCALL_EXECVE_17_X`) any version. The name of a system call
//!   without events of its own (`sethostname`) is a generic event with `ID` and `nativeID` filled in.
//! * `@state` marks an event that only changes the state; `@params=N` leaves out all parameters from the N-th on.
//! * **Parameters** go by name, or by position when the name is a number. What is neither given nor in `[defaults]` is
//!   present without a value; so is `<NA>`.
//! * **Values** by type. Numbers: decimal, `0x…`, `0o…`, negative; `AT_FDCWD`, error names (`ENOENT` is −2), flag names
//!   joined by `|`, signal and system call names, durations, `true`, `none` (all ones) where the type has them. Text:
//!   bare, or quoted with `\n \t \r \0 \\ \" \xNN`; its NUL is added. Byte buffers: text without NUL, or a list
//!   `["a", "b c"]` whose elements get one each. Addresses: `1.2.3.4:80`, `[::1]:80`, `unix:/path`, `family:16`; tuples:
//!   `1.2.3.4:55->5.6.7.8:80`, `unix:0x1->0x2:/path`. Poll lists: `[3:0x1, 5:0x4]`. Types selected at run time:
//!   `fd:3`, or `#0:3`. Any type: `hex:0011ff`, the bytes as they are.
//! * **Processes** start as an ordinary process of root: pid, vtid and vpid are the tid; sid, pgid and vpgid the pid; the
//!   parent is 1; exe is the comm and exepath `/usr/bin/` and the comm; cwd and root are `/`; 1024 descriptors.

mod lex;
mod print;
mod tables;
mod value;

use std::collections::HashMap;
use std::fmt;

use catalogue::{EVENTS, EventCode, EventFlags as TypeFlags, EventType};

use crate::raw::{EventFlags, NO_THREAD, RawEvent};
use crate::snapshot::Snapshot;
use crate::write::EventWriter;
use lex::Word;

pub use print::{print, print_event};

/// Start of a script's clock unless it says otherwise, ns since the epoch.
pub const DEFAULT_START: u64 = 1_700_000_000_000_000_000;

/// What is wrong with a script, and where; both counted from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptError {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for ScriptError {}

/// A script, assembled.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Its tables.
    pub snapshot: Snapshot,
    events: Vec<Placed>,
    wire: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Placed {
    start: usize,
    end: usize,
    cpu: u16,
    flags: EventFlags,
}

impl Script {
    /// Assembles a script; the format is described at the head of this module.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn parse(text: &str) -> Result<Script, ScriptError> {
        let mut assembler = Assembler::default();
        let mut events = Vec::new();
        let mut section = "events";
        for statement in lex::statements(text)? {
            let Some((first, rest)) = statement.split_first() else { continue };
            if let Some(name) = first.text.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
                section = name;
                if !SECTIONS.contains(&name) {
                    return Err(first.error(format!("no section `{name}`: {}", SECTIONS.join(", "))));
                }
                if let Some(word) = rest.first() {
                    return Err(word.error("a section's name stands alone on its line"));
                }
                continue;
            }
            match section {
                "machine" => assembler.machine(&statement)?,
                "containers" => assembler.containers.push(tables::container(first, rest)?),
                "defaults" => assembler.default_values(first, rest)?,
                // Defaults, containers and the start of the clock may follow.
                "events" => events.push(statement),
                table => tables::entry(table, first, rest, &mut assembler.script.snapshot)?,
            }
        }
        assembler.containers()?;
        for statement in events {
            assembler.event(&statement)?;
        }
        Ok(assembler.script)
    }

    /// The events, in order.
    pub fn events(&self) -> impl ExactSizeIterator<Item = RawEvent<'_>> {
        self.events.iter().map(|placed| {
            let bytes = self.wire.get(placed.start..placed.end).unwrap_or_default();
            RawEvent::parse(bytes, placed.cpu, placed.flags).expect("the assembler wrote whole events")
        })
    }

    /// Appends an event.
    pub fn push(&mut self, event: &RawEvent<'_>) {
        let start = self.wire.len();
        event.append_to(&mut self.wire);
        self.events.push(Placed { start, end: self.wire.len(), cpu: event.cpu(), flags: event.flags() });
    }
}

const SECTIONS: [&str; 9] = [
    "machine",
    "interfaces",
    "users",
    "groups",
    "processes",
    "descriptors",
    "containers",
    "defaults",
    "events",
];

/// Values of parameters by position.
type Values = Vec<Option<Vec<u8>>>;

struct Assembler {
    script: Script,
    start: u64,
    /// Time of the event before.
    now: Option<u64>,
    defaults: HashMap<EventCode, Values>,
    /// JSON texts.
    containers: Vec<Vec<u8>>,
    writer: EventWriter,
}

impl Default for Assembler {
    fn default() -> Self {
        Assembler {
            script: Script::default(),
            start: DEFAULT_START,
            now: None,
            defaults: HashMap::new(),
            containers: Vec::new(),
            writer: EventWriter::new(),
        }
    }
}

impl Assembler {
    fn machine(&mut self, statement: &[Word<'_>]) -> Result<(), ScriptError> {
        let machine = self.script.snapshot.machine.get_or_insert_default();
        for word in statement {
            let (key, value) = word.key_value().ok_or_else(|| word.error("write key=value"))?;
            match key {
                "start" => self.start = tables::time(&value)?,
                "boot" => machine.boot_ts = tables::time(&value)?,
                "cpus" => machine.cpus = tables::number(&value)?,
                "memory" => machine.memory = tables::number(&value)?,
                "max_pid" => machine.max_pid = tables::number(&value)?,
                "hostname" => machine.hostname = tables::text(&value)?,
                _ => return Err(word.error("a machine has: start, boot, cpus, memory, max_pid, hostname")),
            }
        }
        Ok(())
    }

    /// Containers come before all other events, as a recorder writes them: one asynchronous event each.
    fn containers(&mut self) -> Result<(), ScriptError> {
        for json in std::mem::take(&mut self.containers) {
            self.writer.begin(self.start, 1, EventCode::ASYNCEVENT_E);
            let event = self.writer.param(&0u32.to_le_bytes()).text(b"container").text(&json);
            if let Ok(event) = event.finish_event(0, EventFlags::default()) {
                self.script.push(&event);
            }
        }
        Ok(())
    }

    fn default_values(&mut self, ty: &Word<'_>, rest: &[Word<'_>]) -> Result<(), ScriptError> {
        let (event, mut values) = event_type(ty)?;
        for word in rest {
            parameter(event, word, &mut values)?;
        }
        self.defaults.insert(event.code, values);
        Ok(())
    }

    fn event(&mut self, statement: &[Word<'_>]) -> Result<(), ScriptError> {
        let [time, cpu, tid, ty, rest @ ..] = statement else {
            let last = statement.last().map_or(Word { text: "", line: 1, column: 1 }, |word| *word);
            return Err(last.error("an event needs a time, a cpu, a tid and a type"));
        };
        let before = self.now.unwrap_or(self.start);
        let ts = match time.text.strip_prefix('+') {
            Some(later) => value::duration(later).and_then(|later| before.checked_add(later)),
            None if time.text == "." => before.checked_add(1_000),
            None => match value::duration(time.text) {
                Some(offset) => self.start.checked_add(offset),
                None => time.text.parse().ok(),
            },
        };
        let ts = ts.ok_or_else(|| time.error("write a time as +1ms, 1.5s, `.` or ns since the epoch"))?;
        self.now = Some(ts);
        let cpu = tables::number(cpu)?;
        let tid = if tid.text == "-" { NO_THREAD } else { tables::number(tid)? };

        let (event, mut values) = event_type(ty)?;
        let mut flags = EventFlags::default();
        let mut count = values.len();
        for word in rest {
            match word.key_value() {
                None if word.text == "@state" => flags = EventFlags::STATE_ONLY,
                Some(("@flags", bits)) => flags = EventFlags(tables::number(&bits)?),
                Some(("@params", number)) => {
                    count = tables::number(&number)?;
                    if count > values.len() {
                        return Err(number.error(format!(
                            "{} has {} parameters",
                            event.symbol,
                            values.len()
                        )));
                    }
                }
                _ => parameter(event, word, &mut values)?,
            }
        }
        let defaults = self.defaults.get(&event.code);
        self.writer.begin(ts, tid, event.code);
        for (i, value) in values.iter().enumerate().take(count) {
            let default = defaults.and_then(|values| values.get(i)).and_then(Option::as_ref);
            self.writer.param(value.as_ref().or(default).map(Vec::as_slice).unwrap_or_default());
        }
        let event = self.writer.finish_event(cpu, flags).map_err(|error| ty.error(error.to_string()))?;
        self.script.push(&event);
        Ok(())
    }
}

/// The event type that a word means, and the parameters that follow from the word alone.
fn event_type(word: &Word<'_>) -> Result<(&'static EventType, Values), ScriptError> {
    let none = |event: &'static EventType| (event, vec![None; event.params.len()]);
    if let Some(event) = catalogue::event_by_symbol(word.text).and_then(EventCode::get) {
        return Ok(none(event));
    }
    let (name, exit) = match (word.text.strip_suffix('>'), word.text.strip_suffix('<')) {
        (Some(name), _) => (name, Some(false)),
        (_, Some(name)) => (name, Some(true)),
        _ => (word.text, None),
    };
    let versions: Vec<_> = catalogue::events_by_name(name)
        .iter()
        .filter_map(|code| EVENTS.get(code.index()))
        .filter(|event| !event.is_unused() && exit.is_none_or(|exit| exit == event.code.is_exit()))
        .collect();
    // Today's version if there is one, else the newest; exit events before enter events.
    let best = versions.into_iter().max_by_key(|event| {
        let today = !event.has(TypeFlags::OLD_VERSION);
        (today, event.code.is_exit(), event.code)
    });
    if let Some(event) = best.filter(|event| !event.code.is_generic()) {
        return Ok(none(event));
    }
    let call = catalogue::syscall_by_name(name).ok_or_else(|| {
        word.error(format!(
            "no event type `{}`: write a name, as in openat or connect>, or a symbol",
            word.text
        ))
    })?;
    let code = if exit == Some(false) { call.enter } else { call.exit };
    let Some(event) = code.get() else { return Err(word.error("no event type")) };
    let mut values: Values = vec![None; event.params.len()];
    let native = call.x86_64.unwrap_or_default();
    for (value, number) in values.iter_mut().zip([call.code.0, native]) {
        *value = Some(number.to_le_bytes().to_vec());
    }
    Ok((event, values))
}

/// Reads `name=value`.
fn parameter(event: &EventType, word: &Word<'_>, values: &mut Values) -> Result<(), ScriptError> {
    let Some((key, value)) = word.key_value() else {
        return Err(word.error("write name=value, @state or @params=N"));
    };
    let position = match key.parse::<usize>() {
        Ok(position) => Some(position).filter(|&position| position < event.params.len()),
        Err(_) => event.param(key).map(|(position, _)| position),
    };
    let Some((param, slot)) = position.and_then(|i| event.params.get(i).zip(values.get_mut(i))) else {
        let names: Vec<_> = event.params.iter().map(|param| param.name).collect();
        return Err(word.error(format!("{} has no parameter `{key}`: {}", event.symbol, names.join(", "))));
    };
    *slot = Some(value::encode(param, value.text).map_err(|message| value.error(message))?);
    Ok(())
}
