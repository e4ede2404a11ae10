//! `Snapshot`: what a machine looked like when a capture started. Plain data; text is bytes, as the kernel keeps it.
//!
//! A capture's header holds one, the live source builds one from `/proc`, a test script spells one out. Field meanings
//! and defaults are those of the capture format: an absent id is −1, an absent number 0, absent text empty.

mod descriptors;

pub use descriptors::{Fd, FdTable, FdTarget, FileDetail, L4, NamedKind};

/// State of a machine at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The machine, if the source tells.
    pub machine: Option<Machine>,
    /// Network interfaces.
    pub interfaces: Vec<Interface>,
    /// Users of the host.
    pub users: Vec<User>,
    /// Groups of the host.
    pub groups: Vec<Group>,
    /// Threads, in the source's order: parents may follow children, a later entry with the same tid replaces an earlier.
    pub threads: Vec<Thread>,
    /// Descriptors, one table per thread that has one. A table of a thread that is not listed means nothing.
    pub descriptors: Vec<FdTable>,
}

/// The machine itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// Number of CPUs.
    pub cpus: u32,
    /// Memory in bytes.
    pub memory: u64,
    /// Highest process id that the kernel hands out.
    pub max_pid: u64,
    /// Host name.
    pub hostname: Vec<u8>,
    /// Nanoseconds since the epoch; 0 when the recorder did not store it.
    pub boot_ts: u64,
}

/// An address of a network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Name, such as `eth0`.
    pub name: Vec<u8>,
    /// The address with its mask.
    pub address: InterfaceAddress,
    /// Speed of the link, 0 when not stored.
    pub link_speed: u64,
}

/// Address, mask and broadcast address of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterfaceAddress {
    /// IPv4.
    V4 {
        /// Address.
        address: [u8; 4],
        /// Network mask.
        netmask: [u8; 4],
        /// Broadcast address.
        broadcast: [u8; 4],
    },
    /// IPv6.
    V6 {
        /// Address.
        address: [u8; 16],
        /// Network mask.
        netmask: [u8; 16],
        /// Broadcast address (all zeros in practice).
        broadcast: [u8; 16],
    },
}

/// A user of the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// User id.
    pub uid: u32,
    /// Id of the primary group.
    pub gid: u32,
    /// Login name.
    pub name: Vec<u8>,
    /// Home directory.
    pub home: Vec<u8>,
    /// Login shell.
    pub shell: Vec<u8>,
}

/// A group of the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Group id.
    pub gid: u32,
    /// Name.
    pub name: Vec<u8>,
}

/// One thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Thread id.
    pub tid: i64,
    /// Thread group id.
    pub pid: i64,
    /// Thread id of the parent.
    pub ptid: i64,
    /// Session id.
    pub sid: i64,
    /// Process group id in the thread's pid namespace.
    pub vpgid: i64,
    /// Process group id.
    pub pgid: i64,
    /// Short name of the thread.
    pub comm: Vec<u8>,
    /// `argv[0]`.
    pub exe: Vec<u8>,
    /// Path of the executable; empty when not stored (process lists before version 7).
    pub exepath: Vec<u8>,
    /// Arguments without `argv[0]`, each followed by a NUL; the last NUL may be missing.
    pub args: Vec<u8>,
    /// Environment, each entry followed by a NUL; the last NUL may be missing.
    pub env: Vec<u8>,
    /// Working directory.
    pub cwd: Vec<u8>,
    /// Root directory.
    pub root: Vec<u8>,
    /// `subsystem=path` entries, each followed by a NUL; the last NUL may be missing.
    pub cgroups: Vec<u8>,
    /// Limit on the number of descriptors.
    pub fdlimit: i64,
    /// `PPM_CL_*` bits.
    pub flags: u32,
    /// Effective user id.
    pub uid: u32,
    /// Effective group id.
    pub gid: u32,
    /// Login user id; all ones when unset.
    pub loginuid: u32,
    /// Virtual memory, kB.
    pub vm_size: u32,
    /// Resident memory, kB.
    pub vm_rss: u32,
    /// Swapped memory, kB.
    pub vm_swap: u32,
    /// Major page faults so far.
    pub page_faults_major: u64,
    /// Minor page faults so far.
    pub page_faults_minor: u64,
    /// Thread id in its pid namespace.
    pub vtid: i64,
    /// Thread group id in its pid namespace.
    pub vpid: i64,
    /// Start of the pid namespace's init; see the state engine for its clock. 0 when not stored.
    pub pidns_init_start_ts: u64,
    /// Controlling terminal, 0 for none.
    pub tty: u32,
    /// Whether the user can write to the executable.
    pub exe_writable: bool,
    /// Whether the executable lies in the upper layer of an overlay.
    pub exe_upper_layer: bool,
    /// Whether the executable lies in the lower layer of an overlay.
    pub exe_lower_layer: bool,
    /// Whether the executable is a memfd.
    pub exe_from_memfd: bool,
    /// Inheritable capabilities.
    pub cap_inheritable: u64,
    /// Permitted capabilities.
    pub cap_permitted: u64,
    /// Effective capabilities.
    pub cap_effective: u64,
    /// Inode of the executable.
    pub exe_ino: u64,
    /// Status change time of the executable, ns since the epoch.
    pub exe_ino_ctime: u64,
    /// Modification time of the executable, ns since the epoch.
    pub exe_ino_mtime: u64,
    /// When the thread was created, ns since the epoch; 0 when unknown. Captures do not store it.
    pub clone_ts: u64,
}

/// The format's values for what a source does not tell.
impl Default for Thread {
    fn default() -> Self {
        Thread {
            tid: 0,
            pid: 0,
            ptid: 0,
            sid: -1,
            vpgid: -1,
            pgid: -1,
            comm: Vec::new(),
            exe: Vec::new(),
            exepath: Vec::new(),
            args: Vec::new(),
            env: Vec::new(),
            cwd: Vec::new(),
            root: Vec::new(),
            cgroups: Vec::new(),
            fdlimit: 0,
            flags: 0,
            uid: 0,
            gid: 0,
            loginuid: u32::MAX,
            vm_size: 0,
            vm_rss: 0,
            vm_swap: 0,
            page_faults_major: 0,
            page_faults_minor: 0,
            vtid: -1,
            vpid: -1,
            pidns_init_start_ts: 0,
            tty: 0,
            exe_writable: false,
            exe_upper_layer: false,
            exe_lower_layer: false,
            exe_from_memfd: false,
            cap_inheritable: 0,
            cap_permitted: 0,
            cap_effective: 0,
            exe_ino: 0,
            exe_ino_ctime: 0,
            exe_ino_mtime: 0,
            clone_ts: 0,
        }
    }
}
