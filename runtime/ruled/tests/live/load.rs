//! The state: right under load, and right about what was there before.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::fd::AsRawFd;

use crate::actions::{actor, run};
use crate::daemon::{CANARY, Daemon, configuration, is};
use crate::support::Scratch;

const PROCESSES: usize = 600;
const FILES: usize = 40;

/// Short-lived processes that open files: names of processes, parents and files in the alerts are what they did.
pub fn state_survives_many_short_lives() {
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
    run(&tool, "churn", &[&files, &PROCESSES.to_string(), &FILES.to_string()]);
    let log = fs::read_to_string(format!("{files}/log")).unwrap();
    let children: Vec<(String, String)> = log
        .lines()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            (words[1].to_string(), words[2].to_string())
        })
        .collect();
    assert_eq!(children.len(), PROCESSES);
    let last = format!("f-{}-0|", children.last().unwrap().0);
    daemon.expect("the last process", |alert| is(alert, "Changed", &last));
    let ended = daemon.end();
    assert!(ended.stderr.contains("lost 0 "), "{}", ended.stderr);
    // A number may be used twice; then the log has it twice.
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for (pid, parent) in &children {
        let tail = format!("{pid}|ruled-churn|{parent}|ruled-churn");
        for number in 0..FILES {
            *expected.entry(format!("Opened {files}/f-{pid}-{number}|{tail}")).or_default() += 1;
        }
        *expected.entry(format!("Changed {files}/f-{pid}-0|{tail}")).or_default() += 1;
    }
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for alert in ended.alerts.iter().filter(|alert| alert["rule"] == "Opened" || alert["rule"] == "Changed") {
        let output = alert["output"].as_str().unwrap();
        // Time and priority come first.
        let text = output.splitn(3, ' ').nth(2).unwrap();
        *found.entry(format!("{} {text}", alert["rule"].as_str().unwrap())).or_default() += 1;
    }
    let wrong: Vec<_> =
        found.iter().filter(|(text, count)| expected.get(*text) != Some(count)).take(5).collect();
    let missing: Vec<_> = expected.keys().filter(|text| !found.contains_key(*text)).take(5).collect();
    assert!(wrong.is_empty() && missing.is_empty(), "wrong: {wrong:#?}\nmissing: {missing:#?}");
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
