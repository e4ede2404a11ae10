//! `fd.*`: what the event's descriptor refers to, sockets' addresses apart.

use bumpalo::collections::Vec as ArenaVec;
use catalogue::{EventCode as E, EventFlags};
use ir::{Extracted, Value};

use super::text::{self, Composer};
use super::{Argument, Call, Entry, boolean, evt, evt_param, maybe, names, params, path, signed, word};
use crate::event::Event;
use crate::state::{Connection, FdInfo, FdKind, FdMarks, ThreadInfo};

pub(super) const TABLE: &[Entry] = &[
    Entry::cheap("fd.num", |event, _| of_event(event, |_, _| signed(event.fd_num))),
    Entry::cheap("fd.type", |event, _| known(event, |fd| word(names::fd_type(fd.kind)))),
    Entry::cheap("fd.typechar", |event, _| {
        of_event(event, |_, fd| {
            word(match fd {
                Some(fd) => names::fd_type_char(fd.kind),
                None => expected_type_char(event),
            })
        })
    }),
    Entry::cheap("fd.name", |event, call| maybe(name(event, call).map(super::text))),
    Entry::moderate("fd.nameraw", name_raw),
    Entry::moderate("fd.directory", |event, call| maybe(directory(event, call).map(super::text))),
    Entry::cheap("fd.filename", |event, _| known(event, file_name)),
    Entry::moderate("fd.containername", |event, call| in_container(event, name(event, call))),
    Entry::moderate("fd.containerdirectory", |event, call| in_container(event, directory(event, call))),
    Entry::moderate("fd.uid", |event, _| {
        of_event(event, |thread, _| {
            super::text(text::format(event.arena, format_args!("{}{}", thread.tid, event.fd_num)))
        })
    }),
    Entry::cheap("fd.sockfamily", |event, _| {
        known(event, |fd| match fd.kind {
            kind if kind.is_ip() => word("ip"),
            FdKind::Unix => word("unix"),
            _ => Extracted::Absent,
        })
    }),
    Entry::cheap("fd.connected", |event, _| {
        known(event, |fd| boolean(fd.connection == Connection::Connected))
    }),
    Entry::cheap("fd.name_changed", |event, _| known(event, |_| boolean(event.fd_name_changed))),
    Entry::cheap("fd.dev", |event, _| known(event, |fd| signed(fd.dev as i32))),
    Entry::cheap("fd.dev.major", |event, _| known(event, |fd| signed((fd.dev & 0xfff00) >> 8))),
    Entry::cheap("fd.dev.minor", |event, _| {
        known(event, |fd| signed((fd.dev & 0xff) | (fd.dev >> 12 & 0xfff00)))
    }),
    Entry::cheap("fd.ino", |event, _| known(event, |fd| signed(fd.ino as i64))),
    Entry::cheap("fd.is_upper_layer", |event, _| {
        known(event, |fd| boolean(fd.marks.contains(FdMarks::UPPER_LAYER)))
    }),
    Entry::cheap("fd.is_lower_layer", |event, _| {
        known(event, |fd| boolean(fd.marks.contains(FdMarks::LOWER_LAYER)))
    }),
    Entry::expensive("fd.types", types),
];

/// Events that make, use or close a descriptor.
const WITH_FD: EventFlags =
    EventFlags(EventFlags::CREATES_FD.0 | EventFlags::USES_FD.0 | EventFlags::DESTROYS_FD.0);

/// What `read` makes of the thread and, where it is known, the descriptor of an event that has one.
#[inline]
pub(super) fn of_event<'e>(
    event: &Event<'e>,
    read: impl FnOnce(&'e ThreadInfo, Option<&'e FdInfo>) -> Extracted<'e>,
) -> Extracted<'e> {
    let Some(thread) = event.thread.filter(|_| evt::has(event, WITH_FD)) else {
        return Extracted::Absent;
    };
    let fd = event.fd.or_else(|| if event.fd_num == -1 { None } else { event.fd_of(event.fd_num) });
    read(thread, fd)
}

/// What `read` makes of the event's descriptor; absent when that is not known.
#[inline]
pub(super) fn known<'e>(event: &Event<'e>, read: impl FnOnce(&'e FdInfo) -> Extracted<'e>) -> Extracted<'e> {
    of_event(event, |_, fd| maybe(fd.map(read)))
}

/// The descriptor of an event that has one, and whether it is known.
fn descriptor<'e>(event: &Event<'e>) -> Option<Option<&'e FdInfo>> {
    event.thread.filter(|_| evt::has(event, WITH_FD))?;
    Some(event.fd.or_else(|| if event.fd_num == -1 { None } else { event.fd_of(event.fd_num) }))
}

fn name<'e>(event: &Event<'e>, call: &Call<'_>) -> Option<&'e [u8]> {
    match descriptor(event)? {
        Some(fd) => Some(&fd.name),
        None => name_from_event(event, call, false),
    }
}

/// The name that the event itself gives, when its descriptor is not known: the call failed, or its beginning was missed.
fn name_from_event<'e>(event: &Event<'e>, call: &Call<'_>, raw: bool) -> Option<&'e [u8]> {
    if event.code.is_enter() {
        return None;
    }
    match event.code {
        E::SYSCALL_OPEN_X
        | E::SOCKET_ACCEPT_5_X
        | E::SOCKET_ACCEPT4_6_X
        | E::SYSCALL_CREAT_X
        | E::SOCKET_CONNECT_X => {
            let ty = params::param_type(event.code, 1)?;
            Some(evt_param::render(event, ty, event.param(1), call.settings, call.settings.buffers).best())
        }
        E::SYSCALL_OPENAT_2_X | E::SYSCALL_OPENAT2_X => {
            let given = event.param(2);
            if given.is_empty() {
                return None;
            }
            let given = params::text_or_na(given);
            if raw {
                return Some(given);
            }
            let dirfd = event.param(1).i64()?;
            Some(path::join(event.arena, path::base_of(event, given, dirfd), given))
        }
        E::SYSCALL_OPEN_BY_HANDLE_AT_X => Some(params::text_or_na(event.param(3))),
        _ => Some(b""),
    }
}

fn name_raw<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    let name = descriptor(event).and_then(|fd| match fd {
        Some(fd) => Some(&*fd.name_raw),
        None => name_from_event(event, call, true),
    });
    maybe(name.map(|name| super::text(path::without_double_slashes(event.arena, name))))
}

/// The directory part of a file's path, or a directory's own path.
fn directory<'e>(event: &Event<'e>, call: &Call<'_>) -> Option<&'e [u8]> {
    match descriptor(event)? {
        Some(fd) if fd.kind == FdKind::Directory => Some(&fd.name),
        Some(fd) if fd.kind.is_file() => Some(parent_of(&fd.name)),
        Some(_) => None,
        None => name_from_event(event, call, false).map(parent_of),
    }
}

/// What is before the last slash; a path that ends in one is left as it is.
fn parent_of(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|byte| *byte == b'/') {
        None | Some(0) => b"/",
        Some(at) if at + 1 < name.len() => &name[..at],
        Some(_) => name,
    }
}

/// What is after the last slash of a file's path.
fn file_name(fd: &FdInfo) -> Extracted<'_> {
    if !fd.kind.is_file() {
        return Extracted::Absent;
    }
    super::text(match fd.name.iter().rposition(|byte| *byte == b'/') {
        None => b"/",
        Some(at) if at + 1 < fd.name.len() => &fd.name[at + 1..],
        Some(_) => &fd.name,
    })
}

/// A name after the id of the thread's container and a colon.
fn in_container<'e>(event: &Event<'e>, name: Option<&'e [u8]>) -> Extracted<'e> {
    let (Some(name), Some(thread)) = (name, event.thread) else {
        return Extracted::Absent;
    };
    let mut out = Composer::new(event.arena);
    out.push(event.state.container_id(thread).as_bytes()).byte(b':').push(name);
    super::text(out.finish())
}

/// The letter of the descriptor that a call would have made.
fn expected_type_char(event: &Event<'_>) -> &'static str {
    // An enter event stands for its exit.
    match E(event.code.0 | 1) {
        E::SYSCALL_OPENAT_2_X | E::SYSCALL_OPENAT2_X | E::SYSCALL_CREAT_X => "f",
        // The family is not looked at.
        E::SOCKET_SOCKET_X | E::SOCKET_ACCEPT_5_X | E::SOCKET_ACCEPT4_6_X => "4",
        E::SYSCALL_PIPE_X | E::SYSCALL_PIPE2_X => "p",
        E::SYSCALL_EVENTFD_X | E::SYSCALL_EVENTFD2_X => "e",
        E::SYSCALL_SIGNALFD_X | E::SYSCALL_SIGNALFD4_X => "s",
        E::SYSCALL_TIMERFD_CREATE_X => "t",
        E::SYSCALL_INOTIFY_INIT_X | E::SYSCALL_INOTIFY_INIT1_X => "i",
        _ => "o",
    }
}

/// The words of all open descriptors without repeats, or the word of one descriptor.
fn types<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    of_event(event, |thread, _| {
        let mut list = ArenaVec::new_in(event.arena);
        match call.arg {
            Argument::Index(num) if *num != -1 => match event.fd_of(*num) {
                Some(fd) => list.push(Value::Text(names::fd_type(fd.kind).as_bytes())),
                None => return Extracted::Absent,
            },
            _ => {
                for (_, fd) in event.state.open_fds(thread) {
                    let word = Value::Text(names::fd_type(fd.kind).as_bytes());
                    if !list.contains(&word) {
                        list.push(word);
                    }
                }
            }
        }
        Extracted::List(list.into_bump_slice())
    })
}
