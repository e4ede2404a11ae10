//! The `parse` examples of the language reference (`REFERENCE_DIR`/language-examples.yaml): canonical text, or
//! message and offset.

use serde_norway::Value;
use syntax::condition::{ParseOptions, parse, print};

fn examples() -> Option<Vec<Value>> {
    let Some(dir) = std::env::var_os("REFERENCE_DIR") else {
        let required = std::env::var("REQUIRE_REFERENCE").is_ok_and(|value| value == "1");
        assert!(!required, "REQUIRE_REFERENCE=1 but REFERENCE_DIR is not set");
        eprintln!("SKIPPED: REFERENCE_DIR is not set; the language examples were not compared");
        return None;
    };
    let path = std::path::Path::new(&dir).join("language-examples.yaml");
    let text = std::fs::read_to_string(&path).expect("language-examples.yaml is readable");
    let file: Value = serde_norway::from_str(&text).expect("the examples are YAML");
    file["examples"].as_sequence().cloned()
}

#[test]
fn examples_parse_as_documented() {
    let Some(examples) = examples() else { return };
    let mut failures = Vec::new();
    let mut count = 0;
    for example in examples.iter().filter(|example| example["kind"].as_str() == Some("parse")) {
        count += 1;
        let id = example["id"].as_str().unwrap_or("");
        let source = example["condition"].as_str().expect("a condition");
        let parsed = parse(source, ParseOptions::LOAD);
        let got = match parsed.result() {
            Ok(ast) => format!("ok {}", print(ast, ast.root())),
            Err(error) => format!("error {} {}", error.offset, error.message),
        };
        let wanted = match example["ast"].as_str() {
            Some(ast) => format!("ok {ast}"),
            None => format!(
                "error {} {}",
                example["at"].as_u64().unwrap_or(u64::MAX),
                example["error"].as_str().unwrap_or("")
            ),
        };
        if got != wanted {
            failures.push(format!("{id} {source:?}\n  wanted {wanted}\n  got    {got}"));
        }
    }
    assert!(count > 80, "only {count} parse examples found");
    assert!(failures.is_empty(), "{} of {count} examples differ:\n{}", failures.len(), failures.join("\n"));
}
