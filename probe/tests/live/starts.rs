//! Arguments that are exchanged while the kernel works: the events tell those with which the call was made.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use probe::{Options, Probe};

use crate::program::{Arg, Assembler, Convention, DATA, Part, text};
use crate::recorder::{Event, available, calls, folder, in_each_way, run, until_exit};

/// Runs a program, with calls hooked in each way, until it waits in its call, writes over the first block of its memory,
/// lets it go on. Gives the program's events.
fn exchange(
    syscalls: &[&str],
    prepare: impl Fn(&Path) -> Assembler,
    by: &[u8],
    release: impl Fn(&Path),
    look: impl Fn(&Path, &[Event]),
) {
    in_each_way(&calls(syscalls), |probe| {
        let dir = folder();
        let program = dir.join("program");
        prepare(&dir).write(&program).unwrap();
        let mut child = Command::new(&program).stdout(Stdio::null()).spawn().unwrap();
        wait_until_it_sleeps(&child);
        let memory = OpenOptions::new().write(true).open(format!("/proc/{}/mem", child.id())).unwrap();
        memory.write_all_at(by, DATA).unwrap();
        release(&dir);
        let pid = i64::from(child.id());
        let mut events = until_exit(probe, pid);
        child.wait().unwrap();
        events.retain(|event| event.tid == pid);
        look(&dir, &events);
        let _ = std::fs::remove_dir_all(dir);
    });
}

fn wait_until_it_sleeps(child: &Child) {
    let mut state = String::new();
    for _ in 0..6000 {
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
    let opening: [(&str, Vec<Arg>, &str); 4] = [
        ("openat", vec![Arg::N(-100), name.clone(), Arg::N(0o2000000), Arg::N(0)], "SYSCALL_OPENAT_2_X"),
        ("open", vec![name.clone(), Arg::N(0), Arg::N(0)], "SYSCALL_OPEN_X"),
        ("creat", vec![name.clone(), Arg::N(0o600)], "SYSCALL_CREAT_X"),
        ("openat2", vec![Arg::N(-100), name.clone(), how(), Arg::N(24)], "SYSCALL_OPENAT2_X"),
    ];
    for (call, args, symbol) in opening {
        let prepare = |dir: &Path| {
            make_fifo(&dir.join("fifo"));
            let mut assembler = Assembler::new(Convention::Native);
            assembler.block(&[Part::Raw(name_of(&dir.join("fifo")))]);
            // Brings the name into memory: what is not there when a call starts is told as it is at the end.
            assembler.call("access", &[name.clone(), Arg::N(0)]);
            assembler.call(call, &args);
            assembler
        };
        // Opening both ends never waits. They stay open until the program is through.
        let both = Mutex::new(None);
        let release = |dir: &Path| {
            let end = OpenOptions::new().read(true).write(true).open(dir.join("fifo")).unwrap();
            *both.lock().unwrap() = Some(end);
        };
        exchange(&[call], prepare, b"/harmless\0", release, |dir, events| {
            let event = events.iter().rfind(|e| e.kind.symbol == symbol).expect("the call is reported");
            // Where others took the call's place, its start is an event of its own, which counts.
            let start = symbol.replace("_X", "_E");
            let told = events.iter().rfind(|e| e.kind.symbol == start).unwrap_or(event);
            assert_eq!(told.text("name"), dir.join("fifo").display().to_string(), "{call}");
            assert!(event.param("fd").i64() >= Some(0), "{call}");
        });
    }
}

/// A path with its NUL.
fn name_of(path: &Path) -> Vec<u8> {
    format!("{}\0", path.display()).into_bytes()
}

#[test]
fn addresses_cannot_be_exchanged_while_connecting() {
    let listener = Mutex::new(None);
    let prepare = |dir: &Path| {
        let socket = dir.join("socket");
        let listening = UnixListener::bind(&socket).unwrap();
        // A queue for one, which is full.
        rustix::net::listen(&listening, 0).unwrap();
        *listener.lock().unwrap() = Some((UnixStream::connect(&socket).unwrap(), listening));
        let mut assembler = Assembler::new(Convention::Native);
        let name = name_of(&socket);
        let length = 2 + name.len() as i64;
        assembler.block(&[Part::U16(1), Part::Raw(name)]);
        assembler.call("socket", &[Arg::N(1), Arg::N(1), Arg::N(0)]);
        assembler.call("access", &[Arg::Named(0), Arg::N(0)]);
        assembler.call("connect", &[Arg::Ret(0), Arg::Named(0), Arg::N(length)]);
        assembler
    };
    let release = |_: &Path| drop(listener.lock().unwrap().as_ref().unwrap().1.accept());
    exchange(&["connect"], prepare, b"\x01\0/harmless\0", release, |dir, events| {
        let start =
            events.iter().find(|e| e.kind.symbol == "SOCKET_CONNECT_E").expect("the start is reported");
        let mut expected = vec![1];
        expected.extend(name_of(&dir.join("socket")));
        assert_eq!(start.param("addr").bytes(), expected);
        assert_eq!(start.param("fd").i64(), Some(3));
    });
}

/// Where so many threads wait in the middle of opening that no place is left for one more, starts are events.
#[test]
fn starts_without_a_slot_are_reported() {
    if !available() {
        return;
    }
    let syscalls = calls(&["open", "openat", "openat2", "creat", "close"]);
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
    let opening = || {
        let threads = std::fs::read_dir("/proc/self/task").unwrap();
        let calls =
            threads.filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("syscall")).ok());
        calls.filter(|call| call.starts_with("257 ")).count()
    };
    let patience = Instant::now() + Duration::from_secs(60);
    while opening() < waiting.len() {
        assert!(Instant::now() < patience, "{} threads open the pipe", opening());
        std::thread::sleep(Duration::from_millis(10));
    }
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
