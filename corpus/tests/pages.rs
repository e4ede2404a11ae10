//! The pages for users, run: every `$ command` of a `console` block, in the page's order and in one folder, prints what stands
//! below it. `UPDATE_EXPECT=1` writes the blocks anew.
//!
//! The folder holds what the package installs in /etc/falco, and our capture of a bad day (`corpus/captures`). A daemon's
//! metrics come from two saved pages of a real one (`corpus/tests/pages`), a second apart; a package is made of programs that
//! call those under test, so that nothing large is compressed.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use corpus::daemon;

/// The pages with commands.
const PAGES: &[&str] = &["getting-started.md", "alerts.md", "show.md", "top.md", "packages.md"];
/// The page whose figures depend on how long a second takes.
const WITH_RATES: &str = "top.md";
/// The page that needs Debian's tools and names a machine.
const WITH_PACKAGE: &str = "packages.md";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A folder to run commands in.
fn folder(page: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("rulec-page-{page}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (file, name) in [
        ("deploy/rules/falco_rules.yaml", "falco_rules.yaml"),
        ("deploy/rules/falco_rules.local.yaml", "falco_rules.local.yaml"),
        ("corpus/captures/demo.scap", "demo.scap"),
    ] {
        fs::copy(root().join(file), folder.join(name)).unwrap_or_else(|error| panic!("{file}: {error}"));
    }
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
    let tools = || Command::new("dpkg-deb").arg("--version").stdout(Stdio::null()).status().is_ok();
    if page != WITH_PACKAGE || (cfg!(target_arch = "x86_64") && tools()) {
        return true;
    }
    assert!(std::env::var_os("REQUIRE_PEERS").is_none(), "{page} needs dpkg-deb");
    eprintln!("skipped: {page} needs dpkg-deb");
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

/// What a command prints on both outputs. What a page names is replaced by what stands for it, and back.
fn run(command: &str, folder: &Path, programs: &Path, stand: &[(&str, String)]) -> String {
    let command = stand.iter().fold(command.to_string(), |command, (name, real)| command.replace(name, real));
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1\n{command}")])
        .current_dir(folder)
        .env("PATH", path)
        .env("TZ", "UTC")
        .env("LC_ALL", "C.UTF-8")
        .env("COLUMNS", "100")
        .env("FALCO_HOSTNAME", "shop-1")
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .output()
        .expect("sh runs");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    stand.iter().fold(printed, |printed, (name, real)| printed.replace(real, name))
}

/// Whether a command is not complete: its last line ends with a backslash, or a text for it has not met its END.
fn goes_on(command: &str) -> bool {
    command.ends_with('\\') || (command.contains("<<'END'") && !command.ends_with("\nEND"))
}

/// The page with what its commands print now.
fn rerun(page: &str, text: &str, programs: &Path) -> (String, usize) {
    let folder = folder(page);
    let below = |name: &str| folder.join(name).display().to_string();
    let mut stand = Vec::new();
    if page == WITH_RATES {
        stand.push(("shop-1:8765", metrics()));
    }
    if page == WITH_PACKAGE {
        stand_ins(&folder.join("binaries"), programs);
        stand.push(("target/packages", below("packages")));
        stand.push(("target/release", below("binaries")));
        stand.push((
            "deploy/packages/build.sh",
            root().join("deploy/packages/build.sh").display().to_string(),
        ));
    }
    let (mut out, mut commands) = (String::new(), 0);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line != "```console" {
            continue;
        }
        let mut pending: Option<String> = None;
        for line in lines.by_ref() {
            let goes_on = pending.as_ref().is_some_and(|command| goes_on(command));
            let new = line.strip_prefix("$ ");
            if (new.is_some() || line == "```")
                && !goes_on
                && let Some(command) = pending.take()
            {
                commands += 1;
                let printed = run(&command, &folder, programs, &stand);
                for line in printed.lines() {
                    out.push_str(line.trim_end());
                    out.push('\n');
                }
            }
            match (&mut pending, new) {
                (Some(command), _) if goes_on => {
                    command.push('\n');
                    command.push_str(line);
                }
                (_, Some(command)) => pending = Some(command.to_string()),
                _ => {
                    if line == "```" {
                        out.push_str("```\n");
                        break;
                    }
                    // What was printed before.
                    continue;
                }
            }
            out.push_str(line);
            out.push('\n');
        }
    }
    let _ = fs::remove_dir_all(&folder);
    (out, commands)
}

#[test]
fn pages_show_what_the_programs_print() {
    let programs = daemon::build(&["rulec", "ruled"]);
    for page in PAGES {
        if !possible(page) {
            continue;
        }
        let path = root().join("docs").join(page);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {error}"));
        let (now, commands) = rerun(page, &text, &programs);
        assert!(commands > 0, "{page} runs nothing");
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
