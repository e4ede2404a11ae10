//! `ruled doctor`: can this host be watched, and if not, what is missing and how to get it.

mod checks;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::exit::{FAILURE, HOST_UNFIT};
use crate::versions;

/// `ruled doctor`.
#[derive(Clone, Debug, Args)]
pub struct Doctor {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// As it should be.
    Fine,
    /// Live events work, but something does not.
    Limited,
    /// Live events do not work.
    Unfit,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Verdict::Fine => "ok",
            Verdict::Limited => "warning",
            Verdict::Unfit => "error",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    /// A stable name for programs.
    name: &'static str,
    verdict: Verdict,
    /// What was found.
    text: String,
    /// What to do about it.
    help: Option<String>,
}

/// Looks at everything and reports. The exit code says whether live events work.
pub(crate) fn run(options: &Doctor) -> ExitCode {
    let findings = checks::all();
    let text = if options.json { as_json(&findings) } else { as_text(&findings) };
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) if is_fit(&findings) => ExitCode::SUCCESS,
        Ok(()) => ExitCode::from(HOST_UNFIT),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => FAILURE,
    }
}

fn is_fit(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.verdict != Verdict::Unfit)
}

fn as_text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        text.push_str(&format!("{:<8} {}: {}\n", finding.verdict.word(), finding.name, finding.text));
        if let Some(help) = &finding.help {
            text.push_str(&format!("         help: {help}\n"));
        }
    }
    text.push_str(if is_fit(findings) {
        "This host can be watched.\n"
    } else {
        "This host cannot be watched until the errors above are mended.\n"
    });
    text
}

fn as_json(findings: &[Finding]) -> String {
    let checks: Vec<_> = findings
        .iter()
        .map(|finding| {
            json!({
                "name": finding.name,
                "status": finding.verdict.word(),
                "text": finding.text,
                "help": finding.help,
            })
        })
        .collect();
    let report = json!({"fit": is_fit(findings), "falco_version": versions::FALCO, "checks": checks});
    format!("{report}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(verdict: Verdict, help: Option<&str>) -> Finding {
        Finding { name: "btf", verdict, text: "a text".into(), help: help.map(str::to_string) }
    }

    #[test]
    fn both_forms_say_the_same() {
        let findings = [finding(Verdict::Fine, None), finding(Verdict::Limited, Some("do this"))];
        assert_eq!(
            as_text(&findings),
            "ok       btf: a text\nwarning  btf: a text\n         help: do this\nThis host can be watched.\n"
        );
        let report: serde_json::Value = serde_json::from_str(&as_json(&findings)).unwrap();
        assert_eq!(report["fit"], true);
        assert_eq!(report["checks"][1]["help"], "do this");
        let findings = [finding(Verdict::Unfit, None)];
        assert!(as_text(&findings).contains("cannot be watched"));
        assert!(as_json(&findings).contains("\"fit\":false"));
    }
}
