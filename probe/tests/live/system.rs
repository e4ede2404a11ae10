//! The system as a whole: mounts, modules, quotas, keys, tracing, semaphores, rings, and calls without events of their own.

use crate::program::Arg::{N, Ret};
use crate::program::{Arg, Part, room, text};
use crate::steps::Want::{Any, B, D, Empty, I, U};
use crate::steps::{ALL, NATIVE, Want, check, path, step, t};

fn number(n: i64) -> Want {
    D(0, n.to_le_bytes().to_vec())
}

fn string(s: &str) -> Want {
    D(1, s.bytes().chain([0]).collect())
}

#[test]
fn mounts_and_modules() {
    check(
        ALL,
        |_| vec![],
        |_, _| {
            vec![
                step(
                    "mount",
                    [text("none"), text("/no/where"), text("tmpfs"), N(0xc0ed_0000u32 as i64 | 6), N(0)],
                    "SYSCALL_MOUNT_X",
                    [I(-2), t("none"), t("/no/where"), t("tmpfs"), U(6)],
                ),
                step(
                    "umount2",
                    [text("/no/where"), N(2)],
                    "SYSCALL_UMOUNT2_X",
                    [I(-2), t("/no/where"), U(2)],
                ),
                step(
                    "init_module",
                    [Arg::Bytes(b"no module".to_vec()), N(9), text("a=1")],
                    "SYSCALL_INIT_MODULE_X",
                    [Want::Ret, B(b"no module".to_vec()), U(9), t("a=1")],
                ),
                step(
                    "finit_module",
                    [N(99), text("b=2"), N(1)],
                    "SYSCALL_FINIT_MODULE_X",
                    [Want::Ret, I(99), t("b=2"), U(1)],
                ),
                step(
                    "delete_module",
                    [text("no_such"), N(0o4000)],
                    "SYSCALL_DELETE_MODULE_X",
                    [Want::Ret, t("no_such"), U(2)],
                ),
                step("bpf", [N(5), N(0), N(0)], "SYSCALL_BPF_2_X", [Want::Ret, I(5)]),
                step(
                    "fsconfig",
                    [N(99), N(1), text("key"), text("value"), N(0)],
                    "SYSCALL_FSCONFIG_X",
                    [I(-9), I(99), U(1), t("key"), Empty, Empty, I(0)],
                ),
                step(
                    "quotactl",
                    [N(0x800007 << 8), text("/dev/none"), N(7), room(72)],
                    "SYSCALL_QUOTACTL_X",
                    [
                        Want::Ret,
                        t("/dev/none"),
                        Empty,
                        U(0),
                        U(0),
                        U(0),
                        U(0),
                        U(0),
                        U(0),
                        U(0),
                        U(0),
                        U(0),
                        U(0),
                        U(1),
                        U(32),
                        U(1),
                        U(7),
                        U(1),
                    ],
                ),
                step(
                    "open_by_handle_at",
                    [N(-100), Arg::Block(vec![Part::U32(0), Part::U32(0)]), N(0)],
                    "SYSCALL_OPEN_BY_HANDLE_AT_X",
                    [Want::Ret, I(-100), U(1), Empty, U(0), U(0)],
                ),
            ]
        },
    );
    check(
        &ALL[1..],
        |_| vec![],
        |_, _| {
            vec![step("#22", [text("/no/where"), N(2)], "SYSCALL_UMOUNT2_X", [I(-2), t("/no/where"), U(0)])]
        },
    );
}

#[test]
fn keys() {
    check(
        ALL,
        |_| vec![],
        |_, _| {
            vec![
                step(
                    "keyctl",
                    [N(0), N(-3), N(0)],
                    "SYSCALL_KEYCTL_X",
                    [Any, U(0), number(-3), number(0), number(0), number(0)],
                ),
                step(
                    "keyctl",
                    [N(1), text("session")],
                    "SYSCALL_KEYCTL_X",
                    [Any, U(1), string("session"), number(0), number(0), number(0)],
                ),
                step(
                    "keyctl",
                    [N(10), N(-3), text("user"), text("name"), N(5)],
                    "SYSCALL_KEYCTL_X",
                    [Any, U(10), number(-3), string("user"), string("name"), number(5)],
                ),
            ]
        },
    );
}

#[test]
fn tracing_of_processes() {
    check(
        ALL,
        |_| vec![],
        |_, _| {
            vec![
                step(
                    "ptrace",
                    [N(16), N(0x7fff_fff0), N(1), N(2)],
                    "SYSCALL_PTRACE_X",
                    [I(-3), number(0), number(0), U(11), I(0x7fff_fff0)],
                ),
                step(
                    "ptrace",
                    [N(0x4206), N(0x7fff_fff0), N(0), N(0)],
                    "SYSCALL_PTRACE_X",
                    [I(-3), number(0), number(0), U(20), I(0x7fff_fff0)],
                ),
                step(
                    "ptrace",
                    [N(0), N(0), N(5), N(6)],
                    "SYSCALL_PTRACE_X",
                    [I(0), number(5), number(6), U(1), I(0)],
                ),
            ]
        },
    );
}

#[test]
fn semaphores() {
    check(
        ALL,
        |_| vec![],
        |convention, _| {
            let operations = || {
                Arg::Block(vec![
                    Part::U16(0),
                    Part::U16(1),
                    Part::U16(0x800),
                    Part::U16(0),
                    Part::U16(0xffff),
                    Part::U16(0x1000),
                ])
            };
            let mut steps = vec![
                step("semget", [N(0), N(1), N(0o1600)], "SYSCALL_SEMGET_X", [Want::Ret, I(0), I(1), U(8192)]),
                step(
                    "semctl",
                    [Ret(0), N(0), N(16), N(3)],
                    "SYSCALL_SEMCTL_X",
                    [I(0), Want::RetOf(0), I(0), U(4096), I(3)],
                ),
                step(
                    "semctl",
                    [Ret(0), N(0), N(0), N(0)],
                    "SYSCALL_SEMCTL_X",
                    [I(0), Want::RetOf(0), I(0), U(4), I(0)],
                ),
            ];
            if !convention.is_narrow() {
                steps.insert(
                    2,
                    step(
                        "semop",
                        [Ret(0), operations(), N(2)],
                        "SYSCALL_SEMOP_X",
                        [I(0), U(2), U(0), I(1), U(1), U(0), I(-1), U(2), Want::RetOf(0)],
                    ),
                );
            }
            steps
        },
    );
}

#[test]
fn rings() {
    check(
        NATIVE,
        |_| vec![],
        |_, _| {
            vec![
                step(
                    "io_uring_setup",
                    [N(4), Arg::Block(vec![Part::U64(0), Part::U32(8), Part::Raw(vec![0; 108])])],
                    "SYSCALL_IO_URING_SETUP_X",
                    [Any, U(4), Any, Any, U(16)],
                ),
                step(
                    "io_uring_enter",
                    [N(99), N(1), N(2), N(1), N(0), N(0)],
                    "SYSCALL_IO_URING_ENTER_X",
                    [I(-9), I(99), U(1), U(2), U(1), U(0)],
                ),
                step(
                    "io_uring_register",
                    [N(99), N(6), N(0x55), N(3)],
                    "SYSCALL_IO_URING_REGISTER_X",
                    [Any, I(99), U(6), U(0x55), U(3)],
                ),
            ]
        },
    );
}

/// Calls without events of their own are reported by code and number.
#[test]
fn other_calls() {
    check(
        ALL,
        |_| vec![],
        |_, _| {
            let code = |name: &str| u64::from(catalogue::syscall_by_name(name).unwrap().code.0);
            vec![
                step("sethostname", [N(8), N(-1)], "GENERIC_X", [U(code("sethostname")), U(170)]),
                step("sched_yield", [], "GENERIC_X", [U(code("sched_yield")), U(24)]),
                step("getpid", [], "GENERIC_X", [U(code("getpid")), U(39)]),
            ]
        },
    );
}

/// Calls that a filter of the program refuses are told with what the filter answers, though they do nothing.
#[test]
fn refused_calls() {
    const MKDIRAT: u32 = 258;
    // One instruction of a filter: code, how far to jump on true and on false, constant.
    let filter = |code, jumps: [u8; 2], k| [Part::U16(code), Part::Raw(jumps.to_vec()), Part::U32(k)];
    let filters = || {
        let instructions = [
            filter(0x20, [0, 0], 0),
            filter(0x15, [0, 1], MKDIRAT),
            filter(0x06, [0, 0], 0x0005_0000 | 13),
            filter(0x06, [0, 0], 0x7fff_0000),
        ];
        let count = instructions.len() as u16;
        let address = Part::Address(Arg::Block(instructions.concat()));
        Arg::Block(vec![Part::U16(count), Part::U16(0), Part::U32(0), address])
    };
    check(
        NATIVE,
        |_| vec![],
        |_, dir| {
            let name = dir.join("refused");
            vec![
                step("prctl", [N(38), N(1), N(0), N(0), N(0)], "SYSCALL_PRCTL_X", [I(0)]),
                step("seccomp", [N(1), N(0), filters()], "SYSCALL_SECCOMP_X", [I(0), U(1), U(0)]),
                step(
                    "mkdirat",
                    [N(-100), path(&name), N(0o700)],
                    "SYSCALL_MKDIRAT_X",
                    [I(-13), I(-100), t(&name), U(0o700)],
                ),
                step(
                    "unlinkat",
                    [N(-100), path(&name), N(0)],
                    "SYSCALL_UNLINKAT_2_X",
                    [I(-2), I(-100), t(&name)],
                ),
                step("setpgid", [N(1), N(0)], "SYSCALL_SETPGID_X", [I(-3)]),
            ]
        },
    );
}
