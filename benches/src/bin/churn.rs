//! A long life of a busy host: processes come and go, open files, leave some open, and some end unseen. Memory must stay
//! flat. `churn [EVENTS]` (a hundred million by default) prints memory and the sizes of tables twenty times; it fails if
//! memory grows once the tables are full.
//!
//! Events are those of a template, with process ids, times and names replaced in place. `RULES_DIR` adds the official
//! rules; otherwise only state is kept.
#![forbid(unsafe_code)]

use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use codegen::{Mode, Strategy};
use engine::fields::Settings;
use engine::state::{GroupEntry, UserEntry};
use engine::{Engine, HostLookup, HostThread, Ruleset, format};
use events::script::Script;
use events::{EventFlags, RawEvent, snapshot};
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
1ms 0 8888888 chdir path=/work/QQQQQQQQ
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
struct Host;

impl HostLookup for Host {
    fn thread(&mut self, _: i64) -> Option<HostThread> {
        None
    }

    fn thread_alive(&mut self, tid: i64) -> bool {
        tid <= 100
    }

    fn fd(&mut self, _: i64, _: i64) -> Option<snapshot::Fd> {
        None
    }

    fn user(&mut self, _: &str, _: i64, _: u32) -> Option<UserEntry> {
        None
    }

    fn group(&mut self, _: &str, _: i64, _: u32) -> Option<GroupEntry> {
        None
    }

    fn resolve(&mut self, _: &str) -> Vec<IpAddr> {
        Vec::new()
    }
}

/// Memory of this process in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn engine() -> Engine {
    let (program, rules) = match benches::replay::program(1) {
        Some(program) => (program, "the official rules"),
        None => (ProgramBuilder::new().finish(Vec::new()), "no rules"),
    };
    println!("with {rules}");
    let ruleset = Ruleset::new(program, Settings::default(), Mode::Automatic).expect("rules that run");
    let options = engine::Options {
        purge_interval_ns: PURGE_NS,
        thread_timeout_ns: PURGE_NS,
        ..engine::Options::default()
    };
    Engine::new(Arc::new(ruleset), Strategy::First, format::Options::default(), options, Box::new(Host))
}

fn main() -> ExitCode {
    let wanted: u64 =
        std::env::args().nth(1).map_or(100_000_000, |text| text.parse().expect("a number of events"));
    let cgroup = format!("cgroups=[\"cpu=/docker/QQQQQQQQ{}\"]", "0".repeat(56));
    let mut birth = templates(&BIRTH.replace("CGROUP", ""));
    let mut contained = templates(&BIRTH.replace("CGROUP", &cgroup));
    let (mut life, mut death) = (templates(LIFE), templates(DEATH));
    let machine = Script::parse(MACHINE).unwrap_or_else(|error| panic!("{error}")).snapshot;
    let mut engine = engine();
    engine.load(&machine);

    let (mut events, mut lives, mut alerts, mut now) = (0_u64, 0_u64, 0_u64, 1_700_000_000_000_000_000_u64);
    let mut series = Vec::new();
    let mut next_report = 0;
    let start = Instant::now();
    println!("{:>12} {:>10} {:>9} {:>9} {:>11}", "events", "RSS KiB", "threads", "alerts", "events/s");
    loop {
        if events >= next_report || events >= wanted {
            let rss = resident_kib();
            let threads = engine.state().threads.len();
            let rate = events as f64 / start.elapsed().as_secs_f64().max(1e-9);
            println!("{events:>12} {rss:>10} {threads:>9} {alerts:>9} {rate:>11.0}");
            series.push(rss);
            next_report += wanted / 20;
            if events >= wanted {
                break;
            }
        }
        lives += 1;
        // Ids come around, as on a host with the largest pid_max; two for each life.
        let process = 1_000 + (lives * 2 % 4_000_000) as i64;
        let name = format!("{lives:08x}");
        let name: &[u8; 8] = name.as_bytes().try_into().expect("eight digits");
        let begin = if lives % CONTAINED == 0 { &mut contained } else { &mut birth };
        let end: &mut [Template] = if lives % UNSEEN == 0 { &mut [] } else { &mut death };
        for template in begin.iter_mut().chain(&mut life).chain(end) {
            now += STEP_NS;
            events += 1;
            engine.process(&template.make(now, process, name), |_| alerts += 1);
        }
    }

    let stats = engine.stats();
    println!("threads added {}, removed {}", stats.threads_added, stats.threads_removed);
    // The first half fills tables and buffers; afterwards nothing may grow by more than a little fragmentation.
    let half = series[series.len() / 2];
    let last = *series.last().unwrap_or(&0);
    let most = half + half / 50 + 1024;
    println!("half way {half} KiB, at the end {last} KiB");
    if last > most {
        eprintln!("memory grows: {last} KiB at the end, more than {most} KiB");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
