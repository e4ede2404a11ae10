//! Reloads while the machine is busy: every file that is opened raises one alert, by the version that was in use.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::daemon::{CANARY, Daemon, configuration};
use crate::support::Scratch;

const RELOADS: usize = 100;

/// The beginning of names that are this test's own.
fn marker() -> String {
    format!("/nonexistent/marker-{}-", std::process::id())
}

/// As many rules as the version's number; one of them sees the markers, and says which version it is.
fn rules(version: usize) -> String {
    let mut text = CANARY.to_string();
    for index in 0..version {
        let condition = match index {
            0 => format!("evt.type in (open, openat, openat2) and evt.arg.name startswith {}", marker()),
            _ => "evt.type in (mkdir, mkdirat) and proc.name = nobody".to_string(),
        };
        text.push_str(&format!(
            "- rule: Rule {index}\n  desc: d\n  condition: {condition}\n  output: v{version} %evt.num %evt.arg.name\n  \
             priority: INFO\n"
        ));
    }
    text
}

pub fn every_open_is_judged_by_one_version() {
    let scratch = Scratch::new("live-reload");
    let path = scratch.file("rules.yaml", rules(1));
    let write = |text: String| {
        let new = scratch.file("new.yaml", text);
        fs::rename(new, &path).unwrap();
    };
    let config = configuration(&scratch, "engine: {kind: modern_ebpf, modern_ebpf: {buf_size_preset: 6}}\n");
    let daemon = Daemon::start(&["-c", &config, "-r", &path, "-v"]);
    let stop = Arc::new(AtomicBool::new(false));
    let opener = thread::spawn({
        let stop = stop.clone();
        move || {
            let mut count = 0_usize;
            while !stop.load(Ordering::Relaxed) {
                for _ in 0..50 {
                    let _ = fs::File::open(format!("{}{count}", marker()));
                    count += 1;
                }
                // Busy, but so that alerts can be printed as fast as files are opened.
                thread::sleep(Duration::from_millis(5));
            }
            count
        }
    });
    for round in 0..RELOADS {
        let text = rules(1 + (round + 1) % 4);
        write(if round % 3 == 2 {
            text.replace("proc.name", "proc.nmae").replace("%evt.num", "%evt.nmu")
        } else {
            text
        });
        daemon.signal(Signal::SIGHUP);
        // A slow machine takes several requests at once, which is fine, too.
        thread::sleep(Duration::from_millis(80));
    }
    stop.store(true, Ordering::Relaxed);
    let count = opener.join().unwrap();
    thread::sleep(Duration::from_millis(500));
    let ended = daemon.end();

    // From which event on which version judges; the canary is a rule, too.
    let mut swaps = BTreeMap::from([(0, 1)]);
    let number = |line: &str, word: &str| -> usize {
        let rest = &line[line.find(word).unwrap() + word.len()..];
        rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
    };
    let mut pauses: Vec<usize> = Vec::new();
    for line in ended.stderr.lines().filter(|line| line.contains("Rules reloaded: ")) {
        swaps.insert(number(line, "from event "), number(line, "Rules reloaded: ") - 1);
        pauses.push(number(line, "paused "));
    }
    pauses.sort_unstable();
    let failures =
        ended.alerts.iter().filter(|alert| alert["rule"] == "Falco internal: hot restart failure").count();
    let p99 = pauses.get(pauses.len() * 99 / 100).copied().unwrap_or(0);
    println!("{count} files, {} swaps, {failures} refused, pause p99 {p99} us, all {pauses:?}", pauses.len());
    assert!(pauses.len() > RELOADS / 10 && failures > RELOADS / 20, "{}", ended.stderr);
    assert!(!ended.alerts.iter().any(|alert| alert["rule"] == "Falco internal: syscall event drop"));
    let mut seen = vec![0_u32; count];
    for alert in ended.alerts.iter().filter(|alert| alert["rule"] == "Rule 0") {
        let fields = &alert["output_fields"];
        let event = fields["evt.num"].as_u64().unwrap() as usize;
        let version = *swaps.range(..=event).next_back().unwrap().1;
        let output = alert["output"].as_str().unwrap();
        assert!(output.contains(&format!("v{version} {event} ")), "version {version}: {output}");
        let marker = fields["evt.arg.name"].as_str().unwrap().rsplit('-').next().unwrap();
        seen[marker.parse::<usize>().unwrap()] += 1;
    }
    let wrong: Vec<usize> = (0..count).filter(|index| seen[*index] != 1).collect();
    assert!(
        wrong.is_empty(),
        "{} of {count} files were not seen once, such as {:?}",
        wrong.len(),
        &wrong[..wrong.len().min(5)]
    );
}
