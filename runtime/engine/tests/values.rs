//! Field values by example: a script of events, and what fields print for one of them.

use bumpalo::Bump;
use catalogue::Catalogue;
use engine::Tracker;
use engine::fields::{Fields, Printing, Settings};
use events::script::Script;
use ir::render::{ABSENT, Buffers, Style, text};
use ir::{FieldSource, Import, ImportId};

mod support;

use support::import;

/// A machine with a shell in `/home/a`, which has a file at 3, a TCP socket at 5 and a directory at 7.
const MACHINE: &str = "
[interfaces]
eth0 10.0.0.1/24
[users]
root  uid=0 gid=0 home=/root shell=/bin/bash
alice uid=1000 gid=1000 home=/home/a shell=/bin/sh
[groups]
root gid=0
[processes]
1    init  ptid=0
90   sshd  ptid=1 sid=90
100  bash  ptid=90 sid=90 cwd=/home/a/ uid=1000 gid=1000 args=[\"-l\", \"x y\"] env=[\"LANG=C\", \"EMPTY=\", \"PAD=  a b  \"]
101  bash  pid=100 ptid=90 sid=90 vpid=100 flags=0x101
1234 victim ptid=1
[descriptors]
100 0 pipe pipe:[7]
100 3 file /etc/passwd
100 5 tcp 10.0.0.1:4000->10.0.0.2:80
100 7 directory /srv/data
[events]
";

/// What fields print for the last event of the script.
fn check(events: &str, expected: &[(&str, &str)]) {
    let script =
        Script::parse(&format!("{MACHINE}{events}")).unwrap_or_else(|error| panic!("{error}\n{events}"));
    let catalogue = Catalogue::falco_default();
    let imports: Vec<Import> = expected.iter().map(|(field, _)| import(&catalogue, field).unwrap()).collect();
    let fields = Fields::bind_imports(&imports, Settings::default()).expect("extractors");
    let memory = fields.memory();
    let mut tracker = Tracker::default();
    tracker.load(&script.snapshot);
    let all: Vec<_> = script.events().collect();
    let (last, before) = all.split_last().expect("an event");
    for raw in before {
        tracker.apply(raw, true);
    }
    let applied = tracker.apply(last, true);
    let arena = Bump::new();
    let event = tracker.event(last, &applied, &arena);
    for (index, (field, value)) in expected.iter().enumerate() {
        // One view for each field: `evt.abspath` changes what those after it describe.
        let values = Printing::new(&fields, &memory, &event);
        let id = ImportId(index as u32);
        let import = &imports[index];
        let style = Style { ty: import.ty, list: import.list, format: import.format };
        let mut out = Vec::new();
        if !text(&mut out, &values.extract(id), values.style(id).unwrap_or(style), Buffers::Dots) {
            out.extend_from_slice(ABSENT.as_bytes());
        }
        assert_eq!(String::from_utf8_lossy(&out), *value, "{field} of {events}");
    }
}

#[test]
fn a_file_is_created() {
    check(
        ". 0 100 openat fd=4 dirfd=AT_FDCWD name=x/../y flags=O_RDWR|O_CREAT|O_F_CREATED mode=0o644 dev=0xfd00 ino=9",
        &[
            ("evt.type", "openat"),
            ("evt.arg.fd", "<f>/home/a/y"),
            ("evt.arg.dirfd", "AT_FDCWD"),
            ("evt.arg.name", "/home/a/y"),
            ("evt.rawarg.name", "x/../y"),
            ("evt.rawarg.flags", "4007"),
            ("evt.arg.mode", "0644"),
            ("evt.arg.dev", "FD00"),
            ("evt.arg[0]", "<f>/home/a/y"),
            ("evt.arg[99]", "<NA>"),
            ("evt.arg.path", "<NA>"),
            ("evt.is_open_read", "true"),
            ("evt.is_open_write", "true"),
            ("evt.is_open_create", "true"),
            ("evt.is_open_exec", "false"),
            ("evt.res", "SUCCESS"),
            ("evt.rawres", "4"),
            ("evt.failed", "false"),
            ("evt.abspath", "/home/a/y"),
            ("fd.num", "4"),
            ("fd.name", "/home/a/y"),
            ("fd.nameraw", "x/../y"),
            ("fd.directory", "/home/a"),
            ("fd.filename", "y"),
            ("fd.type", "file"),
            ("fd.typechar", "f"),
            ("fd.uid", "1004"),
            ("fd.containername", ":/home/a/y"),
            ("fd.dev", "FD00"),
            ("fd.dev.major", "253"),
            ("fd.dev.minor", "0"),
            ("fd.ino", "9"),
            ("fd.cip", "<NA>"),
            ("fd.l4proto", "<NA>"),
            ("fs.path.name", "/home/a/y"),
            ("fs.path.nameraw", "x/../y"),
            ("evt.dir", "<"),
            ("evt.category", "file"),
            ("evt.buflen", "<NA>"),
            ("evt.type.is.openat", "<NA>"),
        ],
    );
}

#[test]
fn opening_fails() {
    check(
        ". 0 100 open fd=EACCES name=/etc/shadow flags=O_RDONLY",
        &[
            ("evt.res", "EACCES"),
            ("evt.rawres", "-13"),
            ("evt.failed", "true"),
            ("evt.arg.fd", "EACCES"),
            ("evt.is_open_read", "true"),
            ("fd.name", "/etc/shadow"),
            ("fd.directory", "/etc"),
            ("fd.filename", "<NA>"),
            ("fd.typechar", "o"),
            ("evt.count.error", "1"),
            ("evt.count.error.file", "1"),
            ("evt.count.error.net", "<NA>"),
            ("fs.path.name", "/etc/shadow"),
            ("evt.args", "fd=-13(EACCES) name=/etc/shadow flags=1(O_RDONLY) mode=<NA> dev=<NA> ino=<NA>"),
        ],
    );
}

#[test]
fn relative_to_a_directory() {
    check(
        ". 0 100 unlinkat res=0 dirfd=7 name=sub/../gone flags=0",
        &[
            ("evt.arg.name", "/srv/data/gone"),
            ("evt.arg.dirfd", "<d>/srv/data"),
            ("evt.abspath", "/srv/data/gone"),
            ("fs.path.name", "/srv/data/gone"),
            ("fs.path.nameraw", "sub/../gone"),
        ],
    );
    check(
        ". 0 100 unlinkat res=0 dirfd=66 name=gone flags=0",
        &[
            ("evt.arg.dirfd", "66"),
            ("evt.arg.name", "gone"),
            ("evt.abspath", "<UNKNOWN>/gone"),
            ("fs.path.name", "<UNKNOWN>gone"),
        ],
    );
    check(
        ". 0 100 renameat2 res=0 olddirfd=7 oldpath=a newdirfd=AT_FDCWD newpath=b flags=0",
        &[
            ("evt.abspath", "/srv/data/a"),
            ("evt.abspath.src", "/srv/data/a"),
            ("evt.abspath.dst", "/home/a/b"),
            ("fs.path.source", "/srv/data/a"),
            ("fs.path.sourceraw", "a"),
            ("fs.path.target", "/home/a/b"),
        ],
    );
}

#[test]
fn a_connection_begins() {
    check(
        ". 0 100 connect> fd=5 addr=5.6.7.8:80\n\
         . 0 100 connect res=EINPROGRESS tuple=10.0.0.1:4000->5.6.7.8:80 fd=5",
        &[
            ("evt.res", "EINPROGRESS"),
            ("evt.arg.tuple", "10.0.0.1:4000->5.6.7.8:80"),
            ("fd.name", "10.0.0.1:4000->5.6.7.8:80"),
            ("fd.sip", "5.6.7.8"),
            ("fd.sport", "80"),
            ("fd.cip", "10.0.0.1"),
            ("fd.cport", "4000"),
            ("fd.lip", "10.0.0.1"),
            ("fd.rip", "5.6.7.8"),
            ("fd.rport", "80"),
            ("fd.sproto", "80"),
            ("fd.l4proto", "tcp"),
            ("fd.typechar", "4"),
            ("fd.sockfamily", "ip"),
            ("fd.connected", "true"),
            ("fd.is_server", "false"),
            ("fd.ip", "<NA>"),
            ("fd.net", "<NA>"),
            ("fd.snet", "<IPNET>"),
            ("fd.sip.name", "<NA>"),
        ],
    );
}

#[test]
fn a_program_starts() {
    check(
        ". 0 100 execve res=0 exe=ls args=[\"-l\"] tid=100 pid=100 ptid=90 comm=ls cgroups=[\"cpu=/\"] \
         env=[\"A=1\"] flags=EXE_WRITABLE trusted_exepath=/usr/bin/ls filename=/bin/ls uid=1000 gid=0",
        &[
            ("evt.arg.res", "0"),
            ("evt.arg.exe", "ls"),
            ("evt.arg.args", "-l."),
            ("evt.arg.filename", "/bin/ls"),
            ("evt.arg.flags", "EXE_WRITABLE"),
            ("evt.arg.tid", "ls"),
            ("evt.arg.ptid", "sshd"),
            ("evt.arg.uid", "alice"),
            ("evt.arg.gid", "root"),
            ("proc.name", "ls"),
            ("proc.cmdline", "ls -l"),
            ("proc.exeline", "ls -l"),
            ("proc.args", "-l"),
            ("proc.args[0]", "-l"),
            ("proc.args[5]", ""),
            ("proc.cmdnargs", "1"),
            ("proc.cmdlenargs", "2"),
            ("proc.exepath", "/usr/bin/ls"),
            ("proc.is_exe_writable", "true"),
            ("proc.env", "A=1"),
            ("proc.env[A]", "1"),
            ("proc.env[B]", ""),
        ],
    );
}

#[test]
fn ancestors() {
    check(
        ". 0 101 read res=10 data=\"root:x:0:0\" fd=3 size=10",
        &[
            ("proc.name", "bash"),
            ("proc.pname", "sshd"),
            ("proc.aname", "sshd init"),
            ("proc.aname[0]", "bash"),
            ("proc.aname[1]", "sshd"),
            ("proc.aname[2]", "init"),
            ("proc.aname[3]", "<NA>"),
            ("proc.apid", "100"),
            ("proc.apid[2]", "1"),
            ("proc.aargs", "<NA>"),
            ("proc.aargs[0]", "-l x y"),
            ("proc.sname", "sshd"),
            ("proc.loginshellid", "100"),
            ("proc.ppid", "90"),
            ("proc.env[PAD]", "a b"),
            ("proc.env[EMPTY]", ""),
            ("proc.aenv[LANG]", ""),
            ("thread.ismain", "false"),
            ("thread.tid", "101"),
            ("thread.nametid", "bash101"),
            ("thread.vmsize", "0"),
            ("proc.nthreads", "2"),
            ("proc.nchilds", "1"),
            ("evt.buffer", "root:x:0:0"),
            ("evt.arg.data", "root:x:0:0"),
            ("evt.buflen", "10"),
            ("evt.buflen.in", "10"),
            ("evt.buflen.out", "<NA>"),
            ("evt.is_io_read", "true"),
            ("evt.io_dir", "read"),
            ("evt.category", "file"),
            ("fd.types", "(pipe,file,ipv4,directory)"),
            ("fd.types[5]", "(ipv4)"),
            ("proc.stdin.type", "pipe"),
            ("proc.stdin.name", "pipe:[7]"),
            ("proc.stdout.name", "<NA>"),
        ],
    );
}

#[test]
fn ids_modes_and_signals() {
    check(
        ". 0 100 setuid res=0 uid=0",
        &[("evt.arg.uid", "root"), ("user.uid", "0"), ("user.name", "root"), ("user.homedir", "/root")],
    );
    check(
        ". 0 100 setresuid res=0 ruid=-1 euid=1000 suid=4711",
        &[("evt.arg.ruid", "<NONE>"), ("evt.arg.euid", "alice"), ("evt.arg.suid", "<NA>")],
    );
    check(
        ". 0 100 chmod res=0 filename=f mode=0o4755",
        &[
            ("evt.arg.mode", "S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|S_ISUID"),
            ("evt.arg.filename", "/home/a/f"),
        ],
    );
    check(
        ". 0 100 kill res=0 pid=1234 sig=SIGKILL",
        &[("evt.arg.pid", "victim"), ("evt.arg.sig", "SIGKILL"), ("evt.rawarg.sig", "9")],
    );
    check(
        ". 0 100 mkdir res=0 path=d mode=0o755",
        &[("evt.arg.mode", "1ED"), ("evt.arg.path", "/home/a/d"), ("fs.path.name", "/home/a/d")],
    );
    check(
        ". 0 100 socket fd=8 domain=AF_INET type=1 proto=0",
        &[("evt.arg.domain", "AF_INET"), ("fd.type", "ipv4"), ("fd.name", "")],
    );
    check(
        ". 0 100 socket fd=8 domain=AF_UNIX type=1 proto=0",
        &[("evt.arg.domain", "AF_LOCAL|AF_UNIX"), ("fd.type", "unix")],
    );
}

#[test]
fn calls_without_events_of_their_own() {
    check(
        ". 0 100 sethostname",
        &[
            ("evt.type", "sethostname"),
            ("syscall.type", "sethostname"),
            ("evt.args", ""),
            ("evt.arg[0]", "sethostname"),
            ("evt.res", "<NA>"),
            ("evt.failed", "<NA>"),
        ],
    );
}

#[test]
fn poll_lists() {
    check(
        ". 0 100 poll res=1 fds=[3:0x1, 5:0x41, 66:0x4] timeout=-1",
        &[
            ("evt.arg.fds", "3:f1 5:441 66:?4"),
            ("fdlist.nums", "3,5,66"),
            ("fdlist.names", "/etc/passwd,10.0.0.1:4000->10.0.0.2:80,<NA>"),
            ("fdlist.cips", "10.0.0.1"),
            ("fdlist.sports", "80"),
        ],
    );
}

#[test]
fn times() {
    check(
        "1700000001.5s 0 100 getuid uid=0\n1700000002000000007 3 100 getuid uid=0",
        &[
            ("evt.time", "22:13:22.000000007"),
            ("evt.time.s", "22:13:22"),
            ("evt.time.iso8601", "2023-11-14T22:13:22.000000007+0000"),
            ("evt.datetime", "2023-11-14 22:13:22.000000007"),
            ("evt.rawtime", "1700000002000000007"),
            ("evt.rawtime.s", "1700000002"),
            ("evt.rawtime.ns", "000000007"),
            ("evt.deltatime", "0"),
            ("evt.cpu", "3"),
            ("evt.num", "2"),
            ("evt.latency", "0"),
            ("evt.latency.human", "0ns"),
            ("util.cnt", "1"),
        ],
    );
}

#[test]
fn unprintable_texts() {
    check(
        ". 0 100 open fd=4 name=\"tab\\there\\xff\" flags=O_RDONLY",
        &[
            ("fd.name", "/home/a/tab\u{fffd}here\u{fffd}"),
            ("fd.nameraw", "tab\u{fffd}here\u{fffd}"),
            ("evt.arg.name", "/home/a/tab\u{fffd}here\u{fffd}"),
            ("fs.path.name", "/home/a/tab\u{fffd}here\u{fffd}"),
        ],
    );
}
