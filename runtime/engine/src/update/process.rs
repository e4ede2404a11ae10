//! Creation of processes and threads. Both sides of a call report it; whichever comes first creates the entry.

use catalogue::EventCode as E;
use events::Param;

use super::{Step, Tracker};
use crate::state::thread::{NO_ID, set_text};
use crate::state::{ThreadFlags, ThreadId};

/// Nanoseconds for which an entry counts as created by the other side of the same call.
const SAME_CALL_NS: u64 = 2_000_000_000;

/// Positions of the parameters that creating and executing calls share.
pub(super) mod common {
    pub(in super::super) const EXE: usize = 1;
    pub(in super::super) const ARGS: usize = 2;
    pub(in super::super) const PID: usize = 4;
    pub(in super::super) const PTID: usize = 5;
    pub(in super::super) const FDLIMIT: usize = 7;
    pub(in super::super) const FAULTS_MAJOR: usize = 8;
    pub(in super::super) const FAULTS_MINOR: usize = 9;
    pub(in super::super) const VM_SIZE: usize = 10;
    pub(in super::super) const VM_RSS: usize = 11;
    pub(in super::super) const VM_SWAP: usize = 12;
    pub(in super::super) const COMM: usize = 13;
    pub(in super::super) const CGROUPS: usize = 14;
}

/// Positions of the parameters that all creating calls share.
mod at {
    pub(super) use super::common::*;

    pub(super) const FLAGS: usize = 15;
    pub(super) const UID: usize = 16;
    pub(super) const GID: usize = 17;
    pub(super) const VTID: usize = 18;
    pub(super) const VPID: usize = 19;
    pub(super) const PIDNS_START: usize = 20;
    pub(super) const COUNT: usize = 21;
}

/// The parameters of an event, read in one pass.
pub(super) struct Params<'r, const N: usize>([Param<'r>; N]);

impl<'r, const N: usize> Params<'r, N> {
    pub(super) fn of(step: &Step<'r>) -> Params<'r, N> {
        let mut params = [Param::default(); N];
        params.iter_mut().zip(step.raw.params()).for_each(|(slot, param)| *slot = param);
        Params(params)
    }

    pub(super) fn get(&self, index: usize) -> Param<'r> {
        self.0.get(index).copied().unwrap_or_default()
    }
}

/// A text parameter: empty without a value, `<NA>` where an old recorder wrote a null pointer.
pub(super) fn string(param: Param<'_>) -> &[u8] {
    if param.is_empty() { b"" } else { param.text().unwrap_or(b"<NA>") }
}

type CloneParams<'r> = Params<'r, { at::COUNT }>;

impl Tracker {
    /// `clone`, `clone3`, `fork`, `vfork`.
    pub(super) fn clone_exit(&mut self, step: &mut Step<'_>) {
        let params = CloneParams::of(step);
        match step.result {
            Some(0) => self.clone_child(step, &params),
            Some(child) if child > 0 => self.clone_caller(step, &params, child),
            _ => {}
        }
    }

    /// The caller's side: completes the caller, and creates the child unless its own side must do that.
    fn clone_caller(&mut self, step: &mut Step<'_>, params: &CloneParams<'_>, child_tid: i64) {
        let caller_tid = step.raw.tid();
        let Some(caller) = self.look_up_thread(caller_tid) else {
            step.thread = None;
            return;
        };
        let valid = !self.state.threads[caller].is_invalid();
        if !valid {
            let entry = &mut self.state.threads[caller];
            entry.pid = params.get(at::PID).i64().unwrap_or(-1);
            entry.ptid = params.get(at::PTID).i64().unwrap_or(-1);
            let vpid = params.get(at::VPID).i64();
            entry.vtid = if vpid.is_some() { params.get(at::VTID).i64().unwrap_or(-1) } else { caller_tid };
            entry.vpid = vpid.unwrap_or(-1);
            self.link(caller);
            self.state.touch(caller);
        }
        step.thread = Some(caller);
        let flags = ThreadFlags(params.get(at::FLAGS).u32().unwrap_or(0));
        // In a namespace of its own the result is a number of that namespace; and the child of a vfork may be gone by
        // the time its parent continues.
        const CHILD_KNOWS_BETTER: ThreadFlags = ThreadFlags::CHILD_IN_PIDNS
            .union(ThreadFlags::CLONE_NEWPID)
            .union(ThreadFlags::CLONE_PARENT)
            .union(ThreadFlags::CLONE_VFORK);
        if flags.intersects(CHILD_KNOWS_BETTER)
            || caller_tid != self.state.threads[caller].vtid
            || step.code == E::SYSCALL_VFORK_20_X
            || self.recently_exited.contains(child_tid, caller_tid, step.ts)
        {
            return;
        }
        let mut collision = false;
        if let Some(existing) = self.state.threads.find(child_tid) {
            if self.state.threads[existing].flags.contains(ThreadFlags::INVERTED) {
                return;
            }
            self.remove_thread(child_tid);
            collision = true;
        }
        let child = self.state.threads.create();
        let (caller_pid, caller_ptid) = (self.state.threads[caller].pid, self.state.threads[caller].ptid);
        let lastexec_ts = self.state.threads[caller].lastexec_ts;
        let boot_ts = self.boot_ts();
        let entry = &mut self.state.threads[child];
        entry.flags = flags;
        entry.tid = child_tid;
        if flags.contains(ThreadFlags::CLONE_THREAD) {
            entry.pid = caller_pid;
            entry.ptid = caller_ptid;
            entry.flags.insert(ThreadFlags::CLONE_FILES);
            entry.lastexec_ts = lastexec_ts;
        } else {
            entry.pid = child_tid;
            entry.ptid = caller_tid;
        }
        entry.vtid = entry.tid;
        entry.vpid = entry.pid;
        entry.pidns_init_start_ts = boot_ts;
        self.fill_from_event(child, step, params);
        if valid {
            self.inherit(caller, child, !flags.contains(ThreadFlags::CLONE_THREAD));
        } else {
            self.lend_name(child, caller);
        }
        self.find_container(child);
        self.know_ids_of(child);
        self.add_thread(child);
        if collision {
            self.refresh(step);
        }
    }

    /// The child's side: creates the child, unless the caller's side just did.
    fn clone_child(&mut self, step: &mut Step<'_>, params: &CloneParams<'_>) {
        let child_tid = step.raw.tid();
        if let Some(existing) = step.thread
            && self.state.threads[existing].clone_ts != 0
        {
            if step.ts.wrapping_sub(self.state.threads[existing].clone_ts) < SAME_CALL_NS {
                return;
            }
            self.remove_thread(child_tid);
            step.thread = None;
        }
        let flags = ThreadFlags(params.get(at::FLAGS).u32().unwrap_or(0));
        let is_process = !flags.contains(ThreadFlags::CLONE_THREAD);
        let pid = params.get(at::PID).i64().unwrap_or(-1);
        let ptid = params.get(at::PTID).i64().unwrap_or(-1);
        let vpid = params.get(at::VPID).i64();
        // A process takes from its parent, a thread from its main thread.
        let Some(source) = self.look_up_thread(if is_process { ptid } else { pid }) else {
            step.thread = None;
            return;
        };
        let valid = !self.state.threads[source].is_invalid();
        if !valid && !is_process {
            let entry = &mut self.state.threads[source];
            entry.pid = pid;
            entry.ptid = ptid;
            entry.vpid = vpid.unwrap_or(-1);
            entry.vtid = entry.vpid;
            self.link(source);
            self.state.touch(source);
        }
        let lastexec_ts = self.state.threads[source].lastexec_ts;
        let boot_ts = self.boot_ts();
        let child = self.state.threads.create();
        let entry = &mut self.state.threads[child];
        entry.tid = child_tid;
        entry.pid = pid;
        entry.ptid = ptid;
        entry.vtid = if vpid.is_some() { params.get(at::VTID).i64().unwrap_or(-1) } else { child_tid };
        entry.vpid = vpid.unwrap_or(-1);
        entry.flags = flags.union(ThreadFlags::INVERTED);
        if !is_process {
            entry.flags.insert(ThreadFlags::CLONE_FILES);
            entry.lastexec_ts = if valid { lastexec_ts } else { 0 };
        }
        let in_namespace = flags.intersects(ThreadFlags::CHILD_IN_PIDNS.union(ThreadFlags::CLONE_NEWPID))
            || entry.tid != entry.vtid;
        if !in_namespace {
            entry.pidns_init_start_ts = boot_ts;
        } else if let Some(start) = params.get(at::PIDNS_START).u64() {
            entry.pidns_init_start_ts = start.wrapping_add(boot_ts);
        }
        self.fill_from_event(child, step, params);
        if valid {
            self.inherit(source, child, is_process);
        } else if !is_process {
            self.lend_name(child, source);
        }
        self.find_container(child);
        self.know_ids_of(child);
        step.thread = self.add_thread(child);
    }

    /// What the event itself tells about a new thread.
    fn fill_from_event(&mut self, child: ThreadId, step: &Step<'_>, params: &CloneParams<'_>) {
        let entry = &mut self.state.threads[child];
        let exe = string(params.get(at::EXE));
        set_text(&mut entry.exe, exe);
        entry.args.set(params.get(at::ARGS).bytes());
        let comm = params.get(at::COMM);
        set_text(&mut entry.comm, if comm.is_empty() { exe } else { string(comm) });
        entry.fdlimit = params.get(at::FDLIMIT).i64().unwrap_or(-1);
        if let Some(swap) = params.get(at::VM_SWAP).u32() {
            entry.pfmajor = params.get(at::FAULTS_MAJOR).u64().unwrap_or(0);
            entry.pfminor = params.get(at::FAULTS_MINOR).u64().unwrap_or(0);
            entry.vmsize = params.get(at::VM_SIZE).u32().unwrap_or(0);
            entry.vmrss = params.get(at::VM_RSS).u32().unwrap_or(0);
            entry.vmswap = swap;
        }
        entry.uid = params.get(at::UID).u32().unwrap_or(NO_ID);
        entry.gid = params.get(at::GID).u32().unwrap_or(NO_ID);
        let cgroups = params.get(at::CGROUPS);
        if !cgroups.is_empty() {
            entry.set_cgroups(cgroups.strings());
        }
        entry.clone_ts = step.ts;
    }

    /// What a new thread has from an existing one; a new process also copies descriptors, directory and environment.
    fn inherit(&mut self, from: ThreadId, to: ThreadId, is_process: bool) {
        let Ok([parent, child]) = self.state.threads.pair(from, to) else { return };
        set_text(&mut child.exepath, &parent.exepath);
        set_text(&mut child.root, &parent.root);
        child.exe_marks = parent.exe_marks;
        child.sid = parent.sid;
        child.vpgid = parent.vpgid;
        child.pgid = parent.pgid;
        child.tty = parent.tty;
        child.loginuid = parent.loginuid;
        child.cap_permitted = parent.cap_permitted;
        child.cap_inheritable = parent.cap_inheritable;
        child.cap_effective = parent.cap_effective;
        child.exe_ino = parent.exe_ino;
        child.exe_ino_ctime = parent.exe_ino_ctime;
        child.exe_ino_mtime = parent.exe_ino_mtime;
        child.exe_ino_ctime_duration_clone_ts = parent.exe_ino_ctime_duration_clone_ts;
        if !is_process {
            return;
        }
        child.env.copy_from(&parent.env);
        self.state.copy_fds(from, to);
        // The directory is that of the caller's process.
        let mut cwd = std::mem::take(&mut self.state.threads[to].cwd);
        set_text(&mut cwd, self.state.cwd(&self.state.threads[from]));
        self.state.threads[to].cwd = cwd;
    }

    /// A placeholder learns its names from the thread it created or leads.
    fn lend_name(&mut self, from: ThreadId, to: ThreadId) {
        let Ok([child, other]) = self.state.threads.pair(from, to) else { return };
        set_text(&mut other.exe, &child.exe);
        set_text(&mut other.comm, &child.comm);
        other.args.copy_from(&child.args);
    }

    /// Looks the event's thread up again, after an entry with the tid it is about was replaced.
    fn refresh(&mut self, step: &mut Step<'_>) {
        step.thread = self.state.threads.find(step.raw.tid());
    }
}
