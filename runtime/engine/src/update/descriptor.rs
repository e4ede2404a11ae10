//! Descriptors: closing, duplicating, and those of anonymous kernel objects.

use std::io::Write;

use catalogue::EventCode as E;
use catalogue::constant::{
    PPM_CLOSE_RANGE_CLOEXEC, PPM_EPOLL_CLOEXEC, PPM_FCNTL_F_DUPFD, PPM_FCNTL_F_DUPFD_CLOEXEC,
    PPM_FCNTL_F_SETFD, PPM_MFD_CLOEXEC, PPM_O_CLOEXEC,
};

use super::process::string;
use super::{Step, Tracker};
use crate::state::thread::set_text;
use crate::state::{FdInfo, FdKind, ThreadFlags};

/// The argument of `F_SETFD` that means close-on-exec.
const FD_CLOEXEC: u64 = 1;

/// Every bit that means close-on-exec for some kind of descriptor.
const CLOEXEC_BITS: u32 = PPM_O_CLOEXEC | PPM_EPOLL_CLOEXEC | PPM_MFD_CLOEXEC;

impl Tracker {
    /// `close`: the descriptor goes before the next event.
    #[inline]
    pub(super) fn close_exit(&mut self, step: &mut Step<'_>) {
        if let (Some(id), Some(_), true) = (step.thread, step.fd, step.succeeded()) {
            let entry = &self.state.threads[id];
            self.pending.fd = Some((entry.tid, entry.lastevent_fd));
            self.pending.any = true;
        }
    }

    /// `close_range`.
    pub(super) fn close_range_exit(&mut self, step: &mut Step<'_>) {
        let Some(owner) = step.thread.and_then(|id| self.state.table_owner(id)) else { return };
        if !step.succeeded() {
            return;
        }
        let number = |index: usize| step.param(index).u32().unwrap_or(0);
        let range = i64::from(number(1))..=i64::from(number(2));
        if number(3) & PPM_CLOSE_RANGE_CLOEXEC == 0 {
            let state = &mut self.state;
            let fds = &mut state.fds;
            state.threads[owner].fds.retain(|num, _| !range.contains(&num), |id| fds.release(id));
            return;
        }
        let mut nums = std::mem::take(&mut self.tids);
        nums.clear();
        nums.extend(
            self.state.threads[owner].fds.iter().map(|(num, _)| num).filter(|num| range.contains(num)),
        );
        for num in nums.drain(..) {
            if let Some(fd) = self.state.own_fd(owner, num) {
                self.state.fds.get_mut(fd).open_flags |= PPM_O_CLOEXEC;
            }
        }
        self.tids = nums;
    }

    /// `dup`, `dup2`, `dup3`.
    pub(super) fn dup_exit(&mut self, step: &mut Step<'_>) {
        let (Some(id), Some(_), Some(num)) = (step.thread, step.fd, step.value()) else { return };
        // A shell connects processes through pipes by duplicating to standard input and output.
        let flags = &mut self.state.threads[id].flags;
        match num {
            0 => flags.insert(ThreadFlags::PIPE_DST),
            1 => flags.insert(ThreadFlags::PIPE_SRC),
            _ => {}
        }
        let cloexec = step.code == E::SYSCALL_DUP3_X && step.param(3).u32().unwrap_or(0) & PPM_O_CLOEXEC != 0;
        self.duplicate(step, num, cloexec);
    }

    /// `fcntl`: duplication and close-on-exec.
    pub(super) fn fcntl_exit(&mut self, step: &mut Step<'_>) {
        let command = step.param(2).u8().map_or(0, u32::from);
        if !matches!(command, PPM_FCNTL_F_DUPFD | PPM_FCNTL_F_DUPFD_CLOEXEC | PPM_FCNTL_F_SETFD) {
            return;
        }
        let (Some(_), Some(_), Some(num)) = (step.thread, step.fd, step.value()) else { return };
        if command != PPM_FCNTL_F_SETFD {
            self.duplicate(step, num, command == PPM_FCNTL_F_DUPFD_CLOEXEC);
            return;
        }
        let cloexec = step.param(3).u64().unwrap_or(0) & FD_CLOEXEC != 0;
        if let Some(fd) = self.own_fd(step) {
            set_cloexec(self.state.fds.get_mut(fd), cloexec);
        }
    }

    /// The event's descriptor gets a second number.
    fn duplicate(&mut self, step: &mut Step<'_>, num: i64, cloexec: bool) {
        let Some(fd) = step.fd else { return };
        let copy = self.state.fds.duplicate(fd);
        set_cloexec(self.state.fds.get_mut(copy), cloexec);
        self.add_fd(step, num, copy);
        step.name_changed = false;
    }

    /// `pipe`, `pipe2`.
    pub(super) fn pipe_exit(&mut self, step: &mut Step<'_>) {
        let (Some(_), true) = (step.thread, step.succeeded()) else { return };
        let (Some(first), Some(second)) = (step.param(1).i64(), step.param(2).i64()) else { return };
        let ino = step.param(3).u64().unwrap_or(0);
        let flags = if step.code == E::SYSCALL_PIPE2_X { step.param(4).u32().unwrap_or(0) } else { 0 };
        for num in [first, second] {
            let fd = self.state.fds.create();
            let entry = self.state.fds.get_mut(fd);
            entry.kind = FdKind::Fifo;
            entry.ino = ino;
            entry.open_flags = flags;
            self.add_fd(step, num, fd);
        }
    }

    /// `eventfd`, `eventfd2`.
    pub(super) fn eventfd_exit(&mut self, step: &mut Step<'_>) {
        let flags =
            if step.code == E::SYSCALL_EVENTFD2_X { step.param(1).u16().map_or(0, u32::from) } else { 0 };
        self.add_anonymous(step, FdKind::Event, flags);
    }

    /// `signalfd`, `signalfd4`.
    pub(super) fn signalfd_exit(&mut self, step: &mut Step<'_>) {
        let flags =
            if step.code == E::SYSCALL_SIGNALFD4_X { step.param(1).u16().map_or(0, u32::from) } else { 0 };
        self.add_anonymous(step, FdKind::Signal, flags);
    }

    /// `timerfd_create`.
    pub(super) fn timerfd_exit(&mut self, step: &mut Step<'_>) {
        let flags = step.param(2).u8().map_or(0, u32::from);
        self.add_anonymous(step, FdKind::Timer, flags);
    }

    /// `inotify_init`, `inotify_init1`.
    pub(super) fn inotify_exit(&mut self, step: &mut Step<'_>) {
        let flags = if step.code == E::SYSCALL_INOTIFY_INIT1_X {
            step.param(1).u16().map_or(0, u32::from)
        } else {
            0
        };
        self.add_anonymous(step, FdKind::Inotify, flags);
    }

    /// `bpf`.
    pub(super) fn bpf_exit(&mut self, step: &mut Step<'_>) {
        self.add_anonymous(step, FdKind::Bpf, 0);
    }

    /// `userfaultfd`.
    pub(super) fn userfaultfd_exit(&mut self, step: &mut Step<'_>) {
        self.add_anonymous(step, FdKind::UserFault, 0);
    }

    /// `io_uring_setup`.
    pub(super) fn io_uring_exit(&mut self, step: &mut Step<'_>) {
        self.add_anonymous(step, FdKind::IoUring, 0);
    }

    /// `epoll_create`, `epoll_create1`.
    pub(super) fn epoll_exit(&mut self, step: &mut Step<'_>) {
        let cloexec = step.code == E::SYSCALL_EPOLL_CREATE1_X
            && step.param(1).u32().unwrap_or(0) & PPM_EPOLL_CLOEXEC != 0;
        self.add_anonymous(step, FdKind::EventPoll, if cloexec { PPM_O_CLOEXEC } else { 0 });
    }

    fn add_anonymous(&mut self, step: &mut Step<'_>, kind: FdKind, flags: u32) {
        let (Some(_), Some(num)) = (step.thread, step.value()) else { return };
        let fd = self.state.fds.create();
        let entry = self.state.fds.get_mut(fd);
        entry.kind = kind;
        entry.open_flags = flags;
        self.add_fd(step, num, fd);
    }

    /// `memfd_create`.
    pub(super) fn memfd_exit(&mut self, step: &mut Step<'_>) {
        let (Some(_), Some(num)) = (step.thread, step.value()) else { return };
        let fd = self.state.fds.create();
        let entry = self.state.fds.get_mut(fd);
        entry.kind = FdKind::MemFd;
        set_text(&mut entry.name, string(step.param(1)));
        entry.open_flags = step.param(2).u32().unwrap_or(0);
        self.add_fd(step, num, fd);
    }

    /// `pidfd_open`.
    pub(super) fn pidfd_open_exit(&mut self, step: &mut Step<'_>) {
        let (Some(_), Some(num)) = (step.thread, step.value()) else { return };
        let fd = self.state.fds.create();
        let entry = self.state.fds.get_mut(fd);
        entry.kind = FdKind::PidFd;
        entry.pid = step.param(1).i64().unwrap_or(0);
        let pid = entry.pid;
        let _ = write!(entry.name, "/proc/{pid}");
        entry.open_flags = step.param(2).u32().unwrap_or(0);
        self.add_fd(step, num, fd);
    }

    /// `pidfd_getfd`: a descriptor of another process.
    pub(super) fn pidfd_getfd_exit(&mut self, step: &mut Step<'_>) {
        let (Some(id), Some(num)) = (step.thread, step.value()) else { return };
        let (Some(pidfd), Some(target)) = (step.param(1).i64(), step.param(2).i64()) else { return };
        let Some(pidfd) = self.state.fd_id(id, pidfd).map(|fd| &self.state.fds[fd]) else { return };
        if pidfd.kind != FdKind::PidFd {
            return;
        }
        let Some(other) = self.state.threads.find(pidfd.pid) else { return };
        let Some(fd) = self.state.fd_id(other, target) else { return };
        let copy = self.state.fds.duplicate(fd);
        set_cloexec(self.state.fds.get_mut(copy), true);
        self.add_fd(step, num, copy);
        step.name_changed = false;
    }
}

/// Sets or clears close-on-exec.
fn set_cloexec(entry: &mut FdInfo, on: bool) {
    entry.open_flags &= !CLOEXEC_BITS;
    if on {
        entry.open_flags |= PPM_O_CLOEXEC;
    }
}
