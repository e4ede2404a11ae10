//! A run without a driver: there are no events, and only signals to wait for.

use std::time::{Duration, Instant};

use super::Run;
use crate::exit::Step;
use crate::pipeline::Ended;
use crate::signals::{Request, Signals};

pub(super) fn idle(run: Run<'_>, signals: &Signals) -> Step<Ended> {
    run.log.info("Loaded event sources: syscall");
    run.log.info("Enabled event sources: syscall");
    run.log.info("Opening 'syscall' source with no driver");
    let start = Instant::now();
    let seconds = run.invocation.options.duration;
    loop {
        match signals.take() {
            Some(Request::End) => return Ok(Ended::Interrupted),
            Some(Request::Reload) => return Ok(Ended::Reload),
            Some(Request::Reopen) | None => {}
        }
        if seconds > 0 && start.elapsed().as_secs() >= seconds {
            return Ok(Ended::Finished);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
