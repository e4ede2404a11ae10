//! Findings as SARIF 2.1.0, for code scanning services.

use std::collections::BTreeMap;

use hir::{Code, Severity};
use serde_json::{Value, json};
use syntax::span::FileRange;

use super::Report;
use crate::files::Sources;

/// One SARIF log.
pub fn sarif(report: &Report<'_>) -> String {
    let mut used: BTreeMap<&str, &'static Code> = BTreeMap::new();
    for finding in report.findings {
        used.insert(finding.diagnostic.code.id, finding.diagnostic.code);
    }
    let index: BTreeMap<&str, usize> = used.keys().enumerate().map(|(index, id)| (*id, index)).collect();
    let rules: Vec<Value> = used.values().map(|code| rule(code)).collect();
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let diagnostic = &finding.diagnostic;
            let mut message = diagnostic.message.clone();
            for note in &diagnostic.notes {
                message.push_str(". ");
                message.push_str(note);
            }
            let mut result = json!({
                "ruleId": diagnostic.code.id,
                "ruleIndex": index[diagnostic.code.id],
                "level": level(finding.severity),
                "message": {"text": message},
                "locations": [{"physicalLocation": physical(report.sources, diagnostic.primary())}],
            });
            let related: Vec<Value> = diagnostic
                .labels
                .iter()
                .filter(|label| !label.primary)
                .enumerate()
                .map(|(id, label)| {
                    json!({
                        "id": id,
                        "physicalLocation": physical(report.sources, label.range),
                        "message": {"text": label.text},
                    })
                })
                .collect();
            if !related.is_empty() {
                result["relatedLocations"] = json!(related);
            }
            let fixes: Vec<Value> = diagnostic.fixes.iter().map(|fix| repair(report.sources, fix)).collect();
            if !fixes.is_empty() {
                result["fixes"] = json!(fixes);
            }
            result
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "rulec",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.id,
        "name": code.name,
        "shortDescription": {"text": code.title},
        "help": {"text": format!("rulec explain {}", code.id), "markdown": code.page},
        "defaultConfiguration": {"level": level(code.severity)},
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn artifact(file: &str) -> Value {
    json!({"uri": uri(file)})
}

fn region(sources: &Sources, range: FileRange) -> Value {
    let place = sources.place(range);
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
        "byteOffset": place.start.offset,
        "byteLength": place.end.offset - place.start.offset,
    })
}

fn physical(sources: &Sources, range: FileRange) -> Value {
    json!({"artifactLocation": artifact(sources.name(range.file)), "region": region(sources, range)})
}

fn repair(sources: &Sources, fix: &hir::Fix) -> Value {
    let mut changes: BTreeMap<u32, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        changes.entry(edit.range.file.0).or_default().push(json!({
            "deletedRegion": region(sources, edit.range),
            "insertedContent": {"text": edit.text},
        }));
    }
    let changes: Vec<Value> = changes
        .into_iter()
        .map(|(file, replacements)| {
            json!({
                "artifactLocation": artifact(sources.name(syntax::span::FileId(file))),
                "replacements": replacements,
            })
        })
        .collect();
    json!({"description": {"text": fix.title}, "artifactChanges": changes})
}

/// A file name as a relative or `file:` URI reference.
fn uri(file: &str) -> String {
    let mut uri = String::with_capacity(file.len());
    if file.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in file.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte as char)
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
