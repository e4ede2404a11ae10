//! Alerts on the reference captures equal Falco's, line for line and in order.
//!
//! `cargo test -p corpus --test golden [FILTER]`; the last line of output counts the files.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use corpus::daemon;
use corpus::reference::Reference;
use corpus::report::{Outcome, Report};
use flate2::read::GzDecoder;

/// Rule files of each part of a golden's name, in load order, below the folder of rules (`rules/`) or of captures
/// (`captures/`).
const RULES: &[(&str, &[&str])] = &[
    ("stable", &["rules/official/falco_rules.yaml"]),
    (
        "all3",
        &[
            "rules/official/falco_rules.yaml",
            "rules/official/falco-incubating_rules.yaml",
            "rules/official/falco-sandbox_rules.yaml",
        ],
    ),
    (
        "all3on",
        &[
            "rules/official/falco_rules.yaml",
            "rules/official/falco-incubating_rules.yaml",
            "rules/official/falco-sandbox_rules.yaml",
            "captures/golden/enable_disabled.yaml",
        ],
    ),
    ("tutorial2022", &["rules/tutorial/falco_rules.yaml"]),
];

fn main() -> ExitCode {
    let mut report = Report::default();
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    if let Some((captures, rules)) = Reference::Captures.folder().zip(Reference::Rules.folder()) {
        for name in goldens(&captures) {
            if filter.as_deref().is_none_or(|filter| name.contains(filter)) {
                let kind = name.split('.').next().unwrap_or_default().to_owned();
                report.add(&kind, &name, &compare(&captures, &rules, &name), &[]);
            }
        }
    }
    println!("golden {report}");
    if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Names of the files of alerts, such as `attacks.stable.first`.
fn goldens(captures: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(captures.join("golden")).expect("the golden files");
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let name = name.strip_suffix(".gz").unwrap_or(&name).strip_suffix(".jsonl")?.to_owned();
            (!name.ends_with(".fields")).then_some(name)
        })
        .collect();
    names.sort();
    names
}

fn compare(captures: &Path, rules: &Path, name: &str) -> Outcome {
    let parts: Vec<&str> = name.split('.').collect();
    let [capture, set, matching] = parts.as_slice() else {
        return Outcome::Failed("a name of three parts was expected".to_owned());
    };
    let Some((_, files)) = RULES.iter().find(|(known, _)| known == set) else {
        return Outcome::Failed(format!("unknown rules {set}"));
    };
    let mut arguments = vec!["-c".to_owned(), captures.join("golden/falco.yaml").display().to_string()];
    for file in *files {
        let (folder, path) = file.split_once('/').unwrap_or_default();
        let path: PathBuf = if folder == "captures" { captures.join(path) } else { rules.join(path) };
        if !path.exists() {
            return Outcome::Failed(format!("{} is missing", path.display()));
        }
        arguments.extend(["-r".to_owned(), path.display().to_string()]);
    }
    let capture = captures.join(format!("{capture}.scap"));
    for option in [
        "engine.kind=replay".to_owned(),
        format!("engine.replay.capture_file={}", capture.display()),
        format!("rule_matching={matching}"),
    ] {
        arguments.extend(["-o".to_owned(), option]);
    }
    let run = daemon::run(captures, &arguments, &[]);
    if run.code != Some(0) {
        return Outcome::Failed(format!("exit code {:?}\n{}", run.code, run.stderr));
    }
    let expected = lines(&captures.join(format!("golden/{name}.jsonl")));
    let found: Vec<&[u8]> =
        run.alerts().split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    if let Some(at) = (0..expected.len().max(found.len()))
        .find(|at| expected.get(*at).map(String::as_bytes) != found.get(*at).copied())
    {
        let own = found.get(at).map(|line| String::from_utf8_lossy(line));
        return Outcome::Failed(format!(
            "{} alerts, expected {}; line {} is\n{own:?}\nexpected\n{:?}",
            found.len(),
            expected.len(),
            at + 1,
            expected.get(at)
        ));
    }
    Outcome::Passed
}

fn lines(plain: &Path) -> Vec<String> {
    let input: Box<dyn Read> = match File::open(plain) {
        Ok(file) => Box::new(file),
        Err(_) => {
            Box::new(GzDecoder::new(File::open(format!("{}.gz", plain.display())).expect("a golden file")))
        }
    };
    BufReader::new(input).lines().map(|line| line.expect("a line")).collect()
}
