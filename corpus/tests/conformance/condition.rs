//! `condition` cases, by mode.

use std::collections::BTreeSet;

use bumpalo::Bump;
use catalogue::{OPERATORS, OperatorSyntax, Shape, Transformer};
use corpus::case::{Case, Differences, strings};
use corpus::report::Outcome;
use hir::check::{Reach, reach};
use hir::falco::LoadCode;
use ir::testing::OwnedValue;
use ir::{EventSet, Extracted};
use serde_json::{Value as Json, json};
use syntax::Parse;
use syntax::ast::Ast;
use syntax::condition::{ParseOptions, end_position, parse, print};

use crate::rules::{catalogue, condition_input, value_type};
use crate::{evaluate, syntax_tree};

pub(crate) fn run(case: &Case) -> Outcome {
    match case.text("mode") {
        "parse" => parsing(case),
        "compile" => compile(case),
        "eval" => evaluate::run(case),
        "event_types" => event_types(case),
        "warnings" => warnings(case),
        "details" => details(case),
        "macros" => macros(case),
        "transform" => transform(case),
        "quote" | "unquote" => quote(case),
        "vocabulary" => vocabulary(case),
        mode => Outcome::Skipped(format!("no runner for mode {mode}")),
    }
}

/// The library's parser by itself nests at most 100 deep.
fn tree(text: &str) -> Parse<Ast> {
    parse(text, ParseOptions::DESCRIBE)
}

fn parsing(case: &Case) -> Outcome {
    let mut differences = Differences::default();
    let expect = case.expect();
    let ok = expect["ok"] == true;
    let parsed = tree(case.text("condition"));
    differences.equal("ok", &expect["ok"], parsed.is_ok());
    for other in strings(&case.json["also"]) {
        let parsed = tree(other);
        differences.check(parsed.is_ok() == ok, || format!("{other:?}: {:?}", parsed.errors));
    }
    let message = parsed.errors.first().map(|error| error.message.as_ref());
    differences.equal("error", &expect["error"], message);
    if let Some(end) = expect["end"].as_array() {
        let at = match parsed.errors.first() {
            Some(error) => syntax::condition::position(case.text("condition"), error.offset),
            None => end_position(case.text("condition")),
        };
        let found = json!([at.offset, at.line, at.column]);
        differences.equal("end", &Json::from(end.clone()), found);
    }
    if !parsed.is_ok() {
        return differences.outcome();
    }
    let ast = &parsed.tree;
    differences.equal("text", &expect["text"], print(ast, ast.root()));
    if expect["text_roundtrip"] == true {
        let again = tree(&print(ast, ast.root()));
        let same = again.is_ok() && ast.same_tree(ast.root(), &again.tree, again.tree.root());
        differences.check(same, || "printing and parsing changes the tree".to_owned());
    }
    for (key, wanted) in [("same_as", true), ("differs_from", false)] {
        for other in strings(&expect[key]) {
            let other_tree = tree(other);
            let same =
                other_tree.is_ok() && ast.same_tree(ast.root(), &other_tree.tree, other_tree.tree.root());
            differences.check(same == wanted, || format!("{key} {other:?}"));
        }
    }
    differences.equal("ast", &expect["ast"], syntax_tree::json(ast, ast.root()));
    let nodes = syntax_tree::nodes(ast);
    differences.equal("nodes", &expect["nodes"], nodes.clone());
    for node in expect["nodes_include"].as_array().into_iter().flatten() {
        let wanted = node.as_array().map_or(&[][..], Vec::as_slice);
        let found = nodes.iter().filter_map(Json::as_array).any(|node| node.starts_with(wanted));
        differences.check(found, || format!("no node {node} in {}", Json::from(nodes.clone())));
    }
    differences.outcome()
}

fn compile(case: &Case) -> Outcome {
    let mut differences = Differences::default();
    let expect = case.expect();
    let checked = hir::check(&condition_input(case, case.text("condition")));
    let result = &checked.files[0];
    let message = result.error.as_ref().map(|error| error.message.clone());
    differences
        .check(expect["ok"] == result.successful(), || format!("ok: {}, {message:?}", result.successful()));
    differences.equal("error", &expect["error"], message.unwrap_or_default());
    let warnings =
        result.warnings.iter().filter(|warning| warning.code == LoadCode::CompileCondition).count();
    if result.successful() {
        differences.equal("warning_count", &expect["warning_count"], warnings);
    }
    differences.outcome()
}

fn event_types(case: &Case) -> Outcome {
    let mut differences = Differences::default();
    let expect = case.expect();
    let set = events(case, case.text("condition"));
    if expect["ok"] == false {
        differences.check(set.is_none(), || "accepted".to_owned());
        return differences.outcome();
    }
    let Some(set) = set else { return Outcome::Failed("refused".to_owned()) };
    if let Some(other) = expect["event_types_same_as"].as_str() {
        differences.check(events(case, other) == Some(set), || format!("differs from {other}"));
    }
    let wanted = &expect["event_types"];
    let named = |names: &Json| -> EventSet {
        strings(names).into_iter().flat_map(|name| catalogue(case).type_codes(name).codes()).collect()
    };
    let all = EventSet::below(catalogue::EVENT_COUNT);
    if wanted["all"] == true {
        differences.check(set == all, || format!("{} of {} event types", set.len(), all.len()));
    }
    if wanted["none"] == true {
        differences.check(set.is_empty(), || format!("{} event types", set.len()));
    }
    if !wanted["only"].is_null() {
        differences.check(set == named(&wanted["only"]), || format!("{} event types", set.len()));
    }
    if !wanted["all_except"].is_null() {
        let expected = all.difference(&named(&wanted["all_except"]));
        differences.check(set == expected, || format!("{} event types", set.len()));
    }
    differences.outcome()
}

/// The event types of a condition; `None` when it is refused.
fn events(case: &Case, condition: &str) -> Option<EventSet> {
    let ast = tree(condition).into_result().ok()?;
    let catalogue = catalogue(case);
    let fields = hir::check::Fields::new(&catalogue, "syscall");
    let checked = hir::check::check_unit(&ast, &fields, true);
    let refused = checked.steps.iter().any(|step| match step {
        hir::check::Step::Fault(_, fault) => fault.code == &hir::codes::EVENT_TYPE_COMPARISON,
        _ => false,
    });
    (!refused).then(|| reach::<EventSet>(&ast, &catalogue, |_| Reach::neutral()).holds)
}

fn warnings(case: &Case) -> Outcome {
    let mut differences = Differences::default();
    let ast = tree(case.text("condition")).into_result().expect("the condition parses");
    let catalogue = catalogue(case);
    let fields = hir::check::Fields::new(&catalogue, "syscall");
    let checked = hir::check::check_unit(&ast, &fields, false);
    let found = checked.deprecated != 0 || checked.unsafe_na.is_some();
    differences.equal("has_warnings", &case.expect()["has_warnings"], found);
    differences.outcome()
}

fn details(case: &Case) -> Outcome {
    let mut differences = Differences::default();
    let ast = tree(case.text("condition")).into_result().expect("the condition parses");
    let (macros, lists) = (strings(&case.json["known_macros"]), strings(&case.json["known_lists"]));
    let found = hir::describe::mentions(&ast, |name| macros.contains(&name), |name| lists.contains(&name));
    let mut compare = |key: &str, found: &BTreeSet<String>| {
        let Some(wanted) = case.expect().get(key) else { return };
        let wanted: BTreeSet<String> = strings(wanted).into_iter().map(str::to_owned).collect();
        differences.check(wanted == *found, || format!("{key}: expected {wanted:?}, found {found:?}"));
    };
    compare("fields", &found.fields);
    compare("operators", &found.operators);
    compare("macros", &found.macros);
    compare("lists", &found.lists);
    compare("transformers", &found.transformers);
    compare("evtnames", &found.event_names);
    compare("event_names", &found.event_names);
    differences.outcome()
}

fn macros(case: &Case) -> Outcome {
    let mut differences = Differences::default();
    let known: Vec<(String, Ast)> = case.json["macros"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, text)| {
            (name.clone(), tree(text.as_str().unwrap_or("")).into_result().expect("a macro parses"))
        })
        .collect();
    let ast = tree(case.text("condition")).into_result().expect("the condition parses");
    let expansion =
        hir::describe::expand(&ast, |name| known.iter().find(|(known, _)| known == name).map(|(_, ast)| ast));
    let set = |json: &Json| -> BTreeSet<String> { strings(json).into_iter().map(str::to_owned).collect() };
    for (key, found) in [("resolved", &expansion.resolved), ("unknown", &expansion.unknown)] {
        let wanted = set(&case.expect()[key]);
        differences.check(wanted == *found, || format!("{key}: expected {wanted:?}, found {found:?}"));
    }
    if let Some(other) = case.expect()["equals"].as_str() {
        let other = tree(other).into_result().expect("the other condition parses");
        let other = print(&other, other.root());
        differences.equal("equals", &Json::from(other), expansion.text);
    }
    differences.outcome()
}

fn transform(case: &Case) -> Outcome {
    let mut differences = Differences::default();
    let Some(transformer) = Transformer::from_text(case.text("transformer")) else {
        return Outcome::Failed("no such transformer".to_owned());
    };
    let (input, expect) = (&case.json["input"], case.expect());
    let ty = value_type(&input["type"]);
    let list = input["list"] == true;
    let values = |ty, values: &Json| -> Vec<OwnedValue> {
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let values = values.as_array().into_iter().flatten();
        values.map(|value| OwnedValue::parse(ty, &text(value)).expect("a value of the type")).collect()
    };
    let given = values(ty, &input["values"]);
    let given: Vec<_> = given.iter().map(OwnedValue::as_value).collect();
    let argument = match (list, given.as_slice()) {
        (false, [value]) => Extracted::One(*value),
        _ => Extracted::List(&given),
    };
    let shape = transformer.apply(Shape { ty, list });
    if expect["ok"] == false {
        differences.check(shape.is_none(), || "accepted".to_owned());
        return differences.outcome();
    }
    let Some(shape) = shape else { return Outcome::Failed("refused".to_owned()) };
    let wanted_type = value_type(&expect["type"]);
    differences.check(shape.ty == wanted_type, || format!("type {}", shape.ty.name()));
    let arena = Bump::new();
    let found = match ir::ops::transform::apply(transformer, &[argument], None, &arena) {
        Extracted::One(value) => vec![value],
        Extracted::List(values) => values.to_vec(),
        _ => Vec::new(),
    };
    let wanted = values(wanted_type, &expect["values"]);
    let wanted: Vec<_> = wanted.iter().map(OwnedValue::as_value).collect();
    differences.check(found == wanted, || format!("expected {wanted:?}, found {found:?}"));
    differences.outcome()
}

fn bytes(json: &Json, text: &str, hex: &str) -> Option<Vec<u8>> {
    if let Some(text) = json[text].as_str() {
        return Some(text.as_bytes().to_vec());
    }
    let hex = json[hex].as_str()?;
    Some(
        (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex")).collect(),
    )
}

fn quote(case: &Case) -> Outcome {
    let mut differences = Differences::default();
    let expect = case.expect();
    if case.text("mode") == "unquote" {
        let text = bytes(&case.json, "text", "text_hex").expect("a text");
        let text = String::from_utf8_lossy(&text).into_owned();
        let value = syntax::quote::unquote(&text);
        differences.equal("ok", &expect["ok"], value.is_ok());
        if let (Ok(value), Some(wanted)) = (value, bytes(expect, "value", "value_hex")) {
            differences.check(value.as_ref() == wanted, || format!("{value:?}"));
        }
        return differences.outcome();
    }
    let value = bytes(&case.json, "value", "value_hex").expect("a value");
    let mut quoted = Vec::new();
    syntax::quote::quote_into(&value, &mut quoted);
    if let Some(wanted) = bytes(expect, "text", "text_hex") {
        differences.check(quoted == wanted, || String::from_utf8_lossy(&quoted).into_owned());
    }
    if expect["roundtrip"] == true {
        let text = String::from_utf8_lossy(&quoted).into_owned();
        let back = if text.starts_with(['"', '\'']) {
            syntax::quote::unquote(&text).map(|value| value.into_owned()).unwrap_or_default()
        } else {
            quoted.clone()
        };
        differences.check(back == value, || format!("{text} gives {back:?}"));
    }
    differences.outcome()
}

fn vocabulary(case: &Case) -> Outcome {
    let mut differences = Differences::default();
    let expect = case.expect();
    let set = |json: &Json| -> BTreeSet<String> { strings(json).into_iter().map(str::to_owned).collect() };
    let mut operators: BTreeSet<String> = OPERATORS.iter().map(|op| op.as_str().to_owned()).collect();
    operators.insert("==".to_owned());
    let lists: BTreeSet<String> = OPERATORS
        .iter()
        .filter(|op| op.syntax() == OperatorSyntax::List)
        .map(|op| op.as_str().to_owned())
        .collect();
    let transformers: BTreeSet<String> =
        catalogue::TRANSFORMERS.iter().map(|one| one.as_str().to_owned()).collect();
    for (key, found) in [("operators", operators), ("list_operators", lists), ("transformers", transformers)]
    {
        let Some(wanted) = expect.get(key) else { continue };
        differences.check(set(wanted) == found, || format!("{key}: {found:?}"));
    }
    differences.outcome()
}
