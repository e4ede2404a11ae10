//! Descriptors in a snapshot.

/// The descriptors of one thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FdTable {
    /// The thread.
    pub tid: i64,
    /// Its descriptors, in the source's order.
    pub entries: Vec<Fd>,
}

/// One open descriptor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fd {
    /// Its number.
    pub fd: i64,
    /// Inode, 0 when unknown.
    pub ino: u64,
    /// What it refers to.
    pub target: FdTarget,
}

/// What a descriptor refers to. Ports are in host order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FdTarget {
    /// A regular file.
    File {
        /// Its path.
        name: Vec<u8>,
        /// How it was opened.
        detail: FileDetail,
    },
    /// A connected (or connectionless) IPv4 socket.
    Ipv4 {
        /// Source address.
        source: [u8; 4],
        /// Destination address.
        destination: [u8; 4],
        /// Source port.
        source_port: u16,
        /// Destination port.
        destination_port: u16,
        /// Transport.
        l4: L4,
    },
    /// A connected (or connectionless) IPv6 socket.
    Ipv6 {
        /// Source address.
        source: [u8; 16],
        /// Destination address.
        destination: [u8; 16],
        /// Source port.
        source_port: u16,
        /// Destination port.
        destination_port: u16,
        /// Transport.
        l4: L4,
    },
    /// A bound IPv4 socket.
    Ipv4Server {
        /// Address.
        ip: [u8; 4],
        /// Port.
        port: u16,
        /// Transport.
        l4: L4,
    },
    /// A bound IPv6 socket.
    Ipv6Server {
        /// Address.
        ip: [u8; 16],
        /// Port.
        port: u16,
        /// Transport.
        l4: L4,
    },
    /// A local socket.
    Unix {
        /// Kernel address of the source end.
        source: u64,
        /// Kernel address of the destination end.
        destination: u64,
        /// Its path.
        name: Vec<u8>,
    },
    /// Everything that has just a name.
    Named {
        /// What it is.
        kind: NamedKind,
        /// Its name.
        name: Vec<u8>,
    },
}

/// How much a capture tells about an open file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileDetail {
    /// Nothing (descriptor type 1, old captures).
    Unknown,
    /// Flags, and the device in newer captures (descriptor type 16).
    Known {
        /// `PPM_O_*` bits.
        open_flags: u32,
        /// Device number, if stored.
        dev: Option<u32>,
    },
}

/// Transport of an IP socket, with the capture format's codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum L4 {
    /// Not known.
    #[default]
    Unknown = 0,
    /// Not applicable.
    NotApplicable = 1,
    /// TCP.
    Tcp = 2,
    /// UDP.
    Udp = 3,
    /// ICMP.
    Icmp = 4,
    /// Raw IP.
    Raw = 5,
}

impl L4 {
    /// The transport with this code; unknown codes are [`L4::Unknown`].
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => L4::NotApplicable,
            2 => L4::Tcp,
            3 => L4::Udp,
            4 => L4::Icmp,
            5 => L4::Raw,
            _ => L4::Unknown,
        }
    }
}

/// Kinds of descriptors that have just a name, with the capture format's codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum NamedKind {
    /// A directory.
    Directory = 2,
    /// A pipe.
    Fifo = 7,
    /// An eventfd.
    Event = 9,
    /// Something the recorder did not know.
    Unsupported = 10,
    /// A signalfd.
    SignalFd = 11,
    /// An epoll instance.
    EventPoll = 12,
    /// An inotify instance.
    Inotify = 13,
    /// A timerfd.
    TimerFd = 14,
    /// A netlink socket.
    Netlink = 15,
    /// A BPF object.
    Bpf = 17,
    /// A userfaultfd.
    UserFaultFd = 18,
    /// An io_uring instance.
    IoUring = 19,
    /// A memfd.
    MemFd = 20,
    /// A pidfd.
    PidFd = 21,
}

impl NamedKind {
    /// Every kind, ascending by code.
    pub const ALL: [NamedKind; 14] = {
        use NamedKind::*;
        [
            Directory,
            Fifo,
            Event,
            Unsupported,
            SignalFd,
            EventPoll,
            Inotify,
            TimerFd,
            Netlink,
            Bpf,
            UserFaultFd,
            IoUring,
            MemFd,
            PidFd,
        ]
    };

    /// The kind with this code.
    pub fn from_code(code: u8) -> Option<Self> {
        NamedKind::ALL.into_iter().find(|kind| *kind as u8 == code)
    }

    /// One word for it, as event scripts write it.
    pub const fn word(self) -> &'static str {
        match self {
            NamedKind::Directory => "directory",
            NamedKind::Fifo => "pipe",
            NamedKind::Event => "event",
            NamedKind::Unsupported => "unsupported",
            NamedKind::SignalFd => "signalfd",
            NamedKind::EventPoll => "eventpoll",
            NamedKind::Inotify => "inotify",
            NamedKind::TimerFd => "timerfd",
            NamedKind::Netlink => "netlink",
            NamedKind::Bpf => "bpf",
            NamedKind::UserFaultFd => "userfaultfd",
            NamedKind::IoUring => "io_uring",
            NamedKind::MemFd => "memfd",
            NamedKind::PidFd => "pidfd",
        }
    }
}

impl FdTarget {
    /// The capture format's code of this kind of descriptor.
    pub const fn code(&self) -> u8 {
        match self {
            FdTarget::File { detail: FileDetail::Unknown, .. } => 1,
            FdTarget::File { detail: FileDetail::Known { .. }, .. } => 16,
            FdTarget::Ipv4 { .. } => 3,
            FdTarget::Ipv6 { .. } => 4,
            FdTarget::Ipv4Server { .. } => 5,
            FdTarget::Ipv6Server { .. } => 6,
            FdTarget::Unix { .. } => 8,
            FdTarget::Named { kind, .. } => *kind as u8,
        }
    }
}
