//! The `rulec` command as a library: arguments in, an exit code out.
//!
//! All knowledge of rules is in `hir`; this crate finds files, applies levels and prints.
#![forbid(unsafe_code)]

mod alerts;
pub mod args;
mod bundle;
pub mod bundle_args;
mod commands;
pub mod files;
mod findings;
mod fix;
mod glob;
mod input;
mod render;
mod show;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Colour, Command};

/// Wrong use or unreadable input.
const EXIT_USAGE: u8 = 2;

/// Runs the command line and returns the exit code of the process.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; clap prints them to standard output.
            let code = if error.use_stderr() { EXIT_USAGE } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let colour = match arguments.color {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
        }
    };
    match &arguments.command {
        Command::Check(check) => commands::check::run(check, colour),
        Command::Describe(describe) => commands::describe::run(describe),
        Command::Alerts(alerts) => commands::alerts::run(alerts),
        Command::Show(show) => commands::show::run(show),
        Command::Fields(fields) => commands::fields::run(fields),
        Command::Events(events) => commands::events::run(events),
        Command::Explain(explain) => commands::explain::run(explain),
        Command::Dump(dump) => commands::dump::run(dump),
        Command::Fmt(fmt) => commands::fmt::run(fmt),
        Command::Build(build) => commands::build::run(build),
        Command::Bundle(bundle) => commands::bundle::run(bundle),
        Command::Keygen(keygen) => commands::keygen::run(keygen),
        Command::Completions(completions) => commands::completions::run(completions),
        Command::Man(man) => commands::completions::pages(man),
    }
}

/// Prints to standard output. A reader that went away (`rulec fields | head`) is no error.
fn print(text: &str) -> ExitCode {
    print_more(text).err().unwrap_or(ExitCode::SUCCESS)
}

/// Prints a part of what will be more; the exit code if there is no use in going on.
fn print_more(text: &str) -> Result<(), ExitCode> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(ExitCode::SUCCESS),
        Err(error) => Err(usage_error(&format!("cannot write to standard output: {error}"))),
    }
}

/// Reports what keeps the command from doing anything.
fn usage_error(message: &str) -> ExitCode {
    eprintln!("rulec: {message}");
    ExitCode::from(EXIT_USAGE)
}
