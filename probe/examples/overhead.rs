//! Measures what the probe costs the calls of other processes: `overhead [ROUNDS [PART OF A NAME [KIND]]]`. Prints nanoseconds per call without a
//! probe and with it, the least of all rounds, and what became of the events.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use catalogue::{SyscallCode, SyscallSet};
use probe::{Attachment, Options, Probe};

const KINDS: [(&str, u64); 3] = [("getppid", 2_000_000), ("open+close", 200_000), ("spawn", 300)];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [word, kind, count] = &args[..]
        && word == "work"
    {
        println!("{}", work(kind, count.parse()?));
        return Ok(());
    }
    let rounds: u32 = args.first().map_or(Ok(5), |s| s.parse())?;
    let wanted = args.get(1).map_or("", String::as_str);
    let kind = args.get(2).map_or("", String::as_str);
    let none = row(rounds, kind);
    print("no probe", &none, None);
    let state: BTreeSet<SyscallCode> = SyscallSet::DefaultState.codes().iter().copied().collect();
    for attachment in [Attachment::Default, Attachment::Portable, Attachment::Native] {
        for (name, syscalls, starts) in [
            ("nothing wanted but one other call", codes(&["sethostname"]), false),
            ("close", codes(&["close"]), false),
            ("open", codes(&["open", "openat"]), false),
            ("open with starts", codes(&["open", "openat"]), true),
            ("state", state.clone(), true),
            ("state, no starts", state.clone(), false),
        ] {
            let name = format!("{}: {name}", attachment.name());
            if !name.contains(wanted) {
                continue;
            }
            let options =
                Options { syscalls, starts, attachment: Some(attachment), ..Options::default() };
            let opened = Instant::now();
            let mut probe = Probe::open(&options)?;
            let opened = opened.elapsed();
            let done = AtomicBool::new(false);
            let (times, spent) = std::thread::scope(|scope| {
                let consumer = scope.spawn(|| {
                    let started = cpu_time();
                    while !done.load(Ordering::Relaxed) {
                        probe.poll(Duration::from_millis(100), &mut |_| ()).expect("the probe can be polled");
                    }
                    cpu_time() - started
                });
                let times = row(rounds, kind);
                done.store(true, Ordering::Relaxed);
                (times, consumer.join().expect("the consumer ends"))
            });
            let total = probe.stats()?.total();
            print(&name, &times, Some(&none));
            println!(
                "    opened in {opened:.0?}; {} events seen, {} lost; consumer {:.0} ns per event",
                total.seen,
                total.lost(),
                spent.as_nanos() as f64 / total.sent.max(1) as f64
            );
        }
    }
    Ok(())
}

fn codes(names: &[&str]) -> BTreeSet<SyscallCode> {
    names.iter().filter_map(|name| Some(catalogue::syscall_by_name(name)?.code)).collect()
}

/// The least time of each kind of call.
fn row(rounds: u32, only: &str) -> Vec<f64> {
    let program = std::env::current_exe().expect("known");
    KINDS
        .iter()
        .map(|(kind, count)| {
            if !kind.contains(only) {
                return f64::NAN;
            }
            let once = || {
                let output = Command::new("taskset")
                    .args(["-c", "1"])
                    .arg(&program)
                    .args(["work", kind, &count.to_string()])
                    .stderr(Stdio::inherit())
                    .output()
                    .expect("the program runs");
                String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or(f64::NAN)
            };
            (0..rounds).map(|_| once()).fold(f64::INFINITY, f64::min)
        })
        .collect()
}

fn print(name: &str, times: &[f64], none: Option<&[f64]>) {
    print!("{name:50}");
    for (i, time) in times.iter().enumerate() {
        match none {
            None => print!("  {} {time:.0}", KINDS[i].0),
            Some(none) => print!("  {} {time:.0} (+{:.0})", KINDS[i].0, time - none[i]),
        }
    }
    println!();
}

/// Makes calls; nanoseconds of the thread's time for each, for processes of the wall clock's.
fn work(kind: &str, count: u64) -> f64 {
    let started = cpu_time();
    let clock = Instant::now();
    for _ in 0..count {
        match kind {
            "getppid" => {
                std::hint::black_box(rustix::process::getppid());
            }
            "open+close" => {
                let flags = rustix::fs::OFlags::RDONLY;
                drop(rustix::fs::open("/etc/hostname", flags, rustix::fs::Mode::empty()).expect("the file exists"));
            }
            _ => {
                Command::new("/bin/true").status().expect("the program runs");
            }
        }
    }
    let spent = if kind == "spawn" { clock.elapsed() } else { cpu_time() - started };
    spent.as_nanos() as f64 / count as f64
}

fn cpu_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
