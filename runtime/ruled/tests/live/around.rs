//! Captures around alerts: Falco's `capture` configuration and rule keys.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::checker;
use crate::daemon::{CANARY, Daemon, configuration, is, replay};
use crate::support::Scratch;

/// Opens files of one name; `capture` is added to the rule.
fn rule(name: &str, path: &str, capture: &str) -> String {
    format!(
        "- rule: {name}\n  desc: d\n  condition: evt.type in (open, openat, openat2) and fd.name={path}\n  \
         output: opened %fd.name by %proc.name of %proc.pname user %user.name\n  priority: WARNING\n{capture}"
    )
}

fn captures(scratch: &Scratch) -> Vec<PathBuf> {
    let files = fs::read_dir(&scratch.0).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "scap")).collect();
    files.sort();
    files
}

/// Waits until files are there and complete.
fn finished(scratch: &Scratch, count: usize) -> Vec<PathBuf> {
    let start = Instant::now();
    loop {
        let files = captures(scratch);
        let complete = |path: &PathBuf| fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0);
        if files.len() >= count && files.iter().all(complete) {
            return files;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{files:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub fn alerts_that_ask_for_it_are_recorded() {
    let scratch = Scratch::new("live-around");
    let (first, second, third) = (scratch.path("one"), scratch.path("two"), scratch.path("three"));
    let text = [
        CANARY.to_string(),
        rule("One", &first, "  capture: true\n  capture_duration: 700\n"),
        rule("Two", &second, ""),
        rule("Three", &third, "  capture: true\n  capture_duration: 700\n"),
    ]
    .concat();
    let rules = scratch.file("rules.yaml", text);
    let prefix = scratch.path("around");
    let config =
        configuration(&scratch, &format!("capture: {{enabled: true, path_prefix: {prefix}, mode: rules}}\n"));
    let mut daemon = Daemon::start(&["-c", &config, "-r", &rules]);
    assert!(captures(&scratch).is_empty());
    let _ = fs::File::create(&second);
    daemon.expect("Two", |alert| is(alert, "Two", &second));
    assert!(captures(&scratch).is_empty(), "a rule that does not ask for it is not recorded");
    let _ = fs::File::create(&first);
    let _ = fs::File::open(&second);
    let alert = daemon.expect("One", |alert| is(alert, "One", &first));
    std::thread::sleep(Duration::from_millis(1500));
    // Something must happen for the time to be seen to be over.
    let _ = fs::File::create(&third);
    daemon.expect("Three", |alert| is(alert, "Three", &third));
    let ended = daemon.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let files = finished(&scratch, 2);
    assert_eq!(files.len(), 2, "{files:?}");
    let replayed = replay(&files[0].display().to_string(), &config, &[&rules]);
    let found =
        replayed.iter().find(|alert| is(alert, "One", &first)).unwrap_or_else(|| panic!("{replayed:?}"));
    assert_eq!(found["output_fields"], alert["output_fields"]);
    assert_eq!(found["time"], alert["time"]);
    assert!(replayed.iter().any(|alert| is(alert, "Two", &second)), "what follows the alert is recorded");
    assert!(!replayed.iter().any(|alert| alert["rule"] == "Three"), "the recording ended");
    let name = files[0].file_name().unwrap().to_str().unwrap().to_string();
    let parts: Vec<&str> = name.trim_end_matches(".scap").split('_').collect();
    assert!(parts.len() == 3 && parts[1].len() == 20 && parts[2].len() == 20, "{name}");
    assert!(checker::check(&unpacked(&files[0])).events > 0);
}

/// The unpacked file, through the system's own gzip.
fn unpacked(path: &PathBuf) -> Vec<u8> {
    let file = fs::File::open(path).unwrap();
    let output = std::process::Command::new("gzip").arg("-dc").stdin(file).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

pub fn a_recording_ends_at_its_limit() {
    let scratch = Scratch::new("live-limit");
    let mark = scratch.path("mark");
    let rules = scratch.file("rules.yaml", format!("{CANARY}{}", rule("Mark", &mark, "")));
    let prefix = scratch.path("limited");
    let more = format!(
        "capture: {{enabled: true, path_prefix: {prefix}, mode: all_rules, default_duration: 60000, max_file_size_mb: 1}}\n"
    );
    let config = configuration(&scratch, &more);
    let mut daemon = Daemon::start(&["-c", &config, "-r", &rules]);
    // The canary has started a recording already; now it becomes long.
    let start = Instant::now();
    loop {
        for number in 0..2000u64 {
            // Names that do not compress well.
            let odd = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (start.elapsed().as_nanos() as u64);
            let _ = fs::File::open(format!("{prefix}-{odd:x}-{:x}", odd.wrapping_mul(odd)));
        }
        if daemon.alerts().iter().any(|alert| alert["rule"] == "Falco internal: capture size limit reached") {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(40), "the limit was not reached");
    }
    let ended = daemon.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let files = captures(&scratch);
    assert_eq!(files.len(), 1, "{files:?}");
    let length = fs::metadata(&files[0]).unwrap().len();
    assert!((1 << 20..2 << 20).contains(&length), "{length}");
}
