//! Alerts on disk until every output has them: append-only segments with checksums, and each output's place.
//!
//! The writer appends alerts before any output sees them; outputs then read the segments, each at its own pace. Whatever
//! way the process ends, the next one goes on where each output was. An output may get an alert twice then (the id is
//! the same), but never misses one. `docs/outputs.md` describes the files.

mod dead_letter;
mod log;
mod reader;
mod record;
mod writer;

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

pub(crate) use dead_letter::DeadLetters;
pub(crate) use reader::Reader;
pub(crate) use writer::Entrance;

use crate::counters::SharedTally;
use crate::lane::Lane;
use crate::options::{Options, Severity, SpoolOptions, WhenFull};
use log::Log;

/// Why a spool cannot be used.
#[derive(Debug)]
pub enum SpoolError {
    /// Another process uses it.
    InUse(PathBuf),
    /// The operating system refuses.
    Io(PathBuf, io::Error),
}

impl fmt::Display for SpoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SpoolError::InUse(path) => {
                write!(f, "the spool in {} is used by another process", path.display())
            }
            SpoolError::Io(path, error) => {
                write!(f, "the spool in {} cannot be used: {error}", path.display())
            }
        }
    }
}

impl std::error::Error for SpoolError {}

/// An open spool.
#[derive(Debug)]
pub(crate) struct Spool {
    options: SpoolOptions,
    /// Settings of all outputs together.
    outputs: Options,
    log: Arc<Log>,
    next_id: u64,
    /// Held as long as this process uses the directory.
    _lock: File,
}

impl Spool {
    /// Opens the directory and finds out what is in it.
    pub(crate) fn open(options: SpoolOptions, outputs: Options) -> Result<Spool, SpoolError> {
        let failed = |error| SpoolError::Io(options.directory.clone(), error);
        // The lock comes first: whoever holds it may be writing.
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&options.directory).map_err(failed)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(options.directory.join("lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(SpoolError::InUse(options.directory.clone())),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let (log, repairs) = Log::open(&options.directory).map_err(failed)?;
        if repairs.cut > 0 {
            let text = format!(
                "the spool in {} ended within an alert: {} bytes were cut off",
                options.directory.display(),
                repairs.cut
            );
            (outputs.report)(Severity::Warning, &text);
        }
        // Alerts that could not be written had ids, too: outputs that got them remember.
        let mut next_id = log.state().end_id;
        for entry in fs::read_dir(&options.directory).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let remembered = name.to_str().and_then(|name| reader::remembered(&log, name));
            next_id = next_id.max(remembered.unwrap_or(0));
        }
        Ok(Spool { options, outputs, log: Arc::new(log), next_id, _lock: lock })
    }

    /// The id of the next alert.
    pub(crate) fn next_id(&self) -> u64 {
        self.next_id
    }

    /// The reader of an output, at the place where it was.
    pub(crate) fn reader(&self, output: &Arc<str>, tally: SharedTally) -> Result<Reader, SpoolError> {
        tally.spool_end.store(self.next_id, Ordering::Release);
        Reader::open(&self.log, output, self.next_id, tally, self.outputs.report.clone())
            .map_err(|error| SpoolError::Io(self.options.directory.clone(), error))
    }

    /// Where refused alerts go.
    pub(crate) fn dead_letters(&self) -> DeadLetters {
        DeadLetters {
            directory: Arc::new(self.options.directory.clone()),
            max_bytes: self.options.max_dead_letter_bytes,
        }
    }

    /// Starts the writer.
    pub(crate) fn start(&self, lanes: Vec<Lane>, when_full: WhenFull) -> io::Result<Entrance> {
        Entrance::start(Arc::clone(&self.log), self.options.clone(), lanes, when_full, self.outputs.clone())
    }
}

/// An output's name as part of a file's name.
fn file_name(output: &str) -> String {
    output.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' }).collect()
}
