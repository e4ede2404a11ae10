//! Conformance cases as read from `cases.json`.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::report::Outcome;

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its fields as read.
    pub json: Json,
    /// The folder that its file names refer to.
    pub folder: PathBuf,
}

impl Case {
    /// Every case of a conformance folder.
    ///
    /// # Panics
    /// When `cases.json` is missing or is no list of objects.
    pub fn all(folder: &Path) -> Vec<Case> {
        let text = std::fs::read_to_string(folder.join("cases.json")).expect("cases.json can be read");
        let cases: Vec<Json> = serde_json::from_str(&text).expect("cases.json is a list");
        cases.into_iter().map(|json| Case { json, folder: folder.to_owned() }).collect()
    }

    /// A text field; empty when absent.
    pub fn text(&self, key: &str) -> &str {
        self.json[key].as_str().unwrap_or("")
    }

    /// Its stable name.
    pub fn id(&self) -> &str {
        self.text("id")
    }

    /// `validate`, `condition` and so on.
    pub fn kind(&self) -> &str {
        self.text("kind")
    }

    /// What must hold.
    pub fn expect(&self) -> &Json {
        &self.json["expect"]
    }

    /// The capabilities beyond the core that it needs.
    pub fn requires(&self) -> Vec<&str> {
        strings(&self.json["requires"])
    }

    /// The rules files: name as given, and text.
    pub fn rules(&self) -> Vec<(String, String)> {
        let read = |name: &str| {
            let bytes =
                std::fs::read(self.folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name.to_owned(), String::from_utf8_lossy(&bytes).into_owned())
        };
        strings(&self.json["rules"]).into_iter().map(read).collect()
    }
}

/// The texts of a list; a single text is a list of one.
pub fn strings(json: &Json) -> Vec<&str> {
    match json {
        Json::String(text) => vec![text],
        Json::Array(items) => items.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

/// Collects what differs from what a case expects.
#[derive(Debug, Default)]
pub struct Differences(Vec<String>);

impl Differences {
    /// Notes a difference unless `holds`.
    pub fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.0.push(what());
        }
    }

    /// Notes a difference unless a value is the expected one; `Null` expects nothing.
    pub fn equal(&mut self, what: &str, expected: &Json, found: impl Into<Json>) {
        let found = found.into();
        self.check(expected.is_null() || *expected == found, || {
            format!("{what}: expected {expected}, found {found}")
        });
    }

    /// The outcome.
    pub fn outcome(self) -> Outcome {
        if self.0.is_empty() { Outcome::Passed } else { Outcome::Failed(self.0.join("; ")) }
    }
}
