//! Findings in every format that people, editors and pipelines read.

mod excerpt;
mod falco_json;
mod github;
mod json;
mod junit;
mod sarif;
mod text;

pub use falco_json::falco_json;
pub use github::github;
pub use json::json;
pub use junit::junit;
pub use sarif::sarif;
pub use text::{summary, text};

use hir::Severity;

use crate::files::Sources;
use crate::findings::Finding;

/// What is rendered: findings in order, and the files that they point into.
pub struct Report<'a> {
    /// The files that were checked, by `FileId`.
    pub sources: &'a Sources,
    /// What was found, after levels, allowances and the baseline.
    pub findings: &'a [Finding],
}

impl Report<'_> {
    /// How many findings have a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// The word for a severity.
pub(crate) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
