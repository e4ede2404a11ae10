//! Arguments that are exchanged while the kernel works: the events tell those with which the call was made.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use probe::{Options, Probe};

use crate::program::{Arg, Assembler, Convention, DATA, Part, text};
use crate::recorder::{Event, available, folder, run, shared, until_exit};

/// Runs a program until it waits in its call, writes over the first block of its memory, lets it go on.
fn exchange(
    assembler: Assembler,
    dir: &Path,
    by: &[u8],
    release: impl FnOnce(),
) -> Option<(Vec<Event>, i64)> {
    let mut probe = shared()?;
    let program = dir.join("program");
    assembler.write(&program).unwrap();
    let mut child = Command::new(&program).stdout(Stdio::null()).spawn().unwrap();
    wait_until_it_sleeps(&child);
    let memory = OpenOptions::new().write(true).open(format!("/proc/{}/mem", child.id())).unwrap();
    memory.write_all_at(by, DATA).unwrap();
    release();
    let pid = i64::from(child.id());
    let events = until_exit(&mut probe, pid);
    child.wait().unwrap();
    Some((events.into_iter().filter(|event| event.tid == pid).collect(), pid))
}

fn wait_until_it_sleeps(child: &Child) {
    let mut state = String::new();
    for _ in 0..500 {
        state = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap_or_default();
        if state.contains("(program) S") {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the program does not wait: {state}");
}

fn make_fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn names_cannot_be_exchanged_while_a_file_is_opened() {
    let how = || Arg::Block(vec![Part::U64(0), Part::U64(0), Part::U64(4)]);
    let name = Arg::Named(0);
    let calls: [(&str, Vec<Arg>, &str); 4] = [
        ("openat", vec![Arg::N(-100), name.clone(), Arg::N(0o2000000), Arg::N(0)], "SYSCALL_OPENAT_2_X"),
        ("open", vec![name.clone(), Arg::N(0), Arg::N(0)], "SYSCALL_OPEN_X"),
        ("creat", vec![name.clone(), Arg::N(0o600)], "SYSCALL_CREAT_X"),
        ("openat2", vec![Arg::N(-100), name.clone(), how(), Arg::N(24)], "SYSCALL_OPENAT2_X"),
    ];
    for (call, args, symbol) in calls {
        let dir = folder();
        let fifo = dir.join("fifo");
        make_fifo(&fifo);
        let mut assembler = Assembler::new(Convention::Native);
        let mut bytes = fifo.display().to_string().into_bytes();
        bytes.push(0);
        assembler.block(&[Part::Raw(bytes)]);
        assembler.call(call, &args);
        // Opening both ends never waits.
        let mut other = None;
        let release = || other = OpenOptions::new().read(true).write(true).open(&fifo).ok();
        let Some((events, _)) = exchange(assembler, &dir, b"/harmless\0", release) else { return };
        let event = events.iter().rfind(|e| e.kind.symbol == symbol).expect("the call is reported");
        assert_eq!(event.text("name"), fifo.display().to_string(), "{call}");
        assert!(event.param("fd").i64() >= Some(0), "{call}");
        let _ = std::fs::remove_dir_all(dir);
    }
}

#[test]
fn addresses_cannot_be_exchanged_while_connecting() {
    let dir = folder();
    let socket = dir.join("socket");
    let listener = UnixListener::bind(&socket).unwrap();
    // A queue for one, which is full.
    rustix::net::listen(&listener, 0).unwrap();
    let first = UnixStream::connect(&socket).unwrap();
    let mut assembler = Assembler::new(Convention::Native);
    let mut bytes = socket.display().to_string().into_bytes();
    bytes.push(0);
    let length = 2 + bytes.len() as i64;
    assembler.block(&[Part::U16(1), Part::Raw(bytes)]);
    assembler.call("socket", &[Arg::N(1), Arg::N(1), Arg::N(0)]);
    assembler.call("connect", &[Arg::Ret(0), Arg::Named(0), Arg::N(length)]);
    let release = || drop(listener.accept());
    let found = exchange(assembler, &dir, b"\x01\0/harmless\0", release);
    drop(first);
    let Some((events, _)) = found else { return };
    let start = events.iter().find(|e| e.kind.symbol == "SOCKET_CONNECT_E").expect("the start is reported");
    let mut expected = vec![1];
    expected.extend(socket.display().to_string().as_bytes());
    expected.push(0);
    assert_eq!(start.param("addr").bytes(), expected);
    assert_eq!(start.param("fd").i64(), Some(3));
    let _ = std::fs::remove_dir_all(dir);
}

/// Where so many threads wait in the middle of opening that no place is left for one more, starts are events.
#[test]
fn starts_without_a_slot_are_reported() {
    if !available() {
        return;
    }
    let names = ["open", "openat", "openat2", "creat", "close"];
    let syscalls: BTreeSet<_> =
        names.iter().map(|name| catalogue::syscall_by_name(name).expect("known").code).collect();
    let options = Options { syscalls, own_process: Some(0), ..Options::default() };
    let mut probe = Probe::open(&options).unwrap();
    let dir = folder();
    let fifo = dir.join("fifo");
    make_fifo(&fifo);
    let waiting: Vec<_> = (0..300)
        .map(|_| {
            let fifo = fifo.clone();
            let thread = std::thread::Builder::new().stack_size(64 << 10);
            thread.spawn(move || drop(File::open(fifo))).unwrap()
        })
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    let mut assembler = Assembler::new(Convention::Native);
    let name = text("/etc/hostname");
    assembler.call("openat", &[Arg::N(-100), name.clone(), Arg::N(0o100 | 1), Arg::N(0o600)]);
    assembler.call("open", &[name.clone(), Arg::N(0), Arg::N(0)]);
    assembler.call("creat", &[text("/no/where"), Arg::N(0o640)]);
    let how = Arg::Block(vec![Part::U64(0), Part::U64(0), Part::U64(8)]);
    assembler.call("openat2", &[Arg::N(-100), name, how, Arg::N(24)]);
    let program = dir.join("program");
    assembler.write(&program).unwrap();
    let (events, _) = run(&mut probe, &mut Command::new(&program));
    let both = OpenOptions::new().read(true).write(true).open(&fifo).unwrap();
    waiting.into_iter().for_each(|thread| thread.join().unwrap());
    drop(both);
    let one = |symbol: &str| {
        events.iter().rfind(|e| e.kind.symbol == symbol).unwrap_or_else(|| panic!("no {symbol}"))
    };
    let at = one("SYSCALL_OPENAT_2_E");
    assert_eq!(
        (at.text("name"), at.param("flags").u32(), at.param("mode").u32()),
        ("/etc/hostname".into(), Some(6), Some(0o600))
    );
    assert_eq!(at.param("dirfd").i64(), Some(-100));
    let open = one("SYSCALL_OPEN_E");
    assert_eq!((open.text("name"), open.param("flags").u32()), ("/etc/hostname".into(), Some(1)));
    let creat = one("SYSCALL_CREAT_E");
    assert_eq!((creat.text("name"), creat.param("mode").u32()), ("/no/where".into(), Some(0o640)));
    let two = one("SYSCALL_OPENAT2_E");
    assert_eq!((two.text("name"), two.param("resolve").u32()), ("/etc/hostname".into(), Some(1)));
    assert_eq!(one("SYSCALL_OPENAT_2_X").text("name"), "/etc/hostname");
    // Once they are through, the next call is told by its end alone.
    let (events, _) = run(&mut probe, &mut Command::new(&program));
    assert!(!events.iter().any(|e| e.kind.symbol.ends_with("_E") && e.kind.symbol != "PROCEXIT_1_E"));
    let _ = std::fs::remove_dir_all(dir);
}
