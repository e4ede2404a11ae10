//! `rulec describe`: rules, macros and lists as Falco's `-L` and `-l` show them.

use std::process::ExitCode;

use crate::args::Describe;
use crate::{commands, print, usage_error};

/// Prints the description, or what is wrong with the files.
pub(crate) fn run(arguments: &Describe) -> ExitCode {
    let (prepared, checked) = match commands::load(&arguments.input) {
        Ok(loaded) => loaded,
        Err(code) => return code,
    };
    let (only, catalogue) = (arguments.rule.as_deref(), &prepared.input.options.catalogue);
    let text = if arguments.json {
        checked.described_json(only, catalogue).map(|value| format!("{value}\n"))
    } else {
        checked.described_text(only, catalogue)
    };
    match text {
        Some(text) => print(&text),
        None => usage_error(&hir::falco::describe::not_loaded(only.unwrap_or_default())),
    }
}
