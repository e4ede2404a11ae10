//! The configuration of a run: `falco.yaml`, what the command line changes in it, and what the short form assumes.

use std::path::{Path, PathBuf};

use settings::falco_yaml::config::{EngineKind, FalcoConfig};
use settings::tree::Node;

use crate::args::Options;
use crate::exit::{Step, Stop};
use crate::log::{Level, LogSettings};

/// Where the configuration is when nobody says.
pub(crate) const INSTALLED: &str = "/etc/falco/falco.yaml";

/// What the short form `ruled replay` assumes when no configuration is given: alerts on standard output, warnings on
/// standard error, container fields.
const SHORT_FORM: [&str; 6] = [
    "stdout_output.enabled=true",
    "log_stderr=true",
    "log_syslog=false",
    "log_level=warning",
    "plugins=[{name: container, library_path: libcontainer.so}]",
    "load_plugins=[container]",
];

/// A loaded configuration.
#[derive(Debug)]
pub(crate) struct Config {
    /// The file that was read, if any.
    pub(crate) file: Option<PathBuf>,
    /// Typed settings.
    pub(crate) falco: FalcoConfig,
    /// All values, for `--support`.
    pub(crate) root: Node,
    /// Files that were read, with what is wrong in each: `ok` or a text.
    pub(crate) files: Vec<(String, String)>,
    /// Further problems, ready to be logged.
    pub(crate) warnings: Vec<String>,
    /// Files and directories with rules, in load order.
    pub(crate) rules: Vec<String>,
    /// The bundle that the command line names.
    pub(crate) bundle: Option<PathBuf>,
}

impl Config {
    /// Loads the configuration for Falco's command line, or, with a `capture`, for the short form.
    pub(crate) fn load(options: &Options, capture: Option<&Path>) -> Step<Config> {
        let file = match &options.config {
            Some(path) if !path.exists() => {
                return Err(Stop::fatal(format!("Could not find configuration file at {}", path.display())));
            }
            Some(path) => Some(path.clone()),
            None if capture.is_none() && Path::new(INSTALLED).exists() => Some(PathBuf::from(INSTALLED)),
            None => None,
        };
        let mut overrides: Vec<String> = Vec::new();
        if let Some(capture) = capture {
            if file.is_none() {
                overrides.extend(SHORT_FORM.map(str::to_string));
            }
            overrides.push("engine.kind=replay".to_string());
            // JSON strings are YAML, whatever the path contains.
            let path = serde_json::Value::from(capture.display().to_string());
            overrides.push(format!("engine.replay.capture_file={path}"));
        }
        overrides.extend(options.option.iter().cloned());
        let lookup = |name: &str| std::env::var(name).ok();
        let loaded = settings::load(file.as_deref(), &overrides, &lookup)
            .map_err(|error| Stop::fatal(said(&error)))?;
        let (files, warnings) = by_file(&loaded);
        let rules = if options.rules.is_empty() {
            loaded.config.rules_files.clone()
        } else {
            options.rules.iter().map(|path| path.display().to_string()).collect()
        };
        let mut falco = loaded.config;
        if options.unbuffered {
            falco.outputs.buffered = false;
        }
        let bundle = options.bundle.clone();
        Ok(Config { file, falco, root: loaded.root, files, warnings, rules, bundle })
    }

    /// Falco's words when nothing configures the run.
    pub(crate) fn require_file(&self) -> Step<()> {
        match self.file {
            Some(_) => Ok(()),
            None => {
                Err(Stop::fatal(format!("You must create a config file at {INSTALLED} or by passing -c")))
            }
        }
    }

    /// Where the log goes.
    pub(crate) fn log(&self) -> LogSettings {
        let log = &self.falco.log;
        LogSettings {
            stderr: log.stderr,
            syslog: log.syslog,
            level: Level::parse(&log.level).unwrap_or(Level::Info),
            iso_8601: self.falco.format.iso_8601,
        }
    }

    /// Whether alerts go anywhere.
    pub(crate) fn has_output(&self) -> bool {
        let outputs = &self.falco.outputs;
        outputs.stdout
            || outputs.syslog
            || outputs.file.is_some()
            || outputs.program.is_some()
            || outputs.http.is_some()
            || self.falco.endpoints.exporter.is_some()
            || self.falco.endpoints.grpc.as_ref().is_some_and(|grpc| grpc.alerts)
    }

    /// Whether a port below 1024 is to be listened on.
    pub(crate) fn low_port(&self) -> bool {
        // `8765`, or an address that ends in `:8765`.
        let port = |path: &str| self.root.at(path)?.text()?.rsplit(':').next()?.parse::<u64>().ok();
        let paths = ["webserver.listen_port", "grpc.bind_address", "exporter.listen_address"];
        paths.into_iter().filter_map(port).any(|port| (1..1024).contains(&port))
    }

    /// The capture to replay, if that is what events come from.
    pub(crate) fn capture_file(&self) -> Option<&str> {
        match &self.falco.engine {
            EngineKind::Replay { capture_file } => Some(capture_file),
            _ => None,
        }
    }
}

/// The errors as they follow the word `Error: `.
pub(crate) fn said(error: &settings::LoadError) -> String {
    let text = error.to_string();
    text.strip_prefix("error: ").map_or_else(|| text.clone(), str::to_string)
}

/// Sorts the problems by the file they are in; the rest are those of the command line.
fn by_file(loaded: &settings::Loaded) -> (Vec<(String, String)>, Vec<String>) {
    let mut files: Vec<(String, String)> =
        loaded.files.iter().map(|name| (name.clone(), "ok".to_string())).collect();
    let mut others = Vec::new();
    for problem in &loaded.warnings {
        let name = match &problem.origin {
            settings::Origin::File { file, .. } => Some(file.to_string()),
            _ => None,
        };
        match files.iter_mut().find(|(known, _)| Some(known) == name.as_ref()) {
            Some((_, status)) if status == "ok" => *status = problem.to_string(),
            _ => others.push(problem.to_string()),
        }
    }
    (files, others)
}
