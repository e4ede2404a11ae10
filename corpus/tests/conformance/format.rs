//! `format` cases: outputs rendered with given field values.

use std::cell::RefCell;
use std::collections::BTreeMap;

use bumpalo::Bump;
use corpus::case::{Case, Differences};
use corpus::report::Outcome;
use hir::check::Fields;
use hir::check::output::check_output;
use hir::lower::template;
use ir::interp::{Evaluation, Interpreter};
use ir::render::{self, Buffers, SlotValues, Style};
use ir::testing::MapSource;
use ir::{Extracted, Piece, Program, ProgramBuilder, SlotId};
use serde_json::Value as Json;

use crate::evaluate::{event_code, fields};
use crate::rules::catalogue;

struct Values<'p, 'a> {
    program: &'p Program,
    event: RefCell<Evaluation<'a, MapSource<'a>>>,
}

impl SlotValues for Values<'_, '_> {
    fn slot(&self, slot: SlotId) -> Extracted<'_> {
        self.event.borrow_mut().slot(slot)
    }

    fn style(&self, slot: SlotId) -> Style {
        Style::of(self.program, slot)
    }
}

pub(crate) fn run(case: &Case) -> Outcome {
    let mut differences = Differences::default();
    let expect = case.expect();
    let text = case.text("format");
    let catalogue = catalogue(case);
    let (parts, faults) = check_output(text, &Fields::new(&catalogue, "syscall"));
    differences.equal("ok", &expect["ok"], faults.is_empty());
    if !faults.is_empty() {
        return differences.outcome();
    }
    let mut builder = ProgramBuilder::new();
    let pieces = template(&mut builder, text, &parts, "syscall");
    let mut named: Vec<(String, SlotId, bool)> = Vec::new();
    for part in &parts {
        for value in part.named() {
            let slot = hir::lower::slot(&mut builder, &value.operand, "syscall");
            named.push((value.name.clone(), slot, value.transformed));
        }
    }
    let program = builder.finish(Vec::new());
    let (given, arena) = (fields(case, &program), Bump::new());
    let source = MapSource::bind(&program, event_code(case), &given, &arena);
    let interpreter = Interpreter::new(&program).expect("there are no checks");
    let values = Values { program: &program, event: RefCell::new(interpreter.event(&source, &arena)) };
    let lenient = text.starts_with('*');

    let (output, complete) = whole(&pieces, &values, lenient);
    if case.json["json"] == true {
        let (json, complete) = object(&named, &values, lenient);
        differences.equal("output_json", &expect["output_json"], json);
        differences.equal("complete", &expect["complete"], complete);
        // The case says null where there is nothing.
        if expect.get("output_json").is_some_and(Json::is_null) {
            differences.check(named.iter().all(|(_, _, transformed)| *transformed), || {
                "there are fields".to_owned()
            });
        }
    } else {
        differences.equal("complete", &expect["complete"], complete);
        if complete {
            differences.equal("output", &expect["output"], output);
        }
    }
    let transformed = case.json["transformed_values"] != false;
    let texts = texts(&named, &values, lenient, transformed);
    for (name, wanted) in expect["values"].as_object().into_iter().flatten() {
        differences.equal(name, wanted, texts.get(name).cloned().unwrap_or_default());
    }
    differences.equal("value_count", &expect["value_count"], texts.len());
    if let Some(wanted) = expect.get("field_names") {
        let names: Vec<&str> = named.iter().map(|(name, ..)| name.as_str()).collect();
        differences.equal("field_names", wanted, names);
    }
    differences.outcome()
}

/// The text, and whether every value was there (or may be missing).
fn whole(pieces: &[Piece], values: &Values<'_, '_>, lenient: bool) -> (String, bool) {
    let mut out = Vec::new();
    let complete = render::template(&mut out, pieces, values, Buffers::Dots);
    (String::from_utf8_lossy(&out).into_owned(), complete || lenient)
}

/// The plain fields as JSON, up to the first that is missing unless values may be missing.
fn object(named: &[(String, SlotId, bool)], values: &Values<'_, '_>, lenient: bool) -> (Json, bool) {
    let mut object = serde_json::Map::new();
    for (name, slot, _) in named.iter().filter(|(_, _, transformed)| !transformed) {
        let mut out = Vec::new();
        render::json(&mut out, &values.slot(*slot), values.style(*slot), Buffers::Dots);
        let value: Json = serde_json::from_slice(&out).expect("JSON");
        if value.is_null() && !lenient {
            return (Json::Object(object), false);
        }
        object.insert(name.clone(), value);
    }
    if object.is_empty() { (Json::Null, true) } else { (Json::Object(object), true) }
}

/// The text of each value mentioned, up to the first that is missing unless values may be missing.
fn texts(
    named: &[(String, SlotId, bool)],
    values: &Values<'_, '_>,
    lenient: bool,
    transformed: bool,
) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (name, slot, _) in named.iter().filter(|(_, _, is_transformed)| transformed || !is_transformed) {
        let mut out = Vec::new();
        if !render::text(&mut out, &values.slot(*slot), values.style(*slot), Buffers::Dots) {
            if !lenient {
                break;
            }
            out = render::ABSENT.into();
        }
        texts.insert(name.clone(), String::from_utf8_lossy(&out).into_owned());
    }
    texts
}
