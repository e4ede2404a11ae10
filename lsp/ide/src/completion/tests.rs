//! What is proposed where.

use crate::fixture::fixture;

const LIBRARY: &str = "//- lib.yaml\n- list: shells\n  items: [sh, bash]\n- macro: spawned\n  condition: evt.type=execve\n- macro: reads\n  condition: proc.name in (cat, head)\n//- a.yaml\n";

fn labels(text: &str) -> Vec<String> {
    let (analysis, file, offset) = fixture(&format!("{LIBRARY}{text}"));
    analysis.completions(file, offset).into_iter().map(|one| one.label).collect()
}

/// `with` are proposed and `without` are not.
fn check(text: &str, with: &[&str], without: &[&str]) {
    let all = labels(text);
    for label in with {
        assert!(all.iter().any(|one| one == label), "{label} is missing for {text:?}: {all:?}");
    }
    for label in without {
        assert!(!all.iter().any(|one| one == label), "{label} is wrong for {text:?}");
    }
}

#[test]
fn items_and_keys() {
    check("$0", &["- rule", "- macro", "- list"], &["condition"]);
    check("- $0", &["rule", "macro", "list"], &["condition"]);
    check("- ru$0", &["rule"], &["proc.name"]);
    check("- rule: r\n  $0", &["condition", "output", "override"], &["items", "rule", "proc.name"]);
    check("- rule: r\n  condition: x.y = z\n  out$0", &["output"], &["condition"]);
    check("- list: l\n  $0", &["items"], &["condition"]);
    check("- rule: r\n  override:\n    $0", &["condition", "exceptions"], &["override"]);
    check("- rule: r\n  override:\n    condition: $0", &["append", "replace"], &["condition"]);
    check("- rule: r\n  override:\n    priority: $0", &["replace"], &["append"]);
    check("- rule: r\n  exceptions:\n    - $0", &["name", "fields", "values"], &["condition"]);
    check("- rule: r\n  exceptions:\n    - name: n\n      $0", &["fields", "comps"], &["name", "priority"]);
}

#[test]
fn conditions() {
    check("- macro: m\n  condition: $0", &["spawned", "proc.name", "not", "tolower"], &["shells", "="]);
    check("- macro: m\n  condition: proc.na$0", &["proc.name", "proc.aname"], &["=", "execve"]);
    check("- macro: m\n  condition: proc.$0", &["proc.name"], &["="]);
    check("- macro: m\n  condition: >\n    spawned and\n    proc.na$0", &["proc.name"], &["condition"]);
    check("- macro: m\n  condition: proc.name $0", &["=", "in", "startswith"], &["bcontains", "proc.name"]);
    check("- macro: m\n  condition: proc.pid $0", &["=", "<", ">="], &["startswith", "glob"]);
    check("- macro: m\n  condition: evt.type = $0", &["execve", "openat"], &["proc.name"]);
    check("- macro: m\n  condition: evt.type in (open, $0", &["execve", "shells"], &["and"]);
    check("- macro: m\n  condition: proc.name in ($0", &["shells", "cat"], &["execve"]);
    check("- macro: m\n  condition: evt.is_open_read = $0", &["true", "false"], &["execve"]);
    check("- macro: m\n  condition: spawned $0", &["and", "or"], &["proc.name"]);
    check("- macro: m\n  condition: tolower($0", &["proc.name"], &["spawned"]);
    check("- macro: m\n  condition: tolower(proc.name) $0", &["="], &["and"]);
    check("- macro: m\n  condition: proc.name = \"a $0", &[], &["and"]);
    check("- macro: m\n  condition: fd.type = $0", &["file", "ipv4"], &[]);
}

#[test]
fn other_values() {
    check("- rule: r\n  output: x %proc.$0", &["proc.name"], &["spawned"]);
    check("- rule: r\n  output: x $0", &[], &["proc.name"]);
    check("- rule: r\n  priority: $0", &["WARNING"], &["true"]);
    check("- rule: r\n  enabled: $0", &["true"], &["WARNING"]);
    check("- rule: r\n  tags: [$0", &["T1059", "mitre_execution", "container"], &[]);
    check("- rule: r\n  source: $0", &["syscall"], &[]);
    check("- list: l\n  items: [$0", &["shells", "cat"], &[]);
    check("- list: sh$0", &["shells"], &["spawned"]);
    check("- rule: r\n  exceptions:\n    - name: n\n      fields: [$0", &["proc.name"], &[]);
    check(
        "- rule: r\n  exceptions:\n    - name: n\n      fields: [proc.name]\n      comps: [$0",
        &["in", "startswith"],
        &[],
    );
}

#[test]
fn fields_by_source() {
    check("- rule: r\n  source: k8s_audit\n  condition: $0", &["evt.time", "spawned"], &["proc.name"]);
}

#[test]
fn the_word_is_replaced() {
    let (analysis, file, offset) = fixture("- macro: m\n  condition: proc.na$0");
    let first = &analysis.completions(file, offset)[0];
    assert_eq!(first.replace.slice(analysis.text(file)), "proc.na");
    let (analysis, file, offset) = fixture("- rule: r\n  tags: [T10$0");
    let first = &analysis.completions(file, offset)[0];
    assert_eq!(first.replace.slice(analysis.text(file)), "T10");
}

#[test]
fn names_that_fields_take() {
    check(
        "- macro: m\n  condition: evt.type = openat and evt.arg.$0",
        &["evt.arg.flags", "evt.arg.res"],
        &["proc.name"],
    );
    check("- macro: m\n  condition: evt.arg.fl$0", &["evt.arg.flags"], &["evt.arg.res"]);
    let all = labels("- macro: m\n  condition: evt.type = openat and evt.arg.$0");
    let at = |name: &str| all.iter().position(|one| one == name);
    assert!(at("evt.arg.dirfd") < at("evt.arg.addr"), "{all:?}");
}

#[test]
fn only_what_the_word_fits() {
    check("- macro: m\n  condition: pname$0", &["proc.name", "proc.pname"], &["proc.pid", "spawned"]);
    check("- macro: m\n  condition: PROC.na$0", &["proc.name"], &["fd.name"]);
}
