//! The spool's segments: which there are, how far they are written, and how they are found again after a restart.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::record::{self, Found};

/// What every segment begins with; the id of its first alert follows.
pub(super) const MAGIC: [u8; 8] = *b"RULEDSP1";

/// Bytes before the first record.
pub(super) const SEGMENT_HEAD: u64 = 16;

/// Segments by the id of their first alert, and what is known of them.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Written bytes of each segment.
    pub(super) segments: BTreeMap<u64, u64>,
    /// The id of the next alert.
    pub(super) end_id: u64,
}

/// What the writer and all readers share.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) directory: PathBuf,
    state: Mutex<State>,
    /// By output: the first id that it does not have yet.
    cursors: Mutex<HashMap<String, Arc<AtomicU64>>>,
}

/// What was wrong at the start.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    /// Bytes cut off the last segment.
    pub(super) cut: u64,
}

impl Log {
    /// Finds the segments of a directory. The last one is read to its end and a torn end
    /// is cut off; damage elsewhere is found by whoever reads there.
    pub(super) fn open(directory: &Path) -> io::Result<(Log, Repairs)> {
        let mut state = State { end_id: 1, ..State::default() };
        let mut repairs = Repairs::default();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if let Some(first) = entry.file_name().to_str().and_then(first_id) {
                state.segments.insert(first, entry.metadata()?.len());
            }
        }
        if let Some((first, length)) =
            state.segments.last_key_value().map(|(first, length)| (*first, *length))
        {
            let path = directory.join(name(first));
            let (good, end_id) = scan(&path, first)?;
            if good < length || good < SEGMENT_HEAD {
                repairs.cut = length - good;
                if good < SEGMENT_HEAD {
                    // Not even its head was written.
                    fs::remove_file(&path)?;
                    state.segments.remove(&first);
                } else {
                    OpenOptions::new().write(true).open(&path)?.set_len(good)?;
                    state.segments.insert(first, good);
                }
            }
            state.end_id = end_id.max(1);
        }
        let log =
            Log { directory: directory.to_path_buf(), state: Mutex::new(state), cursors: Mutex::default() };
        Ok((log, repairs))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn path(&self, first: u64) -> PathBuf {
        self.directory.join(name(first))
    }

    /// Begins a segment.
    pub(super) fn create(&self, first: u64) -> io::Result<File> {
        let path = self.path(first);
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&path)?;
        let mut head = MAGIC.to_vec();
        head.extend_from_slice(&first.to_le_bytes());
        if let Err(error) = file.write_all(&head) {
            let _ = fs::remove_file(&path);
            return Err(error);
        }
        self.state().segments.insert(first, SEGMENT_HEAD);
        Ok(file)
    }

    /// The place of an output, shared with the reader that moves it.
    pub(super) fn cursor(&self, output: &str, at: u64) -> Arc<AtomicU64> {
        let cursor = Arc::new(AtomicU64::new(at));
        let mut cursors = self.cursors.lock().unwrap_or_else(PoisonError::into_inner);
        cursors.insert(output.to_string(), Arc::clone(&cursor));
        cursor
    }

    /// Deletes segments that every output has read, and the oldest as long as there are more bytes than `most`. The
    /// last one always stays: it knows the next id.
    pub(super) fn clean(&self, most: u64) -> io::Result<()> {
        let read = {
            let cursors = self.cursors.lock().unwrap_or_else(PoisonError::into_inner);
            cursors.values().map(|cursor| cursor.load(Ordering::Acquire)).min().unwrap_or(u64::MAX)
        };
        loop {
            let first = {
                let mut state = self.state();
                let mut firsts = state.segments.keys().copied();
                let (Some(first), Some(second)) = (firsts.next(), firsts.next()) else { return Ok(()) };
                let bytes: u64 = state.segments.values().sum();
                if second > read && bytes <= most {
                    return Ok(());
                }
                state.segments.remove(&first);
                first
            };
            match fs::remove_file(self.path(first)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }

    /// Makes the names of new files survive a power failure.
    pub(super) fn sync_directory(&self) -> io::Result<()> {
        File::open(&self.directory)?.sync_all()
    }
}

fn name(first: u64) -> String {
    format!("{first:020}.segment")
}

fn first_id(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".segment")?;
    (digits.len() == 20).then(|| digits.parse().ok())?
}

/// Reads a segment to the end of its last whole record: bytes up to there, and the id that comes next.
fn scan(path: &Path, first: u64) -> io::Result<(u64, u64)> {
    let mut file = File::open(path)?;
    let mut head = [0; SEGMENT_HEAD as usize];
    if let Err(error) = file.read_exact(&mut head) {
        return if error.kind() == io::ErrorKind::UnexpectedEof { Ok((0, first)) } else { Err(error) };
    }
    let (mut good, mut next) = (SEGMENT_HEAD, first);
    if head[..8] != MAGIC || head[8..] != first.to_le_bytes() {
        // Its content cannot be trusted, its name can: ids go on from there.
        return Ok((0, first));
    }
    let mut bytes = Vec::new();
    let mut at = 0;
    loop {
        match record::find(&bytes[at..]) {
            Found::Record(content, length) => {
                if let Some(id) = record::id(content) {
                    next = next.max(id.saturating_add(1));
                }
                at += length;
                good += length as u64;
            }
            Found::Part(needed) => {
                bytes.drain(..at);
                at = 0;
                let wanted = needed.max(1 << 20).saturating_sub(bytes.len()) as u64;
                if (&mut file).take(wanted).read_to_end(&mut bytes)? == 0 {
                    return Ok((good, next));
                }
            }
            Found::Damage => return Ok((good, next)),
        }
    }
}
