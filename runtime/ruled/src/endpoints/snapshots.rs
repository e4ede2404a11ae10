//! Metrics snapshots at intervals: lines of `metrics.output_file`, and fields for the internal alert that the event loop
//! raises. A thread of its own reads `/proc` and writes.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use endpoints::Board;
use endpoints::metrics::{Facts, FieldValue, Previous, Selection, SnapshotSettings, output_fields};
use serde_json::{Map, Value, json};
use settings::falco_yaml::endpoints::MetricsSettings;

use super::{Context, plan};
use crate::host::Roots;
use crate::log::Log;
use crate::signals::Signals;

type Fields = Vec<(String, FieldValue)>;

/// The thread, ended when this is dropped.
pub(super) struct Snapshots {
    due: Arc<Mutex<Option<Fields>>>,
    end: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Worker {
    interval: Duration,
    facts: Arc<Facts>,
    board: Board,
    selection: Selection,
    megabytes: bool,
    host_root: PathBuf,
    /// Where lines go; empty: nowhere.
    file: String,
    as_alert: bool,
    due: Arc<Mutex<Option<Fields>>>,
    bell: Signals,
    log: Log,
}

impl Snapshots {
    /// Starts to take snapshots.
    pub(super) fn start(
        metrics: &MetricsSettings,
        facts: Arc<Facts>,
        board: Board,
        context: &Context<'_>,
    ) -> Result<Snapshots, String> {
        let path = &metrics.output_file;
        if !path.is_empty() {
            open(path).map_err(|error| format!("cannot open metrics.output_file {path}: {error}"))?;
        }
        let due: Arc<Mutex<Option<Fields>>> = Arc::default();
        let worker = Worker {
            interval: metrics.interval,
            facts,
            board,
            selection: plan::selection(metrics),
            megabytes: metrics.megabytes,
            host_root: Roots::of_environment().root,
            file: path.clone(),
            as_alert: metrics.output_rule,
            due: due.clone(),
            bell: context.signals.clone(),
            log: context.log.clone(),
        };
        let (end, ended) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("metrics".to_string())
            .spawn(move || worker.run(&ended))
            .map_err(|error| format!("cannot start a thread: {error}"))?;
        Ok(Snapshots { due, end: Some(end), thread: Some(thread) })
    }

    /// Fields that are due as an alert.
    pub(super) fn take(&self) -> Option<Fields> {
        self.due.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Snapshots {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there has been reported by then.
            let _ = thread.join();
        }
    }
}

impl Worker {
    fn run(self, ended: &mpsc::Receiver<()>) {
        let mut previous = Previous::default();
        let mut sample = 0_u64;
        let mut next = Instant::now() + self.interval;
        loop {
            match ended.recv_timeout(next.saturating_duration_since(Instant::now())) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
            // A machine that slept takes one snapshot, not all that it missed.
            next = (next + self.interval).max(Instant::now());
            sample += 1;
            self.take_one(&mut previous, sample);
        }
    }

    fn take_one(&self, previous: &mut Previous, sample: u64) {
        let snapshot = self.board.fresh_blocking();
        let interfaces = interfaces();
        let settings = SnapshotSettings {
            selection: self.selection,
            megabytes: self.megabytes,
            host_root: &self.host_root,
            interfaces: &interfaces,
        };
        let now_ns = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
        let fields = output_fields(&self.facts, &snapshot, &settings, now_ns, previous);
        if !self.file.is_empty() {
            let object: Map<String, Value> =
                fields.iter().map(|(name, value)| (name.clone(), value_of(value))).collect();
            let line = format!("{}\n", json!({ "output_fields": object, "sample": sample }));
            // Opened each time, so that a file that was moved away is replaced.
            if let Err(error) = open(&self.file).and_then(|mut file| file.write_all(line.as_bytes())) {
                self.log.error(&format!("metrics.output_file: {error}"));
            }
        }
        if self.as_alert {
            *self.due.lock().unwrap_or_else(PoisonError::into_inner) = Some(fields);
            self.bell.ring();
        }
    }
}

fn open(path: &str) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

fn value_of(value: &FieldValue) -> Value {
    match value {
        FieldValue::Text(text) => text.as_str().into(),
        FieldValue::Whole(number) => (*number).into(),
        FieldValue::Real(number) => (*number).into(),
    }
}

/// Addresses of the network interfaces, without the loopback one.
fn interfaces() -> Vec<(String, Vec<String>, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>, Vec<String>)> = Vec::new();
    for interface in nix::ifaddrs::getifaddrs().into_iter().flatten() {
        let Some(address) = interface.address.filter(|_| interface.interface_name != "lo") else { continue };
        let address = match (address.as_sockaddr_in(), address.as_sockaddr_in6()) {
            (Some(four), _) => IpAddr::V4(four.ip()),
            (_, Some(six)) => IpAddr::V6(six.ip()),
            _ => continue,
        };
        let name = interface.interface_name;
        let index = all.iter().position(|(known, ..)| *known == name).unwrap_or_else(|| {
            all.push((name, Vec::new(), Vec::new()));
            all.len() - 1
        });
        let (_, four, six) = &mut all[index];
        if address.is_ipv4() { four } else { six }.push(address.to_string());
    }
    all
}
