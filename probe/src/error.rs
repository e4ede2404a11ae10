//! Why the probe could not be opened or went wrong.

use std::fmt;
use std::io;

use crate::features::Missing;

/// An error of the probe. Its text is one line that says what to do, as far as that is known.
#[derive(Debug)]
pub enum ProbeError {
    /// The host lacks something.
    Missing(Missing),
    /// The kernel refused a program.
    Program {
        /// Name of the program.
        name: String,
        /// What the kernel or the loader said; the verifier's reasons may take many lines.
        reason: String,
    },
    /// A map could not be created, filled or read.
    Map {
        /// Name of the map.
        name: &'static str,
        /// What the kernel or the loader said.
        reason: String,
    },
    /// The embedded object could not be loaded.
    Object(String),
    /// Waiting for events failed.
    Io(io::Error),
}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProbeError::Missing(missing) => missing.fmt(f),
            ProbeError::Program { name, reason } => {
                write!(f, "cannot load the eBPF program {name}: {}", line(reason))
            }
            ProbeError::Map { name, reason } => write!(f, "eBPF map {name}: {}", line(reason)),
            ProbeError::Object(reason) => write!(f, "cannot load the eBPF object: {}", line(reason)),
            ProbeError::Io(e) => write!(f, "cannot wait for events: {e}"),
        }
    }
}

/// The first line of a text.
fn line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

impl std::error::Error for ProbeError {}

impl From<io::Error> for ProbeError {
    fn from(e: io::Error) -> Self {
        ProbeError::Io(e)
    }
}

impl From<Missing> for ProbeError {
    fn from(missing: Missing) -> Self {
        ProbeError::Missing(missing)
    }
}

/// An error with all its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
