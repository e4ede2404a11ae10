//! What an event is: type, number, source, and the counters that depend on its result.

use catalogue::{CLASSES, Category, EventCode as E, EventFlags, Origin, SyscallCode};
use ir::Extracted;

use super::params;
use super::{Argument, Call, Cost, Entry, Scope, absent, boolean, signed, text, unsigned, word};
use crate::event::Event;
use crate::state::FdKind;

pub(super) const TABLE: &[Entry] = &[
    Entry::cheap("evt.num", |event, _| unsigned(event.num)),
    Entry::cheap("evt.pluginname", |event, _| match plugin_class(event) {
        Some(class) => word(class.plugin.unwrap_or_default()),
        None => Extracted::Absent,
    }),
    Entry::cheap("evt.plugininfo", plugin_info),
    Entry::cheap("evt.source", source),
    Entry::cheap("evt.is_async", |event, _| boolean(origin(event) == Some(Origin::Metaevent))),
    Entry::cheap("evt.asynctype", async_type),
    Entry::cheap("evt.hostname", |event, call| {
        text(event.arena.alloc_slice_copy(call.settings.hostname.as_bytes()))
    }),
    Entry::cheap("evt.dir", |event, _| word(if event.code.is_enter() { ">" } else { "<" })),
    Entry::new("evt.type", Scope::TypeName, Cost::Cheap, type_name),
    Entry::cheap("evt.type.is", type_is),
    Entry::cheap("syscall.type", syscall_type),
    Entry::cheap("evt.category", category),
    Entry::cheap("evt.cpu", |event, _| signed(event.raw.cpu() as i16)),
    Entry::cheap("evt.failed", |event, _| match event.result {
        Some(result) => boolean(result < 0),
        None => Extracted::Absent,
    }),
    Entry::cheap("evt.count", |_, _| unsigned(1u64)),
    Entry::cheap("evt.count.error", |event, _| errors(event)),
    Entry::cheap("evt.count.error.file", |event, _| {
        errors_if(event, kind_of_error(event) == ErrorKind::File)
    }),
    Entry::cheap("evt.count.error.net", |event, _| errors_if(event, kind_of_error(event) == ErrorKind::Net)),
    Entry::cheap("evt.count.error.memory", |event, _| errors_if(event, is_memory(event))),
    Entry::cheap("evt.count.error.other", |event, _| errors_if(event, is_other_error(event))),
    Entry::cheap("evt.count.exit", |event, _| match event.code.is_exit() {
        true => unsigned(1u64),
        false => Extracted::Absent,
    }),
    Entry::cheap("evt.count.procinfo", |event, _| {
        let main = event.thread.is_some_and(|thread| thread.is_main());
        unsigned(u64::from(event.code == E::PROCINFO_E && main))
    }),
    Entry::cheap("evt.count.threadinfo", |event, _| unsigned(u64::from(event.code == E::PROCINFO_E))),
    // Deprecated: they only keep old rules loading.
    Entry::cheap("evt.latency", |_, _| unsigned(0u64)).json(super::JsonForm::Number),
    Entry::cheap("evt.latency.s", |_, _| unsigned(0u64)).json(super::JsonForm::Number),
    Entry::cheap("evt.latency.ns", |_, _| unsigned(0u64)).json(super::JsonForm::Number),
    Entry::cheap("evt.latency.quantized", |_, _| unsigned(0u64)),
    Entry::cheap("evt.latency.human", |_, _| word("0ns")),
    Entry::cheap("evt.wait_latency", |_, _| unsigned(0u64)),
    // Conditions with it are lowered to checks of the event's time; it prints nothing.
    Entry::cheap("evt.around", absent),
];

fn origin(event: &Event<'_>) -> Option<Origin> {
    event.code.get()?.origin
}

/// The plugin whose source a plugin event comes from.
fn plugin_class(event: &Event<'_>) -> Option<&'static catalogue::FieldClass> {
    if origin(event)? != Origin::Plugin {
        return None;
    }
    let id = event.param(0).u32()?;
    CLASSES.iter().find(|class| class.plugin_id == Some(id))
}

/// What a plugin would say of its event: the bytes it carries.
fn plugin_info<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    match plugin_class(event) {
        Some(_) => text(event.param(1).text().unwrap_or_default()),
        None => Extracted::Absent,
    }
}

fn source<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    match origin(event) {
        Some(Origin::Plugin) => match plugin_class(event).and_then(|class| class.source) {
            Some(source) => word(source),
            None => Extracted::Absent,
        },
        Some(Origin::Metaevent) if event.code == E::ASYNCEVENT_E => match event.param(0).u32() {
            Some(id) if id != 0 => match CLASSES.iter().find(|class| class.plugin_id == Some(id)) {
                Some(class) => word(class.source.unwrap_or(catalogue::SYSCALL_SOURCE)),
                None => Extracted::Absent,
            },
            _ => word(catalogue::SYSCALL_SOURCE),
        },
        _ => word(catalogue::SYSCALL_SOURCE),
    }
}

fn async_type<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    match event.code.get() {
        Some(ty) if ty.origin == Some(Origin::Metaevent) => match event.code == E::ASYNCEVENT_E {
            true => text(params::text_or_na(event.param(1))),
            false => word(ty.name),
        },
        _ => Extracted::Absent,
    }
}

/// The name of the call behind a generic event. Where the recorder did not know the call, its native number may be known
/// here.
fn generic_name(event: &Event<'_>) -> &'static str {
    let code = event.param(0).u16().unwrap_or(0);
    let code = match event.param(1).u16() {
        Some(native) if code == 0 => native_code(native),
        _ => Some(SyscallCode(code)),
    };
    code.and_then(SyscallCode::name).unwrap_or_default()
}

/// The call with this number on the architecture that this program was built for.
fn native_code(number: u16) -> Option<SyscallCode> {
    let call = if cfg!(target_arch = "aarch64") {
        catalogue::syscall_by_aarch64(u32::from(number))
    } else {
        catalogue::syscall_by_x86_64(u32::from(number))
    };
    // Code 0 is the call without a name.
    Some(call.map_or(SyscallCode(0), |call| call.code))
}

fn type_name<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    match event.code.get() {
        // The enter form keeps the table's name.
        Some(_) if event.code.is_generic() && event.code.is_exit() => word(generic_name(event)),
        Some(_) if event.code == E::ASYNCEVENT_E => text(params::text_or_na(event.param(1))),
        Some(ty) => word(ty.name),
        None => Extracted::Absent,
    }
}

fn syscall_type<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    if origin(event) == Some(Origin::Syscall) { type_name(event, call) } else { Extracted::Absent }
}

fn type_is<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    match call.arg {
        Argument::Types(first, second) => {
            let code = u32::from(event.code.0);
            unsigned(u64::from(code == *first || code == *second))
        }
        _ => Extracted::Absent,
    }
}

fn category<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    let Some(ty) = event.code.get() else {
        return Extracted::Absent;
    };
    word(match (ty.category, event.fd.map(|fd| fd.kind)) {
        (Category::IoRead | Category::IoWrite | Category::IoOther, Some(kind)) => match kind {
            FdKind::File | FdKind::FileOld | FdKind::Directory => "file",
            kind if kind.is_ip() => "net",
            FdKind::Fifo
            | FdKind::Unix
            | FdKind::Event
            | FdKind::Signal
            | FdKind::Inotify
            | FdKind::UserFault => "ipc",
            _ => "unknown",
        },
        (Category::IoRead | Category::IoWrite | Category::IoOther, None) => "unknown",
        (Category::Ipc, _) => "IPC",
        (category, _) => category.name(),
    })
}

fn errors<'e>(event: &Event<'e>) -> Extracted<'e> {
    match event.result {
        Some(result) => unsigned(u64::from(result < 0)),
        None => Extracted::Absent,
    }
}

fn errors_if<'e>(event: &Event<'e>, applies: bool) -> Extracted<'e> {
    if applies { errors(event) } else { Extracted::Absent }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ErrorKind {
    File,
    Net,
    Other,
}

fn kind_of_error(event: &Event<'_>) -> ErrorKind {
    match event.fd.map(|fd| fd.kind) {
        Some(FdKind::File | FdKind::FileOld | FdKind::Directory) => ErrorKind::File,
        Some(kind) if kind.is_ip() || kind == FdKind::Unix => ErrorKind::Net,
        Some(_) => ErrorKind::Other,
        None => match event.code {
            E::SYSCALL_OPEN_X
            | E::SYSCALL_CREAT_X
            | E::SYSCALL_OPENAT_2_X
            | E::SYSCALL_OPENAT2_X
            | E::SYSCALL_OPEN_BY_HANDLE_AT_X => ErrorKind::File,
            E::SOCKET_ACCEPT_5_X | E::SOCKET_ACCEPT4_6_X | E::SOCKET_CONNECT_X => ErrorKind::Net,
            _ => ErrorKind::Other,
        },
    }
}

fn is_memory(event: &Event<'_>) -> bool {
    event.code.get().is_some_and(|ty| ty.category == Category::Memory)
}

fn is_other_error(event: &Event<'_>) -> bool {
    kind_of_error(event) == ErrorKind::Other && (event.fd.is_some() || !is_memory(event))
}

/// Whether the event's type has any of these flags.
pub(super) fn has(event: &Event<'_>, flags: EventFlags) -> bool {
    event.code.get().is_some_and(|ty| ty.flags.intersects(flags))
}
