//! What a person sees: every file of `corpus/check`, as the program prints it, and what is left of it after repairs.
//!
//! `UPDATE_EXPECT=1` writes the texts anew. A first line `# plugins: a,b` loads plugins.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use hir::{Applicability, Checked, Edit, Input, Options, Severity, SourceFile};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/check")
}

/// Every case: its code and its file.
fn cases() -> Vec<(String, PathBuf)> {
    let inside = |folder: &Path| {
        let entries =
            std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.sort();
        paths
    };
    let mut cases = Vec::new();
    for folder in inside(&corpus()) {
        let code = folder.file_name().expect("a name").to_string_lossy().into_owned();
        let files =
            inside(&folder).into_iter().filter(|path| path.extension().is_some_and(|one| one == "yaml"));
        cases.extend(files.map(|path| (code.clone(), path)));
    }
    cases
}

fn plugins(text: &str) -> Option<&str> {
    text.lines().next()?.strip_prefix("# plugins: ")
}

/// Falco's words alone say what is wrong, not what to do.
#[test]
fn every_finding_says_what_to_do() {
    let mut wrong = Vec::new();
    for (_, path) in cases() {
        let text = std::fs::read_to_string(&path).expect("a readable case");
        let checked = check(&text);
        let silent = checked.diagnostics.iter().filter(|one| one.fixes.is_empty() && one.notes.is_empty());
        // These say it in the headline or beside the mark, reason included.
        let plain = ["E0007", "W0204", "W0205", "W0209", "W0211", "W0215", "W0219", "W0226"];
        let silent = silent.filter(|one| !plain.contains(&one.code.id));
        wrong.extend(silent.map(|one| format!("{}: {} {}", path.display(), one.code.id, one.message)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn printed() {
    let mut wrong = Vec::new();
    for (code, path) in cases() {
        let text = std::fs::read_to_string(&path).expect("a readable case");
        let mut command = Command::new(env!("CARGO_BIN_EXE_rulec"));
        command.current_dir(path.parent().expect("a folder")).args(["--color", "never", "check"]);
        command.arg(path.file_name().expect("a name"));
        command.args(plugins(&text).map(|names| format!("--plugins={names}")));
        let output = command.output().expect("rulec runs");
        let printed = String::from_utf8(output.stdout).expect("text");
        let expected = path.with_extension("txt");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&expected, &printed).expect("the text can be written");
        }
        let known = std::fs::read_to_string(&expected).unwrap_or_default();
        if !printed.contains(&format!("[{code}]")) {
            wrong.push(format!("{}: does not show {code}", path.display()));
        }
        if printed != known {
            wrong.push(format!("{}: printed\n{printed}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\nrun with UPDATE_EXPECT=1 and look at what changed", wrong.join("\n"));
}

#[test]
fn every_code_has_a_case() {
    let have: BTreeSet<String> = cases().into_iter().map(|(code, _)| code).collect();
    let wanted: BTreeSet<String> = hir::codes::ALL.iter().map(|code| code.id.to_owned()).collect();
    assert_eq!(have, wanted);
}

fn check(text: &str) -> Checked {
    let names = plugins(text).unwrap_or("container").split(',');
    let catalogue = names.fold(catalogue::Catalogue::core(), |catalogue, name| catalogue.with_plugin(name));
    let options = Options { catalogue, ..Options::default() };
    hir::check(&Input { files: vec![SourceFile::new("case.yaml", text)], options })
}

fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.span.start));
    let mut repaired = text.to_owned();
    for edit in edits {
        repaired.replace_range(edit.range.span.range(), &edit.text);
    }
    repaired
}

/// Each repair alone: the problem is gone, and after a safe one the file loads as before and nothing else is wrong.
#[test]
fn repairs() {
    let (mut safe, mut others) = (0, 0);
    for (code, path) in cases() {
        let text = std::fs::read_to_string(&path).expect("a readable case");
        let before = check(&text);
        let errors = before.diagnostics.iter().filter(|one| one.severity == Severity::Error).count();
        for one in before.diagnostics.iter().filter(|one| one.code.id == code) {
            for fix in &one.fixes {
                let repaired = apply(&text, fix.edits.clone());
                let after = check(&repaired);
                let name = format!("{}: {}:\n{repaired}", path.display(), fix.title);
                let same = after.diagnostics.iter().filter(|other| other.code == one.code).count();
                let had = before.diagnostics.iter().filter(|other| other.code == one.code).count();
                assert!(same < had, "still reported after {name}");
                let left = after.diagnostics.iter().filter(|one| one.severity == Severity::Error).count();
                // A suggested name may be only the first step of a repair.
                if fix.applicability == Applicability::MachineApplicable {
                    safe += 1;
                    assert!(left <= errors, "more errors after {name}");
                    assert!(
                        after.diagnostics.len() < before.diagnostics.len(),
                        "something else is wrong after {name}"
                    );
                } else {
                    others += 1;
                }
            }
        }
    }
    assert!(safe >= 20 && others >= 40, "only {safe} safe repairs and {others} others tried");
}
