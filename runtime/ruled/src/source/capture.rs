//! Events of a capture file.

use std::fs::File;
use std::ops::ControlFlow;

use events::Snapshot;
use events::scap::{Reader, Record};

use super::{Drained, Item, Source, SourceError};

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
}

impl Source for Capture {
    fn take_snapshot(&mut self) -> Result<Snapshot, SourceError> {
        Ok(self.reader.take_snapshot())
    }

    fn drain(&mut self, sink: &mut impl FnMut(Item<'_>) -> ControlFlow<()>) -> Result<Drained, SourceError> {
        let drained = self.reader.drain(|record| match record {
            Record::Event(ref event) => sink(Item::Event(event)),
            Record::Section(snapshot) => sink(Item::Snapshot(snapshot)),
        });
        match drained {
            Ok(true) => Ok(Drained::End),
            Ok(false) => Ok(Drained::More),
            Err(error) => Err(SourceError(error.to_string())),
        }
    }
}
