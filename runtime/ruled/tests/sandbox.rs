//! The process that reads rule text can do nothing else.

mod support;

use std::io::{Read, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The hidden mode; see `compile_child`.
const MODE: &str = "compile-rules-of-parent";

#[test]
fn the_child_has_no_rights_before_it_reads_a_byte() {
    let mut child = support::command(&[MODE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It waits for its request; by then the filter of system calls is in place.
    let path = format!("/proc/{}/status", child.id());
    let field = |status: &str, name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    let start = Instant::now();
    let status = loop {
        let status = std::fs::read_to_string(&path).unwrap();
        if field(&status, "Seccomp:") == "2" {
            break status;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "no filter: {status}");
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(field(&status, "NoNewPrivs:"), "1");
    assert_eq!(field(&status, "CapEff:"), "0000000000000000");
    assert_eq!(field(&status, "CapPrm:"), "0000000000000000");
    assert!(!field(&status, "Uid:").split(' ').any(|uid| uid == "0"), "{status}");
    // Nonsense ends it with an error, whatever lengths it claims.
    child.stdin.take().unwrap().write_all(&[0xFF; 64]).unwrap();
    let mut message = String::new();
    child.stderr.take().unwrap().read_to_string(&mut message).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(message.contains("too long"), "{message}");
}
