//! `evt.abspath`: the path of calls that take one relative to a directory descriptor.

use catalogue::EventCode as E;
use ir::Extracted;

use super::text::Composer;
use super::{Argument, Call, Entry, params, path, text};
use crate::event::Event;
use crate::state::FdInfo;

pub(super) const TABLE: &[Entry] = &[Entry::moderate("evt.abspath", abspath)];

/// Positions of the directory and of the path. `second` asks for the other pair of calls that have two.
fn positions(event: &Event<'_>, second: bool) -> Option<(&'static str, &'static str)> {
    Some(match event.code {
        E::SYSCALL_RENAMEAT_X | E::SYSCALL_RENAMEAT2_X if second => ("newdirfd", "newpath"),
        E::SYSCALL_RENAMEAT_X | E::SYSCALL_RENAMEAT2_X => ("olddirfd", "oldpath"),
        E::SYSCALL_LINKAT_2_X if second => ("newdir", "newpath"),
        E::SYSCALL_LINKAT_2_X => ("olddir", "oldpath"),
        E::SYSCALL_SYMLINKAT_X => ("linkdirfd", "linkpath"),
        E::SYSCALL_OPENAT_2_X | E::SYSCALL_OPENAT2_X | E::SYSCALL_UNLINKAT_2_X => ("dirfd", "name"),
        E::SYSCALL_MKDIRAT_X => ("dirfd", "path"),
        E::SYSCALL_FCHMODAT_X => ("dirfd", "filename"),
        E::SYSCALL_FCHOWNAT_X => ("dirfd", "pathname"),
        _ => return None,
    })
}

fn abspath<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    super::maybe(find(event, call))
}

fn is_second(arg: &Argument) -> bool {
    matches!(arg, Argument::Key(key) if **key == *"dst")
}

/// The directory descriptor and the path, when the event carries both.
fn parts<'e>(event: &Event<'e>, second: bool) -> Option<(i64, &'e [u8])> {
    let (dirfd, name) = positions(event, second)?;
    let dirfd = params::by_name(event, dirfd)?.i64()?;
    let name = params::by_name(event, name)?;
    (!name.is_empty()).then(|| (dirfd, params::text_or_na(name)))
}

/// Falco looks the directory up by making it the event's descriptor, and leaves it so: what is printed after
/// `evt.abspath` describes the directory. `None` when it did not look.
pub(super) fn described<'e>(event: &Event<'e>, arg: &Argument) -> Option<Option<&'e FdInfo>> {
    event.thread?;
    let (dirfd, name) = parts(event, is_second(arg))?;
    (!path::is_absolute(name) && dirfd != path::AT_FDCWD).then(|| event.fd_of(dirfd))
}

fn find<'e>(event: &Event<'e>, call: &Call<'_>) -> Option<Extracted<'e>> {
    let thread = event.thread?;
    if event.code == E::SYSCALL_OPEN_BY_HANDLE_AT_X {
        let opened = event.result.is_some_and(|result| result > 0);
        return opened.then(|| text(path::join(event.arena, b"", params::text_or_na(event.param(3)))));
    }
    let (dirfd, name) = parts(event, is_second(call.arg))?;
    let base = if path::is_absolute(name) {
        b"."
    } else if dirfd == path::AT_FDCWD {
        event.state.cwd(thread)
    } else {
        match event.fd_of(dirfd) {
            // Falco adds a slash even to a name that ends in one.
            Some(fd) => {
                let mut out = Composer::with_capacity(event.arena, fd.name.len() + 1);
                out.push(&fd.name).byte(b'/');
                out.finish()
            }
            None => b"<UNKNOWN>/",
        }
    };
    Some(text(path::join(event.arena, base, name)))
}
