//! Findings as JUnit XML: one suite a file, one case a finding, warnings included as passed cases with output.

use std::fmt::Write;

use hir::Severity;
use syntax::span::FileId;

use super::Report;

/// One XML document.
pub fn junit(report: &Report<'_>) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let total = report.findings.len().max(report.sources.len());
    let failures = report.count(Severity::Error);
    let _ = writeln!(out, "<testsuites name=\"rulec check\" tests=\"{total}\" failures=\"{failures}\">");
    for file in 0..report.sources.len() {
        let file = FileId(file as u32);
        let name = escape(report.sources.name(file));
        let findings: Vec<_> =
            report.findings.iter().filter(|f| f.diagnostic.primary().file == file).collect();
        let failures = findings.iter().filter(|f| f.severity == Severity::Error).count();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">",
            findings.len().max(1)
        );
        if findings.is_empty() {
            let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"check\"/>");
        }
        for finding in findings {
            let diagnostic = &finding.diagnostic;
            let place = report.sources.place(diagnostic.primary());
            let code = diagnostic.code;
            let _ = writeln!(
                out,
                "    <testcase classname=\"{name}\" name=\"{} {} at {}:{}\" line=\"{}\">",
                code.id, code.name, place.start.line, place.start.column, place.start.line
            );
            let mut body = diagnostic.message.clone();
            for note in &diagnostic.notes {
                body.push('\n');
                body.push_str(note);
            }
            let (open, close) = match finding.severity {
                Severity::Error => (
                    format!("<failure type=\"{}\" message=\"{}\">", code.id, escape(&diagnostic.message)),
                    "</failure>",
                ),
                _ => ("<system-out>".to_string(), "</system-out>"),
            };
            let _ = writeln!(out, "      {open}{}{close}\n    </testcase>", escape(&body));
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// Text as XML character data; characters that XML 1.0 cannot hold become U+FFFD.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\n' | '\t' => escaped.push(character),
            control if control < ' ' || matches!(control, '\u{fffe}' | '\u{ffff}') => {
                escaped.push('\u{fffd}')
            }
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #[test]
    fn text_is_escaped() {
        assert_eq!(super::escape("a<b & \"c\"\u{1}\n"), "a&lt;b &amp; &quot;c&quot;\u{fffd}\n");
    }
}
