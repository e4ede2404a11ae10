//! Alerts to standard output.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use super::lines::Lines;
use crate::alert::Alert;
use crate::output::{DeliveryError, Output};

/// Standard output. Alerts that wait together are written together; nothing stays behind.
#[derive(Debug)]
pub struct StdoutOutput {
    out: File,
    lines: Lines,
}

impl StdoutOutput {
    /// An output to the process's standard output.
    pub fn new() -> io::Result<StdoutOutput> {
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(StdoutOutput { out, lines: Lines::default() })
    }
}

impl Output for StdoutOutput {
    fn name(&self) -> &str {
        "stdout"
    }

    fn buffers(&self) -> bool {
        true
    }

    fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError> {
        self.lines.push(alert);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DeliveryError> {
        self.lines.write_to(&mut self.out).map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => DeliveryError::closed(error.to_string()),
            _ if error.raw_os_error() == Some(EBADF) => {
                self.lines.clear();
                DeliveryError::permanent(error.to_string())
            }
            _ => DeliveryError::retryable(error.to_string()),
        })
    }
}

/// "Bad file descriptor": standard output was closed before the program began.
const EBADF: i32 = 9;
