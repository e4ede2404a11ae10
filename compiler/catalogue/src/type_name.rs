//! What names of events stand for: the literals of `evt.type`.

use crate::event::{EventCode, events_by_name};
use crate::syscall::{SyscallCode, syscall_by_name};
use crate::view::Catalogue;

/// Event types that a literal of `evt.type` names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TypeCodes {
    /// Types with that name, of both directions and all versions.
    pub named: &'static [EventCode],
    /// Whether it names an asynchronous event of a plugin.
    pub asynchronous: bool,
    /// Whether it is a system call that only the two generic events report.
    pub generic: bool,
}

impl TypeCodes {
    /// The codes, each once: the named ones ascending, then the asynchronous event, then the generic ones.
    pub fn codes(self) -> impl Iterator<Item = EventCode> {
        let asynchronous = self.asynchronous.then_some(EventCode::ASYNCEVENT_E);
        let generic = if self.generic { &[EventCode::GENERIC_E, EventCode::GENERIC_X][..] } else { &[] };
        self.named
            .iter()
            .copied()
            .chain(asynchronous.filter(move |code| !self.named.contains(code)))
            .chain(generic.iter().copied())
    }

    /// Whether no event has the name.
    pub const fn is_empty(self) -> bool {
        self.named.is_empty() && !self.asynchronous && !self.generic
    }
}

impl Catalogue {
    /// The event types that `evt.type = <name>` stands for.
    pub fn type_codes(&self, name: &str) -> TypeCodes {
        // The generic events are found by the names of their calls, never by their own.
        let named = events_by_name(name);
        let named = if named.first().is_some_and(|code| code.is_generic()) { &[] } else { named };
        let asynchronous = self.is_async_event(name);
        let generic = named.is_empty() && !asynchronous && is_syscall_name(name);
        TypeCodes { named, asynchronous, generic }
    }

    /// Whether `evt.type` may be compared with this literal.
    pub fn knows_event_name(&self, name: &str) -> bool {
        !events_by_name(name).is_empty() || is_syscall_name(name) || self.is_async_event(name)
    }

    /// The system calls (and tracepoints) to trace for `evt.type = <name>`.
    pub fn type_syscalls(&self, name: &str) -> Vec<SyscallCode> {
        let types = self.type_codes(name);
        let mut codes: Vec<_> = types
            .codes()
            .filter(|c| !c.is_generic())
            .filter_map(EventCode::get)
            .flat_map(|e| e.syscalls)
            .copied()
            .collect();
        if types.generic {
            codes.extend(syscall_by_name(name).filter(|s| s.enter.is_generic()).map(|s| s.code));
        }
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// Names of the asynchronous events that loaded plugins emit.
    pub fn async_events(&self) -> impl Iterator<Item = &str> {
        let loaded = self.loaded_classes().flat_map(|(_, c)| c.async_events.iter().copied());
        loaded.chain(self.all_extra_classes().iter().flat_map(|c| c.async_events.iter().map(String::as_str)))
    }

    fn is_async_event(&self, name: &str) -> bool {
        self.async_events().any(|event| event == name)
    }
}

fn is_syscall_name(name: &str) -> bool {
    // One code has no call, and its name is the empty text.
    name.is_empty() || syscall_by_name(name).is_some()
}
