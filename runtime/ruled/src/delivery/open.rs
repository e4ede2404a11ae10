//! From the settings of `falco.yaml` to open outputs.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use outputs::{
    FileOutput, GroupingOptions, HttpOptions, HttpOutput, Options, Output, Outputs, ProgramOutput,
    QueueOptions, RetryOptions, Rotation, Severity, SpoolOptions, StdoutOutput, SyncPolicy, SyslogOutput,
    SyslogSocket, WhenFull,
};
use settings::falco_yaml::outputs::{HttpSettings, SpoolSettings, SpoolSync};

use crate::config::Config;
use crate::exit::{Step, Stop};
use crate::log::{Level, Log};

const MIB: u64 = 1 << 20;

/// How long an output that stands still is waited for at the end of a replay, and how long a failed delivery is
/// repeated there. A live run repeats until it ends, and ends after `output_timeout`.
const REPLAY_PATIENCE: Duration = Duration::from_secs(10);

/// How long the end of a live run may take: less than the 15 s after which our service unit kills.
const LIVE_FAREWELL: Duration = Duration::from_secs(10);

/// How long alerts gather before they are written in a replay, where nobody waits for a single one.
const REPLAY_LINGER: Duration = Duration::from_millis(1);

/// Opens them all. Errors are those that only another configuration mends.
pub(super) fn open(config: &Config, log: &Log, interrupt: Arc<AtomicBool>) -> Step<(Outputs, QueueOptions)> {
    let settings = &config.falco.outputs;
    let replaying = config.capture_file().is_some();
    let queue = QueueOptions {
        capacity: usize::try_from(settings.queue_capacity).unwrap_or(0),
        max_bytes: usize::try_from(settings.queue_max_mb.saturating_mul(MIB)).unwrap_or(usize::MAX),
        when_full: if replaying { WhenFull::Wait } else { WhenFull::Drop },
        linger: if replaying { REPLAY_LINGER } else { Duration::ZERO },
        spool: false,
        retry: RetryOptions {
            first: Duration::from_millis(settings.retry_first_ms.max(1)),
            longest: Duration::from_millis(settings.retry_longest_ms.max(1)),
            give_up_after: replaying.then_some(REPLAY_PATIENCE),
            max_timeouts: None,
        },
    };
    let timeout = Duration::from_millis(settings.timeout_ms);
    let options = Options {
        timeout,
        patience: if replaying { timeout.max(REPLAY_PATIENCE) } else { timeout.max(Duration::from_secs(1)) },
        farewell: (!replaying).then_some(LIVE_FAREWELL),
        interrupt,
        spool: settings.spool.as_ref().map(|spool| spool_options(spool, &config.falco.state_dir)),
        grouping: settings
            .grouping
            .as_ref()
            .map(|grouping| GroupingOptions { window: grouping.window, fields: grouping.fields.clone() }),
        report: Arc::new({
            let log = log.clone();
            move |severity, text: &str| log.write(level(severity), text)
        }),
        ..Options::default()
    };
    let mut outputs = Outputs::new(options).map_err(|error| Stop::fatal(error.to_string()))?;
    let spooled = |name: &str| {
        let wanted = settings.spool.as_ref().map(|spool| &spool.outputs);
        wanted.is_some_and(|wanted| wanted.is_empty() || wanted.iter().any(|one| one == name))
    };
    let mut add = |output: Box<dyn Output>, retry: RetryOptions| {
        let options = QueueOptions { spool: spooled(output.name()), retry, ..queue.clone() };
        outputs.add(output, options);
    };
    if settings.stdout {
        let stdout = StdoutOutput::new()
            .map_err(|error| Stop::fatal(format!("cannot use standard output: {error}")))?;
        add(Box::new(stdout), queue.retry.clone());
    }
    if let Some(file) = &settings.file {
        let rotation = Rotation {
            max_bytes: file.max_size_mb.saturating_mul(MIB),
            keep: u32::try_from(file.keep).unwrap_or(u32::MAX),
        };
        add(Box::new(FileOutput::new(&file.filename, file.keep_alive, rotation)), queue.retry.clone());
    }
    if settings.syslog {
        add(Box::new(SyslogOutput::new(SyslogSocket::of_system())), queue.retry.clone());
    }
    if let Some(http) = &settings.http {
        let retry = RetryOptions { max_timeouts: Some(http.max_consecutive_timeouts), ..queue.retry.clone() };
        let output = HttpOutput::new(http_options(http, config.falco.format.json))
            .map_err(|error| Stop::fatal(format!("http_output: {error}")))?;
        add(Box::new(output), retry);
    }
    if let Some(program) = &settings.program {
        let limit = Duration::from_millis(program.timeout_ms);
        let output = ProgramOutput::new(&program.program, program.keep_alive, limit);
        add(Box::new(output), queue.retry.clone());
    }
    Ok((outputs, queue))
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Critical => Level::Critical,
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Notice => Level::Notice,
    }
}

fn spool_options(settings: &SpoolSettings, state_dir: &str) -> SpoolOptions {
    let directory = match settings.directory.as_str() {
        "" => PathBuf::from(state_dir).join("spool"),
        named => PathBuf::from(named),
    };
    let defaults = SpoolOptions::at(directory);
    SpoolOptions {
        max_bytes: settings.max_size_mb.saturating_mul(MIB),
        segment_bytes: settings.segment_size_mb.saturating_mul(MIB),
        sync: match settings.sync {
            SpoolSync::Never => SyncPolicy::Never,
            SpoolSync::Interval => SyncPolicy::Interval(Duration::from_secs(1)),
            SpoolSync::Always => SyncPolicy::Always,
        },
        ..defaults
    }
}

fn http_options(settings: &HttpSettings, json: bool) -> HttpOptions {
    HttpOptions {
        url: settings.url.clone(),
        user_agent: settings.user_agent.clone(),
        json,
        insecure: settings.insecure,
        ca_cert: settings.ca_cert.clone(),
        ca_bundle: settings.ca_bundle.clone(),
        ca_path: settings.ca_path.clone(),
        client: settings.mtls.then(|| (settings.client_cert.clone(), settings.client_key.clone())),
        echo: settings.echo,
        compress: settings.compress_uploads,
        keep_alive: settings.keep_alive,
        timeout: Duration::from_millis(settings.timeout_ms),
    }
}
