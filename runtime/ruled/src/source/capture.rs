//! Events of a capture file.

use std::fs::File;

use events::Snapshot;
use events::scap::{Reader, Record};

use super::{Drained, Flow, Item, Source, SourceError};

/// An open capture.
pub(crate) struct Capture {
    reader: Reader<File>,
}

impl Capture {
    /// Opens a capture and reads its tables.
    pub(crate) fn open(path: &str) -> Result<Capture, SourceError> {
        let file =
            File::open(path).map_err(|error| SourceError(format!("can't open file {path}: {error}")))?;
        let reader = Reader::new(file).map_err(|error| SourceError(error.to_string()))?;
        Ok(Capture { reader })
    }

    /// What was odd in it, in words.
    pub(crate) fn oddities(&self) -> Vec<String> {
        let notices = self.reader.notices();
        let mut lines: Vec<String> = notices
            .first
            .iter()
            .map(|notice| format!("capture: {} (at offset {})", notice.message, notice.offset))
            .collect();
        let more = notices.count.saturating_sub(lines.len() as u64);
        if more > 0 {
            lines.push(format!("capture: {more} further oddities"));
        }
        lines
    }

    /// The next item; `None` at the end.
    #[inline]
    pub(crate) fn next_item(&mut self) -> Result<Option<Item<'_>>, SourceError> {
        match self.reader.next_record() {
            Ok(Some(Record::Event(event))) => Ok(Some(Item::Event(event))),
            Ok(Some(Record::Section(snapshot))) => Ok(Some(Item::Snapshot(snapshot))),
            Ok(None) => Ok(None),
            Err(error) => Err(SourceError(error.to_string())),
        }
    }
}

impl Source for Capture {
    fn take_snapshot(&mut self) -> Result<Snapshot, SourceError> {
        Ok(self.reader.take_snapshot())
    }

    fn drain(&mut self, sink: &mut impl FnMut(Item<'_>) -> Flow) -> Result<Drained, SourceError> {
        while let Some(item) = self.next_item()? {
            if sink(item) == Flow::Stop {
                return Ok(Drained::More);
            }
        }
        Ok(Drained::End)
    }
}
