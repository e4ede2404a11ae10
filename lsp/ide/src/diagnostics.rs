//! Diagnostics: those of the compiler, after levels.

use std::sync::Arc;

use hir::{Checked, Diagnostic, Severity};
use project::Known;

use crate::host::Analysis;

/// How an editor may draw a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Nothing refers to it: greyed out.
    Unnecessary,
    /// Should not be used any more: struck out.
    Deprecated,
}

/// A diagnostic with the severity that the configuration gives it.
#[derive(Clone, Debug)]
pub struct Finding {
    checked: Arc<Checked>,
    at: usize,
    /// Its severity here.
    pub severity: Severity,
}

impl Finding {
    /// The diagnostic; file numbers in it are those of the analysis.
    pub fn diagnostic(&self) -> Option<&Diagnostic> {
        self.checked.diagnostics.get(self.at)
    }

    /// How to draw it.
    pub fn tag(&self) -> Option<Tag> {
        let name = self.diagnostic()?.code.name;
        if name.starts_with("unused") {
            Some(Tag::Unnecessary)
        } else if name.contains("deprecated") || name.contains("obsolete") {
            Some(Tag::Deprecated)
        } else {
            None
        }
    }
}

impl Analysis {
    /// Everything that is wrong in all files, as `rulec check` reports it: by file and position.
    pub fn all_diagnostics(&self) -> Vec<Finding> {
        let checked = self.checked();
        let mut baseline = self.reporting().baseline.clone();
        let reported = checked.diagnostics.iter().enumerate().filter_map(|(at, one)| {
            let severity = self.reporting().levels.severity(one)?;
            if let Some(baseline) = &mut baseline {
                let file = one.primary().file.0 as usize;
                if baseline.take(Known::new(self.name(file), self.text(file), one)) {
                    return None;
                }
            }
            Some(Finding { checked: checked.clone(), at, severity })
        });
        reported.collect()
    }

    /// What is wrong in one file.
    pub fn diagnostics(&self, file: usize) -> Vec<Finding> {
        let mut all = self.all_diagnostics();
        all.retain(|one| one.diagnostic().is_some_and(|one| one.primary().file.0 as usize == file));
        all
    }
}
