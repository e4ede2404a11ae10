//! A run without a driver: there are no events, and only time and signals to look after.

use std::ops::ControlFlow;
use std::time::Duration;

use engine::NullHost;
use events::Snapshot;

use super::{Open, Run};
use crate::exit::Step;
use crate::pipeline::{Ended, Pipeline};
use crate::source::{Drained, Item, Source, SourceError};
use crate::start::{self, Ready};

pub(super) fn idle(run: Run<'_>, ready: Ready, open: Open<'_>) -> Step<Ended> {
    run.log.info("Loaded event sources: syscall");
    run.log.info("Enabled event sources: syscall");
    run.log.info("Opening 'syscall' source with no driver");
    let engine = start::engine(run.config, &ready, Box::new(NullHost));
    Pipeline::new(run.parts(engine, ready, open)).run(&mut Silence)
}

/// A source that never says anything.
struct Silence;

impl Source for Silence {
    fn take_snapshot(&mut self) -> Result<Snapshot, SourceError> {
        Ok(Snapshot::default())
    }

    fn drain(&mut self, _: &mut impl FnMut(Item<'_>) -> ControlFlow<()>) -> Result<Drained, SourceError> {
        std::thread::sleep(Duration::from_millis(100));
        Ok(Drained::Idle)
    }
}
