//! The command line: Falco's options, unchanged, and commands of our own. One definition gives help and completions.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config_command::ConfigCommand;
use crate::doctor::Doctor;

/// Host daemon for Falco rules.
#[derive(Debug, Parser)]
#[command(
    name = "ruled",
    disable_version_flag = true,
    args_conflicts_with_subcommands = true,
    override_usage = "ruled [OPTION...]\n       ruled replay <CAPTURE> [OPTION...]\n\n\
                      The options are those of `falco [OPTION...]`.",
    about = "Detects threats on this host, or in a capture, with Falco rules",
    after_help = "Examples:\n  \
        ruled -r rules.yaml                               watch this host\n  \
        ruled replay attack.scap -r rules.yaml            alerts of a capture\n  \
        ruled -c falco.yaml -V rules.yaml                 validate a rules file\n  \
        ruled doctor                                      can this host be watched?\n\n\
        Signals: SIGHUP reloads, SIGUSR1 reopens output files, SIGINT and SIGTERM end."
)]
pub struct Arguments {
    /// A command of our own.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Falco's options.
    #[command(flatten)]
    pub options: Options,
}

/// Commands that Falco does not have.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Replay a capture and print the alerts
    Replay(Box<Replay>),
    /// Say whether this host can be watched, and what is missing
    Doctor(Doctor),
    /// Print, check or mend the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Show live what each rule of a running ruled costs and how often it matches
    #[command(after_help = "The daemon must serve metrics: metrics.enabled, webserver.enabled and \
        webserver.prometheus_metrics_enabled in falco.yaml.")]
    Top(Top),
    /// Print completions for a shell
    Completions(Completions),
    /// Write manual pages
    #[command(hide = true)]
    Man(Man),
}

/// `ruled top`.
#[derive(Debug, Args)]
pub struct Top {
    /// Where the daemon serves its metrics
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8765/metrics")]
    pub url: String,

    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0)]
    pub interval: f64,

    /// Print one table and end
    #[arg(long)]
    pub once: bool,
}

/// `ruled completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `ruled man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The folder that gets the pages
    pub folder: PathBuf,
}

/// `ruled replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// The capture file
    #[arg(value_name = "CAPTURE")]
    pub capture: PathBuf,

    /// Print, for every event that could match, why this rule matched or did not
    #[arg(long, value_name = "RULE")]
    pub trace: Option<String>,

    /// Falco's options.
    #[command(flatten)]
    pub options: Options,
}

/// Forms of listings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people.
    #[default]
    Text,
    /// Markdown.
    Markdown,
    /// JSON.
    Json,
}

/// Falco's options.
#[derive(Clone, Debug, Default, Args)]
pub struct Options {
    /// Configuration file; /etc/falco/falco.yaml if not given
    #[arg(short = 'c', value_name = "path")]
    pub config: Option<PathBuf>,

    /// Print the JSON schema of the configuration and exit
    #[arg(long)]
    pub config_schema: bool,

    /// Print the JSON schema of rules files and exit
    #[arg(long)]
    pub rule_schema: bool,

    /// Turn off an event source; may be repeated, but not with --enable-source
    #[arg(long, value_name = "event_source")]
    pub disable_source: Vec<String>,

    /// Do everything but process events
    #[arg(long)]
    pub dry_run: bool,

    /// Use only this event source; may be repeated, but not with --disable-source
    #[arg(long, value_name = "event_source")]
    pub enable_source: Vec<String>,

    /// Print the events that are ignored by default and exit
    #[arg(short = 'i')]
    pub ignored_events: bool,

    /// Print name and description of all rules and exit; with json_output, all details of all items
    #[arg(short = 'L')]
    pub describe_all: bool,

    /// Print name and description of a rule and exit; with json_output, its details
    #[arg(short = 'l', value_name = "rule")]
    pub describe: Option<String>,

    /// Print all fields, or those of a source, and exit
    #[arg(long, value_name = "source", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub list: Option<String>,

    /// Print all event types and exit
    #[arg(long)]
    pub list_events: bool,

    /// Print the plugins and exit
    #[arg(long)]
    pub list_plugins: bool,

    /// Stop after this many seconds
    #[arg(short = 'M', value_name = "num_seconds", default_value_t = 0, hide_default_value = true)]
    pub duration: u64,

    /// Deprecated: the same as --format markdown
    #[arg(long)]
    pub markdown: bool,

    /// Form of --list and --list-events
    #[arg(long, value_name = "format", value_enum, ignore_case = true, conflicts_with = "markdown")]
    pub format: Option<ListFormat>,

    /// With --list: names only
    #[arg(short = 'N')]
    pub names_only: bool,

    /// Set a key of the configuration: -o engine.kind=replay, -o rules_files[]=more.yaml
    #[arg(short = 'o', long = "option", value_name = "opt>=<val")]
    pub option: Vec<String>,

    /// Print what is known of a plugin and exit
    #[arg(long, value_name = "plugin_name")]
    pub plugin_info: Option<String>,

    /// Deprecated: append a format to every output; c, container, k and kubernetes do nothing
    #[arg(short = 'p', long = "print", value_name = "output_format")]
    pub print: Option<String>,

    /// Write the process id to a file
    #[arg(short = 'P', long, value_name = "pid_file")]
    pub pidfile: Option<PathBuf>,

    /// Rules file or directory; may be repeated and replaces the configured ones
    #[arg(short = 'r', value_name = "rules_file")]
    pub rules: Vec<PathBuf>,

    /// Take rules from this bundle, made by `rulec build`, instead of files
    #[arg(long, value_name = "bundle")]
    pub bundle: Option<PathBuf>,

    /// Take only bundles that are signed with this key, `ed25519:...` or a file with keys; may be repeated
    #[arg(long, value_name = "key")]
    pub bundle_key: Vec<String>,

    /// Where the last accepted bundle is remembered; /var/lib/ruled if not given
    #[arg(long, value_name = "directory")]
    pub state_dir: Option<PathBuf>,

    /// Take a bundle that is older than the last accepted one; the reason becomes an alert
    #[arg(long, value_name = "reason")]
    pub allow_rollback: Option<String>,

    /// Write a capture of everything that is processed; a name that ends in .gz compresses it
    #[arg(long, value_name = "capture")]
    pub record: Option<PathBuf>,

    /// Print version, configuration and rules as JSON and exit
    #[arg(long)]
    pub support: bool,

    /// Flush standard output after every alert
    #[arg(short = 'U', long)]
    pub unbuffered: bool,

    /// Validate rules files and exit; may be repeated
    #[arg(short = 'V', long, value_name = "rules_file", num_args = 1..)]
    pub validate: Vec<PathBuf>,

    /// Say more
    #[arg(short = 'v')]
    pub verbose: bool,

    /// Print the version and exit
    #[arg(long)]
    pub version: bool,

    /// Print the system's page size and exit
    #[arg(long)]
    pub page_size: bool,
}

impl Options {
    /// The form of listings.
    pub(crate) fn list_format(&self) -> ListFormat {
        match self.format {
            Some(format) => format,
            None if self.markdown => {
                eprintln!("WARNING: --markdown is deprecated, use --format markdown instead.");
                ListFormat::Markdown
            }
            None => ListFormat::Text,
        }
    }
}
