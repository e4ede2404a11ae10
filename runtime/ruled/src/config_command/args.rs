//! The command line of `ruled config`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What is wanted.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print the configuration that results from all files, overrides and defaults
    Show(Show),
    /// Find what is wrong, outdated or risky, and mend what can be mended
    #[command(
        after_help = "Exit codes: 0 no errors, 1 errors (with --strict, warnings too), or a file cannot be read."
    )]
    Lint(Lint),
    /// Print the JSON schema of the configuration
    Schema,
}

/// `ruled config show`.
#[derive(Debug, Args)]
pub struct Show {
    /// Configuration file; /etc/falco/falco.yaml if not given
    #[arg(short = 'c', value_name = "path")]
    pub config: Option<PathBuf>,

    /// Set a key of the configuration, as for a run
    #[arg(short = 'o', long = "option", value_name = "opt>=<val")]
    pub option: Vec<String>,

    /// With each value, the file and line that set it
    #[arg(long)]
    pub origin: bool,

    /// Only what somebody set, no defaults
    #[arg(long = "set")]
    pub only_set: bool,

    /// JSON instead of YAML
    #[arg(long)]
    pub json: bool,
}

/// `ruled config lint`.
#[derive(Debug, Args)]
pub struct Lint {
    /// Files to check; without, the configuration and the files that it includes
    #[arg(value_name = "FILES")]
    pub files: Vec<PathBuf>,

    /// Configuration file; /etc/falco/falco.yaml if not given
    #[arg(short = 'c', value_name = "path", conflicts_with = "files")]
    pub config: Option<PathBuf>,

    /// Change the files: comments and everything that is fine stay
    #[arg(long)]
    pub fix: bool,

    /// Warnings count as errors
    #[arg(long)]
    pub strict: bool,

    /// JSON instead of text
    #[arg(long)]
    pub json: bool,
}
