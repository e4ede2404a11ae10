//! The `parse` and `quote` cases of the conformance data (`CONFORMANCE_DIR`): verdicts, messages, canonical text,
//! trees and positions equal Falco's.
//!
//! Without the variable the test says so and passes, unless `REQUIRE_REFERENCE=1`.

use serde_json::{Value, json};
use syntax::ast::{Ast, NodeId, NodeKind, Text};
use syntax::condition::{ParseOptions, end_position, parse, position, print};
use syntax::quote::{quote, unquote};

fn cases() -> Option<Vec<Value>> {
    let Some(dir) = std::env::var_os("CONFORMANCE_DIR") else {
        let required = std::env::var("REQUIRE_REFERENCE").is_ok_and(|value| value == "1");
        assert!(!required, "REQUIRE_REFERENCE=1 but CONFORMANCE_DIR is not set");
        eprintln!("SKIPPED: CONFORMANCE_DIR is not set; Falco's own cases were not compared");
        return None;
    };
    let path = std::path::Path::new(&dir).join("cases.json");
    let text = std::fs::read_to_string(&path).expect("cases.json is readable");
    serde_json::from_str(&text).expect("cases.json is a list of cases")
}

fn tree(text: &str) -> Result<Ast, String> {
    let parsed = parse(text, ParseOptions::LOAD);
    let recovered = parse(text, ParseOptions::EDITOR);
    assert_eq!(parsed.errors.first(), recovered.errors.first(), "recovery keeps the first error: {text}");
    parsed.into_result().map_err(|error| error.message.into_owned())
}

fn text(ast: &Ast, text: Text) -> Value {
    json!(ast.text_lossy(text))
}

/// The tree in the form of the cases' `ast`.
fn shape(ast: &Ast, id: NodeId) -> Value {
    let all = |run| -> Vec<Value> { ast.children(run).iter().map(|&id| shape(ast, id)).collect() };
    let with_arg = |mut value: Value, arg: Option<Text>| {
        if let Some(arg) = arg {
            value["arg"] = text(ast, arg);
        }
        value
    };
    match ast.kind(id) {
        NodeKind::And(run) => json!({"and": all(run)}),
        NodeKind::Or(run) => json!({"or": all(run)}),
        NodeKind::Not(child) => json!({"not": shape(ast, child)}),
        NodeKind::Identifier(name) => json!({"macro": text(ast, name)}),
        NodeKind::Unary { left, op } => json!({"check": [shape(ast, left), op.text()]}),
        NodeKind::Binary { left, op, right } => {
            json!({"check": [shape(ast, left), op.text(), shape(ast, right)]})
        }
        NodeKind::Field { name, arg } => with_arg(json!({"field": text(ast, name)}), arg),
        NodeKind::Transformer { name, args, arg } => {
            with_arg(json!({"transformer": name.as_str(), "of": all(args)}), arg)
        }
        NodeKind::TransformerList(run) => json!({"args": all(run)}),
        NodeKind::Value(value) => json!({"value": text(ast, value)}),
        NodeKind::List(items) => {
            json!({"list": ast.items(items).iter().map(|item| text(ast, item.text)).collect::<Vec<_>>()})
        }
        NodeKind::Incomplete(_) | NodeKind::Missing => json!(null),
    }
}

/// Every node as `[kind, offset, line, column]`.
fn positions(ast: &Ast) -> Vec<Value> {
    let row = |id| {
        let kind = match ast.kind(id) {
            NodeKind::And(_) => "and",
            NodeKind::Or(_) => "or",
            NodeKind::Not(_) => "not",
            NodeKind::Identifier(_) => "identifier",
            NodeKind::Unary { .. } => "unary",
            NodeKind::Binary { .. } => "binary",
            NodeKind::Field { .. } => "field",
            NodeKind::Transformer { .. } => "transformer",
            NodeKind::TransformerList(_) => "transformer_list",
            NodeKind::Value(_) => "value",
            NodeKind::List(_) => "list",
            NodeKind::Incomplete(_) | NodeKind::Missing => "missing",
        };
        let at = position(ast.source(), ast.node(id).at);
        json!([kind, at.offset, at.line, at.column])
    };
    ast.preorder(ast.root()).map(row).collect()
}

fn same(a: &Ast, b: &Ast) -> bool {
    a.same_tree(a.root(), b, b.root())
}

fn check_parse(case: &Value, source: &str, failures: &mut Vec<String>) {
    let id = &case["id"];
    let expect = &case["expect"];
    let mut fail = |what: String| failures.push(format!("{id} {source:?}: {what}"));
    let parsed = tree(source);
    if expect["ok"].as_bool() != Some(parsed.is_ok()) {
        return fail(format!("verdict, got {:?}", parsed.err()));
    }
    let ast = match parsed {
        Ok(ast) => ast,
        Err(message) => {
            if let Some(wanted) = expect["error"].as_str()
                && wanted != message
            {
                fail(format!("message {message}"));
            }
            return;
        }
    };
    let printed = print(&ast, ast.root());
    if let Some(wanted) = expect["text"].as_str()
        && wanted != printed
    {
        fail(format!("text {printed}"));
    }
    if expect["text_roundtrip"] == true && !tree(&printed).is_ok_and(|again| same(&ast, &again)) {
        fail(format!("does not survive printing as {printed}"));
    }
    if let Some(wanted) = expect["same_as"].as_str()
        && !tree(wanted).is_ok_and(|other| same(&ast, &other))
    {
        fail(format!("differs from {wanted}"));
    }
    if let Some(unwanted) = expect["differs_from"].as_str()
        && tree(unwanted).is_ok_and(|other| same(&ast, &other))
    {
        fail(format!("equals {unwanted}"));
    }
    if let Some(wanted) = expect.get("end") {
        let end = end_position(source);
        let got = json!({"idx": end.offset, "line": end.line, "col": end.column});
        if *wanted != got {
            fail(format!("end {got}"));
        }
    }
    if let Some(wanted) = expect.get("ast")
        && *wanted != shape(&ast, ast.root())
    {
        fail(format!("tree {}", shape(&ast, ast.root())));
    }
    let nodes = positions(&ast);
    if let Some(wanted) = expect["nodes"].as_array()
        && *wanted != nodes
    {
        fail(format!("nodes {nodes:?}"));
    }
    for wanted in expect["nodes_include"].as_array().into_iter().flatten() {
        let wanted = wanted.as_array().expect("a node is an array");
        if !nodes.iter().any(|node| node.as_array().is_some_and(|node| node.starts_with(wanted))) {
            fail(format!("no node {wanted:?} in {nodes:?}"));
        }
    }
}

fn check_quote(case: &Value, failures: &mut Vec<String>) {
    let value = case["value"].as_str().expect("quote cases have a value");
    let quoted = quote(value);
    if let Some(wanted) = case["expect"]["text"].as_str()
        && wanted != quoted
    {
        failures.push(format!("{}: {quoted}", case["id"]));
    }
    if case["expect"]["roundtrip"] == true && unquote(&quoted).as_deref() != Ok(value.as_bytes()) {
        failures.push(format!("{}: {quoted} does not read back", case["id"]));
    }
}

#[test]
fn conditions_parse_as_in_falco() {
    let Some(cases) = cases() else { return };
    let mut failures = Vec::new();
    let mut count = 0;
    for case in &cases {
        match case["mode"].as_str() {
            Some("parse") => {
                let also = case["also"].as_array().into_iter().flatten();
                for source in std::iter::once(&case["condition"]).chain(also) {
                    check_parse(case, source.as_str().expect("conditions are texts"), &mut failures);
                }
            }
            Some("quote") => check_quote(case, &mut failures),
            _ => continue,
        }
        count += 1;
    }
    assert!(count > 300, "only {count} parse and quote cases found");
    assert!(failures.is_empty(), "{} of {count} cases differ:\n{}", failures.len(), failures.join("\n"));
}
