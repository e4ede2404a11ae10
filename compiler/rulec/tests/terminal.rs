//! The interactive views, driven as a person would: keys in, screen out.

#[path = "support/folder.rs"]
mod folder;
#[path = "terminal/screen.rs"]
mod screen;

use std::fs;
use std::process::Command;

use folder::Folder;
use screen::Screen;

const RULEC: &str = env!("CARGO_BIN_EXE_rulec");

fn alert(host: &str, rule: &str, priority: &str, second: u32, process: &str) -> String {
    format!(
        "{{\"hostname\":\"{host}\",\"output\":\"{rule} by {process}\",\"output_fields\":{{\"evt.time\":1,\"proc.name\":\"{process}\"}},\
         \"priority\":\"{priority}\",\"rule\":\"{rule}\",\"source\":\"syscall\",\"tags\":[],\"time\":\"2024-01-01T00:00:{second:02}Z\"}}\n"
    )
}

fn journal() -> String {
    [
        "Starting\n".to_string(),
        alert("web1", "Terminal shell", "Notice", 1, "bash"),
        alert("web1", "Terminal shell", "Notice", 2, "zsh"),
        alert("web2", "Terminal shell", "Notice", 3, "bash"),
        alert("web1", "Write below etc", "Error", 4, "vi\\u001b[2J"),
        alert("web1", "Terminal shell", "Notice", 5, "bash"),
    ]
    .concat()
}

/// The rows of a table: what stands between the headings and the keys.
fn rows(screen: &Screen) -> Vec<String> {
    let lines = screen.lines();
    lines[2..lines.len() - 1].iter().filter(|line| !line.is_empty()).cloned().collect()
}

#[test]
fn alerts_are_sorted_filtered_and_opened() {
    let folder = Folder::new("terminal-alerts");
    let path = folder.file("events.log", journal());
    let mut screen = Screen::start(RULEC, &["alerts", "-i", &path], 20, 100);
    screen.wait("all alerts", |text| text.contains("2 hosts  5 alerts in 6 lines"));
    let shown = rows(&screen);
    assert!(
        shown[0].starts_with("> web1") && shown[0].contains("Terminal shell") && shown[0].contains("3"),
        "{shown:?}"
    );
    assert!(shown[1].contains("web1") && shown[1].contains("Write below etc"), "{shown:?}");
    assert!(shown[2].contains("web2"), "{shown:?}");
    // By priority: the most severe first; then the other way round.
    screen.press("4");
    screen.wait("the sorted column", |text| text.contains("Priority v"));
    assert!(rows(&screen)[0].contains("Write below etc"));
    screen.see("r", "Priority ^");
    assert!(rows(&screen)[2].contains("Write below etc"));
    // A filter while it is typed, kept, and dropped.
    screen.see("/shell", "/shell_");
    assert_eq!(rows(&screen).len(), 2);
    screen.see("\r", "filter \"shell\" of 3");
    screen.press("\x1b");
    screen.wait("all rows", |text| text.contains("Write below etc") && !text.contains("filter \""));
    // Rule, then field, then value, then one alert.
    screen.see("/web1 shell\r", "1/1");
    screen.see("\r", "web1, Terminal shell");
    let shown = screen.wait("fields", |text| text.contains("proc.name"));
    assert!(shown.contains("last alerts") && shown.contains("Most frequent"), "{shown}");
    screen.see("j", "2/2");
    screen.see("\r", "Terminal shell: proc.name");
    assert!(rows(&screen)[0].contains("bash") && rows(&screen)[1].contains("zsh"));
    screen.see("\r", "proc.name = bash");
    assert_eq!(rows(&screen).len(), 2);
    let shown = screen.see("\r", "output fields");
    assert!(
        shown.contains("hostname") && shown.contains("web1") && shown.contains("2024-01-01T00:00:05Z"),
        "{shown}"
    );
    screen.see("\x1b", "proc.name = bash");
    screen.see("?", "turn the order around");
    screen.press("x");
    screen.press("q");
    assert_eq!(screen.end(), 0);
}

#[test]
fn a_followed_file_changes_the_screen() {
    let folder = Folder::new("terminal-follow");
    let path = folder.file("events.log", journal());
    let mut screen = Screen::start(RULEC, &["alerts", "-i", "--follow", &path], 12, 80);
    screen.wait("all alerts", |text| text.contains("5 alerts in 6 lines") && text.contains("2 hosts"));
    let more: String = (0..9).map(|_| alert("web3", "New rule", "Critical", 9, "nc")).collect();
    fs::write(&path, [journal(), more].concat()).unwrap();
    screen.wait("new alerts", |text| text.contains("14 alerts in 15 lines") && text.contains("3 hosts"));
    // The row that was selected still is, though it moved down.
    let shown = rows(&screen);
    assert!(shown[0].contains("New rule") && shown[1].starts_with("> web1"), "{shown:?}");
    screen.press("\x03");
    assert_eq!(screen.end(), 0);
}

#[test]
fn any_size_will_do() {
    let folder = Folder::new("terminal-sizes");
    let path = folder.file("events.log", journal());
    let mut screen = Screen::start(RULEC, &["alerts", "-i", &path], 24, 80);
    screen.wait("all alerts", |text| text.contains("5 alerts"));
    for (rows, cols) in [(5, 40), (3, 20), (2, 10), (1, 3), (1, 1), (60, 300), (24, 80)] {
        screen.resize(rows, cols);
        screen.press("j\rjk\x1b");
        std::thread::sleep(std::time::Duration::from_millis(60));
    }
    screen.wait("a full screen", |text| text.contains("5 alerts") && text.contains("? help"));
    screen.resize(6, 30);
    screen.wait("the first page on a small screen", |text| {
        text.lines().nth(5).is_some_and(|line| line.contains("quit"))
            && text.contains("Rule")
            && text.contains("Terminal")
    });
    screen.press("q");
    assert_eq!(screen.end(), 0);
}

#[test]
fn signals_leave_the_terminal_clean() {
    let folder = Folder::new("terminal-signals");
    let path = folder.file("events.log", journal());
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let screen = Screen::start(RULEC, &["alerts", "-i", "--follow", &path], 12, 80);
        screen.wait("all alerts", |text| text.contains("5 alerts"));
        let pid = screen.pid().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        assert_eq!(screen.end(), code, "{signal}");
    }
}

const RULES: &str = "\
- macro: spawned
  condition: evt.type in (execve, execveat)

- rule: Delete or rename shell history
  desc: History goes away
  condition: spawned and proc.name = rm
  output: gone (user=%user.name)
  priority: WARNING
  tags: [process, mitre_defense_evasion]

- rule: Shell
  desc: A shell
  condition: spawned and proc.name = bash
  output: shell
  priority: NOTICE
  enabled: false
";

const LOCAL: &str = "\
- rule: Delete or rename shell history
  append: true
  condition: and user.name = root
";

#[test]
fn rules_are_filtered_and_opened() {
    let folder = Folder::new("terminal-rules");
    let files = [folder.file("rules.yaml", RULES), folder.file("local.yaml", LOCAL)];
    let mut screen = Screen::start(RULEC, &["show", "-i", &files[0], &files[1]], 40, 160);
    screen.wait("the rules", |text| text.contains("2 rules, 1 enabled") && text.contains("Shell"));
    screen.see("/enabled:no", "/enabled:no_");
    assert!(rows(&screen).len() == 1 && rows(&screen)[0].contains("Shell"), "{:?}", rows(&screen));
    // Escape and the next key at once, as they come over a slow line.
    screen.see("\x1b/delete\r", "1/1");
    let shown = screen.see("\r", "made of");
    for part in ["local.yaml:1", "append", "and user.name = root", "spawned and proc.name = rm", "history"] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    screen.press("q");
    assert_eq!(screen.end(), 0);
}
