//! Levels of diagnostics, as `rulec.toml` configures them: the same as on the command line.

use hir::{Code, Diagnostic, Severity};
use settings::{Level, RulecToml};

/// Levels by code, later ones winning.
#[derive(Clone, Debug, Default)]
pub struct Levels(Vec<(Selector, Level)>);

#[derive(Clone, Copy, Debug)]
enum Selector {
    AllWarnings,
    Code(&'static Code),
}

impl Levels {
    /// The levels of a `rulec.toml`, and the names in it that are no codes.
    pub fn of(toml: &RulecToml) -> (Levels, Vec<String>) {
        let mut levels = Levels::default();
        let mut unknown = Vec::new();
        // The general entry first, so that single codes can differ from it.
        let mut entries: Vec<_> = toml.lints.iter().collect();
        entries.sort_by_key(|(name, _)| *name != "warnings");
        for (name, level) in entries {
            if !levels.add(name, *level) {
                unknown.push(name.clone());
            }
        }
        (levels, unknown)
    }

    /// Adds a level for a code, a name or `warnings`. Whether there is such a code.
    pub fn add(&mut self, name: &str, level: Level) -> bool {
        let selector = match name {
            "warnings" => Selector::AllWarnings,
            _ => match Code::find(name) {
                Some(code) => Selector::Code(code),
                None => return false,
            },
        };
        self.0.push((selector, level));
        true
    }

    /// The severity of a diagnostic, or `None` when it is allowed. Errors that Falco raises stay errors.
    pub fn severity(&self, diagnostic: &Diagnostic) -> Option<Severity> {
        if diagnostic.severity == Severity::Error {
            return Some(Severity::Error);
        }
        let mut severity = Some(diagnostic.severity);
        for (selector, level) in &self.0 {
            let selected = match selector {
                // `warnings = "deny"` raises what is reported; it does not bring back what was allowed.
                Selector::AllWarnings => severity == Some(Severity::Warning),
                Selector::Code(code) => code.id == diagnostic.code.id,
            };
            if selected {
                severity = match level {
                    Level::Allow => None,
                    Level::Warn => Some(Severity::Warning),
                    Level::Deny => Some(Severity::Error),
                };
            }
        }
        severity
    }
}
