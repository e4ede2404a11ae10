//! The program's own log: Falco's lines on standard error and in syslog. Alerts never pass here.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use crate::time_zone::{LocalZone, iso_log_time};
use outputs::SyslogSocket;

/// Levels, gravest first; the numbers are syslog's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// The system is unusable.
    Emergency = 0,
    /// Something must be done at once.
    Alert = 1,
    /// A critical condition.
    Critical = 2,
    /// An error.
    Error = 3,
    /// A warning.
    Warning = 4,
    /// Normal, but noteworthy.
    Notice = 5,
    /// What the program does.
    Info = 6,
    /// Details of it.
    Debug = 7,
}

impl Level {
    /// The level that `log_level` names.
    pub(crate) fn parse(name: &str) -> Option<Level> {
        Some(match name {
            "emergency" => Level::Emergency,
            "alert" => Level::Alert,
            "critical" => Level::Critical,
            "error" => Level::Error,
            "warning" => Level::Warning,
            "notice" => Level::Notice,
            "info" | "informational" => Level::Info,
            "debug" | "trace" => Level::Debug,
            _ => return None,
        })
    }
}

/// Where lines go and which.
#[derive(Clone, Debug)]
pub(crate) struct LogSettings {
    /// To standard error.
    pub(crate) stderr: bool,
    /// To syslog.
    pub(crate) syslog: bool,
    /// The least grave level that is logged.
    pub(crate) level: Level,
    /// Times in ISO 8601.
    pub(crate) iso_8601: bool,
}

/// The log. Clones share one syslog connection.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    settings: LogSettings,
    zone: LocalZone,
    syslog: Option<Arc<Mutex<SyslogSocket>>>,
}

impl Log {
    /// A log with these settings.
    pub(crate) fn new(settings: LogSettings, zone: LocalZone) -> Log {
        let syslog = settings.syslog.then(|| Arc::new(Mutex::new(SyslogSocket::of_system())));
        Log { settings, zone, syslog }
    }

    /// Whether lines go to standard error.
    pub(crate) fn to_stderr(&self) -> bool {
        self.settings.stderr
    }

    /// Writes a message. A log that cannot be written is no reason to stop.
    pub(crate) fn write(&self, level: Level, message: &str) {
        if level > self.settings.level {
            return;
        }
        let message = message.strip_suffix('\n').unwrap_or(message);
        if let Some(syslog) = &self.syslog {
            let _ = syslog.lock().unwrap_or_else(PoisonError::into_inner).send(level as u8, message);
        }
        if self.settings.stderr {
            let now = Timestamp::now();
            let time = if self.settings.iso_8601 { iso_log_time(now) } else { self.zone.log_time(now) };
            // One write per line, so that lines of several writers to one file stay whole.
            let _ = io::stderr().lock().write_all(format!("{time}: {message}\n").as_bytes());
        }
    }

    /// Writes what went wrong.
    pub(crate) fn error(&self, message: &str) {
        self.write(Level::Error, message);
    }

    /// Writes a warning.
    pub(crate) fn warning(&self, message: &str) {
        self.write(Level::Warning, message);
    }

    /// Writes what the program does.
    pub(crate) fn info(&self, message: &str) {
        self.write(Level::Info, message);
    }

    /// Writes a detail.
    pub(crate) fn debug(&self, message: &str) {
        self.write(Level::Debug, message);
    }
}
