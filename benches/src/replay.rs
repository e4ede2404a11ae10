//! Captures in memory and engines with the official rules. `CAPTURES_DIR` names the folder with the captures.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use codegen::{Mode, Strategy};
use engine::fields::Settings;
use engine::{Engine, NullHost, Ruleset, format};
use events::scap::{Reader, Record};
use events::{EventFlags, RawEvent, Snapshot};
use hir::{Input, Options, SourceFile};
use ir::{Program, RuleId};

/// The first `files` of the official rule files (stable, incubating, sandbox) as input for `hir`.
pub fn rules(files: usize) -> Option<Input> {
    let Some(official) = crate::official() else {
        eprintln!("SKIPPED: RULES_DIR does not name the official rules");
        return None;
    };
    let files = official.into_iter().take(files).map(|(name, text)| SourceFile::new(name, text)).collect();
    Some(Input { files, options: Options::default() })
}

/// The program of the first `files` of the official rule files.
pub fn program(files: usize) -> Option<Program> {
    Some(hir::compile(&rules(files)?).unwrap_or_else(|_| panic!("the official rules load")))
}

/// The program with every rule `copies` times, as if its files were there under other names as often: conditions of
/// copies are the same nodes.
pub fn repeated(program: &Program, copies: usize) -> Program {
    let mut repeated = program.clone();
    for copy in 1..copies {
        for rule in &program.order {
            let mut rule = program.rule(*rule).clone();
            rule.name = format!("{} {copy}", rule.name).into();
            repeated.rules.push(rule);
            repeated.order.push(RuleId(repeated.rules.len() as u32 - 1));
        }
    }
    repeated
}

/// An engine that runs a program, with alerts in JSON.
pub fn engine(program: &Program, strategy: Strategy) -> Engine {
    let ruleset = Ruleset::new(program.clone(), Settings::default(), Mode::Automatic)
        .unwrap_or_else(|error| panic!("{error}"));
    let options = format::Options { json: true, ..format::Options::default() };
    Engine::new(Arc::new(ruleset), strategy, options, engine::Options::default(), Box::new(NullHost))
}

/// A capture in memory.
pub struct Capture {
    snapshot: Snapshot,
    bytes: Vec<u8>,
    /// Where each event is, with its CPU.
    places: Vec<(usize, u16)>,
}

impl Capture {
    /// Reads a capture of the folder.
    pub fn read(name: &str) -> Option<Capture> {
        let Some(folder) = std::env::var_os("CAPTURES_DIR").map(PathBuf::from) else {
            eprintln!("SKIPPED: CAPTURES_DIR is not set");
            return None;
        };
        let mut reader = Reader::new(File::open(folder.join(name)).expect("a capture")).expect("a capture");
        let snapshot = reader.take_snapshot();
        let (mut bytes, mut places) = (Vec::new(), Vec::new());
        while let Some(record) = reader.next_record().expect("a whole capture") {
            let Record::Event(event) = record else { panic!("one section") };
            places.push((bytes.len(), event.cpu()));
            event.append_to(&mut bytes);
        }
        Some(Capture { snapshot, bytes, places })
    }

    /// How many events there are.
    pub fn events(&self) -> usize {
        self.places.len()
    }

    /// Replays everything from the beginning; the number of alerts.
    pub fn replay(&self, engine: &mut Engine) -> usize {
        let mut alerts = 0;
        engine.load(&self.snapshot);
        for (start, cpu) in &self.places {
            let event = RawEvent::parse(&self.bytes[*start..], *cpu, EventFlags::default());
            engine.process(&event.expect("an event that was read"), |alert| {
                std::hint::black_box(alert);
                alerts += 1;
            });
        }
        alerts
    }
}
