//! Ids, capabilities, limits, sessions, memory counters of threads; users and groups.

use catalogue::EventCode as E;
use catalogue::constant::{
    PPM_CL_CLONE_NEWUSER, PPM_PR_GET_CHILD_SUBREAPER, PPM_PR_SET_CHILD_SUBREAPER, PPM_RLIMIT_NOFILE,
};

use super::process::string;
use super::{Step, Tracker};
use crate::state::thread::NO_ID;
use crate::state::{ContainerId, GroupEntry, ThreadId, UserEntry};

/// All capabilities that the kernel knows: CAP_CHOWN (0) to CAP_CHECKPOINT_RESTORE (40).
const ALL_CAPABILITIES: u64 = (1 << 41) - 1;

impl Tracker {
    /// `setuid`.
    pub(super) fn setuid_exit(&mut self, step: &mut Step<'_>) {
        self.set_user(step, 1);
    }

    /// `setresuid`, `setreuid`: the effective id.
    pub(super) fn setresuid_exit(&mut self, step: &mut Step<'_>) {
        self.set_user(step, 2);
    }

    /// `setgid`.
    pub(super) fn setgid_exit(&mut self, step: &mut Step<'_>) {
        self.set_group(step, 1);
    }

    /// `setresgid`, `setregid`: the effective id.
    pub(super) fn setresgid_exit(&mut self, step: &mut Step<'_>) {
        self.set_group(step, 2);
    }

    fn set_user(&mut self, step: &Step<'_>, param: usize) {
        if let (Some(id), Some(0), Some(uid)) = (step.thread, step.result, step.param(param).u32()) {
            self.state.threads[id].uid = uid;
            self.know_ids_of(id);
            self.state.touch(id);
        }
    }

    fn set_group(&mut self, step: &Step<'_>, param: usize) {
        if let (Some(id), Some(0), Some(gid)) = (step.thread, step.result, step.param(param).u32()) {
            self.state.threads[id].gid = gid;
            self.know_ids_of(id);
            self.state.touch(id);
        }
    }

    /// Makes sure that the names of a thread's user and group are known, if anybody knows them.
    pub(super) fn know_ids_of(&mut self, id: ThreadId) {
        let entry = &self.state.threads[id];
        let (container, pid, uid, gid) = (entry.container, entry.pid, entry.uid, entry.gid);
        if uid != NO_ID && self.state.users.user(container, uid).is_none() {
            let name = self.state.containers.id(container);
            let user = self.host.user(name, pid, uid).or_else(|| {
                let root = || UserEntry {
                    uid,
                    gid,
                    name: "root".into(),
                    home: "/root".into(),
                    shell: "<NA>".into(),
                };
                (uid == 0 && container.is_host()).then(root)
            });
            if let Some(user) = user {
                self.state.users.set_user(container, user);
                self.state.epoch += 1;
            }
        }
        if gid != NO_ID && self.state.users.group(container, gid).is_none() {
            let name = self.state.containers.id(container);
            let root = || GroupEntry { gid, name: "root".into() };
            let group =
                self.host.group(name, pid, gid).or_else(|| (gid == 0 && container.is_host()).then(root));
            if let Some(group) = group {
                self.state.users.set_group(container, group);
                self.state.epoch += 1;
            }
        }
    }

    /// A user appeared, changed or went away.
    pub(super) fn user_event(&mut self, step: &mut Step<'_>) {
        let text = |index: usize| String::from_utf8_lossy(string(step.param(index))).into();
        let Some(uid) = step.param(0).u32() else { return };
        let container = self.container_of_text(string(step.param(5)));
        if step.code == E::USER_DELETED_E {
            self.state.users.remove_user(container, uid);
        } else {
            let gid = step.param(1).u32().unwrap_or(NO_ID);
            let user = UserEntry { uid, gid, name: text(2), home: text(3), shell: text(4) };
            self.state.users.add_user(container, user);
        }
        self.state.epoch += 1;
    }

    /// A group appeared, changed or went away.
    pub(super) fn group_event(&mut self, step: &mut Step<'_>) {
        let Some(gid) = step.param(0).u32() else { return };
        let container = self.container_of_text(string(step.param(2)));
        if step.code == E::GROUP_DELETED_E {
            self.state.users.remove_group(container, gid);
        } else {
            let name = String::from_utf8_lossy(string(step.param(1))).into();
            self.state.users.add_group(container, GroupEntry { gid, name });
        }
        self.state.epoch += 1;
    }

    fn container_of_text(&mut self, text: &[u8]) -> ContainerId {
        self.state.containers.intern(&String::from_utf8_lossy(text))
    }

    /// `capset`.
    pub(super) fn capset_exit(&mut self, step: &mut Step<'_>) {
        let Some(id) = step.thread.filter(|_| step.succeeded()) else { return };
        let entry = &mut self.state.threads[id];
        entry.cap_inheritable = step.param(1).u64().unwrap_or(0);
        entry.cap_permitted = step.param(2).u64().unwrap_or(0);
        entry.cap_effective = step.param(3).u64().unwrap_or(0);
        self.state.touch(id);
    }

    /// `unshare`.
    pub(super) fn unshare_exit(&mut self, step: &mut Step<'_>) {
        self.new_user_namespace(step, step.param(1).u32().unwrap_or(0));
    }

    /// `setns`.
    pub(super) fn setns_exit(&mut self, step: &mut Step<'_>) {
        self.new_user_namespace(step, step.param(2).u32().unwrap_or(0));
    }

    /// Whoever enters a user namespace has all capabilities in it.
    fn new_user_namespace(&mut self, step: &Step<'_>, flags: u32) {
        let Some(id) = step.thread.filter(|_| step.succeeded()) else { return };
        if flags & PPM_CL_CLONE_NEWUSER == 0 {
            return;
        }
        let entry = &mut self.state.threads[id];
        entry.cap_inheritable = ALL_CAPABILITIES;
        entry.cap_permitted = ALL_CAPABILITIES;
        entry.cap_effective = ALL_CAPABILITIES;
        self.state.touch(id);
    }

    /// `getrlimit`, `setrlimit`.
    pub(super) fn rlimit_exit(&mut self, step: &mut Step<'_>) {
        let nofile = step.param(3).u8().map(u32::from) == Some(PPM_RLIMIT_NOFILE);
        if let (Some(id), Some(limit)) = (step.thread, step.param(1).i64())
            && step.succeeded()
            && nofile
            && limit != -1
        {
            self.set_fdlimit(id, limit);
        }
    }

    /// `prlimit`.
    pub(super) fn prlimit_exit(&mut self, step: &mut Step<'_>) {
        if step.result != Some(0) || step.param(6).u8().map(u32::from) != Some(PPM_RLIMIT_NOFILE) {
            return;
        }
        let (Some(limit), Some(tid)) = (step.param(1).i64(), step.param(5).i64()) else { return };
        if limit == -1 {
            return;
        }
        let tid = if tid == 0 { step.raw.tid() } else { tid };
        if let Some(id) = self.look_up_thread(tid)
            && !self.state.threads[id].is_invalid()
        {
            self.set_fdlimit(id, limit);
        }
    }

    fn set_fdlimit(&mut self, id: ThreadId, limit: i64) {
        if let Some(main) = self.state.main_thread_id(id) {
            self.state.threads[main].fdlimit = limit;
        }
    }

    /// `prctl`: a process may become the reaper of its orphaned descendants.
    pub(super) fn prctl_exit(&mut self, step: &mut Step<'_>) {
        let Some(id) = step.thread.filter(|_| step.succeeded()) else { return };
        let option = step.param(1).u32();
        if option != Some(PPM_PR_SET_CHILD_SUBREAPER) && option != Some(PPM_PR_GET_CHILD_SUBREAPER) {
            return;
        }
        let entry = &self.state.threads[id];
        if let Some(group) = entry.group.filter(|_| !entry.is_invalid()) {
            self.state.threads.group_mut(group).reaper = step.param(3).i64().unwrap_or(0) != 0;
        }
    }

    /// `setsid`.
    pub(super) fn setsid_exit(&mut self, step: &mut Step<'_>) {
        if let (Some(id), Some(sid)) = (step.thread, step.result.filter(|sid| *sid >= 0)) {
            self.state.threads[id].sid = sid;
            self.state.touch(id);
        }
    }

    /// `brk`, `mmap`, `munmap`.
    pub(super) fn memory_exit(&mut self, step: &mut Step<'_>) {
        let Some(id) = step.thread else { return };
        let mut params = step.raw.params().skip(1);
        let mut next = || params.next().and_then(|param| param.u32());
        let (size, rss, swap) = (next(), next(), next());
        let entry = &mut self.state.threads[id];
        entry.vmsize = size.unwrap_or(entry.vmsize);
        if let Some(swap) = swap {
            entry.vmrss = rss.unwrap_or(0);
            entry.vmswap = swap;
        }
    }

    /// A switch to another thread: the counters of the one that leaves.
    pub(super) fn context_switch(&mut self, step: &mut Step<'_>) {
        let (Some(id), Some(swap)) = (step.thread, step.param(5).u32()) else { return };
        let entry = &mut self.state.threads[id];
        entry.pfmajor = step.param(1).u64().unwrap_or(0);
        entry.pfminor = step.param(2).u64().unwrap_or(0);
        if let Some(main) = self.state.main_thread_id(id) {
            let main = &mut self.state.threads[main];
            main.vmsize = step.param(3).u32().unwrap_or(0);
            main.vmrss = step.param(4).u32().unwrap_or(0);
            main.vmswap = swap;
        }
    }

    /// The source lost events.
    pub(super) fn drop_event(&mut self, _: &mut Step<'_>) {
        self.stats.drop_events += 1;
    }
}
