//! What is read: the files of a host, files that are hardly text, and what of them reaches a terminal.

#[path = "support/folder.rs"]
mod folder;

use std::fs;
use std::process::{Command, Output};

use folder::Folder;

const LIST: &str = "- list: shells # rulec: allow(unused-list) for others\n  items: [bash]\n";

fn rulec(folder: &Folder, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rulec")).current_dir(&folder.0).args(arguments).output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_host_may_have_an_empty_folder_and_lack_files() {
    let folder = Folder::new("host");
    folder.file("falco_rules.yaml", LIST);
    folder.file("README", "no: [yaml");
    for name in ["rules.d", "odd.yaml.d"] {
        fs::create_dir(folder.0.join(name)).unwrap();
    }
    // Falco looks for the suffix in the whole path, and at its first place only.
    folder.file("odd.yaml.d/ignored.yaml", "no: [yaml");
    let config = "rules_files: [falco_rules.yaml, falco_rules.local.yaml, rules.d, README, odd.yaml.d]\n";
    folder.file("falco.yaml", config);
    let output = rulec(&folder, &["check", "-c", "falco.yaml"]);
    assert_eq!(said(&output.stdout), "ok: 1 file checked\n", "{}", said(&output.stderr));
    assert!(output.status.success());

    folder.file("falco.yaml", "rules_files: [none.yaml, rules.d]\n");
    let output = rulec(&folder, &["check", "-c", "falco.yaml"]);
    assert_eq!(said(&output.stderr), "rulec: no rule files: nothing is at none.yaml, rules.d\n");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn files_that_are_no_utf8_are_read_but_not_written() {
    let folder = Folder::new("bytes");
    let text = [b"# caf\xe9\n".as_slice(), b"- list:   shells\n  items: [bash, bash]\n"].concat();
    fs::write(folder.0.join("latin.yaml"), &text).unwrap();
    let output = rulec(&folder, &["check", "latin.yaml"]);
    assert_eq!(
        said(&output.stderr),
        "latin.yaml:1: this is not UTF-8 text; wrong bytes are read as \u{fffd}\n"
    );
    assert!(output.status.success());
    for arguments in [&["check", "--fix", "latin.yaml"][..], &["fmt", "latin.yaml"]] {
        let output = rulec(&folder, arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output.stderr).contains("cannot change latin.yaml: it is not UTF-8 text"));
    }
    assert_eq!(fs::read(folder.0.join("latin.yaml")).unwrap(), text);

    let wide: Vec<u8> = LIST.encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(folder.0.join("wide.yaml"), [b"\xff\xfe".as_slice(), &wide].concat()).unwrap();
    let output = rulec(&folder, &["check", "wide.yaml"]);
    assert_eq!(said(&output.stderr), "rulec: cannot read wide.yaml: it is UTF-16 text; save it as UTF-8\n");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn repairs_end_lines_as_the_file_does() {
    let folder = Folder::new("crlf");
    let text = "- rule: r\r\n  desc: d\r\n  condition: evt.type = open\r\n  output: o\r\n  priority: INFO\r\n\
                - rule: r\r\n  enabled: false\r\n";
    let path = folder.file("rules.yaml", text);
    assert!(rulec(&folder, &["check", "--fix", "rules.yaml"]).status.success());
    let repaired = fs::read_to_string(path).unwrap();
    assert_eq!(repaired, format!("{text}  override: {{enabled: replace}}\r\n"));
}

#[test]
fn nothing_of_a_file_steers_the_terminal() {
    let folder = Folder::new("control");
    folder.file(
        "rules.yaml",
        "- rule: \"a\\e[2J\"\n  priority: \"IN\\e[31mFO\\r\"\n- macro: \"m\\n\u{202e}\"\n  condition: proc.name = a\n",
    );
    for format in ["text", "github", "junit"] {
        let output = rulec(&folder, &["--color", "never", "check", "--format", format, "rules.yaml"]);
        let text = said(&output.stdout);
        let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(steers) || format == "junit" && !text.contains('\u{1b}'), "{text}");
        assert!(text.contains("31mFO"), "{text}");
    }
    let coloured = rulec(&folder, &["--color", "always", "check", "rules.yaml"]);
    assert!(!said(&coloured.stdout).contains("\u{1b}[2J"));
}

#[cfg(unix)]
#[test]
fn pipes_are_read_and_loops_are_told() {
    let folder = Folder::new("pipes");
    let pipe = folder.0.join("pipe.yaml");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::write(pipe, LIST)
    });
    let output = rulec(&folder, &["check", "pipe.yaml"]);
    writer.join().unwrap().unwrap();
    assert_eq!(said(&output.stdout), "ok: 1 file checked\n");

    std::os::unix::fs::symlink("loop.yaml", folder.0.join("loop.yaml")).unwrap();
    let output = rulec(&folder, &["check", "loop.yaml"]);
    assert!(said(&output.stderr).starts_with("rulec: cannot read loop.yaml: "));
    assert_eq!(output.status.code(), Some(2));
    // In a folder both are passed over: neither is a regular file.
    folder.file("rules.yaml", LIST);
    let output = rulec(&folder, &["check", "."]);
    assert_eq!(said(&output.stdout), "ok: 1 file checked\n");
}
