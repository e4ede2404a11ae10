//! What can go wrong around a run ends in a message and an exit code, never in a panic, and loses no alert before it.

mod support;

use std::io::Read;
use std::process::Stdio;

use support::{Run, Scratch, baseline, command, corpus, demo, ruled};

fn alerts(run: &Run) -> usize {
    run.stdout.lines().take_while(|line| !line.starts_with("Events detected")).count()
}

fn decent(run: &Run, what: &str) {
    assert!(matches!(run.code, Some(0 | 1)), "{what}: {:?}\n{}", run.code, run.stderr);
    assert!(!run.stderr.contains("panicked"), "{what}: {}", run.stderr);
}

#[test]
fn a_capture_cut_anywhere_says_where_and_keeps_its_alerts() {
    let scratch = Scratch::new("cut");
    let whole = std::fs::read(demo()).unwrap();
    let all = alerts(&ruled(&["replay", &demo(), "-r", &baseline()]));
    let mut most = 0;
    for length in (0..whole.len()).step_by(whole.len() / 40) {
        let path = scratch.file("cut.scap", &whole[..length]);
        let run = ruled(&["replay", &path, "-r", &baseline()]);
        decent(&run, &format!("{length} bytes"));
        assert!(alerts(&run) >= most && alerts(&run) <= all, "{length} bytes: {} alerts", alerts(&run));
        most = alerts(&run);
        if run.code == Some(1) {
            assert!(run.stderr.contains("Error: ") && run.stderr.contains("offset"), "{}", run.stderr);
            assert!(run.stdout.contains("Events detected: "), "{}", run.stdout);
        }
    }
    assert!(most > all / 2);
}

#[test]
fn flipped_bytes_do_no_harm() {
    let scratch = Scratch::new("flip");
    let whole = std::fs::read(demo()).unwrap();
    // A multiplicative generator is random enough and the same on every run.
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    for round in 0..60 {
        let mut bytes = whole.clone();
        for _ in 0..1 + round % 8 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (state >> 33) as usize % bytes.len();
            bytes[at] ^= 1 << (state >> 29 & 7);
        }
        let path = scratch.file("flip.scap", &bytes);
        decent(&ruled(&["replay", &path, "-r", &baseline()]), &format!("round {round}"));
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let scratch = Scratch::new("missing");
    let folder = scratch.0.display().to_string();
    for (arguments, text) in [
        (
            vec!["replay", "/nonexistent.scap", "-r", "BASELINE"],
            "Could not open trace filename /nonexistent.scap",
        ),
        (vec!["replay", &folder, "-r", "BASELINE"], "Could not open trace filename"),
        (
            vec!["replay", "DEMO", "-r", "/nonexistent.yaml"],
            "Could not open file /nonexistent.yaml for reading",
        ),
        (vec!["replay", "DEMO"], "You must specify at least one rules file"),
        (vec!["-c", "/nonexistent.yaml"], "Could not find configuration file at /nonexistent.yaml"),
        (
            vec!["replay", "DEMO", "-r", "BASELINE", "--trace", "No such rule"],
            "Rule \"No such rule\" is not loaded",
        ),
    ] {
        let (demo, baseline) = (demo(), baseline());
        let arguments: Vec<&str> = arguments
            .iter()
            .map(|argument| match *argument {
                "DEMO" => demo.as_str(),
                "BASELINE" => baseline.as_str(),
                other => other,
            })
            .collect();
        let run = ruled(&arguments);
        assert_eq!(run.code, Some(1), "{arguments:?}");
        assert!(run.stderr.contains(text), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn rules_that_are_too_large_end_in_a_message() {
    let scratch = Scratch::new("large");
    let path = scratch.path("large.yaml");
    std::fs::File::create(&path).unwrap().set_len(300 << 20).unwrap();
    let run = ruled(&["replay", &demo(), "-r", &path]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("is longer than 256 MiB"), "{}", run.stderr);
}

#[test]
fn broken_rules_are_refused_with_place_and_quote() {
    let scratch = Scratch::new("broken");
    let path = scratch.file("broken.yaml", "- macro: m\n  condition: proc.name = (\n");
    let run = ruled(&["replay", &demo(), "-r", &path]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("LOAD_ERR_COMPILE_CONDITION"), "{}", run.stderr);
    // Nesting without end must not end the child.
    let deep = format!(
        "- rule: deep\n  desc: d\n  condition: {}\n  output: o\n  priority: INFO\n",
        "(".repeat(200_000)
    );
    let run = ruled(&["replay", &demo(), "-r", &scratch.file("deep.yaml", deep)]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("LOAD_ERR"), "{}", run.stderr);
}

#[test]
fn a_reader_that_goes_away_ends_the_run() {
    let mut child = command(&["replay", &demo(), "-r", &baseline()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{text}");
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn an_output_that_fails_is_reported_and_stops_nobody() {
    let arguments = [
        "replay",
        &demo(),
        "-r",
        &baseline(),
        "-o",
        "file_output={enabled: true, filename: /nonexistent/alerts}",
        "-o",
        "log_level=error",
    ];
    let run = ruled(&arguments);
    assert_eq!(run.code, Some(0));
    let text = "failed to open output file /nonexistent/alerts";
    assert_eq!(run.stderr.matches(text).count(), 1, "{}", run.stderr);
    assert!(alerts(&run) > 30);
}

#[test]
fn the_capture_of_the_corpus_is_there() {
    assert!(corpus().join("captures/demo.scap").exists());
}
