//! `rulec completions` and `rulec man`: scripts for shells and manual pages, made from the definition of the command line.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::args::{Arguments, Completions, Man};
use crate::{print, usage_error};

/// Prints the script for a shell.
pub fn run(arguments: &Completions) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "rulec", &mut script);
    print(&String::from_utf8_lossy(&script))
}

/// Writes `rulec.1` and a page for each command to a folder.
pub fn pages(arguments: &Man) -> ExitCode {
    match clap_mangen::generate_to(Arguments::command(), &arguments.folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => usage_error(&format!("cannot write to {}: {error}", arguments.folder.display())),
    }
}
