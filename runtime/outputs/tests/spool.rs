//! The spool on disk: restarts, torn and damaged files, a full spool, refused alerts.

mod support;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use outputs::{
    Alert, DeliveryError, Fields, Options, Output, Outputs, QueueOptions, RetryOptions, SpoolError,
    SpoolOptions, SyncPolicy,
};
use support::{Scratch, alert, counters, until};

/// Takes alerts while it is up; refuses those whose line begins with `!`.
struct Sink {
    name: &'static str,
    up: Arc<AtomicBool>,
    got: Arc<Mutex<Vec<Alert>>>,
}

impl Output for Sink {
    fn name(&self) -> &str {
        self.name
    }

    fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError> {
        if alert.line.starts_with(b"!") {
            return Err(DeliveryError::permanent("never"));
        }
        if !self.up.load(Ordering::SeqCst) {
            return Err(DeliveryError::retryable("down"));
        }
        self.got.lock().unwrap().push(alert.clone());
        Ok(())
    }
}

/// One run over a spool.
struct Run {
    outputs: Outputs,
    up: Arc<AtomicBool>,
    got: Arc<Mutex<Vec<Alert>>>,
    said: Arc<Mutex<Vec<String>>>,
}

impl Run {
    fn new(spool: SpoolOptions, up: bool) -> Run {
        Run::named(spool, up, "sink")
    }

    fn named(spool: SpoolOptions, up: bool, name: &'static str) -> Run {
        Run::patient(spool, up, name, Duration::from_millis(5))
    }

    /// A failed delivery is repeated after `wait` at the latest.
    fn patient(spool: SpoolOptions, up: bool, name: &'static str, wait: Duration) -> Run {
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let options = Options {
            spool: Some(spool),
            patience: Duration::from_secs(60),
            report: Arc::new({
                let said = Arc::clone(&said);
                move |_, text| said.lock().unwrap().push(text.to_string())
            }),
            ..Options::default()
        };
        let mut outputs = Outputs::new(options).unwrap();
        let (up, got) = (Arc::new(AtomicBool::new(up)), Arc::default());
        let retry = RetryOptions { first: wait, longest: wait, ..Default::default() };
        let sink = Sink { name, up: Arc::clone(&up), got: Arc::clone(&got) };
        outputs.add(Box::new(sink), QueueOptions { retry, ..QueueOptions::default() });
        Run { outputs, up, got, said }
    }

    fn send(&mut self, count: u64) {
        for _ in 0..count {
            let line = format!("alert {}", self.outputs.next_id());
            self.outputs.deliver(alert(line));
        }
    }

    fn ids(&self) -> Vec<u64> {
        self.got.lock().unwrap().iter().map(|alert| alert.id).collect()
    }

    fn said(&self, text: &str) -> bool {
        self.said.lock().unwrap().iter().any(|said| said.contains(text))
    }
}

fn small(directory: &Path) -> SpoolOptions {
    SpoolOptions { segment_bytes: 1000, ..SpoolOptions::at(directory) }
}

fn segments(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "segment"))
        .collect();
    found.sort();
    found
}

#[test]
fn an_outage_over_a_restart_loses_nothing() {
    for sync in [SyncPolicy::Never, SyncPolicy::Interval(Duration::from_millis(5)), SyncPolicy::Always] {
        let scratch = Scratch::new(&format!("restart-{sync:?}").replace(|c: char| !c.is_alphanumeric(), "-"));
        let options = SpoolOptions { sync, ..small(&scratch.0) };
        let mut run = Run::new(options.clone(), false);
        run.send(100);
        drop(run.outputs);
        assert!(run.got.lock().unwrap().is_empty());
        let mut run = Run::new(options.clone(), true);
        assert_eq!(run.outputs.next_id(), 101, "numbers go on");
        until(60, "what was left over", || run.ids().len() == 100);
        run.send(50);
        drop(run.outputs);
        assert!(run.got.lock().unwrap().iter().map(|alert| alert.id).eq(1..=150));
        let run = Run::new(options, true);
        assert_eq!(run.outputs.next_id(), 151);
        drop(run.outputs);
        assert!(run.got.lock().unwrap().is_empty(), "nothing comes twice");
    }
}

#[test]
fn everything_of_an_alert_comes_back() {
    let scratch = Scratch::new("whole");
    let mut run = Run::new(small(&scratch.0), false);
    let fields = Fields {
        output: "o".into(),
        message: "m".into(),
        output_fields: vec![("proc.name".into(), "cat".into())],
        hostname: "h".into(),
    };
    let sent = Alert {
        tags: vec!["a".into(), "b".into()].into(),
        fields: Some(Arc::new(fields)),
        ..alert(b"bytes \xff\x00 of any kind".as_slice())
    };
    run.outputs.deliver(sent.clone());
    drop(run.outputs);
    let run = Run::new(small(&scratch.0), true);
    until(60, "it", || run.ids().len() == 1);
    let got = run.got.lock().unwrap()[0].clone();
    assert_eq!(format!("{got:?}"), format!("{:?}", Alert { id: 1, ..sent }));
}

#[test]
fn the_end_does_not_wait_for_what_the_spool_keeps() {
    let scratch = Scratch::new("patient");
    let mut run = Run::patient(small(&scratch.0), false, "sink", Duration::from_secs(600));
    run.send(3);
    until(60, "an attempt", || counters(&run.outputs, "sink").failed == 1);
    let begin = Instant::now();
    drop(run.outputs);
    // Outputs that stand still are given up after a minute.
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
    assert!(!run.said.lock().unwrap().iter().any(|said| said.contains("discarding")));
    let run = Run::new(small(&scratch.0), true);
    until(60, "what was left over", || run.ids() == [1, 2, 3]);
}

#[test]
fn an_output_whose_place_is_damaged_gets_everything_again() {
    let scratch = Scratch::new("place");
    let mut run = Run::new(SpoolOptions::at(&scratch.0), false);
    run.send(10);
    drop(run.outputs);
    fs::write(scratch.path("sink.cursor"), [0xff; 32]).unwrap();
    let run = Run::new(SpoolOptions::at(&scratch.0), true);
    until(60, "all", || run.ids().len() == 10);
    assert!(run.ids().into_iter().eq(1..=10));
    assert!(run.said("its place in the spool is damaged"));
}

#[test]
fn read_segments_are_deleted() {
    let scratch = Scratch::new("delete");
    let mut run = Run::new(small(&scratch.0), true);
    for _ in 0..50 {
        run.send(10);
        let sent = run.outputs.next_id() - 1;
        until(60, "delivery", || counters(&run.outputs, "sink").delivered == sent);
    }
    assert!(segments(&scratch.0).len() <= 3, "{:?}", segments(&scratch.0));
    let counters = counters(&run.outputs, "sink");
    assert_eq!((counters.queued, counters.spooled, counters.depth), (500, 500, 0));
}

#[test]
fn a_file_torn_anywhere_is_mended() {
    let scratch = Scratch::new("torn");
    let original = scratch.path("original");
    let mut run = Run::new(SpoolOptions::at(&original), false);
    run.send(5);
    drop(run.outputs);
    let files: Vec<PathBuf> = fs::read_dir(&original).unwrap().map(|entry| entry.unwrap().path()).collect();
    let segment = segments(&original).remove(0);
    let bytes = fs::read(&segment).unwrap();
    for (number, cut) in (0..=bytes.len()).step_by(7).chain([bytes.len()]).enumerate() {
        for garbage in [&b""[..], &[0; 100], b"garbage at the end"] {
            let copy = scratch.path(&format!("copy{number}-{}", garbage.len()));
            fs::create_dir(&copy).unwrap();
            for file in &files {
                fs::copy(file, copy.join(file.file_name().unwrap())).unwrap();
            }
            let torn = [&bytes[..cut], garbage].concat();
            fs::write(copy.join(segment.file_name().unwrap()), torn).unwrap();
            let mut run = Run::new(SpoolOptions::at(&copy), true);
            let whole = run.outputs.next_id() - 1;
            assert!(whole <= 5 && (cut < bytes.len() || whole == 5), "{cut}: {whole}");
            run.send(3);
            drop(run.outputs);
            assert!(run.got.lock().unwrap().iter().map(|alert| alert.id).eq(1..=whole + 3), "{cut}");
            fs::remove_dir_all(copy).unwrap();
        }
    }
}

#[test]
fn damage_in_the_middle_is_reported_counted_and_skipped() {
    let scratch = Scratch::new("damage");
    let mut run = Run::new(small(&scratch.0), false);
    for _ in 0..100 {
        run.send(1);
        // One at a time, so that segments are as small as they may be.
        let sent = run.outputs.next_id() - 1;
        until(60, "writing", || counters(&run.outputs, "sink").queued == sent);
    }
    drop(run.outputs);
    let files = segments(&scratch.0);
    assert!(files.len() > 4);
    let first = |path: &Path| path.file_stem().unwrap().to_str().unwrap().parse::<u64>().unwrap();
    let (damaged, after) = (first(&files[1]), first(&files[2]));
    let mut bytes = fs::read(&files[1]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&files[1], bytes).unwrap();
    let mut run = Run::new(small(&scratch.0), true);
    until(60, "the rest", || run.ids().last() == Some(&100));
    let ids = run.ids();
    let missing: Vec<u64> = (1..=100).filter(|id| !ids.contains(id)).collect();
    assert!(!missing.is_empty() && missing.iter().all(|id| (damaged..after).contains(id)), "{missing:?}");
    assert!(ids.is_sorted());
    assert_eq!(counters(&run.outputs, "sink").dropped, missing.len() as u64);
    assert!(run.said("is damaged"));
    run.send(1);
    until(60, "the next", || run.ids().last() == Some(&101));
}

#[test]
fn a_dead_output_cannot_fill_the_disk() {
    let scratch = Scratch::new("full");
    let options = SpoolOptions { max_bytes: 5000, ..small(&scratch.0) };
    let mut run = Run::new(options, false);
    for _ in 0..1000 {
        run.send(1);
        if run.outputs.next_id().is_multiple_of(10) {
            let sent = run.outputs.next_id() - 1;
            until(60, "writing", || counters(&run.outputs, "sink").queued == sent);
        }
    }
    let size: u64 = segments(&scratch.0).iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(size <= 5000 + 2 * 1100, "{size}");
    run.up.store(true, Ordering::SeqCst);
    until(60, "what is left", || run.ids().last() == Some(&1000));
    let ids = run.ids();
    assert!(ids.is_sorted() && ids.len() < 200, "{}", ids.len());
    assert_eq!(counters(&run.outputs, "sink").dropped, 1000 - ids.len() as u64);
    assert!(run.said("deleted from the full spool"));
}

#[test]
fn refused_alerts_are_kept_apart() {
    let scratch = Scratch::new("letters");
    let options = SpoolOptions { max_dead_letter_bytes: 500, ..small(&scratch.0) };
    let mut run = Run::new(options, true);
    for number in 0..10 {
        run.outputs.deliver(alert(format!("! refused {number}")));
        run.outputs.deliver(alert("fine"));
    }
    drop(run.outputs);
    assert_eq!(run.got.lock().unwrap().len(), 10, "the others are delivered");
    let read = |name: &str| fs::read_to_string(scratch.path(name)).unwrap();
    let (new, old) = (read("sink.dead-letter.jsonl"), read("sink.dead-letter.jsonl.old"));
    let letters: Vec<serde_json::Value> =
        old.lines().chain(new.lines()).map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = letters.last().unwrap();
    assert_eq!((&last["id"], &last["alert"]), (&19.into(), &"! refused 9".into()));
    assert_eq!((&last["error"], &last["output"]), (&"never".into(), &"sink".into()));
    assert!(old.len() < 1000 && new.len() < 1000);
}

#[test]
fn a_new_output_starts_with_the_next_alert_and_a_missing_one_holds_nothing_back() {
    let scratch = Scratch::new("new");
    let mut run = Run::named(small(&scratch.0), true, "first");
    run.send(10);
    drop(run.outputs);
    let mut run = Run::named(small(&scratch.0), true, "second");
    run.send(100);
    drop(run.outputs);
    assert!(run.got.lock().unwrap().iter().map(|alert| alert.id).eq(11..=110));
    let run = Run::named(small(&scratch.0), true, "first");
    drop(run.outputs);
    let ids: Vec<u64> = run.got.lock().unwrap().iter().map(|alert| alert.id).collect();
    assert!(ids.is_sorted() && ids.last().is_none_or(|last| *last == 110), "{ids:?}");
}

#[test]
fn two_processes_cannot_share_a_directory() {
    let scratch = Scratch::new("lock");
    let directory = scratch.path("spool");
    let run = Run::new(small(&directory), true);
    let options = Options { spool: Some(small(&directory)), ..Options::default() };
    for (name, mode) in [("", 0o700), ("lock", 0o600), ("sink.cursor", 0o600)] {
        let found = fs::metadata(directory.join(name)).unwrap().mode() & 0o777;
        assert_eq!(found, mode, "{name}");
    }
    assert!(matches!(Outputs::new(options.clone()), Err(SpoolError::InUse(_))));
    drop(run.outputs);
    assert!(Outputs::new(options).is_ok());
    let file = scratch.file("file", "");
    let options = Options { spool: Some(SpoolOptions::at(file)), ..Options::default() };
    let error = Outputs::new(options).unwrap_err();
    assert!(error.to_string().contains("cannot be used"), "{error}");
}

#[test]
fn a_disk_that_takes_nothing_leaves_alerts_in_memory() {
    let scratch = Scratch::new("gone");
    let directory = scratch.path("spool");
    let mut run = Run::new(small(&directory), true);
    run.send(10);
    until(60, "the beginning", || run.ids().len() == 10);
    fs::remove_dir_all(&directory).unwrap();
    for _ in 0..20 {
        run.send(5);
        let sent = run.outputs.next_id() - 1;
        until(60, "delivery", || run.ids().len() as u64 == sent);
    }
    assert!(run.ids().into_iter().eq(1..=110));
    assert!(run.said("alerts wait in memory"));
    fs::create_dir(&directory).unwrap();
    run.send(100);
    until(60, "the rest", || run.ids().len() == 210);
    assert!(run.ids().into_iter().eq(1..=210));
    assert!(run.said("can be written again"));
}

#[test]
fn any_file_is_survived() {
    // Whatever stands in the directory: the spool opens or says why not, and alerts pass.
    let scratch = Scratch::new("any");
    let mut run = Run::new(small(&scratch.path("seed")), false);
    run.send(20);
    drop(run.outputs);
    let files: Vec<(PathBuf, Vec<u8>)> = fs::read_dir(scratch.path("seed"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        chance as usize
    };
    for round in 0..60 {
        let directory = scratch.path(&format!("round{round}"));
        fs::create_dir(&directory).unwrap();
        for (path, bytes) in &files {
            let mut bytes = bytes.clone();
            for _ in 0..next() % 4 {
                if !bytes.is_empty() {
                    let at = next() % bytes.len();
                    bytes[at] = next() as u8;
                }
            }
            if next() % 4 == 0 {
                bytes.truncate(next() % (bytes.len() + 1));
            }
            fs::write(directory.join(path.file_name().unwrap()), bytes).unwrap();
        }
        let mut run = Run::new(small(&directory), true);
        run.outputs.deliver(alert("the last"));
        drop(run.outputs);
        let got = run.got.lock().unwrap();
        let ids: Vec<u64> = got.iter().map(|alert| alert.id).collect();
        assert!(ids.is_sorted(), "{round}: {ids:?}");
        assert!(got.iter().any(|alert| &*alert.line == b"the last"), "{round}: {ids:?} {:?}", run.said);
    }
}
