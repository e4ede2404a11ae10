//! A busy host that never was: processes come and go, open files, leave some open, and some end unseen. Events are those of
//! templates, with process ids, times and names replaced in place.

use std::sync::Arc;

use codegen::{Mode, Strategy};
use engine::fields::Settings;
use engine::{Engine, HostLookup, Ruleset, format};
use events::script::Script;
use events::{EventFlags, RawEvent};
use ir::ProgramBuilder;

/// Stand for the process and a thread of it in templates; no other number has these eight bytes.
const PROCESS: i64 = 7_777_777;
const THREAD: i64 = 8_888_888;
/// Stands for a part of names that is different every time.
const NAME: &[u8] = b"QQQQQQQQ";

/// Time between two events.
const STEP_NS: u64 = 10_000;
/// How often it is tidied up, and what counts as gone, in nanoseconds of event time.
const PURGE_NS: u64 = 20_000_000_000;

/// One in so many processes ends unseen, as when events are lost.
const UNSEEN: u64 = 50;
/// One in so many runs in a container of its own.
const CONTAINED: u64 = 20;

/// A host that starts processes.
const MACHINE: &str = "
[machine]
hostname=lab cpus=2
[processes]
1 systemd exe=/sbin/init ptid=0
100 bash exe=/bin/bash ptid=1 cwd=/home/alice
[events]
";

const BIRTH: &str = "
1ms 0 100 clone res=7777777 tid=100 pid=100 ptid=1 vtid=100 vpid=100
1ms 0 7777777 clone tid=7777777 pid=7777777 ptid=100 vtid=7777777 vpid=7777777 CGROUP
1ms 0 7777777 execve exe=tool args=[--file, QQQQQQQQ, -v] comm=tool trusted_exepath=/usr/bin/tool filename=/usr/bin/tool CGROUP
";

const LIFE: &str = "
1ms 0 7777777 openat fd=3 name=/tmp/work-QQQQQQQQ flags=O_RDWR|O_CREAT
1ms 0 7777777 openat fd=4 name=/etc/passwd flags=O_RDONLY
1ms 0 7777777 close fd=4
1ms 0 7777777 openat fd=4 name=/var/lib/data-QQQQQQQQ flags=O_RDONLY
1ms 0 7777777 dup oldfd=4 res=5
1ms 0 7777777 close fd=4
1ms 0 7777777 clone res=8888888 tid=7777777 pid=7777777 ptid=100 vtid=7777777 vpid=7777777 flags=CLONE_THREAD|CLONE_VM|CLONE_FILES
1ms 0 8888888 clone tid=8888888 pid=7777777 ptid=100 vtid=8888888 vpid=7777777 flags=CLONE_THREAD|CLONE_VM|CLONE_FILES
1ms 0 8888888 openat fd=6 name=/proc/self/stat flags=O_RDONLY
1ms 0 8888888 chdir path=/srv/QQQQQQQQ
1ms 0 8888888 close fd=6
1ms 0 7777777 openat fd=6 name=relative-QQQQQQQQ flags=O_RDONLY
";

const DEATH: &str = "
1ms 0 8888888 procexit
1ms 0 7777777 procexit
";

/// An event with the places that change.
struct Template {
    bytes: Vec<u8>,
    cpu: u16,
    process: Vec<usize>,
    thread: Vec<usize>,
    name: Vec<usize>,
}

fn places(bytes: &[u8], wanted: &[u8]) -> Vec<usize> {
    let found = bytes.windows(wanted.len()).enumerate().filter(|(_, window)| *window == wanted);
    found.map(|(at, _)| at).collect()
}

/// The events of a text.
fn templates(text: &str) -> Vec<Template> {
    let script = Script::parse(&format!("{MACHINE}{text}")).unwrap_or_else(|error| panic!("{error}"));
    script
        .events()
        .map(|event| {
            let mut bytes = Vec::new();
            event.append_to(&mut bytes);
            Template {
                cpu: event.cpu(),
                process: places(&bytes, &PROCESS.to_le_bytes()),
                thread: places(&bytes, &THREAD.to_le_bytes()),
                name: places(&bytes, NAME),
                bytes,
            }
        })
        .collect()
}

impl Template {
    /// The event of one life; the time is the header's first field.
    fn make(&mut self, now: u64, process: i64, name: &[u8; 8]) -> RawEvent<'_> {
        self.bytes[..8].copy_from_slice(&now.to_le_bytes());
        for at in &self.process {
            self.bytes[*at..*at + 8].copy_from_slice(&process.to_le_bytes());
        }
        for at in &self.thread {
            self.bytes[*at..*at + 8].copy_from_slice(&(process + 1).to_le_bytes());
        }
        for at in &self.name {
            self.bytes[*at..*at + 8].copy_from_slice(name);
        }
        RawEvent::parse(&self.bytes, self.cpu, EventFlags::default()).expect("a template stays an event")
    }
}

/// A live machine on which every process that came is gone again by the time somebody asks.
struct Gone;

impl HostLookup for Gone {
    fn thread_alive(&mut self, tid: i64) -> bool {
        tid <= 100
    }
}

/// Rules and how they are called: the stable official ones, or none.
pub fn ruleset() -> (Arc<Ruleset>, &'static str) {
    let (program, rules) = match crate::replay::program(1) {
        Some(program) => (program, "the official rules"),
        None => (ProgramBuilder::new().finish(Vec::new()), "no rules"),
    };
    let ruleset = Ruleset::new(program, Settings::default(), Mode::Automatic).expect("rules that run");
    (Arc::new(ruleset), rules)
}

/// An engine for the host.
pub fn engine(ruleset: Arc<Ruleset>) -> Engine {
    let options = engine::Options {
        purge_interval_ns: PURGE_NS,
        thread_timeout_ns: PURGE_NS,
        ..engine::Options::default()
    };
    Engine::new(ruleset, Strategy::First, format::Options::default(), options, Box::new(Gone))
}

/// The host, life by life.
pub struct Host {
    birth: Vec<Template>,
    contained: Vec<Template>,
    life: Vec<Template>,
    death: Vec<Template>,
    lives: u64,
    now: u64,
    /// Events so far.
    pub events: u64,
    /// Alerts so far.
    pub alerts: u64,
}

impl Host {
    /// A host without history; the engine learns what runs on it.
    pub fn new(engine: &mut Engine) -> Host {
        let cgroup = format!("cgroups=[\"cpu=/docker/QQQQQQQQ{}\"]", "0".repeat(56));
        engine.load(&Script::parse(MACHINE).unwrap_or_else(|error| panic!("{error}")).snapshot);
        Host {
            birth: templates(&BIRTH.replace("CGROUP", "")),
            contained: templates(&BIRTH.replace("CGROUP", &cgroup)),
            life: templates(LIFE),
            death: templates(DEATH),
            lives: 0,
            now: 1_700_000_000_000_000_000,
            events: 0,
            alerts: 0,
        }
    }

    /// One more process lives.
    pub fn live(&mut self, engine: &mut Engine) {
        self.lives += 1;
        // Ids come around, as on a host with the largest pid_max; two for each life.
        let process = 1_000 + (self.lives * 2 % 4_000_000) as i64;
        let name = format!("{:08x}", self.lives);
        let name: &[u8; 8] = name.as_bytes().try_into().expect("eight digits");
        let begin = if self.lives.is_multiple_of(CONTAINED) { &mut self.contained } else { &mut self.birth };
        let end: &mut [Template] = if self.lives.is_multiple_of(UNSEEN) { &mut [] } else { &mut self.death };
        for template in begin.iter_mut().chain(&mut self.life).chain(end) {
            self.now += STEP_NS;
            self.events += 1;
            engine.process(&template.make(self.now, process, name), |_| self.alerts += 1);
        }
    }
}
