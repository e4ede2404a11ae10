//! Opening of files.

use catalogue::constant::{
    PPM_AT_FDCWD, PPM_FD_LOWER_LAYER, PPM_FD_LOWER_LAYER_CREAT, PPM_FD_UPPER_LAYER, PPM_FD_UPPER_LAYER_CREAT,
    PPM_O_DIRECTORY, PPM_O_F_CREATED,
};
use events::Param;

use super::process::string;
use super::{Step, Tracker};
use crate::state::path::join;
use crate::state::thread::set_text;
use crate::state::{FdKind, FdMarks, StoredEnter, ThreadId};

/// What a successful call opened.
struct Opened {
    num: i64,
    flags: u32,
    dev: u32,
    ino: u64,
}

/// The flags to believe: those of the enter event, which the program could not change during the call, and those that
/// the kernel side added to the exit event.
fn trusted_flags(exit: u32, enter: u32) -> u32 {
    enter | (exit & !(PPM_O_F_CREATED - 1))
}

/// The name in a stored enter event, when it has one.
fn enter_name(enter: Option<&StoredEnter>, index: usize) -> Option<&[u8]> {
    enter?.param(index).text().filter(|name| *name != b"<NA>")
}

impl Tracker {
    /// `open`.
    pub(super) fn open_exit(&mut self, step: &mut Step<'_>) {
        let (Some(id), Some(num)) = (step.thread, step.value()) else { return };
        let enter = step.enter.map(|enter| self.enters.get(enter));
        let mut flags = step.param(2).u32().unwrap_or(0);
        let mut name = string(step.param(1));
        if let Some(trusted) = enter_name(enter, 0) {
            name = trusted;
            flags = trusted_flags(flags, enter.and_then(|enter| enter.param(1).u32()).unwrap_or(0));
        }
        let dev = step.param(4).u32();
        let ino = dev.and_then(|_| step.param(5).u64());
        let path = join(self.state.cwd(&self.state.threads[id]), name, &mut self.path);
        let opened = Opened { num, flags, dev: dev.unwrap_or(0), ino: ino.unwrap_or(0) };
        let fd = blank(&mut self.state, name, path);
        self.opened(step, fd, &opened);
    }

    /// `creat`.
    pub(super) fn creat_exit(&mut self, step: &mut Step<'_>) {
        let (Some(id), Some(num)) = (step.thread, step.value()) else { return };
        let enter = step.enter.map(|enter| self.enters.get(enter));
        let name = enter_name(enter, 0).unwrap_or_else(|| string(step.param(1)));
        let dev = step.param(3).u32();
        let ino = dev.and_then(|_| step.param(4).u64());
        let layer = u32::from(ino.and_then(|_| step.param(5).u16()).unwrap_or(0));
        let flags = if layer & PPM_FD_UPPER_LAYER_CREAT != 0 {
            PPM_FD_UPPER_LAYER
        } else if layer & PPM_FD_LOWER_LAYER_CREAT != 0 {
            PPM_FD_LOWER_LAYER
        } else {
            0
        };
        let path = join(self.state.cwd(&self.state.threads[id]), name, &mut self.path);
        let opened = Opened { num, flags, dev: dev.unwrap_or(0), ino: ino.unwrap_or(0) };
        let fd = blank(&mut self.state, name, path);
        self.opened(step, fd, &opened);
    }

    /// `openat`.
    pub(super) fn openat_exit(&mut self, step: &mut Step<'_>) {
        let Some(num) = step.value() else { return };
        let mut params = step.raw.params().skip(1);
        let mut next = || params.next().unwrap_or_default();
        let (dir, name, flags, _mode, dev, ino) = (next(), next(), next(), next(), next(), next());
        self.open_at(step, num, [dir, name, flags, dev, ino]);
    }

    /// `openat2`.
    pub(super) fn openat2_exit(&mut self, step: &mut Step<'_>) {
        let Some(num) = step.value() else { return };
        let mut params = step.raw.params().skip(1);
        let mut next = || params.next().unwrap_or_default();
        let (dir, name, flags, _mode, _resolve, dev, ino) =
            (next(), next(), next(), next(), next(), next(), next());
        self.open_at(step, num, [dir, name, flags, dev, ino]);
    }

    fn open_at(&mut self, step: &mut Step<'_>, num: i64, [dir, name, flags, dev, ino]: [Param<'_>; 5]) {
        let Some(id) = step.thread else { return };
        let enter = step.enter.map(|enter| self.enters.get(enter));
        let mut flags = flags.u32().unwrap_or(0);
        let mut dir = dir;
        let mut name = name.text().unwrap_or(b"<NA>");
        if let Some(trusted) = enter_name(enter, 1) {
            name = trusted;
            flags = trusted_flags(flags, enter.and_then(|enter| enter.param(2).u32()).unwrap_or(0));
            dir = enter.map(|enter| enter.param(0)).unwrap_or_default();
        }
        let path = join_at(&self.state, id, name, dir.i64(), &mut self.path, &mut self.text);
        let fd = blank(&mut self.state, name, path);
        let ino = ino.u64();
        let dev = ino.and_then(|_| dev.u32()).unwrap_or(0);
        self.opened(step, fd, &Opened { num, flags, dev, ino: ino.unwrap_or(0) });
    }

    /// `open_by_handle_at`: the kernel side gives an absolute path.
    pub(super) fn open_by_handle_at_exit(&mut self, step: &mut Step<'_>) {
        let Some(num) = step.value() else { return };
        let name = string(step.param(3));
        let path = join(b"", name, &mut self.path);
        let opened = Opened {
            num,
            flags: step.param(2).u32().unwrap_or(0),
            dev: step.param(4).u32().unwrap_or(0),
            ino: step.param(5).u64().unwrap_or(0),
        };
        let fd = blank(&mut self.state, name, path);
        self.opened(step, fd, &opened);
    }

    fn opened(&mut self, step: &mut Step<'_>, fd: crate::state::FdId, opened: &Opened) {
        let entry = self.state.fds.get_mut(fd);
        entry.kind = if opened.flags & PPM_O_DIRECTORY != 0 { FdKind::Directory } else { FdKind::File };
        entry.open_flags = opened.flags;
        entry.dev = opened.dev;
        entry.ino = opened.ino;
        entry.marks.set(FdMarks::UPPER_LAYER, opened.flags & PPM_FD_UPPER_LAYER != 0);
        entry.marks.set(FdMarks::LOWER_LAYER, opened.flags & PPM_FD_LOWER_LAYER != 0);
        self.add_fd(step, opened.num, fd);
    }
}

/// A new entry with the name as passed and the full path.
fn blank(state: &mut crate::state::State, raw: &[u8], path: &[u8]) -> crate::state::FdId {
    let fd = state.fds.create();
    let entry = state.fds.get_mut(fd);
    set_text(&mut entry.name_raw, raw);
    set_text(&mut entry.name, path);
    fd
}

/// The full path of a name relative to a directory descriptor; without one, only what the name tells.
fn join_at<'b>(
    state: &crate::state::State,
    thread: ThreadId,
    name: &[u8],
    dir_fd: Option<i64>,
    buffer: &'b mut crate::state::path::PathBuffer,
    text: &mut Vec<u8>,
) -> &'b [u8] {
    let Some(dir_fd) = dir_fd.filter(|_| name.first() != Some(&b'/')) else {
        return join(b"", name, buffer);
    };
    if dir_fd == PPM_AT_FDCWD {
        return join(state.cwd(&state.threads[thread]), name, buffer);
    }
    state.directory(thread, name, dir_fd, text);
    join(text, name, buffer)
}
