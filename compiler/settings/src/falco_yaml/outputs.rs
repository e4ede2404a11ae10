//! Where alerts go, and how they wait: the typed settings.

use std::time::Duration;

use super::duration::duration;
use super::reader::Reader;
use crate::origin::Problem;

/// Where alerts go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outputs {
    /// Standard output.
    pub stdout: bool,
    /// Syslog.
    pub syslog: bool,
    /// A file.
    pub file: Option<FileSettings>,
    /// A program.
    pub program: Option<ProgramSettings>,
    /// An HTTP endpoint.
    pub http: Option<HttpSettings>,
    /// Buffer standard output.
    pub buffered: bool,
    /// Alerts that may wait for one output; 0: as many as `queue_max_mb` allows.
    pub queue_capacity: u64,
    /// Megabytes of alerts that may wait for one output.
    pub queue_max_mb: u64,
    /// Milliseconds after which a slow output is reported.
    pub timeout_ms: u64,
    /// Milliseconds before a failed delivery is repeated for the first time.
    pub retry_first_ms: u64,
    /// Milliseconds between repetitions in the end.
    pub retry_longest_ms: u64,
    /// Alerts on disk until they are delivered.
    pub spool: Option<SpoolSettings>,
    /// One alert for many.
    pub grouping: Option<GroupingSettings>,
}

/// `file_output`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSettings {
    /// Its name.
    pub filename: String,
    /// Whether it stays open.
    pub keep_alive: bool,
    /// Megabytes after which it is rotated; 0: never.
    pub max_size_mb: u64,
    /// Old files that stay.
    pub keep: u64,
}

/// `program_output`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramSettings {
    /// The command line.
    pub program: String,
    /// Whether it keeps running.
    pub keep_alive: bool,
    /// Milliseconds after which a program that takes nothing or does not end is killed.
    pub timeout_ms: u64,
}

/// `http_output`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSettings {
    /// The endpoint.
    pub url: String,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// Whether any certificate will do.
    pub insecure: bool,
    /// File with certificates to trust; comes first.
    pub ca_cert: String,
    /// The same, comes second.
    pub ca_bundle: String,
    /// Directory with certificates to trust, when there are no files.
    pub ca_path: String,
    /// Whether to present a certificate.
    pub mtls: bool,
    /// The certificate.
    pub client_cert: String,
    /// Its key.
    pub client_key: String,
    /// Whether answers are printed.
    pub echo: bool,
    /// Whether bodies are compressed.
    pub compress_uploads: bool,
    /// Whether the connection stays open while there is nothing to send.
    pub keep_alive: bool,
    /// Time-outs in a row after which an alert is given up; it is not when it is in the spool.
    pub max_consecutive_timeouts: u64,
    /// Milliseconds that one request may take.
    pub timeout_ms: u64,
}

/// When spooled alerts are forced to the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpoolSync {
    /// When the operating system likes.
    Never,
    /// Once a second.
    Interval,
    /// Before any output sees the alert.
    Always,
}

/// `outputs_spool`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpoolSettings {
    /// Its directory; empty: `spool` in the state directory.
    pub directory: String,
    /// Megabytes of all segments.
    pub max_size_mb: u64,
    /// Megabytes of one segment.
    pub segment_size_mb: u64,
    /// When alerts are forced to the disk.
    pub sync: SpoolSync,
    /// Names of the outputs that use it; empty: all.
    pub outputs: Vec<String>,
}

/// `outputs_grouping`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupingSettings {
    /// Length of the window.
    pub window: Duration,
    /// Fields that make alerts of one rule equal; empty: the message.
    pub fields: Vec<String>,
}

impl Outputs {
    pub(super) fn read(reader: &mut Reader<'_>) -> Outputs {
        let http = http(reader);
        Outputs {
            stdout: reader.boolean("stdout_output.enabled"),
            syslog: reader.boolean("syslog_output.enabled"),
            file: file(reader),
            program: program(reader),
            http,
            buffered: reader.boolean("buffered_outputs"),
            queue_capacity: reader.integer("outputs_queue.capacity"),
            queue_max_mb: reader.integer("outputs_queue.max_size_mb").max(1),
            timeout_ms: reader.integer("output_timeout"),
            retry_first_ms: reader.integer("outputs_retry.first_ms"),
            retry_longest_ms: reader.integer("outputs_retry.longest_ms"),
            spool: spool(reader),
            grouping: grouping(reader),
        }
    }
}

/// Says that an output is switched on without what it needs.
fn require(reader: &mut Reader<'_>, value: &str, enabled: &str, message: &str) {
    if let (true, Some(node)) = (value.is_empty(), reader.node(enabled)) {
        reader.problems.push(Problem::error(message, node.origin.clone()));
    }
}

fn file(reader: &mut Reader<'_>) -> Option<FileSettings> {
    if !reader.boolean("file_output.enabled") {
        return None;
    }
    let settings = FileSettings {
        filename: reader.text("file_output.filename"),
        keep_alive: reader.boolean("file_output.keep_alive"),
        max_size_mb: reader.integer("file_output.max_size_mb"),
        keep: reader.integer("file_output.keep"),
    };
    let message = "file_output is enabled but no filename in configuration block";
    require(reader, &settings.filename, "file_output.enabled", message);
    Some(settings)
}

fn program(reader: &mut Reader<'_>) -> Option<ProgramSettings> {
    if !reader.boolean("program_output.enabled") {
        return None;
    }
    let settings = ProgramSettings {
        program: reader.text("program_output.program"),
        keep_alive: reader.boolean("program_output.keep_alive"),
        timeout_ms: reader.integer("program_output.timeout_ms").max(1),
    };
    let message = "program output enabled but no program in configuration block";
    require(reader, &settings.program, "program_output.enabled", message);
    Some(settings)
}

fn http(reader: &mut Reader<'_>) -> Option<HttpSettings> {
    if !reader.boolean("http_output.enabled") {
        return None;
    }
    let settings = HttpSettings {
        // Falco takes quotes around the address away.
        url: reader.text("http_output.url").trim_matches(['"', '\'']).to_string(),
        user_agent: reader.text("http_output.user_agent"),
        insecure: reader.boolean("http_output.insecure"),
        ca_cert: reader.text("http_output.ca_cert"),
        ca_bundle: reader.text("http_output.ca_bundle"),
        ca_path: reader.text("http_output.ca_path"),
        mtls: reader.boolean("http_output.mtls"),
        client_cert: reader.text("http_output.client_cert"),
        client_key: reader.text("http_output.client_key"),
        echo: reader.boolean("http_output.echo"),
        compress_uploads: reader.boolean("http_output.compress_uploads"),
        keep_alive: reader.boolean("http_output.keep_alive"),
        max_consecutive_timeouts: reader.integer("http_output.max_consecutive_timeouts"),
        timeout_ms: reader.integer("http_output.timeout_ms").max(1),
    };
    let message = "http output enabled but no url in configuration block";
    require(reader, &settings.url, "http_output.enabled", message);
    Some(settings)
}

fn spool(reader: &mut Reader<'_>) -> Option<SpoolSettings> {
    reader.boolean("outputs_spool.enabled").then(|| SpoolSettings {
        directory: reader.text("outputs_spool.directory"),
        max_size_mb: reader.integer("outputs_spool.max_size_mb").max(1),
        segment_size_mb: reader.integer("outputs_spool.segment_size_mb").max(1),
        sync: match reader.word("outputs_spool.fsync").as_str() {
            "never" => SpoolSync::Never,
            "always" => SpoolSync::Always,
            _ => SpoolSync::Interval,
        },
        outputs: reader.texts("outputs_spool.outputs"),
    })
}

fn grouping(reader: &mut Reader<'_>) -> Option<GroupingSettings> {
    if !reader.boolean("outputs_grouping.enabled") {
        return None;
    }
    let text = reader.text("outputs_grouping.window");
    let window = duration(&text).filter(|window| !window.is_zero());
    if let (None, Some(node)) = (window, reader.node("outputs_grouping.window")) {
        let problem = Problem::warning(format!("`{text}` is no duration"), node.origin.clone());
        reader.problems.push(problem.with_help("write `60s` or `5m`"));
    }
    Some(GroupingSettings {
        window: window.unwrap_or(Duration::from_secs(60)),
        fields: reader.texts("outputs_grouping.fields"),
    })
}
