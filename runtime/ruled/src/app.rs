//! The program's steps in order, and their undoing in reverse.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use catalogue::SYSCALL_SOURCE;
use clap::Parser;
use clap::error::ErrorKind;
use codegen::{Backend, Mode, Strategy};
use engine::fields::Settings;
use engine::{Engine, NullHost, Ruleset, UtcOffset};
use ir::render::Buffers;
use settings::falco_yaml::config::EngineKind;

use crate::args::{Arguments, Command, Options};
use crate::catalogue_view::{self, Plugin};
use crate::config::Config;
use crate::exit::{FAILURE, Step, Stop};
use crate::log::{Level, Log, LogSettings};
use crate::output::Outputs;
use crate::pipeline::{Ended, Parts, Pipeline};
use crate::rules::Rules;
use crate::signals::{Request, Signals};
use crate::source::Capture;
use crate::statistics::Statistics;
use crate::time_zone::LocalZone;
use crate::timing::{self, StartUp};
use crate::{listing, schema, select_sources, support, trace, versions};

/// The program.
pub(crate) fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            // Falco ends with 1 here, too, where the parser's own code would be 2.
            let _ = error.print();
            return FAILURE;
        }
    };
    let (replay, options) = match arguments.command {
        Some(Command::Replay(replay)) => {
            (Some(ShortForm { capture: replay.capture, trace: replay.trace }), replay.options)
        }
        None => (None, arguments.options),
    };
    loop {
        let mut app = App { options: &options, replay: replay.as_ref(), log: Log::of_start() };
        match app.run() {
            Ok(Ended::Reload) => {}
            Ok(Ended::Finished | Ended::Interrupted) | Err(Stop::Done) => return ExitCode::SUCCESS,
            Err(Stop::Fatal(text)) => {
                eprintln!("Error: {text}");
                return FAILURE;
            }
            Err(Stop::Runtime(text)) => {
                let text = format!("Runtime error: {text}. Exiting.");
                if !app.log.to_stderr() {
                    eprintln!("{text}");
                }
                app.log.error(&text);
                return FAILURE;
            }
        }
    }
}

/// `ruled replay`.
struct ShortForm {
    capture: PathBuf,
    trace: Option<String>,
}

/// One run.
struct App<'a> {
    options: &'a Options,
    replay: Option<&'a ShortForm>,
    log: Log,
}

impl App<'_> {
    fn run(&mut self) -> Step<Ended> {
        let options = self.options;
        if options.config_schema {
            return print(&schema::configuration());
        }
        if options.rule_schema {
            return print(&schema::rules_files());
        }
        if options.ignored_events {
            return print(&listing::ignored_events());
        }
        if options.list_events {
            return print(&listing::events(options.list_format()));
        }
        let config = self.load_config()?;
        if options.version {
            let plugins = catalogue_view::plugins(&config.falco)?;
            let text = if config.falco.format.json {
                let loaded = plugins.iter().map(|plugin| (plugin.name.as_str(), plugin.version));
                format!("{}\n", versions::json(loaded))
            } else {
                versions::text()
            };
            return print(&text);
        }
        if options.page_size {
            let size =
                nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok().flatten().unwrap_or(4096);
            self.log.info(&format!("Your system page size is: {size} bytes"));
            return Err(Stop::Done);
        }
        if self.replay.is_none() {
            config.require_file()?;
        }
        if let Some(name) = &options.plugin_info {
            return print(&listing::plugin_info(&config.falco, name)?);
        }
        if options.list_plugins {
            return print(&listing::plugins(&config.falco)?);
        }
        let plugins = catalogue_view::plugins(&config.falco)?;
        for Plugin { name, version, library } in &plugins {
            self.log.info(&format!("Loaded plugin '{name}@{version}' from file {library} (built in)"));
        }
        if options.print.is_some() {
            self.log.warning(
                "The -p/--print option is deprecated and will be removed. Use -o append_output=... instead.",
            );
        }
        let catalogue = catalogue_view::of_config(&plugins, &config.falco);
        if let Some(source) = &options.list {
            let format = options.list_format();
            return print(&listing::fields(&catalogue, source, format, options.names_only, options.verbose)?);
        }
        if config.capture_file().is_none() {
            select_sources::check(&catalogue, &options.enable_source, &options.disable_source)?;
        }
        let rules = Rules { options, config: &config, plugins: &plugins, log: &self.log };
        if !options.validate.is_empty() {
            return rules.validate();
        }
        let mut start_up = StartUp::begin();
        let loading = rules.start()?;
        // The capture's tables are read while the rules compile; what is wrong with it is said afterwards.
        let capture = config.capture_file().filter(|_| !options.dry_run).map(Capture::open);
        let program = rules.finish(loading, &catalogue)?;
        start_up.compiled();
        for source in program.sources.iter().filter(|source| ***source != *SYSCALL_SOURCE) {
            self.log.warning(&format!(
                "rules for source '{source}' are loaded, but nothing gives such events yet"
            ));
        }
        if options.support {
            return print(&support::report(&config, &plugins, &rules)?);
        }
        self.process(&config, program, capture, start_up)
    }

    fn load_config(&mut self) -> Step<Config> {
        let config = Config::load(self.options, self.replay.map(|replay| replay.capture.as_path()))?;
        self.log = Log::new(config.log(), LocalZone::of_process());
        self.log.info(&format!("Falco version: {} ({})", versions::FALCO, std::env::consts::ARCH));
        let line: Vec<String> = std::env::args().collect();
        self.log.debug(&format!("CLI args: {}", line.join(" ")));
        if config.file.is_some() {
            self.log.info("Falco initialized with configuration files:");
            for (name, status) in &config.files {
                let level = if status == "ok" { Level::Info } else { Level::Warning };
                self.log.write(level, &format!("   {name} | schema validation: {status}"));
            }
        }
        for warning in &config.warnings {
            self.log.warning(warning);
        }
        if config.falco.engine == EngineKind::ModernEbpf
            && let Ok(system) = std::fs::read_to_string("/proc/version")
        {
            self.log.info(&format!("System info: {system}"));
        }
        Ok(config)
    }

    fn process(
        &self,
        config: &Config,
        program: ir::Program,
        capture: Option<Result<Capture, crate::source::SourceError>>,
        mut start_up: StartUp,
    ) -> Step<Ended> {
        let falco = &config.falco;
        if !config.has_output() {
            return Err(Stop::fatal(
                "No output configured, please make sure at least one output is configured and enabled.",
            ));
        }
        let hostname = self.hostname()?;
        // The event loop keeps it right for the time of events.
        let utc_offset = UtcOffset::default();
        let buffers = if falco.format.buffer_base64 { Buffers::Base64 } else { Buffers::Dots };
        let replaying = config.capture_file().is_some();
        let settings = Settings {
            hostname: if replaying { Box::default() } else { hostname.as_str().into() },
            utc_offset: utc_offset.clone(),
            buffers,
            static_fields: falco
                .static_fields
                .iter()
                .map(|field| (field.name.as_str().into(), field.value.as_str().into()))
                .collect(),
        };
        let ruleset = Ruleset::new(program, settings, Mode::Automatic)
            .map_err(|error| Stop::Runtime(error.to_string()))?;
        start_up.ready(ruleset.filters().stats().generating);
        if let Backend::Refused(reason) = ruleset.filters().backend() {
            self.log.warning(&format!("rules are not compiled to machine code, which costs time: {reason}"));
        }
        if self.options.dry_run {
            self.log.debug("Skipping outputs initialization in dry-run");
            self.log.debug("Skipping signal handlers creation in dry-run");
            self.log.debug("Skipping pidfile creation in dry-run");
            self.log.debug("Skipping event processing in dry-run");
            return Ok(Ended::Finished);
        }
        let format = engine::format::Options {
            json: falco.format.json,
            include_output: falco.format.json_output_property,
            include_message: falco.format.json_message_property,
            include_output_fields: falco.format.json_output_fields_property,
            include_tags: falco.format.json_tags_property,
            iso_8601: falco.format.iso_8601,
            escape_text: false,
            hostname: hostname.as_str().into(),
            utc_offset: utc_offset.clone(),
            buffers,
        };
        let ruleset = Arc::new(ruleset);
        let signals = Signals::install()
            .map_err(|error| Stop::fatal(format!("Could not create signal handlers: {error}")))?;
        self.write_pid_file()?;
        let mut outputs = Outputs::open(&falco.outputs, self.log.clone());
        let mut statistics = Statistics::default();
        let ended = match capture {
            Some(capture) => {
                let parts = Parts {
                    engine: self.engine(config, &ruleset, format.clone()),
                    format,
                    outputs: &mut outputs,
                    statistics: &mut statistics,
                    drops: &falco.event_drops,
                    signals: &signals,
                    log: &self.log,
                    seconds: self.options.duration,
                    start_up,
                    zone: LocalZone::of_process(),
                    utc_offset,
                };
                self.replay(config, capture, parts)
            }
            None if falco.engine == EngineKind::NoDriver => self.idle(&signals),
            None => Err(Stop::fatal(
                "this build has no probe for live events; replay a capture with engine.kind=replay",
            )),
        };
        drop(outputs);
        // Whoever closed standard output does not want to know.
        if self.replay.is_none_or(|replay| replay.trace.is_none()) {
            let _ = io::stdout().lock().write_all(statistics.summary(ruleset.program()).as_bytes());
        }
        ended
    }

    fn engine(&self, config: &Config, ruleset: &Arc<Ruleset>, format: engine::format::Options) -> Engine {
        let falco = &config.falco;
        let defaults = engine::Options::default();
        let options = engine::Options {
            max_threads: match usize::try_from(falco.thread_table_size) {
                Ok(size) if size > 0 && config.capture_file().is_none() => size,
                _ => defaults.max_threads,
            },
            purge_interval_ns: falco.thread_purge_interval_s.saturating_mul(1_000_000_000),
            thread_timeout_ns: falco.thread_purge_timeout_s.saturating_mul(1_000_000_000),
            ..defaults
        };
        let strategy = if falco.match_all { Strategy::All } else { Strategy::First };
        Engine::new(ruleset.clone(), strategy, format, options, Box::new(NullHost))
    }

    fn replay(
        &self,
        config: &Config,
        capture: Result<Capture, crate::source::SourceError>,
        parts: Parts<'_>,
    ) -> Step<Ended> {
        let name = config.capture_file().unwrap_or_default();
        let mut capture = capture.map_err(|error| {
            Stop::fatal(format!("Could not open trace filename {name} for reading: {error}"))
        })?;
        self.log.info(&format!("Replaying events from the capture file: {name}"));
        if let Some(rule) = self.replay.and_then(|replay| replay.trace.as_deref()) {
            return trace::run(parts.engine, &mut capture, rule).map(|()| Ended::Finished);
        }
        let start = timing::cpu_seconds();
        let mut pipeline = Pipeline::new(parts);
        let ended = pipeline.run(&mut capture);
        for oddity in capture.oddities() {
            self.log.warning(&oddity);
        }
        if self.options.verbose {
            let (seconds, events) = (timing::cpu_seconds() - start, pipeline.events_seen());
            eprintln!(
                "Elapsed time: {seconds:.3}, Captured Events: {events}, {:.2} eps",
                events as f64 / seconds.max(1e-9)
            );
            eprintln!("{}\n{}", pipeline.start_up(), timing::resources());
        }
        eprint!("{}", pipeline.drop_summary());
        if ended == Ok(Ended::Finished) && self.options.duration > 0 {
            // Falco waits the whole time out, however short the capture is.
            std::thread::sleep(Duration::from_secs(self.options.duration));
        }
        ended
    }

    /// Without a driver there are no events: waits for the end.
    fn idle(&self, signals: &Signals) -> Step<Ended> {
        self.log.info("Loaded event sources: syscall");
        self.log.info("Enabled event sources: syscall");
        self.log.info("Opening 'syscall' source with no driver");
        let start = std::time::Instant::now();
        loop {
            match signals.take() {
                Some(Request::End) => return Ok(Ended::Interrupted),
                Some(Request::Reload) => return Ok(Ended::Reload),
                Some(Request::Reopen) | None => {}
            }
            if self.options.duration > 0 && start.elapsed().as_secs() >= self.options.duration {
                return Ok(Ended::Finished);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn hostname(&self) -> Step<String> {
        if let Some(name) = std::env::var_os("FALCO_HOSTNAME") {
            let name = name.to_string_lossy().into_owned();
            self.log.info(&format!("Hostname value has been overridden via environment variable to: {name}"));
            return Ok(name);
        }
        match nix::unistd::gethostname() {
            Ok(name) => Ok(name.to_string_lossy().into_owned()),
            Err(_) => Err(Stop::fatal("Failed to get hostname")),
        }
    }

    fn write_pid_file(&self) -> Step<()> {
        let Some(path) = self.options.pidfile.as_deref().filter(|path| *path != Path::new("")) else {
            return Ok(());
        };
        std::fs::write(path, std::process::id().to_string()).map_err(|error| {
            Stop::fatal(format!("Could not write pid to pidfile {}: {error}", path.display()))
        })
    }
}

/// Prints what was asked for; then all is done.
fn print(text: &str) -> Step<Ended> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Err(Stop::Done),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Stop::Done),
        Err(error) => Err(Stop::fatal(format!("cannot write: {error}"))),
    }
}

impl Log {
    /// The log before the configuration says where it goes.
    fn of_start() -> Log {
        let settings = LogSettings { stderr: true, syslog: false, level: Level::Info, iso_8601: false };
        Log::new(settings, LocalZone::of_process())
    }
}
