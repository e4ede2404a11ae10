//! Event types and their parameters.

use crate::flag::{DynTableId, FlagTableId};
use crate::generated;
use crate::syscall::{SyscallCode, syscall_by_name};
use crate::value::{Format, ValueType};

/// Code of an event type, as in the header of an event. Even codes are enter events, odd codes exit events.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct EventCode(pub u16);

/// How many event codes there are; every smaller code is in [`EVENTS`].
pub const EVENT_COUNT: usize = 454;

/// Every event type, indexed by code.
pub static EVENTS: &[EventType; EVENT_COUNT] = &generated::events::EVENTS;

/// One event type.
#[derive(Debug)]
pub struct EventType {
    /// Its own code.
    pub code: EventCode,
    /// Symbol, such as `SYSCALL_OPENAT_2_X`; unique.
    pub symbol: &'static str,
    /// Name that `evt.type` compares; versions and directions of one event share it.
    pub name: &'static str,
    /// What kind of source creates it; `None` in unused slots.
    pub origin: Option<Origin>,
    /// What it is about.
    pub category: Category,
    /// Properties.
    pub flags: EventFlags,
    /// Who creates it today.
    pub producer: Producer,
    /// Index of the parameter that holds the descriptor the event works on, if it is known.
    pub fd_param: Option<u8>,
    /// System calls (or tracepoints) that lead to it.
    pub syscalls: &'static [SyscallCode],
    /// Parameters, in order. Capture files of other versions may hold fewer or more.
    pub params: &'static [Param],
}

/// Shape of an event: its parameters.
pub type EventSchema = [Param];

/// One parameter of an event type.
#[derive(Debug)]
pub struct Param {
    /// Name, as in `evt.arg.<name>`.
    pub name: &'static str,
    /// Type.
    pub ty: ValueType,
    /// How a number is written.
    pub format: Format,
    /// What else is needed to render it.
    pub detail: ParamDetail,
}

/// Table or sibling parameter that a parameter refers to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamDetail {
    /// None.
    None,
    /// Names of its bits or values.
    Flags(FlagTableId),
    /// Types that its first byte selects.
    Dynamic(DynTableId),
    /// Index of the parameter with the directory descriptor that the path is relative to.
    DirFd(u8),
}

/// What kind of source creates an event.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Origin {
    /// A system call.
    Syscall,
    /// Another point in the kernel.
    Tracepoint,
    /// A plugin.
    Plugin,
    /// The runtime itself.
    Metaevent,
    /// An iterator that lists the state of the kernel.
    Iter,
}

/// Who creates an event type today.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Producer {
    /// The kernel probe.
    Driver,
    /// A BPF iterator, while tables are filled at start.
    Iterator,
    /// User space or a plugin.
    Runtime,
    /// Nobody: it only occurs in recorded files.
    CaptureOnly,
    /// Nobody: the slot is unused.
    Unused,
}

/// What an event is about. The discriminants are those of capture and plugin interfaces.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u16)]
pub enum Category {
    /// Not known (unused slots).
    Unknown = 0,
    /// Anything else.
    Other = 1,
    /// Files and directories.
    File = 2,
    /// Network.
    Net = 3,
    /// Pipes, shared memory and other communication between processes.
    Ipc = 4,
    /// Memory.
    Memory = 5,
    /// Processes and threads.
    Process = 6,
    /// Sleeping.
    Sleep = 7,
    /// The system as a whole.
    System = 8,
    /// Signals.
    Signal = 9,
    /// Users and their ids.
    User = 10,
    /// Clocks and timers.
    Time = 11,
    /// Processing between calls.
    Processing = 12,
    /// Reading; the descriptor's type decides between file, net and ipc.
    IoRead = 32,
    /// Writing; likewise.
    IoWrite = 33,
    /// Other use of a descriptor; likewise.
    IoOther = 34,
    /// Waiting for descriptors or children.
    Wait = 64,
    /// The scheduler.
    Scheduler = 128,
    /// Bookkeeping of the capture.
    Internal = 256,
}

impl Category {
    /// The word in the data tables, such as `io_read`.
    pub const fn name(self) -> &'static str {
        match self {
            Category::Unknown => "unknown",
            Category::Other => "other",
            Category::File => "file",
            Category::Net => "net",
            Category::Ipc => "ipc",
            Category::Memory => "memory",
            Category::Process => "process",
            Category::Sleep => "sleep",
            Category::System => "system",
            Category::Signal => "signal",
            Category::User => "user",
            Category::Time => "time",
            Category::Processing => "processing",
            Category::IoRead => "io_read",
            Category::IoWrite => "io_write",
            Category::IoOther => "io_other",
            Category::Wait => "wait",
            Category::Scheduler => "scheduler",
            Category::Internal => "internal",
        }
    }
}

/// Properties of an event type, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct EventFlags(pub u32);

impl EventFlags {
    /// No property.
    pub const NONE: Self = Self(0);
    /// The result is a new descriptor.
    pub const CREATES_FD: Self = Self(1);
    /// Removes a descriptor.
    pub const DESTROYS_FD: Self = Self(2);
    /// One of the parameters is a descriptor ([`EventType::fd_param`]).
    pub const USES_FD: Self = Self(4);
    /// Data comes from a descriptor.
    pub const READS_FROM_FD: Self = Self(8);
    /// Data goes to a descriptor.
    pub const WRITES_TO_FD: Self = Self(16);
    /// The state engine needs it.
    pub const MODIFIES_STATE: Self = Self(32);
    /// Placeholder that is never delivered.
    pub const UNUSED: Self = Self(64);
    /// The thread may block.
    pub const WAITS: Self = Self(128);
    /// No thread is looked up for it and no per-event state is reset.
    pub const SKIPPARSERESET: Self = Self(256);
    /// Only met in old capture files.
    pub const OLD_VERSION: Self = Self(512);
    /// No event has it today.
    pub const DROP_SIMPLE_CONS: Self = Self(1024);
    /// Parameter lengths take 32 instead of 16 bits.
    pub const LARGE_PAYLOAD: Self = Self(2048);
    /// Goes through the converter when it comes from a file.
    pub const CONVERTER_MANAGED: Self = Self(4096);

    /// Every flag with its name.
    pub const ALL: [(&'static str, Self); 13] = [
        ("CREATES_FD", Self::CREATES_FD),
        ("DESTROYS_FD", Self::DESTROYS_FD),
        ("USES_FD", Self::USES_FD),
        ("READS_FROM_FD", Self::READS_FROM_FD),
        ("WRITES_TO_FD", Self::WRITES_TO_FD),
        ("MODIFIES_STATE", Self::MODIFIES_STATE),
        ("UNUSED", Self::UNUSED),
        ("WAITS", Self::WAITS),
        ("SKIPPARSERESET", Self::SKIPPARSERESET),
        ("OLD_VERSION", Self::OLD_VERSION),
        ("DROP_SIMPLE_CONS", Self::DROP_SIMPLE_CONS),
        ("LARGE_PAYLOAD", Self::LARGE_PAYLOAD),
        ("CONVERTER_MANAGED", Self::CONVERTER_MANAGED),
    ];

    /// Whether every bit of `other` is set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any bit of `other` is set.
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl EventCode {
    /// Index into [`EVENTS`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// The event type, or `None` for a code this catalogue does not know.
    pub fn get(self) -> Option<&'static EventType> {
        EVENTS.get(self.index())
    }

    /// Whether it marks the start of a call.
    pub const fn is_enter(self) -> bool {
        self.0 & 1 == 0
    }

    /// Whether it marks the end of a call.
    pub const fn is_exit(self) -> bool {
        self.0 & 1 == 1
    }

    /// Whether it stands for every system call without events of its own.
    pub const fn is_generic(self) -> bool {
        self.0 <= 1
    }
}

impl EventType {
    /// Whether it has all of `flags`.
    pub const fn has(&self, flags: EventFlags) -> bool {
        self.flags.contains(flags)
    }

    /// Position and type of the parameter with this name.
    pub fn param(&self, name: &str) -> Option<(usize, &'static Param)> {
        self.params.iter().enumerate().find(|(_, p)| p.name == name)
    }

    /// Whether the slot is unused, so that no event of the type exists.
    pub const fn is_unused(&self) -> bool {
        self.has(EventFlags::UNUSED)
    }
}

impl Param {
    /// Names of its bits or values.
    pub const fn flag_table(&self) -> Option<FlagTableId> {
        match self.detail {
            ParamDetail::Flags(id) => Some(id),
            _ => None,
        }
    }

    /// Types that its first byte selects.
    pub const fn dyn_table(&self) -> Option<DynTableId> {
        match self.detail {
            ParamDetail::Dynamic(id) => Some(id),
            _ => None,
        }
    }

    /// Index of the parameter with the directory that the path is relative to.
    pub const fn dirfd_param(&self) -> Option<u8> {
        match self.detail {
            ParamDetail::DirFd(index) => Some(index),
            _ => None,
        }
    }
}

/// Codes of every event (enter and exit, all versions) whose name is `name`, ascending; empty when there is none.
pub fn events_by_name(name: &str) -> &'static [EventCode] {
    let names = generated::events::BY_NAME;
    match names.binary_search_by(|entry| entry.0.cmp(name)) {
        Ok(i) => names[i].1,
        Err(_) => &[],
    }
}

/// The event type with this symbol.
pub fn event_by_symbol(symbol: &str) -> Option<EventCode> {
    let symbols = generated::events::BY_SYMBOL;
    symbols.binary_search_by(|entry| entry.0.cmp(symbol)).ok().map(|i| symbols[i].1)
}

/// Every distinct event name, sorted.
pub fn event_names() -> impl ExactSizeIterator<Item = &'static str> {
    generated::events::BY_NAME.iter().map(|entry| entry.0)
}

/// One sentence on what the events of this name are.
pub fn event_about(name: &str) -> Option<&'static str> {
    if let Some(call) = syscall_by_name(name) {
        return Some(call.about);
    }
    let about = generated::events::ABOUT;
    about.binary_search_by(|entry| entry.0.cmp(name)).ok().map(|i| about[i].1)
}

/// Every distinct parameter name, sorted, with the first event that declares it and its position there.
/// `evt.rawarg.<name>` takes its type from that declaration.
pub fn param_names() -> impl ExactSizeIterator<Item = (&'static str, EventCode, usize)> {
    generated::events::PARAM_NAMES.iter().map(|&(name, code, i)| (name, code, i as usize))
}

/// The first declaration of a parameter with exactly this name.
pub fn first_param(name: &str) -> Option<&'static Param> {
    let names = generated::events::PARAM_NAMES;
    let (_, code, i) = names[names.binary_search_by(|entry| entry.0.cmp(name)).ok()?];
    code.get()?.params.get(i as usize)
}
