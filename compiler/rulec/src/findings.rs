//! Diagnostics after levels: what is reported, and how severely.

use hir::{Code, Diagnostic, Severity};
use settings::Level;

/// A diagnostic with the severity that the configuration gives it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The diagnostic.
    pub diagnostic: Diagnostic,
    /// Its severity here.
    pub severity: Severity,
}

/// Levels by code, later ones winning: `rulec.toml` first, then the command line.
#[derive(Debug, Default)]
pub struct Levels(Vec<(Selector, Level)>);

#[derive(Debug)]
enum Selector {
    AllWarnings,
    Code(&'static Code),
}

impl Levels {
    /// Adds a level for a code, a name or `warnings`. The error says which names exist nearby.
    pub fn add(&mut self, name: &str, level: Level) -> Result<(), String> {
        let selector = if name == "warnings" {
            Selector::AllWarnings
        } else {
            Selector::Code(Code::find(name).ok_or_else(|| {
                let names = hir::codes::ALL.iter().map(|code| code.name);
                match catalogue::suggest::nearest(name, names).first() {
                    Some(near) => format!("there is no code `{name}`; did you mean `{near}`?"),
                    None => format!("there is no code `{name}`; `rulec explain` lists all"),
                }
            })?)
        };
        self.0.push((selector, level));
        Ok(())
    }

    /// The severity of a diagnostic, or `None` when it is allowed. Errors that Falco raises stay errors.
    pub fn severity(&self, diagnostic: &Diagnostic) -> Option<Severity> {
        if diagnostic.severity == Severity::Error {
            return Some(Severity::Error);
        }
        let mut severity = Some(diagnostic.severity);
        for (selector, level) in &self.0 {
            let selected = match selector {
                // `-D warnings` raises what is reported; it does not bring back what was allowed.
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
