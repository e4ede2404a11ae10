//! Lines of alerts that are written together.

use std::io::{self, Write};

use crate::alert::Alert;

/// Lines that wait to be written. After an error, those that were not written wait for another attempt.
#[derive(Debug, Default)]
pub(super) struct Lines {
    bytes: Vec<u8>,
    /// How much of `bytes` was written before an error.
    written: usize,
}

impl Lines {
    /// Adds an alert's line.
    pub(super) fn push(&mut self, alert: &Alert) {
        self.bytes.extend_from_slice(&alert.line);
        self.bytes.push(b'\n');
    }

    /// Bytes that are still to be written.
    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.written
    }

    /// Whether a part was written before an error.
    pub(super) fn is_begun(&self) -> bool {
        self.written > 0
    }

    /// Throws everything away.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.written = 0;
    }

    /// Writes everything.
    pub(super) fn write_to(&mut self, out: &mut impl Write) -> io::Result<()> {
        while self.left() > 0 {
            match out.write(&self.bytes[self.written..]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => self.written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.clear();
        Ok(())
    }
}
