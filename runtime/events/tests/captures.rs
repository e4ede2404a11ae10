//! The reference captures: each is read to its end, gives the events that it has, and survives being written again.

mod support;

use std::collections::BTreeMap;
use std::fs::File;

use events::param::Param;
use events::scap::{Compression, Options, Reader, Record};
use events::script::{self, Script};
use events::{RawEvent, Snapshot};

/// Events delivered, from the description of the captures.
const DELIVERED: [(&str, u64); 3] =
    [("attacks.scap", 39_074), ("bench.scap", 1_018_461), ("mix.scap", 44_943)];

#[test]
fn every_event_is_delivered() {
    let Some(dir) = support::reference("CAPTURES_DIR") else { return };
    for (file, expected) in DELIVERED {
        let mut reader = Reader::new(File::open(dir.join(file)).expect(file)).expect(file);
        assert!(!reader.take_snapshot().threads.is_empty(), "{file}");
        let mut count = 0;
        while let Some(record) = reader.next_record().expect(file) {
            count += u64::from(matches!(record, Record::Event(_)));
        }
        assert_eq!(count, expected, "{file}");
        assert_eq!(reader.notices().count, 0, "{file}: {:?}", reader.notices());
    }
}

#[test]
fn old_captures_hold_the_events_that_sysdig_counts() {
    let Some(dir) = support::reference("CONFORMANCE_DIR") else { return };
    let mut expected: BTreeMap<String, BTreeMap<(String, String), u64>> = BTreeMap::new();
    for line in include_str!("data/sysdig_counts.txt").lines().filter(|line| !line.starts_with('#')) {
        let [file, direction, name, count] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let key = (name.to_owned(), direction.to_owned());
        expected.entry(file.to_owned()).or_default().insert(key, count.parse().expect("a number"));
    }
    assert_eq!(expected.len(), 7);
    for (file, mut expected) in expected {
        let path = dir.join("captures").join(&file);
        let mut reader =
            Reader::with_options(File::open(path).expect("a capture"), support::RAW()).expect(&file);
        let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
        while let Some(record) = reader.next_record().expect(&file) {
            let Record::Event(event) = record else { continue };
            if name_of(&event) != "container" {
                let direction = if event.is_exit() { "<" } else { ">" };
                *counts.entry((name_of(&event).to_owned(), direction.to_owned())).or_default() += 1;
            }
        }
        // What sysdig has no name for is the one call that its table lacks.
        for direction in ["<", ">"] {
            if let Some(count) = expected.remove(&("<unknown>".to_owned(), direction.to_owned())) {
                let unknown: Vec<_> = counts
                    .keys()
                    .filter(|key| key.1 == direction && !expected.contains_key(*key))
                    .cloned()
                    .collect();
                assert_eq!(unknown.iter().map(|key| counts[key]).sum::<u64>(), count, "{file}: {unknown:?}");
                counts.retain(|key, _| !unknown.contains(key));
            }
        }
        assert_eq!(counts, expected, "{file}");
    }
}

/// The name that sysdig prints: of the system call for generic events.
fn name_of(event: &RawEvent<'_>) -> &'static str {
    let ty = event.code().get().expect("a known type");
    if event.code().is_generic() {
        return event.param(0).u16().and_then(|id| catalogue::SyscallCode(id).name()).unwrap_or("<unknown>");
    }
    ty.name
}

#[test]
fn writing_and_reading_gives_the_same() {
    for path in support::all_captures() {
        let name = support::name(&path);
        // A tenth of the largest is enough.
        let most = 100_000;
        for (options, compression) in
            [(Options::default(), Compression::None), (support::RAW(), Compression::Gzip(1))]
        {
            let mut reader = Reader::with_options(File::open(&path).expect(&name), options).expect(&name);
            let snapshot = reader.take_snapshot();
            let mut script = Script::default();
            while let Some(record) = reader.next_record().expect(&name) {
                if let Record::Event(event) = record {
                    script.push(&event);
                }
                if script.events().len() >= most {
                    break;
                }
            }
            let written = support::write(&snapshot, script.events(), compression);
            let mut reader = Reader::with_options(written.as_slice(), options).expect(&name);
            assert_eq!(sorted(reader.take_snapshot()), sorted(snapshot.clone()), "{name}");
            for (i, event) in script.events().enumerate() {
                match reader.next_record().expect(&name) {
                    Some(Record::Event(read)) => assert_eq!(read, event, "{name}: event {i}"),
                    other => panic!("{name}: event {i}: {other:?}"),
                }
            }
            assert!(reader.next_record().expect(&name).is_none(), "{name}");
            if compression == Compression::None {
                prints_and_parses(&name, &snapshot, &script);
            }
        }
    }
}

/// What the writer changes on purpose: an unknown working directory is written as the root.
fn sorted(mut snapshot: Snapshot) -> Snapshot {
    for thread in &mut snapshot.threads {
        if thread.cwd.is_empty() {
            thread.cwd = b"/".to_vec();
        }
    }
    snapshot
}

fn prints_and_parses(name: &str, snapshot: &Snapshot, events: &Script) {
    let text = script::print(snapshot, events.events().take(20_000));
    let parsed = Script::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    for (printed, original) in parsed.snapshot.threads.iter().zip(&snapshot.threads) {
        assert_eq!(printed, original, "{name}");
    }
    assert_eq!(parsed.snapshot, *snapshot, "{name}");
    for (i, (parsed, event)) in parsed.events().zip(events.events()).enumerate() {
        assert_eq!(parsed, event, "{name}: event {i}");
    }
    assert_eq!(parsed.events().len(), events.events().len().min(20_000), "{name}");
}

#[test]
fn parameters_of_today_are_as_wide_as_their_types() {
    for path in support::all_captures() {
        let name = support::name(&path);
        let mut reader = Reader::new(File::open(&path).expect(&name)).expect(&name);
        let mut odd: BTreeMap<String, u64> = BTreeMap::new();
        while let Some(record) = reader.next_record().expect(&name) {
            let Record::Event(event) = record else { continue };
            let ty = event.code().get().expect("a known type");
            assert!(!ty.is_unused(), "{name}: {}", ty.symbol);
            for (param, schema) in event.params().zip(ty.params) {
                let width = schema.ty.width().map(usize::from);
                if !param.is_empty() && width.is_some_and(|width| width != param.bytes().len()) {
                    *odd.entry(format!("{} {}", ty.symbol, schema.name)).or_default() += 1;
                }
                read_by_type(schema.ty, param);
            }
        }
        assert!(odd.is_empty(), "{name}: {odd:?}");
    }
}

/// Values of structured types decode.
fn read_by_type(ty: catalogue::ValueType, param: Param<'_>) {
    use catalogue::ValueType;
    use events::param::{SockAddr, SockTuple};
    match ty {
        ValueType::SockAddr => {
            assert!(!matches!(param.sock_addr(), Some(SockAddr::Malformed { .. })), "{param:?}");
        }
        ValueType::SockTuple => {
            assert!(!matches!(param.sock_tuple(), Some(SockTuple::Malformed { .. })), "{param:?}");
        }
        ValueType::FdList => {
            let stated = param.u16().unwrap_or_default();
            assert_eq!(param.fd_list().count(), usize::from(stated), "{param:?}");
        }
        _ => {}
    }
}
