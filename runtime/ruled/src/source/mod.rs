//! Where events come from.

mod capture;
mod live;

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use endpoints::metrics::ProgramNumbers;
use engine::state::HostNames;
use events::{RawEvent, Snapshot};
use ir::Program;

use crate::drops::SourceCounters;

pub(crate) use capture::Capture;
pub(crate) use live::Live;

/// What a source gives next.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// An event. By reference: copying one for each step of its way would cost more than reading it.
    Event(&'a RawEvent<'a>),
    /// The machine's state at this point: what was known before is to be forgotten.
    Snapshot(Box<Snapshot>),
    /// What host names stand for from now on.
    HostNames(HostNames),
}

/// Why a source gives no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceError(pub(crate) String);

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far a source came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drained {
    /// There may be more at once.
    More,
    /// Nothing came for a while.
    Idle,
    /// There is no more.
    End,
}

/// Gives a snapshot of the machine, then events.
pub(crate) trait Source {
    /// The machine's state before the first event.
    fn take_snapshot(&mut self) -> Result<Snapshot, SourceError>;

    /// Gives what comes next to `sink`, until that breaks off or there is nothing for now. Waits a moment for the first
    /// item if it must, so that the caller can look after other things. A live source cannot keep what `sink` no longer
    /// wants: it is lost.
    fn drain(&mut self, sink: &mut impl FnMut(Item<'_>) -> ControlFlow<()>) -> Result<Drained, SourceError>;

    /// Other rules are in use: from now on, gives what they need. What the user should know, one line each.
    fn follow(&mut self, _rules: &Program) -> Result<Vec<String>, SourceError> {
        Ok(Vec::new())
    }

    /// What was seen and lost so far; may be a moment old.
    fn counters(&mut self) -> SourceCounters {
        SourceCounters::default()
    }

    /// The same by CPU, seen and lost, when it is counted.
    fn cpu_counters(&self) -> &[(u64, u64)] {
        &[]
    }

    /// What programs in the kernel cost so far, if that is measured.
    fn program_runs(&self) -> Arc<[ProgramNumbers]> {
        Arc::default()
    }
}
