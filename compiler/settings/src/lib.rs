//! Configuration: `falco.yaml` with everything merged into it, and `rulec.toml`.
//!
//! In: texts of configuration files, command-line overrides, the environment. Out: a tree of values with their origins,
//! a typed configuration and the problems found. Knows nothing of rules, kernels or outputs.
#![forbid(unsafe_code)]

pub mod environment;
pub mod falco_yaml;
pub mod lint;
pub mod load;
pub mod merge;
pub mod origin;
pub mod path;
pub mod read;
pub mod rulec_toml;
pub mod show;
pub mod tree;

pub use falco_yaml::config::FalcoConfig;
pub use load::{LoadError, Loaded, load};
pub use origin::{Origin, Problem, Severity};
pub use rulec_toml::{Level, RulecToml};
