//! User and group ids, signals, and simple facts that processes set about themselves.

use crate::program::Arg::N;
use crate::program::{Arg, Part, room, text};
use crate::steps::Want::{Any, Empty, I, U};
use crate::steps::{ALL, NATIVE, Want, check, step, t};

const NOBODY: u64 = 65534;
const UNCHANGED: u64 = 0xffff_ffff;

#[test]
fn ids() {
    check(
        ALL,
        |_| vec![vec![Part::U32(0)], vec![Part::U32(0)], vec![Part::U32(0)]],
        |_, _| {
            let three = [Arg::Named(0), Arg::Named(1), Arg::Named(2)];
            vec![
                step("getuid", [], "SYSCALL_GETUID_X", [U(0)]),
                step("geteuid", [], "SYSCALL_GETEUID_X", [U(0)]),
                step("getgid", [], "SYSCALL_GETGID_X", [U(0)]),
                step("getegid", [], "SYSCALL_GETEGID_X", [U(0)]),
                step(
                    "setresgid",
                    [N(-1), N(5), N(-1)],
                    "SYSCALL_SETRESGID_X",
                    [I(0), U(UNCHANGED), U(5), U(UNCHANGED)],
                ),
                step("setregid", [N(-1), N(0)], "SYSCALL_SETREGID_X", [I(0), U(UNCHANGED), U(0)]),
                step("setgid", [N(7)], "SYSCALL_SETGID_X", [I(0), U(7)]),
                step("getresgid", three.clone(), "SYSCALL_GETRESGID_X", [I(0), U(7), U(7), U(7)]),
                step("setreuid", [N(-1), N(0)], "SYSCALL_SETREUID_X", [I(0), U(UNCHANGED), U(0)]),
                step(
                    "setresuid",
                    [N(NOBODY as i64), N(1), N(0)],
                    "SYSCALL_SETRESUID_X",
                    [I(0), U(NOBODY), U(1), U(0)],
                ),
                step("getresuid", three, "SYSCALL_GETRESUID_X", [I(0), U(NOBODY), U(1), U(0)]),
                step("setuid", [N(12)], "SYSCALL_SETUID_X", [I(-1), U(12)]),
                step("getuid", [], "SYSCALL_GETUID_X", [U(NOBODY)]),
            ]
        },
    );
}

/// Old 32-bit calls have ids of 16 bits, in which 0xffff means "unchanged".
#[test]
fn narrow_ids() {
    check(
        &ALL[1..],
        |_| vec![],
        |_, _| {
            vec![
                step(
                    "#170",
                    [N(0xffff), N(9), N(0xffff)],
                    "SYSCALL_SETRESGID_X",
                    [I(0), U(UNCHANGED), U(9), U(UNCHANGED)],
                ),
                step("#23", [N(0)], "SYSCALL_SETUID_X", [I(0), U(0)]),
            ]
        },
    );
}

#[test]
fn signals() {
    check(
        ALL,
        |_| vec![],
        |_, _| {
            vec![
                step("kill", [N(1), N(0)], "SYSCALL_KILL_X", [I(0), I(1), U(0)]),
                step("kill", [N(-0x7fff_ffff), N(9)], "SYSCALL_KILL_X", [I(-3), I(-0x7fff_ffff), U(9)]),
                step("tkill", [N(0x7fff_fff0), N(15)], "SYSCALL_TKILL_X", [I(-3), I(0x7fff_fff0), U(15)]),
                step(
                    "tgkill",
                    [N(0x7fff_fff0), N(0x7fff_fff1), N(10)],
                    "SYSCALL_TGKILL_X",
                    [I(-3), I(0x7fff_fff0), I(0x7fff_fff1), U(10)],
                ),
            ]
        },
    );
}

#[test]
fn process_settings() {
    check(
        ALL,
        |_| vec![vec![Part::U64(0), Part::U64(0)], vec![Part::U32(0)]],
        |_, _| {
            vec![
                step("setsid", [], "SYSCALL_SETSID_X", [Want::Ret]),
                step("setpgid", [N(0), N(77_777_777)], "SYSCALL_SETPGID_X", [I(-1), I(0), I(77_777_777)]),
                step(
                    "prctl",
                    [N(15), text("new-name")],
                    "SYSCALL_PRCTL_X",
                    [I(0), U(15), t("new-name"), I(0)],
                ),
                step("prctl", [N(36), N(1)], "SYSCALL_PRCTL_X", [I(0), U(36), Empty, I(1)]),
                step("prctl", [N(37), Arg::Named(1)], "SYSCALL_PRCTL_X", [I(0), U(37), Empty, I(1)]),
                step(
                    "prlimit64",
                    [N(0), N(7), Arg::Block(vec![Part::U64(500), Part::U64(600)]), Arg::Named(0)],
                    "SYSCALL_PRLIMIT_X",
                    [I(0), I(500), I(600), Any, Any, I(0), U(7)],
                ),
                step("getrlimit", [N(7), Arg::Named(0)], "SYSCALL_GETRLIMIT_X", [I(0), I(500), I(600), U(7)]),
                step(
                    "setrlimit",
                    [N(7), Arg::Block(vec![Part::Word(400), Part::Word(500)])],
                    "SYSCALL_SETRLIMIT_X",
                    [I(0), I(400), I(500), U(7)],
                ),
                step("getrlimit", [N(99), room(16)], "SYSCALL_GETRLIMIT_X", [I(-22), I(-1), I(-1), U(255)]),
                step("unshare", [N(0x400)], "SYSCALL_UNSHARE_X", [I(0), U(1)]),
                step("setns", [N(99), N(0x4000_0000)], "SYSCALL_SETNS_X", [I(-9), I(99), U(16)]),
                step("seccomp", [N(99), N(1)], "SYSCALL_SECCOMP_X", [I(-22), U(99), U(1)]),
            ]
        },
    );
}

#[test]
fn capabilities() {
    check(
        NATIVE,
        |_| vec![],
        |_, _| {
            let header = Arg::Block(vec![Part::U32(0x2008_0522), Part::U32(0)]);
            // Effective, permitted, inheritable, lower halves and upper halves.
            let data = Arg::Block([1u32 << 5, 0x3f, 1, 0, 0, 0].map(Part::U32).to_vec());
            vec![step("capset", [header, data], "SYSCALL_CAPSET_X", [I(0), U(1), U(0x3f), U(1 << 5)])]
        },
    );
}
