//! One thread.

use catalogue::{EVENT_COUNT, EventCode};
use events::param::Strings;

use super::containers::ContainerId;
use super::fd_table::FdTable;
use super::flags::ThreadFlags;
use super::text_list::TextList;

/// "No user", "no group".
pub const NO_ID: u32 = u32::MAX;

/// Index of a thread in its table; valid until the thread is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadId(pub(crate) u32);

impl ThreadId {
    /// Its position, for tables beside the thread table.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Index of a thread group; valid until its last thread is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupId(pub(crate) u32);

/// Facts about a thread's executable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExeMarks {
    /// The thread's user may write to it.
    pub writable: bool,
    /// It is in the upper layer of an overlay.
    pub upper_layer: bool,
    /// It is in the lower layer of an overlay.
    pub lower_layer: bool,
    /// It is an anonymous memory file.
    pub from_memfd: bool,
}

/// Replaces a text, in its own buffer.
#[inline]
pub(crate) fn set_text(text: &mut Vec<u8>, bytes: &[u8]) {
    text.clear();
    text.extend_from_slice(bytes);
}

/// One thread. Numbers are −1 and texts empty while unknown, unless said otherwise. Texts need not be UTF-8.
#[derive(Debug)]
pub struct ThreadInfo {
    /// Id in the host's namespace.
    pub tid: i64,
    /// Id of the process (thread group).
    pub pid: i64,
    /// Thread id of the parent; 0 without one.
    pub ptid: i64,
    /// Session id.
    pub sid: i64,
    /// Process group in the thread's own namespace.
    pub vpgid: i64,
    /// Process group in the host's namespace.
    pub pgid: i64,
    /// Thread id in its own namespace.
    pub vtid: i64,
    /// Process id in its own namespace.
    pub vpid: i64,
    /// Name of the command.
    pub comm: Vec<u8>,
    /// The first command-line argument.
    pub exe: Vec<u8>,
    /// Path of the executable.
    pub exepath: Vec<u8>,
    /// Arguments without the first.
    pub args: TextList,
    /// Environment (`NAME=value`); of use on the main thread.
    pub env: TextList,
    /// Control groups (`subsystem=path`).
    pub cgroups: TextList,
    /// Working directory with a final slash; of use on the main thread, see [`super::State::cwd`].
    pub cwd: Vec<u8>,
    /// Root directory.
    pub root: Vec<u8>,
    /// Effective user; [`NO_ID`] when unknown.
    pub uid: u32,
    /// Effective group; [`NO_ID`] when unknown.
    pub gid: u32,
    /// User that logged in; [`NO_ID`] when none did.
    pub loginuid: u32,
    /// Permitted capabilities, one bit each.
    pub cap_permitted: u64,
    /// Effective capabilities.
    pub cap_effective: u64,
    /// Inheritable capabilities.
    pub cap_inheritable: u64,
    /// Flags.
    pub flags: ThreadFlags,
    /// Soft limit of open descriptors.
    pub fdlimit: i64,
    /// Terminal device number; 0 without one.
    pub tty: u32,
    /// Facts about the executable.
    pub exe_marks: ExeMarks,
    /// Inode of the executable; 0 when unknown.
    pub exe_ino: u64,
    /// Its status-change time, nanoseconds since the epoch.
    pub exe_ino_ctime: u64,
    /// Its modification time, nanoseconds since the epoch.
    pub exe_ino_mtime: u64,
    /// Start of the process minus the executable's status-change time, nanoseconds.
    pub exe_ino_ctime_duration_clone_ts: u64,
    /// The executable's status-change time minus the start of the process id namespace, nanoseconds.
    pub exe_ino_ctime_duration_pidns_start: u64,
    /// When the thread was created, nanoseconds since the epoch; 0 when unknown.
    pub clone_ts: u64,
    /// When it last executed a program, nanoseconds since the epoch; 0 when unknown.
    pub lastexec_ts: u64,
    /// When it last made an event.
    pub lastaccess_ts: u64,
    /// When its process id namespace began, nanoseconds since the epoch; 0 when unknown.
    pub pidns_init_start_ts: u64,
    /// Virtual memory, kB.
    pub vmsize: u32,
    /// Resident memory, kB.
    pub vmrss: u32,
    /// Swapped memory, kB.
    pub vmswap: u32,
    /// Major page faults.
    pub pfmajor: u64,
    /// Minor page faults.
    pub pfminor: u64,
    /// Its container.
    pub container: ContainerId,
    /// Its thread group; `None` while its process is unknown.
    pub group: Option<GroupId>,
    /// Descriptor of its latest event; negative without one.
    pub lastevent_fd: i64,
    /// Changes whenever a member changes that process-level fields of this thread depend on; never repeats. A result that
    /// was computed from such fields holds as long as this and [`super::State::epoch`] are the same.
    pub version: u64,
    /// Own descriptors; see [`super::State::fd_table`] for the table that the thread uses.
    pub fds: FdTable,
    /// Type of the latest enter event; `NO_EVENT` before the first.
    pub(crate) lastevent_type: EventCode,
    /// Where the enter event of the call in progress is stored.
    pub(crate) enter: Option<EnterId>,
    /// The thread that the kernel chose as the new parent of this thread's children; −1 when it did not tell.
    pub(crate) reaper_tid: i64,
    /// Links of the tree of processes.
    pub(crate) links: Links,
}

/// Stands for "no event yet"; one above it is no event type either.
const NO_EVENT: EventCode = EventCode(u16::MAX - 1);
const _: () = assert!(NO_EVENT.index() > EVENT_COUNT);

/// Index of a stored enter event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EnterId(pub(crate) u32);

/// Links of a thread to its parent, children and siblings.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Links {
    pub(crate) parent: Option<ThreadId>,
    pub(crate) first_child: Option<ThreadId>,
    pub(crate) next: Option<ThreadId>,
    pub(crate) previous: Option<ThreadId>,
}

impl Default for ThreadInfo {
    fn default() -> ThreadInfo {
        ThreadInfo {
            tid: -1,
            pid: -1,
            ptid: -1,
            sid: -1,
            vpgid: -1,
            pgid: -1,
            vtid: -1,
            vpid: -1,
            comm: Vec::new(),
            exe: Vec::new(),
            exepath: Vec::new(),
            args: TextList::default(),
            env: TextList::default(),
            cgroups: TextList::default(),
            cwd: Vec::new(),
            root: Vec::new(),
            uid: NO_ID,
            gid: NO_ID,
            loginuid: NO_ID,
            cap_permitted: 0,
            cap_effective: 0,
            cap_inheritable: 0,
            flags: ThreadFlags::NAME_CHANGED,
            fdlimit: -1,
            tty: 0,
            exe_marks: ExeMarks::default(),
            exe_ino: 0,
            exe_ino_ctime: 0,
            exe_ino_mtime: 0,
            exe_ino_ctime_duration_clone_ts: 0,
            exe_ino_ctime_duration_pidns_start: 0,
            clone_ts: 0,
            lastexec_ts: 0,
            lastaccess_ts: 0,
            pidns_init_start_ts: 0,
            vmsize: 0,
            vmrss: 0,
            vmswap: 0,
            pfmajor: 0,
            pfminor: 0,
            container: ContainerId::HOST,
            group: None,
            lastevent_fd: 0,
            version: 0,
            fds: FdTable::default(),
            lastevent_type: NO_EVENT,
            enter: None,
            reaper_tid: -1,
            links: Links::default(),
        }
    }
}

impl ThreadInfo {
    /// Forgets everything but keeps the buffers.
    pub(crate) fn reset(&mut self) {
        let mut old = std::mem::take(self);
        for text in [&mut old.comm, &mut old.exe, &mut old.exepath, &mut old.cwd, &mut old.root] {
            text.clear();
        }
        for list in [&mut old.args, &mut old.env, &mut old.cgroups] {
            list.clear();
        }
        self.comm = old.comm;
        self.exe = old.exe;
        self.exepath = old.exepath;
        self.args = old.args;
        self.env = old.env;
        self.cgroups = old.cgroups;
        self.cwd = old.cwd;
        self.root = old.root;
        self.fds = old.fds;
    }

    /// Computes how long before the thread, and how long after its namespace, the executable's inode changed.
    pub(crate) fn exe_times(&mut self) {
        if self.clone_ts != 0 {
            self.exe_ino_ctime_duration_clone_ts = self.clone_ts.wrapping_sub(self.exe_ino_ctime);
        }
        if self.pidns_init_start_ts != 0 && self.exe_ino_ctime > self.pidns_init_start_ts {
            self.exe_ino_ctime_duration_pidns_start = self.exe_ino_ctime - self.pidns_init_start_ts;
        }
    }

    /// Sets the executable's path; Linux marks removed files with a suffix that is not part of it.
    pub(crate) fn set_exepath(&mut self, path: &[u8]) {
        const SUFFIX: &[u8] = b" (deleted)";
        let path = if path.len() > SUFFIX.len() { path.strip_suffix(SUFFIX).unwrap_or(path) } else { path };
        set_text(&mut self.exepath, path);
    }

    /// Sets the control groups from `subsystem=path` items, with the subsystem names that rules use. An item without
    /// `=` makes the whole list unusable, so that the former one stays.
    pub(crate) fn set_cgroups(&mut self, items: Strings<'_>) {
        if items.clone().any(|item| !item.contains(&b'=')) {
            return;
        }
        self.cgroups.clear();
        for item in items {
            let Some(at) = item.iter().position(|byte| *byte == b'=') else { continue };
            let (name, path) = item.split_at(at);
            let cut = name.windows(7).position(|part| part == b"_cgroup");
            let (head, tail) = cut.map_or((name, &b""[..]), |cut| (&name[..cut], &name[cut + 7..]));
            let head: &[u8] = match (head, tail) {
                (b"perf", b"") => b"perf_event",
                (b"mem", b"") => b"memory",
                (b"io", b"") => b"blkio",
                _ => head,
            };
            self.cgroups.push_parts(&[head, tail, path]);
        }
    }

    /// Whether this is the main thread of its process.
    #[inline]
    pub fn is_main(&self) -> bool {
        self.tid == self.pid || self.flags.contains(ThreadFlags::MAIN_THREAD)
    }

    /// Whether the entry is a placeholder: its ids are not known yet.
    #[inline]
    pub fn is_invalid(&self) -> bool {
        self.tid < 0 || self.pid < 0 || self.ptid < 0
    }

    /// Whether the thread lives in a process id namespace other than the host's.
    #[inline]
    pub fn in_pid_namespace(&self) -> bool {
        self.flags.contains(ThreadFlags::CHILD_IN_PIDNS) || (self.vtid >= 0 && self.tid != self.vtid)
    }

    /// Whether the thread exited; its entry may stay until its process is gone.
    #[inline]
    pub fn is_dead(&self) -> bool {
        self.flags.contains(ThreadFlags::CLOSED)
    }

    /// The path of a control group subsystem.
    pub fn cgroup(&self, subsystem: &[u8]) -> Option<&[u8]> {
        self.cgroups.iter().find_map(|item| item.strip_prefix(subsystem)?.strip_prefix(b"="))
    }
}
