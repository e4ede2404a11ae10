//! Rules from bundles: what a host takes, what it refuses, and how it says so.

mod support;

use std::fs;
use std::path::PathBuf;

use hir::{Input, Options, SourceFile};
use ir::bundle::{Manifest, RequiredPlugin, SecretKey, SourceDigest, write, write_with_key};
use support::{Scratch, baseline, command, corpus, demo, ruled};

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// The rules of the corpus as a bundle.
fn bundle(version: u64, key: Option<&SecretKey>, change: impl Fn(String) -> String) -> Vec<u8> {
    let text = change(fs::read_to_string(baseline()).unwrap());
    let options =
        Options { catalogue: catalogue::Catalogue::falco_default(), lints: false, ..Options::default() };
    let plugins = options
        .catalogue
        .plugins()
        .map(|plugin| RequiredPlugin {
            name: plugin.name.clone(),
            version: plugin.version.clone().unwrap_or_default(),
        })
        .collect();
    let manifest = Manifest {
        version,
        producer: "test".into(),
        sources: vec![SourceDigest::new("baseline.yaml", text.as_bytes())],
        plugins,
    };
    let input = Input { files: vec![SourceFile::new("baseline.yaml", text.as_str())], options };
    let checked = hir::check(&input);
    assert!(checked.is_ok());
    let program = hir::program(&checked, &input.options);
    match key {
        Some(key) => write_with_key(&program, &manifest, key),
        None => write(&program, &manifest),
    }
}

fn same(text: String) -> String {
    text
}

#[test]
fn a_bundle_gives_the_alerts_of_its_rules() {
    let scratch = Scratch::new("bundle-alerts");
    let file = scratch.file("rules.bundle", bundle(1, None, same));
    let of_rules = ruled(&["replay", &demo(), "-r", &baseline()]);
    let of_bundle = ruled(&["replay", &demo(), "--bundle", &file]);
    assert_eq!(of_bundle.code, Some(0), "{}", of_bundle.stderr);
    assert!(of_rules.stdout.lines().count() > 20);
    assert_eq!(of_bundle.stdout, of_rules.stdout);
}

#[test]
fn what_is_refused_and_why() {
    let scratch = Scratch::new("bundle-refused");
    let state = scratch.path("state");
    let run = |bytes: &[u8], more: &[&str]| {
        let file = scratch.file("rules.bundle", bytes);
        let arguments = ["replay", &demo(), "--bundle", &file, "--state-dir", &state];
        ruled(&[&arguments[..], more].concat())
    };
    let refused = |bytes: &[u8], more: &[&str], reason: &str| {
        let run = run(bytes, more);
        assert_eq!(run.code, Some(4), "{reason}: {}", run.stderr);
        assert!(run.stderr.starts_with("Error: bundle ") && run.stderr.contains(reason), "{}", run.stderr);
        assert!(run.stdout.is_empty(), "{}", run.stdout);
    };
    let (lab, other) = (key(1), key(2));
    let trusted = lab.public().to_string();
    let pinned = ["--bundle-key", trusted.as_str()];
    let five = bundle(5, Some(&lab), same);

    refused(&bundle(5, None, same), &pinned, "it is not signed");
    refused(&bundle(5, Some(&other), same), &pinned, "a key that is not trusted");
    let mut changed = five.clone();
    let at = changed.len() / 3;
    changed[at] ^= 0x20;
    refused(&changed, &[], "bundle was changed");
    let mut forged = five.clone();
    *forged.last_mut().unwrap() ^= 1;
    refused(&forged, &[], "its signature is not that of its content");
    refused(b"- rule: x", &[], "not a rule bundle");

    // Nothing so far was remembered.
    assert_eq!(run(&bundle(4, Some(&lab), same), &pinned).code, Some(0));
    assert_eq!(run(&five, &pinned).code, Some(0));
    assert_eq!(run(&five, &pinned).code, Some(0), "the same again");
    refused(&bundle(4, Some(&lab), same), &pinned, "rollback: its version 4 is older than the last accepted");
    let other_content = bundle(5, Some(&lab), |text| text.replace("priority: NOTICE", "priority: ERROR"));
    refused(&other_content, &pinned, "but other content");

    let run_back =
        run(&bundle(4, Some(&lab), same), &["--allow-rollback", "version 5 blocks the mail server"]);
    assert_eq!(run_back.code, Some(0), "{}", run_back.stderr);
    assert!(
        run_back.stdout.contains(
            "Warning Falco internal: rule bundle rollback: from version 5 to 4: version 5 blocks the mail server"
        ),
        "{}",
        run_back.stdout
    );
    assert_eq!(
        fs::read_to_string(scratch.0.join("state/bundle.accepted")).unwrap().lines().next(),
        Some("version 4")
    );

    // A damaged memory is no reason to forget.
    fs::write(scratch.0.join("state/bundle.accepted"), "version").unwrap();
    let damaged = run(&five, &pinned);
    assert_eq!(damaged.code, Some(4));
    assert!(damaged.stderr.contains("is damaged"), "{}", damaged.stderr);
    fs::remove_dir_all(&state).unwrap();
    assert_eq!(
        run(&bundle(1, Some(&lab), same), &pinned).code,
        Some(0),
        "without memory, any version is new"
    );
}

#[test]
fn keys_come_from_files_and_the_configuration() {
    let scratch = Scratch::new("bundle-keys");
    let file = scratch.file("rules.bundle", bundle(1, Some(&key(3)), same));
    let keys = scratch.file("keys", format!("# ours\n{}\n{}\n", key(2).public(), key(3).public()));
    let config = |keys: &str| {
        scratch.file(
            "falco.yaml",
            format!(
                "engine: {{kind: replay, replay: {{capture_file: {}}}}}\nstdout_output: {{enabled: true}}\n\
                 log_stderr: true\nbundle: {{file: {file}, keys: [{keys}]}}\n",
                demo()
            ),
        )
    };
    let run = ruled(&["-c", &config(&keys)]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stderr.contains(&format!("bundle version 1, signed with {}", key(3).public())),
        "{}",
        run.stderr
    );
    assert!(run.stdout.contains("Events detected"));
    let wrong = ruled(&["-c", &config(&format!("\"{}\"", key(2).public()))]);
    assert_eq!((wrong.code, wrong.stdout.is_empty()), (Some(4), true));
    let empty = scratch.file("empty", "# nothing\n");
    let none = ruled(&["-c", &config(&empty)]);
    assert!(none.code == Some(1) && none.stderr.contains("there is no key in it"), "{}", none.stderr);
    let both = ruled(&["replay", &demo(), "--bundle", &file, "-r", &baseline()]);
    assert!(both.code == Some(1) && both.stderr.contains("exclude each other"), "{}", both.stderr);
}

#[test]
fn every_changed_byte_of_a_small_bundle_is_refused() {
    let scratch = Scratch::new("bundle-bytes");
    let rule = "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n";
    let bytes = bundle(1, Some(&key(1)), |_| rule.to_string());
    let trusted = key(1).public().to_string();
    // All bytes are tried where that is quick (`ir`'s own tests); here, some of each part of the file.
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let file = scratch.file("rules.bundle", changed);
        let run = ruled(&["replay", &demo(), "--bundle", &file, "--bundle-key", &trusted]);
        assert_eq!(run.code, Some(4), "byte {at}: {}", run.stderr);
    }
}

#[test]
fn a_running_host_takes_newer_bundles_only() {
    let scratch = Scratch::new("bundle-reload");
    let publish = |bytes: Vec<u8>| {
        let new = scratch.file("new.bundle", bytes);
        fs::rename(new, scratch.path("rules.bundle")).unwrap();
    };
    publish(bundle(2, Some(&key(1)), same));
    let config = scratch.file(
        "falco.yaml",
        format!(
            "engine: {{kind: nodriver}}\nstdout_output: {{enabled: true}}\nlog_stderr: true\nlog_syslog: false\n\
             bundle: {{file: {}, keys: [\"{}\"]}}\nstate_dir: {}\nwebserver: {{enabled: false}}\n",
            scratch.path("rules.bundle"),
            key(1).public(),
            scratch.path("state")
        ),
    );
    let mut child = command(&["-c", &config])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    let mut wait = |part: &str| {
        let mut seen = Vec::new();
        for line in lines.by_ref().map_while(Result::ok) {
            if line.contains(part) {
                return;
            }
            seen.push(line);
        }
        panic!("waited for {part} and saw\n{}", seen.join("\n"));
    };
    wait("no driver");
    // The watching begins a moment before the source is opened, so every change from here on is seen.
    publish(bundle(1, Some(&key(1)), same));
    wait("rollback: its version 1 is older than the last accepted version 2");
    publish(bundle(3, Some(&key(2)), same));
    wait("signed with a key that is not trusted");
    publish(bundle(3, Some(&key(1)), same));
    wait("version 3, sha256");
    let record = fs::read_to_string(scratch.0.join("state/bundle.accepted")).unwrap();
    assert!(record.starts_with("version 3\n"), "{record}");
    assert!(std::process::Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// A bundle as it was saved when the format was settled.
fn saved() -> PathBuf {
    corpus().join("bundles/baseline-v1.bundle")
}

#[test]
fn a_saved_bundle_still_loads() {
    if std::env::var_os("UPDATE_BUNDLE").is_some() {
        fs::create_dir_all(saved().parent().unwrap()).unwrap();
        fs::write(saved(), bundle(7, Some(&key(42)), same)).unwrap();
    }
    let path = saved().display().to_string();
    let trusted = key(42).public().to_string();
    let run = ruled(&["replay", &demo(), "--bundle", &path, "--bundle-key", &trusted]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(run.stdout, ruled(&["replay", &demo(), "-r", &baseline()]).stdout);
}

#[test]
fn the_watchdog_is_fed_while_events_are_looked_at() {
    let scratch = Scratch::new("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(scratch.path("notify")).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
    let config = scratch.file(
        "falco.yaml",
        format!(
            "engine: {{kind: nodriver}}\nstdout_output: {{enabled: true}}\nrules_files: [{}]\nlog_syslog: false\n\
             plugins: [{{name: container, library_path: libcontainer.so}}]\nload_plugins: [container]\n",
            baseline()
        ),
    );
    let mut child = command(&["-c", &config, "--pidfile", &scratch.path("pid")])
        .env("NOTIFY_SOCKET", scratch.path("notify"))
        .env("WATCHDOG_USEC", "400000")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut next = || {
        let mut buffer = [0; 4096];
        let read = socket.recv(&mut buffer).expect("a message in time");
        String::from_utf8_lossy(&buffer[..read]).into_owned()
    };
    let wait = |next: &mut dyn FnMut() -> String, part: &str| {
        while !next().lines().any(|line| line.starts_with(part)) {}
    };
    wait(&mut next, "READY=1");
    let pid = fs::read_to_string(scratch.path("pid")).unwrap();
    assert_eq!(pid, child.id().to_string());
    for _ in 0..3 {
        wait(&mut next, "WATCHDOG=1");
    }
    let kill = |signal: &str| {
        assert!(std::process::Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
    };
    kill("HUP");
    wait(&mut next, "STATUS=");
    kill("TERM");
    wait(&mut next, "STOPPING=1");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
