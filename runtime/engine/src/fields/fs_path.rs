//! `fs.path.*`: the paths that a successful call worked on.

use catalogue::EventCode;
use ir::Extracted;

use super::text::printable_text;
use super::{Entry, codes, params, path, text};
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
fn place(code: EventCode, which: Which) -> Option<Place> {
    let index = match (which, code) {
        (Which::Name, codes::FCHMOD_X | codes::FCHOWN_X) => return Some(Place::Fd),
        (
            Which::Name,
            codes::MKDIR_2_X
            | codes::RMDIR_2_X
            | codes::UNLINK_2_X
            | codes::OPEN_X
            | codes::CHMOD_X
            | codes::CHOWN_X
            | codes::LCHOWN_X
            | codes::QUOTACTL_X
            | codes::UMOUNT_1_X
            | codes::UMOUNT2_X,
        ) => 1,
        (
            Which::Name,
            codes::MKDIRAT_X
            | codes::UNLINKAT_2_X
            | codes::OPENAT_2_X
            | codes::OPENAT2_X
            | codes::FCHMODAT_X
            | codes::FCHOWNAT_X,
        ) => 2,
        (Which::Source, codes::RENAME_X | codes::MOUNT_X) => 1,
        (Which::Source, codes::RENAMEAT_X | codes::RENAMEAT2_X | codes::LINK_2_X | codes::SYMLINK_X) => 2,
        (Which::Source, codes::SYMLINKAT_X) => 3,
        (Which::Source, codes::LINKAT_2_X) => 4,
        (Which::Target, codes::LINK_2_X | codes::SYMLINK_X | codes::SYMLINKAT_X) => 1,
        (Which::Target, codes::RENAME_X | codes::MOUNT_X | codes::LINKAT_2_X) => 2,
        (Which::Target, codes::RENAMEAT_X | codes::RENAMEAT2_X) => 4,
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
        codes::OPEN_X | codes::OPENAT_2_X | codes::OPENAT2_X => result != -1,
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
        codes::OPENAT_2_X | codes::OPENAT2_X => {
            return Some(path::join(arena, b"", event.fd.map_or(path::UNKNOWN, |fd| &fd.name)));
        }
        codes::NEWFSTATAT_X
        | codes::FCHOWNAT_X
        | codes::FCHMODAT_X
        | codes::MKDIRAT_X
        | codes::UNLINKAT_2_X
        | codes::MKNODAT_X => directory(event),
        codes::SYMLINKAT_X if which == Which::Source => directory(event),
        codes::SYMLINKAT_X => path::UNKNOWN,
        codes::RENAMEAT2_X => {
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
