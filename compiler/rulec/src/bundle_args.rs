//! The command line of `rulec build`, `rulec bundle` and `rulec keygen`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::Input;

/// `rulec build`.
#[derive(Debug, Args)]
pub struct Build {
    /// The bundle to write
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: PathBuf,

    /// Sign with this secret key, made by `rulec keygen`
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,

    /// Version of the rules; hosts refuse an older one than they had. Without it, `bundle-version` of rulec.toml counts
    #[arg(long, value_name = "N")]
    pub bundle_version: Option<u64>,

    /// What is compiled.
    #[command(flatten)]
    pub input: Input,
}

/// `rulec bundle`.
#[derive(Debug, Subcommand)]
pub enum Bundle {
    /// Show what is in a bundle
    Show(Show),
    /// Check a bundle as a host would; exit code 1 if it would be refused
    Verify(Verify),
    /// Compare two bundles, rule by rule; exit code 1 if they differ
    Diff(Diff),
}

/// `rulec bundle show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The bundle
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,

    /// JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// `rulec bundle verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The bundle
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,

    /// A trusted key (`ed25519:…`) or a file with trusted keys; may be repeated
    #[arg(short = 'k', long, value_name = "KEY|FILE")]
    pub key: Vec<String>,

    /// Refuse versions below this one
    #[arg(long, value_name = "N")]
    pub at_least: Option<u64>,
}

/// `rulec bundle diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The old bundle
    #[arg(value_name = "OLD")]
    pub old: PathBuf,

    /// The new bundle
    #[arg(value_name = "NEW")]
    pub new: PathBuf,

    /// JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// `rulec keygen`.
#[derive(Debug, Args)]
#[command(
    after_help = "Keep NAME.key secret: whoever has it can make rules for your hosts. NAME.pub goes to the hosts, \
    into `bundle.keys` of falco.yaml."
)]
pub struct Keygen {
    /// Write NAME.key (secret, mode 0600) and NAME.pub; existing files stay
    #[arg(short = 'o', long, value_name = "NAME", default_value = "rules")]
    pub output: PathBuf,
}
