//! The steps from the command line to rules that are ready to run.

pub(crate) mod answers;
mod engine;

pub(crate) use engine::{Ready, engine, ready, strategy};

use catalogue::SYSCALL_SOURCE;
use settings::falco_yaml::config::EngineKind;

use crate::args::Options;
use crate::catalogue_view::{self, Plugin};
use crate::config::Config;
use crate::exit::Step;
use crate::invocation::Invocation;
use crate::log::{Level, Log, LogSettings};
use crate::time_zone::LocalZone;
use crate::versions;

/// Loads the configuration, lets the log go where it says, and reports what was found.
pub(crate) fn config(invocation: &Invocation, log: &mut Log) -> Step<Config> {
    let capture = invocation.replay.as_ref().map(|replay| replay.capture.as_path());
    let config = Config::load(&invocation.options, capture)?;
    *log = Log::new(config.log(), LocalZone::of_process());
    log.info(&format!("Falco version: {} ({})", versions::FALCO, std::env::consts::ARCH));
    let line: Vec<String> = std::env::args().collect();
    log.debug(&format!("CLI args: {}", line.join(" ")));
    config_files(&config, log);
    if config.falco.engine == EngineKind::ModernEbpf
        && let Ok(system) = std::fs::read_to_string("/proc/version")
    {
        log.info(&format!("System info: {system}"));
    }
    Ok(config)
}

/// Names the files that were read, and what is wrong in them.
fn config_files(config: &Config, log: &Log) {
    if config.file.is_some() {
        log.info("Falco initialized with configuration files:");
        for (name, status) in &config.files {
            let level = if status == "ok" { Level::Info } else { Level::Warning };
            log.write(level, &format!("   {name} | schema validation: {status}"));
        }
    }
    for warning in &config.warnings {
        log.warning(warning);
    }
    // Where a relative path leads depends on how the program was started, which is easily forgotten.
    if let Some(file) = config.falco.outputs.file.as_ref().filter(|file| !file.filename.starts_with('/'))
        && let Ok(absolute) = std::path::absolute(&file.filename)
    {
        log.info(&format!("file_output.filename is relative: alerts go to {}", absolute.display()));
    }
}

/// The plugins of the configuration, with what is to be said on them.
pub(crate) fn plugins(options: &Options, config: &Config, log: &Log) -> Step<Vec<Plugin>> {
    let plugins = catalogue_view::plugins(&config.falco)?;
    for Plugin { name, version, library } in &plugins {
        log.info(&format!("Loaded plugin '{name}@{version}' from file {library} (built in)"));
    }
    if options.print.is_some() {
        log.warning(
            "The -p/--print option is deprecated and will be removed. Use -o append_output=... instead.",
        );
    }
    Ok(plugins)
}

/// Says which rules cannot match because nothing gives their events.
pub(crate) fn warn_of_silent_sources(program: &ir::Program, log: &Log) {
    for source in program.sources.iter().filter(|source| ***source != *SYSCALL_SOURCE) {
        log.warning(&format!("rules for source '{source}' are loaded, but nothing gives such events yet"));
    }
}

impl Log {
    /// The log before the configuration says where it goes.
    pub(crate) fn of_start() -> Log {
        let settings = LogSettings { stderr: true, syslog: false, level: Level::Info, iso_8601: false };
        Log::new(settings, LocalZone::of_process())
    }
}
