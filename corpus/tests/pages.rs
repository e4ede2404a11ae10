//! The pages for users, run: every `$ command` of a `console` block, in the page's order, in one shell and one folder, prints
//! what stands below it. `UPDATE_EXPECT=1` writes the blocks anew.
//!
//! The folder holds what the package installs in /etc/falco, and our capture of a bad day (`corpus/captures`); for the README,
//! what lies in the repository. The metrics that `ruled top` reads come from two saved pages of a real daemon
//! (`corpus/tests/pages`), a second apart; a package is made of programs that call those under test, so that nothing large is
//! compressed.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use corpus::daemon;

/// The pages with commands.
const PAGES: &[&str] = &[
    "README.md",
    "docs/alerts.md",
    "docs/ci.md",
    "docs/cli.md",
    "docs/configuration.md",
    "docs/getting-started.md",
    "docs/grpc.md",
    "docs/metrics.md",
    "docs/operations.md",
    "docs/outputs.md",
    "docs/packages.md",
    "docs/show.md",
    "docs/top.md",
];
/// Blocks of commands that need a whole machine, by their first line, and what runs them.
const RUN_ELSEWHERE: &[(&str, &str, &str)] = &[
    ("README.md", "cargo run --release -p ruled", "corpus/tests/demo.rs"),
    ("README.md", "cargo run --release -p rulec", "compiler/rulec/tests, runtime/ruled/tests/live.rs"),
    ("docs/getting-started.md", "dpkg -i", "deploy/packages/test.sh"),
    ("docs/getting-started.md", "ruled doctor", "deploy/packages/try.sh"),
    ("docs/getting-started.md", "cat /etc/shadow", "deploy/packages/try.sh"),
    ("docs/getting-started.md", "journalctl", "deploy/packages/try.sh"),
    ("docs/getting-started.md", "curl", "deploy/packages/try.sh"),
    ("docs/getting-started.md", "ruled top", "deploy/packages/try.sh"),
    ("docs/operations.md", "ruled doctor", "runtime/ruled/tests/live.rs"),
    ("docs/probe.md", "UPDATE_EXPECT=1", "the tests that it names"),
    ("docs/top.md", "ruled top", "runtime/ruled/tests/top.rs"),
];
/// The page whose figures depend on how long a second takes.
const WITH_RATES: &str = "docs/top.md";
/// The page that needs Debian's tools and names a machine.
const WITH_PACKAGE: &str = "docs/packages.md";
/// The page that needs Python's client of gRPC.
const WITH_PYTHON: &str = "docs/grpc.md";
/// The page that needs a program to fetch pages with.
const WITH_CURL: &str = "docs/metrics.md";
/// Stands between what two commands print.
const MARK: &str = "-- the next command --";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A folder to run commands in.
fn folder(page: &str) -> PathBuf {
    let name = page.replace('/', "-");
    let folder = std::env::temp_dir().join(format!("rulec-page-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("rules")).unwrap();
    let write = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    let read =
        |file: &str| fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    write("rules/local.yaml", read("corpus/tests/pages/local.yaml"));
    if page == "README.md" {
        symlink(root().join("corpus").canonicalize().unwrap(), folder.join("corpus")).unwrap();
        return folder;
    }
    write("falco_rules.yaml", read("deploy/rules/falco_rules.yaml"));
    write("falco_rules.local.yaml", read("deploy/rules/falco_rules.local.yaml"));
    // The package's, but for where it is.
    write("falco.yaml", read("deploy/packages/falco.yaml").replace("/etc/falco/", ""));
    fs::copy(root().join("corpus/captures/demo.scap"), folder.join("demo.scap")).unwrap();
    folder
}

/// Serves the saved metrics, each page in turn, and gives the address.
fn metrics() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let pages = [include_str!("pages/metrics-1.txt"), include_str!("pages/metrics-2.txt")];
        for (stream, page) in listener.incoming().zip(pages.iter().cycle()) {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 1024]);
            let _ = write!(stream, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n{page}");
        }
    });
    address
}

/// Programs to package, in a folder.
fn stand_ins(folder: &Path, programs: &Path) {
    fs::create_dir_all(folder).unwrap();
    for name in ["rulec", "rulels", "ruled"] {
        let file = folder.join(name);
        fs::write(&file, format!("#!/bin/sh\nexec '{}' \"$@\"\n", programs.join(name).display())).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Whether a page's commands can run here.
fn possible(page: &str) -> bool {
    let (program, arguments): (_, &[&str]) = match page {
        WITH_PACKAGE => ("dpkg-deb", &["--version"]),
        WITH_PYTHON => ("python3", &["-c", "import grpc, grpc_tools"]),
        WITH_CURL => ("curl", &["--version"]),
        _ => return true,
    };
    let mut look = Command::new(program);
    let there = look.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if there.is_ok_and(|status| status.success()) && (page != WITH_PACKAGE || cfg!(target_arch = "x86_64")) {
        return true;
    }
    assert!(std::env::var_os("REQUIRE_PEERS").is_none(), "{page} needs {program} {arguments:?}");
    eprintln!("skipped: {page} needs {program} {arguments:?}");
    false
}

/// Whether two pages differ only in figures, and in those not much.
fn alike(was: &str, now: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    let (was, now) = (words(was), words(now));
    was.len() == now.len()
        && was.iter().zip(&now).all(|(was, now)| match (was.parse::<f64>(), now.parse::<f64>()) {
            (Ok(was), Ok(now)) => (was - now).abs() <= 0.7 * was.max(now) + 0.1,
            _ => was == now,
        })
}

/// What each command prints on both outputs, in one shell. What a page names is replaced by what stands for it, and back.
fn run(commands: &[&str], folder: &Path, programs: &Path, stand: &[(&str, String)]) -> Vec<String> {
    let mut script = "exec 2>&1\ntrap 'kill $(jobs -p) 2> /dev/null' EXIT\n".to_string();
    for command in commands {
        let command =
            stand.iter().fold(command.to_string(), |command, (name, real)| command.replace(name, real));
        script.push_str(&format!("{command}\nprintf '\\n%s\\n' '{MARK}'\n"));
    }
    let clients = root().join("runtime/endpoints/clients/python");
    let path = [programs, &clients].map(|folder| folder.display().to_string()).join(":");
    // What a page waits for may never come.
    let output = Command::new("timeout")
        .args(["300", "sh", "-c", &script])
        .current_dir(folder)
        .env("PATH", format!("{path}:{}", std::env::var("PATH").unwrap_or_default()))
        .env("HOME", folder)
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .env("COLUMNS", "100")
        .env("FALCO_HOSTNAME", "shop-1")
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .output()
        .expect("timeout and sh run");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let printed = stand.iter().fold(same_keys(&printed), |printed, (name, real)| printed.replace(real, name));
    let mut each: Vec<String> = printed.split(&format!("\n{MARK}\n")).map(str::to_string).collect();
    assert_eq!(each.pop().as_deref(), Some(""), "the shell ended early: {printed}");
    each
}

/// The text with one key of bundles instead of those that were made now.
fn same_keys(text: &str) -> String {
    const START: &str = "ed25519:";
    let mut parts = text.split(START);
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(part.len());
        out.push_str(START);
        out.push_str(if end == 64 { "8f3a…" } else { &part[..end] });
        out.push_str(&part[end..]);
    }
    out
}

/// A part of a page.
enum Part<'a> {
    Line(&'a str),
    /// A command, which may have several lines. What it printed is left out.
    Command(String),
}

/// Whether a command is not complete: its last line ends with a backslash, or a text for it has not met its END.
fn goes_on(command: &str) -> bool {
    command.ends_with('\\') || (command.contains("<<'END'") && !command.ends_with("\nEND"))
}

/// Takes a page apart.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match (parts.last_mut(), line.strip_prefix("$ ")) {
            (Some(Part::Command(command)), _) if inside && goes_on(command) => {
                command.push('\n');
                command.push_str(line);
            }
            (_, Some(command)) if inside => parts.push(Part::Command(command.to_string())),
            _ if inside && line != "```" => {}
            _ => {
                inside = line == "```console";
                parts.push(Part::Line(line));
            }
        }
    }
    parts
}

/// A port that nobody listens on.
fn free_port() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}

/// The page with what its commands print now.
fn rerun(page: &str, text: &str, programs: &Path) -> String {
    let folder = folder(page);
    let below = |name: &str| folder.join(name).display().to_string();
    let mut stand = vec![
        ("8765", free_port()),
        ("19376", free_port()),
        ("9376", free_port()),
        ("/tmp/falco.sock", below("falco.sock")),
    ];
    if page == WITH_RATES {
        stand = vec![("shop-1:8765", metrics())];
    }
    if page == WITH_PACKAGE {
        stand_ins(&folder.join("binaries"), programs);
        stand = vec![
            ("target/packages", below("packages")),
            ("target/release", below("binaries")),
            ("deploy/packages/build.sh", root().join("deploy/packages/build.sh").display().to_string()),
        ];
    }
    let parts = parts(text);
    let commands: Vec<&str> = parts
        .iter()
        .filter_map(|part| if let Part::Command(command) = part { Some(command.as_str()) } else { None })
        .collect();
    assert!(!commands.is_empty(), "{page} runs nothing");
    let mut printed = run(&commands, &folder, programs, &stand).into_iter();
    let mut lines = Vec::new();
    for part in &parts {
        match part {
            Part::Line(line) => lines.push(line.to_string()),
            Part::Command(command) => {
                lines.push(format!("$ {command}"));
                let printed = printed.next().unwrap();
                lines.extend(printed.lines().map(|line| line.trim_end().to_string()));
            }
        }
    }
    let _ = fs::remove_dir_all(&folder);
    lines.join("\n") + "\n"
}

#[test]
fn pages_show_what_the_programs_print() {
    let programs = daemon::build(&["rulec", "ruled"]);
    for page in PAGES {
        if !possible(page) {
            continue;
        }
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {error}"));
        let now = rerun(page, &text, &programs);
        if now == text || (*page == WITH_RATES && alike(&text, &now)) {
            continue;
        }
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, &now).unwrap();
            continue;
        }
        let (line, (was, is)) = text
            .lines()
            .zip(now.lines())
            .enumerate()
            .find(|(_, (was, is))| was != is)
            .unwrap_or((0, ("", "(one is longer)")));
        panic!("{page}:{}: UPDATE_EXPECT=1 writes it anew\n  page: {was}\n  now:  {is}", line + 1);
    }
}

/// No block of commands is left out.
#[test]
fn every_command_is_run_somewhere() {
    let mut pages: Vec<String> = fs::read_dir(root().join("docs"))
        .unwrap()
        .map(|entry| format!("docs/{}", entry.unwrap().file_name().to_string_lossy()))
        .filter(|name| name.ends_with(".md"))
        .collect();
    pages.push("README.md".to_string());
    let mut elsewhere: Vec<_> = RUN_ELSEWHERE.iter().collect();
    for page in pages {
        let text = fs::read_to_string(root().join(&page)).unwrap();
        let mut lines = text.lines().map(str::trim_start);
        while let Some(line) = lines.next() {
            let Some(language) = line.strip_prefix("```") else { continue };
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let first = block.iter().find(|line| !line.starts_with('#')).copied().unwrap_or_default();
            match language {
                "console" => {
                    assert!(PAGES.contains(&page.as_str()), "{page} has commands that are not run");
                    assert!(first.starts_with("$ "), "{page}: not a command: {first}");
                }
                "sh" | "bash" | "shell" => {
                    let at =
                        elsewhere.iter().position(|(of, start, _)| *of == page && first.starts_with(start));
                    elsewhere.remove(at.unwrap_or_else(|| panic!("{page}: nothing runs: {first}")));
                }
                _ => assert!(!language.is_empty(), "{page}: a block without a language: {first}"),
            }
        }
    }
    assert!(elsewhere.is_empty(), "no such blocks: {elsewhere:?}");
}
