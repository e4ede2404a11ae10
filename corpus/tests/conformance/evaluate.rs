//! `eval` cases: a condition on given field values.

use std::net::IpAddr;

use bumpalo::Bump;
use catalogue::{EventCode, TypeClass, ValueType};
use corpus::case::{Case, Differences};
use corpus::report::Outcome;
use ir::Program;
use ir::interp::Interpreter;
use ir::testing::{FieldValue, Fields, MapSource, OwnedValue};
use serde_json::Value as Json;

use crate::rules::{catalogue, value_type};

pub(crate) fn run(case: &Case) -> Outcome {
    let mut differences = Differences::default();
    let catalogue = catalogue(case);
    let (program, condition) = match hir::lower::condition(case.text("condition"), &catalogue, "syscall") {
        Ok(compiled) => compiled,
        Err(fault) => return Outcome::Failed(format!("refused: {}", fault.message)),
    };
    let fields = fields(case, &program);
    let arena = Bump::new();
    let source = MapSource::bind(&program, event_code(case), &fields, &arena);
    let interpreter = Interpreter::new(&program).expect("literals were checked");
    differences.equal("result", &case.expect()["result"], interpreter.holds(&source, condition));
    differences.outcome()
}

/// The exit event of the case's event, or any event.
pub(crate) fn event_code(case: &Case) -> EventCode {
    let name = case.json["event"]["type"].as_str().unwrap_or("");
    catalogue::events_by_name(name).last().copied().unwrap_or(EventCode(1))
}

/// The values of a case's fields in the shapes that the program's imports give them.
pub(crate) fn fields(case: &Case, program: &Program) -> Fields {
    let mut fields = Fields::new();
    let Json::Object(given) = &case.json["fields"] else { return fields };
    for (name, field) in given {
        let import = program.imports.iter().find(|import| *import.text == **name);
        // The declared type counts; the case's own is that of the upstream test.
        let ty = import.map_or_else(|| value_type(&field["type"]), |import| import.ty);
        let value = if field["absent"] == true {
            FieldValue::Absent
        } else if let Some(truth) = field["compares"].as_bool() {
            FieldValue::Compares(truth)
        } else if let Some(hex) = field["hex"].as_str() {
            FieldValue::One(OwnedValue::Bytes(unhex(hex)))
        } else if let Some(ends) = field["any_of"].as_array() {
            FieldValue::Endpoints(ends.iter().map(|end| owned(ty, end)).collect())
        } else if field["list"] == true {
            let values =
                field["value"].as_array().into_iter().flatten().map(|value| owned(ty, value)).collect();
            match import {
                Some(import) => FieldValue::many(import, values),
                None => FieldValue::List(values),
            }
        } else {
            FieldValue::One(owned(ty, &field["value"]))
        };
        fields.insert(name.clone(), value);
    }
    fields
}

fn owned(ty: ValueType, value: &Json) -> OwnedValue {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if matches!(ty.class(), TypeClass::IpAddr | TypeClass::IpNet) {
        let address: IpAddr = text.parse().unwrap_or_else(|_| panic!("{text} is no address"));
        return OwnedValue::Address(address);
    }
    OwnedValue::parse(ty, &text).unwrap_or_else(|| panic!("{text} is no {}", ty.name()))
}

fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2)
        .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex digits"))
        .collect()
}
