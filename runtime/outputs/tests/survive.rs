//! Three outputs (one fine, one down, one hanging), and a process that is killed in the middle: nothing is missing, and
//! nobody waits for another.

mod support;

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use outputs::{
    Alert, DeliveryError, HttpOptions, HttpOutput, Options, Output, Outputs, ProgramOutput, QueueOptions,
    RetryOptions, SpoolOptions,
};
use support::{Door, Scratch, Server, alert, counters, http};

const ALERTS: u64 = 10_000;

/// Alerts that may wait for the hanging one.
const CAPACITY: usize = 1000;

fn now_ns() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64
}

/// The fine output: a file, and how long each alert took from its making.
struct Fine {
    file: File,
    latencies: Arc<Mutex<Vec<u64>>>,
}

impl Output for Fine {
    fn name(&self) -> &str {
        "fine"
    }

    fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError> {
        let mut line = alert.line.to_vec();
        line.push(b'\n');
        self.file.write_all(&line)?;
        self.latencies.lock().unwrap().push(now_ns().saturating_sub(alert.ts));
        Ok(())
    }
}

/// The process that is killed: sends what is missing up to `ALERTS`, then waits until the outputs have it.
#[test]
#[ignore = "no test of its own: the process that the other tests start and kill"]
fn victim() {
    let Ok(folder) = std::env::var("SURVIVE_FOLDER") else { return };
    let folder = PathBuf::from(folder);
    let url = std::env::var("SURVIVE_URL").unwrap();
    let pause = Duration::from_micros(std::env::var("SURVIVE_PAUSE_US").unwrap().parse().unwrap());
    let spool = SpoolOptions { segment_bytes: 64 << 10, ..SpoolOptions::at(folder.join("spool")) };
    let options = Options {
        spool: Some(spool),
        timeout: Duration::from_millis(500),
        patience: Duration::from_secs(1),
        report: Arc::new(|severity, text| eprintln!("{severity:?}: {text}")),
        ..Options::default()
    };
    let mut outputs = Outputs::new(options).unwrap();
    let latencies: Arc<Mutex<Vec<u64>>> = Arc::default();
    let file = OpenOptions::new().create(true).append(true).open(folder.join("fine")).unwrap();
    outputs.add(Box::new(Fine { file, latencies: Arc::clone(&latencies) }), QueueOptions::default());
    let retry = RetryOptions {
        first: Duration::from_millis(20),
        longest: Duration::from_millis(200),
        ..Default::default()
    };
    let down = HttpOutput::new(HttpOptions { keep_alive: true, ..http(url) }).unwrap();
    outputs.add(Box::new(down), QueueOptions { retry, ..QueueOptions::default() });
    // It outlives the kill, so it must not hold anything of ours open.
    let hanging = ProgramOutput::new("exec sleep 200 > /dev/null 2>&1", true, Duration::from_secs(1000));
    let bounded = QueueOptions { capacity: CAPACITY, spool: false, ..QueueOptions::default() };
    outputs.add(Box::new(hanging), bounded);
    let mut deepest = 0;
    while outputs.next_id() <= ALERTS {
        // Long enough to fill the pipe of a program that reads nothing.
        let line = format!("{} {}", outputs.next_id(), "x".repeat(100));
        outputs.deliver(Alert { ts: now_ns(), ..alert(line) });
        if outputs.next_id().is_multiple_of(64) {
            deepest = deepest.max(counters(&outputs, "program").depth);
        }
        let begin = Instant::now();
        while begin.elapsed() < pause {
            thread::sleep(Duration::from_micros(50));
        }
    }
    let begin = Instant::now();
    while counters(&outputs, "http").depth > 0 && begin.elapsed() < Duration::from_secs(150) {
        thread::sleep(Duration::from_millis(20));
    }
    let mut latencies = latencies.lock().unwrap().clone();
    latencies.sort_unstable();
    let p99 = latencies.get(latencies.len() * 99 / 100).copied().unwrap_or(0);
    let hanging = counters(&outputs, "program");
    println!(
        "RESULT p99_us={} alerts={} hanging_dropped={} hanging_depth={} deepest={deepest} hanging_timeouts={} http_retried={}",
        p99 / 1000,
        latencies.len(),
        hanging.dropped,
        hanging.depth,
        hanging.timeouts,
        counters(&outputs, "http").retried,
    );
    let begin = Instant::now();
    drop(outputs);
    println!("RESULT end_ms={}", begin.elapsed().as_millis());
}

fn start(folder: &Path, url: &str, pause_us: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["victim", "--exact", "--include-ignored", "--nocapture"])
        .env("SURVIVE_FOLDER", folder)
        .env("SURVIVE_URL", url)
        .env("SURVIVE_PAUSE_US", pause_us.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn ids(lines: impl IntoIterator<Item = String>) -> Vec<u64> {
    lines.into_iter().map(|line| line.split(' ').next().unwrap().parse().unwrap()).collect()
}

/// All ids are there, and the first time of each is in order.
fn complete(ids: &[u64], what: &str) {
    let mut seen = HashSet::new();
    let first: Vec<u64> = ids.iter().copied().filter(|id| seen.insert(*id)).collect();
    let expected: Vec<u64> = (1..=ALERTS).collect();
    let wrong = first.iter().zip(&expected).position(|(found, wanted)| found != wanted);
    assert!(first == expected, "{what}: {} of {ALERTS}, first wrong at {wrong:?}", first.len());
}

fn value(text: &str, name: &str) -> u64 {
    let start = text.find(&format!("{name}=")).unwrap_or_else(|| panic!("{name}: {text}")) + name.len() + 1;
    text[start..].chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// The outage begins before the first alert and ends `outage` after it; the kill comes in the middle.
fn survive(name: &str, outage: Duration, pause_us: u64) {
    let scratch = Scratch::new(name);
    let door = Door::closed();
    let url = format!("http://{}/", door.address);
    let begin = Instant::now();
    let mut first = start(&scratch.0, &url, pause_us);
    let fine = scratch.path("fine");
    let so_far = || std::fs::read_to_string(&fine).map_or(0, |text| text.lines().count() as u64);
    support::until(120, "the middle", || so_far() >= ALERTS / 2);
    first.kill().unwrap();
    first.wait().unwrap();
    let before = so_far();
    assert!(before < ALERTS, "the process was too quick to be killed in the middle");
    let second = start(&scratch.0, &url, pause_us);
    thread::sleep(outage.saturating_sub(begin.elapsed()));
    let server = Server::on(door.open(), None, Box::new(|_, _| Some(200)));
    let output = second.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    for line in text.lines().filter(|line| line.contains("RESULT")) {
        println!("{name}: {line}");
    }
    let fine = ids(std::fs::read_to_string(&fine).unwrap().lines().map(String::from));
    let again = fine.len() as u64 - ALERTS;
    println!("{name}: killed after {before} alerts; the fine one got {again} of them twice");
    complete(&fine, "fine");
    complete(&ids(server.bodies()), "down");
    assert!(value(&text, "hanging_dropped") > 0 && value(&text, "hanging_timeouts") > 0, "{text}");
    assert!(value(&text, "deepest") <= CAPACITY as u64 && value(&text, "hanging_depth") <= CAPACITY as u64);
    assert!(value(&text, "http_retried") > 0, "{text}");
    // Generous: other tests run on the same two processors.
    assert!(value(&text, "p99_us") < 10_000_000, "{text}");
    assert!(value(&text, "end_ms") < 60_000, "{text}");
}

#[test]
fn nothing_is_missing_after_a_kill_and_an_outage() {
    survive("short", Duration::from_secs(4), 150);
}

#[test]
#[ignore = "waits for a minute; the short one asks the same. `cargo test -p outputs --test survive minute -- --ignored` runs it"]
fn nothing_is_missing_after_a_kill_and_an_outage_of_a_minute() {
    survive("long", Duration::from_secs(60), 2000);
}
