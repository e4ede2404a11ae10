//! What concerns the program itself: own activity, lost events, other rules.

use std::collections::BTreeSet;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::daemon::{CANARY, Daemon, configuration, is};
use crate::support::{Scratch, command};

/// Alerts on every program that is started, and starts a program for every alert: without care this never ends.
pub fn alerts_do_not_feed_back() {
    let scratch = Scratch::new("live-own");
    let text = format!(
        "{CANARY}- rule: Started\n  desc: d\n  condition: evt.type in (execve, execveat)\n  output: started %proc.cmdline by \
         %proc.ppid.\n  priority: INFO\n- rule: Forked\n  desc: d\n  condition: evt.type in (clone, clone3, fork, vfork) and \
         proc.name=ruled\n  output: forked by %proc.pid.\n  priority: INFO\n"
    );
    let (got, written) = (scratch.path("got"), scratch.path("written"));
    // The file is opened anew for every alert.
    let text = format!(
        "{text}- rule: Written\n  desc: d\n  condition: fd.name={written}\n  output: '%evt.type of %fd.name by %proc.pid.'\n  \
         priority: INFO\n"
    );
    let rules = scratch.file("rules.yaml", text);
    let more = format!(
        "program_output: {{enabled: true, keep_alive: false, program: \"cat >> {got}; true\"}}\n\
         file_output: {{enabled: true, keep_alive: false, filename: {written}}}\n"
    );
    let config = configuration(&scratch, &more);
    let mut daemon = Daemon::start(&["-c", &config, "-r", &rules]);
    let own = daemon.pid();
    let _ = std::process::Command::new("/bin/true").arg("ruled-feedback").status();
    daemon.expect("Started", |alert| is(alert, "Started", "true ruled-feedback"));
    // The program must have been started, or there is nothing to see.
    let start = Instant::now();
    while !fs::read_to_string(&got).unwrap_or_default().contains("ruled-feedback") {
        assert!(start.elapsed() < Duration::from_secs(60), "the output's program did not run");
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = fs::File::open(&written);
    daemon.expect("a look at the file by somebody else", |alert| {
        is(alert, "Written", &format!("by {}.", std::process::id()))
    });
    daemon.settle();
    let ended = daemon.end();
    let by_it = format!(" by {own}.");
    let of_output = |alert: &&serde_json::Value| {
        alert["output"].as_str().is_some_and(|output| {
            output.ends_with(&by_it) || alert["rule"] == "Started" && output.contains(&got)
        })
    };
    let fed_back: Vec<_> = ended.alerts.iter().filter(of_output).collect();
    assert!(fed_back.is_empty(), "process {own}: {fed_back:?}");
}

/// A program that does not get on with its events loses some, says so, and hinders nobody.
pub fn lost_events_are_counted_and_told() {
    let scratch = Scratch::new("live-lost");
    let rules = scratch.file("rules.yaml", CANARY);
    let more = "engine: {kind: modern_ebpf, modern_ebpf: {buf_size_preset: 1, cpus_for_each_buffer: 0}}\n\
                syscall_event_drops: {threshold: 0, actions: [log, alert], rate: 1, max_burst: 10}\n";
    let config = configuration(&scratch, more);
    let mut daemon = Daemon::start(&["-c", &config, "-r", &rules, "-v"]);
    daemon.signal(Signal::SIGSTOP);
    let start = Instant::now();
    for number in 0..60_000 {
        let _ = fs::File::open(format!("/nonexistent/ruled-{number}"));
    }
    let took = start.elapsed();
    assert!(took < Duration::from_secs(20), "a stopped consumer hinders the host: {took:?}");
    daemon.signal(Signal::SIGCONT);
    let start = Instant::now();
    let alert = loop {
        // Time is seen to pass by events.
        let _ = fs::File::open("/nonexistent/ruled");
        let found = daemon
            .alerts()
            .iter()
            .find(|alert| alert["rule"] == "Falco internal: syscall event drop")
            .cloned();
        if let Some(alert) = found {
            break alert;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "no alert about lost events");
    };
    assert_eq!((&alert["priority"], &alert["source"]), (&"Debug".into(), &"internal".into()));
    let field =
        |name: &str| alert["output_fields"][name].as_str().and_then(|text| text.parse::<u64>().ok()).unwrap();
    assert_eq!(field("ebpf_enabled"), 1);
    assert!(field("n_drops") > 10_000 && field("n_drops_buffer_total") > 10_000, "{alert}");
    assert!(field("n_drops_buffer_open_exit") > 1_000 && field("n_evts") >= field("n_drops"), "{alert}");
    let ended = daemon.end();
    assert!(ended.stderr.contains("- event drop detected: "), "{}", ended.stderr);
    // Whatever was seen was delivered or counted as lost.
    let line = ended
        .stderr
        .lines()
        .find(|line| line.starts_with("Probe: "))
        .unwrap_or_else(|| panic!("{}", ended.stderr));
    let number = |key: &str| {
        let rest = line.split(key).nth(1).unwrap();
        rest.trim_start().split(|c: char| !c.is_ascii_digit()).next().unwrap().parse::<u64>().unwrap()
    };
    let (seen, delivered, lost) = (number("seen"), number("delivered"), number(" lost"));
    // What is on its way at the end was seen and is not delivered any more.
    assert!(seen >= delivered + lost && lost > 10_000, "{line}");
}

/// Whenever the end is asked for, it comes: at the start, too, and from whatever the program does then.
pub fn the_end_can_be_asked_for_at_any_time() {
    let scratch = Scratch::new("live-end");
    let rules = scratch.file("rules.yaml", CANARY);
    let config = configuration(&scratch, "");
    let mut slowest = Duration::ZERO;
    for step in 0..24 {
        let mut child = command(&["-c", &config, "-r", &rules])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(40 * step));
        let start = Instant::now();
        kill(Pid::from_raw(child.id() as i32), Signal::SIGTERM).unwrap();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "it does not end {} ms after its start",
                40 * step
            );
            std::thread::sleep(Duration::from_millis(2));
        };
        slowest = slowest.max(start.elapsed());
        // Before it is ready to end in order, the signal itself ends it.
        assert!(status.code() == Some(0) || status.signal() == Some(Signal::SIGTERM as i32), "{status}");
    }
    println!("the slowest end took {} ms", slowest.as_millis());
}

/// Numbers of the eBPF programs that a process holds.
fn programs_of(pid: u32) -> BTreeSet<u32> {
    fs::read_dir(format!("/proc/{pid}/fdinfo"))
        .unwrap()
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok())
        .filter_map(|text| text.lines().find_map(|line| line.strip_prefix("prog_id:")?.trim().parse().ok()))
        .collect()
}

/// Killed and started again and again, nothing of it stays in the kernel, and each one reports.
pub fn killed_daemons_leave_nothing() {
    let scratch = Scratch::new("live-killed");
    let rules = scratch.file("rules.yaml", CANARY);
    let config = configuration(&scratch, "");
    for _ in 0..4 {
        let daemon = Daemon::start(&["-c", &config, "-r", &rules]);
        let programs = programs_of(daemon.pid());
        assert!(programs.len() > 3, "{programs:?}");
        daemon.signal(Signal::SIGKILL);
        drop(daemon);
        let remain = || {
            aya::programs::loaded_programs()
                .filter_map(|info| Some(info.ok()?.id()))
                .any(|id| programs.contains(&id))
        };
        let start = Instant::now();
        while remain() {
            assert!(start.elapsed() < Duration::from_secs(60), "programs remain: {programs:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Rules that are loaded later get the events that they need.
pub fn other_rules_bring_their_system_calls() {
    let scratch = Scratch::new("live-other");
    let rules = scratch.file("rules.yaml", CANARY);
    let config = configuration(&scratch, "");
    let mut daemon = Daemon::start(&["-c", &config, "-r", &rules]);
    let made = scratch.path("made");
    let _ = fs::create_dir(&made);
    assert!(!daemon.alerts().iter().any(|alert| alert["rule"] == "Made"));
    let more = "- rule: Made\n  desc: d\n  condition: evt.type in (mkdir, mkdirat)\n  output: made %evt.arg.path\n  priority: INFO\n";
    fs::write(&rules, format!("{CANARY}{more}")).unwrap();
    daemon.signal(Signal::SIGHUP);
    let start = Instant::now();
    for number in 0.. {
        let _ = fs::create_dir(format!("{made}-{number}"));
        if daemon.alerts().iter().any(|alert| is(alert, "Made", &made)) {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "no alert of the new rule");
    }
    assert_eq!(daemon.end().code, Some(0));
}

/// A name in a condition stands for the addresses that the system has for it.
pub fn host_names_are_looked_up() {
    let scratch = Scratch::new("live-names");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let text = format!(
        "{CANARY}- rule: Connected\n  desc: d\n  condition: evt.type=connect and fd.sip.name=localhost and fd.sport={port}\n  \
         output: 'connected to %fd.name, %fd.sip.name'\n  priority: INFO\n"
    );
    let rules = scratch.file("rules.yaml", text);
    let config = configuration(&scratch, "");
    let mut daemon = Daemon::start(&["-c", &config, "-r", &rules]);
    let start = Instant::now();
    // It takes a moment until the name is known.
    while !daemon.alerts().iter().any(|alert| is(alert, "Connected", &format!(":{port}, localhost"))) {
        assert!(start.elapsed() < Duration::from_secs(60), "the name has no address");
        let _ = TcpStream::connect(("127.0.0.1", port));
        let _ = listener.accept();
    }
    assert_eq!(daemon.end().code, Some(0));
}
