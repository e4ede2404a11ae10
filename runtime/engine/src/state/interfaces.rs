//! Network interfaces: which addresses are this machine's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::fd::FdInfo;
use super::socket::Socket;

/// One address of one interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Name of the interface.
    pub name: Box<str>,
    /// Its address.
    pub ip: IpAddr,
    /// Its network mask, of the same family.
    pub mask: IpAddr,
    /// Its broadcast address, of the same family.
    pub broadcast: IpAddr,
}

/// All addresses of the machine.
#[derive(Clone, Debug, Default)]
pub struct Interfaces {
    list: Vec<Interface>,
}

impl Interfaces {
    /// The addresses, in the order of the snapshot.
    pub fn list(&self) -> &[Interface] {
        &self.list
    }

    pub(crate) fn set(&mut self, list: Vec<Interface>) {
        self.list = list;
    }

    /// Fills in the missing end of a connection: which local address would talk to the other one.
    pub(crate) fn complete(&self, fd: &mut FdInfo) {
        let Socket::Tuple(tuple) = fd.socket() else { return };
        let missing_source = tuple.source.is_unspecified();
        if !missing_source && !tuple.destination.is_unspecified() {
            return;
        }
        let known = if missing_source { tuple.destination } else { tuple.source };
        let local = match known {
            IpAddr::V4(ip) => IpAddr::V4(self.local_v4(ip)),
            IpAddr::V6(ip) => IpAddr::V6(self.local_v6(ip)),
        };
        if local == known && tuple.source_port == tuple.destination_port {
            return;
        }
        if missing_source {
            fd.socket.set_source(local, tuple.source_port);
        } else {
            fd.socket.set_destination(local, tuple.destination_port);
        }
    }

    /// The address itself when it is local, else one of the same network, else the first that is not the loopback's.
    fn local_v4(&self, other: Ipv4Addr) -> Ipv4Addr {
        let all = || {
            self.list.iter().filter_map(|interface| match (interface.ip, interface.mask) {
                (IpAddr::V4(ip), IpAddr::V4(mask)) => Some((ip, mask)),
                _ => None,
            })
        };
        let found = all().find(|(ip, _)| *ip == other);
        let found = found.or_else(|| all().find(|(ip, mask)| *ip & *mask == other & *mask));
        let found = found.or_else(|| all().find(|(ip, _)| *ip != Ipv4Addr::LOCALHOST));
        found.map_or(Ipv4Addr::UNSPECIFIED, |(ip, _)| ip)
    }

    /// As [`Interfaces::local_v4`]; networks are the first 64 bits.
    fn local_v6(&self, other: Ipv6Addr) -> Ipv6Addr {
        let all = || {
            self.list.iter().filter_map(|interface| match interface.ip {
                IpAddr::V6(ip) => Some(ip),
                IpAddr::V4(_) => None,
            })
        };
        let net = |ip: Ipv6Addr| ip.to_bits() >> 64;
        let found = all().find(|ip| *ip == other);
        let found = found.or_else(|| all().find(|ip| net(*ip) == net(other)));
        let found = found.or_else(|| all().find(|ip| *ip != Ipv6Addr::LOCALHOST));
        found.unwrap_or(Ipv6Addr::UNSPECIFIED)
    }
}
