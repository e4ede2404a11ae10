//! What concerns the program itself: own activity, lost events, other rules.

use std::fs;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::daemon::{CANARY, Daemon, configuration, is};
use crate::support::Scratch;

/// Alerts on every program that is started, and starts a program for every alert: without care this never ends.
pub fn alerts_do_not_feed_back() {
    let scratch = Scratch::new("live-own");
    let text = format!(
        "{CANARY}- rule: Started\n  desc: d\n  condition: evt.type in (execve, execveat)\n  output: started %proc.cmdline by \
         %proc.pname\n  priority: INFO\n- rule: Forked\n  desc: d\n  condition: evt.type in (clone, clone3, fork, vfork) and \
         proc.name=ruled\n  output: forked\n  priority: INFO\n"
    );
    let rules = scratch.file("rules.yaml", text);
    let got = scratch.path("got");
    let more =
        format!("program_output: {{enabled: true, keep_alive: false, program: \"cat >> {got}; true\"}}\n");
    let config = configuration(&scratch, &more);
    let mut daemon = Daemon::start(&["-c", &config, "-r", &rules]);
    let own = daemon.pid();
    let _ = std::process::Command::new("/bin/true").arg("ruled-feedback").status();
    daemon.expect("Started", |alert| is(alert, "Started", "true ruled-feedback"));
    // The program must have been started, or there is nothing to see.
    let start = Instant::now();
    while !fs::read_to_string(&got).unwrap_or_default().contains("ruled-feedback") {
        assert!(start.elapsed() < Duration::from_secs(20), "the output's program did not run");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(500));
    let ended = daemon.end();
    let of_output = |alert: &&serde_json::Value| {
        alert["output"].as_str().is_some_and(|output| output.contains(&got) || output.contains("by ruled"))
    };
    let fed_back: Vec<_> = ended.alerts.iter().filter(of_output).collect();
    assert!(fed_back.is_empty(), "process {own}: {fed_back:?}");
    assert!(!ended.alerts.iter().any(|alert| alert["rule"] == "Forked"));
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
        assert!(start.elapsed() < Duration::from_secs(20), "no alert about lost events");
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
        assert!(start.elapsed() < Duration::from_secs(20), "no alert of the new rule");
    }
    assert_eq!(daemon.end().code, Some(0));
}
