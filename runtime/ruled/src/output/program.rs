//! Alerts to the standard input of a program, run by the shell.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

use super::{Line, Output};

/// A program that is started for every alert, or once with `keep_alive`.
#[derive(Debug)]
pub struct ProgramOutput {
    command: String,
    keep_alive: bool,
    running: Option<Child>,
}

impl ProgramOutput {
    /// An output to a command line.
    pub fn new(command: impl Into<String>, keep_alive: bool) -> ProgramOutput {
        ProgramOutput { command: command.into(), keep_alive, running: None }
    }

    fn finish(child: Child) -> io::Result<()> {
        // Dropping the standard input first lets the program see its end.
        let mut child = child;
        drop(child.stdin.take());
        child.wait().map(|_| ())
    }
}

impl Output for ProgramOutput {
    fn name(&self) -> &'static str {
        "program"
    }

    fn deliver(&mut self, line: Line<'_>) -> io::Result<()> {
        let mut child = match self.running.take() {
            Some(child) => child,
            None => Command::new("/bin/sh").arg("-c").arg(&self.command).stdin(Stdio::piped()).spawn()?,
        };
        let written = match child.stdin.as_mut() {
            Some(input) => {
                input.write_all(line.text).and_then(|()| input.write_all(b"\n")).and_then(|()| input.flush())
            }
            None => Ok(()),
        };
        if self.keep_alive && written.is_ok() {
            self.running = Some(child);
            return Ok(());
        }
        // A program that closes its input early has seen what it wanted.
        let written = match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe && !self.keep_alive => Ok(()),
            other => other,
        };
        ProgramOutput::finish(child).and(written)
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.running.take().map_or(Ok(()), ProgramOutput::finish)
    }
}

impl Drop for ProgramOutput {
    fn drop(&mut self) {
        if let Some(child) = self.running.take() {
            let _ = ProgramOutput::finish(child);
        }
    }
}
