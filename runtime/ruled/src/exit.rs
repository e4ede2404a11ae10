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
    /// A rule bundle is not taken: `Error: <text>` and exit code [`BUNDLE_REFUSED`].
    Refused(String),
    /// The host lacks what live events need: `Error: <text>` and exit code [`HOST_UNFIT`].
    Host(String),
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

/// The code when a rule bundle was changed, is not signed as demanded, or is older than the last one.
pub(crate) const BUNDLE_REFUSED: u8 = 4;

/// The code when the host lacks what live events need: privileges, kernel types, ring buffers.
pub(crate) const HOST_UNFIT: u8 = 3;
