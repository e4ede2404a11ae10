//! Names of errors, capabilities and kinds of descriptors, as fields show them.

use std::net::{IpAddr, Ipv4Addr};

use crate::state::{FdInfo, FdKind, L4, Role, Socket};

/// Capabilities from bit 0.
pub(super) const CAPABILITIES: [&str; 41] = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
];

/// Error numbers that Linux has and Falco has no name for.
const NAMELESS: std::ops::RangeInclusive<u64> = 126..=133;

/// The symbol of a negative result; `None` for numbers without one.
pub(super) fn error(result: i64) -> Option<&'static str> {
    // Falco looks at the low 32 bits.
    let number = u64::from((result as i32).wrapping_neg().try_into().unwrap_or(0u32));
    events::names::error_name(number).filter(|_| !NAMELESS.contains(&number))
}

/// The word for a kind of descriptor (`fd.type`).
pub(super) fn fd_type(kind: FdKind) -> &'static str {
    match kind {
        FdKind::File | FdKind::FileOld => "file",
        FdKind::Directory => "directory",
        FdKind::Ipv4 | FdKind::Ipv4Server => "ipv4",
        FdKind::Ipv6 | FdKind::Ipv6Server => "ipv6",
        FdKind::Unix => "unix",
        FdKind::Fifo => "pipe",
        FdKind::Event => "event",
        FdKind::Signal => "signalfd",
        FdKind::EventPoll => "eventpoll",
        FdKind::Inotify => "inotify",
        FdKind::Timer => "timerfd",
        FdKind::Netlink => "netlink",
        FdKind::Bpf => "bpf",
        FdKind::UserFault => "userfaultfd",
        FdKind::IoUring => "io_uring",
        FdKind::MemFd => "memfd",
        FdKind::PidFd => "pidfd",
        FdKind::Unknown | FdKind::Unsupported => "<NA>",
    }
}

/// The letter for a kind of descriptor (`fd.typechar`).
pub(super) fn fd_type_char(kind: FdKind) -> &'static str {
    match kind {
        FdKind::File | FdKind::FileOld => "f",
        FdKind::Directory => "d",
        FdKind::Ipv4 | FdKind::Ipv4Server => "4",
        FdKind::Ipv6 | FdKind::Ipv6Server => "6",
        FdKind::Unix => "u",
        FdKind::Fifo => "p",
        FdKind::Event => "e",
        FdKind::Signal => "s",
        FdKind::EventPoll => "l",
        FdKind::Inotify => "i",
        FdKind::Timer => "t",
        FdKind::Netlink => "n",
        FdKind::Bpf => "b",
        FdKind::UserFault => "u",
        FdKind::IoUring => "r",
        FdKind::MemFd => "m",
        FdKind::PidFd => "P",
        FdKind::Unsupported => "X",
        FdKind::Unknown => "o",
    }
}

/// The transport protocol that Falco shows for a socket: unknown while a connection has no role, raw sockets apart.
pub(super) fn shown_l4(fd: &FdInfo) -> L4 {
    match fd.socket() {
        Socket::Tuple(tuple) if fd.role == Role::None && tuple.l4 != L4::Raw => L4::NotApplicable,
        Socket::Tuple(tuple) => tuple.l4,
        Socket::Server { l4, .. } => l4,
        Socket::None | Socket::Unix { .. } => L4::NotApplicable,
    }
}

/// The IPv4 address inside an IPv4-mapped IPv6 address; the unspecified address counts as one.
pub(super) fn as_v4(ip: IpAddr) -> Option<IpAddr> {
    match ip {
        IpAddr::V4(_) => Some(ip),
        IpAddr::V6(v6) if v6.is_unspecified() => Some(Ipv4Addr::UNSPECIFIED.into()),
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map(IpAddr::V4),
    }
}
