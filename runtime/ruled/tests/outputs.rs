//! Alerts of a real run through the outputs that `falco.yaml` names.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use support::{Run, Scratch, baseline, command, demo, free_port, ruled};

/// A configuration that replays the demo, with further settings.
fn config(scratch: &Scratch, more: &str) -> String {
    let text = format!(
        "engine: {{kind: replay, replay: {{capture_file: {}}}}}\nstdout_output: {{enabled: true}}\n\
         log_stderr: true\nlog_syslog: false\nplugins: [{{name: container, library_path: libcontainer.so}}]\n\
         load_plugins: [container]\nrules_files: [{}]\n{more}\n",
        demo(),
        baseline()
    );
    scratch.file("falco.yaml", text)
}

fn alerts(run: &Run) -> Vec<String> {
    run.stdout.lines().take_while(|line| !line.starts_with("Events detected")).map(String::from).collect()
}

/// An address at which nobody listens yet.
fn free_address() -> String {
    format!("127.0.0.1:{}", free_port())
}

/// Answers every request with 200 and remembers what came: content type and body.
fn serve(address: &str) -> Arc<Mutex<Vec<(String, String)>>> {
    let listener = TcpListener::bind(address).unwrap();
    let requests: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let shared = Arc::clone(&requests);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = BufReader::new(stream);
            loop {
                let (mut length, mut kind) = (0, String::new());
                loop {
                    let mut line = String::new();
                    if stream.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                        break;
                    }
                    let (name, value) = line.split_once(':').unwrap_or_default();
                    match name.to_ascii_lowercase().as_str() {
                        "content-length" => length = value.trim().parse().unwrap(),
                        "content-type" => kind = value.trim().to_string(),
                        _ => {}
                    }
                }
                let mut body = vec![0; length];
                if length == 0 || stream.read_exact(&mut body).is_err() {
                    break;
                }
                shared.lock().unwrap().push((kind, String::from_utf8(body).unwrap()));
                let _ = stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        }
    });
    requests
}

fn bodies(requests: &Mutex<Vec<(String, String)>>) -> Vec<String> {
    requests.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
}

#[test]
fn an_endpoint_that_comes_late_gets_every_line() {
    let scratch = Scratch::new("http");
    for (json, kind) in [(true, "application/json"), (false, "text/plain")] {
        let address = free_address();
        let config = config(
            &scratch,
            &format!("json_output: {json}\nhttp_output: {{enabled: true, url: 'http://{address}/'}}"),
        );
        let server = thread::spawn(move || {
            thread::sleep(Duration::from_secs(1));
            serve(&address)
        });
        let run = ruled(&["-c", &config]);
        let requests = server.join().unwrap();
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(alerts(&run).len() > 30);
        assert_eq!(bodies(&requests), alerts(&run));
        assert!(requests.lock().unwrap().iter().all(|(found, _)| found == kind));
        assert!(run.stderr.contains("Connection refused"), "{}", run.stderr);
    }
}

#[test]
fn a_program_that_hangs_holds_nobody_up() {
    let scratch = Scratch::new("hang");
    let config = config(
        &scratch,
        "program_output: {enabled: true, keep_alive: true, program: 'exec sleep 100', timeout_ms: 300}",
    );
    let begin = Instant::now();
    let run = ruled(&["-c", &config]);
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(alerts(&run).len() > 30);
}

#[test]
fn a_signal_ends_a_run_whose_reader_reads_nothing() {
    let scratch = Scratch::new("unread");
    // More than a pipe holds.
    let long = "x".repeat(8000);
    let config =
        config(&scratch, &format!("append_output: [{{extra_output: '{long}'}}]\noutput_timeout: 300"));
    let mut child = command(&["-c", &config, "-o", "outputs_queue.capacity=1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    // The replay waits for its reader, and says so.
    while !said.contains("output timeout") {
        assert!(stderr.read_line(&mut said).unwrap() > 0, "{said}");
    }
    kill(Pid::from_raw(child.id() as i32), Signal::SIGTERM).unwrap();
    let begin = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(begin.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_an_endpoint_missed_is_delivered_by_the_next_run() {
    let scratch = Scratch::new("spool");
    let address = free_address();
    let spool = scratch.path("spool");
    let config = config(
        &scratch,
        &format!(
            "http_output: {{enabled: true, url: 'http://{address}/'}}\noutputs_spool: {{enabled: true, directory: \
             {spool}, outputs: [http]}}"
        ),
    );
    let first = ruled(&["-c", &config]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    let missed = alerts(&first);
    assert!(missed.len() > 30);
    let requests = serve(&address);
    let second = ruled(&["-c", &config, "-o", "engine.kind=nodriver", "-M", "2"]);
    assert_eq!(second.code, Some(0), "{}", second.stderr);
    assert_eq!(bodies(&requests), missed);
    let third = ruled(&["-c", &config]);
    assert_eq!(bodies(&requests), [missed, alerts(&third)].concat(), "nothing comes twice");
}

#[test]
fn repeated_alerts_become_one_and_a_summary() {
    let scratch = Scratch::new("grouping");
    let all = ruled(&["-c", &config(&scratch, "")]);
    let grouped = config(
        &scratch,
        "json_output: true\noutputs_grouping: {enabled: true, window: 24h, fields: [user.name]}",
    );
    let run = ruled(&["-c", &grouped]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let mut stood_for = 0;
    let mut groups = 0;
    for line in alerts(&run) {
        let alert: serde_json::Value = serde_json::from_str(&line).unwrap();
        match alert["count"].as_u64() {
            Some(count) => {
                stood_for += count;
                groups += 1;
            }
            None => stood_for += 1,
        }
    }
    assert!(groups > 0);
    assert_eq!(stood_for as usize, alerts(&all).len());
}

#[test]
fn files_are_rotated() {
    let scratch = Scratch::new("rotate");
    let file = scratch.path("alerts");
    let config = config(
        &scratch,
        &format!(
            "file_output: {{enabled: true, filename: {file}, keep_alive: true, max_size_mb: 1, keep: 2}}"
        ),
    );
    // A file that is full from another run.
    std::fs::write(&file, vec![b'\n'; 1 << 20]).unwrap();
    let run = ruled(&["-c", &config]);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.lines().eq(alerts(&run)));
    assert_eq!(std::fs::metadata(format!("{file}.1")).unwrap().len(), 1 << 20);
}

#[test]
fn wrong_settings_end_the_start() {
    let scratch = Scratch::new("wrong");
    for (more, text) in [
        ("http_output: {enabled: true}", "http output enabled but no url in configuration block"),
        ("http_output: {enabled: true, url: 'gopher://x'}", "only http and https can be spoken"),
        (
            "http_output: {enabled: true, url: 'https://x', mtls: true, ca_path: /tmp, client_cert: /nonexistent}",
            "cannot read /nonexistent",
        ),
        ("outputs_spool: {enabled: true, directory: /dev/null}", "the spool in /dev/null cannot be used"),
    ] {
        let run = ruled(&["-c", &config(&scratch, more)]);
        assert_eq!(run.code, Some(1), "{more}: {}", run.stdout);
        assert!(run.stderr.contains(text), "{more}: {}", run.stderr);
    }
}
