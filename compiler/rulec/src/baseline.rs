//! `--baseline`: known findings of an old rule set, so that only new ones are reported.
//!
//! An entry names the file, the code and the marked text, not the line: it survives edits elsewhere in the file. Equal
//! findings are counted, so that one more of the same is new.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::files::Sources;
use crate::findings::Finding;

type Key = (String, String, String);

/// How often each finding is known.
#[derive(Debug, Default)]
pub(crate) struct Baseline(BTreeMap<Key, u64>);

fn key(sources: &Sources, finding: &Finding) -> Key {
    let range = finding.diagnostic.primary();
    let file = sources.name(range.file).replace('\\', "/");
    let file = file.strip_prefix("./").unwrap_or(&file).to_string();
    let marked: String =
        range.span.slice(sources.text(range.file)).split_whitespace().collect::<Vec<_>>().join(" ");
    let place = if marked.is_empty() { finding.diagnostic.message.clone() } else { marked };
    (file, finding.diagnostic.code.id.to_string(), place)
}

impl Baseline {
    /// The baseline that lists these findings.
    pub(crate) fn of(sources: &Sources, findings: &[Finding]) -> Baseline {
        let mut baseline = Baseline::default();
        for finding in findings {
            *baseline.0.entry(key(sources, finding)).or_default() += 1;
        }
        baseline
    }

    /// Reads a baseline; `None` if the file does not exist.
    pub(crate) fn read(path: &Path) -> Result<Option<Baseline>, String> {
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
    pub(crate) fn to_text(&self) -> String {
        let findings: Vec<Value> = self
            .0
            .iter()
            .map(|((file, code, marked), count)| json!({"file": file, "code": code, "marked": marked, "count": count}))
            .collect();
        format!("{:#}\n", json!({"about": "known findings of rulec check", "findings": findings}))
    }

    /// The findings that the baseline does not list.
    pub(crate) fn filter(mut self, sources: &Sources, findings: Vec<Finding>) -> Vec<Finding> {
        findings
            .into_iter()
            .filter(|finding| match self.0.get_mut(&key(sources, finding)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            })
            .collect()
    }
}
