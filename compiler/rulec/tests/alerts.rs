//! `rulec alerts` as people run it: journals in, counts out.

#[path = "support/folder.rs"]
mod folder;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use folder::Folder;

fn rulec() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rulec"));
    command.stdin(Stdio::null()).env_remove("NO_COLOR");
    command
}

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = rulec()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(arguments: &[&str], input: &str) -> serde_json::Value {
    let output = run(arguments, input);
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The recorded journal of a tutorial, which lies outside the repository.
fn recorded() -> Option<PathBuf> {
    let folder = std::env::var_os("RULES_DIR");
    let path = folder.map(|folder| Path::new(&folder).join("tutorial/falco_json_lines.txt"));
    let path = path.filter(|path| path.exists());
    if path.is_none() {
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none(), "RULES_DIR has no recorded journal");
        eprintln!("skipped: RULES_DIR has no recorded journal");
    }
    path
}

/// Counts of the recorded journal.
const COUNTS: &[(&str, u64, &str)] = &[
    ("Write below root", 66, "Error"),
    ("Launch Privileged Container", 65, "Informational"),
    ("Terminal shell in container", 63, "Notice"),
    ("Write below etc", 11, "Error"),
    ("Delete or rename shell history", 8, "Warning"),
    ("Launch Sensitive Mount Container", 1, "Informational"),
    ("Write below binary dir", 1, "Error"),
];

#[test]
fn the_recorded_journal_is_counted_exactly() {
    let Some(path) = recorded() else { return };
    let path = path.display().to_string();
    let all = json(&["alerts", "--format", "json", &path], "");
    assert_eq!(
        (all["lines"].as_u64(), all["alerts"].as_u64(), all["broken"].as_u64()),
        (Some(237), Some(215), Some(0))
    );
    let groups: Vec<(&str, u64, &str)> = all["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            assert!(group["last_fields"].get("evt.time").is_none());
            (
                group["rule"].as_str().unwrap(),
                group["count"].as_u64().unwrap(),
                group["priority"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(groups, COUNTS);
    // Columns: the same rows in the table and in CSV.
    let table = text(&run(&["alerts", &path], "").stdout);
    assert!(table.starts_with("Rule "), "{table}");
    for (line, (rule, count, priority)) in table.lines().skip(1).zip(COUNTS) {
        assert!(line.starts_with(rule), "{line}");
        assert_eq!(
            line[rule.len()..].split_whitespace().take(2).collect::<Vec<_>>(),
            [&count.to_string(), *priority]
        );
    }
    let csv = text(&run(&["alerts", "--format", "csv", &path], "").stdout);
    assert!(csv.contains(",Write below root,66,Error,"), "{csv}");
}

fn alert(host: &str, rule: &str, priority: &str, time: &str, fields: &str) -> String {
    let rule = serde_json::Value::from(rule);
    format!(
        "{{\"hostname\":\"{host}\",\"output\":{rule},\"output_fields\":{{{fields}}},\"priority\":\"{priority}\",\
         \"rule\":{rule},\"source\":\"syscall\",\"tags\":[\"t\"],\"time\":\"{time}\"}}\n"
    )
}

#[test]
fn odd_records_do_not_stop_it() {
    let input = [
        // Without a time, with a changed priority, without fields, with null for an object.
        "{\"rule\":\"a\",\"priority\":\"Error\",\"output_fields\":{\"x\":1}}\n",
        "{\"rule\":\"a\",\"priority\":\"Notice\",\"time\":\"2022\",\"output_fields\":{\"evt.time\":1,\"x\":null}}\n",
        "{\"rule\":\"a\",\"priority\":\"Debug\"}\n",
        "{\"rule\":\"a\",\"priority\":7,\"output_fields\":null}\n",
        // Other JSON, a broken line, a line that is cut, other text, nothing.
        "{\"level\":\"info\"}\n[1]\n{}\n",
        "{\"rule\":\"a\",\"priority\":\n",
        "{\"rule\":\"a\n",
        "Starting\n\n\0\u{1b}[2J\n",
        "{\"rule\":\"last without a line feed\",\"output_fields\":{}}",
    ]
    .concat();
    let all = json(&["alerts", "--format", "json"], &input);
    assert_eq!(
        (all["lines"].as_u64(), all["alerts"].as_u64(), all["broken"].as_u64()),
        (Some(13), Some(5), Some(2))
    );
    assert_eq!(all["groups"][0]["count"], 4);
    assert_eq!(all["groups"][0]["priority"], "Error");
    assert_eq!(all["groups"][0]["priorities"]["Notice"], 1);
    let errors = text(&run(&["alerts"], &input).stderr);
    assert!(errors.contains("2 lines are broken") && errors.contains("\n-:8: "), "{errors}");
}

#[test]
fn logs_of_containers_and_packed_ones_are_read() {
    use flate2::{Compression, write::GzEncoder};
    let one = alert("web1", "Shell", "Notice", "2024-01-01T00:00:01Z", "\"n\":1");
    let line = one.trim_end();
    let input = [
        format!("2024-01-01T00:00:01.5Z stdout F {one}"),
        format!("[pod/falco-x7k2p/falco] {one}"),
        format!("<13>1 2024-01-01T00:00:01Z web1 falco 7 - - {one}"),
        format!("{}\n", serde_json::json!({"log": one, "stream": "stdout", "time": "2024-01-01T00:00:01Z"})),
        // Not plain text to the journal, which gives bytes.
        format!("{}\n", serde_json::json!({"MESSAGE": line.as_bytes(), "_HOSTNAME": "web1"})),
        // An alert as text with an argument that looks like one.
        format!("00:00:01.5: Error Shell (command=echo 12:00 host falco: {one}"),
    ]
    .concat();
    let all = json(&["alerts", "--format", "json"], &input);
    assert_eq!((&all["lines"], &all["alerts"], &all["broken"]), (&6.into(), &5.into(), &0.into()), "{all}");
    let folder = Folder::new("alerts-packed");
    // Two files, one behind the other, are one.
    let mut packed = Vec::new();
    for part in [one.repeat(2), one.clone()] {
        let mut encoder = GzEncoder::new(&mut packed, Compression::fast());
        encoder.write_all(part.as_bytes()).unwrap();
        encoder.finish().unwrap();
    }
    let path = folder.file("events.log.1.gz", packed.as_slice());
    let all = json(&["alerts", "--format", "json", &path], "");
    assert_eq!((&all["alerts"], &all["broken"]), (&3.into(), &0.into()), "{all}");
    let cut = folder.file("cut.gz", &packed[..packed.len() - 3]);
    let output = run(&["alerts", &cut], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("cannot read"), "{}", text(&output.stderr));
    let output = run(&["alerts", "--follow", "--format", "json", &path], "");
    assert!(text(&output.stdout).lines().last().unwrap().contains("\"alerts\":3"), "{output:?}");
    // Nothing found in text.
    let output = run(&["alerts"], "00:00:01.5: Error Shell (command=sh)\n");
    assert!(text(&output.stderr).contains("json_output"), "{}", text(&output.stderr));
}

#[test]
fn times_compare_as_times() {
    let times = [
        "2024-01-01T00:00:01.5Z",
        "2024-01-01T01:00:01.75+0200",
        "2024-01-01T00:00:01Z",
        "2024-01-01T00:00:01.25Z",
    ];
    let input: String = times.iter().map(|time| alert("h", "Shell", "Notice", time, "\"n\":1")).collect();
    let all = json(&["alerts", "--format", "json"], &input);
    assert_eq!(
        (&all["groups"][0]["first_time"], &all["groups"][0]["last_time"]),
        (&times[1].into(), &times[0].into())
    );
}

#[test]
fn following_what_never_pauses_prints_and_ends_with_its_reader() {
    let one = alert("h", "Shell", "Notice", "2024-01-01T00:00:01Z", "\"n\":1");
    let mut child = rulec()
        .args(["alerts", "--follow", "--interval", "0.05"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let block = one.repeat(1000);
        // Until nobody reads any more.
        while input.write_all(block.as_bytes()).is_ok() {}
    });
    let mut output = child.stdout.take().unwrap();
    let mut seen = Vec::new();
    let mut piece = [0; 4096];
    while !text(&seen).contains("Shell") {
        let got = std::io::Read::read(&mut output, &mut piece).unwrap();
        assert!(got > 0, "it ended");
        seen.extend_from_slice(&piece[..got]);
    }
    drop(output);
    assert!(child.wait().unwrap().success());
    writer.join().unwrap();
}

#[test]
fn alerts_of_two_hosts_stay_apart() {
    let (one, two) = (
        alert("web1", "Shell", "Notice", "2024-01-01T00:00:01Z", "\"proc.name\":\"sh\""),
        alert("web2", "Shell", "Notice", "2024-01-01T00:00:02Z", "\"proc.name\":\"bash\""),
    );
    let input = format!("{one}{two}{one}");
    let table = text(&run(&["alerts", "-"], &input).stdout);
    let words = |line: usize| -> Vec<String> {
        table.lines().nth(line).unwrap().split_whitespace().take(3).map(String::from).collect()
    };
    assert_eq!(
        (words(1), words(2)),
        (
            ["web1", "Shell", "2"].map(String::from).to_vec(),
            ["web2", "Shell", "1"].map(String::from).to_vec()
        )
    );
    // Journal prefixes and journalctl -o json name the host of alerts that do not.
    let old = "{\"rule\":\"Old\",\"priority\":\"Error\",\"output_fields\":{}}";
    let wrapped = serde_json::json!({"_HOSTNAME": "web3", "MESSAGE": old}).to_string();
    let input = format!("May 01 19:29:32 macmini2 falco[26888]: {old}\n{wrapped}\n{old}\n");
    let all = json(&["alerts", "--format", "json", "--by", "host"], &input);
    let hosts: Vec<&serde_json::Value> =
        all["groups"].as_array().unwrap().iter().map(|group| &group["host"]).collect();
    assert_eq!(hosts, [&serde_json::Value::Null, &"macmini2".into(), &"web3".into()]);
    // Several files are several hosts, unless one is named.
    let folder = Folder::new("alerts-hosts");
    let files =
        [folder.file("alpha.log", format!("{old}\n")), folder.file("beta.log", format!("{old}\n{old}\n"))];
    let all = json(&["alerts", "--format", "json", &files[0], &files[1]], "");
    assert_eq!(all["hosts"], serde_json::json!(["alpha", "beta"]));
    assert_eq!(all["groups"].as_array().unwrap().len(), 2);
    let all = json(&["alerts", "--format", "json", "--unnamed-host", "h", &files[0], &files[1]], "");
    assert_eq!(all["groups"][0]["count"], 3);
}

#[test]
fn groups_and_filters() {
    let input = [
        alert(
            "h",
            "Shell, \"quoted\"",
            "Notice",
            "2024-01-01T00:00:01Z",
            "\"proc.name\":\"sh\",\"user.uid\":0",
        ),
        alert("h", "Write", "Error", "2024-01-01T00:00:03Z", "\"proc.name\":\"sh\",\"user.uid\":0"),
        alert("h", "Write", "Error", "2024-01-01T00:00:02Z", "\"proc.name\":null,\"user.uid\":1000"),
        alert("h", "Debugging", "Debug", "2024-01-01T00:00:04Z", "\"proc.name\":\"gdb\",\"user.uid\":0"),
    ]
    .concat();
    let counts = |arguments: &[&str]| -> Vec<(String, u64)> {
        let all = json(&[&["alerts", "--format", "json"], arguments].concat(), &input);
        let key = arguments.last().unwrap().split(',').next().unwrap().to_string();
        let groups = all["groups"].as_array().unwrap().clone();
        groups
            .iter()
            .map(|group| {
                let name = group.get(&key).or(group.get("rule")).unwrap().as_str().unwrap().to_string();
                (name, group["count"].as_u64().unwrap())
            })
            .collect()
    };
    let expect = |got: Vec<(String, u64)>, wanted: &[(&str, u64)]| {
        assert_eq!(got, wanted.iter().map(|(name, count)| (name.to_string(), *count)).collect::<Vec<_>>());
    };
    expect(counts(&["--by", "proc.name"]), &[("sh", 2), ("<NA>", 1), ("gdb", 1)]);
    expect(counts(&["--by", "user.uid,rule"]), &[("0", 1), ("0", 1), ("0", 1), ("1000", 1)]);
    expect(counts(&["--by", "priority"]), &[("Error", 2), ("Debug", 1), ("Notice", 1)]);
    expect(counts(&["--by", "tags"]), &[("t", 4)]);
    expect(counts(&["--priority", ">=notice"]), &[("Write", 2), ("Shell, \"quoted\"", 1)]);
    expect(counts(&["--name", "*RIT*"]), &[("Write", 2)]);
    let all = json(&["alerts", "--format", "json", "--name", "Write"], &input);
    // The latest by time is the last one, whatever the order of lines.
    assert_eq!(all["groups"][0]["last_time"], "2024-01-01T00:00:03Z");
    assert_eq!(all["groups"][0]["last_fields"]["proc.name"], "sh");
    let csv = text(&run(&["alerts", "--format", "csv", "--by", "rule"], &input).stdout);
    assert!(csv.contains("\r\n\"Shell, \"\"quoted\"\"\",1,Notice,"), "{csv}");
    for (arguments, said) in [
        (vec!["--by", "hots"], "did you mean `host`"),
        (vec!["--by", "rule,rule"], "twice"),
        (vec!["--priority", "loud"], "no priority `loud`"),
        (vec!["/does/not/exist"], "cannot read /does/not/exist"),
        (vec!["-", "-"], "only once"),
        (vec!["-i"], "needs a terminal"),
    ] {
        let output = run(&[&["alerts"], arguments.as_slice()].concat(), &input);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(said), "{arguments:?}: {}", text(&output.stderr));
    }
}

#[test]
fn follows_a_growing_file() {
    use std::io::{BufRead, BufReader};
    let folder = Folder::new("alerts-follow");
    let one = alert("h", "Shell", "Notice", "2024-01-01T00:00:01Z", "\"proc.name\":\"sh\"");
    let path = folder.file("events.log", &one);
    let mut child = rulec()
        .args(["alerts", "--follow", "--interval", "0.05", "--format", "json", &path])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut wait_for = |count: u64| {
        let start = Instant::now();
        for line in &mut lines {
            let all: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            if all["alerts"] == count {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{all}");
        }
        panic!("it ended");
    };
    wait_for(1);
    // Half a line is not counted until its other half comes.
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(one.as_bytes()).unwrap();
    file.write_all(&one.as_bytes()[..20]).unwrap();
    wait_for(2);
    file.write_all(&one.as_bytes()[20..]).unwrap();
    wait_for(3);
    // Replaced by a new file, as log rotation does.
    fs::rename(&path, folder.0.join("events.log.1")).unwrap();
    fs::write(&path, [one.as_str(), one.as_str()].concat()).unwrap();
    wait_for(5);
    child.kill().unwrap();
    child.wait().unwrap();
    // Standard input ends, and so does following it.
    let output = run(&["alerts", "--follow", "--format", "json"], &one.repeat(3));
    assert!(output.status.success());
    assert!(
        text(&output.stdout).lines().last().unwrap().contains("\"alerts\":3"),
        "{}",
        text(&output.stdout)
    );
}
