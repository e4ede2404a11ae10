//! Socket addresses as texts.

use std::net::IpAddr;

use bumpalo::Bump;
use events::Param;
use events::param::{Endpoint, SockAddr, SockTuple};

use super::names;
use super::params::NO_TEXT;
use super::text::{self, Composer};

/// An address.
pub(super) fn address(arena: &Bump, ip: IpAddr) -> &[u8] {
    let mut out = Composer::new(arena);
    push_address(&mut out, ip);
    out.finish()
}

/// Appends an address, see [`ir::render::push_address`].
pub(super) fn push_address(out: &mut Composer<'_>, ip: IpAddr) {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            out.format(format_args!("{a}.{b}.{c}.{d}"));
        }
        IpAddr::V6(v6) => match v6.segments() {
            [0, 0, 0, 0, 0, 0, high, low] if high != 0 => {
                let [a, b] = high.to_be_bytes();
                let [c, d] = low.to_be_bytes();
                out.format(format_args!("::{a}.{b}.{c}.{d}"));
            }
            _ => {
                out.format(format_args!("{v6}"));
            }
        },
    }
}

fn push_end(out: &mut Composer<'_>, end: Endpoint) {
    push_address(out, end.ip);
    out.format(format_args!(":{}", end.port));
}

/// What an address that is too short for its family prints as.
fn malformed(family: u8) -> &'static [u8] {
    match family {
        events::param::FAMILY_UNIX => b"INVALID PATH",
        events::param::FAMILY_INET => b"INVALID IPv4",
        events::param::FAMILY_INET6 => b"INVALID IPv6",
        _ => b"INVALID SOCKADDR",
    }
}

/// A `SOCKADDR`.
pub(super) fn socket_address<'e>(arena: &'e Bump, param: Param<'e>) -> &'e [u8] {
    match param.sock_addr() {
        Some(SockAddr::Unix { path }) => text::printable_text(arena, path),
        Some(SockAddr::Inet(end)) => {
            let mut out = Composer::new(arena);
            push_end(&mut out, end);
            out.finish()
        }
        Some(SockAddr::Other { family }) => text::format(arena, format_args!("family {family}")),
        Some(SockAddr::Malformed { family }) => malformed(family),
        None => NO_TEXT,
    }
}

/// A `SOCKTUPLE`.
pub(super) fn socket_tuple<'e>(arena: &'e Bump, param: Param<'e>) -> &'e [u8] {
    let mut out = Composer::new(arena);
    match param.sock_tuple() {
        Some(SockTuple::Unix { source, destination, path }) => {
            out.format(format_args!("{source:x}->{destination:x} ")).push(text::printable_text(arena, path));
        }
        Some(SockTuple::Inet { source, destination }) => {
            // An IPv4 connection over an IPv6 socket shows as IPv4 when both ends are.
            let (from, to) = match (names::as_v4(source.ip), names::as_v4(destination.ip)) {
                (Some(from), Some(to)) => (from, to),
                _ => (source.ip, destination.ip),
            };
            push_end(&mut out, Endpoint { ip: from, port: source.port });
            out.push(b"->");
            push_end(&mut out, Endpoint { ip: to, port: destination.port });
        }
        Some(SockTuple::Other { family }) => {
            out.format(format_args!("family {family}"));
        }
        Some(SockTuple::Malformed { family }) => return malformed(family),
        None => return b"NULL",
    }
    out.finish()
}
