//! What the upstream projects assert for rules, conditions and outputs, against this implementation.
//!
//! `cargo test -p corpus --test conformance [FILTER]`; the last line of output counts the cases. Cases of kind `replay`
//! and `cli` need the runtime and are run elsewhere.

#[path = "conformance/condition.rs"]
mod condition;
#[path = "conformance/evaluate.rs"]
mod evaluate;
#[path = "conformance/format.rs"]
mod format;
#[path = "conformance/rules.rs"]
mod rules;
#[path = "conformance/syntax_tree.rs"]
mod syntax_tree;
#[path = "conformance/validate.rs"]
mod validate;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use corpus::case::Case;
use corpus::reference::Reference;
use corpus::report::{Exception, Outcome, Report};

/// Cases that contradict the reference text, at most ten.
const EXCEPTIONS: &[Exception] = &[
    // The document names one plugin twice among alternatives, which refuses it.
    Exception { id: "plugin_requirements/check_plugin_requirements_reject-07", section: "11.2" },
];

fn run(case: &Case) -> Outcome {
    match case.kind() {
        "validate" => validate::run(case),
        "condition" => condition::run(case),
        "format" => format::run(case),
        kind => Outcome::Skipped(format!("no runner for {kind}")),
    }
}

fn main() -> ExitCode {
    let mut report = Report::default();
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    if let Some(folder) = Reference::Conformance.folder() {
        for case in Case::all(&folder) {
            let wanted = filter.as_deref().is_none_or(|filter| case.id().contains(filter));
            if !wanted || !matches!(case.kind(), "validate" | "condition" | "format") {
                continue;
            }
            let outcome = catch_unwind(AssertUnwindSafe(|| run(&case)))
                .unwrap_or_else(|_| Outcome::Failed("panicked".to_owned()));
            let mode = case.text("mode");
            let kind =
                if mode.is_empty() { case.kind().to_owned() } else { format!("{}:{mode}", case.kind()) };
            report.add(&kind, case.id(), &outcome, EXCEPTIONS);
        }
    }
    println!("{report}");
    if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
