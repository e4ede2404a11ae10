//! Paths made absolute, in Falco's way: symbolic links are not resolved.

use bumpalo::Bump;

use super::text::Composer;
use crate::event::Event;
use crate::state::path::{self, MAX_PATH};

/// The base of paths whose directory is not known.
pub(super) const UNKNOWN: &[u8] = b"<UNKNOWN>";

/// `AT_FDCWD`: the directory descriptor that stands for the working directory.
pub(super) const AT_FDCWD: i64 = catalogue::constant::PPM_AT_FDCWD;

/// Whether a path starts at the root.
pub(super) fn is_absolute(path: &[u8]) -> bool {
    path.first() == Some(&b'/')
}

/// `path` after `base`, which is ignored for absolute paths, see [`path::join`].
pub(super) fn join<'e>(arena: &'e Bump, base: &[u8], path: &[u8]) -> &'e [u8] {
    let mut buffer = [0; MAX_PATH];
    arena.alloc_slice_copy(path::join(base, path, &mut buffer))
}

/// A directory's path with a slash at the end; empty when it has no name.
pub(super) fn with_slash<'e>(arena: &'e Bump, name: &'e [u8]) -> &'e [u8] {
    if name.is_empty() || name.ends_with(b"/") {
        return name;
    }
    let mut out = Composer::with_capacity(arena, name.len() + 1);
    out.push(name).byte(b'/');
    out.finish()
}

/// The base of a path relative to a directory descriptor.
pub(super) fn base_of<'e>(event: &Event<'e>, path: &[u8], dirfd: i64) -> &'e [u8] {
    if is_absolute(path) {
        return b".";
    }
    let Some(thread) = event.thread else {
        return UNKNOWN;
    };
    if dirfd == AT_FDCWD {
        return event.state.cwd(thread);
    }
    match event.fd_of(dirfd) {
        Some(fd) => with_slash(event.arena, &fd.name),
        None => UNKNOWN,
    }
}

/// A path with repeated slashes removed and nothing else.
pub(super) fn without_double_slashes<'e>(arena: &'e Bump, path: &'e [u8]) -> &'e [u8] {
    if !path.windows(2).any(|pair| pair == b"//") {
        return path;
    }
    let mut out = Composer::with_capacity(arena, path.len());
    let mut before = 0;
    for &byte in path {
        if byte != b'/' || before != b'/' {
            out.byte(byte);
        }
        before = byte;
    }
    out.finish()
}
