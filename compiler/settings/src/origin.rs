//! Where a setting comes from.

use std::fmt;
use std::sync::Arc;

/// The place that gave a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it: the program's default.
    Default,
    /// A place in a file; line and column count from 1, the column in characters.
    File {
        /// The file as it was named.
        file: Arc<str>,
        /// The line.
        line: u32,
        /// The column.
        column: u32,
    },
    /// A command-line option, as it was written.
    CommandLine(Arc<str>),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Origin::CommandLine(option) => write!(f, "-o {option}"),
        }
    }
}

/// How bad a problem in the settings is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Falco refuses to start with it.
    Error,
    /// Falco goes on, though not as the author may think.
    Warning,
}

/// Something wrong in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub origin: Origin,
    /// What to do about it.
    pub help: Option<String>,
}

impl Problem {
    /// A problem that stops the program.
    pub fn error(message: impl Into<String>, origin: Origin) -> Problem {
        Problem { severity: Severity::Error, message: message.into(), origin, help: None }
    }

    /// A problem that does not.
    pub fn warning(message: impl Into<String>, origin: Origin) -> Problem {
        Problem { severity: Severity::Warning, message: message.into(), origin, help: None }
    }

    /// The same problem with a way out.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Problem {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{kind}: {}", self.message)?;
        if self.origin != Origin::Default {
            write!(f, " ({})", self.origin)?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}
