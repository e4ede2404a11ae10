//! How alerts wait: settings of one output's queue and of all outputs together.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// What happens to an alert for which there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// It is lost for this output and counted: live events do not wait.
    Drop,
    /// The engine waits: a capture does not run away.
    Wait,
}

/// The queue of one output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueOptions {
    /// Most alerts that wait; 0: as many as `max_bytes` allows.
    pub capacity: usize,
    /// Most bytes of waiting alerts, whatever `capacity` says.
    pub max_bytes: usize,
    /// What happens when it is full.
    pub when_full: WhenFull,
    /// How long the worker lets alerts gather before it takes them: zero for the least delay, more for fewer
    /// wake-ups.
    pub linger: Duration,
    /// Whether alerts wait in the spool instead of memory, if there is one.
    pub spool: bool,
    /// How failed deliveries are repeated.
    pub retry: RetryOptions,
}

impl Default for QueueOptions {
    fn default() -> QueueOptions {
        QueueOptions {
            capacity: 0,
            max_bytes: 64 << 20,
            when_full: WhenFull::Drop,
            linger: Duration::ZERO,
            spool: true,
            retry: RetryOptions::default(),
        }
    }
}

/// Repetition of failed deliveries: waits double from `first` to `longest`, each shortened by up to a half at random.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryOptions {
    /// The first wait.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// How long one alert is tried; `None`: until it is delivered or the program ends.
    pub give_up_after: Option<Duration>,
    /// How many time-outs in a row one alert may have; `None`: any number.
    pub max_timeouts: Option<u64>,
}

impl Default for RetryOptions {
    fn default() -> RetryOptions {
        RetryOptions {
            first: Duration::from_millis(100),
            longest: Duration::from_secs(10),
            give_up_after: None,
            max_timeouts: None,
        }
    }
}

/// Alerts on disk until every output has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpoolOptions {
    /// Its directory, created when missing.
    pub directory: PathBuf,
    /// Most bytes of all segments; beyond it the oldest is deleted and what outputs had not seen of it is counted.
    pub max_bytes: u64,
    /// A segment that has grown to this size is followed by another one.
    pub segment_bytes: u64,
    /// When alerts are forced to the disk.
    pub sync: SyncPolicy,
    /// Most bytes of one dead-letter file; beyond it the file is renamed to `….old`.
    pub max_dead_letter_bytes: u64,
}

impl SpoolOptions {
    /// The defaults, in a directory.
    pub fn at(directory: impl Into<PathBuf>) -> SpoolOptions {
        SpoolOptions {
            directory: directory.into(),
            max_bytes: 1 << 30,
            segment_bytes: 8 << 20,
            sync: SyncPolicy::Interval(Duration::from_secs(1)),
            max_dead_letter_bytes: 64 << 20,
        }
    }
}

/// When written alerts are forced to the disk. All of them survive the end of the process, however it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncPolicy {
    /// When the operating system likes: a power failure may cost some.
    Never,
    /// That often.
    Interval(Duration),
    /// Before any output sees the alert.
    Always,
}

/// Repeated alerts: the first goes out at once, a summary with the count of the rest when the window ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupingOptions {
    /// Length of the window, in event time.
    pub window: Duration,
    /// The fields that make alerts of one rule equal; none: the whole message.
    pub fields: Vec<String>,
}

/// How grave a message of the outputs is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Alerts are stuck.
    Critical,
    /// Something went wrong.
    Error,
    /// Something may go wrong.
    Warning,
    /// Something of note.
    Notice,
}

/// Takes messages for the program's log, from any thread.
pub type Report = Arc<dyn Fn(Severity, &str) + Send + Sync>;

/// Settings of all outputs together.
#[derive(Clone)]
pub struct Options {
    /// How long one delivery may take before it is reported.
    pub timeout: Duration,
    /// How long the outputs may stand still at the end before the rest is given up.
    pub patience: Duration,
    /// How long the end may take in all, however much progress there is; `None`: as long as it takes.
    pub farewell: Option<Duration>,
    /// Set from outside to end waiting for room in a queue.
    pub interrupt: Arc<AtomicBool>,
    /// Alerts on disk.
    pub spool: Option<SpoolOptions>,
    /// Repeated alerts.
    pub grouping: Option<GroupingOptions>,
    /// The id of the first alert when there is no spool that knows better.
    pub first_id: u64,
    /// The program's log.
    pub report: Report,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            timeout: Duration::from_secs(2),
            patience: Duration::from_secs(10),
            farewell: None,
            interrupt: Arc::default(),
            spool: None,
            grouping: None,
            first_id: 1,
            report: Arc::new(|_, _| {}),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("timeout", &self.timeout)
            .field("spool", &self.spool)
            .finish_non_exhaustive()
    }
}
