//! What parent and child say to each other: a JSON header with its length before it, then bytes.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A header is no longer than this.
const LONGEST_HEADER: u64 = 1 << 30;

/// What the child is to compile.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// Names and texts of the files, in load order.
    pub(crate) files: Vec<(String, String)>,
    /// How.
    pub(crate) options: Options,
    /// Whether a failing file ends the loading, as at start-up; else all are loaded, as in validation.
    pub(crate) stop_at_first_failing_file: bool,
    /// Whether results are wanted as JSON, too.
    pub(crate) results_as_json: bool,
    /// A description that is wanted when everything loads.
    pub(crate) describe: Option<Describe>,
    /// Whether the compiled program is wanted.
    pub(crate) bundle: bool,
}

/// The part of the configuration that compiling depends on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Options {
    /// Loaded plugins: name, version.
    pub(crate) plugins: Vec<(String, String)>,
    /// Names of constant fields.
    pub(crate) static_fields: Vec<String>,
    /// The least important priority that is evaluated, as a number.
    pub(crate) minimum_priority: u8,
    /// Additions to outputs.
    pub(crate) append_output: Vec<Append>,
    /// Rules switched on and off, in order.
    pub(crate) selection: Vec<Selection>,
}

/// One element of `append_output`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Append {
    /// Source of the rules it is for; empty for all.
    pub(crate) source: String,
    /// Tags that a rule must have.
    pub(crate) tags: Vec<String>,
    /// Name of the rule it is for; empty for all.
    pub(crate) rule: String,
    /// Text added to the output.
    pub(crate) extra_output: String,
    /// Keys and formats; without a format the key is a field.
    pub(crate) extra_fields: Vec<(String, Option<String>)>,
    /// Whether to add the fields that plugins suggest.
    pub(crate) suggested_output: bool,
}

/// One switch of the configuration's `rules`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Selection {
    /// On or off.
    pub(crate) enable: bool,
    /// Wildcard on the name.
    pub(crate) rule: Option<String>,
    /// A tag.
    pub(crate) tag: Option<String>,
}

/// What is to be described.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Describe {
    /// One rule; `None`: everything.
    pub(crate) rule: Option<String>,
    /// As JSON; else as text.
    pub(crate) json: bool,
}

/// What the child says; the bundle follows as bytes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Reply {
    /// Falco's verdict on each file that was loaded.
    pub(crate) files: Vec<FileVerdict>,
    /// Requirements of plugins that are not met.
    pub(crate) unmet_requirements: Vec<String>,
    /// The description that was asked for, or why there is none.
    pub(crate) described: Option<Result<String, String>>,
}

/// The verdict on one file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct FileVerdict {
    /// The file.
    pub(crate) name: String,
    /// Whether it was accepted.
    pub(crate) successful: bool,
    /// Whether there are warnings.
    pub(crate) has_warnings: bool,
    /// The first status of checking it against the schema of rules files.
    pub(crate) schema: String,
    /// `<file>: Ok` and the like.
    pub(crate) status_line: String,
    /// Everything, with places and quotes.
    pub(crate) verbose: String,
    /// The same for machines.
    pub(crate) json: Option<Value>,
}

/// Writes a header.
pub(crate) fn write_header<T: Serialize>(out: &mut impl Write, header: &T) -> io::Result<()> {
    let text = serde_json::to_vec(header)?;
    out.write_all(&(text.len() as u64).to_le_bytes())?;
    out.write_all(&text)
}

/// Reads a header.
pub(crate) fn read_header<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<T> {
    let mut length = [0; 8];
    input.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST_HEADER {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a message is too long"));
    }
    let mut text = Vec::new();
    input.take(length).read_to_end(&mut text)?;
    if text.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(serde_json::from_slice(&text)?)
}
