//! `ruled top` on a pseudo-terminal, against a small server of metrics: keys in, screen out.

#[path = "../../../compiler/rulec/tests/terminal/screen.rs"]
mod screen;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use screen::Screen;

const RULED: &str = env!("CARGO_BIN_EXE_ruled");

/// Serves metrics in which rule `slow` costs more and more and `quick` matches. Gives the address and how often it was asked.
fn daemon() -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/metrics", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicU64::new(0));
    let count = asked.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            let n = count.fetch_add(1, Ordering::SeqCst) + 1;
            let body = format!(
                "# TYPE ruled_build_info gauge\nruled_build_info{{version=\"0.1.0\"}} 1\n\
                 falcosecurity_evt_hostname_info{{hostname=\"web1\"}} 1\nruled_events_total {}\n\
                 ruled_rule_evaluations_total{{rule_name=\"quick\",source=\"syscall\"}} {}\n\
                 ruled_rule_evaluation_seconds_total{{rule_name=\"quick\",source=\"syscall\"}} {}\n\
                 falcosecurity_falco_rules_matches_total{{rule_name=\"quick\",priority=\"5\",source=\"syscall\"}} {}\n\
                 ruled_rule_evaluations_total{{rule_name=\"slow \\\"one\\\"\",source=\"syscall\"}} {}\n\
                 ruled_rule_evaluation_seconds_total{{rule_name=\"slow \\\"one\\\"\",source=\"syscall\"}} {}\n",
                n * 1000,
                n * 1000,
                n as f64 * 1e-6,
                n * 3,
                n * 100,
                n as f64 * 1e-3,
            );
            let _ = write!(stream, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n{body}");
        }
    });
    (address, asked)
}

#[test]
fn rules_are_sorted_by_cost_and_opened() {
    let (address, asked) = daemon();
    let mut screen = Screen::start(RULED, &["top", "--url", &address, "--interval", "0.1"], 15, 110);
    screen.wait("rates", |text| {
        text.contains("web1") && asked.load(Ordering::SeqCst) > 2 && !text.contains("  0 events/s")
    });
    let lines = screen.lines();
    assert!(lines[1].contains("CPU %") && lines[1].contains("Matches"), "{lines:?}");
    assert!(lines[2].contains("slow \"one\"") && lines[2].contains("10000"), "{lines:?}");
    assert!(lines[3].contains("quick"), "{lines:?}");
    // By matches.
    screen.see("7", "Matches v");
    assert!(screen.lines()[2].contains("quick"));
    screen.see("/slow\r", "1/1");
    screen.see("\r", "since the start");
    screen.press("q");
    assert_eq!(screen.end(), 0);
}

#[test]
fn one_table_for_scripts() {
    let (address, _) = daemon();
    let output = Command::new(RULED)
        .args(["top", "--once", "--interval", "0.1", "--url", &address])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("web1  ") && lines[1].starts_with("Rule"), "{text}");
    assert!(lines[2].starts_with("slow \"one\"") && lines[3].starts_with("quick"), "{text}");
}

#[test]
fn what_keeps_it_from_working_is_said() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, said) in [
        (format!("http://{closed}"), "is ruled running"),
        ("https://localhost".to_string(), "https"),
        ("http://localhost:x".to_string(), "is no address"),
    ] {
        let output = Command::new(RULED).args(["top", "--url", &url]).stdin(Stdio::null()).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{url}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(said), "{url}: {output:?}");
    }
}

#[test]
fn a_signal_leaves_the_terminal_clean_whatever_its_size() {
    let (address, _) = daemon();
    let screen = Screen::start(RULED, &["top", "--url", &address, "--interval", "0.1"], 15, 110);
    screen.wait("rules", |text| text.contains("slow"));
    screen.resize(4, 30);
    screen.wait("a small screen", |text| text.contains("slow") && text.lines().count() == 4);
    assert!(Command::new("kill").args(["-s", "TERM", &screen.pid().to_string()]).status().unwrap().success());
    assert_eq!(screen.end(), 143);
}
