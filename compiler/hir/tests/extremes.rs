//! Inputs that grow or nest without end: no overflow, no explosion.

use std::fmt::Write as _;
use std::time::Instant;

use hir::{Checked, Input, SourceFile};

fn check(text: String) -> Checked {
    hir::check(&Input { files: vec![SourceFile::new("extreme.yaml", text)], ..Input::default() })
}

fn rule(condition: &str) -> String {
    format!("- rule: r\n  desc: d\n  condition: {condition}\n  output: x\n  priority: INFO\n")
}

fn ids(checked: &Checked) -> Vec<&'static str> {
    checked.diagnostics.iter().filter(|one| one.code.falco.is_some()).map(|one| one.code.id).collect()
}

#[test]
fn nested_parentheses_and_transformers() {
    for depth in [10, 190, 450, 5_000] {
        let parentheses = format!("{}evt.type = open{}", "(".repeat(depth), ")".repeat(depth));
        let checked = check(rule(&parentheses));
        assert_eq!(checked.is_ok(), depth < 198, "{depth} parentheses: {:?}", ids(&checked));
        let transformers =
            format!("evt.type = open and {}fd.name{} = x", "tolower(".repeat(depth), ")".repeat(depth));
        let checked = check(rule(&transformers));
        assert_eq!(checked.is_ok(), depth < 5_000, "{depth} transformers: {:?}", ids(&checked));
        let output = format!("{}fd.name{}", "tolower(".repeat(depth), ")".repeat(depth));
        check(rule("evt.type = open").replace("output: x", &format!("output: \"%{output}\"")));
    }
}

#[test]
fn nested_exceptions() {
    for depth in [10, 400, 5_000] {
        let values = format!("{}a{}", "[".repeat(depth), "]".repeat(depth));
        let text = rule("evt.type = open");
        let text =
            format!("{text}  exceptions:\n    - {{name: e, fields: [proc.name], values: [[{values}]]}}\n");
        let checked = check(text);
        assert!(depth < 500 || ids(&checked).contains(&"E0001"), "{depth}: {:?}", ids(&checked));
    }
}

#[test]
fn long_chains_of_macros() {
    const LENGTH: usize = 5_000;
    let mut text = "- macro: m0\n  condition: evt.type = open\n".to_owned();
    for at in 1..LENGTH {
        let _ = writeln!(text, "- macro: m{at}\n  condition: m{} and fd.num > {at}", at - 1);
    }
    let checked = check(text.clone() + &rule(&format!("m{}", LENGTH - 1)));
    assert_eq!(ids(&checked), Vec::<&str>::new());
    let program = hir::program(&checked, &hir::Options::default());
    assert_eq!(program.rules.len(), 1);
    // Every macro defined again, last first: each sees those that were defined after it before.
    let mut again = text;
    for at in (1..LENGTH).rev() {
        let _ = writeln!(again, "- macro: m{at}\n  condition: m{} and fd.num > {at}", at - 1);
    }
    assert_eq!(ids(&check(again + &rule(&format!("m{}", LENGTH - 1)))), Vec::<&str>::new());
}

#[test]
fn macros_that_double() {
    let mut text = "- macro: m0\n  condition: evt.dir = < and proc.nmae = x\n".to_owned();
    for at in 1..100 {
        let _ = writeln!(text, "- macro: m{at}\n  condition: m{0} or not m{0}", at - 1);
    }
    let started = Instant::now();
    let checked = check(text + &rule("evt.type = open and m99"));
    assert!(ids(&checked).contains(&"E0102"), "{:?}", ids(&checked));
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn lists_in_long_conditions() {
    let mut text = String::new();
    let mut names = Vec::new();
    for at in 0..2_000 {
        let _ = writeln!(text, "- list: list_{at}\n  items: [a{at}, b{at}]");
        names.push(format!("list_{at}"));
    }
    let started = Instant::now();
    let checked = check(text + &rule(&format!("evt.type = open and proc.name in ({})", names.join(", "))));
    assert_eq!(ids(&checked), Vec::<&str>::new());
    assert!(started.elapsed().as_secs() < 20);
}
