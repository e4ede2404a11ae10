//! Field values equal Falco's: replays reference captures and compares 165 fields of every delivered event.
//!
//! `CAPTURES_DIR` names the directory of the captures, `CAPTURES_DIR/golden` has what Falco printed. Without it the test
//! is skipped, loudly; with `REQUIRE_REFERENCE=1` that is a failure.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use catalogue::Catalogue;
use engine::Tracker;
use engine::fields::{Fields, JsonForm, Memory, Printing, Settings};
use events::scap::{Reader, Record};
use flate2::read::GzDecoder;
use ir::render::{Buffers, Style, json, json_key};
use ir::{Extracted, FieldSource, Import, ImportId, Value};

mod support;

use support::import;

/// A field whose values may differ in one way, with the reason.
struct Exception {
    field: &'static str,
    reason: &'static str,
    /// Whether a difference (expected, found) is of that kind.
    applies: fn(&str, &str) -> bool,
}

const EXCEPTIONS: &[Exception] = &[Exception {
    field: "evt.buffer",
    reason: "of a parameter 'data' that is no buffer or has no bytes, Falco prints as many bytes as an earlier buffer had",
    applies: |expected, found| {
        let (expected, found) = (expected.trim_matches('"'), found.trim_matches('"'));
        expected.starts_with(found) || found.starts_with(expected)
    },
}];

/// Mismatches of one field that are shown.
const SHOWN: usize = 3;

#[test]
fn attacks() {
    compare("attacks");
}

#[test]
fn mix() {
    compare("mix");
}

/// The directory of the reference captures.
fn captures() -> Option<PathBuf> {
    let dir = std::env::var_os("CAPTURES_DIR").map(PathBuf::from);
    if dir.is_none() {
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none(), "CAPTURES_DIR is not set");
        eprintln!("SKIPPED: the field oracle needs CAPTURES_DIR");
    }
    dir
}

/// The fields of the oracle's rule, in the order in which they are printed.
fn imports(rule: &Path) -> Vec<Import> {
    let text = std::fs::read_to_string(rule).expect("the oracle's rule");
    let output = text.lines().find_map(|line| line.trim().strip_prefix("output: ")).expect("its output");
    let catalogue = Catalogue::falco_default();
    let mut imports: Vec<Import> = output
        .trim_matches('"')
        .split(' ')
        .map(|field| import(&catalogue, field.strip_prefix('%').expect("a field")).unwrap())
        .collect();
    imports.sort_by(|a, b| a.text.as_bytes().cmp(b.text.as_bytes()));
    imports
}

/// One differing value.
struct Mismatch {
    event: u64,
    expected: String,
    found: String,
}

fn compare(name: &str) {
    let Some(dir) = captures() else { return };
    let imports = imports(&dir.join("golden/fields_rule.yaml"));
    let golden = File::open(dir.join(format!("golden/{name}.fields.jsonl.gz"))).expect("what Falco printed");
    let mut golden = BufReader::new(GzDecoder::new(golden)).lines();
    let mut next_golden = || golden.next().map(|line| line.expect("a line"));

    let capture = File::open(dir.join(format!("{name}.scap"))).expect("the capture");
    let mut reader = Reader::new(capture).expect("a capture");
    let mut tracker = Tracker::default();
    tracker.load(reader.snapshot());
    let fields = Fields::bind_imports(&imports, Settings::default()).expect("extractors for all fields");
    let memory = fields.memory();

    let mut arena = Bump::new();
    let mut expected = next_golden();
    let mut line = Vec::new();
    let mut mismatches: BTreeMap<String, Vec<Mismatch>> = BTreeMap::new();
    let mut excepted: BTreeMap<&'static str, u64> = BTreeMap::new();
    let (mut events, mut unexpected) = (0u64, 0u64);
    while let Some(record) = reader.next_record().expect("an undamaged capture") {
        let raw = match record {
            Record::Event(raw) => raw,
            Record::Section(snapshot) => {
                tracker.load(&snapshot);
                continue;
            }
        };
        let applied = tracker.apply(&raw, true);
        let Some(wanted) = &expected else { continue };
        // The number comes late in a line; a search is cheaper than parsing.
        if !wanted.contains(&format!("\"evt.num\":{},", applied.num)) {
            unexpected += u64::from(applied.deliver);
            continue;
        }
        events += 1;
        arena.reset();
        let event = tracker.event(&raw, &applied, &arena);
        object(&mut line, &imports, &fields, &memory, &event);
        if line != wanted.as_bytes() {
            differences(&mut mismatches, &mut excepted, applied.num, wanted, &line);
        }
        expected = next_golden();
    }
    let missing = expected.is_some();
    let report = report(name, events, &mismatches, &excepted);
    eprintln!("{report}");
    assert!(!missing, "{name}: an event that Falco printed was not delivered\n{report}");
    assert_eq!(unexpected, 0, "{name}: delivered events that Falco did not print");
    assert!(mismatches.is_empty(), "{report}");
}

/// The event's values as one JSON object, absent ones left out.
fn object(
    line: &mut Vec<u8>,
    imports: &[Import],
    fields: &Fields,
    memory: &Memory,
    event: &engine::Event<'_>,
) {
    let values = Printing::new(fields, memory, event);
    line.clear();
    line.push(b'{');
    for (index, import) in imports.iter().enumerate() {
        let id = ImportId(index as u32);
        let start = line.len();
        if start > 1 {
            line.push(b',');
        }
        json_key(line, &import.text);
        let value = line.len();
        let style =
            values.style(id).unwrap_or(Style { ty: import.ty, list: import.list, format: import.format });
        match (values.json_form(id), values.extract(id)) {
            (JsonForm::EventTime, _) => line.extend_from_slice(event.ts().to_string().as_bytes()),
            (JsonForm::Number, Extracted::One(Value::Unsigned(number))) => {
                line.extend_from_slice(number.to_string().as_bytes());
            }
            (_, extracted) => json(line, &extracted, style, Buffers::Dots),
        }
        if line[value..] == *b"null" {
            line.truncate(start);
        }
    }
    line.push(b'}');
}

fn differences(
    mismatches: &mut BTreeMap<String, Vec<Mismatch>>,
    excepted: &mut BTreeMap<&'static str, u64>,
    event: u64,
    expected: &str,
    found: &[u8],
) {
    let parse = |text: &[u8]| -> BTreeMap<String, serde_json::Value> {
        serde_json::from_slice(text)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text)))
    };
    let (expected, found) = (parse(expected.as_bytes()), parse(found));
    let keys: std::collections::BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let show = |value: Option<&serde_json::Value>| value.map_or("absent".to_owned(), ToString::to_string);
    for key in keys {
        let (expected, found) = (expected.get(key), found.get(key));
        if expected == found {
            continue;
        }
        let (expected, found) = (show(expected), show(found));
        match EXCEPTIONS
            .iter()
            .find(|exception| exception.field == key && (exception.applies)(&expected, &found))
        {
            Some(exception) => *excepted.entry(exception.reason).or_default() += 1,
            None => mismatches.entry(key.clone()).or_default().push(Mismatch { event, expected, found }),
        }
    }
}

fn report(
    name: &str,
    events: u64,
    mismatches: &BTreeMap<String, Vec<Mismatch>>,
    excepted: &BTreeMap<&'static str, u64>,
) -> String {
    let mut report = format!("{name}: {events} events compared, {} fields differ\n", mismatches.len());
    for (reason, count) in excepted {
        report += &format!("  excepted, {count} values: {reason}\n");
    }
    for (field, list) in mismatches {
        report += &format!("  {field}: {} events\n", list.len());
        for mismatch in list.iter().take(SHOWN) {
            report +=
                &format!("    {}: expected {} found {}\n", mismatch.event, mismatch.expected, mismatch.found);
        }
    }
    report
}
