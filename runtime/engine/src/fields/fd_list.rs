//! `fdlist.*`: the descriptors that a poll waits for.

use catalogue::EventCode as E;
use std::net::{IpAddr, Ipv4Addr};

use ir::Extracted;

use super::address::push_address;
use super::text::Composer;
use super::{Entry, text};
use crate::event::Event;
use crate::state::{FdInfo, Socket};

pub(super) const TABLE: &[Entry] = &[
    Entry::expensive("fdlist.nums", |event, _| {
        list(event, |out, num, _| {
            out.format(format_args!("{num}"));
            true
        })
    }),
    Entry::expensive("fdlist.names", |event, _| {
        list(event, |out, _, fd| {
            out.push(fd.map(|fd| &*fd.name).filter(|name| !name.is_empty()).unwrap_or(b"<NA>"));
            true
        })
    }),
    Entry::expensive("fdlist.cips", |event, _| {
        list(event, |out, _, fd| match fd.map(FdInfo::socket) {
            Some(Socket::Tuple(tuple)) => address(out, tuple.source),
            _ => false,
        })
    }),
    Entry::expensive("fdlist.sips", |event, _| {
        list(event, |out, _, fd| match fd.map(FdInfo::socket) {
            Some(Socket::Tuple(tuple)) => address(out, tuple.destination),
            // Falco writes the first four bytes of an IPv6 address as if it were an IPv4 one.
            Some(Socket::Server { ip: IpAddr::V6(ip), .. }) => {
                let [a, b, c, d, ..] = ip.octets();
                address(out, Ipv4Addr::new(a, b, c, d).into())
            }
            Some(Socket::Server { ip, .. }) => address(out, ip),
            _ => false,
        })
    }),
    Entry::expensive("fdlist.cports", |event, _| {
        list(event, |out, _, fd| match fd.map(FdInfo::socket) {
            Some(Socket::Tuple(tuple)) => port(out, tuple.source_port),
            _ => false,
        })
    }),
    Entry::expensive("fdlist.sports", |event, _| {
        list(event, |out, _, fd| match fd.map(FdInfo::socket) {
            Some(Socket::Tuple(tuple)) => port(out, tuple.destination_port),
            _ => false,
        })
    }),
];

fn address(out: &mut Composer<'_>, ip: IpAddr) -> bool {
    push_address(out, ip);
    true
}

fn port(out: &mut Composer<'_>, port: u16) -> bool {
    out.format(format_args!("{port}"));
    true
}

/// What `write` makes of each descriptor of the list, joined by commas; those for which it writes nothing and answers
/// false are left out. Absent when nothing is left.
fn list<'e>(
    event: &Event<'e>,
    write: impl Fn(&mut Composer<'e>, i64, Option<&'e FdInfo>) -> bool,
) -> Extracted<'e> {
    if !matches!(event.code, E::SYSCALL_POLL_X | E::SYSCALL_PPOLL_X) || event.thread.is_none() {
        return Extracted::Absent;
    }
    let mut out = Composer::new(event.arena);
    for (num, _) in event.param(1).fd_list() {
        if write(&mut out, num, event.fd_of(num)) {
            out.byte(b',');
        }
    }
    if out.is_empty() {
        return Extracted::Absent;
    }
    out.truncate(out.len() - 1);
    text(out.finish())
}
