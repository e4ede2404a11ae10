//! The `parse` and `output` examples of the language reference (`CONFORMANCE_DIR`/../reference/language-examples.yaml).

use serde_norway::Value;
use syntax::ast::{Ast, NodeId, NodeKind};
use syntax::condition::{ParseOptions, parse, print};
use syntax::output::{self, OutputPiece};

/// The examples of the language reference, which lies beside the conformance cases in the reference data.
fn reference_examples() -> Option<String> {
    let path = std::env::var_os("CONFORMANCE_DIR")
        .map(|folder| std::path::Path::new(&folder).join("../reference/language-examples.yaml"));
    let Some(path) = path.filter(|path| path.is_file()) else {
        let required = std::env::var("REQUIRE_REFERENCE").is_ok_and(|value| value == "1");
        assert!(!required || std::env::var_os("CONFORMANCE_DIR").is_some(), "CONFORMANCE_DIR is not set");
        eprintln!("SKIPPED: no reference beside CONFORMANCE_DIR; the language examples were not compared");
        return None;
    };
    Some(std::fs::read_to_string(&path).expect("language-examples.yaml is readable"))
}

fn examples() -> Option<Vec<Value>> {
    let text = reference_examples()?;
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

/// Stands for the field catalogue: fields that the output examples mention, with the arguments they take.
fn known(ast: &Ast) -> bool {
    const FIELDS: [&str; 6] = ["proc.name", "proc.pname", "proc.aname", "fd.ip", "evt.type", "proc.env"];
    ast.preorder(ast.root()).all(|id| match ast.kind(id) {
        NodeKind::Field { name, arg } => {
            let name = ast.str(name).unwrap_or("");
            let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            FIELDS.contains(&name)
                && arg.is_none_or(|arg| name == "proc.aname" && ast.str(arg).is_some_and(number))
        }
        _ => true,
    })
}

/// The fields of an expression as Falco lists them: plain fields first, then the transformer.
fn listed_fields(ast: &Ast) -> Vec<String> {
    let is_field = |id: &NodeId| matches!(ast.kind(*id), NodeKind::Field { .. });
    let mut fields: Vec<String> =
        ast.preorder(ast.root()).filter(is_field).map(|id| print(ast, id)).collect();
    if !is_field(&ast.root()) {
        fields.push(print(ast, ast.root()));
    }
    fields
}

#[test]
fn outputs_parse_as_documented() {
    let Some(examples) = examples() else { return };
    let mut count = 0;
    for example in examples.iter().filter(|example| example["kind"].as_str() == Some("output")) {
        count += 1;
        let format = example["format"].as_str().expect("a format");
        let parsed = output::parse(format, known);
        let got = match parsed.result() {
            Err(error) => Err(error.message.to_string()),
            Ok(template) => Ok(template
                .pieces
                .iter()
                .filter_map(|piece| match piece {
                    OutputPiece::Field(field) => Some(listed_fields(&field.expr)),
                    OutputPiece::Literal(_) => None,
                })
                .flatten()
                .collect::<Vec<_>>()),
        };
        let wanted = match example["error"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(example["fields"]
                .as_sequence()
                .into_iter()
                .flatten()
                .filter_map(|field| field.as_str().map(str::to_owned))
                .collect()),
        };
        assert_eq!(got, wanted, "{format:?}");
    }
    assert!(count > 10, "only {count} output examples found");
}
