//! Opening files, descriptors, and names of files.

use crate::program::Arg::{self, N, Ret};
use crate::program::{Part, room, text};
use crate::steps::Want::{Any, Dev, Empty, I, Ino, RetOf, U};
use crate::steps::{ALL, NATIVE, Want, check, path, step, t};

const AT_FDCWD: i64 = -100;
const O_CREAT: i64 = 0o100;
const O_EXCL: i64 = 0o200;
const O_DIRECTORY: i64 = 0o200000;
const O_CLOEXEC: i64 = 0o2000000;
const O_SYNC: i64 = 0o4010000;
const O_DSYNC: i64 = 0o10000;
const O_TMPFILE: i64 = 0o20200000;

#[test]
fn opening() {
    check(
        ALL,
        |_| vec![],
        |_, dir| {
            let file = dir.join("file");
            let missing = dir.join("missing");
            std::fs::write(&file, "x").unwrap();
            vec![
                step(
                    "openat",
                    [N(AT_FDCWD), path(&file), N(2 | O_CLOEXEC), N(0o777)],
                    "SYSCALL_OPENAT_2_X",
                    [Want::Ret, I(-100), t(&file), U(3 | 4096), U(0), Dev(file.clone()), Ino(file.clone())],
                ),
                step(
                    "openat",
                    [N(AT_FDCWD), path(dir.join("new")), N(1 | O_CREAT | O_EXCL), N(0o4640)],
                    "SYSCALL_OPENAT_2_X",
                    [
                        Want::Ret,
                        I(-100),
                        t(dir.join("new")),
                        U(2 | 4 | 32 | 16384),
                        U(0o4640),
                        Dev(dir.join("new")),
                        Ino(dir.join("new")),
                    ],
                ),
                step(
                    "openat",
                    [N(AT_FDCWD), path(&missing), N(O_CREAT), N(0o600)],
                    "SYSCALL_OPENAT_2_X",
                    [Want::Ret, I(-100), t(&missing), U(1 | 4 | 16384), U(0o600)],
                ),
                step(
                    "openat",
                    [N(AT_FDCWD), path(dir.join("no/thing")), N(0), N(0)],
                    "SYSCALL_OPENAT_2_X",
                    [I(-2), I(-100), t(dir.join("no/thing")), U(1), U(0), U(0), U(0)],
                ),
                step(
                    "openat",
                    [N(AT_FDCWD), path(dir), N(O_DIRECTORY), N(0)],
                    "SYSCALL_OPENAT_2_X",
                    [Want::Ret, I(-100), t(dir), U(1 | 1024), U(0), Dev(dir.into()), Ino(dir.into())],
                ),
                step(
                    "openat",
                    [Ret(4), text("file"), N(1 | O_DSYNC), N(0)],
                    "SYSCALL_OPENAT_2_X",
                    [Want::Ret, RetOf(4), t("file"), U(2 | 16), U(0), Dev(file.clone()), Ino(file.clone())],
                ),
                step(
                    "openat",
                    [Ret(4), text("file"), N(1 | O_SYNC), N(0)],
                    "SYSCALL_OPENAT_2_X",
                    [Want::Ret, RetOf(4), t("file"), U(2 | 16 | 128), U(0)],
                ),
                step(
                    "openat",
                    [N(AT_FDCWD), path(dir), N(2 | O_TMPFILE), N(0o644)],
                    "SYSCALL_OPENAT_2_X",
                    [Any, I(-100), t(dir), U(3 | 1024 | 8192), U(0o644)],
                ),
                step(
                    "openat",
                    [N(77), text("file"), N(0), N(0)],
                    "SYSCALL_OPENAT_2_X",
                    [I(-9), I(77), t("file"), U(1), U(0)],
                ),
                step(
                    "openat",
                    [N(AT_FDCWD), N(8), N(0), N(0)],
                    "SYSCALL_OPENAT_2_X",
                    [I(-14), I(-100), Empty, U(1), U(0)],
                ),
                step(
                    "open",
                    [path(&file), N(1), N(0)],
                    "SYSCALL_OPEN_X",
                    [Want::Ret, t(&file), U(2), U(0), Dev(file.clone()), Ino(file.clone())],
                ),
                step(
                    "open",
                    [path(dir.join("no/thing")), N(O_CREAT), N(0o600)],
                    "SYSCALL_OPEN_X",
                    [I(-2), t(dir.join("no/thing")), U(5), U(0o600), U(0), U(0)],
                ),
                step(
                    "creat",
                    [path(dir.join("created")), N(0o755)],
                    "SYSCALL_CREAT_X",
                    [
                        Want::Ret,
                        t(dir.join("created")),
                        U(0o755),
                        Dev(dir.join("created")),
                        Ino(dir.join("created")),
                        U(0),
                    ],
                ),
                step(
                    "openat2",
                    [
                        Ret(4),
                        text("file"),
                        Arg::Block(vec![Part::U64(O_CLOEXEC as u64), Part::U64(0), Part::U64(0x08 | 0x04)]),
                        N(24),
                    ],
                    "SYSCALL_OPENAT2_X",
                    [
                        Want::Ret,
                        RetOf(4),
                        t("file"),
                        U(1 | 4096),
                        U(0),
                        U(1 | 8),
                        Dev(file.clone()),
                        Ino(file.clone()),
                    ],
                ),
            ]
        },
    );
}

/// Descriptor 0 is a descriptor like any other.
#[test]
fn descriptor_zero_has_its_file() {
    check(
        NATIVE,
        |_| vec![],
        |_, dir| {
            let file = dir.join("file");
            std::fs::write(&file, "x").unwrap();
            vec![
                step("close", [N(0)], "SYSCALL_CLOSE_X", [I(0), I(0)]),
                step(
                    "open",
                    [path(&file), N(0), N(0)],
                    "SYSCALL_OPEN_X",
                    [I(0), t(&file), U(1), U(0), Dev(file.clone()), Ino(file.clone())],
                ),
            ]
        },
    );
}

#[test]
fn descriptors() {
    check(
        ALL,
        |_| vec![],
        |_, _| {
            vec![
                step(
                    "openat",
                    [N(AT_FDCWD), text("/etc/passwd"), N(0), N(0)],
                    "SYSCALL_OPENAT_2_X",
                    [Want::Ret],
                ),
                step("dup", [Ret(0)], "SYSCALL_DUP_1_X", [Want::Ret, RetOf(0)]),
                step("dup", [N(-1)], "SYSCALL_DUP_1_X", [I(-9), I(-1)]),
                step("dup2", [Ret(0), N(40)], "SYSCALL_DUP2_X", [I(40), RetOf(0), I(40)]),
                step(
                    "dup3",
                    [Ret(0), N(41), N(O_CLOEXEC)],
                    "SYSCALL_DUP3_X",
                    [I(41), RetOf(0), I(41), U(4096)],
                ),
                step("fcntl", [Ret(0), N(1030), N(50)], "SYSCALL_FCNTL_X", [I(50), RetOf(0), U(26), U(50)]),
                step("fcntl", [N(99), N(3), N(0)], "SYSCALL_FCNTL_X", [I(-9), I(99), U(4), U(0)]),
                step("flock", [Ret(0), N(1 | 4)], "SYSCALL_FLOCK_X", [I(0), RetOf(0), U(5)]),
                step("lseek", [Ret(0), N(5), N(0)], "SYSCALL_LSEEK_X", []),
                step(
                    "ioctl",
                    [Ret(0), N(0x5413), N(0x1234)],
                    "SYSCALL_IOCTL_3_X",
                    [I(-25), RetOf(0), U(0x5413), U(0x1234)],
                ),
                step("fstat", [Ret(0), room(256)], "SYSCALL_FSTAT_X", [I(0), RetOf(0)]),
                step("fchdir", [Ret(0)], "SYSCALL_FCHDIR_X", [I(-20), RetOf(0)]),
                step("getdents64", [Ret(0), room(64), N(64)], "SYSCALL_GETDENTS64_X", [I(-20), RetOf(0)]),
                step("getdents", [Ret(0), room(64), N(64)], "SYSCALL_GETDENTS_X", [I(-20), RetOf(0)]),
                step("close", [Ret(0)], "SYSCALL_CLOSE_X", [I(0), RetOf(0)]),
                step("close", [N(999)], "SYSCALL_CLOSE_X", [I(-9), I(999)]),
                step(
                    "close_range",
                    [N(40), N(45), N(4)],
                    "SYSCALL_CLOSE_RANGE_X",
                    [I(0), U(40), U(45), U(4)],
                ),
            ]
        },
    );
}

#[test]
fn seeking() {
    check(
        NATIVE,
        |_| vec![],
        |_, _| {
            vec![
                step(
                    "openat",
                    [N(AT_FDCWD), text("/etc/passwd"), N(0), N(0)],
                    "SYSCALL_OPENAT_2_X",
                    [Want::Ret],
                ),
                step("lseek", [Ret(0), N(5), N(1)], "SYSCALL_LSEEK_X", [I(5), RetOf(0), U(5), U(1)]),
                step(
                    "lseek",
                    [Ret(0), N(-1), N(0)],
                    "SYSCALL_LSEEK_X",
                    [I(-22), RetOf(0), U(u64::MAX), U(0)],
                ),
            ]
        },
    );
    // The 32-bit call with an offset in two halves.
    check(
        &ALL[1..],
        |_| vec![],
        |_, _| {
            vec![
                step(
                    "openat",
                    [N(AT_FDCWD), text("/etc/passwd"), N(0), N(0)],
                    "SYSCALL_OPENAT_2_X",
                    [Want::Ret],
                ),
                step(
                    "#140",
                    [Ret(0), N(1), N(7), room(8), N(0)],
                    "SYSCALL_LSEEK_X",
                    [I(0), RetOf(0), U(1 << 32 | 7), U(0)],
                ),
            ]
        },
    );
}

#[test]
fn new_descriptors() {
    check(
        ALL,
        |_| vec![vec![Part::U64(0)], vec![Part::U64(0)]],
        |_, _| {
            vec![
                step(
                    "pipe2",
                    [Arg::Named(0), N(O_CLOEXEC | 0o4000)],
                    "SYSCALL_PIPE2_X",
                    [I(0), I(3), I(4), Want::Some, U(4096 | 64)],
                ),
                step("pipe", [Arg::Named(1)], "SYSCALL_PIPE_X", [I(0), I(5), I(6), Want::Some]),
                step("pipe2", [N(8), N(0)], "SYSCALL_PIPE2_X", [I(-14), I(-1), I(-1), U(0), U(0)]),
                step("eventfd2", [N(7), N(O_CLOEXEC)], "SYSCALL_EVENTFD2_X", [Want::Ret, U(4096), U(7)]),
                step("eventfd", [N(7)], "SYSCALL_EVENTFD_X", [Want::Ret, U(7), U(0)]),
                step("epoll_create1", [N(O_CLOEXEC)], "SYSCALL_EPOLL_CREATE1_X", [Want::Ret, U(1)]),
                step("epoll_create", [N(0)], "SYSCALL_EPOLL_CREATE_X", [I(-22), I(0)]),
                step("inotify_init1", [N(0o4000)], "SYSCALL_INOTIFY_INIT1_X", [Want::Ret, U(64)]),
                step("inotify_init", [], "SYSCALL_INOTIFY_INIT_X", [Want::Ret, U(0)]),
                step(
                    "signalfd4",
                    [N(-1), room(8), N(8), N(O_CLOEXEC)],
                    "SYSCALL_SIGNALFD4_X",
                    [Want::Ret, U(4096), I(-1), U(0)],
                ),
                step(
                    "signalfd",
                    [N(-1), room(8), N(8)],
                    "SYSCALL_SIGNALFD_X",
                    [Want::Ret, I(-1), U(0), U(0)],
                ),
                step(
                    "timerfd_create",
                    [N(1), N(0o4000)],
                    "SYSCALL_TIMERFD_CREATE_X",
                    [Want::Ret, U(1), U(64)],
                ),
                step(
                    "memfd_create",
                    [text("secret"), N(1)],
                    "SYSCALL_MEMFD_CREATE_X",
                    [Want::Ret, t("secret"), U(1)],
                ),
                step("memfd_create", [N(0), N(0)], "SYSCALL_MEMFD_CREATE_X", [I(-14), Empty, U(0)]),
                step("pidfd_open", [N(1), N(0o4000)], "SYSCALL_PIDFD_OPEN_X", [Want::Ret, I(1), U(1)]),
                step("pidfd_getfd", [N(-1), N(2), N(0)], "SYSCALL_PIDFD_GETFD_X", [I(-9), I(-1), I(2), U(0)]),
                step("userfaultfd", [N(O_CLOEXEC)], "SYSCALL_USERFAULTFD_X", [Any, U(4096)]),
            ]
        },
    );
}

#[test]
fn names() {
    check(
        ALL,
        |_| vec![],
        |_, dir| {
            let (file, sub) = (dir.join("file"), dir.join("sub"));
            std::fs::write(&file, "x").unwrap();
            vec![
                step(
                    "openat",
                    [N(AT_FDCWD), path(dir), N(O_DIRECTORY), N(0)],
                    "SYSCALL_OPENAT_2_X",
                    [Want::Ret],
                ),
                step("mkdir", [path(&sub), N(0o755)], "SYSCALL_MKDIR_2_X", [I(0), t(&sub), U(0o755)]),
                step(
                    "mkdirat",
                    [Ret(0), text("at"), N(0o700)],
                    "SYSCALL_MKDIRAT_X",
                    [I(0), RetOf(0), t("at"), U(0o700)],
                ),
                step("rmdir", [path(dir.join("at"))], "SYSCALL_RMDIR_2_X", [I(0), t(dir.join("at"))]),
                step(
                    "link",
                    [path(&file), path(dir.join("hard"))],
                    "SYSCALL_LINK_2_X",
                    [I(0), t(&file), t(dir.join("hard"))],
                ),
                step(
                    "linkat",
                    [Ret(0), text("file"), Ret(0), text("hard2"), N(0x400)],
                    "SYSCALL_LINKAT_2_X",
                    [I(0), RetOf(0), t("file"), RetOf(0), t("hard2"), U(0x400)],
                ),
                step(
                    "symlink",
                    [text("target"), path(dir.join("soft"))],
                    "SYSCALL_SYMLINK_X",
                    [I(0), t("target"), t(dir.join("soft"))],
                ),
                step(
                    "symlinkat",
                    [text("target"), Ret(0), text("soft2")],
                    "SYSCALL_SYMLINKAT_X",
                    [I(0), t("target"), RetOf(0), t("soft2")],
                ),
                step(
                    "rename",
                    [path(dir.join("hard")), path(dir.join("hard3"))],
                    "SYSCALL_RENAME_X",
                    [I(0), t(dir.join("hard")), t(dir.join("hard3"))],
                ),
                step(
                    "renameat",
                    [Ret(0), text("hard3"), N(AT_FDCWD), text("gone/there")],
                    "SYSCALL_RENAMEAT_X",
                    [I(-2), RetOf(0), t("hard3"), I(-100), t("gone/there")],
                ),
                step(
                    "renameat2",
                    [Ret(0), text("hard3"), Ret(0), text("hard2"), N(1)],
                    "SYSCALL_RENAMEAT2_X",
                    [I(-17), RetOf(0), t("hard3"), RetOf(0), t("hard2"), U(1)],
                ),
                step("unlink", [path(dir.join("hard2"))], "SYSCALL_UNLINK_2_X", [I(0), t(dir.join("hard2"))]),
                step(
                    "unlinkat",
                    [Ret(0), text("sub"), N(0x200)],
                    "SYSCALL_UNLINKAT_2_X",
                    [I(0), RetOf(0), t("sub"), U(0x200)],
                ),
                step("chmod", [path(&file), N(0o4755)], "SYSCALL_CHMOD_X", [I(0), t(&file), U(0o4755)]),
                step(
                    "fchmodat",
                    [Ret(0), text("file"), N(0o644)],
                    "SYSCALL_FCHMODAT_X",
                    [I(0), RetOf(0), t("file"), U(0o644)],
                ),
                step("fchmod", [N(99), N(0o644)], "SYSCALL_FCHMOD_X", [I(-9), I(99), U(0o644)]),
                step("chown", [path(&file), N(1), N(2)], "SYSCALL_CHOWN_X", [I(0), t(&file), U(1), U(2)]),
                step(
                    "fchownat",
                    [Ret(0), text("file"), N(3), N(-1), N(0x100)],
                    "SYSCALL_FCHOWNAT_X",
                    [I(0), RetOf(0), t("file"), U(3), U(0xffff_ffff), U(0x100)],
                ),
                step("fchown", [N(99), N(1), N(2)], "SYSCALL_FCHOWN_X", [I(-9), I(99), U(1), U(2)]),
                step(
                    "mknod",
                    [path(dir.join("fifo")), N(0o010644), N(0)],
                    "SYSCALL_MKNOD_X",
                    [I(0), t(dir.join("fifo")), U(0o010644), U(0)],
                ),
                step(
                    "mknodat",
                    [Ret(0), text("fifo"), N(0o010644), N(5)],
                    "SYSCALL_MKNODAT_X",
                    [I(-17), RetOf(0), t("fifo"), U(0o010644), U(5)],
                ),
                step("access", [path(&file), N(6)], "SYSCALL_ACCESS_X", [I(0), t(&file), U(6)]),
                step("stat", [path(&file), room(256)], "SYSCALL_STAT_X", [I(0), t(&file)]),
                step(
                    "lstat",
                    [path(dir.join("nothing")), room(256)],
                    "SYSCALL_LSTAT_X",
                    [I(-2), t(dir.join("nothing"))],
                ),
                step("chdir", [path(dir)], "SYSCALL_CHDIR_X", [I(0), t(dir)]),
                step("getcwd", [room(512), N(512)], "SYSCALL_GETCWD_X", [Want::Ret, t(dir)]),
                step("getcwd", [room(1), N(1)], "SYSCALL_GETCWD_X", [I(-34), Empty]),
                step(
                    "chroot",
                    [path(dir.join("nothing"))],
                    "SYSCALL_CHROOT_X",
                    [I(-2), t(dir.join("nothing"))],
                ),
            ]
        },
    );
}

#[test]
fn names_only_the_64_bit_interface_has() {
    check(
        NATIVE,
        |_| vec![],
        |_, dir| {
            let file = dir.join("file");
            std::fs::write(&file, "x").unwrap();
            vec![
                step(
                    "newfstatat",
                    [N(AT_FDCWD), path(&file), room(256), N(0x100)],
                    "SYSCALL_NEWFSTATAT_X",
                    [I(0), I(-100), t(&file), U(0x100)],
                ),
                step("lchown", [path(&file), N(1), N(2)], "SYSCALL_LCHOWN_X", [I(0), t(&file), U(1), U(2)]),
            ]
        },
    );
}

/// The longest path and the longest name come through whole.
#[test]
fn long_names() {
    check(
        NATIVE,
        |_| vec![],
        |_, _| {
            let long = format!("/{}", "a/".repeat(2000));
            let name = "b".repeat(255);
            vec![
                step("unlink", [text(&long)], "SYSCALL_UNLINK_2_X", [I(-2), t(&long)]),
                step("unlink", [text(&name)], "SYSCALL_UNLINK_2_X", [I(-2), t(&name)]),
                step("unlink", [text("")], "SYSCALL_UNLINK_2_X", [I(-2), t("")]),
            ]
        },
    );
}
