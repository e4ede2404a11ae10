//! Alerts are written exactly as Falco writes them: for every line of the golden alerts, the same rule's output on the
//! same event gives the same line. Whether the rule matches is not the question here.
//!
//! `CAPTURES_DIR` names the captures (with `golden/`), `RULES_DIR` the rule files. Without them the test is skipped,
//! loudly; with `REQUIRE_REFERENCE=1` that is a failure.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use catalogue::{Catalogue, Priority};
use engine::Tracker;
use engine::fields::{Fields, Printing, Settings};
use engine::format::{Formatter, Options};
use events::scap::{Reader, Record};
use flate2::read::GzDecoder;
use ir::{
    EventSet, Expr, OutputField, OutputTemplate, Piece, Program, ProgramBuilder, Rule, RuleId, Slot, SlotKind,
};

mod support;

use support::import;

const OFFICIAL: &[&str] = &[
    "official/falco_rules.yaml",
    "official/falco-incubating_rules.yaml",
    "official/falco-sandbox_rules.yaml",
];

const CAPTURES: [&str; 3] = ["attacks", "mix", "bench"];

#[test]
fn official_rules() {
    compare(OFFICIAL, &["stable", "all3", "all3on"]);
}

#[test]
fn rules_of_2022() {
    compare(&["tutorial/falco_rules.yaml"], &["tutorial2022"]);
}

fn reference() -> Option<(PathBuf, PathBuf)> {
    let dir = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let dirs = dir("CAPTURES_DIR").zip(dir("RULES_DIR"));
    if dirs.is_none() {
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none(), "CAPTURES_DIR or RULES_DIR is not set");
        eprintln!("SKIPPED: golden alerts need CAPTURES_DIR and RULES_DIR");
    }
    dirs
}

/// A program of all rules' outputs, and the rules by name.
fn program(rules: &Path, files: &[&str]) -> (Program, HashMap<String, RuleId>) {
    let catalogue = Catalogue::falco_default();
    let mut builder = ProgramBuilder::new();
    let source = builder.source("syscall");
    let never = builder.expr(Expr::Const(false));
    let mut names = HashMap::new();
    for file in files {
        let text = std::fs::read_to_string(rules.join(file)).expect("a rule file");
        let items: Vec<serde_norway::Value> = serde_norway::from_str(&text).expect("YAML");
        for item in &items {
            let get = |key: &str| item.get(key).and_then(serde_norway::Value::as_str);
            let (Some(name), Some(output), Some(priority)) = (get("rule"), get("output"), get("priority"))
            else {
                continue;
            };
            let mut tags: Vec<Box<str>> = match item.get("tags").and_then(serde_norway::Value::as_sequence) {
                Some(tags) => tags.iter().filter_map(serde_norway::Value::as_str).map(Box::from).collect(),
                None => Vec::new(),
            };
            tags.sort();
            let rule = Rule {
                name: name.into(),
                description: Box::default(),
                source,
                priority: Priority::parse(priority).expect("a priority"),
                tags: tags.into(),
                condition: never,
                events: EventSet::EMPTY,
                // An old placeholder that stands for nothing.
                output: template(&mut builder, &catalogue, &output.trim().replace("%container.info", "")),
                capture: false,
                capture_duration_ms: 0,
            };
            names.insert(name.to_owned(), builder.rule(rule));
        }
    }
    (builder.finish(Vec::new()), names)
}

fn template(builder: &mut ProgramBuilder, catalogue: &Catalogue, output: &str) -> OutputTemplate {
    let (mut pieces, mut fields) = (Vec::new(), Vec::new());
    let mut parts = output.split('%');
    pieces.extend(parts.next().filter(|text| !text.is_empty()).map(|text| Piece::Text(text.into())));
    for part in parts {
        let (import, len) = (1..=part.len())
            .rev()
            .filter(|len| part.is_char_boundary(*len))
            .find_map(|len| import(catalogue, &part[..len]).ok().map(|import| (import, len)))
            .expect("a field");
        let text = &part[..len];
        let (ty, list) = (import.ty, import.list);
        let import = builder.import(import);
        let slot = builder.slot(Slot { kind: SlotKind::Import(import), ty, list });
        pieces.push(Piece::Value { slot, width: None });
        fields.push(OutputField::Raw { key: text.into(), slot: Some(slot) });
        pieces.extend(
            Some(&part[len..]).filter(|rest| !rest.is_empty()).map(|rest| Piece::Text((*rest).into())),
        );
    }
    OutputTemplate { pieces: pieces.into(), fields: fields.into() }
}

fn golden(dir: &Path, name: &str) -> Vec<String> {
    let plain = dir.join(format!("golden/{name}.jsonl"));
    let input: Box<dyn Read> = match File::open(&plain) {
        Ok(file) => Box::new(file),
        Err(_) => Box::new(GzDecoder::new(
            File::open(plain.with_extension("jsonl.gz")).expect("what Falco printed"),
        )),
    };
    BufReader::new(input).lines().map(|line| line.expect("a line")).collect()
}

fn compare(files: &[&str], sets: &[&str]) {
    let Some((captures, rules)) = reference() else { return };
    let (program, names) = program(&rules, files);
    for capture in CAPTURES {
        let matchings = sets.iter().flat_map(|set| ["first", "all"].map(|matching| (set, matching)));
        let lines: BTreeSet<String> = matchings
            .flat_map(|(set, matching)| golden(&captures, &format!("{capture}.{set}.{matching}")))
            .collect();
        let mut by_time: HashMap<u64, Vec<(&str, RuleId)>> = HashMap::new();
        for line in &lines {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let time = value["output_fields"]["evt.time"].as_u64().expect("a time");
            let rule = names[value["rule"].as_str().expect("a rule")];
            by_time.entry(time).or_default().push((line, rule));
        }
        let equal = replay(&captures.join(format!("{capture}.scap")), &program, &by_time);
        eprintln!("{capture}, {sets:?}: {equal} of {} different lines are equal", lines.len());
        assert_eq!(equal, lines.len());
    }
}

/// How many lines come out equal when the capture is replayed.
fn replay(capture: &Path, program: &Program, lines: &HashMap<u64, Vec<(&str, RuleId)>>) -> usize {
    let mut reader = Reader::new(File::open(capture).expect("the capture")).expect("a capture");
    let mut tracker = Tracker::default();
    tracker.load(reader.snapshot());
    let fields = Fields::bind(program, Settings::default()).expect("extractors for all fields");
    let memory = fields.memory();
    let options = Options { json: true, hostname: "lab".into(), ..Options::default() };
    let mut formatter = Formatter::new(program, options);
    let mut arena = Bump::new();
    let mut equal = 0;
    while let Some(record) = reader.next_record().expect("an undamaged capture") {
        let Record::Event(raw) = record else { continue };
        let expected = lines.get(&raw.ts());
        let applied = tracker.apply(&raw, expected.is_some());
        let Some(expected) = expected.filter(|_| applied.deliver) else { continue };
        arena.reset();
        let event = tracker.event(&raw, &applied, &arena);
        for (line, rule) in expected {
            let values = Printing::new(&fields, &memory, &event);
            let found = formatter.alert(program, *rule, &values).line;
            if found == line.as_bytes() {
                equal += 1;
            } else {
                eprintln!("expected {line}\nfound    {}\n", String::from_utf8_lossy(found));
            }
        }
    }
    equal
}
