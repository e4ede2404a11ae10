//! Why a bundle is refused.

use std::fmt;

/// Why a bundle is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BundleError {
    /// The file does not begin as a bundle does.
    NotABundle,
    /// The file has another version of the format.
    Version(u32),
    /// The file is larger than what is read.
    TooLarge(usize),
    /// The file is shorter or longer than it says.
    Length {
        /// What it says.
        stated: u64,
        /// What it is.
        found: u64,
    },
    /// The digest is not that of the content.
    Digest,
    /// The section table breaks a rule.
    Table(&'static str),
    /// A section is missing.
    MissingSection(&'static str),
    /// A section that the reader must know and does not.
    UnknownSection(u32),
    /// A section's content breaks a rule.
    Malformed {
        /// Which section.
        section: &'static str,
        /// Where in it, in bytes.
        offset: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// A name that this program's catalogue does not have.
    UnknownName {
        /// What it would name.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A field that this program's catalogue does not have.
    UnknownField {
        /// The event source.
        source: String,
        /// The field with its argument.
        field: String,
        /// Why, as rules would be told.
        reason: String,
    },
    /// A field that has another type here.
    FieldType {
        /// The field with its argument.
        field: String,
        /// The type in the bundle.
        expected: String,
        /// The type here.
        found: String,
    },
    /// The program is not consistent.
    Program(VerifyError),
}

impl fmt::Display for BundleError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BundleError::NotABundle => out.write_str("not a rule bundle"),
            BundleError::Version(version) => {
                write!(
                    out,
                    "bundle format version {version} is not supported (supported: {})",
                    super::format::VERSION
                )
            }
            BundleError::TooLarge(size) => {
                write!(out, "bundle of {size} bytes is larger than the limit of {} bytes", super::SIZE_LIMIT)
            }
            BundleError::Length { stated, found } => {
                write!(out, "bundle says that it has {stated} bytes, but it has {found}")
            }
            BundleError::Digest => out.write_str("bundle was changed: its digest does not match its content"),
            BundleError::Table(problem) => write!(out, "bundle has a bad section table: {problem}"),
            BundleError::MissingSection(section) => write!(out, "bundle has no {section} section"),
            BundleError::UnknownSection(kind) => write!(out, "bundle needs a section of unknown kind {kind}"),
            BundleError::Malformed { section, offset, problem } => {
                write!(out, "bundle is malformed: {section} section, byte {offset}: {problem}")
            }
            BundleError::UnknownName { kind, name } => {
                write!(out, "bundle uses {kind} '{name}', which is unknown here")
            }
            BundleError::UnknownField { source, field, reason } => {
                write!(
                    out,
                    "bundle reads field '{field}' of source '{source}', which is unknown here: {reason}"
                )
            }
            BundleError::FieldType { field, expected, found } => {
                write!(out, "bundle reads field '{field}' as {expected}, but here it is {found}")
            }
            BundleError::Program(error) => write!(out, "bundle holds an inconsistent program: {error}"),
        }
    }
}

impl std::error::Error for BundleError {}

/// The first inconsistency of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// What kind of node: `slot`, `expression`, `rule`, …
    pub node: &'static str,
    /// Its number.
    pub id: usize,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}: {}", self.node, self.id, self.problem)
    }
}

impl std::error::Error for VerifyError {}

impl From<VerifyError> for BundleError {
    fn from(error: VerifyError) -> BundleError {
        BundleError::Program(error)
    }
}
