//! How a run ends: what stops it, and what is then printed.

use std::process::ExitCode;

/// Why the program stops before its work is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// What was asked for is done: exit code 0.
    Done,
    /// Falco's `Error: <text>` on standard error: exit code 1.
    Fatal(String),
    /// Falco's `Runtime error: <text>. Exiting.`, which goes through the log: exit code 1.
    Runtime(String),
}

impl Stop {
    /// An error of the outside world or of the configuration.
    pub(crate) fn fatal(text: impl Into<String>) -> Stop {
        Stop::Fatal(text.into())
    }
}

/// What a step gives: go on with a value, or stop.
pub(crate) type Step<T> = Result<T, Stop>;

/// The code of a program that failed.
pub(crate) const FAILURE: ExitCode = ExitCode::FAILURE;
