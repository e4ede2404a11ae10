//! `fd.*`: addresses and ports of sockets.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ir::{Const, Expr, ExprId, Extracted, Program, Rhs, SlotKind, Value};
use rustc_hash::FxHashSet;

use super::fd::known;
use super::text;
use super::{Call, Entry, Mode, boolean, names, unsigned, word};
use crate::event::Event;
use crate::state::{FdInfo, L4, Role, Socket, SocketTuple};

pub(super) const TABLE: &[Entry] = &[
    Entry::cheap("fd.cip", |event, _| known(event, |fd| client(fd, |tuple| address(tuple.source)))),
    Entry::cheap("fd.cnet", |event, _| known(event, |fd| client(fd, |tuple| address(tuple.source)))),
    Entry::cheap("fd.sip", |event, _| known(event, server_address)),
    Entry::cheap("fd.snet", |event, _| known(event, server_address)),
    Entry::moderate("fd.lip", |event, _| {
        known(event, |fd| side(event, fd, Side::Local, |ip, _| address(ip)))
    }),
    Entry::moderate("fd.lnet", |event, _| {
        known(event, |fd| side(event, fd, Side::Local, |ip, _| address(ip)))
    }),
    Entry::moderate("fd.rip", |event, _| {
        known(event, |fd| side(event, fd, Side::Remote, |ip, _| address(ip)))
    }),
    Entry::moderate("fd.rnet", |event, _| {
        known(event, |fd| side(event, fd, Side::Remote, |ip, _| address(ip)))
    }),
    Entry::cheap("fd.cport", |event, _| known(event, |fd| client(fd, |tuple| unsigned(tuple.source_port)))),
    Entry::cheap("fd.sport", |event, _| known(event, server_port)),
    Entry::moderate("fd.lport", |event, _| {
        known(event, |fd| side(event, fd, Side::Local, |_, port| unsigned(port)))
    }),
    Entry::moderate("fd.rport", |event, _| {
        known(event, |fd| side(event, fd, Side::Remote, |_, port| unsigned(port)))
    }),
    Entry::moderate("fd.cproto", |event, _| {
        known(event, |fd| match (fd.role, fd.tuple()) {
            (Role::None, _) => Extracted::Absent,
            (_, Some(tuple)) => port_text(event, tuple.source_port),
            (_, None) => word(""),
        })
    }),
    Entry::moderate("fd.sproto", |event, _| {
        known(event, |fd| match fd.socket() {
            Socket::Tuple(_) if fd.role == Role::None => Extracted::Absent,
            Socket::Tuple(tuple) => port_text(event, tuple.destination_port),
            // Falco does not write the port of a socket with only a local end.
            Socket::Server { .. } => word(""),
            Socket::None | Socket::Unix { .. } => Extracted::Absent,
        })
    }),
    Entry::moderate("fd.lproto", |event, _| {
        known(event, |fd| side(event, fd, Side::Local, |_, port| port_text(event, port)))
    }),
    Entry::moderate("fd.rproto", |event, _| {
        known(event, |fd| side(event, fd, Side::Remote, |_, port| port_text(event, port)))
    }),
    Entry::cheap("fd.ip", |event, call| ends(event, call, |ip, _| Value::Address(ip))),
    Entry::cheap("fd.net", |event, call| ends(event, call, |ip, _| Value::Address(ip))),
    Entry::cheap("fd.port", |event, call| ends(event, call, |_, port| Value::Unsigned(u64::from(port)))),
    Entry::cheap("fd.proto", |event, call| ends(event, call, |_, port| Value::Unsigned(u64::from(port)))),
    Entry::cheap("fd.l4proto", |event, _| {
        known(event, |fd| {
            word(match names::shown_l4(fd) {
                L4::Tcp => "tcp",
                L4::Udp => "udp",
                L4::Icmp => "icmp",
                L4::Raw => "raw",
                L4::Unknown | L4::NotApplicable => "<NA>",
            })
        })
    }),
    Entry::moderate("fd.is_server", |event, _| {
        known(event, |fd| {
            boolean(match fd.socket() {
                Socket::Server { .. } => true,
                Socket::Tuple(tuple) => is_local(event, tuple.destination),
                Socket::None | Socket::Unix { .. } => false,
            })
        })
    }),
    Entry::moderate(CLIENT_NAME, |event, call| host_name(event, call, |_, tuple| tuple.source)),
    Entry::moderate(SERVER_NAME, |event, call| host_name(event, call, |_, tuple| tuple.destination)),
    Entry::moderate(LOCAL_NAME, |event, call| {
        host_name(event, call, |event, tuple| end(event, tuple, Side::Local).0)
    }),
    Entry::moderate(REMOTE_NAME, |event, call| {
        host_name(event, call, |event, tuple| end(event, tuple, Side::Remote).0)
    }),
];

const CLIENT_NAME: &str = "fd.cip.name";
const SERVER_NAME: &str = "fd.sip.name";
const LOCAL_NAME: &str = "fd.lip.name";
const REMOTE_NAME: &str = "fd.rip.name";

/// The host names that enabled rules compare addresses with: whoever may ask the network finds out what they stand for,
/// and tells the engine ([`crate::Engine::set_host_names`]).
pub fn host_names(program: &Program) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut open: Vec<ExprId> = program.order.iter().map(|rule| program.rule(*rule).condition).collect();
    let mut seen = FxHashSet::default();
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        match program.expr(id) {
            Expr::Const(_) => {}
            Expr::Not(inner) => open.push(*inner),
            Expr::And(parts) | Expr::Or(parts) => open.extend(parts),
            Expr::Check(check) => {
                let SlotKind::Import(import) = program.slot(check.slot).kind else { continue };
                if ![CLIENT_NAME, SERVER_NAME, LOCAL_NAME, REMOTE_NAME]
                    .contains(&&*program.import(import).name)
                {
                    continue;
                }
                let literals = match &check.rhs {
                    Rhs::Const(one) => std::slice::from_ref(one),
                    Rhs::Set(many) => many,
                    Rhs::None | Rhs::Slot(_) => &[],
                };
                names.extend(literals.iter().filter_map(|literal| match program.const_(*literal) {
                    Const::Text(text) => std::str::from_utf8(text).ok().filter(|text| !text.is_empty()),
                    _ => None,
                }));
            }
        }
    }
    names
}

fn address<'e>(ip: IpAddr) -> Extracted<'e> {
    Extracted::One(Value::Address(ip))
}

fn port_text<'e>(event: &Event<'e>, port: u16) -> Extracted<'e> {
    super::text(text::format(event.arena, format_args!("{port}")))
}

/// A connection's ends once it is known which is the client.
fn client<'e>(fd: &FdInfo, read: impl FnOnce(SocketTuple) -> Extracted<'e>) -> Extracted<'e> {
    match fd.tuple() {
        Some(tuple) if fd.role != Role::None => read(tuple),
        _ => Extracted::Absent,
    }
}

fn server_address<'e>(fd: &FdInfo) -> Extracted<'e> {
    match fd.socket() {
        Socket::Tuple(tuple) if fd.role != Role::None => address(tuple.destination),
        Socket::Server { ip, .. } if fd.role != Role::None => address(ip),
        _ => Extracted::Absent,
    }
}

fn server_port<'e>(fd: &FdInfo) -> Extracted<'e> {
    match fd.socket() {
        Socket::Tuple(tuple) if fd.role != Role::None => unsigned(tuple.destination_port),
        Socket::Server { port, .. } => unsigned(port),
        _ => Extracted::Absent,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Local,
    Remote,
}

/// The end of a connection on this machine, or the other one: the source is local when its address is the machine's.
fn end(event: &Event<'_>, tuple: SocketTuple, side: Side) -> (IpAddr, u16) {
    if is_local(event, tuple.source) == (side == Side::Local) {
        (tuple.source, tuple.source_port)
    } else {
        (tuple.destination, tuple.destination_port)
    }
}

fn side<'e>(
    event: &Event<'e>,
    fd: &FdInfo,
    side: Side,
    read: impl FnOnce(IpAddr, u16) -> Extracted<'e>,
) -> Extracted<'e> {
    client(fd, |tuple| {
        let (ip, port) = end(event, tuple, side);
        read(ip, port)
    })
}

/// Whether an address is this machine's, as seen from the thread: in a container, its own address, or that of any
/// container while its own is not known. IPv6 addresses are compared by their first 64 bits.
fn is_local(event: &Event<'_>, ip: IpAddr) -> bool {
    let Some(thread) = event.thread else {
        return false;
    };
    if !event.state.container_id(thread).is_empty() {
        if ip.is_ipv6() {
            return false;
        }
        let is_this = |text: &str| text.parse::<IpAddr>() == Ok(ip);
        match event.state.container(thread).map(|container| &*container.ip).filter(|own| !own.is_empty()) {
            Some(own) if is_this(own) => return true,
            Some(_) => {}
            None => return event.state.containers.iter().any(|container| is_this(&container.ip)),
        }
    }
    event.state.interfaces.list().iter().any(|interface| match (interface.ip, ip) {
        (IpAddr::V6(own), IpAddr::V6(ip)) => own.octets()[..8] == ip.octets()[..8],
        (own, ip) => own == ip,
    })
}

/// Both ends of a connection or the one end of a listening socket, to be compared and never printed.
fn ends<'e>(event: &Event<'e>, call: &Call<'_>, read: fn(IpAddr, u16) -> Value<'e>) -> Extracted<'e> {
    if call.mode == Mode::Print {
        return Extracted::Absent;
    }
    known(event, |fd| {
        Extracted::Endpoints(match fd.socket() {
            Socket::Tuple(tuple) => event.arena.alloc([
                read(tuple.source, tuple.source_port),
                read(tuple.destination, tuple.destination_port),
            ]),
            Socket::Server { ip, port, .. } => event.arena.alloc([read(ip, port)]),
            Socket::None | Socket::Unix { .. } => &[],
        })
    })
}

/// A connection's end has all names that stand for its address: it equals a literal if one of them does, and differs if
/// all do. For everything else than connections no comparison holds.
fn host_name<'e>(
    event: &Event<'e>,
    call: &Call<'_>,
    end: impl FnOnce(&Event<'e>, SocketTuple) -> IpAddr,
) -> Extracted<'e> {
    let tuple = |fd: &FdInfo| fd.tuple().filter(|_| fd.role != Role::None);
    known(event, |fd| {
        let names = tuple(fd).map(|tuple| event.state.host_names.of(end(event, tuple)));
        match (call.mode, names) {
            (Mode::Print, names) => match names.and_then(<[_]>::first) {
                Some(name) => super::text(name.as_bytes()),
                None => Extracted::Absent,
            },
            (Mode::Match, None) => Extracted::Endpoints(&[]),
            (Mode::Match, Some([])) => word(""),
            (Mode::Match, Some(names)) => Extracted::Endpoints(
                event.arena.alloc_slice_fill_iter(names.iter().map(|name| Value::Text(name.as_bytes()))),
            ),
        }
    })
}
