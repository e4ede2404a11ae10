//! The state of the machine as the events tell it: threads and their descriptors, users, containers, interfaces.
//!
//! Extractors read it through the methods of [`State`]; only `update` changes it.

pub(crate) mod cgroup;
pub mod containers;
mod dump;
pub mod enter;
pub mod fd;
pub mod fd_table;
pub mod flags;
mod host_names;
pub mod interfaces;
pub mod path;
pub mod socket;
pub mod socket_name;
pub mod text_list;
pub mod thread;
pub mod threads;
pub mod users;
mod verify;

pub use containers::{Container, ContainerId, ContainerType, Containers};
pub use enter::StoredEnter;
pub use fd::{Connection, FdInfo, FdKind, Role};
pub use fd_table::{FdId, FdTable, Fds};
pub use flags::{FdMarks, ThreadFlags};
pub use host_names::HostNames;
pub use interfaces::{Interface, Interfaces};
pub use socket::{L4, Socket, SocketTuple};
pub use text_list::TextList;
pub use thread::{ExeMarks, GroupId, ThreadId, ThreadInfo};
pub use threads::{ThreadGroup, Threads};
pub use users::{GroupEntry, UserEntry, Users};

/// The highest depth walked over ancestors: parent chains of corrupt data may be circular.
pub const MAX_ANCESTORS: usize = 512;

/// Facts about the machine that do not change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineInfo {
    /// Number of CPUs.
    pub cpus: u32,
    /// Memory in bytes.
    pub memory: u64,
    /// Name of the machine that the events come from; empty when unknown.
    pub hostname: Box<str>,
    /// Boot time, nanoseconds since the epoch; 0 when unknown.
    pub boot_ts: u64,
}

/// Everything known of the machine.
#[derive(Debug, Default)]
pub struct State {
    /// Threads and thread groups.
    pub threads: Threads,
    /// What descriptors refer to.
    pub fds: Fds,
    /// Names of users and groups.
    pub users: Users,
    /// Containers.
    pub containers: Containers,
    /// Network interfaces.
    pub interfaces: Interfaces,
    /// Host names that rules mention.
    pub host_names: HostNames,
    /// The machine.
    pub machine: MachineInfo,
    /// Changes whenever something changed that process-level fields of *other* threads may depend on: names of users and
    /// groups, containers, ancestors. See [`ThreadInfo::version`].
    pub epoch: u64,
    /// The latest version given to a thread.
    pub(crate) stamp: u64,
    /// Whether some thread may name a parent that is not in the table: whoever gets that id then becomes its parent.
    pub(crate) orphans: bool,
}

impl State {
    /// The thread with this id.
    #[inline]
    pub fn thread(&self, tid: i64) -> Option<&ThreadInfo> {
        self.threads.find(tid).map(|id| &self.threads[id])
    }

    /// The main thread of a thread's process, when it is known.
    #[inline]
    pub fn main_thread<'s>(&'s self, thread: &'s ThreadInfo) -> Option<&'s ThreadInfo> {
        if thread.is_main() {
            return Some(thread);
        }
        let main = self.threads.group(thread.group?)?.main()?;
        Some(&self.threads[main]).filter(|main| main.is_main())
    }

    /// The thread with the id of this thread's parent.
    #[inline]
    pub fn parent(&self, thread: &ThreadInfo) -> Option<&ThreadInfo> {
        self.thread(thread.ptid)
    }

    /// The thread group of a thread.
    pub fn group(&self, thread: &ThreadInfo) -> Option<&ThreadGroup> {
        self.threads.group(thread.group?)
    }

    /// The descriptor table that a thread uses: its own, or its process's.
    #[inline]
    pub fn fd_table<'s>(&'s self, thread: &'s ThreadInfo) -> Option<&'s FdTable> {
        if thread.flags.contains(ThreadFlags::CLONE_FILES) {
            self.main_thread(thread).map(|main| &main.fds)
        } else {
            Some(&thread.fds)
        }
    }

    /// What a descriptor of a thread refers to.
    #[inline]
    pub fn fd<'s>(&'s self, thread: &'s ThreadInfo, num: i64) -> Option<&'s FdInfo> {
        self.fd_table(thread)?.get(num).map(|id| &self.fds[id])
    }

    /// Number and target of every open descriptor of a thread, lowest number first (those above 1,023 in no order).
    pub fn open_fds<'s>(&'s self, thread: &'s ThreadInfo) -> impl Iterator<Item = (i64, &'s FdInfo)> {
        self.fd_table(thread).into_iter().flat_map(|table| table.iter()).map(|(num, id)| (num, &self.fds[id]))
    }

    /// The working directory of a thread's process, ending in a slash; `./` when unknown.
    #[inline]
    pub fn cwd<'s>(&'s self, thread: &'s ThreadInfo) -> &'s [u8] {
        self.main_thread(thread).map_or(b"./", |main| &main.cwd)
    }

    /// What is known of a thread's container; `None` on the host and while nothing but the id is known.
    pub fn container(&self, thread: &ThreadInfo) -> Option<&Container> {
        self.containers.info(thread.container)
    }

    /// The thread whose descriptor table a thread uses.
    #[inline]
    pub(crate) fn table_owner(&self, id: ThreadId) -> Option<ThreadId> {
        let thread = &self.threads[id];
        if thread.flags.contains(ThreadFlags::CLONE_FILES) { self.main_thread_id(id) } else { Some(id) }
    }

    /// Where the main thread of a thread's process is.
    #[inline]
    pub(crate) fn main_thread_id(&self, id: ThreadId) -> Option<ThreadId> {
        let thread = &self.threads[id];
        if thread.is_main() {
            return Some(id);
        }
        let main = self.threads.group(thread.group?)?.main()?;
        self.threads[main].is_main().then_some(main)
    }

    /// Marks a thread as changed: cached results of its process-level fields hold no longer.
    #[inline]
    pub(crate) fn touch(&mut self, id: ThreadId) {
        self.stamp += 1;
        let thread = &mut self.threads[id];
        thread.version = self.stamp;
        // Descendants and other threads of the process read this thread, too.
        if thread.links.first_child.is_some() || self.group_size(id) > 1 {
            self.epoch += 1;
        }
    }

    fn group_size(&self, id: ThreadId) -> usize {
        self.threads[id]
            .group
            .and_then(|group| self.threads.group(group))
            .map_or(0, |group| group.threads().len())
    }

    /// The short id of a thread's container; empty on the host.
    pub fn container_id(&self, thread: &ThreadInfo) -> &str {
        self.containers.id(thread.container)
    }
}
