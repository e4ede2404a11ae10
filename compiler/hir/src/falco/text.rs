//! The text forms of a result (language.md 10.6).

use std::fmt::Write as _;

use crate::falco::load_result::{Issue, LoadResult};

impl LoadResult {
    /// `<file>: Ok`, `<file>: Ok, with warnings` or `<file>: Invalid`.
    pub fn status_line(&self) -> String {
        let status = match (&self.error, self.warnings.is_empty()) {
            (Some(_), _) => "Invalid",
            (None, true) => "Ok",
            (None, false) => "Ok, with warnings",
        };
        if self.name.is_empty() { status.to_owned() } else { format!("{}: {status}", self.name) }
    }

    /// The one-paragraph form.
    pub fn summary(&self) -> String {
        let mut out = self.status_line();
        let schema = self.schema_warnings();
        if !schema.is_empty() {
            let _ = write!(out, "\n {} schema warnings: [{}]", schema.len(), schema.join(" "));
        }
        if let Some(error) = &self.error {
            let _ = write!(out, "\n 1 errors: [{} ({})]", error.code.as_str(), error.code.short());
        }
        if !self.warnings.is_empty() {
            let codes: Vec<String> = self
                .warnings
                .iter()
                .map(|warning| format!("{} ({})", warning.code.as_str(), warning.short()))
                .collect();
            let _ = write!(out, "\n {} warnings: [{}]", codes.len(), codes.join(" "));
        }
        out
    }

    /// The form with locations and snippets. `text_of` gives the text of a loaded file by its name.
    pub fn verbose<'t>(&self, text_of: impl Fn(&str) -> Option<&'t str> + Copy) -> String {
        let mut out = self.status_line();
        let schema = self.schema_warnings();
        if !schema.is_empty() {
            let _ = writeln!(out, "\n{} Schema warnings:", schema.len());
            for status in schema {
                let _ = writeln!(out, "------\n{status}");
            }
            out.push_str("------\n");
        }
        if let Some(error) = &self.error {
            out.push_str("\n1 Errors:\n");
            block(&mut out, error, text_of);
        }
        if !self.warnings.is_empty() {
            let _ = writeln!(out, "\n{} Warnings:", self.warnings.len());
            for warning in &self.warnings {
                block(&mut out, warning, text_of);
            }
        }
        out
    }
}

fn block<'t>(out: &mut String, issue: &Issue, text_of: impl Fn(&str) -> Option<&'t str>) {
    for (index, at) in issue.context.locations.iter().enumerate() {
        out.push_str(if index == 0 { "In " } else { "    " });
        out.push_str(at.item_type.as_str());
        if !at.item_name.is_empty() {
            let _ = write!(out, " '{}'", at.item_name);
        }
        let _ = writeln!(out, ": ({}:{}:{})", at.name, at.line, at.column);
    }
    let _ = writeln!(out, "------\n{}------", issue.snippet(text_of));
    let _ = writeln!(out, "{} ({}): {}", issue.code.as_str(), issue.short(), issue.message);
}
