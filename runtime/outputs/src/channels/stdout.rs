//! Alerts to standard output.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;

use crate::alert::Alert;
use crate::output::{DeliveryError, Output};

/// Standard output. Alerts that wait together are written together; nothing stays behind.
#[derive(Debug)]
pub struct StdoutOutput {
    out: File,
    bytes: Vec<u8>,
    /// How much of `bytes` was written before an error.
    written: usize,
}

impl StdoutOutput {
    /// An output to the process's standard output.
    pub fn new() -> io::Result<StdoutOutput> {
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(StdoutOutput { out, bytes: Vec::new(), written: 0 })
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
        self.bytes.extend_from_slice(&alert.line);
        self.bytes.push(b'\n');
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DeliveryError> {
        while self.written < self.bytes.len() {
            match self.out.write(&self.bytes[self.written..]) {
                Ok(0) => return Err(DeliveryError::retryable("it takes nothing")),
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    return Err(DeliveryError::closed(error.to_string()));
                }
                Err(error) if error.raw_os_error() == Some(EBADF) => {
                    self.bytes.clear();
                    return Err(DeliveryError::permanent(error.to_string()));
                }
                Err(error) => return Err(DeliveryError::retryable(error.to_string())),
            }
        }
        self.bytes.clear();
        self.written = 0;
        Ok(())
    }
}

/// "Bad file descriptor": standard output was closed before the program began.
const EBADF: i32 = 9;
