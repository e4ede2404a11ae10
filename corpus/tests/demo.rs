//! Our own capture: it is what its script says, byte for byte, and our own rules raise the alerts that are written down.
//!
//! `UPDATE_EXPECT=1 cargo test -p corpus --test demo` makes the capture and the list of alerts anew.

use std::path::{Path, PathBuf};

use corpus::daemon;
use events::scap::{Compression, Writer};
use events::script::Script;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("captures")
}

fn updating() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some()
}

/// Compares with a checked-in file, or writes it.
fn compare(path: &Path, found: &[u8]) {
    if updating() {
        std::fs::write(path, found).expect("the file can be written");
        return;
    }
    let expected = std::fs::read(path).unwrap_or_default();
    if expected == found {
        return;
    }
    if let (Ok(expected), Ok(found)) = (std::str::from_utf8(&expected), std::str::from_utf8(found)) {
        assert_eq!(found, expected, "{}", path.display());
    }
    panic!("{} differs from what its script says; UPDATE_EXPECT=1 writes it anew", path.display());
}

fn capture() -> Vec<u8> {
    let text = std::fs::read_to_string(folder().join("demo.events")).expect("the script");
    let script = Script::parse(&text).unwrap_or_else(|error| panic!("demo.events:{error}"));
    let mut writer = Writer::new(Vec::new(), Compression::None, &script.snapshot).expect("tables");
    for event in script.events() {
        writer.event(&event).expect("an event");
    }
    writer.finish().expect("the end")
}

#[test]
fn the_capture_is_what_its_script_says() {
    compare(&folder().join("demo.scap"), &capture());
}

#[test]
fn our_rules_see_everything_in_it() {
    if updating() {
        std::fs::write(folder().join("demo.scap"), capture()).expect("the file can be written");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let command = "replay corpus/captures/demo.scap -r corpus/rules/baseline.yaml";
    let arguments: Vec<String> = command.split(' ').map(str::to_owned).collect();
    let run = daemon::run(&root, &arguments, &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    compare(&folder().join("demo.alerts"), run.text().as_bytes());
    // Every rule that needs nobody outside of the capture is shown at work.
    let rules = std::fs::read_to_string(root.join("corpus/rules/baseline.yaml")).expect("the rules");
    let silent: Vec<&str> = rules
        .lines()
        .filter_map(|line| line.strip_prefix("- rule: "))
        .filter(|rule| !run.text().contains(&format!("   {rule}: ")))
        .collect();
    // A capture has no resolver for the name of the Kubernetes API.
    assert_eq!(silent, ["Kubernetes API contacted from a container"]);
}
