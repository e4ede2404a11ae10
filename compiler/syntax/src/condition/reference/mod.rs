//! The reference grammar (`condition.lalrpop`) against the parser: the same verdict and the same canonical text, on
//! every condition of the corpora and on random ones. Tests only; `grammar.rs` is generated.

#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, missing_docs, unreachable_pub, unused)]
mod grammar;
mod lexer;

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use crate::condition::{ParseOptions, parse, print};
use crate::quote::{quote_into, unquote};
use lexer::Lexer;

/// A token of the reference grammar. Values are in canonical form already.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tok {
    And,
    AndGroup,
    Or,
    OrGroup,
    Not,
    NotGroup,
    Open,
    Close,
    OpenArgument,
    CloseArgument,
    Comma,
    Exists,
    Val,
    /// A quoted string with a bad escape.
    BadQuoted,
    NumberOperator(&'static str),
    StringOperator(&'static str),
    ListOperator(&'static str),
    Modifier(&'static str),
    Transformer(&'static str),
    Field(String),
    Identifier(String),
    Number(String),
    Quoted(String),
    Bare(String),
}

/// A value in canonical form.
fn canonical(value: &[u8]) -> String {
    let mut out = Vec::new();
    quote_into(value, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// A quoted string's token.
fn quoted(text: &str) -> Tok {
    unquote(text).map_or(Tok::BadQuoted, |value| Tok::Quoted(canonical(&value)))
}

// What the grammar's rules yield.

fn joined(mut all: Vec<String>, between: &str) -> String {
    if all.len() == 1 { all.remove(0) } else { format!("({})", all.join(between)) }
}

pub(super) fn or(all: Vec<String>) -> String {
    joined(all, " or ")
}

pub(super) fn and(all: Vec<String>) -> String {
    joined(all, " and ")
}

pub(super) fn not(count: usize, check: String) -> String {
    if count % 2 == 1 { format!("not {check}") } else { check }
}

pub(super) fn list(values: Vec<String>) -> String {
    format!("({})", values.join(", "))
}

pub(super) fn transformer(name: &str, args: Vec<String>) -> String {
    format!("{name}({})", args.join(","))
}

pub(super) fn argument(before: String, arg: Option<String>) -> String {
    match arg.as_deref() {
        None => before,
        Some("") => format!("{before}[\"\"]"),
        Some(arg) => format!("{before}[{arg}]"),
    }
}

fn by_grammar(text: &str) -> Option<String> {
    grammar::FilterParser::new().parse(Lexer::new(text)).ok()
}

fn by_parser(text: &str) -> Option<String> {
    // The grammar knows no depth.
    let options = ParseOptions { max_depth: u32::MAX, ..ParseOptions::LOAD };
    parse(text, options).into_result().ok().map(|ast| print(&ast, ast.root()))
}

fn compare(texts: &[String]) {
    for text in texts {
        assert_eq!(by_grammar(text), by_parser(text), "grammar and parser differ on {text:?}");
    }
}

fn folder(variable: &str) -> Option<PathBuf> {
    let dir = std::env::var_os(variable).map(PathBuf::from);
    if dir.is_none() {
        let required = std::env::var("REQUIRE_REFERENCE").is_ok_and(|value| value == "1");
        assert!(!required, "REQUIRE_REFERENCE=1 but {variable} is not set");
        eprintln!("SKIPPED: {variable} is not set; the grammar was not compared on its conditions");
    }
    dir
}

/// Conditions of the rule files in a folder.
fn conditions_of(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(text) = std::fs::read_to_string(entry.path()) else { continue };
        let file = crate::items::read(&text).tree;
        for item in file.items() {
            let condition = item.fields.get(crate::items::Key::Condition);
            texts.extend(condition.and_then(|entry| file.yaml.text(entry.value)).map(str::to_owned));
        }
    }
    texts
}

#[test]
fn rule_files() {
    if let Some(dir) = folder("RULES_DIR") {
        let texts: Vec<String> = ["official", "plugins", "tutorial"]
            .iter()
            .flat_map(|name| conditions_of(&dir.join(name)))
            .collect();
        assert!(texts.len() > 500, "only {} conditions found", texts.len());
        compare(&texts);
    }
}

#[test]
fn conformance_cases() {
    let Some(dir) = folder("CONFORMANCE_DIR") else { return };
    compare(&conditions_of(&dir.join("rules")));
    let text = std::fs::read_to_string(dir.join("cases.json")).expect("cases.json is readable");
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list of cases");
    let texts: Vec<String> = cases
        .iter()
        .flat_map(|case| {
            std::iter::once(&case["condition"]).chain(case["also"].as_array().into_iter().flatten())
        })
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect();
    assert!(texts.len() > 500, "only {} conditions found", texts.len());
    compare(&texts);
}

#[test]
fn reference_examples() {
    // The language reference lies beside the cases in the reference data.
    let Some(dir) = folder("CONFORMANCE_DIR").map(|cases| cases.join("../reference")) else { return };
    let Ok(text) = std::fs::read_to_string(dir.join("language-examples.yaml")) else {
        eprintln!("SKIPPED: no reference beside CONFORMANCE_DIR; its examples were not compared");
        return;
    };
    let file: serde_norway::Value = serde_norway::from_str(&text).expect("the examples are YAML");
    let examples = file["examples"].as_sequence().expect("a list");
    let texts: Vec<String> =
        examples.iter().filter_map(|example| example["condition"].as_str().map(str::to_owned)).collect();
    assert!(texts.len() > 100, "only {} conditions found", texts.len());
    compare(&texts);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_words(words in prop::collection::vec(prop::sample::select(vec![
        "and", " and ", " or ", "not ", "(", ")", "not(", " or(", " and(", "a", "f.a", " = ", " in ", "(x, y)", " exists",
        " oneof ", "'q'", "\"\\q\"", "tolower(", "join(", " val(", ",", "[1]", "[", "]", " < ", "1", " ", "\n", "in", ".",
    ]), 0..14)) {
        let text = words.concat();
        prop_assert_eq!(by_grammar(&text), by_parser(&text), "{:?}", text);
    }

    #[test]
    fn random_checks(
        left in prop::sample::select(vec!["f.a", "f.a[x]", "tolower(f.a)", "join(f.a, (f.b, 'x', 5))", "f.a ['x']"]),
        op in prop::sample::select(vec![" = ", "=", " startswith ", " in ", " > ", " exists", " = oneof ", " pmatch "]),
        right in prop::sample::select(vec!["x", "(x, 'y')", "()", "5", "val(f.b)", "b64(f.b)", "'\\q'", "('\\q')", "", "or_x"]),
        tail in prop::sample::select(vec!["", " and a", " or(a)", ")", " x", " or not a"]),
    ) {
        let text = format!("{left}{op}{right}{tail}");
        prop_assert_eq!(by_grammar(&text), by_parser(&text), "{:?}", text);
    }
}
