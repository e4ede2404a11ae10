//! Fields said to depend on the process only keep their values until the state says that the process changed: results
//! cached by process rely on it.
//!
//! `CAPTURES_DIR` names the directory of the captures. Without it the test is skipped, loudly; with
//! `REQUIRE_REFERENCE=1` that is a failure.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;

use bumpalo::Bump;
use catalogue::{CLASSES, FieldFlags};
use engine::Tracker;
use engine::fields::{Fields, Matching, Scope, Settings};
use events::scap::{Reader, Record};
use ir::{FieldSource, Import, ImportId};

#[test]
fn process_fields_change_with_the_process_only() {
    let Some(dir) = std::env::var_os("CAPTURES_DIR").map(PathBuf::from) else {
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none(), "CAPTURES_DIR is not set");
        eprintln!("SKIPPED: the test of process-level fields needs CAPTURES_DIR");
        return;
    };
    for capture in ["attacks", "mix"] {
        let changed = replay(&dir.join(format!("{capture}.scap")));
        assert_eq!(changed, Vec::<String>::new(), "{capture}");
    }
}

/// Fields said to depend on the process only, without argument and, where they take one, with some.
fn imports() -> Vec<Import> {
    let fields = CLASSES.iter().filter(|class| matches!(class.plugin, None | Some("container")));
    let mut imports = Vec::new();
    for (_, field) in fields.flat_map(|class| class.fields()) {
        if field.has(FieldFlags::NEVER_SET) {
            continue;
        }
        let args: &[Option<&str>] =
            if field.arg.is_some() { &[None, Some("0"), Some("1"), Some("2"), Some("x")] } else { &[None] };
        imports.extend(args.iter().map(|arg| Import {
            source: "syscall".into(),
            name: field.name.into(),
            arg: arg.map(Box::from),
            text: format!("{}[{}]", field.name, arg.unwrap_or_default()).into(),
            ty: field.ty,
            list: field.list,
            format: field.format,
        }));
    }
    let fields = Fields::bind_imports(&imports, Settings::default()).expect("extractors");
    let mut index = 0;
    imports.retain(|_| {
        index += 1;
        fields.scope(ImportId(index - 1)) == Scope::Process
    });
    imports
}

/// What changed although the state said that nothing did, once for each field.
fn replay(capture: &std::path::Path) -> Vec<String> {
    let imports = imports();
    assert!(imports.len() > 80, "too few fields of the process: {}", imports.len());
    let fields = Fields::bind_imports(&imports, Settings::default()).expect("extractors");
    let memory = fields.memory();
    let mut reader = Reader::new(File::open(capture).expect("the capture")).expect("a capture");
    let mut tracker = Tracker::default();
    tracker.load(reader.snapshot());
    let mut arena = Bump::new();
    // By thread: its version, the state's epoch and the values then.
    let mut seen: HashMap<i64, (u64, u64, Vec<String>)> = HashMap::new();
    let mut changed: HashMap<usize, String> = HashMap::new();
    while let Some(record) = reader.next_record().expect("an undamaged capture") {
        let Record::Event(raw) = record else { continue };
        let applied = tracker.apply(&raw, true);
        arena.reset();
        let event = tracker.event(&raw, &applied, &arena);
        let Some(thread) = event.thread else { continue };
        let source = Matching::new(&fields, &memory, &event);
        let values: Vec<String> =
            (0..imports.len()).map(|index| format!("{:?}", source.extract(ImportId(index as u32)))).collect();
        let (version, epoch) = (thread.version, event.state.epoch);
        if let Some((_, _, before)) =
            seen.get(&thread.tid).filter(|(at, in_epoch, _)| (*at, *in_epoch) == (version, epoch))
        {
            for (index, (before, now)) in before.iter().zip(&values).enumerate().filter(|(_, (a, b))| a != b)
            {
                changed.entry(index).or_insert_with(|| {
                    let name = event.code.get().map_or("", |ty| ty.name);
                    format!("{} at event {} ({name}): {before} -> {now}", imports[index].text, event.num)
                });
            }
        }
        seen.insert(thread.tid, (version, epoch, values));
    }
    changed.into_values().collect()
}
