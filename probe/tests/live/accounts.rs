//! Accounts of the ring buffers: exact counts when they overflow, an idle consumer, one that stops, one that is killed.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use probe::layout::Loss;
use probe::{Options, Probe};

use crate::program::{Arg, Assembler, Convention};
use crate::recorder::calls;
use crate::recorder::{available, folder};

const ONE_PAGE: u32 = 4096;

/// A program that makes a call so and so often.
fn program(dir: &Path, call: &str, args: &[Arg], times: usize) -> Command {
    let mut assembler = Assembler::new(Convention::Native);
    (0..times).for_each(|_| assembler.call(call, args));
    let path = dir.join("program");
    assembler.write(&path).unwrap();
    let mut command = Command::new(path);
    command.stdout(Stdio::null());
    command
}

/// Seen equals sent and lost, per CPU and by kind, when rings overflow because the consumer has stopped; what was sent is
/// delivered afterwards, and nobody was held up.
#[test]
fn losses_are_counted_exactly() {
    if !available() {
        return;
    }
    let (dir, times, runs) = (folder(), 300, 20);
    let syscalls = calls(&["getpgrp", "openat"]);
    let options = Options { syscalls, ring_bytes: ONE_PAGE, ..Options::default() };
    let mut probe = Probe::open(&options).unwrap();
    let mut pids = BTreeSet::new();
    let started = Instant::now();
    let mut command = program(&dir, "getpgrp", &[], times);
    for _ in 0..runs {
        let mut child = command.spawn().unwrap();
        pids.insert(i64::from(child.id()));
        assert!(child.wait().unwrap().success());
    }
    assert!(started.elapsed() < Duration::from_secs(30), "a consumer that has stopped holds up nobody");
    probe.set_syscalls(&BTreeSet::new()).unwrap();
    let (mut delivered, mut own) = (0, 0);
    while probe
        .poll(Duration::from_millis(100), &mut |event| {
            delivered += 1;
            let generic = event.code().get().is_some_and(|e| e.symbol == "GENERIC_X");
            own += u64::from(generic && pids.contains(&event.tid()));
        })
        .unwrap()
        > 0
    {}
    let stats = probe.stats().unwrap();
    for cpu in &stats.cpus {
        assert_eq!(cpu.seen, cpu.sent + cpu.lost());
        assert_eq!(cpu.lost(), cpu.lost_kind.iter().sum::<u64>());
    }
    let total = stats.total();
    assert_eq!((stats.delivered, stats.malformed), (delivered, 0));
    assert_eq!(total.sent, delivered, "everything sent is delivered");
    assert!(own > 0 && total.lost_full > 0, "rings of a page overflow: {total:?}");
    let missing = (times * runs) as u64 - own;
    assert!(total.lost_of(Loss::Other) >= missing, "{missing} calls were lost: {total:?}");
    let _ = std::fs::remove_dir_all(dir);
}

/// An idle consumer sleeps: it is not woken by anything but events.
#[test]
fn an_idle_host_costs_nothing() {
    if !available() {
        return;
    }
    let mut probe =
        Probe::open(&Options { syscalls: calls(&["sethostname"]), ..Options::default() }).unwrap();
    // How often this thread went to sleep: each time is a look at the rings.
    let looks = || -> u64 {
        let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
        line.unwrap().trim().parse().unwrap()
    };
    let (started, before) = (Instant::now(), looks());
    let mut events = 0;
    while started.elapsed() < Duration::from_secs(2) {
        events += probe.poll(Duration::from_secs(2), &mut |_| ()).unwrap() as u64;
    }
    let looks = looks() - before;
    // Processes of others may end meanwhile; each wakes the consumer for a few rounds.
    assert!(looks < 40 + 40 * events, "{looks} looks for {events} events");
}

/// Events arrive soon although producers do not wake the consumer for each.
#[test]
fn events_arrive_within_milliseconds() {
    if !available() {
        return;
    }
    let dir = folder();
    let mut probe = Probe::open(&Options { syscalls: calls(&["getpgrp"]), ..Options::default() }).unwrap();
    let mut command = program(&dir, "getpgrp", &[], 1);
    let mut best = u64::MAX;
    for _ in 0..10 {
        // Idle, so that the consumer has gone to sleep.
        std::thread::sleep(Duration::from_millis(50));
        let mut child = command.spawn().unwrap();
        let pid = i64::from(child.id());
        let mut seen = false;
        while !seen {
            probe
                .poll(Duration::from_secs(1), &mut |event| {
                    if event.tid() == pid {
                        seen = true;
                        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
                        best = best.min((now.as_nanos() as u64).saturating_sub(event.ts()));
                    }
                })
                .unwrap();
        }
        child.wait().unwrap();
    }
    assert!(best < 20_000_000, "the quickest of ten took {best} ns");
    let _ = std::fs::remove_dir_all(dir);
}

/// Numbers of the eBPF programs that a process holds.
fn programs_of(process: u32) -> BTreeSet<u32> {
    let entries = std::fs::read_dir(format!("/proc/{process}/fdinfo")).unwrap();
    let texts = entries.filter_map(|entry| std::fs::read_to_string(entry.ok()?.path()).ok());
    texts
        .filter_map(|text| text.lines().find_map(|line| line.strip_prefix("prog_id:")?.trim().parse().ok()))
        .collect()
}

/// A process that is killed in the middle of everything leaves nothing in the kernel, and the next one starts.
#[test]
fn killed_consumers_leave_nothing() {
    if !available() {
        return;
    }
    for _ in 0..2 {
        let mut child = holder();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        while !line.contains("opened") {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "the holder ended");
        }
        let programs = programs_of(child.id());
        assert!(programs.len() > 5, "{programs:?}");
        child.kill().unwrap();
        child.wait().unwrap();
        let remain = || -> BTreeSet<u32> {
            let loaded = aya::programs::loaded_programs().filter_map(|info| Some(info.ok()?.id()));
            loaded.filter(|id| programs.contains(id)).collect()
        };
        // The kernel frees programs a moment later.
        let deadline = Instant::now() + Duration::from_secs(20);
        while !remain().is_empty() {
            assert!(Instant::now() < deadline, "programs {:?} remain", remain());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn holder() -> Child {
    let test = std::env::current_exe().unwrap();
    Command::new(test)
        .args(["--exact", "accounts::hold", "--nocapture"])
        .env("PROBE_HOLD", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// For [`killed_consumers_leave_nothing`]: holds a probe until it is killed.
#[test]
fn hold() {
    if std::env::var_os("PROBE_HOLD").is_none() {
        return;
    }
    let syscalls = calls(&["openat", "close", "connect", "execve", "clone", "io_uring_enter"]);
    let mut probe = Probe::open(&Options { syscalls, ..Options::default() }).unwrap();
    println!("\nopened");
    loop {
        probe.poll(Duration::from_secs(1), &mut |_| ()).unwrap();
    }
}
