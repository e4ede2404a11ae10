//! After warm-up, keeping the state and matching allocate nothing: shown with an allocator that counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use catalogue::{Catalogue, EVENTS, EventCode, Operator, Priority};
use codegen::{Mode, Strategy};
use engine::fields::Settings;
use engine::{Engine, NullHost, Ruleset, Tracker};
use events::script::Script;
use ir::{
    Check, Const, EventSet, Expr, ExprId, OutputTemplate, Program, ProgramBuilder, Rhs, Rule, Slot, SlotKind,
};

mod support;

use support::import;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, with a count per thread.
struct Counting;

// SAFETY: every call is passed on unchanged to the system's allocator; counting touches only a thread-local number, which
// neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc` with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the pointer came from `alloc` with this layout, and the caller keeps the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Rounds before counting begins: every buffer has its size by then.
const WARM_UP: usize = 64;

/// Rounds that are counted.
const COUNTED: usize = 1_000;

/// Replays a script's events again and again; answers how many allocations the counted rounds made.
fn allocations(source: &str) -> u64 {
    let script = Script::parse(source).expect("a script");
    let mut tracker = Tracker::default();
    tracker.load(&script.snapshot);
    let mut round = || {
        for event in script.events() {
            tracker.apply(&event, true);
        }
    };
    (0..WARM_UP).for_each(|_| round());
    let before = ALLOCATIONS.get();
    (0..COUNTED).for_each(|_| round());
    ALLOCATIONS.get() - before
}

#[test]
fn open_and_close() {
    let made = allocations(
        "
        [processes]
        1   systemd ptid=0
        100 bash ptid=1 cwd=/home/alice
        [descriptors]
        100 4 directory /srv
        [defaults]
        openat dirfd=AT_FDCWD mode=0
        [events]
        . 0 100 openat fd=3 name=/etc/passwd flags=O_RDONLY dev=1 ino=2
        . 0 100 read res=10 data=abc fd=3 size=10
        . 0 100 close res=0 fd=3
        . 0 100 openat fd=3 name=../notes//x flags=O_RDONLY dev=1 ino=2
        . 0 100 openat fd=5 dirfd=4 name=y flags=O_RDONLY dev=1 ino=2
        . 0 100 dup res=6 oldfd=5
        . 0 100 close res=0 fd=3
        . 0 100 close res=0 fd=5
        . 0 100 close res=0 fd=6
        . 0 100 openat> dirfd=AT_FDCWD name=/etc/shadow flags=O_RDONLY mode=0
        . 0 100 openat fd=ENOENT name=/nowhere flags=O_RDONLY
        . 0 100 chdir res=0 path=/home/alice
        ",
    );
    assert_eq!(made, 0);
}

#[test]
fn fork_and_exit() {
    let made = allocations(
        "
        [processes]
        1   systemd ptid=0
        100 bash ptid=1 env=[\"LANG=C\"] cgroups=[\"cpu=/user\"]
        [descriptors]
        100 0 file /dev/null flags=O_RDONLY
        100 3 file /log flags=O_WRONLY
        [events]
        . 0 100 clone res=101 exe=bash args=[\"-c\", \"ls\"] tid=100 pid=100 ptid=1 fdlimit=1024 comm=bash flags=0 uid=0 gid=0 \
                      vtid=100 vpid=100 cgroups=[\"cpu=/user\"]
        . 0 101 clone res=0 exe=bash args=[] tid=101 pid=101 ptid=100 fdlimit=1024 comm=bash flags=0 uid=0 gid=0 vtid=101 vpid=101
        . 0 101 execve res=0 exe=ls args=[\"-l\"] tid=101 pid=101 ptid=100 fdlimit=1024 comm=ls trusted_exepath=/bin/ls env=[\"A=b\"]
        . 0 101 clone3 res=102 exe=ls args=[] tid=101 pid=101 ptid=100 fdlimit=1024 comm=ls flags=CLONE_THREAD|CLONE_FILES uid=0 gid=0 \
                       vtid=101 vpid=101
        . 0 102 procexit status=0 ret=0 sig=0 core=0 reaper_tid=0
        . 0 101 procexit status=0 ret=0 sig=0 core=0 reaper_tid=0
        . 0 103 vfork res=0 exe=bash args=[] tid=103 pid=103 ptid=100 fdlimit=1024 comm=bash flags=CLONE_VFORK uid=0 gid=0 vtid=103 vpid=103
        . 0 103 procexit status=0 ret=0 sig=0 core=0 reaper_tid=0
        . 0 100 vfork res=103 exe=bash args=[] tid=100 pid=100 ptid=1 fdlimit=1024 comm=bash flags=CLONE_VFORK uid=0 gid=0 vtid=100 vpid=100
        ",
    );
    assert_eq!(made, 0);
}

#[test]
fn sockets() {
    let made = allocations(
        "
        [processes]
        1   systemd ptid=0
        100 app ptid=1
        [events]
        . 0 100 socket fd=3 domain=AF_INET type=1 proto=0 flags=0
        . 0 100 connect> fd=3 addr=5.6.7.8:80
        . 0 100 connect res=0 tuple=10.0.0.2:4000->5.6.7.8:80 fd=3 addr=5.6.7.8:80
        . 0 100 sendto res=3 data=abc fd=3 size=3 tuple=10.0.0.2:4000->5.6.7.8:80
        . 0 100 socket fd=4 domain=AF_INET6 type=2 proto=0 flags=0
        . 0 100 sendto res=3 data=abc fd=4 size=3 tuple=[::1]:1000->[::1]:2000
        . 0 100 recvfrom res=3 data=abc tuple=[::1]:2000->[::1]:1000 fd=4 size=3
        . 0 100 accept4 fd=5 tuple=10.0.0.9:1000->10.0.0.2:80 queuepct=0 queuelen=0 queuemax=0 flags=0
        . 0 100 pipe2 res=0 fd1=6 fd2=7 ino=55 flags=0
        . 0 100 close res=0 fd=3
        . 0 100 close res=0 fd=4
        . 0 100 close res=0 fd=5
        . 0 100 close res=0 fd=6
        . 0 100 close res=0 fd=7
        ",
    );
    assert_eq!(made, 0);
}

/// `field op "text"`.
fn check(builder: &mut ProgramBuilder, text: &str, op: Operator, literal: &str) -> ExprId {
    let import = import(&Catalogue::falco_default(), text).unwrap();
    let (ty, list) = (import.ty, import.list);
    let import = builder.import(import);
    let slot = builder.slot(Slot { kind: SlotKind::Import(import), ty, list });
    let value = builder.const_(Const::Text(literal.as_bytes().into()));
    builder.check(Check { slot, op, modifier: None, rhs: Rhs::Const(value) })
}

/// Rules that look at many fields of every event and never match.
fn program() -> Program {
    let mut builder = ProgramBuilder::new();
    let source = builder.source("syscall");
    let checks = [
        ("fd.name", Operator::Startswith, "/nowhere"),
        ("fd.directory", Operator::Eq, "/nowhere"),
        ("fd.nameraw", Operator::Contains, "..nowhere"),
        ("proc.name", Operator::Eq, "nobody"),
        ("proc.cmdline", Operator::Contains, "nothing"),
        ("proc.pcmdline", Operator::Contains, "nothing"),
        ("proc.aname", Operator::Eq, "nobody"),
        ("proc.aname[2]", Operator::Eq, "nobody"),
        ("proc.env", Operator::Contains, "nothing"),
        ("proc.cwd", Operator::Eq, "/nowhere/"),
        ("evt.arg.flags", Operator::Contains, "O_NOTHING"),
        ("evt.arg.name", Operator::Endswith, "nothing"),
        ("evt.args", Operator::Contains, "nothing at all"),
        ("evt.type", Operator::Eq, "nothing"),
        ("user.name", Operator::Eq, "nobody"),
        ("container.id", Operator::Eq, "nothing"),
        ("container.image.repository", Operator::Glob, "no*thing"),
        ("evt.time", Operator::Eq, "nothing"),
    ];
    let checks = checks.map(|(field, op, literal)| check(&mut builder, field, op, literal));
    let condition = builder.expr(Expr::Or(checks.into()));
    let rule = builder.rule(Rule {
        name: "nothing".into(),
        description: "never".into(),
        source,
        priority: Priority::Debug,
        tags: Box::new([]),
        condition,
        events: EVENTS.iter().map(|ty| ty.code).collect::<EventSet>(),
        output: OutputTemplate::default(),
        capture: false,
        capture_duration_ms: 0,
    });
    builder.finish(vec![rule])
}

#[test]
fn matching() {
    let script = Script::parse(
        "
        [users]
        root uid=0
        [processes]
        1   systemd ptid=0
        100 bash ptid=1 cwd=/home/alice args=[\"-c\", \"x y\"] env=[\"LANG=C\", \"A=b\"] cgroups=[\"cpu=/user\"]
        [defaults]
        openat dirfd=AT_FDCWD mode=0
        [events]
        . 0 100 openat fd=3 name=notes flags=O_RDONLY|O_CLOEXEC dev=1 ino=2
        . 0 100 read res=10 data=abc fd=3 size=10
        . 0 100 close res=0 fd=3
        . 0 100 clone res=101 exe=bash args=[\"-c\", \"ls\"] tid=100 pid=100 ptid=1 fdlimit=1024 comm=bash flags=0 uid=0 gid=0 \
                      vtid=100 vpid=100 cgroups=[\"cpu=/user\"]
        . 0 101 clone res=0 exe=bash args=[] tid=101 pid=101 ptid=100 fdlimit=1024 comm=bash flags=0 uid=0 gid=0 vtid=101 vpid=101
        . 0 101 execve res=0 exe=ls args=[\"-l\"] tid=101 pid=101 ptid=100 fdlimit=1024 comm=ls trusted_exepath=/bin/ls env=[\"A=b\"]
        . 0 101 socket fd=3 domain=AF_INET type=1 proto=0 flags=0
        . 0 101 connect res=0 tuple=10.0.0.2:4000->5.6.7.8:80 fd=3 addr=5.6.7.8:80
        . 0 101 procexit status=0 ret=0 sig=0 core=0 reaper_tid=0
        ",
    )
    .expect("a script");
    for mode in [Mode::Automatic, Mode::Steps] {
        let ruleset = Arc::new(Ruleset::new(program(), Settings::default(), mode).expect("a ruleset"));
        assert!(ruleset.wants(EventCode(3)));
        let mut engine =
            Engine::new(ruleset, Strategy::All, Default::default(), Default::default(), Box::new(NullHost));
        engine.load(&script.snapshot);
        let mut alerts = 0;
        let mut round = || {
            for event in script.events() {
                engine.process(&event, |_| alerts += 1);
            }
        };
        (0..WARM_UP).for_each(|_| round());
        let before = ALLOCATIONS.get();
        (0..COUNTED).for_each(|_| round());
        assert_eq!(ALLOCATIONS.get() - before, 0, "{mode:?}");
        assert_eq!(alerts, 0);
    }
}
