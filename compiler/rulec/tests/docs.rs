//! The pages for users, checked: help texts in `docs/cli.md` are what the program prints, rules in `docs/language.md` load
//! without a finding and are formatted, settings in `docs/ci.md` are understood. `UPDATE_EXPECT=1` writes help texts anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use syntax::format::{Options, format};

fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

fn read(name: &str) -> String {
    let path = page(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The fenced blocks of a page in a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info == language, String::new())),
            (Some(_), Some(_)) => {
                found.extend(open.take().filter(|(wanted, _)| *wanted).map(|(_, text)| text))
            }
            (Some((_, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// What `COMMAND --help` prints, 100 columns wide whatever the terminal is.
fn help(command: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_rulec"))
        .args(command.split(' ').skip(1))
        .arg("--help")
        .env("COLUMNS", "100")
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert!(output.status.success(), "{command} --help failed");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[test]
fn help_texts_are_what_the_program_prints() {
    let text = read("cli.md");
    let mut expected = String::new();
    let mut rest = text.as_str();
    let mut commands = 0;
    while let Some((before, after)) = rest.split_once("<!-- help: ") {
        let (command, after) = after.split_once(" -->\n").expect("the comment ends on its line");
        expected.push_str(&format!("{before}<!-- help: {command} -->\n```text\n{}```\n", help(command)));
        let block = after.strip_prefix("```text\n").and_then(|block| block.split_once("\n```\n"));
        rest = block.map_or(after, |(_, after)| after);
        commands += 1;
    }
    expected.push_str(rest);
    assert!(commands >= 9, "every command has a help text");
    if expected != text {
        assert!(
            std::env::var_os("UPDATE_EXPECT").is_some(),
            "cli.md is out of date: run with UPDATE_EXPECT=1"
        );
        fs::write(page("cli.md"), expected).unwrap();
    }
}

#[test]
fn rules_in_the_guide_load_and_are_formatted() {
    let rules = blocks(&read("language.md"), "yaml");
    assert!(rules.len() >= 6);
    for text in rules {
        assert_eq!(
            format(&text, &Options::default()).as_deref(),
            Ok(text.as_str()),
            "not formatted:\n{text}"
        );
        let input = hir::Input {
            files: vec![hir::SourceFile::new("guide.yaml", text.as_str())],
            options: hir::Options::default(),
        };
        let checked = hir::check(&input);
        let found: Vec<String> = checked
            .diagnostics
            .iter()
            .map(|found| format!("{} {}", found.code.id, found.message))
            .filter(|found| !WANTED.iter().any(|wanted| found.starts_with(wanted)))
            .collect();
        assert!(checked.is_ok() && found.is_empty(), "{found:#?} in:\n{text}");
    }
}

/// What the rules of the guide are meant to show: definitions that only stand for themselves.
const WANTED: &[&str] = &["W0110", "W0111"];

#[test]
fn codes_in_the_guide_exist() {
    for name in ["language.md", "ci.md", "cli.md"] {
        let text = read(name);
        let mut words = text.split(|character: char| !character.is_ascii_alphanumeric());
        let unknown = words.find(|word| {
            let digits = word.strip_prefix(['E', 'W']);
            let code =
                digits.is_some_and(|rest| rest.len() == 4 && rest.bytes().all(|byte| byte.is_ascii_digit()));
            code && hir::codes::Code::find(word).is_none()
        });
        assert_eq!(unknown, None, "{name} names a code that does not exist");
    }
}

#[test]
fn settings_in_the_guide_are_understood() {
    for name in ["ci.md", "configuration.md"] {
        for text in blocks(&read(name), "toml") {
            let read = settings::RulecToml::parse(name, &text).unwrap_or_else(|error| panic!("{error}"));
            assert!(!read.rules.is_empty(), "{name}");
        }
    }
    for text in blocks(&read("ci.md"), "yaml") {
        assert!(syntax::yaml::read(&text).errors.is_empty(), "{text}");
        assert_eq!(format(&text, &Options::default()).as_deref(), Ok(text.as_str()));
    }
}
