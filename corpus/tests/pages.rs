//! The pages for users, run: every `$ command` of a `console` block, in the page's order and in one folder, prints what stands
//! below it. `UPDATE_EXPECT=1` writes the blocks anew.
//!
//! The folder holds what the package installs in /etc/falco, and our capture of a bad day (`corpus/captures`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use corpus::daemon;

/// The pages with commands.
const PAGES: &[&str] = &["getting-started.md", "alerts.md", "show.md"];

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

/// What a command prints on both outputs.
fn run(command: &str, folder: &Path, programs: &Path) -> String {
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
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Whether a command is not complete: its last line ends with a backslash, or a text for it has not met its END.
fn goes_on(command: &str) -> bool {
    command.ends_with('\\') || (command.contains("<<'END'") && !command.ends_with("\nEND"))
}

/// The page with what its commands print now.
fn rerun(page: &str, text: &str, programs: &Path) -> (String, usize) {
    let folder = folder(page);
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
            if (new.is_some() || line == "```") && !goes_on {
                if let Some(command) = pending.take() {
                    commands += 1;
                    let printed = run(&command, &folder, programs);
                    for line in printed.lines() {
                        out.push_str(line.trim_end());
                        out.push('\n');
                    }
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
        let path = root().join("docs").join(page);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {error}"));
        let (now, commands) = rerun(page, &text, &programs);
        assert!(commands > 0, "{page} runs nothing");
        if now == text {
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
