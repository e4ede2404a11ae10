//! Execution of programs.

use catalogue::EventCode as E;
use catalogue::constant::PPM_EXVAT_AT_EMPTY_PATH;
use catalogue::constant::{
    PPM_EPOLL_CLOEXEC, PPM_EXE_FROM_MEMFD, PPM_EXE_LOWER_LAYER, PPM_EXE_UPPER_LAYER, PPM_EXE_WRITABLE,
    PPM_MFD_CLOEXEC, PPM_O_CLOEXEC,
};

use super::file::Base;
use super::process::{Params, string};
use super::{Step, Tracker};
use crate::state::path::join;
use crate::state::thread::set_text;
use crate::state::{ExeMarks, FdInfo, FdKind, ThreadFlags, ThreadId};

mod at {
    pub(super) use super::super::process::common::*;

    pub(super) const ENV: usize = 15;
    pub(super) const TTY: usize = 16;
    pub(super) const VPGID: usize = 17;
    pub(super) const LOGINUID: usize = 18;
    pub(super) const FLAGS: usize = 19;
    pub(super) const CAP_INHERITABLE: usize = 20;
    pub(super) const CAP_PERMITTED: usize = 21;
    pub(super) const CAP_EFFECTIVE: usize = 22;
    pub(super) const EXE_INO: usize = 23;
    pub(super) const EXE_CTIME: usize = 24;
    pub(super) const EXE_MTIME: usize = 25;
    pub(super) const UID: usize = 26;
    pub(super) const EXEPATH: usize = 27;
    pub(super) const PGID: usize = 28;
    pub(super) const GID: usize = 29;
    pub(super) const COUNT: usize = 31;
}

type ExecParams<'r> = Params<'r, { at::COUNT }>;

impl FdInfo {
    /// Whether a successful execution closes the descriptor.
    pub(super) fn closes_on_exec(&self) -> bool {
        self.open_flags & PPM_O_CLOEXEC != 0
            || (self.kind == FdKind::EventPoll && self.open_flags & PPM_EPOLL_CLOEXEC != 0)
            || (self.kind == FdKind::MemFd && self.open_flags & PPM_MFD_CLOEXEC != 0)
    }
}

impl Tracker {
    /// `execve`, `execveat`.
    pub(super) fn execve_exit(&mut self, step: &mut Step<'_>) {
        if !step.succeeded() {
            return;
        }
        let Some(id) = step.thread else { return };
        let params = ExecParams::of(step);
        self.revive(id);
        self.exec_identity(id, step, &params);
        self.exec_details(id, &params);
        if !params.get(at::EXEPATH).is_empty() {
            self.state.threads[id].set_exepath(string(params.get(at::EXEPATH)));
        } else {
            self.exec_path_from_enter(id, step);
        }
        self.find_container(id);
        self.know_ids_of(id);
        self.close_on_exec(id);
        let entry = &mut self.state.threads[id];
        const KEPT: ThreadFlags = ThreadFlags::PIPE_SRC
            .union(ThreadFlags::PIPE_DST)
            .union(ThreadFlags::MAIN_THREAD)
            .union(ThreadFlags::INVERTED);
        entry.flags =
            entry.flags.intersection(KEPT).union(ThreadFlags::ACTIVE).union(ThreadFlags::NAME_CHANGED);
        self.remove_other_threads(id);
        self.state.touch(id);
    }

    /// A secondary thread may execute a program after its main thread ended: it gets the main thread's id.
    fn revive(&mut self, id: ThreadId) {
        let entry = &mut self.state.threads[id];
        if !entry.is_dead() {
            return;
        }
        entry.flags.remove(ThreadFlags::CLOSED);
        if let Some(group) = entry.group {
            self.state.threads.group_mut(group).alive += 1;
        }
    }

    fn exec_identity(&mut self, id: ThreadId, step: &Step<'_>, params: &ExecParams<'_>) {
        let entry = &mut self.state.threads[id];
        let exe = string(params.get(at::EXE));
        set_text(&mut entry.exe, exe);
        entry.lastexec_ts = step.ts;
        let comm = params.get(at::COMM);
        set_text(&mut entry.comm, if comm.is_empty() { exe } else { string(comm) });
        entry.args.set(params.get(at::ARGS).bytes());
        entry.pid = params.get(at::PID).i64().unwrap_or(entry.pid);
        if entry.is_invalid() {
            entry.ptid = params.get(at::PTID).i64().unwrap_or(-1);
            if !entry.flags.contains(ThreadFlags::CHILD_IN_PIDNS) {
                entry.vtid = entry.tid;
                entry.vpid = entry.pid;
            }
            self.link(id);
        }
    }

    fn exec_details(&mut self, id: ThreadId, params: &ExecParams<'_>) {
        let entry = &mut self.state.threads[id];
        entry.fdlimit = params.get(at::FDLIMIT).i64().unwrap_or(-1);
        if let Some(swap) = params.get(at::VM_SWAP).u32() {
            entry.pfmajor = params.get(at::FAULTS_MAJOR).u64().unwrap_or(0);
            entry.pfminor = params.get(at::FAULTS_MINOR).u64().unwrap_or(0);
            entry.vmsize = params.get(at::VM_SIZE).u32().unwrap_or(0);
            entry.vmrss = params.get(at::VM_RSS).u32().unwrap_or(0);
            entry.vmswap = swap;
        }
        let env = params.get(at::ENV);
        if !env.is_empty() {
            entry.env.set(env.bytes());
        }
        let cgroups = params.get(at::CGROUPS);
        if !cgroups.is_empty() {
            entry.set_cgroups(cgroups.strings());
        }
        entry.tty = params.get(at::TTY).u32().unwrap_or(entry.tty);
        entry.vpgid = params.get(at::VPGID).i64().unwrap_or(entry.vpgid);
        entry.loginuid = params.get(at::LOGINUID).u32().unwrap_or(entry.loginuid);
        if let Some(flags) = params.get(at::FLAGS).u32() {
            entry.exe_marks = ExeMarks {
                writable: flags & PPM_EXE_WRITABLE != 0,
                upper_layer: flags & PPM_EXE_UPPER_LAYER != 0,
                lower_layer: flags & PPM_EXE_LOWER_LAYER != 0,
                from_memfd: flags & PPM_EXE_FROM_MEMFD != 0,
            };
        }
        if let Some(effective) = params.get(at::CAP_EFFECTIVE).u64() {
            entry.cap_inheritable = params.get(at::CAP_INHERITABLE).u64().unwrap_or(0);
            entry.cap_permitted = params.get(at::CAP_PERMITTED).u64().unwrap_or(0);
            entry.cap_effective = effective;
        }
        if let Some(mtime) = params.get(at::EXE_MTIME).u64() {
            entry.exe_ino = params.get(at::EXE_INO).u64().unwrap_or(0);
            entry.exe_ino_ctime = params.get(at::EXE_CTIME).u64().unwrap_or(0);
            entry.exe_ino_mtime = mtime;
            entry.exe_times();
        }
        entry.uid = params.get(at::UID).u32().unwrap_or(entry.uid);
        entry.pgid = params.get(at::PGID).i64().unwrap_or(-1);
        entry.gid = params.get(at::GID).u32().unwrap_or(entry.gid);
    }

    /// Old captures do not tell the resolved path: it is put together from what the program passed.
    fn exec_path_from_enter(&mut self, id: ThreadId, step: &mut Step<'_>) {
        let Some(enter) = step.enter else { return };
        let mut text = std::mem::take(&mut self.text);
        let enter = self.enters.get(enter);
        if enter.code() == E::SYSCALL_EXECVE_19_E {
            let name = string(enter.param(0));
            let cwd = self.state.cwd(&self.state.threads[id]);
            set_text(&mut text, if name == b"<NA>" { name } else { join(cwd, name, &mut self.path) });
        } else {
            let name = enter.param(1).text().unwrap_or(b"<NA>");
            let num = enter.param(0).i64().unwrap_or(-1);
            let empty_path = enter.param(2).u32().unwrap_or(0) & PPM_EXVAT_AT_EMPTY_PATH != 0;
            let base = self.state.directory(id, name, num, &mut text);
            if base == Base::Known {
                step.fd = self.state.fd_id(id, num);
            }
            let path = if (!empty_path && name == b"<NA>") || base == Base::Unknown {
                b"<NA>"
            } else if empty_path {
                // The descriptor itself is the program; its form as a directory ends in a slash.
                join(b"", &text, &mut self.path)
            } else {
                join(&text, name, &mut self.path)
            };
            set_text(&mut text, path);
        }
        self.state.threads[id].set_exepath(&text);
        self.text = text;
    }

    fn close_on_exec(&mut self, id: ThreadId) {
        let Some(owner) = self.state.table_owner(id) else { return };
        let mut table = std::mem::take(&mut self.state.threads[owner].fds);
        let fds = &mut self.state.fds;
        let mut closed = std::mem::take(&mut self.closed);
        table.retain(|_, id| !fds[id].closes_on_exec(), |id| closed.push(id));
        closed.drain(..).for_each(|id| fds.release(id));
        self.closed = closed;
        self.state.threads[owner].fds = table;
    }

    /// The kernel ends all other threads of the process before it runs the program.
    fn remove_other_threads(&mut self, id: ThreadId) {
        let Some(group) = self.state.threads[id].group.and_then(|group| self.state.threads.group(group))
        else {
            return;
        };
        if group.alive <= 1 {
            return;
        }
        let mut tids = std::mem::take(&mut self.tids);
        tids.clear();
        for other in group.threads() {
            let other_entry = &self.state.threads[*other];
            if *other != id && !other_entry.is_main() {
                tids.push(other_entry.tid);
            }
        }
        for tid in tids.drain(..) {
            self.remove_thread(tid);
        }
        self.tids = tids;
    }
}
