//! `rulec completions`: scripts for shells.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::args::{Arguments, Completions};
use crate::print;

/// Prints the script for a shell.
pub fn run(arguments: &Completions) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "rulec", &mut script);
    print(&String::from_utf8_lossy(&script))
}
