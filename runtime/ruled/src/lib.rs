//! `ruled`: Falco's command line and configuration in, alerts out.
//!
//! In: arguments, `falco.yaml`, rule files, and a source of events. Out: alerts on the configured outputs, a log, an
//! exit code. This crate does the I/O that its parts must not do: it opens files, reads the clock and the environment,
//! starts the compiling child and talks to outputs. It must not parse rule text in the process that reads events: one
//! module, the child's, uses `hir`, and that child has no rights.
#![forbid(unsafe_code)]

mod app;
mod args;
mod catalogue_view;
mod compile_child;
mod config;
mod config_command;
mod containers;
mod delivery;
mod doctor;
mod drops;
mod endpoints;
mod exit;
mod host;
mod interesting;
mod invocation;
mod listing;
mod log;
mod manual;
mod pipeline;
mod privileges;
mod record;
mod reload;
mod rules;
mod run;
mod schema;
mod select_sources;
mod service;
mod signals;
mod silence;
mod source;
mod start;
mod statistics;
mod support;
mod time_zone;
mod timing;
mod top;
mod trace;
mod versions;

use std::process::ExitCode;

/// Runs the program with the process's arguments.
pub fn run() -> ExitCode {
    if compile_child::is_asked_for() {
        return compile_child::run_child();
    }
    app::main()
}
