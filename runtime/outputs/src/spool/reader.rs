//! An output's place in the spool.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::log::{Log, SEGMENT_HEAD};
use super::record::{self, Found};
use crate::alert::Alert;
use crate::counters::{SharedTally, add};
use crate::options::{Report, Severity};

/// Bytes that are read at a time.
const CHUNK: usize = 128 << 10;

/// Errors that say nothing about the file, as numbers of the system: no memory, and no more open files for the system or
/// for this process.
const PASSING: [i32; 3] = [12, 23, 24];

/// An open segment.
#[derive(Debug)]
struct Segment {
    first: u64,
    file: File,
    /// Where the next byte is to be read.
    offset: u64,
}

/// Reads alerts in the order of their ids and remembers which are done.
pub(crate) struct Reader {
    log: Arc<Log>,
    cursor: Arc<AtomicU64>,
    place: Place,
    tally: SharedTally,
    report: Report,
    output: Arc<str>,
    /// The id that is to be read next.
    next: u64,
    segment: Option<Segment>,
    /// Bytes that were read, and how many of them are used up.
    bytes: Vec<u8>,
    used: usize,
    /// The next alert, read already.
    peeked: Option<Alert>,
}

impl Reader {
    /// The reader of an output. One that was never here starts with the next alert.
    pub(super) fn open(
        log: &Arc<Log>,
        output: &Arc<str>,
        next_id: u64,
        tally: SharedTally,
        report: Report,
    ) -> io::Result<Reader> {
        let mut place = Place::open(log, output)?;
        let next = match place.remembered {
            Some(id) => id.min(next_id),
            None if place.is_damaged => {
                let text = format!("{output}: its place in the spool is damaged: it gets everything again");
                (report)(Severity::Warning, &text);
                log.state().segments.keys().next().map_or(next_id, |first| next_id.min(*first))
            }
            None => next_id,
        };
        place.remember(next)?;
        let cursor = log.cursor(output, next);
        tally.spool_next.store(next, Ordering::Release);
        Ok(Reader {
            log: Arc::clone(log),
            cursor,
            place,
            tally,
            report,
            output: Arc::clone(output),
            next,
            segment: None,
            bytes: Vec::new(),
            used: 0,
            peeked: None,
        })
    }

    /// The id that is to be read next.
    pub(crate) fn next_id(&self) -> u64 {
        self.next
    }

    /// The id of the next alert, if there is one before `end`.
    pub(crate) fn peek_id(&mut self, end: u64) -> Option<u64> {
        while self.peeked.is_none() && self.next < end {
            match self.read() {
                Ok(Some(alert)) => self.peeked = Some(alert),
                Ok(None) => break,
                Err(error) if error.raw_os_error().is_some_and(|number| PASSING.contains(&number)) => {
                    // Tried again with the next alert.
                    let text = format!("{}: the spool cannot be read now: {error}", self.output);
                    (self.report)(Severity::Error, &text);
                    break;
                }
                Err(error) => {
                    let text = format!("{}: the spool cannot be read: {error}", self.output);
                    self.skip(&text);
                }
            }
        }
        self.peeked.as_ref().map(|alert| alert.id)
    }

    /// Takes the alert whose id was seen.
    pub(crate) fn take(&mut self) -> Option<Alert> {
        self.peeked.take()
    }

    /// Alerts up to this one are done.
    pub(crate) fn advance(&mut self, id: u64) -> io::Result<()> {
        let next = id.saturating_add(1);
        self.cursor.store(next, Ordering::Release);
        self.tally.spool_next.store(next, Ordering::Release);
        self.place.remember(next)
    }

    /// Nobody reads on: segments need not stay for this output.
    pub(crate) fn leave(&self) {
        self.cursor.store(u64::MAX, Ordering::Release);
    }

    /// The next alert; `None`: no more in what is written.
    fn read(&mut self) -> io::Result<Option<Alert>> {
        loop {
            let Some(segment) = &mut self.segment else {
                if !self.open_segment()? {
                    return Ok(None);
                }
                continue;
            };
            match record::find(&self.bytes[self.used..]) {
                Found::Record(content, length) => {
                    let alert = match record::id(content) {
                        // What was delivered before the restart is passed over.
                        Some(id) if id < self.next => None,
                        _ => record::decode(content),
                    };
                    self.used += length;
                    if let Some(alert) = alert {
                        self.next = alert.id.saturating_add(1);
                        return Ok(Some(alert));
                    }
                }
                Found::Part(needed) => {
                    // Only written bytes are read, so that a part is never a record under way.
                    let written = self.log.state().segments.get(&segment.first).copied();
                    let end = match written {
                        Some(end) => end,
                        // Deleted for want of room: the open file still has everything.
                        None => segment.file.metadata()?.len(),
                    };
                    let left = usize::try_from(end.saturating_sub(segment.offset)).unwrap_or(usize::MAX);
                    if left == 0 {
                        if self.used < self.bytes.len() {
                            self.damaged("ends within an alert");
                        } else if !self.leave_segment() {
                            return Ok(None);
                        }
                        continue;
                    }
                    self.bytes.drain(..self.used);
                    self.used = 0;
                    let kept = self.bytes.len();
                    let more = needed.saturating_sub(kept).max(CHUNK).min(left);
                    self.bytes.resize(kept + more, 0);
                    let read = segment.file.read_at(&mut self.bytes[kept..], segment.offset);
                    let count = *read.as_ref().unwrap_or(&0);
                    self.bytes.truncate(kept + count);
                    segment.offset += count as u64;
                    if read? == 0 {
                        self.damaged("is shorter than it was");
                    }
                }
                Found::Damage => self.damaged("is damaged"),
            }
        }
    }

    /// Opens the segment with the next alert. `false`: there is none.
    fn open_segment(&mut self) -> io::Result<bool> {
        let first = {
            let state = self.log.state();
            let before = state.segments.range(..=self.next).next_back().map(|(first, _)| *first);
            match before.or_else(|| state.segments.keys().next().copied()) {
                Some(first) => first,
                None => return Ok(false),
            }
        };
        if first > self.next {
            self.lost(first, "were deleted from the full spool before they could be delivered");
        }
        let file = File::open(self.log.path(first))?;
        self.bytes.clear();
        self.used = 0;
        self.segment = Some(Segment { first, file, offset: SEGMENT_HEAD });
        Ok(true)
    }

    /// Goes on to the next segment, if there is one.
    fn leave_segment(&mut self) -> bool {
        let Some(segment) = &self.segment else { return false };
        let following = {
            let state = self.log.state();
            state.segments.range(segment.first.saturating_add(1)..).next().map(|(first, _)| *first)
        };
        let Some(following) = following else { return false };
        if following > self.next {
            // Ids that the spool could not take went another way; ids of deleted segments are counted as lost when they
            // are missed.
            self.missing(following);
        }
        self.segment = None;
        true
    }

    /// Ids between two segments: lost when a segment between them was deleted or damaged.
    fn missing(&mut self, following: u64) {
        let contiguous = self
            .segment
            .as_ref()
            .is_some_and(|segment| self.log.state().segments.contains_key(&segment.first));
        if contiguous {
            self.next = following;
        } else {
            self.lost(following, "were deleted from the full spool before they could be delivered");
        }
    }

    fn lost(&mut self, following: u64, how: &str) {
        let count = following.saturating_sub(self.next);
        add(&self.tally.dropped, count);
        let text = format!("{}: {count} alerts from id {} on {how}", self.output, self.next);
        (self.report)(Severity::Error, &text);
        self.next = following;
    }

    /// The rest of the segment is unreadable.
    fn damaged(&mut self, how: &str) {
        let Some(segment) = &self.segment else { return };
        let text =
            format!("{}: segment {} of the spool {how}", self.output, self.log.path(segment.first).display());
        self.skip(&text);
    }

    /// Goes on after the current segment.
    fn skip(&mut self, text: &str) {
        (self.report)(Severity::Error, text);
        let at = self.segment.as_ref().map_or(self.next, |segment| segment.first.max(self.next));
        let following = {
            let state = self.log.state();
            let after = self.segment.as_ref().map_or(at, |segment| segment.first);
            let next = state.segments.range(after.saturating_add(1)..).next().map(|(first, _)| *first);
            next.unwrap_or(state.end_id)
        };
        self.segment = None;
        self.bytes.clear();
        self.used = 0;
        if following > self.next {
            self.lost(following, "cannot be read");
        } else {
            self.next = self.next.saturating_add(1);
        }
    }
}

/// The file that remembers an output's place: two slots, written in turn, so that one is always whole.
#[derive(Debug)]
struct Place {
    file: File,
    remembered: Option<u64>,
    /// There is something, but nothing that was written here.
    is_damaged: bool,
    slot: u64,
}

const SLOT: usize = 16;

impl Place {
    fn open(log: &Log, output: &str) -> io::Result<Place> {
        let path = log.directory.join(format!("{}.cursor", super::file_name(output)));
        let file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)?;
        let mut remembered = None;
        let mut slot = 0;
        for index in 0..2 {
            let mut bytes = [0; SLOT];
            if file.read_exact_at(&mut bytes, index * SLOT as u64).is_err() {
                continue;
            }
            if let Some(id) = read_slot(&bytes)
                && remembered.is_none_or(|known| id > known)
            {
                remembered = Some(id);
                slot = 1 - index;
            }
        }
        let is_damaged = remembered.is_none() && file.metadata()?.len() > 0;
        Ok(Place { file, remembered, is_damaged, slot })
    }

    fn remember(&mut self, next: u64) -> io::Result<()> {
        let mut bytes = [0; SLOT];
        bytes[..8].copy_from_slice(&next.to_le_bytes());
        let sum = crc32fast::hash(&bytes[..8]);
        bytes[8..12].copy_from_slice(&sum.to_le_bytes());
        self.file.write_all_at(&bytes, self.slot * SLOT as u64)?;
        self.slot = 1 - self.slot;
        Ok(())
    }
}

fn read_slot(bytes: &[u8; SLOT]) -> Option<u64> {
    let (id, rest) = bytes.split_first_chunk::<8>()?;
    let sum = u32::from_le_bytes(*rest.first_chunk()?);
    (crc32fast::hash(id) == sum).then(|| u64::from_le_bytes(*id))
}

/// The place that a file of a finished run remembers.
pub(super) fn remembered(log: &Log, file_name: &str) -> Option<u64> {
    let output = file_name.strip_suffix(".cursor")?;
    let bytes = std::fs::read(log.directory.join(format!("{output}.cursor"))).ok()?;
    bytes.chunks_exact(SLOT).filter_map(|slot| read_slot(slot.try_into().ok()?)).max()
}
