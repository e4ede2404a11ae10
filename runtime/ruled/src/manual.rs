//! Manual pages and completions, made from the definition of the command line.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Arguments;
use crate::exit::FAILURE;

/// Prints the script for a shell.
pub(crate) fn completions(shell: Shell) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "ruled", &mut script);
    // A reader that went away is no error.
    let _ = std::io::stdout().write_all(&script);
    ExitCode::SUCCESS
}

/// Writes `ruled.1` and a page for each command to a folder.
pub(crate) fn pages(folder: &Path) -> ExitCode {
    match clap_mangen::generate_to(Arguments::command(), folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ruled: cannot write to {}: {error}", folder.display());
            FAILURE
        }
    }
}
