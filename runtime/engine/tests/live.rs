//! What the engine asks of a live machine, and what it forgets of one.

use std::sync::{Arc, Mutex};

use engine::state::{ContainerId, GroupEntry, UserEntry};
use engine::{HostLookup, HostThread, Options, Tracker};
use events::script::Script;
use events::snapshot::{Fd, FdTarget, FileDetail, Thread};

/// A machine on which one process lives, with what it was asked.
#[derive(Clone, Default)]
struct Machine {
    asked: Arc<Mutex<Vec<String>>>,
}

impl Machine {
    fn note(&self, what: String) {
        self.asked.lock().expect("one thread").push(what);
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().expect("one thread"))
    }
}

fn file(fd: i64, name: &str) -> Fd {
    Fd { fd, ino: 0, target: FdTarget::File { name: name.into(), detail: FileDetail::Unknown } }
}

impl HostLookup for Machine {
    fn thread(&mut self, tid: i64) -> Option<HostThread> {
        self.note(format!("thread {tid}"));
        let thread = Thread {
            tid,
            pid: tid,
            ptid: 1,
            comm: b"found".into(),
            cwd: b"/srv".into(),
            uid: 1000,
            gid: 1000,
            ..Thread::default()
        };
        (tid == 700).then(|| HostThread { thread, descriptors: vec![file(3, "/found")], clone_ts: 5 })
    }

    fn thread_alive(&mut self, tid: i64) -> bool {
        self.note(format!("alive {tid}"));
        tid == 100
    }

    fn fd(&mut self, pid: i64, num: i64) -> Option<Fd> {
        self.note(format!("fd {pid} {num}"));
        Some(file(num, "/passed"))
    }

    fn user(&mut self, container: &str, _: i64, uid: u32) -> Option<UserEntry> {
        self.note(format!("user {container}/{uid}"));
        (uid == 1000).then(|| UserEntry { uid, name: "alice".into(), ..UserEntry::default() })
    }

    fn group(&mut self, container: &str, _: i64, gid: u32) -> Option<GroupEntry> {
        self.note(format!("group {container}/{gid}"));
        (gid == 1000).then(|| GroupEntry { gid, name: "staff".into() })
    }
}

const TABLES: &str = "
[processes]
1   systemd ptid=0
100 alive ptid=1
200 dead ptid=1
201 busy ptid=1
[descriptors]
100 4 unix 0x1->0x2 /run/x.sock
[events]
";

fn replay(machine: &Machine, events: &str) -> Tracker {
    let script = Script::parse(&format!("{TABLES}{events}")).expect("a script");
    let mut tracker = Tracker::new(Options::default(), Box::new(machine.clone()));
    tracker.load(&script.snapshot);
    machine.asked();
    script.events().for_each(|event| {
        tracker.apply(&event, true);
    });
    tracker
}

#[test]
fn an_unknown_thread_is_looked_up_once() {
    let machine = Machine::default();
    let tracker = replay(
        &machine,
        ". 0 700 getuid uid=0\n. 0 700 getuid uid=0\n. 0 800 getuid uid=0\n. 0 800 getuid uid=0",
    );
    assert_eq!(machine.asked(), ["thread 700", "user /1000", "group /1000", "thread 800"]);
    let state = tracker.state();
    let found = state.thread(700).expect("the thread");
    assert_eq!(found.comm, b"found");
    assert_eq!(state.cwd(found), b"/srv/");
    assert_eq!(state.fd(found, 3).map(|fd| &*fd.name), Some(&b"/found"[..]));
    assert_eq!((found.clone_ts, found.ptid), (5, 1));
    assert_eq!(state.users.user(ContainerId::HOST, 1000).map(|user| &*user.name), Some("alice"));
    let unknown = state.thread(800).expect("a placeholder");
    assert!(unknown.is_invalid());
    assert_eq!(unknown.comm, b"<NA>");
}

#[test]
fn ends_and_switches_look_nothing_up() {
    let machine = Machine::default();
    let tracker =
        replay(&machine, ". 0 700 procexit status=0 ret=0 sig=0 core=0 reaper_tid=0\n. 0 701 switch next=1");
    assert_eq!(machine.asked(), Vec::<String>::new());
    assert!(tracker.state().thread(700).is_none());
}

#[test]
fn ids_are_looked_up_when_they_change() {
    let machine = Machine::default();
    let tracker = replay(
        &machine,
        ". 0 100 setuid res=0 uid=1000\n. 0 100 setuid res=0 uid=1000\n. 0 100 setgid res=0 gid=7",
    );
    assert_eq!(machine.asked(), ["user /1000", "group /7"]);
    assert!(tracker.state().users.group(ContainerId::HOST, 7).is_none());
}

#[test]
fn descriptors_that_were_passed_are_looked_up() {
    let machine = Machine::default();
    // A control message: length 24 with its header, SOL_SOCKET, SCM_RIGHTS, descriptors 8 and 9.
    let control = "hex:1800000000000000010000000100000008000000 09000000".replace(' ', "");
    let tracker = replay(
        &machine,
        &format!(". 0 100 recvmsg res=1 size=1 data=x tuple=<NA> msgcontrol={control} fd=4"),
    );
    assert_eq!(machine.asked(), ["fd 100 8", "fd 100 9"]);
    let state = tracker.state();
    let thread = state.thread(100).expect("the thread");
    assert_eq!(state.fd(thread, 9).map(|fd| &*fd.name), Some(&b"/passed"[..]));
}

#[test]
fn inactive_threads_that_are_gone_are_purged() {
    let machine = Machine::default();
    let tracker = replay(
        &machine,
        ". 0 201 getuid uid=0\n+1s 0 900 getuid uid=0\n\
         +200s 0 201 getuid uid=0\n+200s 0 201 getuid uid=0\n+200s 0 201 getuid uid=0",
    );
    let mut asked = machine.asked();
    asked.retain(|what| what.starts_with("alive"));
    asked.sort();
    asked.dedup();
    assert_eq!(asked, ["alive 1", "alive 100", "alive 200"]);
    let state = tracker.state();
    assert!(state.thread(100).is_some(), "it still exists");
    assert!(state.thread(200).is_none(), "it was inactive and is gone");
    assert!(state.thread(201).is_some(), "it is active");
    assert!(state.thread(900).is_none(), "placeholders go at every search");
}

#[test]
fn a_full_table_takes_only_our_own_process() {
    let options = Options { max_threads: 2, own_pid: Some(9), ..Options::default() };
    let script = Script::parse(
        ". 0 5 getuid uid=0\n. 0 6 getuid uid=0\n. 0 7 getuid uid=0\n. 0 9 getuid uid=0\n. 0 5 getuid uid=0",
    )
    .expect("a script");
    let mut tracker = Tracker::new(options, Box::new(engine::NullHost));
    let known: Vec<bool> =
        script.events().map(|event| tracker.apply(&event, true).thread().is_some()).collect();
    assert_eq!(known, [true, true, false, true, true]);
    assert_eq!(tracker.stats().threads_dropped, 1);
}
