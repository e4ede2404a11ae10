//! Where events come from.

mod capture;

use std::fmt;

use events::{RawEvent, Snapshot};

pub(crate) use capture::Capture;

/// What a source gives next.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// An event.
    Event(RawEvent<'a>),
    /// The machine's state at this point: what was known before is to be forgotten.
    Snapshot(Box<Snapshot>),
}

/// Why a source gives no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceError(pub(crate) String);

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Gives a snapshot of the machine, then events.
pub(crate) trait Source {
    /// The machine's state before the first event.
    fn take_snapshot(&mut self) -> Snapshot;

    /// What comes next; `None` at the end.
    fn next_item(&mut self) -> Result<Option<Item<'_>>, SourceError>;
}
