//! What was asked for on the command line, whichever form it had.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::args::{Arguments, Command, Options, Replay};
use crate::exit::FAILURE;
use crate::{config_command, doctor, manual, top};

/// A command line.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    /// Falco's options.
    pub(crate) options: Options,
    /// `ruled replay`, if that is what was asked for.
    pub(crate) replay: Option<ShortForm>,
}

/// `ruled replay`.
#[derive(Clone, Debug)]
pub(crate) struct ShortForm {
    /// The capture file.
    pub(crate) capture: PathBuf,
    /// The rule to explain.
    pub(crate) trace: Option<String>,
}

impl Invocation {
    /// Reads the process's arguments. An error is the exit code after what was to be said is said.
    pub(crate) fn of_process() -> Result<Invocation, ExitCode> {
        let arguments = match Arguments::try_parse() {
            Ok(arguments) => arguments,
            Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
                let _ = error.print();
                return Err(ExitCode::SUCCESS);
            }
            Err(error) => {
                // Falco ends with 1 here, too, where the parser's own code would be 2.
                let _ = error.print();
                return Err(FAILURE);
            }
        };
        Ok(match arguments.command {
            Some(Command::Replay(replay)) => {
                let Replay { capture, trace, options } = *replay;
                Invocation { options, replay: Some(ShortForm { capture, trace }) }
            }
            Some(Command::Config(command)) => return Err(config_command::run(&command)),
            Some(Command::Doctor(options)) => return Err(doctor::run(&options)),
            Some(Command::Top(options)) => return Err(top::run(&options)),
            Some(Command::Completions(options)) => return Err(manual::completions(options.shell)),
            Some(Command::Man(options)) => return Err(manual::pages(&options.folder)),
            None => Invocation { options: arguments.options, replay: None },
        })
    }

    /// The rule that is to be explained instead of alerting.
    pub(crate) fn traced_rule(&self) -> Option<&str> {
        self.replay.as_ref().and_then(|replay| replay.trace.as_deref())
    }
}
