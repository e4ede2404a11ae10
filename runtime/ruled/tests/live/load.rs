//! The state: right under load, and right about what was there before.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::fd::AsRawFd;
use std::rc::Rc;
use std::time::Duration;

use crate::actions::actor;
use crate::daemon::{CANARY, Daemon, configuration, is};
use crate::support::Scratch;

/// How many processes live, one after the other, and how many descriptors each of them opens and closes.
/// `RULED_LIVE_PROCESSES` and `RULED_LIVE_FILES` ask for others: the numbers to hold are 100,000 and 10.
const PROCESSES: usize = 3_000;
const FILES: usize = 10;

/// Bytes by which the daemon's memory may grow between a quarter of the load and its end.
const GROWTH: u64 = 16 << 20;

fn number(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Bytes of memory that a process has for itself.
fn memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Threads and descriptors of all processes.
fn running() -> (usize, usize) {
    let count = |path: String| fs::read_dir(path).map_or(0, Iterator::count);
    let processes =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    processes
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        .map(|pid| (count(format!("/proc/{pid}/task")), count(format!("/proc/{pid}/fd"))))
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

/// The number before a word in a line.
fn before(line: &str, word: &str) -> usize {
    let head = line.split(word).next().unwrap().trim_end();
    head.rsplit(|c: char| !c.is_ascii_digit())
        .next()
        .unwrap()
        .parse()
        .unwrap_or_else(|_| panic!("{word}: {line}"))
}

/// Short-lived processes that open files: names of processes, parents and files in the alerts are what they did, nothing
/// stays in the tables, and memory is bounded.
pub fn state_survives_many_short_lives() {
    let (processes, files_each) =
        (number("RULED_LIVE_PROCESSES", PROCESSES), number("RULED_LIVE_FILES", FILES));
    let scratch = Scratch::new("live-load");
    let files = scratch.path("files");
    fs::create_dir_all(&files).unwrap();
    let text = format!(
        "{CANARY}- rule: Opened\n  desc: d\n  condition: evt.type in (open, openat, openat2) and fd.name startswith {files}/f- \
         and evt.arg.flags contains O_CREAT\n  output: '%fd.name|%proc.pid|%proc.name|%proc.ppid|%proc.pname'\n  \
         priority: INFO\n- rule: Changed\n  desc: d\n  condition: evt.type=fchmod and fd.name startswith {files}/f-\n  \
         output: '%fd.name|%proc.pid|%proc.name|%proc.ppid|%proc.pname'\n  priority: INFO\n"
    );
    let rules = scratch.file("rules.yaml", text);
    let config = configuration(&scratch, "engine: {kind: modern_ebpf, modern_ebpf: {buf_size_preset: 7}}\n");
    let tool = scratch.0.join("ruled-churn");
    fs::copy("/proc/self/exe", &tool).unwrap();
    let mut daemon = Daemon::start(&["-c", &config, "-r", &rules, "-v"]);
    // How often each text was printed.
    let found: Rc<RefCell<BTreeMap<String, usize>>> = Rc::default();
    let (counts, prefix) = (found.clone(), format!("{files}/f-"));
    daemon.hand_over(move |alert| {
        let (rule, output) = (alert["rule"].as_str().unwrap(), alert["output"].as_str().unwrap());
        let ours = rule == "Opened" || rule == "Changed";
        if ours {
            let text = output.split_once(&prefix).map_or(output, |(_, text)| text);
            *counts.borrow_mut().entry(format!("{rule} {text}")).or_default() += 1;
        }
        ours
    });
    let alerts = processes * (files_each + 1);
    let arguments = [&*files, &processes.to_string(), &files_each.to_string()];
    let mut churn = actor(&tool, "churn", &arguments).spawn().unwrap();
    let mut early = None;
    while churn.try_wait().unwrap().is_none() {
        daemon.take_lines(Duration::from_millis(50));
        if early.is_none() && found.borrow().values().sum::<usize>() > alerts / 4 {
            early = Some(memory(daemon.pid()));
        }
    }
    daemon.settle();
    let late = memory(daemon.pid());
    let there = running();
    let ended = daemon.end();
    assert!(ended.stderr.contains("lost 0 "), "{}", ended.stderr);
    // A number may be used twice; then the log has it twice.
    let log = fs::read_to_string(format!("{files}/log")).unwrap();
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for line in log.lines() {
        let (_, ids) = line.split_once(' ').unwrap();
        let (pid, parent) = ids.split_once(' ').unwrap();
        let tail = format!("{pid}|ruled-churn|{parent}|ruled-churn");
        for number in 0..files_each {
            *expected.entry(format!("Opened {pid}-{number}|{tail}")).or_default() += 1;
        }
        *expected.entry(format!("Changed {pid}-0|{tail}")).or_default() += 1;
    }
    assert_eq!(expected.values().sum::<usize>(), alerts);
    let found = found.borrow();
    let wrong: Vec<_> =
        found.iter().filter(|(text, count)| expected.get(*text) != Some(count)).take(5).collect();
    let missing: Vec<_> = expected.keys().filter(|text| !found.contains_key(*text)).take(5).collect();
    assert!(wrong.is_empty() && missing.is_empty(), "wrong: {wrong:#?}\nmissing: {missing:#?}");
    let state = ended.stderr.lines().find(|line| line.starts_with("State: ")).unwrap();
    let (threads, descriptors) = (before(state, " threads"), before(state, " descriptors"));
    println!(
        "{processes} processes, {} descriptors; private memory {} KiB after a quarter, {} KiB at the end; threads and \
         descriptors on the host {there:?}; {state}",
        alerts,
        early.unwrap_or(late) >> 10,
        late >> 10
    );
    assert!(late <= early.unwrap_or(late) + GROWTH, "{early:?} bytes of memory became {late}");
    // Others start and end processes meanwhile.
    assert!(threads <= 2 * there.0 + 200 && descriptors <= 2 * there.1 + 2_000, "{state}, {there:?}");
}

/// Processes and descriptors from before the start have their names, those of a process with very many descriptors too.
pub fn what_ran_before_the_start_is_known() {
    let scratch = Scratch::new("live-before");
    let old = scratch.file("old", "x");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let file = File::open(&old).unwrap();
    let tool = scratch.0.join("ruled-before");
    fs::copy("/proc/self/exe", &tool).unwrap();
    let sign = scratch.path("sign");
    let mut sleeper = actor(&tool, "waitcat", &[&sign, &old]).spawn().unwrap();
    let text = format!(
        "{CANARY}- rule: Changed\n  desc: d\n  condition: evt.type=fchmod and fd.name={old}\n  output: '%fd.name %fd.num \
         %proc.exepath'\n  priority: INFO\n- rule: Accepted\n  desc: d\n  condition: evt.type in (accept, accept4) and \
         fd.sport={port}\n  output: '%fd.name'\n  priority: INFO\n- rule: Read\n  desc: d\n  condition: evt.type in (open, \
         openat, openat2) and fd.name={old} and proc.name=ruled-before\n  output: '%proc.cmdline of %proc.pname as %user.name \
         in %proc.cwd'\n  priority: INFO\n",
        port = listener.local_addr().unwrap().port()
    );
    let rules = scratch.file("rules.yaml", text);
    let config = configuration(&scratch, "");
    let mut daemon = Daemon::start(&["-c", &config, "-r", &rules]);
    nix::sys::stat::fchmod(&file, nix::sys::stat::Mode::S_IRUSR).unwrap();
    let own = std::env::current_exe().unwrap().display().to_string();
    let own = own.trim_end_matches(" (deleted)");
    let changed = daemon.expect("Changed", |alert| is(alert, "Changed", &old));
    assert!(
        changed["output"].as_str().unwrap().ends_with(&format!("{old} {} {own}", file.as_raw_fd())),
        "{changed}"
    );
    let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let _ = listener.accept().unwrap();
    let (from, to) = (client.local_addr().unwrap(), client.peer_addr().unwrap());
    daemon.expect("Accepted", |alert| is(alert, "Accepted", &format!("{from}->{to}")));
    File::create(&sign).unwrap();
    let cwd = std::env::current_dir().unwrap().display().to_string();
    let read = daemon.expect("Read", |alert| alert["rule"] == "Read");
    let output = read["output"].as_str().unwrap();
    assert!(
        output.contains(&format!("ruled-before {sign} {old} of ")) && output.contains(" as root in "),
        "{output}"
    );
    assert!(output.contains(&cwd), "{output} is not in {cwd}");
    let _ = sleeper.wait();
    assert_eq!(daemon.end().code, Some(0));
}
