//! The command line, as plain values. Help texts here are also the man page and the completions.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::bundle_args::{Build, Bundle, Keygen};

/// Check and compile Falco rules.
#[derive(Debug, Parser)]
#[command(
    name = "rulec",
    version,
    about = "Checks and compiles Falco rules",
    long_about = "Checks and compiles Falco rules: the verdict that Falco gives, all problems at once, each with the \
                  exact place and a way out.",
    after_help = "Examples:\n  \
        rulec check rules/                          check a directory, in load order\n  \
        rulec check -c /etc/falco/falco.yaml        check what a host would load\n  \
        rulec check --fix rules/local.yaml          apply the safe repairs\n  \
        rulec explain E0102                         what a code means, with an example\n  \
        rulec fields proc.                          which fields there are\n\n\
        Exit codes: 0 fine or warnings only, 1 errors or denied warnings, 2 wrong use or unreadable input."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub color: Colour,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On terminals, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check rule files
    #[command(
        after_help = "Files are loaded in the order given; a directory gives its *.yaml and *.yml files by name. \
        Without files, `rulec.toml` or `-c` says what to check."
    )]
    Check(Check),
    /// Show rules, macros and lists as Falco's -L and -l do
    Describe(Describe),
    /// Show the rules in effect, with filters
    #[command(
        mut_arg("priority", |arg| {
            arg.help("Only this priority, or a range: `>=error` is error and more severe")
        }),
        after_help = "Examples:\n  \
            rulec show -c /etc/falco/falco.yaml --enabled      what a host would run\n  \
            rulec show -i rules/                               the same, to walk through\n  \
            rulec show --format full --name '*history*' falco_rules.yaml local.yaml"
    )]
    Show(Show),
    /// Count alerts in journals by rule, host or field
    #[command(
        after_help = "Lines that are no alerts are passed over. Without files, standard input is read.\n\n\
        Examples:\n  \
            journalctl -u ruled -o cat | rulec alerts          which rules are loud\n  \
            rulec alerts -i events.log                         the same, to walk through\n  \
            rulec alerts --by host,rule,proc.name *.log        more closely\n  \
            rulec alerts --follow --priority '>=error' events.log"
    )]
    Alerts(Alerts),
    /// List fields, or search them by name
    Fields(Fields),
    /// List event types, or search them by name
    Events(Events),
    /// Explain a diagnostic code
    Explain(Explain),
    /// Show a stage of compilation
    Dump(Dump),
    /// Format rule files; comments and meaning stay
    Fmt(Fmt),
    /// Compile rules into a bundle for hosts
    #[command(
        // `-o` is the bundle here.
        mut_arg("options", |arg| arg.short(None).help("Override a key of falco.yaml: `--option priority=warning`")),
        mut_arg("priority", |arg| arg.help("Rules below this priority are left out")),
        after_help = "Everything that a host's falco.yaml says about rules is built in: selection, priority, \
        append_output and plugins. The same input gives the same bytes on every machine."
    )]
    Build(Build),
    /// Show, check and compare bundles
    #[command(subcommand)]
    Bundle(Bundle),
    /// Make a pair of keys for signing bundles
    Keygen(Keygen),
    /// Print completions for a shell
    Completions(Completions),
    /// Write manual pages
    #[command(hide = true)]
    Man(Man),
}

/// What is checked and as which Falco: shared by several commands.
#[derive(Clone, Debug, Default, Args)]
pub struct Input {
    /// Rule files and directories, in load order
    #[arg(value_name = "FILES|DIRS")]
    pub files: Vec<PathBuf>,

    /// Take rule files, plugins, selection and outputs from this falco.yaml
    #[arg(short = 'c', long = "config", value_name = "FALCO.YAML")]
    pub config: Option<PathBuf>,

    /// Override a key of falco.yaml: `-o priority=warning`
    #[arg(short = 'o', long = "option", value_name = "KEY=VALUE", requires = "config")]
    pub options: Vec<String>,

    /// Plugins that are loaded; without it and -c, the container plugin
    #[arg(long, value_name = "NAME=VERSION", value_delimiter = ',')]
    pub plugins: Option<Vec<String>>,

    /// Check against this rule engine version instead of the newest
    #[arg(long, value_name = "X.Y.Z")]
    pub engine_version: Option<String>,

    /// Rules below this priority are not enabled
    #[arg(long, value_name = "PRIORITY")]
    pub priority: Option<String>,

    /// Enable rules by name, wildcard or `tag:NAME`, after loading
    #[arg(long, value_name = "RULE|tag:TAG")]
    pub enable: Vec<String>,

    /// Disable rules by name, wildcard or `tag:NAME`, after loading
    #[arg(long, value_name = "RULE|tag:TAG")]
    pub disable: Vec<String>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people, as rustc does.
    Text,
    /// Our own JSON, with ranges and fixes.
    Json,
    /// The JSON of `falco --validate`, first error only.
    FalcoJson,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// JUnit XML.
    Junit,
}

/// `rulec check`.
#[derive(Debug, Args)]
pub struct Check {
    /// What is checked.
    #[command(flatten)]
    pub input: Input,

    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Treat a code as an error; `warnings` stands for all of them
    #[arg(short = 'D', long, value_name = "CODE", value_delimiter = ',')]
    pub deny: Vec<String>,

    /// Report a code as a warning
    #[arg(short = 'W', long, value_name = "CODE", value_delimiter = ',')]
    pub warn: Vec<String>,

    /// Do not report a code
    #[arg(short = 'A', long, value_name = "CODE", value_delimiter = ',')]
    pub allow: Vec<String>,

    /// Apply the safe repairs to the files
    #[arg(long)]
    pub fix: bool,

    /// Report only what this file does not list; it is written if it does not exist
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Write the baseline anew with everything that is found now
    #[arg(long, requires = "baseline")]
    pub update_baseline: bool,
}

/// `rulec describe`.
#[derive(Debug, Args)]
pub struct Describe {
    /// What is described.
    #[command(flatten)]
    pub input: Input,

    /// Only this rule
    #[arg(short = 'r', long, value_name = "NAME")]
    pub rule: Option<String>,

    /// JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

/// How groups of alerts are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AlertsFormat {
    /// Columns.
    Table,
    /// One JSON document; with --follow, one a line.
    Json,
    /// Comma-separated values.
    Csv,
}

/// `rulec alerts`.
#[derive(Debug, Args)]
pub struct Alerts {
    /// Journals and files of alerts; `-` is standard input
    #[arg(value_name = "FILES")]
    pub files: Vec<PathBuf>,

    /// Group by these: host, rule, priority, source, tags, or an output field [default: host,rule]
    #[arg(long, value_name = "KEYS", value_delimiter = ',')]
    pub by: Vec<String>,

    /// How groups are printed
    #[arg(long, value_enum, default_value_t = AlertsFormat::Table, conflicts_with = "interactive")]
    pub format: AlertsFormat,

    /// Only rules whose names fit: `*shell*`
    #[arg(long, value_name = "GLOB")]
    pub name: Vec<String>,

    /// Only this priority, or a range: `>=error` is error and more severe
    #[arg(long, value_name = "PRIORITY")]
    pub priority: Option<String>,

    /// Only these hosts: `web*`
    #[arg(long, value_name = "GLOB")]
    pub host: Vec<String>,

    /// The host of alerts that do not name theirs; without it, of several files the file's name
    #[arg(long, value_name = "NAME")]
    pub unnamed_host: Option<String>,

    /// Go on as files grow, and print anew when something changes
    #[arg(short = 'f', long)]
    pub follow: bool,

    /// With --follow: print at most once in this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0)]
    pub interval: f64,

    /// Walk through them: sort, filter, open rows
    #[arg(short = 'i', long)]
    pub interactive: bool,
}

/// How rules are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShowFormat {
    /// Columns.
    Table,
    /// Everything about each rule, with the file and line of every part.
    Full,
    /// The same as one JSON document.
    Json,
    /// Rules as they would be written without overrides.
    Yaml,
}

/// `rulec show`.
#[derive(Debug, Args)]
pub struct Show {
    /// What is shown.
    #[command(flatten)]
    pub input: Input,

    /// Only rules whose names fit: `*shell*`
    #[arg(long, value_name = "GLOB")]
    pub name: Vec<String>,

    /// Only rules with one of these tags: `mitre_*`
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub tag: Vec<String>,

    /// Only rules of this event source
    #[arg(long, value_name = "SOURCE")]
    pub source: Option<String>,

    /// Only rules that are enabled
    #[arg(long)]
    pub enabled: bool,

    /// Only rules that are not enabled
    #[arg(long, conflicts_with = "enabled")]
    pub disabled: bool,

    /// Only rules that more than one item makes up
    #[arg(long)]
    pub overridden: bool,

    /// How rules are printed
    #[arg(long, value_enum, default_value_t = ShowFormat::Table, conflicts_with = "interactive")]
    pub format: ShowFormat,

    /// Walk through them: sort, filter, open rows
    #[arg(short = 'i', long)]
    pub interactive: bool,
}

/// `rulec fields`.
#[derive(Debug, Args)]
pub struct Fields {
    /// Part of a name or description; a whole name shows everything about the field
    pub search: Option<String>,

    /// Only fields of this event source
    #[arg(long, value_name = "SOURCE")]
    pub source: Option<String>,

    /// JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

/// `rulec events`.
#[derive(Debug, Args)]
pub struct Events {
    /// Part of a name; a whole name shows its parameters
    pub search: Option<String>,

    /// JSON instead of a table
    #[arg(long)]
    pub json: bool,
}

/// `rulec explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// The code (`E0102`) or its name (`unknown-field`); without one, all are listed
    pub code: Option<String>,
}

/// Stages that `dump` shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// Tokens of each condition.
    Tokens,
    /// The syntax tree of each condition.
    Ast,
    /// Conditions with lists, macros and exceptions expanded.
    Resolved,
    /// The typed IR.
    Ir,
    /// The event types of each rule.
    EventTypes,
}

/// `rulec dump`.
#[derive(Debug, Args)]
pub struct Dump {
    /// What is compiled.
    #[command(flatten)]
    pub input: Input,

    /// The stage
    #[arg(long, value_enum, default_value_t = Stage::Resolved)]
    pub stage: Stage,

    /// Only this rule
    #[arg(short = 'r', long, value_name = "NAME")]
    pub rule: Option<String>,
}

/// `rulec fmt`.
#[derive(Debug, Args)]
pub struct Fmt {
    /// Files and directories; `-` formats standard input
    #[arg(required = true, value_name = "FILES|DIRS")]
    pub files: Vec<PathBuf>,

    /// Change nothing; exit with 1 if a file is not formatted
    #[arg(long)]
    pub check: bool,
}

/// `rulec completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `rulec man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The folder that gets the pages
    pub folder: PathBuf,
}
