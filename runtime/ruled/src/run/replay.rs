//! A run over a capture file.

use std::time::Duration;

use engine::NullHost;

use super::{Open, Run};
use crate::exit::{Step, Stop};
use crate::pipeline::{Ended, Pipeline};
use crate::source::{Capture, SourceError};
use crate::start::{self, Ready};
use crate::{timing, trace};

pub(super) fn replay(
    run: Run<'_>,
    ready: Ready,
    open: Open<'_>,
    capture: Result<Capture, SourceError>,
) -> Step<Ended> {
    let Run { invocation, config, log, .. } = run;
    let name = config.capture_file().unwrap_or_default();
    let mut capture = capture
        .map_err(|error| Stop::fatal(format!("Could not open trace filename {name} for reading: {error}")))?;
    log.info(&format!("Replaying events from the capture file: {name}"));
    let engine = start::engine(config, &ready, Box::new(NullHost));
    if let Some(rule) = invocation.traced_rule() {
        return trace::run(engine, &mut capture, rule).map(|()| Ended::Finished);
    }
    let start = timing::cpu_seconds();
    let mut pipeline = Pipeline::new(run.parts(engine, ready, open));
    let ended = pipeline.run(&mut capture);
    for oddity in capture.oddities() {
        log.warning(&oddity);
    }
    if invocation.options.verbose {
        let (seconds, events) = (timing::cpu_seconds() - start, pipeline.events_seen());
        eprintln!(
            "Elapsed time: {seconds:.3}, Captured Events: {events}, {:.2} eps",
            events as f64 / seconds.max(1e-9)
        );
        eprintln!("{}\n{}", pipeline.start_up(), timing::resources());
    }
    eprint!("{}", pipeline.drop_summary());
    if ended == Ok(Ended::Finished) && invocation.options.duration > 0 {
        // Falco waits the whole time out, however short the capture is.
        return Ok(pipeline.linger(Duration::from_secs(invocation.options.duration)));
    }
    ended
}
