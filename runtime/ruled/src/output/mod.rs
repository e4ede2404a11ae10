//! Where alerts go. Each output is one file with one type that implements [`Output`].

mod file;
mod program;
mod stdout;
mod syslog;

use std::io;

use catalogue::Priority;
use settings::falco_yaml::config::Outputs as OutputSettings;

pub use file::FileOutput;
pub use program::ProgramOutput;
pub use stdout::StdoutOutput;
pub use syslog::{SyslogOutput, SyslogSocket};

use crate::log::Log;

/// An alert as outputs see it: one line of text or JSON, without the line feed.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The line. Text lines repeat what events contain, so they need not be UTF-8.
    pub text: &'a [u8],
    /// The rule's priority, for outputs that have severities of their own.
    pub priority: Priority,
}

/// Delivers alerts.
pub trait Output {
    /// The name in logs: `stdout`, `file`, ….
    fn name(&self) -> &'static str;

    /// Delivers one alert.
    fn deliver(&mut self, line: Line<'_>) -> io::Result<()>;

    /// Writes out what is buffered.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Opens files anew, after they were moved away (SIGUSR1).
    fn reopen(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An output in use.
struct Open {
    output: Box<dyn Output>,
    /// What went wrong last: the same again is not repeated for every alert.
    failure: Option<String>,
}

/// The outputs that are switched on. An output that fails is reported and does not stop the others.
pub(crate) struct Outputs {
    outputs: Vec<Open>,
    log: Log,
    /// Standard output is gone: whoever read it went away.
    closed: bool,
}

impl Outputs {
    /// Opens the outputs of a configuration, in Falco's order.
    pub(crate) fn open(settings: &OutputSettings, log: Log) -> Outputs {
        let mut outputs: Vec<Box<dyn Output>> = Vec::new();
        if settings.stdout {
            outputs.push(Box::new(StdoutOutput::new(settings.buffered)));
        }
        if let Some(file) = &settings.file {
            outputs.push(Box::new(FileOutput::new(&file.filename, file.keep_alive)));
        }
        if settings.syslog {
            outputs.push(Box::new(SyslogOutput::new(SyslogSocket::of_system())));
        }
        if let Some(program) = &settings.program {
            outputs.push(Box::new(ProgramOutput::new(&program.program, program.keep_alive)));
        }
        let outputs = outputs.into_iter().map(|output| Open { output, failure: None }).collect();
        Outputs { outputs, log, closed: false }
    }

    /// Gives an alert to every output.
    pub(crate) fn deliver(&mut self, line: Line<'_>) {
        self.each(|output| output.deliver(line));
    }

    /// Writes out what is buffered.
    pub(crate) fn flush(&mut self) {
        self.each(|output| output.flush());
    }

    /// Opens files anew.
    pub(crate) fn reopen(&mut self) {
        self.each(|output| output.reopen());
    }

    /// Whether standard output was closed by its reader, so that going on is pointless when it is the only output.
    pub(crate) fn is_pointless(&self) -> bool {
        self.closed && self.outputs.is_empty()
    }

    fn each(&mut self, mut act: impl FnMut(&mut dyn Output) -> io::Result<()>) {
        let mut closed = None;
        for (index, open) in self.outputs.iter_mut().enumerate() {
            let Err(error) = act(open.output.as_mut()) else {
                open.failure = None;
                continue;
            };
            if open.output.name() == "stdout" && error.kind() == io::ErrorKind::BrokenPipe {
                closed = Some(index);
                continue;
            }
            let text = format!("{}: {error}", open.output.name());
            if open.failure.as_ref() != Some(&text) {
                self.log.error(&text);
                open.failure = Some(text);
            }
        }
        if let Some(index) = closed {
            self.outputs.remove(index);
            self.closed = true;
        }
    }
}
