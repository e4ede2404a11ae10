//! A baseline: known findings of an old rule set, so that only new ones are reported.
//!
//! An entry names the file, the code and the marked text, not the line: it survives edits elsewhere in the file. Equal
//! findings are counted, so that one more of the same is new. Errors are never known: what has one does not load.

use std::collections::BTreeMap;
use std::path::Path;

use hir::{Code, Diagnostic, Severity};
use serde_json::{Value, json};

/// What makes a finding the same as a known one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    file: String,
    code: &'static Code,
    marked: String,
}

impl Known {
    /// A diagnostic of the file with this name and text.
    pub fn new(file: &str, text: &str, diagnostic: &Diagnostic) -> Known {
        let file = file.replace('\\', "/");
        let span = diagnostic.primary().span;
        let marked: String =
            text.get(span.range()).unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ");
        Known {
            file: file.strip_prefix("./").unwrap_or(&file).to_owned(),
            code: diagnostic.code,
            marked: if marked.is_empty() { diagnostic.message.clone() } else { marked },
        }
    }
}

type Key = (String, String, String);

/// How often each finding is known.
#[derive(Clone, Debug, Default)]
pub struct Baseline(BTreeMap<Key, u64>);

impl Baseline {
    /// The baseline that lists these findings, errors apart.
    pub fn of(findings: impl IntoIterator<Item = Known>) -> Baseline {
        let mut baseline = Baseline::default();
        for one in findings.into_iter().filter(|one| one.code.severity != Severity::Error) {
            *baseline.0.entry((one.file, one.code.id.to_owned(), one.marked)).or_default() += 1;
        }
        baseline
    }

    /// How many findings are known.
    pub fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// Reads a baseline; `None` if the file does not exist. The error is for the user.
    pub fn read(path: &Path) -> Result<Option<Baseline>, String> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("cannot read baseline {}: {error}", path.display())),
        };
        let bad = |what: &str| {
            format!("{} is not a baseline: {what}; `--update-baseline` writes it anew", path.display())
        };
        let value: Value = serde_json::from_str(&text).map_err(|error| bad(&error.to_string()))?;
        let entries = value["findings"].as_array().ok_or_else(|| bad("no `findings`"))?;
        let mut baseline = Baseline::default();
        for entry in entries {
            let field = |name: &str| entry[name].as_str().map(str::to_string);
            let (Some(file), Some(code), Some(marked)) = (field("file"), field("code"), field("marked"))
            else {
                return Err(bad("an entry lacks `file`, `code` or `marked`"));
            };
            *baseline.0.entry((file, code, marked)).or_default() += entry["count"].as_u64().unwrap_or(1);
        }
        Ok(Some(baseline))
    }

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let findings: Vec<Value> = self
            .0
            .iter()
            .map(|((file, code, marked), count)| json!({"file": file, "code": code, "marked": marked, "count": count}))
            .collect();
        format!("{:#}\n", json!({"about": "known findings of rulec check", "findings": findings}))
    }

    /// Whether a finding is listed. Each entry answers so as often as it was counted. Errors of a baseline that somebody
    /// else wrote do not count.
    pub fn take(&mut self, finding: Known) -> bool {
        if finding.code.severity == Severity::Error {
            return false;
        }
        let key = (finding.file, finding.code.id.to_owned(), finding.marked);
        match self.0.get_mut(&key) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }
}
