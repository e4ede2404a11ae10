//! A `ruled` that runs while a test does something.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::support::{Scratch, command};

/// How long an alert may take to come: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// A rule whose alert tells that events flow.
pub const CANARY: &str = "- rule: Canary\n  desc: says that events flow\n  condition: evt.type in (open, openat, openat2) and \
                          fd.name startswith /etc/ruled-canary\n  output: '%fd.name.'\n  priority: DEBUG\n";

/// The end of a run.
pub struct Ended {
    pub code: Option<i32>,
    pub alerts: Vec<Value>,
    pub stderr: String,
    /// What was printed after the alerts.
    pub summary: String,
}

/// A running daemon.
pub struct Daemon {
    child: Child,
    lines: Receiver<String>,
    stderr: Option<thread::JoinHandle<String>>,
    seen: Vec<Value>,
    other: String,
    /// Takes the alerts that are too many to be kept: `true` for those that it took.
    bulk: Box<dyn FnMut(&Value) -> bool>,
    /// How often it was waited until everything is reported.
    settled: usize,
    /// Whether it is the only child of what was started.
    wrapped: bool,
}

/// A configuration with alerts as JSON on standard output and `more` keys.
pub fn configuration(scratch: &Scratch, more: &str) -> String {
    let base = "stdout_output: {enabled: true}\nlog_stderr: true\nlog_syslog: false\njson_output: true\n\
                watch_config_files: false\nrule_matching: all\nwebserver: {enabled: false}\n\
                load_plugins: [container]\nplugins: [{name: container, library_path: libcontainer.so}]\n";
    scratch.file("falco.yaml", format!("{base}{more}"))
}

impl Daemon {
    /// Starts with these arguments and waits until events flow. The rules must include [`CANARY`].
    pub fn start(arguments: &[&str]) -> Daemon {
        Daemon::start_command(command(arguments))
    }

    /// Gives the alerts that come from now on to `bulk` first, which says whether it took them.
    pub fn hand_over(&mut self, bulk: impl FnMut(&Value) -> bool + 'static) {
        self.bulk = Box::new(bulk);
    }

    pub fn start_command(mut command: Command) -> Daemon {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let stdout = child.stdout.take().unwrap();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let stderr = thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut daemon = Daemon {
            child,
            lines,
            stderr: Some(stderr),
            seen: Vec::new(),
            other: String::new(),
            bulk: Box::new(|_| false),
            settled: 0,
            wrapped: false,
        };
        daemon.wait_until_events_flow();
        daemon
    }

    /// The daemon itself, not what it was started by.
    pub fn pid(&self) -> u32 {
        if !self.wrapped {
            return self.child.id();
        }
        let children = format!("/proc/{0}/task/{0}/children", self.child.id());
        std::fs::read_to_string(children).unwrap().trim().parse().unwrap()
    }

    /// As [`Daemon::start_command`], with a command that starts the daemon as its only child.
    pub fn start_wrapped(command: Command) -> Daemon {
        let mut daemon = Daemon::start_command(command);
        daemon.wrapped = true;
        daemon
    }

    fn wait_until_events_flow(&mut self) {
        let start = Instant::now();
        loop {
            let _ = std::fs::File::open("/etc/ruled-canary");
            self.take_lines(Duration::from_millis(100));
            if self.seen.iter().any(|alert| alert["rule"] == "Canary") {
                return;
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                let said = self.stderr.take().and_then(|stderr| stderr.join().ok()).unwrap_or_default();
                panic!("ruled ended with {status}: {said}");
            }
            assert!(start.elapsed() < PATIENCE, "no event came");
        }
    }

    /// Takes what is printed within this time, and all that is there.
    pub fn take_lines(&mut self, patience: Duration) {
        let start = Instant::now();
        while let Ok(line) = self.lines.recv_timeout(patience.saturating_sub(start.elapsed())) {
            self.take(&line);
        }
    }

    fn take(&mut self, line: &str) {
        match serde_json::from_str(line) {
            Ok(alert) if line.starts_with('{') => {
                if !(self.bulk)(&alert) {
                    self.seen.push(alert);
                }
            }
            _ => self.other.push_str(&format!("{line}\n")),
        }
    }

    /// Waits for an alert; its absence fails the test.
    pub fn expect(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            if let Some(alert) = self.seen.iter().find(|alert| wanted(alert)) {
                return alert.clone();
            }
            assert!(start.elapsed() < PATIENCE, "no alert: {what}");
            self.take_lines(Duration::from_millis(50));
        }
    }

    /// Waits until everything that happened before is reported.
    pub fn settle(&mut self) {
        self.settled += 1;
        let mark = format!("/etc/ruled-canary-{}", self.settled);
        let _ = std::fs::File::open(&mark);
        self.expect("what comes after everything else", |alert| is(alert, "Canary", &format!("{mark}.")));
    }

    /// The alerts so far.
    pub fn alerts(&mut self) -> &[Value] {
        self.take_lines(Duration::from_millis(300));
        &self.seen
    }

    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid() as i32), signal).unwrap();
    }

    /// Ends the daemon with SIGINT and gives all that it said.
    pub fn end(mut self) -> Ended {
        self.signal(Signal::SIGINT);
        let start = Instant::now();
        let status = loop {
            self.take_lines(Duration::from_millis(20));
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > PATIENCE {
                let _ = self.child.kill();
                panic!("ruled does not end on SIGINT");
            }
        };
        // Up to the end of its standard output.
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.take(&line);
        }
        let stderr = self.stderr.take().unwrap().join().unwrap();
        Ended {
            code: status.code(),
            alerts: std::mem::take(&mut self.seen),
            stderr,
            summary: std::mem::take(&mut self.other),
        }
    }
}

/// A test that failed leaves nothing behind.
impl Drop for Daemon {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Whether an alert is of this rule and mentions this text in its output.
pub fn is(alert: &Value, rule: &str, mark: &str) -> bool {
    alert["rule"] == rule && alert["output"].as_str().is_some_and(|output| output.contains(mark))
}

/// The alerts of a replay with the same configuration and rules.
pub fn replay(capture: &str, config: &str, rules: &[&str]) -> Vec<Value> {
    assert!(Path::new(capture).exists(), "{capture} is missing");
    let mut arguments = vec!["replay", capture, "-c", config];
    rules.iter().for_each(|rule| arguments.extend(["-r", rule]));
    let run = crate::support::ruled(&arguments);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run.stdout
        .lines()
        .filter(|line| line.starts_with('{'))
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}
