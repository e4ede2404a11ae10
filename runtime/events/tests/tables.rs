//! Tables of every version, written here by hand as the format's description says.

mod support;

use events::scap::Options;
use events::snapshot::{
    Fd, FdTable, FdTarget, FileDetail, Group, Interface, InterfaceAddress, L4, NamedKind, Thread, User,
};

/// A capture of one table block (and the section header).
fn table(code: u32, body: &[u8]) -> support::Read {
    let mut bytes = support::write(&Default::default(), [], events::scap::Compression::None);
    let mut body = body.to_vec();
    body.resize(body.len().next_multiple_of(4), 0);
    let len = (body.len() as u32 + 12).to_le_bytes();
    bytes.extend([&code.to_le_bytes()[..], &len, &body, &len].concat());
    let read = support::read(&bytes, Options::default());
    assert_eq!(read.error, None, "block {code:#x}");
    read
}

#[derive(Default, Clone)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn u8(mut self, n: u8) -> Self {
        self.0.push(n);
        self
    }
    fn u16(mut self, n: u16) -> Self {
        self.0.extend(n.to_le_bytes());
        self
    }
    fn u32(mut self, n: u32) -> Self {
        self.0.extend(n.to_le_bytes());
        self
    }
    fn u64(mut self, n: u64) -> Self {
        self.0.extend(n.to_le_bytes());
        self
    }
    fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }
    fn string(self, text: &str) -> Self {
        self.u16(text.len() as u16).raw(text.as_bytes())
    }
    /// With the length before it, which counts itself.
    fn sized(self) -> Vec<u8> {
        [&(self.0.len() as u32 + 4).to_le_bytes()[..], &self.0].concat()
    }
}

/// An entry up to `root`, as a version has it, and what it means.
fn thread(version: u8) -> (Bytes, Thread) {
    let mut t = Thread { tid: 7, pid: 6, ptid: 5, ..Thread::default() };
    let mut b = Bytes::default().u64(7).u64(6).u64(5);
    if version >= 6 {
        (b, t.sid) = (b.u64(4), 4);
    }
    if version >= 8 {
        (b, t.vpgid) = (b.u64(3), 3);
    }
    b = b.string("comm").string("exe");
    (t.comm, t.exe) = (b"comm".into(), b"exe".into());
    if version >= 7 {
        (b, t.exepath) = (b.string("/bin/exe"), b"/bin/exe".into());
    }
    b = b.string("-l\0x").string("/tmp").u64(1024).u32(0x80).u32(1000).u32(1001);
    (t.args, t.cwd, t.fdlimit, t.flags, t.uid, t.gid) =
        (b"-l\0x".into(), b"/tmp".into(), 1024, 0x80, 1000, 1001);
    if version >= 2 {
        b = b.u32(11).u32(12).u32(13).u64(14).u64(15);
        (t.vm_size, t.vm_rss, t.vm_swap, t.page_faults_major, t.page_faults_minor) = (11, 12, 13, 14, 15);
    }
    if version >= 3 {
        (b, t.env) = (b.string("A=b\0"), b"A=b\0".into());
    }
    if version >= 4 {
        b = b.u64(2).u64(1).string("cpu=/x\0");
        (t.vtid, t.vpid, t.cgroups) = (2, 1, b"cpu=/x\0".into());
    }
    if version >= 5 {
        (b, t.root) = (b.string("/root"), b"/root".into());
    }
    (b, t)
}

#[test]
fn process_lists_up_to_version_eight() {
    let codes = [0x202, 0x207, 0x209, 0x210, 0x211, 0x212, 0x213, 0x214];
    let early = [(0x8000_ABCD, 1), (0x8013_ABCD, 2), (0x8014_ABCD, 3)];
    for (code, version) in codes.into_iter().zip(1..).chain(early) {
        let (bytes, expected) = thread(version);
        let two = [bytes.0.clone(), bytes.0].concat();
        assert_eq!(table(code, &two).snapshot.threads, [expected.clone(), expected], "version {version}");
    }
}

#[test]
fn process_lists_of_version_nine_with_every_tail() {
    // How many bytes of the tail each generation of recorders wrote.
    for tail in [0, 4, 5, 29, 41, 42, 66, 67, 68, 76, 80] {
        let (mut bytes, mut t) = thread(9);
        let start = bytes.0.len();
        if tail > 29 {
            bytes = bytes.u64(101).u32(102);
            (t.pidns_init_start_ts, t.tty) = (101, 102);
        }
        let writable = if tail > 29 { 17 } else { 5 };
        if tail >= 4 {
            (bytes, t.loginuid) = (bytes.u32(103), 103);
        }
        if tail >= writable {
            (bytes, t.exe_writable) = (bytes.u8(1), true);
        }
        if tail >= writable + 24 {
            bytes = bytes.u64(104).u64(105).u64(106);
            (t.cap_inheritable, t.cap_permitted, t.cap_effective) = (104, 105, 106);
        }
        if tail >= 42 {
            (bytes, t.exe_upper_layer) = (bytes.u8(1), true);
        }
        if tail >= 66 {
            bytes = bytes.u64(107).u64(108).u64(109);
            (t.exe_ino, t.exe_ino_ctime, t.exe_ino_mtime) = (107, 108, 109);
        }
        if tail >= 67 {
            (bytes, t.exe_from_memfd) = (bytes.u8(1), true);
        }
        if tail >= 68 {
            (bytes, t.exe_lower_layer) = (bytes.u8(1), true);
        }
        if tail >= 76 {
            (bytes, t.pgid) = (bytes.u64(110), 110);
        }
        if tail > 76 {
            // What a later version may append.
            bytes = bytes.raw(&[9; 4]);
        }
        assert_eq!(bytes.0.len() - start, tail, "the test itself");
        let two = [bytes.clone().sized(), bytes.sized()].concat();
        assert_eq!(table(0x215, &two).snapshot.threads, [t.clone(), t], "tail of {tail} bytes");
    }
}

#[test]
fn descriptor_lists() {
    let name = |text: &str| Bytes::default().string(text);
    let v4 = Bytes::default().raw(&[10, 0, 0, 1, 10, 0, 0, 2]).u16(4000).u16(80).u8(2);
    let v6 = Bytes::default().raw(&[1; 16]).raw(&[2; 16]).u16(4000).u16(80).u8(3);
    let mut entries = vec![
        (1, name("/a"), FdTarget::File { name: b"/a".into(), detail: FileDetail::Unknown }),
        (
            16,
            Bytes::default().u32(1).string("/b"),
            FdTarget::File { name: b"/b".into(), detail: FileDetail::Known { open_flags: 1, dev: None } },
        ),
        (
            3,
            v4,
            FdTarget::Ipv4 {
                source: [10, 0, 0, 1],
                destination: [10, 0, 0, 2],
                source_port: 4000,
                destination_port: 80,
                l4: L4::Tcp,
            },
        ),
        (
            4,
            v6,
            FdTarget::Ipv6 {
                source: [1; 16],
                destination: [2; 16],
                source_port: 4000,
                destination_port: 80,
                l4: L4::Udp,
            },
        ),
        (
            5,
            Bytes::default().raw(&[10, 0, 0, 1]).u16(80).u8(4),
            FdTarget::Ipv4Server { ip: [10, 0, 0, 1], port: 80, l4: L4::Icmp },
        ),
        (
            6,
            Bytes::default().raw(&[1; 16]).u16(80).u8(5),
            FdTarget::Ipv6Server { ip: [1; 16], port: 80, l4: L4::Raw },
        ),
        (
            8,
            Bytes::default().u64(1).u64(2).string("/run/x"),
            FdTarget::Unix { source: 1, destination: 2, name: b"/run/x".into() },
        ),
    ];
    for kind in NamedKind::ALL {
        entries.push((kind as u8, name("n"), FdTarget::Named { kind, name: b"n".into() }));
    }
    let fd = |fd, target: &FdTarget| Fd { fd, ino: 33, target: target.clone() };
    let all: Vec<_> = (3..).zip(&entries).map(|(number, entry)| fd(number, &entry.2)).collect();
    let expected = [FdTable { tid: 7, entries: all }];
    let entry = |number: u64, code: u8, payload: &Bytes| {
        Bytes::default().u64(number).u64(33).u8(code).raw(&payload.0)
    };

    // Version 1: entries without a length.
    let mut body = Bytes::default().u64(7);
    for (number, (code, payload, _)) in (3..).zip(&entries) {
        body = body.raw(&entry(number, *code, payload).0);
    }
    for code in [0x203, 0x8001_ABCD] {
        assert_eq!(table(code, &body.0).snapshot.descriptors, expected);
    }
    // An unknown type hides what follows.
    let hidden = body.raw(&entry(90, 99, &name("new")).0).raw(&entry(91, 2, &name("/")).0);
    let read = table(0x203, &hidden.0);
    assert_eq!(read.snapshot.descriptors, expected);
    assert_eq!(read.notices, ["descriptor of unknown type: rest of its list left out"]);

    // Version 2: with lengths, so that unknown types and later fields can be passed over.
    let mut body = Bytes::default().u64(7);
    for (number, (code, payload, _)) in (3..).zip(&entries) {
        body = body.raw(&entry(number, *code, payload).sized());
    }
    assert_eq!(table(0x218, &body.0).snapshot.descriptors, expected);
    let with_dev = Bytes::default().u32(1).string("/b").u32(0x801);
    let body = Bytes::default()
        .u64(7)
        .raw(&entry(90, 99, &name("new")).sized())
        .raw(&entry(91, 16, &with_dev).sized())
        .raw(&entry(92, 2, &name("/").raw(&[1; 7])).sized());
    let unknown = FdTarget::Named { kind: NamedKind::Unsupported, name: b"unknown:99".into() };
    let file =
        FdTarget::File { name: b"/b".into(), detail: FileDetail::Known { open_flags: 1, dev: Some(0x801) } };
    let directory = FdTarget::Named { kind: NamedKind::Directory, name: b"/".into() };
    let expected = vec![fd(90, &unknown), fd(91, &file), fd(92, &directory)];
    assert_eq!(table(0x218, &body.0).snapshot.descriptors, [FdTable { tid: 7, entries: expected }]);
    // A thread without descriptors.
    assert_eq!(table(0x218, &7u64.to_le_bytes()).snapshot.descriptors, []);
}

#[test]
fn interface_lists() {
    let v4 = InterfaceAddress::V4 { address: [1; 4], netmask: [2; 4], broadcast: [3; 4] };
    let v6 = InterfaceAddress::V6 { address: [1; 16], netmask: [2; 16], broadcast: [3; 16] };
    let four = [[1; 4], [2; 4], [3; 4]].concat();
    let six = [[1; 16], [2; 16], [3; 16]].concat();
    let entries = [
        Bytes::default().u16(1).u16(4).raw(&four).u64(1000).raw(b"eth0"),
        Bytes::default().u16(2).u16(4).raw(&six).u64(1000).raw(b"eth0"),
        Bytes::default().u16(3).u16(2).raw(&four).raw(b"lo"),
        Bytes::default().u16(4).u16(2).raw(&six).raw(b"lo"),
    ];
    let interface = |name: &str, address, link_speed| Interface { name: name.into(), address, link_speed };
    let expected = [
        interface("eth0", v4, 1000),
        interface("eth0", v6, 1000),
        interface("lo", v4, 0),
        interface("lo", v6, 0),
    ];
    let plain: Vec<u8> = entries.iter().flat_map(|entry| entry.0.clone()).collect();
    for code in [0x205, 0x8011_ABCD] {
        assert_eq!(table(code, &plain).snapshot.interfaces, expected);
    }
    // Here the length does not count itself; a later kind is passed over.
    let sized = |entry: &Bytes| [&(entry.0.len() as u32).to_le_bytes()[..], &entry.0].concat();
    let later = Bytes::default().u16(9).u16(1).raw(b"x");
    let body: Vec<u8> = entries.iter().chain([&later]).flat_map(sized).collect();
    assert_eq!(table(0x219, &body).snapshot.interfaces, expected);
}

#[test]
fn user_lists() {
    let user = Bytes::default().u8(0).u32(1000).u32(1001).string("al").string("/home/al").string("/bin/sh");
    let group = Bytes::default().u8(1).u32(1001).string("staff");
    let users = [User {
        uid: 1000,
        gid: 1001,
        name: b"al".into(),
        home: b"/home/al".into(),
        shell: b"/bin/sh".into(),
    }];
    let groups = [Group { gid: 1001, name: b"staff".into() }];
    for code in [0x206, 0x8012_ABCD] {
        let snapshot = table(code, &[user.0.clone(), group.0.clone()].concat()).snapshot;
        assert_eq!((&snapshot.users[..], &snapshot.groups[..]), (&users[..], &groups[..]));
    }
    let later = Bytes::default().u8(7).raw(b"???");
    let body = [user.raw(b"more").sized(), later.sized(), group.sized()].concat();
    let snapshot = table(0x220, &body).snapshot;
    assert_eq!((&snapshot.users[..], &snapshot.groups[..]), (&users[..], &groups[..]));
}

#[test]
fn machine_and_unknown_blocks() {
    let body =
        Bytes::default().u32(8).u64(1 << 34).u64(32768).raw(b"lab").raw(&[0; 125]).u64(99).raw(&[0; 24]);
    assert_eq!(body.0.len(), 180);
    for code in [0x201, 0x8002_ABCD] {
        let machine = table(code, &body.0).snapshot.machine.expect("a machine");
        assert_eq!((machine.cpus, machine.memory, machine.max_pid, machine.boot_ts), (8, 1 << 34, 32768, 99));
        assert_eq!(machine.hostname, b"lab");
    }
    assert_eq!(table(0x300, b"whatever").notices, ["block of unknown type 0x300 left out"]);
}

/// The writer cuts what readers would refuse.
#[test]
fn writers_cut_long_texts() {
    let long = vec![b'x'; 70_000];
    let mut snapshot = events::Snapshot::default();
    let t = |n: usize| long[..n].to_vec();
    snapshot.threads.push(Thread { comm: t(70_000), args: t(70_000), env: t(5_000), ..Thread::default() });
    snapshot.users.push(User { name: t(300), ..User::default() });
    let target = FdTarget::Named { kind: NamedKind::Fifo, name: t(2_000) };
    snapshot.descriptors.push(FdTable { tid: 0, entries: vec![Fd { fd: 1, ino: 2, target }] });
    let bytes = support::write(&snapshot, [], events::scap::Compression::Gzip(9));
    let read = support::read(&bytes, Options::default());
    assert_eq!(read.error, None);
    let thread = &read.snapshot.threads[0];
    assert_eq!((thread.comm.len(), thread.args.len(), thread.env.len()), (1024, 4096, 4096));
    assert_eq!(thread.cwd, b"/", "an unknown working directory");
    assert_eq!(read.snapshot.users[0].name.len(), 255);
    match &read.snapshot.descriptors[0].entries[0].target {
        FdTarget::Named { name, .. } => assert_eq!(name.len(), 1023),
        other => panic!("{other:?}"),
    }
}
