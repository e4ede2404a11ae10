//! What a descriptor refers to.

use super::flags::FdMarks;
use super::socket::{L4, Socket, SocketBytes, SocketTuple};

/// Kind of a descriptor; the numbers are those of capture files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FdKind {
    /// Not known.
    #[default]
    Unknown = 0,
    /// Regular file, as old captures record it.
    FileOld = 1,
    /// Directory.
    Directory = 2,
    /// IPv4 socket with two ends.
    Ipv4 = 3,
    /// IPv6 socket with two ends.
    Ipv6 = 4,
    /// IPv4 socket with only a local end.
    Ipv4Server = 5,
    /// IPv6 socket with only a local end.
    Ipv6Server = 6,
    /// Pipe or named pipe.
    Fifo = 7,
    /// Unix socket.
    Unix = 8,
    /// eventfd.
    Event = 9,
    /// Known to be none of the others.
    Unsupported = 10,
    /// signalfd.
    Signal = 11,
    /// epoll.
    EventPoll = 12,
    /// inotify.
    Inotify = 13,
    /// timerfd.
    Timer = 14,
    /// Netlink socket.
    Netlink = 15,
    /// Regular file or device.
    File = 16,
    /// BPF object.
    Bpf = 17,
    /// userfaultfd.
    UserFault = 18,
    /// io_uring.
    IoUring = 19,
    /// Anonymous memory file.
    MemFd = 20,
    /// Process descriptor.
    PidFd = 21,
}

const KINDS: [FdKind; 22] = {
    use FdKind::*;
    [
        Unknown,
        FileOld,
        Directory,
        Ipv4,
        Ipv6,
        Ipv4Server,
        Ipv6Server,
        Fifo,
        Unix,
        Event,
        Unsupported,
        Signal,
        EventPoll,
        Inotify,
        Timer,
        Netlink,
        File,
        Bpf,
        UserFault,
        IoUring,
        MemFd,
        PidFd,
    ]
};

impl FdKind {
    /// The kind with this number in a capture file.
    pub fn from_code(code: u8) -> Option<FdKind> {
        KINDS.get(usize::from(code)).copied()
    }

    /// Whether this is a regular file.
    pub fn is_file(self) -> bool {
        matches!(self, FdKind::File | FdKind::FileOld)
    }

    /// Whether this is an IPv4 or IPv6 socket.
    pub fn is_ip(self) -> bool {
        matches!(self, FdKind::Ipv4 | FdKind::Ipv6 | FdKind::Ipv4Server | FdKind::Ipv6Server)
    }

    /// Whether this is an IP socket with two ends.
    pub fn is_ip_tuple(self) -> bool {
        matches!(self, FdKind::Ipv4 | FdKind::Ipv6)
    }

    /// Whether this is an IP socket with only a local end.
    pub fn is_ip_server(self) -> bool {
        matches!(self, FdKind::Ipv4Server | FdKind::Ipv6Server)
    }
}

/// What a process is on a socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Not known.
    #[default]
    None,
    /// It connects.
    Client,
    /// It accepts.
    Server,
}

/// How far a connection got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// No connection was tried.
    #[default]
    None,
    /// In progress.
    Pending,
    /// Refused.
    Failed,
    /// Established.
    Connected,
}

/// What a descriptor refers to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FdInfo {
    /// Its kind.
    pub kind: FdKind,
    /// Display name: path or rendered addresses; not necessarily UTF-8.
    pub name: Vec<u8>,
    /// The path as the program passed it.
    pub name_raw: Vec<u8>,
    /// `PPM_O_*` bits (`PPM_MFD_*`, `PPM_EPOLL_*` for memory files and epoll).
    pub open_flags: u32,
    /// Device of a file.
    pub dev: u32,
    /// Mount id of a file.
    pub mount_id: u32,
    /// Inode of a file.
    pub ino: u64,
    /// Addresses of a socket, see [`FdInfo::socket`].
    pub(crate) socket: SocketBytes,
    /// What the process is on the socket.
    pub role: Role,
    /// How far the connection got.
    pub connection: Connection,
    /// The process that a process descriptor refers to; 0 for other kinds.
    pub pid: i64,
    /// Marks.
    pub marks: FdMarks,
}

impl FdInfo {
    /// Forgets everything but keeps the buffers.
    pub(crate) fn reset(&mut self) {
        let mut name = std::mem::take(&mut self.name);
        let mut name_raw = std::mem::take(&mut self.name_raw);
        name.clear();
        name_raw.clear();
        *self = FdInfo { name, name_raw, ..FdInfo::default() };
    }

    /// Becomes a copy of another one, in its own buffers.
    pub(crate) fn copy_from(&mut self, other: &FdInfo) {
        let mut name = std::mem::take(&mut self.name);
        let mut name_raw = std::mem::take(&mut self.name_raw);
        name.clear();
        name.extend_from_slice(&other.name);
        name_raw.clear();
        name_raw.extend_from_slice(&other.name_raw);
        *self = FdInfo { name, name_raw, ..*other };
    }

    /// Addresses of a socket.
    pub fn socket(&self) -> Socket {
        self.socket.read(self.kind)
    }

    /// Both ends, when this is an IP socket with two.
    pub fn tuple(&self) -> Option<SocketTuple> {
        match self.socket() {
            Socket::Tuple(tuple) => Some(tuple),
            _ => None,
        }
    }

    /// Transport protocol of an IP socket; `NotApplicable` for everything else.
    pub fn l4(&self) -> L4 {
        match self.socket() {
            Socket::Tuple(SocketTuple { l4, .. }) | Socket::Server { l4, .. } => l4,
            _ => L4::NotApplicable,
        }
    }
}
