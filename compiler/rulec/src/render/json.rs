//! Findings as our own JSON: everything that a tool needs to show or repair them.

use hir::{Applicability, Severity};
use serde_json::{Value, json};
use syntax::span::FileRange;

use super::{Report, word};
use crate::files::Sources;

/// One JSON document, pretty-printed.
pub fn json(report: &Report<'_>) -> String {
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let diagnostic = &finding.diagnostic;
            let labels: Vec<Value> = diagnostic
                .labels
                .iter()
                .map(|label| {
                    let mut value = range(report.sources, label.range);
                    value["primary"] = json!(label.primary);
                    value["text"] = json!(label.text);
                    value
                })
                .collect();
            let fixes: Vec<Value> = diagnostic
                .fixes
                .iter()
                .map(|fix| {
                    let edits: Vec<Value> = fix
                        .edits
                        .iter()
                        .map(|edit| {
                            let mut value = range(report.sources, edit.range);
                            value["replacement"] = json!(edit.text);
                            value
                        })
                        .collect();
                    json!({
                        "title": fix.title,
                        "applicability": match fix.applicability {
                            Applicability::MachineApplicable => "machine-applicable",
                            Applicability::MaybeIncorrect => "maybe-incorrect",
                        },
                        "edits": edits,
                    })
                })
                .collect();
            json!({
                "code": diagnostic.code.id,
                "name": diagnostic.code.name,
                "severity": word(finding.severity),
                "message": diagnostic.message,
                "labels": labels,
                "notes": diagnostic.notes,
                "fixes": fixes,
                "falco": diagnostic.falco.as_ref().map(|falco| json!({
                    "code": falco.code.as_str(),
                    "message": falco.message,
                })),
            })
        })
        .collect();
    let document = json!({
        "diagnostics": findings,
        "summary": {
            "files": report.sources.len(),
            "errors": report.count(Severity::Error),
            "warnings": report.count(Severity::Warning),
        },
    });
    format!("{document:#}\n")
}

/// Lines and columns count from 1, columns in characters; offsets count bytes from 0.
fn range(sources: &Sources, range: FileRange) -> Value {
    let place = sources.place(range);
    json!({
        "file": place.file,
        "start": {"line": place.start.line, "column": place.start.column, "offset": place.start.offset},
        "end": {"line": place.end.line, "column": place.end.column, "offset": place.end.offset},
    })
}
