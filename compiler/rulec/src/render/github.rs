//! Findings as workflow commands of GitHub Actions: annotations on the changed lines.

use std::fmt::Write;

use hir::Severity;

use super::Report;

/// One command a line.
pub fn github(report: &Report<'_>) -> String {
    let mut out = String::new();
    for finding in report.findings {
        let diagnostic = &finding.diagnostic;
        let place = report.sources.place(diagnostic.primary());
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut message = views::clean(&diagnostic.message);
        if let Some(label) = diagnostic.labels.first().filter(|label| !label.text.is_empty()) {
            message.push_str(": ");
            message.push_str(&views::clean(&label.text));
        }
        for note in &diagnostic.notes {
            message.push('\n');
            message.push_str(&views::clean(note));
        }
        let _ = writeln!(
            out,
            "::{command} file={},line={},endLine={},col={},endColumn={},title={}::{}",
            property(&place.file),
            place.start.line,
            place.end.line,
            place.start.column,
            place.end.column,
            property(&format!("{} {}", diagnostic.code.id, diagnostic.code.name)),
            data(&message),
        );
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    #[test]
    fn commands_are_escaped() {
        assert_eq!(super::data("50% of\r\nall: a,b"), "50%25 of%0D%0Aall: a,b");
        assert_eq!(super::property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
