//! `rulec check`: everything that is wrong with rule files, at once.

use std::path::PathBuf;
use std::process::ExitCode;

use hir::Severity;
use project::{Baseline, Known, Levels};
use settings::Level;

use crate::args::{self, Format};
use crate::files;
use crate::findings::Finding;
use crate::input::{self, Prepared};
use crate::render::{self, Report};
use crate::{fix, print, usage_error};

/// Errors, or warnings that were denied.
const EXIT_FINDINGS: u8 = 1;

/// Checks, repairs if asked to, prints, and says how it went.
pub(crate) fn run(arguments: &args::Check, colour: bool) -> ExitCode {
    match check(arguments, colour) {
        Ok(code) => code,
        Err(message) => usage_error(&message),
    }
}

fn check(arguments: &args::Check, colour: bool) -> Result<ExitCode, String> {
    let mut prepared = input::prepare(&arguments.input)?;
    for remark in &prepared.remarks {
        eprintln!("{remark}");
    }
    let levels = levels(arguments, &prepared)?;
    let mut checked = hir::check(&prepared.input);
    if arguments.fix {
        // A repair can bring others to light; each round must change something, and a few are always enough.
        for _ in 0..MOST_ROUNDS {
            let findings = findings(&checked, &levels);
            let repaired = fix::repaired(&prepared.sources, &findings);
            if repaired.is_empty() {
                break;
            }
            for (file, text) in repaired {
                let path = &prepared.paths[file.0 as usize];
                if path.as_os_str() == "-" {
                    return Err("--fix cannot change standard input".to_string());
                }
                prepared.sources.writable(file)?;
                fix::write(path, &text)
                    .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
                eprintln!("fixed {}", path.display());
            }
            reread(&mut prepared)?;
            checked = hir::check(&prepared.input);
        }
    }
    if arguments.format == Format::FalcoJson {
        let code = if checked.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_FINDINGS) };
        if let Some(unmet) = checked.unmet_requirements.first() {
            eprintln!("Error: {unmet}");
            return Ok(ExitCode::from(EXIT_FINDINGS));
        }
        print(&render::falco_json(&checked));
        return Ok(code);
    }
    let mut found = findings(&checked, &levels);
    if let Some(path) = baseline_path(arguments, &prepared) {
        let known = if arguments.update_baseline { None } else { Baseline::read(&path)? };
        let mut baseline = match known {
            Some(known) => known,
            None => {
                let new = Baseline::of(found.iter().map(|one| known_as(&prepared, one)));
                std::fs::write(&path, new.to_text())
                    .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
                let findings = if new.count() == 1 { "finding" } else { "findings" };
                eprintln!("wrote {} with {} {findings}", path.display(), new.count());
                new
            }
        };
        found.retain(|one| !baseline.take(known_as(&prepared, one)));
    }
    let report = Report { sources: &prepared.sources, findings: &found };
    match arguments.format {
        Format::Text => {
            print(&render::text(&report, colour));
            print(&format!("{}\n", render::summary(&report)));
        }
        Format::Json => {
            print(&render::json(&report));
        }
        Format::Sarif => {
            print(&render::sarif(&report));
        }
        Format::Github => {
            print(&render::github(&report));
        }
        Format::Junit => {
            print(&render::junit(&report));
        }
        Format::FalcoJson => {}
    }
    let failed = report.count(Severity::Error) > 0;
    // The process ends here; taking millions of small things apart first would only make the user wait.
    std::mem::forget((checked, found, prepared));
    Ok(if failed { ExitCode::from(EXIT_FINDINGS) } else { ExitCode::SUCCESS })
}

/// How often `--fix` checks again after repairs.
const MOST_ROUNDS: usize = 8;

fn reread(prepared: &mut Prepared) -> Result<(), String> {
    prepared.sources = files::read(&prepared.paths).map_err(|error| error.to_string())?;
    prepared.input.files =
        prepared.sources.iter().map(|(name, text)| hir::SourceFile::new(name, text.clone())).collect();
    Ok(())
}

/// What a baseline knows a finding by.
fn known_as(prepared: &Prepared, finding: &Finding) -> Known {
    let file = finding.diagnostic.primary().file;
    Known::new(prepared.sources.name(file), prepared.sources.text(file), &finding.diagnostic)
}

fn baseline_path(arguments: &args::Check, prepared: &Prepared) -> Option<PathBuf> {
    arguments.baseline.clone().or_else(|| {
        let named = prepared.toml.as_ref().and_then(|toml| toml.baseline.as_ref());
        named.map(|path| prepared.toml_folder.join(path))
    })
}

fn levels(arguments: &args::Check, prepared: &Prepared) -> Result<Levels, String> {
    let (mut levels, problems) = prepared.toml.as_ref().map(Levels::of).unwrap_or_default();
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem);
    }
    for (names, level) in
        [(&arguments.allow, Level::Allow), (&arguments.warn, Level::Warn), (&arguments.deny, Level::Deny)]
    {
        for name in names {
            levels.add(name, level)?;
        }
    }
    Ok(levels)
}

fn findings(checked: &hir::Checked, levels: &Levels) -> Vec<Finding> {
    let reported = checked.diagnostics.iter().filter_map(|diagnostic| {
        let severity = levels.severity(diagnostic)?;
        Some(Finding { diagnostic: diagnostic.clone(), severity })
    });
    reported.collect()
}
