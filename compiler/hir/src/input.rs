//! What a run is given: files in load order and options.

use catalogue::{Catalogue, Priority};

use crate::append_output::AppendOutput;
use crate::scope::{ENGINE_VERSION, Version};
use crate::select::SelectionOp;
use crate::source::SourceFile;

/// Files and options of a run.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The files in load order.
    pub files: Vec<SourceFile>,
    /// Everything else.
    pub options: Options,
}

/// How rules are loaded.
#[derive(Clone, Debug)]
pub struct Options {
    /// Fields, sources and events; says which plugins are loaded, in which versions.
    pub catalogue: Catalogue,
    /// The engine version that rules are checked against.
    pub engine_version: Version,
    /// Rules of less importance are checked but never evaluated.
    pub minimum_priority: Priority,
    /// Additions to outputs.
    pub append_output: Vec<AppendOutput>,
    /// Rules enabled and disabled by configuration, in order.
    pub selection: Vec<SelectionOp>,
    /// Whether a failing file ends the loading, as at start-up; else all are loaded, as in validation.
    pub stop_at_first_failing_file: bool,
    /// Whether to look for what Falco accepts but is probably not meant.
    pub lints: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            catalogue: Catalogue::falco_default(),
            engine_version: ENGINE_VERSION,
            minimum_priority: Priority::Debug,
            append_output: Vec::new(),
            selection: Vec::new(),
            stop_at_first_failing_file: false,
            lints: true,
        }
    }
}
