//! The `transform` cases of the conformance data: a transformer applied to values.
//!
//! `CONFORMANCE_DIR` names the folder with `cases.json`. Without it the test says that it skips; with
//! `REQUIRE_REFERENCE=1` it fails instead.

use bumpalo::Bump;
use catalogue::{Transformer, ValueType};
use ir::Extracted;
use ir::ops::transform;
use ir::testing::OwnedValue;
use serde_json::Value as Json;

fn values(ty: &Json, list: &Json) -> (ValueType, Vec<OwnedValue>) {
    let name = ty.as_str().expect("a type name").to_uppercase();
    let ty = ValueType::from_name(&name).unwrap_or_else(|| panic!("unknown type {name}"));
    let value = |value: &Json| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        OwnedValue::parse(ty, &text).unwrap_or_else(|| panic!("{text} is no {name}"))
    };
    (ty, list.as_array().expect("values").iter().map(value).collect())
}

#[test]
fn transformers_give_what_falco_gives() {
    let Ok(folder) = std::env::var("CONFORMANCE_DIR") else {
        assert!(std::env::var("REQUIRE_REFERENCE").is_err(), "CONFORMANCE_DIR is not set");
        eprintln!("SKIPPED: transform cases, because CONFORMANCE_DIR is not set");
        return;
    };
    let text = std::fs::read_to_string(std::path::Path::new(&folder).join("cases.json")).expect("cases.json");
    let cases: Vec<Json> = serde_json::from_str(&text).expect("a list of cases");
    let mut run = 0;
    for case in cases.iter().filter(|case| case["mode"] == "transform") {
        let id = &case["id"];
        let transformer = Transformer::from_text(case["transformer"].as_str().unwrap()).unwrap();
        let (ty, input) = values(&case["input"]["type"], &case["input"]["values"]);
        let (expected_ty, expected) = values(&case["expect"]["type"], &case["expect"]["values"]);
        let list = case["input"]["list"] == true;

        let given: Vec<_> = input.iter().map(OwnedValue::as_value).collect();
        let argument = match (list, &given[..]) {
            (false, [value]) => Extracted::One(*value),
            _ => Extracted::List(&given),
        };
        let arena = Bump::new();
        let result = transform::apply(transformer, &[argument], None, &arena);
        let found = match result {
            Extracted::One(value) => vec![value],
            Extracted::List(values) => values.to_vec(),
            other => panic!("{id}: {other:?}"),
        };
        assert_eq!(found, expected.iter().map(OwnedValue::as_value).collect::<Vec<_>>(), "{id}");
        let shape =
            transformer.apply(catalogue::Shape { ty, list }).unwrap_or_else(|| panic!("{id}: refused"));
        assert_eq!(shape.ty, expected_ty, "{id}");
        run += 1;
    }
    assert!(run > 0, "no transform cases in {folder}");
    eprintln!("{run} transform cases");
}
