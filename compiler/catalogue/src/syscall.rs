//! System calls: codes, kernel numbers, their events, and the groups that configuration refers to.

use crate::event::{EVENTS, EventCode};
use crate::generated;

/// Code of a system call (or tracepoint) that does not depend on the architecture; generic events carry it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct SyscallCode(pub u16);

/// One system call.
#[derive(Debug)]
pub struct Syscall {
    /// Its own code.
    pub code: SyscallCode,
    /// Name.
    pub name: &'static str,
    /// Number on x86-64, if it exists there.
    pub x86_64: Option<u16>,
    /// Number on AArch64, if it exists there.
    pub aarch64: Option<u16>,
    /// Its enter event; the generic one when it has none of its own.
    pub enter: EventCode,
    /// Its exit event (or the only event of a tracepoint); the generic one when it has none of its own.
    pub exit: EventCode,
    /// Properties.
    pub flags: SyscallFlags,
    /// One sentence on what it does.
    pub about: &'static str,
}

/// Properties of a system call, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct SyscallFlags(pub u8);

impl SyscallFlags {
    /// Has events of its own.
    pub const USED: Self = Self(1);
    /// Kept when the probe drops events to save time.
    pub const NEVER_DROP: Self = Self(2);
    /// First to go when the probe drops events.
    pub const ALWAYS_DROP: Self = Self(4);
    /// Its handler must not be preempted (no call has it today).
    pub const ATOMIC: Self = Self(16);

    /// Whether every bit of `other` is set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Named groups of calls.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SyscallSet {
    /// What the state engine needs: traced whatever the rules ask for.
    DefaultState,
    /// Calls that move data.
    Io,
    /// Frequent calls that are left out unless every event is asked for.
    HighVolume,
    /// Smallest set that keeps the process tree right (`base_syscalls.repair`).
    RepairBase,
    /// Needed in addition as soon as a rule asks for network calls.
    RepairNetwork,
    /// Needed in addition for `accept` and `listen`.
    RepairAcceptListen,
    /// Needed in addition for files and data.
    RepairFileIo,
}

impl SyscallSet {
    /// The calls of the set, ascending by code.
    pub const fn codes(self) -> &'static [SyscallCode] {
        match self {
            SyscallSet::DefaultState => generated::syscalls::DEFAULT_STATE,
            SyscallSet::Io => generated::syscalls::IO,
            SyscallSet::HighVolume => generated::syscalls::HIGH_VOLUME,
            SyscallSet::RepairBase => generated::syscalls::REPAIR_BASE,
            SyscallSet::RepairNetwork => generated::syscalls::REPAIR_NETWORK,
            SyscallSet::RepairAcceptListen => generated::syscalls::REPAIR_ACCEPT_LISTEN,
            SyscallSet::RepairFileIo => generated::syscalls::REPAIR_FILE_IO,
        }
    }

    /// Whether the set holds this call.
    pub fn contains(self, code: SyscallCode) -> bool {
        self.codes().binary_search(&code).is_ok()
    }
}

impl SyscallCode {
    /// The call, or `None` for a code without one.
    pub fn get(self) -> Option<&'static Syscall> {
        generated::syscalls::SLOTS.get(self.0 as usize)?.as_ref()
    }

    /// The events that report the call, of both directions and all versions; the generic ones when it has none of
    /// its own.
    pub fn events(self) -> impl Iterator<Item = EventCode> {
        let own = EVENTS.iter().filter(move |event| event.syscalls.contains(&self)).map(|event| event.code);
        let generic = self.get().filter(|call| call.enter.is_generic());
        own.chain(generic.into_iter().flat_map(|call| [call.enter, call.exit]))
    }

    /// The name, or `None` for a code without a call.
    pub fn name(self) -> Option<&'static str> {
        self.get().map(|s| s.name)
    }
}

/// Every system call, ascending by code.
pub fn syscalls() -> impl Iterator<Item = &'static Syscall> {
    generated::syscalls::SLOTS.iter().flatten()
}

/// How many codes there are, those without a call included: every code is smaller.
pub const SYSCALL_CODE_COUNT: usize = generated::syscalls::SLOTS.len();

/// The call with this name.
pub fn syscall_by_name(name: &str) -> Option<&'static Syscall> {
    let names = generated::syscalls::BY_NAME;
    names.binary_search_by(|entry| entry.0.cmp(name)).ok().and_then(|i| names[i].1.get())
}

/// The call with this number on x86-64.
pub fn syscall_by_x86_64(number: u32) -> Option<&'static Syscall> {
    by_number(generated::syscalls::BY_X86_64, number)
}

/// The call with this number on AArch64.
pub fn syscall_by_aarch64(number: u32) -> Option<&'static Syscall> {
    by_number(generated::syscalls::BY_AARCH64, number)
}

/// The x86-64 number that a 32-bit x86 call is treated as; `None` when it has no counterpart.
pub fn ia32_to_x86_64(number: u32) -> Option<u16> {
    let map = generated::syscalls::IA32_TO_X86_64;
    let number = u16::try_from(number).ok()?;
    map.binary_search_by_key(&number, |entry| entry.0).ok().map(|i| map[i].1)
}

fn by_number(map: &'static [(u16, SyscallCode)], number: u32) -> Option<&'static Syscall> {
    let number = u16::try_from(number).ok()?;
    map.binary_search_by_key(&number, |entry| entry.0).ok().and_then(|i| map[i].1.get())
}
