//! Processing of events: what a run opens, in order, and closes in reverse; then one function per kind of source.

mod idle;
mod live;
mod replay;

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use settings::falco_yaml::config::EngineKind;

use crate::catalogue_view::Plugin;
use crate::config::Config;
use crate::delivery::Delivery;
use crate::endpoints::{self, Serving};
use crate::exit::{Step, Stop};
use crate::invocation::Invocation;
use crate::log::Log;
use crate::pipeline::{Ended, Notice, Parts};
use crate::record::Recordings;
use crate::reload;
use crate::rules::Identity;
use crate::signals::Signals;
use crate::silence::Silence;
use crate::source::{Capture, SourceError};
use crate::start::Ready;
use crate::statistics::Statistics;
use crate::time_zone::LocalZone;

/// What a run depends on.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    /// The command line.
    pub(crate) invocation: &'a Invocation,
    /// The configuration.
    pub(crate) config: &'a Arc<Config>,
    /// Where the program reports.
    pub(crate) log: &'a Log,
    /// Which rules there are at the start.
    pub(crate) identity: &'a Identity,
    /// The loaded plugins.
    pub(crate) plugins: &'a [Plugin],
}

/// Processes events until the source ends or somebody asks for the end.
pub(crate) fn run(
    run: Run<'_>,
    mut ready: Ready,
    capture: Option<Result<Capture, SourceError>>,
    notices: Vec<Notice>,
) -> Step<Ended> {
    let signals = Signals::install()
        .map_err(|error| Stop::fatal(format!("Could not create signal handlers: {error}")))?;
    write_pid_file(run.invocation.options.pidfile.as_deref())?;
    if capture.is_none() && run.config.falco.engine == EngineKind::ModernEbpf {
        live::reduce_privileges(run)?;
    }
    let mut outputs = Delivery::open(run.config, &ready.format.hostname, run.log, signals.end_flag())?;
    let mut serving = endpoints::open(
        &endpoints::Context {
            config: run.config,
            hostname: &ready.format.hostname,
            identity: run.identity,
            plugins: run.plugins.iter().map(|p| (p.name.to_string(), p.version.to_string())).collect(),
            signals: &signals,
            log: run.log,
        },
        capture.is_some(),
    )?;
    serving.take_outputs().into_iter().for_each(|output| outputs.add(output));
    ready.format.parts = outputs.wants_parts();
    let mut statistics = Statistics::default();
    let reloads = reload::start(reload::Context {
        invocation: run.invocation.clone(),
        config: run.config.clone(),
        log: run.log.clone(),
        utc_offset: ready.utc_offset.clone(),
        alert_parts: ready.format.parts,
        bell: signals.clone(),
    })
    .map_err(|error| Stop::fatal(format!("cannot start a thread: {error}")))?;
    serving.set_reloads(&reloads);
    let open = Open {
        outputs: &mut outputs,
        statistics: &mut statistics,
        signals: &signals,
        reloads,
        notices,
        serving: &mut serving,
        replaying: capture.is_some(),
    };
    let ended = match capture {
        Some(capture) => replay::replay(run, ready, open, capture),
        None if run.config.falco.engine == EngineKind::NoDriver => idle::idle(run, ready, open),
        None => live::live(run, ready, open),
    };
    if ended == Ok(Ended::Interrupted) {
        outputs.hurry();
    }
    // The last alerts come to the servers' clients before the servers end.
    let heard = outputs.close();
    drop(serving);
    if heard && run.invocation.traced_rule().is_none() {
        // Whoever closed standard output does not want to know.
        let _ = io::stdout().lock().write_all(statistics.summary().as_bytes());
    }
    ended
}

/// What is open during a run.
struct Open<'a> {
    outputs: &'a mut Delivery,
    statistics: &'a mut Statistics,
    signals: &'a Signals,
    reloads: reload::Handle,
    notices: Vec<Notice>,
    serving: &'a mut Serving,
    replaying: bool,
}

impl<'a> Run<'a> {
    /// The parts of an event loop around an engine.
    fn parts(self, mut engine: engine::Engine, ready: Ready, open: Open<'a>) -> Parts<'a> {
        if open.serving.rule_costs {
            engine.measure_costs();
        }
        Parts {
            engine,
            format: ready.format,
            outputs: open.outputs,
            statistics: open.statistics,
            drops: &self.config.falco.event_drops,
            signals: open.signals,
            reloads: open.reloads,
            notices: open.notices,
            log: self.log,
            recordings: Recordings::new(
                self.invocation.options.record.as_deref(),
                &self.config.falco.capture,
            ),
            serving: open.serving,
            replaying: open.replaying,
            silence: Silence::new(self.config.falco.max_consecutive_timeouts),
            seconds: self.invocation.options.duration,
            start_up: ready.start_up,
            zone: LocalZone::of_process(),
            utc_offset: ready.utc_offset,
        }
    }
}

fn write_pid_file(path: Option<&Path>) -> Step<()> {
    let Some(path) = path.filter(|path| *path != Path::new("")) else {
        return Ok(());
    };
    std::fs::write(path, std::process::id().to_string())
        .map_err(|error| Stop::fatal(format!("Could not write pid to pidfile {}: {error}", path.display())))
}
