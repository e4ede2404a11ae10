//! Names of sockets, as they are shown: `1.2.3.4:5->6.7.8.9:10`.

use std::io::Write;
use std::net::{IpAddr, Ipv6Addr};

use super::socket::{L4, Socket, SocketTuple};

/// Appends an address with a port.
pub fn write_endpoint(out: &mut Vec<u8>, ip: IpAddr, port: u16) {
    write_ip(out, ip);
    let _ = write!(out, ":{port}");
}

/// Appends an address as C's `inet_ntop` writes it: an IPv6 address is compressed, one that maps or contains an IPv4
/// address shows it.
pub fn write_ip(out: &mut Vec<u8>, ip: IpAddr) {
    let _ = match ip {
        IpAddr::V4(ip) => write!(out, "{ip}"),
        IpAddr::V6(ip) => match ipv4_compatible(ip) {
            Some([a, b, c, d]) => write!(out, "::{a}.{b}.{c}.{d}"),
            None => write!(out, "{ip}"),
        },
    };
}

/// The IPv4 part of `::a.b.c.d` (not of `::x` with 16 bits at most, which is written in hexadecimal).
fn ipv4_compatible(ip: Ipv6Addr) -> Option<[u8; 4]> {
    let [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d] = ip.octets() else { return None };
    (a != 0 || b != 0).then_some([a, b, c, d])
}

/// Appends both ends with their ports.
pub fn write_tuple(out: &mut Vec<u8>, tuple: &SocketTuple) {
    write_endpoint(out, tuple.source, tuple.source_port);
    out.extend_from_slice(b"->");
    write_endpoint(out, tuple.destination, tuple.destination_port);
}

/// Appends the name that connecting and transferring data give to a socket: without ports where the protocol has none,
/// `<unknown>` where it is not known.
pub fn write_by_protocol(out: &mut Vec<u8>, tuple: &SocketTuple) {
    let v6 = tuple.source.is_ipv6();
    match tuple.l4 {
        L4::Tcp | L4::Udp => match (mapped(tuple.source), mapped(tuple.destination)) {
            (Some(source), Some(destination)) => {
                write_tuple(out, &SocketTuple { source, destination, ..*tuple });
            }
            _ => write_tuple(out, tuple),
        },
        L4::Icmp => write_addresses(out, tuple),
        L4::Raw if !v6 => write_addresses(out, tuple),
        _ => out.extend_from_slice(b"<unknown>"),
    }
}

fn write_addresses(out: &mut Vec<u8>, tuple: &SocketTuple) {
    let (source, destination) = match (mapped(tuple.source), mapped(tuple.destination)) {
        (Some(source), Some(destination)) => (source, destination),
        _ => (tuple.source, tuple.destination),
    };
    write_ip(out, source);
    out.extend_from_slice(b"->");
    write_ip(out, destination);
}

/// The IPv4 address that an IPv6 address maps.
pub fn mapped(ip: IpAddr) -> Option<IpAddr> {
    match ip {
        IpAddr::V6(ip) => ip.to_ipv4_mapped().map(IpAddr::V4),
        IpAddr::V4(_) => None,
    }
}

/// Appends the name of a socket that a table lists; unix sockets have a path instead.
pub fn write_listed(out: &mut Vec<u8>, socket: &Socket) {
    match socket {
        Socket::Tuple(tuple) => write_tuple(out, tuple),
        Socket::Server { ip, port, .. } => write_endpoint(out, *ip, *port),
        Socket::Unix { .. } | Socket::None => {}
    }
}

/// Appends the name of a connected unix socket: both kernel addresses and the path.
pub fn write_unix(out: &mut Vec<u8>, source: u64, destination: u64, path: &[u8]) {
    let _ = write!(out, "{source:x}->{destination:x} ");
    out.extend_from_slice(path);
}
