//! Levels of diagnostics: what is reported, and how severely.

use hir::{Code, Diagnostic, Severity};
use settings::{Level, RulecToml};

/// Levels by code, later ones winning: `rulec.toml` first, then what the caller adds.
#[derive(Clone, Debug, Default)]
pub struct Levels(Vec<(Selector, Level)>);

#[derive(Clone, Copy, Debug)]
enum Selector {
    AllWarnings,
    Code(&'static Code),
}

impl Levels {
    /// The levels of a `rulec.toml`, and what is wrong with some of them.
    pub fn of(toml: &RulecToml) -> (Levels, Vec<String>) {
        let mut levels = Levels::default();
        let mut problems = Vec::new();
        // The general entry first, so that single codes can differ from it.
        let mut entries: Vec<_> = toml.lints.iter().collect();
        entries.sort_by_key(|(name, _)| *name != "warnings");
        for (name, level) in entries {
            if let Err(error) = levels.add(name, *level) {
                problems.push(format!("rulec.toml: {error}"));
            }
        }
        (levels, problems)
    }

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
