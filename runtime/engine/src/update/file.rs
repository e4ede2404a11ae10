//! Directories: where relative paths begin, and changes of working and root directory.

use catalogue::EventCode as E;
use catalogue::constant::PPM_AT_FDCWD;

use super::process::string;
use super::{Step, Tracker};
use crate::state::path::join;
use crate::state::thread::set_text;
use crate::state::{State, ThreadId};

/// What a path is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// Nothing: it is absolute.
    Absolute,
    /// A directory that is known.
    Known,
    /// A descriptor that is not known.
    Unknown,
}

impl State {
    /// Writes the directory that `path` is relative to, as a prefix for [`join`].
    pub(super) fn directory(&self, thread: ThreadId, path: &[u8], dir_fd: i64, out: &mut Vec<u8>) -> Base {
        out.clear();
        if path.first() == Some(&b'/') {
            out.push(b'.');
            return Base::Absolute;
        }
        if dir_fd == PPM_AT_FDCWD {
            out.extend_from_slice(self.cwd(&self.threads[thread]));
            return Base::Known;
        }
        let Some(fd) = self.fd_id(thread, dir_fd) else {
            out.extend_from_slice(b"<UNKNOWN>");
            return Base::Unknown;
        };
        out.extend_from_slice(&self.fds[fd].name);
        if out.last().is_some_and(|last| *last != b'/') {
            out.push(b'/');
        }
        Base::Known
    }
}

impl Tracker {
    /// `chdir`, `getcwd`.
    pub(super) fn chdir_exit(&mut self, step: &mut Step<'_>) {
        if let Some(id) = step.thread.filter(|_| step.succeeded()) {
            self.change_directory(id, string(step.param(1)));
        }
    }

    /// `fchdir`.
    pub(super) fn fchdir_exit(&mut self, step: &mut Step<'_>) {
        if let (Some(id), Some(fd)) = (step.thread, step.fd)
            && step.succeeded()
        {
            let mut name = std::mem::take(&mut self.text);
            set_text(&mut name, &self.state.fds[fd].name);
            self.change_directory(id, &name);
            self.text = name;
        }
    }

    /// The working directory belongs to the process: a secondary thread changes the main thread's. As in Falco, a
    /// relative path is joined with the directory of the thread that calls, which secondary threads do not have.
    pub(super) fn change_directory(&mut self, id: ThreadId, path: &[u8]) {
        let Some(main) = self.state.main_thread_id(id) else { return };
        let new = join(&self.state.threads[id].cwd, path, &mut self.path);
        let entry = &mut self.state.threads[main];
        set_text(&mut entry.cwd, new);
        if entry.cwd.last() != Some(&b'/') {
            entry.cwd.push(b'/');
        }
        self.state.touch(main);
    }

    /// `chroot`.
    pub(super) fn chroot_exit(&mut self, step: &mut Step<'_>) {
        let Some(id) = step.thread.filter(|_| step.result == Some(0)) else { return };
        let path = step.param(1).text().unwrap_or(b"<NA>");
        let path = if path.is_empty() || path[0] == b'/' || path == b"<NA>" {
            path
        } else {
            join(self.state.cwd(&self.state.threads[id]), path, &mut self.path)
        };
        set_text(&mut self.state.threads[id].root, path);
        self.find_container(id);
        self.state.touch(id);
        debug_assert_eq!(step.code, E::SYSCALL_CHROOT_X);
    }
}
