//! `rulec fmt` as a process: what it writes, prints and returns.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const UNFORMATTED: &str = "-   macro: a\n    condition:   b\n";
const FORMATTED: &str = "- macro: a\n  condition: b\n";

/// A folder of its own for a test, with files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

fn fmt(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rulec")).arg("fmt").args(arguments).current_dir(folder).output().unwrap()
}

fn shown(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn files_are_written_once() {
    let folder = folder("files", &[("a.yaml", UNFORMATTED), ("b.yml", FORMATTED), ("c.txt", UNFORMATTED)]);
    let first = fmt(&folder, &["."]);
    assert_eq!(shown(&first), (Some(0), String::new(), "formatted ./a.yaml\n".to_string()));
    assert_eq!(fs::read_to_string(folder.join("a.yaml")).unwrap(), FORMATTED);
    assert_eq!(fs::read_to_string(folder.join("c.txt")).unwrap(), UNFORMATTED);
    let second = fmt(&folder, &["."]);
    assert_eq!(shown(&second), (Some(0), String::new(), String::new()));
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a.yaml", "b.yml", "c.txt"], "nothing is left behind");
}

#[test]
fn check_shows_the_difference_and_changes_nothing() {
    let folder = folder("check", &[("a.yaml", UNFORMATTED), ("b.yaml", FORMATTED)]);
    let expected = "\
--- a.yaml
+++ a.yaml (formatted)
@@ -1,2 +1,2 @@
--   macro: a
-    condition:   b
+- macro: a
+  condition: b
";
    let output = fmt(&folder, &["--check", "a.yaml", "b.yaml"]);
    assert_eq!(shown(&output), (Some(1), expected.to_string(), String::new()));
    assert_eq!(fs::read_to_string(folder.join("a.yaml")).unwrap(), UNFORMATTED);
    assert_eq!(shown(&fmt(&folder, &["--check", "b.yaml"])), (Some(0), String::new(), String::new()));
}

#[test]
fn standard_input_is_formatted_to_standard_output() {
    let folder = folder("stdin", &[]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_rulec"))
        .args(["fmt", "-"])
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(UNFORMATTED.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), String::from_utf8(output.stdout).unwrap().as_str()),
        (Some(0), FORMATTED)
    );
}

#[test]
fn what_is_not_yaml_is_left_alone() {
    let folder = folder("broken", &[("a.yaml", "- a: [b\n"), ("b.yaml", UNFORMATTED)]);
    let (code, _, errors) = shown(&fmt(&folder, &["a.yaml", "b.yaml"]));
    assert_eq!(code, Some(1));
    assert_eq!(errors, "a.yaml:2:1: end of sequence flow not found; left as it is\nformatted b.yaml\n");
    assert_eq!(fs::read_to_string(folder.join("a.yaml")).unwrap(), "- a: [b\n");
}

#[test]
fn missing_files_are_wrong_use() {
    let folder = folder("missing", &[]);
    assert_eq!(fmt(&folder, &["none.yaml"]).status.code(), Some(2));
    assert_eq!(fmt(&folder, &[]).status.code(), Some(2));
}
