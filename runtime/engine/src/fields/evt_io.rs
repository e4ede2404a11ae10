//! Input and output: which way data went and how much, and how files were opened.

use catalogue::{Category, EventCode as E, EventFlags, constant};
use ir::Extracted;

use super::{Call, Entry, boolean, evt, unsigned, word};
use crate::event::Event;
use crate::state::FdKind;

pub(super) const TABLE: &[Entry] = &[
    Entry::cheap("evt.is_io", |event, _| boolean(evt::has(event, MOVES_DATA))),
    Entry::cheap("evt.is_io_read", |event, _| boolean(evt::has(event, EventFlags::READS_FROM_FD))),
    Entry::cheap("evt.is_io_write", |event, _| boolean(evt::has(event, EventFlags::WRITES_TO_FD))),
    Entry::cheap("evt.io_dir", |event, _| {
        if evt::has(event, EventFlags::WRITES_TO_FD) {
            word("write")
        } else if evt::has(event, EventFlags::READS_FROM_FD) {
            word("read")
        } else {
            Extracted::Absent
        }
    }),
    Entry::cheap("evt.is_wait", |event, _| boolean(evt::has(event, EventFlags::WAITS))),
    Entry::cheap("evt.is_syslog", |event, _| {
        let syslog = |name: &[u8]| name.windows(8).any(|part| part == b"/dev/log");
        boolean(evt::has(event, EventFlags::WRITES_TO_FD) && event.fd.is_some_and(|fd| syslog(&fd.name)))
    }),
    Entry::cheap("evt.buflen", |event, _| length(event, Direction::Any, |_| true)),
    Entry::cheap("evt.buflen.in", |event, _| length(event, Direction::In, |_| true)),
    Entry::cheap("evt.buflen.out", |event, _| length(event, Direction::Out, |_| true)),
    Entry::cheap("evt.buflen.file", |event, _| length(event, Direction::Any, FdKind::is_file)),
    Entry::cheap("evt.buflen.file.in", |event, _| length(event, Direction::In, FdKind::is_file)),
    Entry::cheap("evt.buflen.file.out", |event, _| length(event, Direction::Out, FdKind::is_file)),
    Entry::cheap("evt.buflen.net", |event, _| length(event, Direction::Any, FdKind::is_ip)),
    Entry::cheap("evt.buflen.net.in", |event, _| length(event, Direction::In, FdKind::is_ip)),
    Entry::cheap("evt.buflen.net.out", |event, _| length(event, Direction::Out, FdKind::is_ip)),
    Entry::cheap("evt.is_open_read", |event, _| {
        boolean(open_flags(event).is_some_and(|flags| flags & constant::PPM_O_RDONLY != 0))
    }),
    Entry::cheap("evt.is_open_write", |event, _| {
        boolean(open_flags(event).is_some_and(|flags| flags & constant::PPM_O_WRONLY != 0))
    }),
    Entry::cheap("evt.is_open_create", is_open_create),
    Entry::cheap("evt.is_open_exec", is_open_exec),
];

const MOVES_DATA: EventFlags = EventFlags(EventFlags::READS_FROM_FD.0 | EventFlags::WRITES_TO_FD.0);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Any,
    In,
    Out,
}

/// The result of a call that moved data through a known descriptor.
fn length<'e>(event: &Event<'e>, direction: Direction, kind: fn(FdKind) -> bool) -> Extracted<'e> {
    let category = event.code.get().map(|ty| ty.category);
    let applies = match direction {
        Direction::Any => matches!(category, Some(Category::IoRead | Category::IoWrite | Category::IoOther)),
        Direction::In => category == Some(Category::IoRead),
        Direction::Out => category == Some(Category::IoWrite),
    };
    match (event.fd, event.result) {
        (Some(fd), Some(result)) if applies && result >= 0 && kind(fd.kind) => unsigned(result as u64),
        _ => Extracted::Absent,
    }
}

/// The open flags of an event that opened a file by path or handle; 0 when it does not tell.
fn open_flags(event: &Event<'_>) -> Option<u32> {
    let index = match event.code {
        E::SYSCALL_OPEN_X | E::SYSCALL_OPEN_BY_HANDLE_AT_X => 2,
        E::SYSCALL_OPENAT_2_X | E::SYSCALL_OPENAT2_X => 3,
        _ => return None,
    };
    Some(event.param(index).u32().unwrap_or(0))
}

/// Falco's probes report `O_TMPFILE` for every directory that is opened: then this is true, too.
fn is_open_create<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    boolean(open_flags(event).is_some_and(|flags| {
        let temporary =
            flags & constant::PPM_O_TMPFILE != 0 && event.result.is_some_and(|result| result >= 0);
        flags & constant::PPM_O_F_CREATED != 0 || temporary
    }))
}

fn is_open_exec<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    const EXECUTE: u32 = constant::PPM_S_IXUSR | constant::PPM_S_IXGRP | constant::PPM_S_IXOTH;
    const CREATES: u32 = constant::PPM_O_TMPFILE | constant::PPM_O_CREAT;
    let creates = open_flags(event).is_some_and(|flags| flags & CREATES != 0);
    let mode = match event.code {
        E::SYSCALL_OPEN_X if creates => 3,
        E::SYSCALL_OPENAT_2_X | E::SYSCALL_OPENAT2_X if creates => 4,
        E::SYSCALL_CREAT_X => 2,
        _ => return boolean(false),
    };
    boolean(event.param(mode).u32().unwrap_or(0) & EXECUTE != 0)
}
