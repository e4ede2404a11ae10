//! Reloads while events come at full speed: every event is judged by exactly one version of the rules, state is kept,
//! broken rules change nothing, and nothing is lost.

mod support;

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use events::scap::{Compression, Writer};
use events::script::Script;
use support::{Scratch, command};

const PATIENCE: Duration = Duration::from_secs(60);
/// Events until the stream repeats itself.
const CYCLE: usize = 200;
/// How often a reload is asked for.
const RELOADS: usize = 100;

/// Which file the event of this number reads; all are open since before the first event.
fn file_of(number: usize) -> &'static str {
    match number % CYCLE {
        0 => "/state/a",
        70 => "/state/b",
        140 => "/state/c",
        _ => "/state/other",
    }
}

fn script() -> Script {
    let mut text = String::from(
        "[machine]\nhostname=lab cpus=1\n[processes]\n100 reader exe=/usr/bin/reader ptid=1\n[descriptors]\n\
         100 3 file /state/a\n100 4 file /state/b\n100 5 file /state/c\n100 6 file /state/other\n[events]\n",
    );
    // The first event has number 1.
    for number in 1..=CYCLE {
        let fd = match file_of(number) {
            "/state/a" => 3,
            "/state/b" => 4,
            "/state/c" => 5,
            _ => 6,
        };
        text.push_str(&format!("{number}ms 0 100 read res=1 data=x fd={fd} size=1\n"));
    }
    Script::parse(&text).unwrap_or_else(|error| panic!("{error}"))
}

/// Feeds a named pipe with events until it is told to stop; gives their number.
fn feed(path: String, stop: Arc<AtomicBool>) -> JoinHandle<usize> {
    thread::spawn(move || {
        let script = script();
        let pipe = OpenOptions::new().write(true).open(path).unwrap();
        let mut writer = Writer::new(pipe, Compression::None, &script.snapshot).unwrap();
        let mut count = 0;
        while !stop.load(Ordering::Relaxed) {
            for event in script.events() {
                writer.event(&event).unwrap();
                count += 1;
            }
        }
        writer.finish().unwrap();
        count
    })
}

/// A version has as many rules as its number, and only some of them can match.
fn rules(version: usize) -> String {
    let matching = matching(version);
    (0..version)
        .map(|index| {
            let file = matching.get(index).copied().unwrap_or("/state/nothing");
            format!(
                "- rule: rule {index}\n  desc: d\n  condition: evt.type = read and fd.name = {file} and proc.name = \
                 reader\n  output: \"%evt.num v{version} %fd.name by %proc.exepath\"\n  priority: INFO\n"
            )
        })
        .collect()
}

fn matching(version: usize) -> &'static [&'static str] {
    match version {
        1 => &["/state/a"],
        2 => &["/state/a", "/state/b"],
        3 => &["/state/c"],
        _ => &["/state/b", "/state/c", "/state/a"],
    }
}

struct Daemon {
    child: Child,
    lines: Receiver<String>,
}

impl Daemon {
    fn start(arguments: &[&str]) -> Daemon {
        let mut child = command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Daemon { child, lines }
    }

    /// The next line of the log that has one of these parts.
    fn wait_for(&self, parts: &[&str]) -> String {
        let end = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if parts.iter().any(|part| line.contains(part)) => return line,
                Ok(line) => seen.push(line),
                Err(_) => panic!("waited for {parts:?} and saw\n{}", seen.join("\n")),
            }
        }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    fn end(mut self) -> i32 {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        panic!("the program does not end");
    }
}

const TAKEN: &str = "Rules reloaded: ";
const KEPT: &str = "the rules stay as they are";

/// The number after a word of a log line.
fn number_after(line: &str, word: &str) -> usize {
    let rest = &line[line.find(word).unwrap_or_else(|| panic!("{word} in {line}")) + word.len()..];
    rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

fn config(scratch: &Scratch, pipe: &str, more: &str) -> String {
    scratch.file(
        "falco.yaml",
        format!(
            "engine: {{kind: replay, replay: {{capture_file: {pipe}}}}}\nrules_files: [{}]\nlog_stderr: true\n\
             log_syslog: false\nlog_level: debug\nfile_output: {{enabled: true, keep_alive: true, filename: {}}}\n{more}\n",
            scratch.path("rules.yaml"),
            scratch.path("alerts")
        ),
    )
}

fn make_pipe(scratch: &Scratch) -> String {
    let path = scratch.path("events");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

/// Replaces the rules in one step, as editors and package managers do.
fn write_rules(scratch: &Scratch, text: &str) {
    let new = scratch.file("rules.yaml.new", text);
    fs::rename(new, scratch.path("rules.yaml")).unwrap();
}

#[test]
fn every_event_is_judged_by_one_version() {
    let scratch = Scratch::new("reload");
    let pipe = make_pipe(&scratch);
    write_rules(&scratch, &rules(1));
    let config = config(&scratch, &pipe, "watch_config_files: false");
    let stop = Arc::new(AtomicBool::new(false));
    let feeder = feed(pipe, stop.clone());
    let daemon = Daemon::start(&["-c", &config]);
    daemon.wait_for(&["Replaying events"]);

    // From which event on which version judges.
    let mut swaps = BTreeMap::from([(1, 1)]);
    let mut pauses = Vec::new();
    let mut refused = 0;
    for round in 0..RELOADS {
        let broken = round % 3 == 2;
        let version = 1 + (round + 1) % 4;
        let text = if !broken {
            rules(version)
        } else if round % 2 == 0 {
            rules(version).replace("fd.name =", "fd.nmae =")
        } else {
            "- rule: [".to_string()
        };
        write_rules(&scratch, &text);
        daemon.signal("HUP");
        let line = daemon.wait_for(&[TAKEN, KEPT]);
        if broken {
            assert!(line.contains(KEPT), "{line}");
            refused += 1;
            continue;
        }
        assert_eq!(number_after(&line, TAKEN), version, "{line}");
        swaps.insert(number_after(&line, "from event "), version);
        pauses.push(number_after(&line, "paused "));
    }
    stop.store(true, Ordering::Relaxed);
    let events = feeder.join().unwrap();
    assert_eq!(daemon.end(), 0);

    pauses.sort_unstable();
    let p99 = pauses[pauses.len() * 99 / 100];
    println!(
        "{events} events, {} swaps, pause p99 {p99} us, longest {} us",
        pauses.len(),
        pauses[pauses.len() - 1]
    );
    assert!(swaps.len() > RELOADS / 2, "{swaps:?}");

    let mut expected = Vec::new();
    for number in 1..=events {
        let version = *swaps.range(..=number).next_back().unwrap().1;
        let file = file_of(number);
        if matching(version).contains(&file) {
            expected.push(format!("{number} v{version} {file} by "));
        }
    }
    let alerts = fs::read_to_string(scratch.path("alerts")).unwrap();
    let mut failures = 0;
    let mut found = Vec::new();
    for line in alerts.lines() {
        match line.split_once(": Informational ") {
            Some((_, message)) => found.push(message.replace("/usr/bin/reader", "")),
            None => {
                assert!(line.contains("Critical Falco internal: hot restart failure: "), "{line}");
                failures += 1;
            }
        }
    }
    assert_eq!(failures, refused);
    for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert_eq!(found.trim_end(), expected.trim_end(), "alert {at}");
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn changed_files_are_noticed() {
    let scratch = Scratch::new("watch");
    write_rules(&scratch, &rules(1));
    let folder = scratch.0.join("rules.d");
    fs::create_dir(&folder).unwrap();
    let config = scratch.file(
        "falco.yaml",
        format!(
            "engine: {{kind: nodriver}}\nrules_files: [{}, {}]\nlog_stderr: true\nlog_syslog: false\nlog_level: debug\n\
             stdout_output: {{enabled: true}}\n",
            scratch.path("rules.yaml"),
            folder.display()
        ),
    );
    let daemon = Daemon::start(&["-c", &config]);
    daemon.wait_for(&["no driver"]);
    // A busy machine may look while a file is being written; what counts is what it sees in the end.
    let taken = |rules: usize| {
        daemon.wait_for(&[&format!("{TAKEN}{rules} rules")]);
    };
    // Replaced, written in place, and a new file in a folder.
    write_rules(&scratch, &rules(2));
    taken(2);
    fs::write(scratch.path("rules.yaml"), rules(3)).unwrap();
    taken(3);
    fs::write(folder.join("more.yaml"), rules(1).replace("rule 0", "another")).unwrap();
    taken(4);
    fs::write(folder.join("more.yaml"), "nonsense").unwrap();
    daemon.wait_for(&[KEPT]);
    // A link that leads elsewhere, as with ConfigMaps; the rules before it are fixed, too.
    fs::remove_file(folder.join("more.yaml")).unwrap();
    taken(3);
    fs::create_dir(scratch.0.join("other")).unwrap();
    fs::write(scratch.0.join("other/set.yaml"), rules(2)).unwrap();
    fs::remove_file(scratch.path("rules.yaml")).unwrap();
    std::os::unix::fs::symlink(Path::new("other/set.yaml"), scratch.path("rules.yaml")).unwrap();
    taken(2);
    fs::write(scratch.0.join("other/set.yaml"), rules(4)).unwrap();
    taken(4);
    // The configuration itself; what cannot be taken over is said.
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("log_level: debug", "log_level: info\npriority: notice")).unwrap();
    daemon.wait_for(&["`log_level` changed; that takes effect at the next start"]);
    // Rules below the priority are off.
    taken(0);
    daemon.signal("TERM");
    assert_eq!(daemon.end(), 0);
}
