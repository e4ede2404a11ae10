//! The program from its first line to its exit code: questions are answered, or rules are loaded and events processed.

use std::process::ExitCode;
use std::sync::Arc;

use engine::UtcOffset;

use crate::catalogue_view;
use crate::exit::{BUNDLE_REFUSED, FAILURE, HOST_UNFIT, Step, Stop};
use crate::invocation::Invocation;
use crate::log::Log;
use crate::pipeline::Ended;
use crate::rules::{Rules, Taken};
use crate::source::Capture;
use crate::start::{self, answers};
use crate::timing::StartUp;
use crate::{run, support};

/// The program.
pub(crate) fn main() -> ExitCode {
    let invocation = match Invocation::of_process() {
        Ok(invocation) => invocation,
        Err(code) => return code,
    };
    let mut log = Log::of_start();
    match once(&invocation, &mut log) {
        Ok(Ended::Finished | Ended::Interrupted) | Err(Stop::Done) => ExitCode::SUCCESS,
        Err(Stop::Fatal(text)) => {
            eprintln!("Error: {text}");
            FAILURE
        }
        Err(Stop::Refused(text)) => {
            eprintln!("Error: {text}");
            ExitCode::from(BUNDLE_REFUSED)
        }
        Err(Stop::Host(text)) => {
            eprintln!("Error: {text}");
            ExitCode::from(HOST_UNFIT)
        }
        Err(Stop::Runtime(text)) => {
            let text = format!("Runtime error: {text}. Exiting.");
            if !log.to_stderr() {
                eprintln!("{text}");
            }
            log.error(&text);
            FAILURE
        }
    }
}

/// One run.
fn once(invocation: &Invocation, log: &mut Log) -> Step<Ended> {
    let options = &invocation.options;
    answers::without_config(options)?;
    let config = Arc::new(start::config(invocation, log)?);
    answers::about_programs(options, &config, log)?;
    if invocation.replay.is_none() {
        config.require_file()?;
    }
    answers::about_plugins(options, &config)?;
    let plugins = start::plugins(options, &config, log)?;
    let catalogue = catalogue_view::of_config(&plugins, &config.falco);
    answers::about_fields(options, &config, &catalogue)?;
    let rules = Rules { options, config: &config, plugins: &plugins, log };
    if !options.validate.is_empty() {
        return rules.validate();
    }
    let mut start_up = StartUp::begin();
    let loading = rules.start()?;
    // The capture's tables are read while the rules compile; what is wrong with it is said afterwards.
    let capture = config.capture_file().filter(|_| !options.dry_run).map(Capture::open);
    let loaded = rules.finish(loading, &catalogue)?;
    start_up.compiled();
    start::warn_of_silent_sources(&loaded.program, log);
    if options.support {
        return answers::print(&support::report(&config, &plugins, &rules)?);
    }
    let ready = start::ready(&config, loaded.program, UtcOffset::default(), start_up, log)?;
    if let Some(taken) = loaded.taken.as_ref().filter(|_| !options.dry_run) {
        taken.remember(log)?;
    }
    if options.dry_run {
        log.debug("Skipping outputs initialization in dry-run");
        log.debug("Skipping signal handlers creation in dry-run");
        log.debug("Skipping pidfile creation in dry-run");
        log.debug("Skipping event processing in dry-run");
        return Ok(Ended::Finished);
    }
    let notices = loaded.taken.iter().filter_map(Taken::notice).collect();
    let run = run::Run { invocation, config: &config, log, identity: &loaded.identity, plugins: &plugins };
    run::run(run, ready, capture, notices)
}
