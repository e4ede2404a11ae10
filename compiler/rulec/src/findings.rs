//! Diagnostics after levels: what is reported, and how severely.

use hir::{Diagnostic, Severity};

/// A diagnostic with the severity that the configuration gives it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The diagnostic.
    pub diagnostic: Diagnostic,
    /// Its severity here.
    pub severity: Severity,
}
