//! Event scripts: what every notation means, and what is said about mistakes.

use events::script::{self, Script};
use expect_test::{Expect, expect};

/// Parses a script and prints what it means.
fn check(text: &str, meaning: Expect) {
    let script = match Script::parse(text) {
        Ok(script) => script,
        Err(error) => return meaning.assert_eq(&format!("error: {error}")),
    };
    let printed = script::print(&script.snapshot, script.events());
    // Printing loses nothing.
    let again = Script::parse(&printed).unwrap_or_else(|error| panic!("{error}\n{printed}"));
    assert_eq!(again.snapshot, script.snapshot);
    assert!(again.events().eq(script.events()), "{printed}");
    meaning.assert_eq(printed.trim_end());
}

#[test]
fn tables() {
    check(
        r#"
        # Everything that a table can say.
        [machine]
        hostname=lab cpus=2 memory=4_000_000 max_pid=32768
        boot=1699990000s start=1600000000s
        [interfaces]
        lo   127.0.0.1/8
        eth0 10.0.0.2/24 broadcast=10.0.0.0 speed=1000
        eth0 fe80::1/64
        [users]
        root uid=0 gid=0 home=/root shell=/bin/bash
        nobody uid=65534 gid=none
        [groups]
        root gid=0
        "domain users" gid=1000
        [processes]
        1   systemd exe=/sbin/init ptid=0
        100 bash    args=[-c, "sleep 1", ""] cwd=/home/alice uid=1000 loginuid=1000 \
                    cgroups=["cpu=/docker/0123456789ab"] env=[HOME=/home/alice] tty=34816
        101 bash    pid=100 flags=CLONE_THREAD|CLONE_VM exe_writable=true cap_effective=0xff
        102 "a b"   sid=-1 exe_ino_mtime=1.5s
        [descriptors]
        100 0 file /etc/passwd flags=O_RDONLY|O_CLOEXEC dev=0x801 ino=7
        100 1 old-file "/tmp/a b"
        100 2 directory /
        100 3 tcp 10.0.0.2:4000->10.0.0.9:443
        100 4 tcp 0.0.0.0:80
        100 5 udp [::1]:53->[::2]:5353
        100 6 raw [::]:0
        100 7 unix 0x1->0x2 /run/x.sock
        100 8 unix /run/y.sock
        100 9 pipe pipe:[77]
        100 10 io_uring ""
        101 0 eventpoll "" ino=9
        "#,
        expect![[r#"
            [machine]
            hostname=lab cpus=2 memory=4000000 max_pid=32768 boot=1699990000000000000

            [interfaces]
            lo 127.0.0.1/8
            eth0 10.0.0.2/24 netmask=255.255.255.0 broadcast=10.0.0.0 speed=1000
            eth0 fe80::1/64

            [users]
            root uid=0 gid=0 home=/root shell=/bin/bash
            nobody uid=65534 gid=4294967295 home="" shell=""

            [groups]
            root gid=0
            "domain users" gid=1000

            [processes]
            1 systemd exe=/sbin/init ptid=0
            100 bash cwd=/home/alice args=[-c, "sleep 1", ""] env=["HOME=/home/alice"] cgroups=["cpu=/docker/0123456789ab"] uid=1000 loginuid=1000 tty=34816
            101 bash pid=100 flags=CLONE_THREAD|CLONE_VM exe_writable=1 cap_effective=255
            102 "a b" sid=-1 exe_ino_mtime=1500000000

            [descriptors]
            100 0 file /etc/passwd flags=O_RDONLY|O_CLOEXEC dev=0x801 ino=7
            100 1 old-file "/tmp/a b"
            100 2 directory /
            100 3 tcp 10.0.0.2:4000->10.0.0.9:443
            100 4 tcp 0.0.0.0:80
            100 5 udp [::1]:53->[::2]:5353
            100 6 raw [::]:0
            100 7 unix 0x1->0x2 /run/x.sock
            100 8 unix 0x0->0x0 /run/y.sock
            100 9 pipe "pipe:[77]"
            100 10 io_uring ""
            101 0 eventpoll "" ino=9

            [events]"#]],
    );
}

#[test]
fn times_and_types() {
    check(
        r#"
        +1ms 0 7 close res=0 fd=3
        . 1 7 close< res=-EBADF fd=4
        +1.5us 0 7 SYSCALL_CLOSE_E fd=4
        2s 0 - switch next=1
        1500000000000000001 0 7 procexit status=256
        0ns 0 7 execve> filename=/bin/ls
        +0ns 0 7 sethostname
        +0ns 0 7 sethostname> @state
        +0ns 0 7 connect> @params=1 fd=3
        +0ns 0 7 openat @flags=5 fd=3
        "#,
        expect![[r#"
            [events]
            1700000000001000000 0 7 close res=0 fd=3
            1700000000001001000 1 7 close res=-EBADF fd=4
            1700000000001002500 0 7 close> fd=4
            1700000002000000000 0 - switch next=1
            1500000000000000001 0 7 procexit status=256
            1700000000000000000 0 7 execve> filename=/bin/ls
            1700000000000000000 0 7 GENERIC_X ID=sethostname nativeID=170
            1700000000000000000 0 7 GENERIC_E @state ID=sethostname nativeID=170
            1700000000000000000 0 7 connect> @params=1 fd=3
            1700000000000000000 0 7 openat @flags=0x5 fd=3"#]],
    );
}

#[test]
fn values() {
    check(
        r#"
        . 0 7 openat fd=-ENOENT dirfd=AT_FDCWD name="a b\n\xff\"\\" flags=O_RDWR|O_CREAT|0x80000 mode=0o644 dev=0x801 ino=12
        . 0 7 openat fd=EACCES name=<NA> flags=0 mode=420
        . 0 7 openat name="<NA>"
        . 0 7 openat name=""
        . 0 7 openat name=hex:6162
        . 0 7 write res=3 data="a\0b" fd=-1
        . 0 7 write data=[ab, "c d"]
        . 0 7 write data="[]"
        . 0 7 bind res=0 addr=10.0.0.1:80 fd=3
        . 0 7 bind addr=[::1]:80
        . 0 7 bind addr=unix:/run/x
        . 0 7 bind addr=unix:"/run/a b"
        . 0 7 bind addr=family:16
        . 0 7 connect tuple=10.0.0.1:4000->10.0.0.2:80
        . 0 7 connect tuple=[::1]:4000->[::ffff:10.0.0.2]:80
        . 0 7 connect tuple=unix:0xffff->0x0:/run/x
        . 0 7 connect tuple=family:9
        . 0 7 connect tuple=hex:0201
        . 0 7 poll fds=[3:0x1, 5:0x41] timeout=1
        . 0 7 poll fds=[]
        . 0 7 ppoll timeout=1.5s sigmask=SIGINT|SIGTERM
        . 0 7 ppoll timeout=none sigmask=3
        . 0 7 kill res=0 pid=8 sig=SIGKILL
        . 0 7 kill sig=64
        . 0 7 ptrace addr=#0:0x10 data=sigtype:SIGSTOP
        . 0 7 socket domain=AF_INET6 type=1
        . 0 7 setuid res=0 uid=none
        . 0 7 chmod mode=S_IRUSR|S_IXOTH
        . 0 7 GENERIC_X ID=ptrace nativeID=101
        . 0 7 close 0=-ESRCH 1=5
        "#,
        expect![[r#"
            [events]
            1700000000000001000 0 7 openat fd=-ENOENT dirfd=AT_FDCWD name="a b\n\xff\"\\" flags=O_CREAT|O_RDWR|0x80000 mode=0o644 dev=0x801 ino=12
            1700000000000002000 0 7 openat fd=-EACCES flags=O_NONE mode=0o644
            1700000000000003000 0 7 openat name="<NA>"
            1700000000000004000 0 7 openat name=""
            1700000000000005000 0 7 openat name=hex:6162
            1700000000000006000 0 7 write res=3 data="a\0b" fd=-1
            1700000000000007000 0 7 write data=[ab, "c d"]
            1700000000000008000 0 7 write data="[]"
            1700000000000009000 0 7 bind res=0 addr=10.0.0.1:80 fd=3
            1700000000000010000 0 7 bind addr=[::1]:80
            1700000000000011000 0 7 bind addr=unix:/run/x
            1700000000000012000 0 7 bind addr=unix:"/run/a b"
            1700000000000013000 0 7 bind addr=family:16
            1700000000000014000 0 7 connect tuple=10.0.0.1:4000->10.0.0.2:80
            1700000000000015000 0 7 connect tuple=[::1]:4000->[::ffff:10.0.0.2]:80
            1700000000000016000 0 7 connect tuple=unix:0xffff->0x0:/run/x
            1700000000000017000 0 7 connect tuple=family:9
            1700000000000018000 0 7 connect tuple=hex:0201
            1700000000000019000 0 7 poll fds=[3:0x1, 5:0x41] timeout=1
            1700000000000020000 0 7 poll fds=[]
            1700000000000021000 0 7 ppoll timeout=1500000000 sigmask=16386
            1700000000000022000 0 7 ppoll timeout=18446744073709551615 sigmask=3
            1700000000000023000 0 7 kill res=0 pid=8 sig=SIGKILL
            1700000000000024000 0 7 kill sig=64
            1700000000000025000 0 7 ptrace addr=#0:0x10 data=#1:SIGSTOP
            1700000000000026000 0 7 socket domain=AF_INET6 type=1
            1700000000000027000 0 7 setuid res=0 uid=none
            1700000000000028000 0 7 chmod mode=S_IXOTH|S_IRUSR
            1700000000000029000 0 7 GENERIC_X ID=ptrace nativeID=101
            1700000000000030000 0 7 close res=-ESRCH fd=5"#]],
    );
}

#[test]
fn defaults_and_containers() {
    check(
        r#"
        . 0 7 openat fd=3
        . 0 7 openat fd=4 mode=1
        [defaults]
        openat dirfd=AT_FDCWD mode=0o600 name=/x
        [containers]
        0123456789ab name=web image="nginx:1.25" type=0 privileged=true labels={"a": "b c"}
        {"container": {"id": "ba9876543210"}}
        "#,
        expect![[r#"
            [events]
            1700000000000000000 0 1 asyncevent plugin_id=0 name=container data=["{\"container\":{\"id\":\"0123456789ab\",\"name\":\"web\",\"image\":\"nginx:1.25\",\"type\":0,\"privileged\":true,\"labels\":{\"a\": \"b c\"}}}"]
            1700000000000000000 0 1 asyncevent plugin_id=0 name=container data=["{\"container\": {\"id\": \"ba9876543210\"}}"]
            1700000000000001000 0 7 openat fd=3 dirfd=AT_FDCWD name=/x mode=0o600
            1700000000000002000 0 7 openat fd=4 dirfd=AT_FDCWD name=/x mode=0o1"#]],
    );
}

#[test]
fn mistakes() {
    let cases = [
        "[nonsense]",
        "[events] x",
        "1ms 0 7",
        "soon 0 7 close",
        ". 0 seven close",
        ". 70000 7 close",
        ". 0 7 clsoe",
        ". 0 7 close fdd=3",
        ". 0 7 close fd",
        ". 0 7 close 2=3",
        ". 0 7 close fd=three",
        ". 0 7 close fd=99999999999999999999",
        ". 0 7 close @params=3",
        ". 0 7 openat flags=O_NOPE",
        ". 0 7 openat name=\"x",
        ". 0 7 openat name=\"\\q\"",
        ". 0 7 openat name=\"\\x4\"",
        ". 0 7 openat name=hex:123",
        ". 0 7 openat ino=-99999999999999999999",
        ". 0 7 openat dev=0x1ffffffff",
        ". 0 7 bind addr=10.0.0.1",
        ". 0 7 connect tuple=10.0.0.1:1->[::1]:2",
        ". 0 7 connect tuple=unix:1",
        ". 0 7 poll fds=3",
        ". 0 7 poll fds=[3]",
        ". 0 7 ptrace data=charbuf:x",
        ". 0 7 kill sig=SIGNOPE",
        ". 0 7 write data=[a",
        "[processes]\n1",
        "[processes]\n1 init colour=red",
        "[processes]\n1 init uid=root",
        "[users]\nroot shoe=43",
        "[interfaces]\nlo 127.0.0.1",
        "[descriptors]\n1 2 thing x",
        "[descriptors]\n1 2 tcp 1.2.3.4",
        "[descriptors]\n1 2",
        "[machine]\nspeed=3",
        "[defaults]\nopenat\n  fd=x",
        "# fine\n\n[events]\n. 0 7 close fd=3 \\\n      res=x",
    ];
    let messages: Vec<_> = cases
        .iter()
        .map(|text| match Script::parse(text) {
            // The lists of names are long.
            Err(error) => format!("{text:?}\n    {:.110}", error.to_string()),
            Ok(_) => format!("{text:?}\n    no error"),
        })
        .collect();
    expect![[r##"
        "[nonsense]"
            1:1: no section `nonsense`: machine, interfaces, users, groups, processes, descriptors, containers, defaults, 
        "[events] x"
            1:10: a section's name stands alone on its line
        "1ms 0 7"
            1:7: an event needs a time, a cpu, a tid and a type
        "soon 0 7 close"
            1:1: write a time as +1ms, 1.5s, `.` or ns since the epoch
        ". 0 seven close"
            1:5: `seven` is no number that fits here
        ". 70000 7 close"
            1:3: `70000` is no number that fits here
        ". 0 7 clsoe"
            1:7: no event type `clsoe`: write a name, as in openat or connect>, or a symbol
        ". 0 7 close fdd=3"
            1:13: SYSCALL_CLOSE_X has no parameter `fdd`: res, fd
        ". 0 7 close fd"
            1:13: write name=value, @state or @params=N
        ". 0 7 close 2=3"
            1:13: SYSCALL_CLOSE_X has no parameter `2`: res, fd
        ". 0 7 close fd=three"
            1:16: `three` is no value of type FD
        ". 0 7 close fd=99999999999999999999"
            1:16: `99999999999999999999` is no value of type FD
        ". 0 7 close @params=3"
            1:21: SYSCALL_CLOSE_X has 2 parameters
        ". 0 7 openat flags=O_NOPE"
            1:20: no flag `O_NOPE` here: O_LARGEFILE, O_DIRECTORY, O_DIRECT, O_TRUNC, O_SYNC, O_NONBLOCK, O_EXCL, O_DSYNC,
        ". 0 7 openat name=\"x"
            1:14: quoted text without a closing quote
        ". 0 7 openat name=\"\\q\""
            1:19: unknown escape `\q`: write \n \t \r \0 \\ \" or \xNN
        ". 0 7 openat name=\"\\x4\""
            1:19: `\x` needs two hexadecimal digits
        ". 0 7 openat name=hex:123"
            1:19: `hex:` takes pairs of hexadecimal digits
        ". 0 7 openat ino=-99999999999999999999"
            1:18: `-99999999999999999999` is no value of type UINT64
        ". 0 7 openat dev=0x1ffffffff"
            1:18: 8589934591 does not fit into 32 bits
        ". 0 7 bind addr=10.0.0.1"
            1:17: `10.0.0.1` is no address and port: write 1.2.3.4:80 or [::1]:80
        ". 0 7 connect tuple=10.0.0.1:1->[::1]:2"
            1:21: both ends must be of the same family
        ". 0 7 connect tuple=unix:1"
            1:21: `1` are no two socket addresses: write 0x1->0x2
        ". 0 7 poll fds=3"
            1:16: write a list of descriptors and their flags, as in [3:0x1, 5:0x41]
        ". 0 7 poll fds=[3]"
            1:16: `3` is not of the form 3:0x1
        ". 0 7 ptrace data=charbuf:x"
            1:19: no type `charbuf` here: uint64, sigtype
        ". 0 7 kill sig=SIGNOPE"
            1:16: `SIGNOPE` is no value of type SIGTYPE
        ". 0 7 write data=[a"
            1:13: bracket without a closing one
        "[processes]\n1"
            2:1: write the name of the process after its tid
        "[processes]\n1 init colour=red"
            2:8: a process has no `colour`
        "[processes]\n1 init uid=root"
            2:12: `root` is no number that fits here
        "[users]\nroot shoe=43"
            2:6: a user has: uid, gid, home, shell
        "[interfaces]\nlo 127.0.0.1"
            2:4: write an address and the length of its prefix, as in eth0 10.0.0.2/24
        "[descriptors]\n1 2 thing x"
            2:5: no kind of descriptor `thing`
        "[descriptors]\n1 2 tcp 1.2.3.4"
            2:9: `1.2.3.4` is no address and port: write 1.2.3.4:80 or [::1]:80
        "[descriptors]\n1 2"
            2:1: write tid, fd, kind and name, as in 100 3 file /etc/passwd
        "[machine]\nspeed=3"
            2:1: a machine has: start, boot, cpus, memory, max_pid, hostname
        "[defaults]\nopenat\n  fd=x"
            3:3: no event type `fd=x`: write a name, as in openat or connect>, or a symbol
        "# fine\n\n[events]\n. 0 7 close fd=3 \\\n      res=x"
            5:11: `x` is no value of type ERRNO"##]].assert_eq(&messages.join("\n"));
}
