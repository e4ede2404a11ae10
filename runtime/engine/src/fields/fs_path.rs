//! `fs.path.*`: the paths that a successful call worked on.

use catalogue::EventCode as E;
use ir::Extracted;

use super::text::printable_text;
use super::{Entry, params, path, text};
use crate::event::Event;
use crate::state::FdKind;

pub(super) const TABLE: &[Entry] = &[
    Entry::moderate("fs.path.name", |event, _| absolute(event, Which::Name)),
    Entry::moderate("fs.path.nameraw", |event, _| raw(event, Which::Name)),
    Entry::moderate("fs.path.source", |event, _| absolute(event, Which::Source)),
    Entry::moderate("fs.path.sourceraw", |event, _| raw(event, Which::Source)),
    Entry::moderate("fs.path.target", |event, _| absolute(event, Which::Target)),
    Entry::moderate("fs.path.targetraw", |event, _| raw(event, Which::Target)),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Name,
    Source,
    Target,
}

/// Where a path is.
enum Place {
    Param(usize),
    /// The name of the event's descriptor.
    Fd,
}

/// Where the path of an event is that it calls `which`.
fn place(code: E, which: Which) -> Option<Place> {
    let index = match (which, code) {
        (Which::Name, E::SYSCALL_FCHMOD_X | E::SYSCALL_FCHOWN_X) => return Some(Place::Fd),
        (
            Which::Name,
            E::SYSCALL_MKDIR_2_X
            | E::SYSCALL_RMDIR_2_X
            | E::SYSCALL_UNLINK_2_X
            | E::SYSCALL_OPEN_X
            | E::SYSCALL_CHMOD_X
            | E::SYSCALL_CHOWN_X
            | E::SYSCALL_LCHOWN_X
            | E::SYSCALL_QUOTACTL_X
            | E::SYSCALL_UMOUNT_1_X
            | E::SYSCALL_UMOUNT2_X,
        ) => 1,
        (
            Which::Name,
            E::SYSCALL_MKDIRAT_X
            | E::SYSCALL_UNLINKAT_2_X
            | E::SYSCALL_OPENAT_2_X
            | E::SYSCALL_OPENAT2_X
            | E::SYSCALL_FCHMODAT_X
            | E::SYSCALL_FCHOWNAT_X,
        ) => 2,
        (Which::Source, E::SYSCALL_RENAME_X | E::SYSCALL_MOUNT_X) => 1,
        (
            Which::Source,
            E::SYSCALL_RENAMEAT_X | E::SYSCALL_RENAMEAT2_X | E::SYSCALL_LINK_2_X | E::SYSCALL_SYMLINK_X,
        ) => 2,
        (Which::Source, E::SYSCALL_SYMLINKAT_X) => 3,
        (Which::Source, E::SYSCALL_LINKAT_2_X) => 4,
        (Which::Target, E::SYSCALL_LINK_2_X | E::SYSCALL_SYMLINK_X | E::SYSCALL_SYMLINKAT_X) => 1,
        (Which::Target, E::SYSCALL_RENAME_X | E::SYSCALL_MOUNT_X | E::SYSCALL_LINKAT_2_X) => 2,
        (Which::Target, E::SYSCALL_RENAMEAT_X | E::SYSCALL_RENAMEAT2_X) => 4,
        _ => return None,
    };
    Some(Place::Param(index))
}

/// Whether the call succeeded. For opened files Falco only asks whether the result is −1: other errors pass.
fn succeeded(event: &Event<'_>) -> bool {
    let Some(result) = event.param(0).i64() else {
        return false;
    };
    match event.code {
        E::SYSCALL_OPEN_X | E::SYSCALL_OPENAT_2_X | E::SYSCALL_OPENAT2_X => result != -1,
        _ => result == 0,
    }
}

/// The path as it was passed.
fn given<'e>(event: &Event<'e>, which: Which) -> Option<&'e [u8]> {
    let place = place(event.code, which)?;
    if !succeeded(event) {
        return None;
    }
    let given = match place {
        Place::Param(index) if index < event.raw.len() => params::text_or_na(event.param(index)),
        Place::Param(_) => return None,
        Place::Fd => {
            event.thread?;
            event.fd.or_else(|| event.fd_of(event.fd_num)).map_or(&b""[..], |fd| &fd.name)
        }
    };
    Some(printable_text(event.arena, given))
}

fn raw<'e>(event: &Event<'e>, which: Which) -> Extracted<'e> {
    super::maybe(given(event, which).map(text))
}

fn absolute<'e>(event: &Event<'e>, which: Which) -> Extracted<'e> {
    super::maybe(find(event, which).map(text))
}

fn find<'e>(event: &Event<'e>, which: Which) -> Option<&'e [u8]> {
    let given = given(event, which)?;
    let thread = event.thread?;
    let arena = event.arena;
    if path::is_absolute(given) {
        return Some(path::join(arena, b"", given));
    }
    let base: &[u8] = match event.code {
        // The descriptor already has the whole path; where there is none, the path is lost.
        E::SYSCALL_OPENAT_2_X | E::SYSCALL_OPENAT2_X => {
            return Some(path::join(arena, b"", event.fd.map_or(path::UNKNOWN, |fd| &fd.name)));
        }
        E::SYSCALL_NEWFSTATAT_X
        | E::SYSCALL_FCHOWNAT_X
        | E::SYSCALL_FCHMODAT_X
        | E::SYSCALL_MKDIRAT_X
        | E::SYSCALL_UNLINKAT_2_X
        | E::SYSCALL_MKNODAT_X => directory(event),
        E::SYSCALL_SYMLINKAT_X if which == Which::Source => directory(event),
        E::SYSCALL_SYMLINKAT_X => path::UNKNOWN,
        E::SYSCALL_RENAMEAT2_X => {
            let index = if which == Which::Target { 3 } else { 1 };
            path::base_of(event, given, event.param(index).i64()?)
        }
        _ => event.state.cwd(thread),
    };
    Some(path::join(arena, base, given))
}

/// The directory that the event's descriptor is.
fn directory<'e>(event: &Event<'e>) -> &'e [u8] {
    match event.fd {
        Some(fd) if fd.kind == FdKind::Directory => path::with_slash(event.arena, &fd.name),
        _ => path::UNKNOWN,
    }
}
