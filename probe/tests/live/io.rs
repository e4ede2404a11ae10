//! Reading, writing, polling, and memory.

use crate::program::Arg::{N, Ret};
use crate::program::{Arg, Part, room, text};
use crate::steps::Want::{Any, B, Empty, I, RetOf, U};
use crate::steps::{ALL, NATIVE, Want, check, path, step};

/// A vector of buffers with these contents.
fn vectors(parts: &[&str]) -> Arg {
    Arg::Block(
        parts
            .iter()
            .flat_map(|s| [Part::Address(Arg::Bytes(s.as_bytes().to_vec())), Part::Word(s.len() as i64)])
            .collect(),
    )
}

fn bytes(s: &str) -> Want {
    B(s.as_bytes().to_vec())
}

#[test]
fn data() {
    check(
        ALL,
        |_| vec![],
        |_, dir| {
            let file = dir.join("file");
            std::fs::write(&file, "").unwrap();
            // 32-bit calls pass an offset in two arguments; others leave the second one alone.
            let offset = |n: i64| vec![N(n), N(0)];
            let with = |mut args: Vec<Arg>, more: Vec<Arg>| {
                args.extend(more);
                args
            };
            let long = "0123456789".repeat(20);
            vec![
                step("open", [path(&file), N(2), N(0)], "SYSCALL_OPEN_X", [Want::Ret]),
                step(
                    "write",
                    [Ret(0), Arg::Bytes(b"hello\0world".to_vec()), N(11)],
                    "SYSCALL_WRITE_X",
                    [I(11), B(b"hello\0world".to_vec()), RetOf(0), U(11)],
                ),
                step(
                    "write",
                    [N(99), Arg::Bytes(b"lost".to_vec()), N(4)],
                    "SYSCALL_WRITE_X",
                    [I(-9), bytes("lost"), I(99), U(4)],
                ),
                step("write", [Ret(0), N(8), N(4)], "SYSCALL_WRITE_X", [I(-14), Empty, RetOf(0), U(4)]),
                step(
                    "pread64",
                    with(vec![Ret(0), room(64), N(64)], offset(6)),
                    "SYSCALL_PREAD_X",
                    [I(5), bytes("world"), RetOf(0), U(64), U(6)],
                ),
                step(
                    "pwrite64",
                    with(vec![Ret(0), Arg::Bytes(long.clone().into_bytes()), N(200)], offset(0)),
                    "SYSCALL_PWRITE_X",
                    [I(200), bytes(&long[..80]), RetOf(0), U(200), U(0)],
                ),
                step(
                    "read",
                    [Ret(0), room(4), N(4)],
                    "SYSCALL_READ_X",
                    [I(4), bytes("1234"), RetOf(0), U(4)],
                ),
                step("read", [N(99), room(4), N(4)], "SYSCALL_READ_X", [I(-9), Empty, I(99), U(4)]),
                step(
                    "readv",
                    [Ret(0), vectors(&["....", "......"]), N(2)],
                    "SYSCALL_READV_X",
                    [I(10), U(10), bytes("5678901234"), RetOf(0)],
                ),
                step(
                    "writev",
                    [Ret(0), vectors(&["ab", "", "cde"]), N(3)],
                    "SYSCALL_WRITEV_X",
                    [I(5), bytes("abcde"), RetOf(0), U(5)],
                ),
                step(
                    "preadv",
                    [Ret(0), vectors(&["..."]), N(1), N(0), N(0)],
                    "SYSCALL_PREADV_X",
                    [I(3), U(3), bytes("012"), RetOf(0), U(0)],
                ),
                step(
                    "pwritev",
                    [Ret(0), vectors(&["xy"]), N(1), N(1), N(0)],
                    "SYSCALL_PWRITEV_X",
                    [I(2), bytes("xy"), RetOf(0), U(2), U(1)],
                ),
                step(
                    "sendfile",
                    [Ret(0), Ret(0), N(0), N(0)],
                    "SYSCALL_SENDFILE_X",
                    [Want::Ret, U(0), RetOf(0), RetOf(0), U(0)],
                ),
                step(
                    "splice",
                    [Ret(0), N(0), Ret(0), N(0), N(5), N(3)],
                    "SYSCALL_SPLICE_X",
                    [I(-22), RetOf(0), RetOf(0), U(5), U(3)],
                ),
                step(
                    "copy_file_range",
                    [
                        Ret(0),
                        Arg::Block(vec![Part::U64(2)]),
                        N(98),
                        Arg::Block(vec![Part::U64(9)]),
                        N(1),
                        N(0),
                    ],
                    "SYSCALL_COPY_FILE_RANGE_X",
                    [I(-9), I(98), U(9), RetOf(0), U(2), U(1)],
                ),
                step(
                    "process_vm_readv",
                    [N(0x7fff_fff0), vectors(&["x"]), N(1), vectors(&["y"]), N(1), N(0)],
                    "SYSCALL_PROCESS_VM_READV_X",
                    [I(-3), I(0x7fff_fff0), Empty],
                ),
                step(
                    "process_vm_writev",
                    [N(0x7fff_fff0), vectors(&["x"]), N(1), vectors(&["y"]), N(1), N(0)],
                    "SYSCALL_PROCESS_VM_WRITEV_X",
                    [I(-3), I(0x7fff_fff0), Empty],
                ),
            ]
        },
    );
}

fn fd_list(entries: &[(i64, u16)]) -> Want {
    let mut out = (entries.len() as u16).to_le_bytes().to_vec();
    for (fd, flags) in entries {
        out.extend(fd.to_le_bytes());
        out.extend(flags.to_le_bytes());
    }
    B(out)
}

#[test]
fn waiting() {
    check(
        ALL,
        |_| vec![vec![Part::U64(0)]],
        |convention, _| {
            let polled = || {
                Arg::Block(vec![
                    Part::U32(4),
                    Part::U16(4),
                    Part::U16(0), // writable end of the pipe
                    Part::U32(3),
                    Part::U16(1),
                    Part::U16(0), // nothing to read
                    Part::U32(99),
                    Part::U16(1),
                    Part::U16(0), // not open
                ])
            };
            let expected = fd_list(&[(4, 4), (3, 0), (99, 64)]);
            let time = |seconds: i64, nanos: i64| Arg::Block(vec![Part::Word(seconds), Part::Word(nanos)]);
            let _ = convention;
            vec![
                step("pipe", [Arg::Named(0)], "SYSCALL_PIPE_X", [I(0), I(3), I(4)]),
                step("poll", [polled(), N(3), N(50)], "SYSCALL_POLL_X", [I(2), expected.clone(), I(50)]),
                step("poll", [polled(), N(0), N(0)], "SYSCALL_POLL_X", [I(0), fd_list(&[]), I(0)]),
                step(
                    "ppoll",
                    [polled(), N(3), time(1, 5), Arg::Bytes(vec![1, 2, 0, 0, 0, 0, 0, 0]), N(8)],
                    "SYSCALL_PPOLL_X",
                    // The kernel has put in what is left of the time.
                    [I(2), expected.clone(), Want::Some, U(0x201)],
                ),
                step(
                    "ppoll",
                    [polled(), N(3), N(0), N(0), N(0)],
                    "SYSCALL_PPOLL_X",
                    [I(2), expected, U(u64::MAX), U(0)],
                ),
                step("nanosleep", [time(0, 1000), N(0)], "SYSCALL_NANOSLEEP_X", [I(0), U(1000)]),
                step("epoll_create1", [N(0)], "SYSCALL_EPOLL_CREATE1_X", [Want::Ret]),
                step("epoll_wait", [Ret(6), room(24), N(2), N(0)], "SYSCALL_EPOLLWAIT_X", [I(0), I(2)]),
                step(
                    "futex",
                    [room(4), N(1 | 128), N(3)],
                    "SYSCALL_FUTEX_X",
                    [I(0), Want::Some, U(1 | 128), U(3)],
                ),
            ]
        },
    );
    check(
        NATIVE,
        |_| vec![],
        |_, _| vec![step("select", [N(0), N(0), N(0), N(0), room(16)], "SYSCALL_SELECT_X", [I(0)])],
    );
}

#[test]
fn memory() {
    check(
        ALL,
        |_| vec![],
        |_, _| {
            vec![
                step("brk", [N(0)], "SYSCALL_BRK_4_X", [Any, Want::Some, Any, Any, U(0)]),
                step(
                    "mmap",
                    [N(0), N(8192), N(3), N(0x22), N(-1), N(0)],
                    "SYSCALL_MMAP_X",
                    [Want::Ret, Want::Some, Any, Any, U(0), U(8192), U(3), U(2 | 8), I(-1), U(0)],
                ),
                step(
                    "mprotect",
                    [Ret(1), N(4096), N(5)],
                    "SYSCALL_MPROTECT_X",
                    [I(0), RetOf(1), U(4096), U(5)],
                ),
                step("mlock", [Ret(1), N(4096)], "SYSCALL_MLOCK_X", [I(0), RetOf(1), U(4096)]),
                step("mlock2", [Ret(1), N(4096), N(1)], "SYSCALL_MLOCK2_X", [I(0), RetOf(1), U(4096), U(1)]),
                step("munlock", [Ret(1), N(4096)], "SYSCALL_MUNLOCK_X", [I(0), RetOf(1), U(4096)]),
                step("mlockall", [N(1 | 2)], "SYSCALL_MLOCKALL_X", [Want::Ret, U(3)]),
                step("munlockall", [], "SYSCALL_MUNLOCKALL_X", [I(0)]),
                step(
                    "munmap",
                    [Ret(1), N(8192)],
                    "SYSCALL_MUNMAP_X",
                    [I(0), Any, Any, Any, RetOf(1), U(8192)],
                ),
                step("munmap", [N(1), N(8192)], "SYSCALL_MUNMAP_X", [I(-22), Any, Any, Any, U(1), U(8192)]),
            ]
        },
    );
    // mmap2 of 32-bit calls counts its offset in pages.
    check(
        &ALL[1..],
        |_| vec![],
        |_, _| {
            vec![
                step("open", [text("/etc/passwd"), N(0), N(0)], "SYSCALL_OPEN_X", [Want::Ret]),
                step(
                    "#192",
                    [N(0), N(4096), N(1), N(2), Ret(0), N(1)],
                    "SYSCALL_MMAP_X",
                    [Want::Ret, Any, Any, Any, U(0), U(4096), U(1), U(2), RetOf(0), U(4096)],
                ),
            ]
        },
    );
}
