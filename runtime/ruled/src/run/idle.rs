//! A run without a driver: there are no events, and only time and signals to look after.

use std::ops::ControlFlow;
use std::os::fd::OwnedFd;

use engine::NullHost;
use events::Snapshot;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::{Open, Run};
use crate::exit::{Step, Stop};
use crate::pipeline::{Ended, Pipeline};
use crate::source::{Drained, Item, Source, SourceError};
use crate::start::{self, Ready};

pub(super) fn idle(run: Run<'_>, ready: Ready, open: Open<'_>) -> Step<Ended> {
    run.log.info("Loaded event sources: syscall");
    run.log.info("Enabled event sources: syscall");
    run.log.info("Opening 'syscall' source with no driver");
    let engine = start::engine(run.config, &ready, Box::new(NullHost));
    let bell =
        open.signals.bell().map_err(|error| Stop::fatal(format!("cannot wait for signals: {error}")))?;
    Pipeline::new(run.parts(engine, ready, open)).run(&mut Silence(bell))
}

/// How long nothing happens between two looks at the clock.
const PATIENCE: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

/// A source that never says anything.
struct Silence(OwnedFd);

impl Source for Silence {
    fn take_snapshot(&mut self) -> Result<Snapshot, SourceError> {
        Ok(Snapshot::default())
    }

    fn drain(&mut self, _: &mut impl FnMut(Item<'_>) -> ControlFlow<()>) -> Result<Drained, SourceError> {
        let mut waited = [PollFd::new(&self.0, PollFlags::IN)];
        let interrupted = poll(&mut waited, Some(&PATIENCE)).is_err();
        if !interrupted {
            // Whatever was written is only to wake.
            let _ = rustix::io::read(&self.0, &mut [0; 64]);
        }
        Ok(Drained::Idle)
    }
}
