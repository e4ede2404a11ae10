//! Alerts to standard output.

use std::io::{self, BufWriter, Stdout, Write};

use super::{Line, Output};

/// Standard output; flushed after every alert unless buffering was asked for.
#[derive(Debug)]
pub struct StdoutOutput {
    out: BufWriter<Stdout>,
    buffered: bool,
}

impl StdoutOutput {
    /// An output that buffers or flushes every alert.
    pub fn new(buffered: bool) -> StdoutOutput {
        StdoutOutput { out: BufWriter::with_capacity(64 * 1024, io::stdout()), buffered }
    }
}

impl Output for StdoutOutput {
    fn name(&self) -> &'static str {
        "stdout"
    }

    fn deliver(&mut self, line: Line<'_>) -> io::Result<()> {
        self.out.write_all(line.text)?;
        self.out.write_all(b"\n")?;
        if self.buffered { Ok(()) } else { self.out.flush() }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
