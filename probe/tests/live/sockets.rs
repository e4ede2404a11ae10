//! Sockets: addresses, connections, data, options.

use std::net::{TcpListener, UdpSocket};

use crate::program::Arg::{N, Ret};
use crate::program::{Arg, Convention, Part, room, text};
use crate::steps::Want::{Addr, Any, B, D, Empty, I, RetOf, Tuple, U};
use crate::steps::{ALL, Step, Want, also, check, step};

const INET: i64 = 2;
const STREAM: i64 = 1;
const DATAGRAM: i64 = 2;

/// `sockaddr_in` of the local host.
fn local(port: u16) -> Arg {
    Arg::Block(vec![
        Part::U16(2),
        Part::Raw(port.to_be_bytes().to_vec()),
        Part::Raw(vec![127, 0, 0, 1]),
        Part::U64(0),
    ])
}

/// `sockaddr_in6` of the local host.
fn local6(port: u16) -> Arg {
    let mut raw = port.to_be_bytes().to_vec();
    raw.extend([0; 4]);
    raw.extend(std::net::Ipv6Addr::LOCALHOST.octets());
    raw.extend([0; 4]);
    Arg::Block(vec![Part::U16(10), Part::Raw(raw)])
}

fn unix(path: &str) -> Arg {
    Arg::Block(vec![Part::U16(1), Part::Raw(path.bytes().chain([0]).collect())])
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn leak(s: String) -> &'static str {
    s.leak()
}

fn bytes(s: &str) -> Arg {
    Arg::Bytes(s.as_bytes().to_vec())
}

fn data(s: &str) -> Want {
    B(s.as_bytes().to_vec())
}

#[test]
fn connections() {
    check(
        ALL,
        |_| vec![],
        |_, _| {
            let port = free_port();
            let address = leak(format!("127.0.0.1:{port}"));
            let tuple = |s: &str| Tuple(s.replace("PORT", &port.to_string()));
            vec![
                step(
                    "socket",
                    [N(INET), N(STREAM | 0o2000000), N(6)],
                    "SOCKET_SOCKET_X",
                    [I(3), U(2), U((STREAM | 0o2000000) as u64), U(6), U(4096)],
                ),
                step(
                    "setsockopt",
                    [Ret(0), N(1), N(2), Arg::Block(vec![Part::U32(1)]), N(4)],
                    "SOCKET_SETSOCKOPT_X",
                    [I(0), I(3), U(1), U(2), D(2, vec![1, 0, 0, 0]), U(4)],
                ),
                step("bind", [Ret(0), local(port), N(16)], "SOCKET_BIND_X", [I(0), Addr(address), I(3)]),
                step("listen", [Ret(0), N(5)], "SOCKET_LISTEN_X", [I(0), I(3), I(5)]),
                step("socket", [N(INET), N(STREAM), N(0)], "SOCKET_SOCKET_X", [I(4), U(2), U(1), U(0), U(0)]),
                step(
                    "connect",
                    [Ret(4), local(port), N(16)],
                    "SOCKET_CONNECT_X",
                    [I(0), tuple("127.0.0.1:*->127.0.0.1:PORT"), I(4), Addr(address)],
                ),
                step(
                    "accept4",
                    [Ret(0), N(0), N(0), N(0o2000000)],
                    "SOCKET_ACCEPT4_6_X",
                    [I(5), tuple("127.0.0.1:*->127.0.0.1:PORT"), U(0), U(0), U(5), I(0o2000000)],
                ),
                step(
                    "sendto",
                    [Ret(4), bytes("ping"), N(4), N(0), N(0), N(0)],
                    "SOCKET_SENDTO_X",
                    [I(4), data("ping"), I(4), U(4), tuple("127.0.0.1:*->127.0.0.1:PORT")],
                ),
                step(
                    "recvfrom",
                    [Ret(6), room(10), N(10), N(0), N(0), N(0)],
                    "SOCKET_RECVFROM_X",
                    [I(4), data("ping"), tuple("127.0.0.1:*->127.0.0.1:PORT"), I(5), U(10)],
                ),
                step(
                    "getsockopt",
                    [Ret(4), N(1), N(3), room(4), Arg::Block(vec![Part::U32(4)])],
                    "SOCKET_GETSOCKOPT_X",
                    [I(0), I(4), U(1), U(3), D(2, vec![1, 0, 0, 0]), U(4)],
                ),
                step(
                    "getsockname",
                    [Ret(0), room(16), Arg::Block(vec![Part::U32(16)])],
                    "SOCKET_GETSOCKNAME_X",
                    [],
                ),
                step(
                    "getpeername",
                    [Ret(0), room(16), Arg::Block(vec![Part::U32(16)])],
                    "SOCKET_GETPEERNAME_X",
                    [],
                ),
                step("shutdown", [Ret(4), N(1)], "SOCKET_SHUTDOWN_X", [I(0), I(4), U(1)]),
                step("shutdown", [N(99), N(7)], "SOCKET_SHUTDOWN_X", [I(-9), I(99), U(255)]),
                step(
                    "accept4",
                    [N(99), N(0), N(0), N(0)],
                    "SOCKET_ACCEPT4_6_X",
                    [I(-9), Empty, U(0), U(0), U(0), I(0)],
                ),
            ]
        },
    );
}

#[test]
fn refused_and_pending_connections() {
    check(
        ALL,
        |_| vec![],
        |_, _| {
            let port = free_port();
            let address = leak(format!("127.0.0.1:{port}"));
            vec![
                step("socket", [N(INET), N(STREAM), N(0)], "SOCKET_SOCKET_X", [I(3)]),
                step(
                    "connect",
                    [Ret(0), local(port), N(16)],
                    "SOCKET_CONNECT_X",
                    [I(-111), Empty, I(3), Addr(address)],
                ),
                step(
                    "socket",
                    [N(99), N(STREAM), N(0)],
                    "SOCKET_SOCKET_X",
                    [I(-97), U(99), U(1), U(0), U(0)],
                ),
                step(
                    "connect",
                    [N(99), local(port), N(16)],
                    "SOCKET_CONNECT_X",
                    [I(-9), Empty, I(99), Addr(address)],
                ),
            ]
        },
    );
}

#[test]
fn datagrams() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = receiver.local_addr().unwrap().port();
    check(
        ALL,
        |_| vec![],
        |convention, _| {
            let tuple = || Tuple(format!("*:*->127.0.0.1:{port}"));
            let vector = |s: &str| Arg::Block(vec![Part::Address(bytes(s)), Part::Word(s.len() as i64)]);
            let message = |s: &str| message_parts(local(port), 16, vector(s), 1);
            let several = |convention: Convention| {
                let mut parts = Vec::new();
                for s in ["first", "second!"] {
                    parts.extend(message_parts(local(port), 16, vector(s), 1));
                    parts.extend(if convention.is_narrow() {
                        vec![Part::U32(0)]
                    } else {
                        vec![Part::U32(0), Part::U32(0)]
                    });
                }
                Arg::Block(parts)
            };
            let mut steps: Vec<Step> = vec![
                step("socket", [N(INET), N(DATAGRAM), N(0)], "SOCKET_SOCKET_X", [I(3)]),
                step(
                    "sendto",
                    [Ret(0), bytes("to you"), N(6), N(0), local(port), N(16)],
                    "SOCKET_SENDTO_X",
                    [I(6), data("to you"), I(3), U(6), tuple()],
                ),
                step(
                    "sendmsg",
                    [Ret(0), Arg::Block(message("a message")), N(0)],
                    "SOCKET_SENDMSG_X",
                    [I(9), data("a message"), I(3), U(9), tuple()],
                ),
                step(
                    "sendmsg",
                    [N(99), Arg::Block(message("a message")), N(0)],
                    "SOCKET_SENDMSG_X",
                    [I(-9), data("a message"), I(99), U(9), Empty],
                ),
                step(
                    "sendmmsg",
                    [Ret(0), several(convention), N(2), N(0)],
                    "SOCKET_SENDMMSG_X",
                    [I(5), I(3), U(5), data("first"), tuple()],
                ),
            ];
            // The second message has an event of its own.
            steps.push(also("SOCKET_SENDMMSG_X", [I(7), I(3), U(7), data("second!"), tuple()]));
            steps.extend([
                step(
                    "sendmmsg",
                    [N(99), several(convention), N(2), N(0)],
                    "SOCKET_SENDMMSG_X",
                    [I(-9), I(99), U(5), data("first"), Empty],
                ),
                step(
                    "recvmsg",
                    [N(99), Arg::Block(message("....")), N(0)],
                    "SOCKET_RECVMSG_X",
                    [I(-9), U(0), Empty, Empty, Empty, I(99)],
                ),
                step(
                    "recvmmsg",
                    [N(99), several(convention), N(1), N(0), N(0)],
                    "SOCKET_RECVMMSG_X",
                    [I(-9), I(99), U(0), Empty, Empty, Empty],
                ),
            ]);
            steps
        },
    );
}

/// A message header: address and its size, vectors and their number, no control data.
fn message_parts(address: Arg, size: i64, vectors: Arg, count: i64) -> Vec<Part> {
    vec![
        Part::Address(address),
        Part::Word(size),
        Part::Address(vectors),
        Part::Word(count),
        Part::Word(0),
        Part::Word(0),
        Part::Word(0),
    ]
}

#[test]
fn local_sockets() {
    check(
        ALL,
        |_| vec![vec![Part::U64(0)]],
        |_, dir| {
            let path = leak(dir.join("socket").display().to_string());
            let size = 2 + path.len() as i64 + 1;
            let named = leak(format!("unix {path}"));
            vec![
                step("socket", [N(1), N(STREAM), N(0)], "SOCKET_SOCKET_X", [I(3), U(1), U(1), U(0), U(0)]),
                step("bind", [Ret(0), unix(path), N(size)], "SOCKET_BIND_X", [I(0), Addr(named), I(3)]),
                step("listen", [Ret(0), N(1)], "SOCKET_LISTEN_X", [I(0)]),
                step("socket", [N(1), N(STREAM), N(0)], "SOCKET_SOCKET_X", [I(4)]),
                step(
                    "connect",
                    [Ret(3), unix(path), N(size)],
                    "SOCKET_CONNECT_X",
                    [I(0), Tuple(named.into()), I(4), Addr(named)],
                ),
                step(
                    "socketpair",
                    [N(1), N(STREAM), N(0), Arg::Named(0)],
                    "SOCKET_SOCKETPAIR_X",
                    [I(0), I(5), I(6), Want::Some, Want::Some, U(1), U(1), U(0)],
                ),
                step(
                    "socketpair",
                    [N(99), N(STREAM), N(0), Arg::Named(0)],
                    "SOCKET_SOCKETPAIR_X",
                    [I(-97), I(-1), I(-1), U(0), U(0), U(99), U(1), U(0)],
                ),
                step(
                    "bind",
                    [N(99), Arg::Block(vec![Part::U16(1), Part::Raw(b"\0abstract\0".to_vec())]), N(11)],
                    "SOCKET_BIND_X",
                    [I(-9), Addr("unix abstract"), I(99)],
                ),
                step(
                    "bind",
                    [N(99), Arg::Block(vec![Part::U16(16), Part::Raw(vec![0; 10])]), N(12)],
                    "SOCKET_BIND_X",
                    [I(-9), Empty, I(99)],
                ),
                step("bind", [N(99), N(8), N(12)], "SOCKET_BIND_X", [I(-9), Empty, I(99)]),
            ]
        },
    );
}

#[test]
fn version_six() {
    check(
        ALL,
        |_| vec![],
        |_, _| {
            let port = free_port();
            let address = leak(format!("::1:{port}"));
            vec![
                step(
                    "socket",
                    [N(10), N(DATAGRAM), N(0)],
                    "SOCKET_SOCKET_X",
                    [I(3), U(10), U(2), U(0), U(0)],
                ),
                step("bind", [Ret(0), local6(port), N(28)], "SOCKET_BIND_X", [I(0), Addr(address), I(3)]),
                step(
                    "sendto",
                    [Ret(0), bytes("six"), N(3), N(0), local6(port), N(28)],
                    "SOCKET_SENDTO_X",
                    [I(3), data("six"), I(3), U(3), Tuple(format!("::1:{port}->::1:{port}"))],
                ),
            ]
        },
    );
}

#[test]
fn options() {
    check(
        ALL,
        |_| vec![],
        |convention, _| {
            vec![
                step("socket", [N(INET), N(STREAM), N(0)], "SOCKET_SOCKET_X", [I(3)]),
                step(
                    "setsockopt",
                    [
                        Ret(0),
                        N(1),
                        N(20),
                        Arg::Block(vec![Part::Word(2), Part::Word(250_000)]),
                        N(if convention.is_narrow() { 8 } else { 16 }),
                    ],
                    "SOCKET_SETSOCKOPT_X",
                    [I(0), I(3), U(1), U(20), D(4, 2_250_000_000u64.to_le_bytes().to_vec()), Any],
                ),
                step(
                    "getsockopt",
                    [Ret(0), N(1), N(4), room(4), Arg::Block(vec![Part::U32(4)])],
                    "SOCKET_GETSOCKOPT_X",
                    [I(0), I(3), U(1), U(4), D(1, 0u64.to_le_bytes().to_vec()), U(4)],
                ),
                step(
                    "setsockopt",
                    [Ret(0), N(6), N(1), Arg::Block(vec![Part::U32(1)]), N(4)],
                    "SOCKET_SETSOCKOPT_X",
                    [I(0), I(3), U(2), U(0), D(0, vec![1, 0, 0, 0]), U(4)],
                ),
                step(
                    "setsockopt",
                    [Ret(0), N(1), N(25), text("lo"), N(3)],
                    "SOCKET_SETSOCKOPT_X",
                    [I(0), I(3), U(1), U(25), D(0, b"lo\0".to_vec()), U(3)],
                ),
                step(
                    "setsockopt",
                    [Ret(0), N(0), N(1), N(0), N(0)],
                    "SOCKET_SETSOCKOPT_X",
                    [Any, RetOf(0), U(0), U(0), Empty, U(0)],
                ),
            ]
        },
    );
}

/// Old 32-bit programs make all network calls through one call, whose arguments lie in memory.
#[test]
fn one_call_for_all() {
    check(
        &ALL[1..],
        |_| vec![],
        |_, _| {
            let port = free_port();
            let address = leak(format!("127.0.0.1:{port}"));
            let args = |parts: Vec<Part>| Arg::Block(parts);
            let n = Part::Word;
            vec![
                step(
                    "#102",
                    [N(1), args(vec![n(INET), n(STREAM), n(6)])],
                    "SOCKET_SOCKET_X",
                    [I(3), U(2), U(1), U(6), U(0)],
                ),
                step(
                    "#102",
                    [N(2), args(vec![n(3), Part::Address(local(port)), n(16)])],
                    "SOCKET_BIND_X",
                    [I(0), Addr(address), I(3)],
                ),
                step("#102", [N(4), args(vec![n(3), n(5)])], "SOCKET_LISTEN_X", [I(0), I(3), I(5)]),
                step("#102", [N(1), args(vec![n(INET), n(STREAM), n(6)])], "SOCKET_SOCKET_X", [I(4)]),
                step(
                    "#102",
                    [N(3), args(vec![n(4), Part::Address(local(port)), n(16)])],
                    "SOCKET_CONNECT_X",
                    [I(0), Tuple(format!("127.0.0.1:*->127.0.0.1:{port}")), I(4), Addr(address)],
                ),
                step(
                    "#102",
                    [N(5), args(vec![n(3), n(0), n(0)])],
                    "SOCKET_ACCEPT_5_X",
                    [I(5), Tuple(format!("127.0.0.1:*->127.0.0.1:{port}")), U(0), U(0), U(5)],
                ),
                step(
                    "#102",
                    [N(9), args(vec![n(4), Part::Address(bytes("sent")), n(4), n(0)])],
                    "SOCKET_SENDTO_X",
                    [I(4), data("sent"), I(4), U(4), Tuple(format!("127.0.0.1:*->127.0.0.1:{port}"))],
                ),
                step(
                    "#102",
                    [N(10), args(vec![n(5), Part::Address(room(9)), n(9), n(0)])],
                    "SOCKET_RECVFROM_X",
                    [I(4), data("sent"), Tuple(format!("127.0.0.1:*->127.0.0.1:{port}")), I(5), U(9)],
                ),
            ]
        },
    );
}
