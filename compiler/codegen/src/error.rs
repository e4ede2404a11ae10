//! Why a program cannot be compiled.

/// A program that no filters can be made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Conditions expand to more steps than is allowed.
    TooLarge {
        /// How many steps would be needed, at least.
        steps: u64,
        /// The most that is allowed.
        limit: u64,
    },
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::TooLarge { steps, limit } => {
                write!(
                    f,
                    "the rules' conditions expand to {steps} steps, more than the {limit} that are allowed"
                )
            }
        }
    }
}

impl std::error::Error for Error {}
