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
    check("- rule: r\n  exceptions:\n    $0", &["- name"], &["fields", "condition"]);
    check("- required_plugin_versions:\n  $0", &["- name"], &["version"]);
    check("- rule: r\n  override: {condition: append, $0", &["exceptions"], &["condition", "override"]);
    check("- rule: r\n  override: {condition: $0", &["append"], &["condition"]);
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
    check("- macro: m\n  condition: proc.name = val($0", &["proc.pname"], &["and", "spawned"]);
    check("- macro: m\n  condition: proc.name = val(proc.pname) $0", &["and"], &["proc.name", "="]);
    check("- macro: m\n  condition: len(proc.name) $0", &["=", ">"], &["startswith", "and"]);
    check("- macro: m\n  condition: tolower(proc.name) = $0", &["cat"], &["execve"]);
    check("- macro: m\n  condition: len(proc.name) = $0", &[], &["cat"]);
    check("- rule: r\n  condition: and $0\n  append: true\n", &["spawned", "proc.name"], &["and", "or"]);
}

#[test]
fn values_by_field() {
    check("- macro: m\n  condition: fd.types = $0", &["ipv4"], &[]);
    check("- macro: m\n  condition: fd.snet in ($0", &["10.0.0.0/8"], &["ipv4"]);
    check("- macro: m\n  condition: evt.res = $0", &["EACCES", "SUCCESS"], &[]);
    check("- macro: m\n  condition: thread.cap_effective contains $0", &["CAP_SYS_ADMIN"], &[]);
    check("- macro: m\n  condition: evt.type = $0", &["openat"], &["NA"]);
    check("- macro: m\n  condition: evt.type = openat and evt.arg.flags contains $0", &["O_CREAT"], &[]);
    check(
        "- macro: m\n  condition: evt.type = clone and evt.arg.flags contains $0",
        &["CLONE_NEWNS"],
        &["O_CREAT"],
    );
    // Seen with another field, or in a list that a process's name is compared with.
    check(
        "- macro: m\n  condition: proc.pname = $0\n- macro: n\n  condition: proc.name in (shells)\n",
        &["cat", "bash"],
        &["shells"],
    );
    // What stands there already, and what is being typed, are no news.
    check("- macro: m\n  condition: proc.name in (cat, $0)", &["head"], &["cat"]);
    check("- macro: m\n  condition: proc.name in (xy$0)", &[], &["xy"]);
    // The quotes of the scalar.
    check(
        "- macro: q\n  condition: proc.name = \"a b\"\n- macro: m\n  condition: \"proc.name = $0",
        &["cat"],
        &["\"a b\""],
    );
}

#[test]
fn exceptions() {
    let base = "- rule: r\n  exceptions:\n    - name: known\n      fields: [proc.name, fd.type]\n      comps: [in, =]\n";
    let again = |text: &str| format!("{base}- rule: r\n  exceptions:\n    - {text}");
    check(&again("name: $0"), &["known"], &["container"]);
    check(
        &again("name: n\n      fields: [proc.name, proc.pid]\n      comps: [in, $0"),
        &["=", "<"],
        &["startswith"],
    );
    check(
        &again("name: n\n      fields: [proc.name, fd.type]\n      values:\n        - [$0"),
        &["shells", "cat"],
        &["ipv4"],
    );
    check(&again("name: known\n      values:\n        - [$0"), &["shells", "cat"], &["ipv4"]);
    check(&again("name: known\n      values:\n        - [[cat, $0"), &["shells"], &["ipv4"]);
    check(&again("name: known\n      values:\n        - [[cat], $0"), &["ipv4"], &["cat", "shells"]);
    check(&again("name: known\n      values: [[[cat], file], [[cat], $0"), &["ipv4"], &["cat"]);
    check(&again("name: n\n      fields: fd.type\n      values: [file, $0"), &["ipv4"], &["cat"]);
}

#[test]
fn nothing_refers_to_itself() {
    check("- macro: own\n  condition: $0", &["spawned"], &["own"]);
    check("- list: own\n  items: [$0]", &["shells"], &["own"]);
    check("- list: ow$0", &[], &["ow"]);
    check("- rule: r\n  tags: [my_tag, T10$0]", &["T1059"], &["T10", "my_tag"]);
}

#[test]
fn comments() {
    check("- rule: r\n  # rulec: allow($0", &["unused-list"], &["condition"]);
    check("- rule: r\n  # ru$0", &["rulec: allow"], &[]);
    check("- rule: r\n  # $0", &[], &["rulec: allow", "condition"]);
}

#[test]
fn other_values() {
    check("- rule: r\n  output: x %proc.$0", &["proc.name"], &["spawned"]);
    check("- rule: r\n  output: x $0", &[], &["proc.name"]);
    check("- rule: r\n  priority: $0", &["WARNING"], &["true"]);
    check("- rule: r\n  enabled: $0", &["true"], &["WARNING"]);
    check("- rule: r\n  tags: [$0", &["T1059", "mitre_execution", "container"], &[]);
    check("- rule: r\n  source: $0", &["syscall", "k8s_audit"], &[]);
    check("- required_engine_version: $0", &["0.63.0"], &[]);
    check("- required_plugin_versions:\n  - name: json\n    version: $0", &["0.7.4"], &[]);
    check("- rule: r\n  priority: INF$0", &["INFO", "INFORMATIONAL"], &[]);
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
    // Of a plugin that is not loaded.
    check("- rule: r\n  source: k8s_audit\n  condition: ka.$0", &["ka.verb"], &["proc.name"]);
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

/// The text after the proposal is taken.
fn taken(text: &str, label: &str) -> String {
    let (analysis, file, offset) = fixture(text);
    let all = analysis.completions(file, offset);
    let Some(one) = all.iter().find(|one| one.label == label) else {
        panic!("{label} is missing for {text:?}")
    };
    let mut text = analysis.text(file).to_owned();
    text.replace_range(one.replace.range(), &one.insert);
    text
}

#[test]
fn what_stands_around_the_word_stays() {
    assert_eq!(taken("- rule: r\n  outp$0: x\n", "output"), "- rule: r\n  output: x\n");
    assert_eq!(taken("- rule: r\n  priority:$0\n", "ERROR"), "- rule: r\n  priority: ERROR\n");
    assert_eq!(taken("- rule: r\n  tags: $0\n", "host"), "- rule: r\n  tags: [host]\n");
    assert_eq!(taken("- rule: r\n  tags: [a, $0]\n", "host"), "- rule: r\n  tags: [a, host]\n");
    assert_eq!(taken("- rule: r\n  tags:\n    - $0\n", "host"), "- rule: r\n  tags:\n    - host\n");
    let (before, after) = ("- macro: m\n  condition: ", "(proc.name) = a\n");
    assert_eq!(taken(&format!("{before}tolow$0{after}"), "tolower"), format!("{before}tolower{after}"));
    assert_eq!(taken(&format!("{before}proc.name $0 (a)\n"), "in"), format!("{before}proc.name in (a)\n"));
    let (analysis, file, offset) = fixture("- macro: m\n  condition: proc.na$0me = a\n");
    let first = &analysis.completions(file, offset)[0];
    assert_eq!(first.label, "proc.name", "the beginning counts most");
    assert_eq!(
        analysis.text(file).get(first.replace.start as usize..first.word_end as usize),
        Some("proc.name")
    );
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
