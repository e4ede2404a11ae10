//! Calls that are submitted through io_uring are reported as the calls that they stand for.

use std::path::Path;

use crate::program::Arg::{self, N, Named, Offset, Ret};
use crate::program::{Part, text};
use crate::steps::Want::{Any, Dev, Empty, I, Ino, Tuple, U};
use crate::steps::{NATIVE, Step, Want, also, check, path, step, t};

const AT_FDCWD: i32 = -100;
/// Run each request when the one before has completed, also when that failed.
const HARD_LINK: u8 = 1 << 3;

/// A submission: opcode, descriptor, address, length, second address, flags, place for a descriptor.
#[derive(Default)]
struct Request {
    opcode: u8,
    fd: i32,
    address: Option<Arg>,
    length: i32,
    second: Option<Arg>,
    flags: u32,
    slot: u32,
}

impl Request {
    fn parts(self) -> Vec<Part> {
        let address = |arg: Option<Arg>| arg.map_or(Part::U64(0), Part::Address);
        vec![
            Part::Raw(vec![self.opcode, HARD_LINK, 0, 0]),
            Part::U32(self.fd as u32),
            address(self.second),
            address(self.address),
            Part::U32(self.length as u32),
            Part::U32(self.flags),
            Part::U64(7),
            Part::U32(0),
            Part::U32(self.slot),
            Part::U64(0),
            Part::U64(0),
        ]
    }
}

/// Whether submissions need no array of indices (Linux 6.6), which is how the programs here submit.
fn submits_in_order() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").expect("the kernel's release");
    let mut numbers = release.split(['.', '-']).map(|number| number.parse::<u32>().unwrap_or(0));
    let in_order = (numbers.next(), numbers.next()) >= (Some(6), Some(6));
    if !in_order {
        eprintln!("SKIPPED: before Linux 6.6 rings need an array of indices");
    }
    in_order
}

/// A program that submits the requests and waits for them; what is expected of the requests. Descriptor 3 is the ring, 4
/// the program's file.
fn submit(requests: impl Fn(&Path) -> Vec<Request>, wanted: impl Fn(&Path) -> Vec<Step>) {
    // Blocks cannot know the folder of the run: paths are relative, and the program changes into its folder first.
    let blocks = || {
        let sqes: Vec<Part> = requests(Path::new("")).into_iter().flat_map(Request::parts).collect();
        let count = requests(Path::new("")).len() as u32;
        // Head and tail of the submission queue.
        let mut header = vec![0; 4];
        header.extend(count.to_le_bytes());
        vec![sqes, vec![Part::Raw(header)]]
    };
    check(
        NATIVE,
        |_| blocks(),
        |_, dir| {
            let count = requests(dir).len() as i64;
            // No array of indices: submissions are taken in order.
            let setup = Arg::Block(vec![Part::U64(0), Part::U32(1 << 16), Part::Raw(vec![0; 108])]);
            let mut steps = vec![
                step("chdir", [path(dir)], "SYSCALL_CHDIR_X", [I(0)]),
                step("io_uring_setup", [N(16), setup], "SYSCALL_IO_URING_SETUP_X", [I(3), U(16)]),
                step("openat", [N(-100), text("/proc/self/exe"), N(0), N(0)], "SYSCALL_OPENAT_2_X", [I(4)]),
                step("mmap", [N(0), N(4096), N(3), N(0x8001), Ret(1), N(0)], "SYSCALL_MMAP_X", [Want::Ret]),
                step(
                    "mmap",
                    [N(0), N(4096), N(3), N(0x8001), Ret(1), N(0x1000_0000)],
                    "SYSCALL_MMAP_X",
                    [Want::Ret],
                ),
                step(
                    "pread64",
                    [Ret(2), Ret(4), N(64 * count), Offset(0)],
                    "SYSCALL_PREAD_X",
                    [I(64 * count)],
                ),
                step("pread64", [Ret(2), Ret(3), N(8), Offset(1)], "SYSCALL_PREAD_X", [I(8)]),
            ];
            steps.extend(wanted(dir));
            steps.push(step(
                "io_uring_enter",
                [Ret(1), N(count), N(count), N(1), N(0), N(0)],
                "SYSCALL_IO_URING_ENTER_X",
                [I(count), I(3)],
            ));
            steps
        },
    );
}

#[test]
fn files_through_a_ring() {
    if !submits_in_order() {
        return;
    }
    submit(
        |_| {
            let how = || Arg::Block(vec![Part::U64(0o100 | 1), Part::U64(0o600), Part::U64(8)]);
            vec![
                Request { opcode: 18, fd: AT_FDCWD, address: Some(text("program")), ..Default::default() },
                Request {
                    opcode: 18,
                    fd: AT_FDCWD,
                    address: Some(text("no/thing")),
                    flags: 2,
                    ..Default::default()
                },
                Request {
                    opcode: 18,
                    fd: AT_FDCWD,
                    address: Some(text("new")),
                    length: 0o644,
                    flags: 0o102,
                    ..Default::default()
                },
                Request {
                    opcode: 28,
                    fd: AT_FDCWD,
                    address: Some(text("new2")),
                    length: 24,
                    second: Some(how()),
                    ..Default::default()
                },
                Request {
                    opcode: 37,
                    fd: AT_FDCWD,
                    address: Some(text("dir")),
                    length: 0o750,
                    ..Default::default()
                },
                Request {
                    opcode: 38,
                    fd: AT_FDCWD,
                    address: Some(text("target")),
                    second: Some(text("soft")),
                    ..Default::default()
                },
                Request {
                    opcode: 39,
                    fd: AT_FDCWD,
                    address: Some(text("new")),
                    length: AT_FDCWD,
                    second: Some(text("hard")),
                    ..Default::default()
                },
                Request {
                    opcode: 35,
                    fd: AT_FDCWD,
                    address: Some(text("hard")),
                    length: AT_FDCWD,
                    second: Some(text("moved")),
                    flags: 1,
                    ..Default::default()
                },
                Request {
                    opcode: 36,
                    fd: AT_FDCWD,
                    address: Some(text("dir")),
                    flags: 0x200,
                    ..Default::default()
                },
                Request { opcode: 36, fd: AT_FDCWD, address: Some(text("gone")), ..Default::default() },
            ]
        },
        |dir| {
            let (program, new) = (dir.join("program"), dir.join("new"));
            vec![
                also(
                    "SYSCALL_OPENAT_2_X",
                    [I(5), I(-100), t("program"), U(1 | 2048), U(0), Dev(program.clone()), Ino(program)],
                ),
                also("SYSCALL_OPENAT_2_X", [I(-2), I(-100), t("no/thing"), U(3 | 2048), U(0), U(0), U(0)]),
                also(
                    "SYSCALL_OPENAT_2_X",
                    [I(6), I(-100), t("new"), U(3 | 4 | 2048 | 16384), U(0o644), Dev(new.clone()), Ino(new)],
                ),
                also(
                    "SYSCALL_OPENAT2_X",
                    [
                        I(7),
                        I(-100),
                        t("new2"),
                        Any,
                        U(0o600),
                        U(1),
                        Dev(dir.join("new2")),
                        Ino(dir.join("new2")),
                    ],
                ),
                also("SYSCALL_MKDIRAT_X", [I(0), I(-100), t("dir"), U(0o750)]),
                also("SYSCALL_SYMLINKAT_X", [I(0), t("target"), I(-100), t("soft")]),
                also("SYSCALL_LINKAT_2_X", [I(0), I(-100), t("new"), I(-100), t("hard"), U(0)]),
                also("SYSCALL_RENAMEAT2_X", [I(0), I(-100), t("hard"), I(-100), t("moved"), U(1)]),
                also("SYSCALL_UNLINKAT_2_X", [I(0), I(-100), t("dir"), U(0x200)]),
                also("SYSCALL_UNLINKAT_2_X", [I(-2), I(-100), t("gone"), U(0)]),
            ]
        },
    );
}

/// Sockets through a ring: made by ordinary calls, used through the ring.
#[test]
fn sockets_through_a_ring() {
    if !submits_in_order() {
        return;
    }
    let receiver = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = receiver.local_addr().unwrap().port();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = |port: u16| {
        Arg::Block(vec![
            Part::U16(2),
            Part::Raw(port.to_be_bytes().to_vec()),
            Part::Raw(vec![127, 0, 0, 1]),
            Part::U64(0),
        ])
    };
    let message = || {
        let vector = Arg::Block(vec![Part::Address(Arg::Bytes(b"through".to_vec())), Part::Word(7)]);
        Arg::Block(vec![
            Part::Address(address(port)),
            Part::Word(16),
            Part::Address(vector),
            Part::Word(1),
            Part::Word(0),
            Part::Word(0),
            Part::Word(0),
        ])
    };
    let header = |count: u32| {
        let mut header = vec![0; 4];
        header.extend(count.to_le_bytes());
        vec![Part::Raw(header)]
    };
    let sqes = || {
        [
            Request { opcode: 9, fd: 3, address: Some(message()), length: 1, ..Default::default() },
            Request {
                opcode: 16,
                fd: 4,
                address: Some(address(closed)),
                second: Some(N(16)),
                ..Default::default()
            },
            Request {
                opcode: 10,
                fd: 3,
                address: Some(message()),
                length: 1,
                flags: 0x40,
                ..Default::default()
            },
        ]
        .into_iter()
        .flat_map(Request::parts)
        .collect::<Vec<_>>()
    };
    check(
        NATIVE,
        |_| vec![sqes(), header(3)],
        |_, _| {
            let setup = Arg::Block(vec![Part::U64(0), Part::U32(1 << 16), Part::Raw(vec![0; 108])]);
            vec![
                step("socket", [N(2), N(2), N(0)], "SOCKET_SOCKET_X", [I(3)]),
                step("socket", [N(2), N(1), N(0)], "SOCKET_SOCKET_X", [I(4)]),
                step("io_uring_setup", [N(16), setup], "SYSCALL_IO_URING_SETUP_X", [I(5)]),
                step("openat", [N(-100), text("/proc/self/exe"), N(0), N(0)], "SYSCALL_OPENAT_2_X", [I(6)]),
                step("mmap", [N(0), N(4096), N(3), N(0x8001), Ret(2), N(0)], "SYSCALL_MMAP_X", [Want::Ret]),
                step(
                    "mmap",
                    [N(0), N(4096), N(3), N(0x8001), Ret(2), N(0x1000_0000)],
                    "SYSCALL_MMAP_X",
                    [Want::Ret],
                ),
                step("pread64", [Ret(3), Ret(5), N(64 * 3), Offset(0)], "SYSCALL_PREAD_X", [I(64 * 3)]),
                step("pread64", [Ret(3), Ret(4), N(8), Offset(1)], "SYSCALL_PREAD_X", [I(8)]),
                also(
                    "SOCKET_SENDMSG_X",
                    [I(7), Want::B(b"through".to_vec()), I(3), U(7), Tuple(format!("*:*->127.0.0.1:{port}"))],
                ),
                also(
                    "SOCKET_CONNECT_X",
                    [I(-111), Empty, I(4), Want::Addr(format!("127.0.0.1:{closed}").leak())],
                ),
                also("SOCKET_RECVMSG_X", [I(-11), U(0), Empty, Any, Empty, I(3)]),
                step(
                    "io_uring_enter",
                    [Ret(2), N(3), N(3), N(1), N(0), N(0)],
                    "SYSCALL_IO_URING_ENTER_X",
                    [I(3), I(5)],
                ),
            ]
        },
    );
}

/// A place in the ring's own table is no descriptor of the process.
#[test]
fn direct_descriptors() {
    if !submits_in_order() {
        return;
    }
    let table = || vec![Part::U32(0xffff_ffff), Part::U32(0xffff_ffff)];
    let sqes = || {
        Request {
            opcode: 18,
            fd: AT_FDCWD,
            address: Some(text("/etc/hostname")),
            slot: 2,
            ..Default::default()
        }
        .parts()
    };
    let mut header = vec![0; 4];
    header.extend(1u32.to_le_bytes());
    check(
        NATIVE,
        |_| vec![sqes(), vec![Part::Raw(header.clone())], table()],
        |_, _| {
            let setup = Arg::Block(vec![Part::U64(0), Part::U32(1 << 16), Part::Raw(vec![0; 108])]);
            vec![
                step("io_uring_setup", [N(16), setup], "SYSCALL_IO_URING_SETUP_X", [I(3)]),
                step("openat", [N(-100), text("/proc/self/exe"), N(0), N(0)], "SYSCALL_OPENAT_2_X", [I(4)]),
                step(
                    "io_uring_register",
                    [Ret(0), N(2), Named(2), N(2)],
                    "SYSCALL_IO_URING_REGISTER_X",
                    [I(0)],
                ),
                step("mmap", [N(0), N(4096), N(3), N(0x8001), Ret(0), N(0)], "SYSCALL_MMAP_X", [Want::Ret]),
                step(
                    "mmap",
                    [N(0), N(4096), N(3), N(0x8001), Ret(0), N(0x1000_0000)],
                    "SYSCALL_MMAP_X",
                    [Want::Ret],
                ),
                step("pread64", [Ret(1), Ret(4), N(64), Offset(0)], "SYSCALL_PREAD_X", [I(64)]),
                step("pread64", [Ret(1), Ret(3), N(8), Offset(1)], "SYSCALL_PREAD_X", [I(8)]),
                also("SYSCALL_OPENAT_2_X", [I(1 << 30 | 1), I(-100), t("/etc/hostname")]),
                step(
                    "io_uring_enter",
                    [Ret(0), N(1), N(1), N(1), N(0), N(0)],
                    "SYSCALL_IO_URING_ENTER_X",
                    [I(1)],
                ),
            ]
        },
    );
}
