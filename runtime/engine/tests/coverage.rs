//! Every field of the catalogue that this engine serves has an extractor, and no extractor is for an unknown field.

use std::collections::BTreeSet;

use catalogue::{CLASSES, FIELDS};
use engine::fields::extractor_names;
use expect_test::expect_file;

/// Plugins whose fields the engine itself supplies.
const OWN_PLUGINS: [Option<&str>; 2] = [None, Some("container")];

#[test]
fn every_field_has_an_extractor() {
    let extractors: BTreeSet<&str> = extractor_names().collect();
    assert_eq!(extractors.len(), extractor_names().count(), "a field has two extractors");
    let served: BTreeSet<&str> =
        FIELDS.iter().filter(|field| OWN_PLUGINS.contains(&field.plugin())).map(|field| field.name).collect();
    let missing: Vec<_> = served.difference(&extractors).collect();
    let unknown: Vec<_> = extractors.difference(&served).collect();
    assert_eq!((missing, unknown), (vec![], vec![]), "(without an extractor, not in the catalogue)");
}

/// The list as a person reads it: a change of the catalogue or of the engine shows up here.
#[test]
fn list_of_served_fields() {
    let extractors: BTreeSet<&str> = extractor_names().collect();
    let mut list = String::new();
    for class in CLASSES.iter().filter(|class| OWN_PLUGINS.contains(&class.plugin)) {
        list += &format!("[{}]\n", class.name);
        for (_, field) in class.fields() {
            let mark = if extractors.contains(field.name) { "" } else { "  (no extractor)" };
            list += &format!("{}{mark}\n", field.name);
        }
    }
    expect_file!["coverage.txt"].assert_eq(&list);
}
