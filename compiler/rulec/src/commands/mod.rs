//! One file a command.

pub(crate) mod alerts;
pub(crate) mod build;
pub(crate) mod bundle;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod describe;
pub(crate) mod dump;
pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod fields;
pub(crate) mod fmt;
pub(crate) mod keygen;
pub(crate) mod show;

use std::process::ExitCode;

use hir::{Checked, Severity};

use crate::findings::Finding;
use crate::input::{self, Prepared};
use crate::render::{self, Report};
use crate::{args, usage_error};

/// Loads files for a command that needs them without errors; otherwise shows the errors.
fn load(arguments: &args::Input) -> Result<(Prepared, Checked), ExitCode> {
    let prepared = input::prepare(arguments).map_err(|message| usage_error(&message))?;
    for remark in &prepared.remarks {
        eprintln!("{remark}");
    }
    let checked = hir::check(&prepared.input);
    if checked.is_ok() {
        return Ok((prepared, checked));
    }
    let errors: Vec<Finding> = checked
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .map(|diagnostic| Finding { diagnostic: diagnostic.clone(), severity: Severity::Error })
        .collect();
    let report = Report { sources: &prepared.sources, findings: &errors };
    eprint!("{}", render::text(&report, false));
    eprintln!("{}", render::summary(&report));
    Err(ExitCode::from(1))
}
