//! From a verified program to rules that can run, and the engine around them.

use std::sync::Arc;

use codegen::{Backend, Mode, Strategy};
use engine::fields::Settings;
use engine::format;
use engine::{Engine, HostLookup, Ruleset, UtcOffset};
use ir::render::Buffers;

use crate::config::Config;
use crate::exit::{Step, Stop};
use crate::host::Roots;
use crate::log::Log;
use crate::timing::StartUp;

/// Rules that are ready to run, and how their alerts are written.
pub(crate) struct Ready {
    /// The rules.
    pub(crate) ruleset: Arc<Ruleset>,
    /// The form of alerts.
    pub(crate) format: format::Options,
    /// How far local time is ahead of UTC; the event loop keeps it right for the time of events.
    pub(crate) utc_offset: UtcOffset,
    /// How long everything took.
    pub(crate) start_up: StartUp,
}

/// Makes a program ready to run.
pub(crate) fn ready(
    config: &Config,
    program: ir::Program,
    utc_offset: UtcOffset,
    mut start_up: StartUp,
    log: &Log,
) -> Step<Ready> {
    if !config.has_output() {
        return Err(Stop::fatal(
            "No output configured, please make sure at least one output is configured and enabled.",
        ));
    }
    let hostname = hostname(log)?;
    let settings = field_settings(config, &hostname, &utc_offset);
    let ruleset =
        Ruleset::new(program, settings, Mode::Automatic).map_err(|error| Stop::Runtime(error.to_string()))?;
    start_up.ready(ruleset.filters().stats().generating);
    if let Backend::Refused(reason) = ruleset.filters().backend() {
        log.warning(&format!("rules are not compiled to machine code, which costs time: {reason}"));
    }
    let format = alert_format(config, &hostname, &utc_offset);
    Ok(Ready { ruleset: Arc::new(ruleset), format, utc_offset, start_up })
}

/// The engine for these rules.
pub(crate) fn engine(config: &Config, ready: &Ready, host: Box<dyn HostLookup + Send>) -> Engine {
    let falco = &config.falco;
    let defaults = engine::Options::default();
    let options = engine::Options {
        max_threads: match usize::try_from(falco.thread_table_size) {
            Ok(size) if size > 0 && config.capture_file().is_none() => size,
            _ => defaults.max_threads,
        },
        purge_interval_ns: falco.thread_purge_interval_s.saturating_mul(1_000_000_000),
        thread_timeout_ns: falco.thread_purge_timeout_s.saturating_mul(1_000_000_000),
        own_pid: host.is_live().then(|| Roots::of_environment().own_process().into()),
        ..defaults
    };
    Engine::new(ready.ruleset.clone(), strategy(config), ready.format.clone(), options, host)
}

/// Whether the first matching rule alerts, or every one.
pub(crate) fn strategy(config: &Config) -> Strategy {
    if config.falco.match_all { Strategy::All } else { Strategy::First }
}

/// What fields show that comes from the configuration.
fn field_settings(config: &Config, hostname: &str, utc_offset: &UtcOffset) -> Settings {
    let replaying = config.capture_file().is_some();
    Settings {
        hostname: if replaying { Box::default() } else { hostname.into() },
        utc_offset: utc_offset.clone(),
        buffers: buffers(config),
        static_fields: config
            .falco
            .static_fields
            .iter()
            .map(|field| (field.name.as_str().into(), field.value.as_str().into()))
            .collect(),
    }
}

fn alert_format(config: &Config, hostname: &str, utc_offset: &UtcOffset) -> format::Options {
    let form = &config.falco.format;
    format::Options {
        json: form.json,
        include_output: form.json_output_property,
        include_message: form.json_message_property,
        include_output_fields: form.json_output_fields_property,
        include_tags: form.json_tags_property,
        iso_8601: form.iso_8601,
        escape_text: false,
        hostname: hostname.into(),
        utc_offset: utc_offset.clone(),
        buffers: buffers(config),
        parts: false,
    }
}

fn buffers(config: &Config) -> Buffers {
    if config.falco.format.buffer_base64 { Buffers::Base64 } else { Buffers::Dots }
}

fn hostname(log: &Log) -> Step<String> {
    if let Some(name) = std::env::var_os("FALCO_HOSTNAME") {
        let name = name.to_string_lossy().into_owned();
        log.info(&format!("Hostname value has been overridden via environment variable to: {name}"));
        return Ok(name);
    }
    match nix::unistd::gethostname() {
        Ok(name) => Ok(name.to_string_lossy().into_owned()),
        Err(_) => Err(Stop::fatal("Failed to get hostname")),
    }
}
