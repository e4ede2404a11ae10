//! One thread.

use super::containers::ContainerId;
use super::fd_table::FdTable;
use super::flags::ThreadFlags;
use super::text_list::TextList;

/// "No user", "no group".
pub const NO_ID: u32 = u32::MAX;

/// Index of a thread in its table; valid until the thread is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThreadId(pub(crate) u32);

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
}

impl ThreadInfo {
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
