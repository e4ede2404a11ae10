//! `Output`: something that takes alerts. Each lives on a thread of its own.

use std::borrow::Cow;
use std::fmt;
use std::io;

use crate::alert::Alert;
use crate::worker::Stop;

/// Delivers alerts, one after the other, on its worker's thread. It may block: only its own queue grows.
pub trait Output: Send {
    /// The name in logs, counters and file names: `stdout`, `file`, `http`, …. One set of outputs has no name twice.
    fn name(&self) -> &str;

    /// Delivers one alert. An output that [buffers](Output::buffers) may keep it until [`Output::flush`].
    fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError>;

    /// Writes out what is buffered, at the end of each batch. What could not be written stays buffered when the error is
    /// retryable, and is thrown away otherwise.
    fn flush(&mut self) -> Result<(), DeliveryError> {
        Ok(())
    }

    /// Opens files and connections anew (SIGUSR1). Comes between the alerts before and after the request.
    fn reopen(&mut self) -> Result<(), DeliveryError> {
        Ok(())
    }

    /// Takes the sign to leave a delivery that waits for something; looked at now and then while waiting.
    fn attach(&mut self, _stop: &Stop) {}

    /// Whether alerts count as delivered only after [`Output::flush`].
    fn buffers(&self) -> bool {
        false
    }

    /// Whether alerts must come with [`crate::Fields`].
    fn wants_fields(&self) -> bool {
        false
    }
}

/// Why an alert was not delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryError {
    /// Whether the same may succeed later, so that it is tried again. Otherwise the alert is refused for good.
    pub retryable: bool,
    /// Whether whoever reads this output is gone for good, so that it is of no more use.
    pub closed: bool,
    /// Whether nothing happened for too long. Without a spool, an alert is given up after some of these.
    pub timed_out: bool,
    /// What went wrong, for the log.
    pub message: Cow<'static, str>,
}

impl DeliveryError {
    /// An error that may pass.
    pub fn retryable(message: impl Into<Cow<'static, str>>) -> DeliveryError {
        DeliveryError { retryable: true, closed: false, timed_out: false, message: message.into() }
    }

    /// Nothing happened for too long.
    pub fn timeout(message: impl Into<Cow<'static, str>>) -> DeliveryError {
        DeliveryError { timed_out: true, ..DeliveryError::retryable(message) }
    }

    /// An error that stays.
    pub fn permanent(message: impl Into<Cow<'static, str>>) -> DeliveryError {
        DeliveryError { retryable: false, closed: false, timed_out: false, message: message.into() }
    }

    /// The reader is gone.
    pub fn closed(message: impl Into<Cow<'static, str>>) -> DeliveryError {
        DeliveryError { retryable: false, closed: true, timed_out: false, message: message.into() }
    }
}

impl From<io::Error> for DeliveryError {
    /// Errors of the operating system pass, unless they say that the configuration is wrong.
    fn from(error: io::Error) -> DeliveryError {
        use io::ErrorKind as Kind;
        let lasting = matches!(
            error.kind(),
            Kind::NotFound
                | Kind::PermissionDenied
                | Kind::InvalidInput
                | Kind::IsADirectory
                | Kind::NotADirectory
        );
        DeliveryError {
            retryable: !lasting,
            closed: false,
            timed_out: false,
            message: error.to_string().into(),
        }
    }
}

impl fmt::Display for DeliveryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DeliveryError {}
