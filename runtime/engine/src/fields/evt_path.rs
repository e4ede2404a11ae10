//! `evt.abspath`: the path of calls that take one relative to a directory descriptor.

use ir::Extracted;

use super::codes;
use super::text::Composer;
use super::{Argument, Call, Entry, path, text};
use crate::event::Event;

pub(super) const TABLE: &[Entry] = &[Entry::moderate("evt.abspath", abspath)];

/// Positions of the directory and of the path. `second` asks for the other pair of calls that have two.
fn positions(event: &Event<'_>, second: bool) -> Option<(&'static str, &'static str)> {
    Some(match event.code {
        codes::RENAMEAT_X | codes::RENAMEAT2_X if second => ("newdirfd", "newpath"),
        codes::RENAMEAT_X | codes::RENAMEAT2_X => ("olddirfd", "oldpath"),
        codes::LINKAT_2_X if second => ("newdir", "newpath"),
        codes::LINKAT_2_X => ("olddir", "oldpath"),
        codes::SYMLINKAT_X => ("linkdirfd", "linkpath"),
        codes::OPENAT_2_X | codes::OPENAT2_X | codes::UNLINKAT_2_X => ("dirfd", "name"),
        codes::MKDIRAT_X => ("dirfd", "path"),
        codes::FCHMODAT_X => ("dirfd", "filename"),
        codes::FCHOWNAT_X => ("dirfd", "pathname"),
        _ => return None,
    })
}

fn abspath<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    super::maybe(find(event, call))
}

fn find<'e>(event: &Event<'e>, call: &Call<'_>) -> Option<Extracted<'e>> {
    let thread = event.thread?;
    let second = matches!(call.arg, Argument::Key(key) if **key == *"dst");
    if event.code == codes::OPEN_BY_HANDLE_AT_X {
        let opened = event.result.is_some_and(|result| result > 0);
        return opened.then(|| text(path::join(event.arena, b"", super::params::text_or_na(event.param(3)))));
    }
    let (dirfd, name) = positions(event, second)?;
    let dirfd = super::params::by_name(event, dirfd)?.i64()?;
    let name = super::params::by_name(event, name)?;
    if name.is_empty() {
        return None;
    }
    let name = super::params::text_or_na(name);
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
