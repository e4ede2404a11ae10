//! Creation, binding and connection of sockets.

use std::net::IpAddr;

use catalogue::EventCode as E;
use catalogue::constant::{
    PPM_AF_INET, PPM_AF_INET6, PPM_AF_NETLINK, PPM_AF_UNIX, PPM_O_CLOEXEC, PPM_SOCKOPT_LEVEL_SOL_SOCKET,
    PPM_SOCKOPT_SO_ERROR,
};
use events::param::{Endpoint, SockAddr, SockTuple};

use super::{Step, Tracker};
use crate::state::socket_name::{mapped, write_by_protocol, write_endpoint, write_tuple, write_unix};
use crate::state::{Connection, FdId, FdInfo, FdKind, L4, Role, Socket};

/// The error "in progress" of a connection that does not wait.
const EINPROGRESS: i64 = 115;

/// Types of sockets (`SOCK_*`).
const STREAM: u32 = 1;
const DATAGRAM: u32 = 2;
const RAW: u32 = 3;

impl FdInfo {
    /// Replaces both ends in the form of their family. A socket of that kind that has the same or the mirrored ends is
    /// left as it is.
    ///
    /// Answers whether anything changed; a missing destination always counts as changed.
    pub(super) fn set_ends(&mut self, source: Endpoint, destination: Endpoint) -> bool {
        let v6 = source.ip.is_ipv6();
        let (own, old) =
            if v6 { (FdKind::Ipv6, self.socket.tuple_v6()) } else { (FdKind::Ipv4, self.socket.tuple_v4()) };
        let new = (source.ip, source.port, destination.ip, destination.port);
        let old_ends = (old.source, old.source_port, old.destination, old.destination_port);
        let mirrored = (old.destination, old.destination_port, old.source, old.source_port);
        if self.kind == own && (new == old_ends || new == mirrored) {
            return false;
        }
        self.socket.set_source(source.ip, source.port);
        self.socket.set_destination(destination.ip, destination.port);
        new != old_ends || old.destination.is_unspecified() || old.destination_port == 0
    }

    /// Exchanges source and destination.
    pub(super) fn swap_ends(&mut self) {
        let tuple = if self.kind == FdKind::Ipv4 { self.socket.tuple_v4() } else { self.socket.tuple_v6() };
        self.socket.set_source(tuple.destination, tuple.destination_port);
        self.socket.set_destination(tuple.source, tuple.source_port);
    }

    /// Whether this is a TCP or UDP socket over IPv4.
    pub(super) fn is_v4(&self, l4: L4) -> bool {
        self.kind == FdKind::Ipv4 && self.socket.l4(false) == l4
    }
}

/// An IPv4 address and its IPv6 form are one.
fn unmap(end: Endpoint) -> Endpoint {
    Endpoint { ip: mapped(end.ip).unwrap_or(end.ip), ..end }
}

/// Both ends as IPv4 when both are IPv4 addresses in IPv6 form.
pub(super) fn unmap_both(source: Endpoint, destination: Endpoint) -> (Endpoint, Endpoint) {
    match (mapped(source.ip), mapped(destination.ip)) {
        (Some(_), Some(_)) => (unmap(source), unmap(destination)),
        _ => (source, destination),
    }
}

/// The kind of a socket with two ends of this family.
pub(super) fn kind_of(ip: IpAddr) -> FdKind {
    if ip.is_ipv6() { FdKind::Ipv6 } else { FdKind::Ipv4 }
}

/// The transport of an IP socket from the arguments of `socket`.
fn transport(ty: u32, protocol: u32) -> L4 {
    const IP: u32 = 0;
    const ICMP: u32 = 1;
    const TCP: u32 = 6;
    const UDP: u32 = 17;
    const RAW_PROTOCOL: u32 = 255;
    match protocol {
        TCP | UDP | ICMP if ty == RAW => L4::Raw,
        TCP => L4::Tcp,
        UDP => L4::Udp,
        ICMP => L4::Icmp,
        RAW_PROTOCOL => L4::Raw,
        // The high bits of a type are flags.
        IP if ty & 0xff == STREAM => L4::Tcp,
        IP if ty & 0xff == DATAGRAM => L4::Udp,
        _ => L4::Unknown,
    }
}

impl Tracker {
    /// `socket`.
    pub(super) fn socket_exit(&mut self, step: &mut Step<'_>) {
        let Some(num) = step.value() else { return };
        let number = |index: usize| step.param(index).u32().unwrap_or(0);
        let (domain, ty, protocol, flags) = (number(1), number(2), number(3), number(4));
        self.add_socket(step, num, domain, transport(ty, protocol), flags);
    }

    /// A socket of this family becomes the event's descriptor.
    fn add_socket(&mut self, step: &mut Step<'_>, num: i64, domain: u32, l4: L4, flags: u32) {
        let fd = self.state.fds.create();
        let entry = self.state.fds.get_mut(fd);
        entry.open_flags = flags;
        entry.kind = match domain {
            PPM_AF_UNIX => FdKind::Unix,
            PPM_AF_INET => FdKind::Ipv4,
            PPM_AF_INET6 => FdKind::Ipv6,
            PPM_AF_NETLINK => FdKind::Netlink,
            _ => FdKind::Unknown,
        };
        if entry.kind.is_ip() {
            entry.socket.set_l4(domain == PPM_AF_INET6, l4);
        }
        self.add_fd(step, num, fd);
    }

    /// Data sent on an unknown descriptor: it must be a socket, most likely a datagram one.
    pub(super) fn infer_socket(&mut self, step: &mut Step<'_>) {
        let (Some(num), true) = (step.param(2).i64(), step.succeeded()) else { return };
        match step.param(4).sock_tuple() {
            Some(SockTuple::Inet { source, .. }) => {
                let domain = if source.ip.is_ipv6() { PPM_AF_INET6 } else { PPM_AF_INET };
                self.add_socket(step, num, domain, L4::Udp, 0);
            }
            _ => step.fd = None,
        }
    }

    /// `socketpair`.
    pub(super) fn socketpair_exit(&mut self, step: &mut Step<'_>) {
        let (Some(_), true) = (step.thread, step.succeeded()) else { return };
        let (Some(first), Some(second)) = (step.param(1).i64(), step.param(2).i64()) else { return };
        if first == second {
            step.fd = None;
            return;
        }
        let (source, peer) = (step.param(3).u64().unwrap_or(0), step.param(4).u64().unwrap_or(0));
        let [one, two] = [self.state.fds.create(), self.state.fds.create()];
        for fd in [one, two] {
            let entry = self.state.fds.get_mut(fd);
            entry.kind = FdKind::Unix;
            entry.socket.set_unix(source, peer);
        }
        self.add_fd(step, first, one);
        let event_fd = step.fd;
        self.add_fd(step, second, two);
        step.fd = event_fd;
    }

    /// `bind`: a socket with a port is a server.
    pub(super) fn bind_exit(&mut self, step: &mut Step<'_>) {
        if !step.succeeded() || step.fd.is_none() {
            return;
        }
        let Some(address) = valid_address(step.param(1).sock_addr(), step.param(1).bytes()) else { return };
        let Some(fd) = self.own_fd(step) else { return };
        let entry = self.state.fds.get_mut(fd);
        if let SockAddr::Inet(end) = address
            && end.port > 0
        {
            let local = unmap(end);
            let l4 = entry.socket.l4(end.ip.is_ipv6());
            entry.kind = if local.ip.is_ipv6() { FdKind::Ipv6Server } else { FdKind::Ipv4Server };
            // Falco reads the protocol after it wrote address and port over the same bytes, except for mapped addresses;
            // in all of these layouts the protocol lies behind what was written.
            entry.socket.set_server(local.ip, local.port, l4);
            entry.role = Role::Server;
        }
        step.name_changed |= rename(entry, &mut self.text, |name| write_address(name, address));
    }

    /// `connect`.
    pub(super) fn connect_exit(&mut self, step: &mut Step<'_>) {
        if step.fd.is_none() {
            return;
        }
        let result = step.result.unwrap_or(0);
        let connection = match result {
            0.. => Connection::Connected,
            _ if self.options.track_connections && result == -EINPROGRESS => Connection::Pending,
            _ if self.options.track_connections => Connection::Failed,
            _ if result == -EINPROGRESS => Connection::Connected,
            _ => return,
        };
        let Some(fd) = self.own_fd(step) else { return };
        let enter = step.enter.map(|enter| self.enters.get(enter).param(1));
        let enter = enter.and_then(|param| valid_address(param.sock_addr(), param.bytes()));
        let entry = self.state.fds.get_mut(fd);
        entry.connection = connection;
        let tuple = step.param(1);
        if tuple.is_empty() {
            // Nothing but the enter event tells where to.
            let Some(address) = enter else { return };
            if let SockAddr::Inet(end) = address {
                let end = unmap(end);
                entry.kind = kind_of(end.ip);
                entry.socket.set_destination(end.ip, end.port);
            } else {
                step.name_changed |= rename(entry, &mut self.text, |name| name.extend_from_slice(b"NULL"));
            }
            return;
        }
        let exit = step.param(3);
        let exit = valid_address(exit.sock_addr(), exit.bytes());
        match valid_tuple(tuple.sock_tuple(), tuple.bytes()) {
            Some(SockTuple::Inet { source, destination }) => {
                // The tuple's destination may be the program's memory, read again: then believe the enter event.
                let suspect = matches!(exit, Some(SockAddr::Inet(exit)) if exit == destination);
                let destination = match enter {
                    Some(SockAddr::Inet(enter))
                        if suspect && enter.ip.is_ipv6() == destination.ip.is_ipv6() =>
                    {
                        enter
                    }
                    _ => destination,
                };
                let (source, destination) = unmap_both(source, destination);
                entry.kind = kind_of(source.ip);
                let changed = entry.set_ends(source, destination);
                if changed && entry.role == Role::Server && entry.is_v4(L4::Udp) {
                    entry.swap_ends();
                }
                step.name_changed |= name_by_protocol(entry, &mut self.text);
            }
            Some(SockTuple::Unix { source, destination, path }) if entry.kind == FdKind::Unix => {
                let path = match (exit, enter) {
                    (Some(SockAddr::Unix { path: exit }), Some(SockAddr::Unix { path: enter }))
                        if exit == path =>
                    {
                        enter
                    }
                    _ => path,
                };
                entry.socket.set_unix(source, destination);
                step.name_changed |=
                    rename(entry, &mut self.text, |name| write_unix(name, source, destination, path));
            }
            _ => return,
        }
        if entry.role == Role::None {
            entry.role = Role::Client;
        }
    }

    /// `accept`, `accept4`.
    pub(super) fn accept_exit(&mut self, step: &mut Step<'_>) {
        let (Some(thread), Some(num)) = (step.thread, step.value()) else { return };
        self.state.threads[thread].lastevent_fd = num;
        let tuple = step.param(1);
        let Some(tuple) = valid_tuple(tuple.sock_tuple(), tuple.bytes()) else { return };
        let fd: FdId;
        match tuple {
            SockTuple::Inet { source, destination } => {
                fd = self.state.fds.create();
                let entry = self.state.fds.get_mut(fd);
                let (from, to) = unmap_both(source, destination);
                entry.set_ends(from, to);
                entry.kind = kind_of(from.ip);
                entry.socket.set_l4(from.ip.is_ipv6(), L4::Tcp);
                if let Socket::Tuple(tuple) = entry.socket() {
                    write_tuple(&mut entry.name, &tuple);
                }
            }
            SockTuple::Unix { source, destination, path } => {
                fd = self.state.fds.create();
                let entry = self.state.fds.get_mut(fd);
                entry.kind = FdKind::Unix;
                entry.socket.set_unix(source, destination);
                write_unix(&mut entry.name, source, destination, path);
            }
            SockTuple::Other { .. } | SockTuple::Malformed { .. } => return,
        }
        let entry = self.state.fds.get_mut(fd);
        if step.code == E::SOCKET_ACCEPT4_6_X {
            entry.open_flags = step.param(5).u32().unwrap_or(0) & PPM_O_CLOEXEC;
        }
        entry.role = Role::Server;
        entry.connection = Connection::Connected;
        self.add_fd(step, num, fd);
    }

    /// `getsockopt`: asking for the error tells how a connection ended.
    pub(super) fn getsockopt_exit(&mut self, step: &mut Step<'_>) {
        let asks = step.param(2).u8().map(u32::from) == Some(PPM_SOCKOPT_LEVEL_SOL_SOCKET)
            && step.param(3).u8().map(u32::from) == Some(PPM_SOCKOPT_SO_ERROR);
        if !self.options.track_connections || !asks || !step.succeeded() {
            return;
        }
        let Some(error) = step.param(4).dynamic().and_then(|(_, value)| value.i64()) else { return };
        if let Some(fd) = self.own_fd(step) {
            self.state.fds.get_mut(fd).connection =
                if error < 0 { Connection::Failed } else { Connection::Connected };
        }
    }
}

/// An address that is long enough for its family; unix paths must be terminated.
fn valid_address<'a>(address: Option<SockAddr<'a>>, bytes: &[u8]) -> Option<SockAddr<'a>> {
    address.filter(|address| match address {
        SockAddr::Malformed { .. } => false,
        SockAddr::Unix { .. } => bytes.last() == Some(&0),
        SockAddr::Inet(_) | SockAddr::Other { .. } => true,
    })
}

/// A tuple that is long enough for its family; unix paths must be terminated.
pub(super) fn valid_tuple<'a>(tuple: Option<SockTuple<'a>>, bytes: &[u8]) -> Option<SockTuple<'a>> {
    tuple.filter(|tuple| match tuple {
        SockTuple::Malformed { .. } => false,
        SockTuple::Unix { .. } => bytes.len() >= 18 && bytes.last() == Some(&0),
        SockTuple::Inet { .. } | SockTuple::Other { .. } => true,
    })
}

/// Appends an address as it is shown.
fn write_address(out: &mut Vec<u8>, address: SockAddr<'_>) {
    match address {
        SockAddr::Inet(end) => write_endpoint(out, end.ip, end.port),
        SockAddr::Unix { path } => out.extend_from_slice(path),
        SockAddr::Other { family } | SockAddr::Malformed { family } => {
            out.extend_from_slice(format!("family {family}").as_bytes());
        }
    }
}

/// Gives an entry a new name, composed in `scratch`; answers whether it differs.
pub(super) fn rename(entry: &mut FdInfo, scratch: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> bool {
    scratch.clear();
    write(scratch);
    if *scratch == entry.name {
        return false;
    }
    std::mem::swap(scratch, &mut entry.name);
    true
}

/// Names a socket after its ends, as its protocol shows them; answers whether the name differs.
pub(super) fn name_by_protocol(entry: &mut FdInfo, scratch: &mut Vec<u8>) -> bool {
    match entry.socket() {
        Socket::Tuple(tuple) => rename(entry, scratch, |name| write_by_protocol(name, &tuple)),
        _ => false,
    }
}
