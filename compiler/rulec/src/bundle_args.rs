//! The command line of `rulec build`, `rulec bundle` and `rulec keygen`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::Input;

/// `rulec build`.
#[derive(Debug, Args)]
#[command(
    after_help = "Everything that a host's falco.yaml says about rules is built in: selection, priority, append_output \
    and plugins. The same input gives the same bytes on every machine."
)]
pub struct Build {
    /// Rule files and directories, in load order
    #[arg(value_name = "FILES|DIRS")]
    pub files: Vec<PathBuf>,

    /// The bundle to write
    #[arg(short = 'o', long, value_name = "FILE")]
    pub output: PathBuf,

    /// Sign with this secret key, made by `rulec keygen`
    #[arg(long, value_name = "KEY")]
    pub sign: Option<PathBuf>,

    /// Version of the rules; hosts refuse an older one than they had. Without it, `bundle-version` of rulec.toml counts
    #[arg(long, value_name = "N")]
    pub bundle_version: Option<u64>,

    /// Take rule files, plugins, selection and outputs from this falco.yaml
    #[arg(short = 'c', long = "config", value_name = "FALCO.YAML")]
    pub config: Option<PathBuf>,

    /// Override a key of falco.yaml: `--option priority=warning`
    #[arg(long = "option", value_name = "KEY=VALUE", requires = "config")]
    pub options: Vec<String>,

    /// Plugins that are loaded; without it and -c, the container plugin
    #[arg(long, value_name = "NAME=VERSION", value_delimiter = ',')]
    pub plugins: Option<Vec<String>>,

    /// Check against this rule engine version instead of the newest
    #[arg(long, value_name = "X.Y.Z")]
    pub engine_version: Option<String>,

    /// Rules below this priority are left out
    #[arg(long, value_name = "PRIORITY")]
    pub priority: Option<String>,

    /// Enable rules by name, wildcard or `tag:NAME`, after loading
    #[arg(long, value_name = "RULE|tag:TAG")]
    pub enable: Vec<String>,

    /// Disable rules by name, wildcard or `tag:NAME`, after loading
    #[arg(long, value_name = "RULE|tag:TAG")]
    pub disable: Vec<String>,
}

impl Build {
    /// What is compiled.
    pub(crate) fn input(&self) -> Input {
        Input {
            files: self.files.clone(),
            config: self.config.clone(),
            options: self.options.clone(),
            plugins: self.plugins.clone(),
            engine_version: self.engine_version.clone(),
            priority: self.priority.clone(),
            enable: self.enable.clone(),
            disable: self.disable.clone(),
        }
    }
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
