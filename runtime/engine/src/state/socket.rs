//! The addresses of a socket, kept in Falco's memory layout.
//!
//! Falco overlays the forms of a socket in one C union and changes the kind of a descriptor without rewriting all of it:
//! a datagram socket that was bound and then receives shows a destination made of its port's bytes. Rules see such
//! values, so the layout is part of the behaviour and kept here, behind typed reads and writes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use events::snapshot::L4;

use super::fd::FdKind;

/// The two ends of an IP socket: by convention the client is the source once roles are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketTuple {
    /// Source address.
    pub source: IpAddr,
    /// Destination address, of the same family.
    pub destination: IpAddr,
    /// Source port.
    pub source_port: u16,
    /// Destination port.
    pub destination_port: u16,
    /// Transport protocol.
    pub l4: L4,
}

/// The addresses of a socket, as its kind reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Socket {
    /// Not an IP or unix socket.
    None,
    /// An IP socket with two ends ([`FdKind::Ipv4`], [`FdKind::Ipv6`]).
    Tuple(SocketTuple),
    /// An IP socket with a local end ([`FdKind::Ipv4Server`], [`FdKind::Ipv6Server`]).
    Server {
        /// Local address.
        ip: IpAddr,
        /// Local port.
        port: u16,
        /// Transport protocol.
        l4: L4,
    },
    /// A unix socket ([`FdKind::Unix`]).
    Unix {
        /// Kernel address of the source.
        source: u64,
        /// Kernel address of the destination.
        destination: u64,
    },
}

/// Offsets of one form of the union.
struct Layout {
    source: usize,
    destination: usize,
    source_port: usize,
    destination_port: usize,
    l4: usize,
}

const V4: Layout = Layout { source: 0, destination: 4, source_port: 8, destination_port: 10, l4: 12 };
const V6: Layout = Layout { source: 0, destination: 16, source_port: 32, destination_port: 34, l4: 36 };

/// Offsets of the server forms: address at 0, then port, then protocol.
const V4_SERVER_PORT: usize = 4;
const V4_SERVER_L4: usize = 6;
const V6_SERVER_PORT: usize = 16;
const V6_SERVER_L4: usize = 18;

/// Bytes of the union.
const SIZE: usize = 40;

/// Storage of a socket's addresses: all forms share the same bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SocketBytes([u8; SIZE]);

impl Default for SocketBytes {
    fn default() -> Self {
        SocketBytes([0; SIZE])
    }
}

impl SocketBytes {
    #[inline]
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut out = [0; N];
        out.copy_from_slice(&self.0[at..at + N]);
        out
    }

    #[inline]
    fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        self.0[at..at + N].copy_from_slice(&bytes);
    }

    fn port(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    /// The addresses, read as a descriptor of this kind.
    pub fn read(&self, kind: FdKind) -> Socket {
        match kind {
            FdKind::Ipv4 => Socket::Tuple(self.tuple_v4()),
            FdKind::Ipv6 => Socket::Tuple(self.tuple_v6()),
            FdKind::Ipv4Server => Socket::Server {
                ip: Ipv4Addr::from(self.array::<4>(0)).into(),
                port: self.port(V4_SERVER_PORT),
                l4: L4::from_code(self.0[V4_SERVER_L4]),
            },
            FdKind::Ipv6Server => Socket::Server {
                ip: Ipv6Addr::from(self.array::<16>(0)).into(),
                port: self.port(V6_SERVER_PORT),
                l4: L4::from_code(self.0[V6_SERVER_L4]),
            },
            FdKind::Unix => Socket::Unix {
                source: u64::from_le_bytes(self.array(0)),
                destination: u64::from_le_bytes(self.array(8)),
            },
            _ => Socket::None,
        }
    }

    /// The bytes read as an IPv4 tuple.
    pub fn tuple_v4(&self) -> SocketTuple {
        SocketTuple {
            source: Ipv4Addr::from(self.array::<4>(V4.source)).into(),
            destination: Ipv4Addr::from(self.array::<4>(V4.destination)).into(),
            source_port: self.port(V4.source_port),
            destination_port: self.port(V4.destination_port),
            l4: L4::from_code(self.0[V4.l4]),
        }
    }

    /// The bytes read as an IPv6 tuple.
    pub fn tuple_v6(&self) -> SocketTuple {
        SocketTuple {
            source: Ipv6Addr::from(self.array::<16>(V6.source)).into(),
            destination: Ipv6Addr::from(self.array::<16>(V6.destination)).into(),
            source_port: self.port(V6.source_port),
            destination_port: self.port(V6.destination_port),
            l4: L4::from_code(self.0[V6.l4]),
        }
    }

    /// Writes one end in the form of its address's family; the other end and the protocol stay.
    pub(crate) fn set_source(&mut self, ip: IpAddr, port: u16) {
        match ip {
            IpAddr::V4(ip) => {
                self.put(V4.source, ip.octets());
                self.put(V4.source_port, port.to_le_bytes());
            }
            IpAddr::V6(ip) => {
                self.put(V6.source, ip.octets());
                self.put(V6.source_port, port.to_le_bytes());
            }
        }
    }

    /// As [`SocketBytes::set_source`], for the destination.
    pub(crate) fn set_destination(&mut self, ip: IpAddr, port: u16) {
        match ip {
            IpAddr::V4(ip) => {
                self.put(V4.destination, ip.octets());
                self.put(V4.destination_port, port.to_le_bytes());
            }
            IpAddr::V6(ip) => {
                self.put(V6.destination, ip.octets());
                self.put(V6.destination_port, port.to_le_bytes());
            }
        }
    }

    /// Writes the protocol of the tuple form of a family.
    pub(crate) fn set_l4(&mut self, v6: bool, l4: L4) {
        self.0[if v6 { V6.l4 } else { V4.l4 }] = l4 as u8;
    }

    /// The protocol of the tuple form of a family.
    pub(crate) fn l4(&self, v6: bool) -> L4 {
        L4::from_code(self.0[if v6 { V6.l4 } else { V4.l4 }])
    }

    /// Writes the server form of a family, field by field.
    pub(crate) fn set_server(&mut self, ip: IpAddr, port: u16, l4: L4) {
        match ip {
            IpAddr::V4(ip) => {
                self.put(0, ip.octets());
                self.put(V4_SERVER_PORT, port.to_le_bytes());
                self.0[V4_SERVER_L4] = l4 as u8;
            }
            IpAddr::V6(ip) => {
                self.put(0, ip.octets());
                self.put(V6_SERVER_PORT, port.to_le_bytes());
                self.0[V6_SERVER_L4] = l4 as u8;
            }
        }
    }

    /// The protocol byte of the IPv4 server form.
    pub(crate) fn server_l4_v4(&self) -> L4 {
        L4::from_code(self.0[V4_SERVER_L4])
    }

    /// The port of the IPv4 server form.
    pub(crate) fn server_port_v4(&self) -> u16 {
        self.port(V4_SERVER_PORT)
    }

    /// Writes the unix form.
    pub(crate) fn set_unix(&mut self, source: u64, destination: u64) {
        self.put(0, source.to_le_bytes());
        self.put(8, destination.to_le_bytes());
    }
}
