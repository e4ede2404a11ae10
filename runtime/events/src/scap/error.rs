//! What can be wrong with a capture file, and where.

use std::fmt;
use std::io;

use crate::raw::WireError;

/// Result of reading or writing a capture.
pub type Result<T> = std::result::Result<T, ScapError>;

/// Why a capture cannot be read any further.
#[derive(Debug)]
pub struct ScapError {
    /// Offset in the uncompressed stream of the byte, or of the block, that is the matter.
    pub offset: u64,
    /// What is the matter.
    pub kind: ScapErrorKind,
}

/// What is the matter with a capture.
#[derive(Debug)]
pub enum ScapErrorKind {
    /// Reading failed, or the compressed data is damaged.
    Read {
        /// The reader's error.
        error: io::Error,
        /// Whether it came from decompression.
        compressed: bool,
    },
    /// The input has no byte at all.
    Empty,
    /// The input does not begin with a section header.
    NotACapture {
        /// Its first four bytes.
        found: u32,
    },
    /// A section header with another magic number: another byte order, or no capture.
    Magic(u32),
    /// A major version that this reader does not know.
    Version {
        /// Major version of the file.
        major: u16,
        /// Minor version of the file.
        minor: u16,
    },
    /// The input ends inside of something.
    Truncated {
        /// Inside of what.
        inside: &'static str,
    },
    /// A block length that is too small or not a multiple of four.
    BlockLength(u32),
    /// The length after a block is not the one before it.
    Trailer {
        /// Length before the body.
        header: u32,
        /// Length after the body.
        trailer: u32,
    },
    /// An entry of a table that does not fit its block.
    Entry {
        /// Name of the block.
        block: &'static str,
    },
    /// A block that must not follow events.
    UnexpectedBlock(u32),
    /// An event that is longer than [`super::Limits`] allow.
    EventTooLong(u32),
    /// Tables that need more memory than [`super::Limits`] allow.
    TablesTooLarge,
    /// Damaged bytes of an event.
    Event(WireError),
    /// An event without parameter count whose length fits no number of parameters.
    Uncounted {
        /// Code of its type.
        code: u16,
    },
}

impl fmt::Display for ScapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at offset {} of the uncompressed capture)", self.kind, self.offset)
    }
}

impl fmt::Display for ScapErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use ScapErrorKind::*;
        match self {
            Read { error, compressed: false } => write!(f, "cannot read the capture: {error}"),
            Read { error, compressed: true } => write!(f, "damaged gzip data: {error}"),
            Empty => write!(f, "the capture is empty"),
            NotACapture { found } => write!(f, "not a capture file: it begins with {found:#010x}"),
            Magic(found) => write!(f, "invalid magic number {found:#010x} in a section header"),
            Version { major, minor } => {
                let (ours, _) = super::block::VERSION;
                write!(
                    f,
                    "capture version {major}.{minor} is newer than {ours}.x, the newest that can be read"
                )
            }
            Truncated { inside } => write!(f, "the capture ends inside of a {inside}"),
            BlockLength(len) => write!(f, "invalid block length {len}"),
            Trailer { header, trailer } => write!(f, "block length {header} is {trailer} at the block's end"),
            Entry { block } => write!(f, "an entry of the {block} does not fit its block"),
            UnexpectedBlock(code) => write!(f, "block of type {code:#x} among events"),
            EventTooLong(len) => write!(f, "event block of {len} bytes is too long"),
            TablesTooLarge => write!(f, "the tables before the events are too large"),
            Event(error) => write!(f, "damaged event: {error}"),
            Uncounted { code } => {
                write!(f, "damaged event of type {code}: its length fits no number of parameters")
            }
        }
    }
}

impl std::error::Error for ScapError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ScapErrorKind::Read { error, .. } => Some(error),
            _ => None,
        }
    }
}
