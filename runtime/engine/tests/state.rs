//! What events do to the state, seen through field values: every script in `tests/state/` is replayed, and after an
//! event the fields named on its `#>` lines must have the values written there.
//!
//! A value is bare or in double quotes; `-` means that the field has none. `UPDATE_EXPECT=1` writes the values found.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use catalogue::Catalogue;
use engine::fields::{Fields, Printing, Settings};
use engine::{Event, Tracker};
use events::script::Script;
use ir::render::{Buffers, Style, text};
use ir::{FieldSource, ImportId};

mod support;

use support::import;

#[test]
fn scripts() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/state");
    let mut files: Vec<PathBuf> =
        fs::read_dir(dir).expect("the scripts").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let mut wrong = String::new();
    for file in files {
        let before = fs::read_to_string(&file).expect("a script");
        let after = match replay(&before) {
            Ok(after) => after,
            Err(error) => {
                let _ = writeln!(wrong, "{}: {error}", file.display());
                continue;
            }
        };
        if before == after {
            continue;
        }
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&file, after).expect("a script can be written");
            continue;
        }
        for (line, (expected, found)) in before.lines().zip(after.lines()).enumerate() {
            if expected != found {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let _ = writeln!(wrong, "{name}:{}\n  expected {expected}\n  found    {found}", line + 1);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The script with the values found.
fn replay(source: &str) -> Result<String, String> {
    let script = Script::parse(source).map_err(|error| error.to_string())?;
    let mut tracker = Tracker::default();
    tracker.load(&script.snapshot);
    let arena = Bump::new();
    let mut events = script.events();
    // What the containers of the script add comes first.
    for _ in statements(source)..events.len() {
        let raw = events.next().ok_or("no container event")?;
        tracker.apply(&raw, true);
    }
    let mut out = String::new();
    let mut in_events = true;
    let mut continued = false;
    let mut latest = None;
    for line in source.lines() {
        let words = line.trim();
        if let Some(section) = words.strip_prefix('[') {
            in_events = section.starts_with("events]");
        } else if let Some(fields) = words.strip_prefix("#> ") {
            let (raw, applied) = latest.as_ref().ok_or("values before any event")?;
            out.push_str("#>");
            show(&mut out, fields, &tracker.event(raw, applied, &arena))?;
            out.push('\n');
            continue;
        } else if in_events && !continued && !words.is_empty() && !words.starts_with('#') {
            let raw = events.next().ok_or("fewer events than lines")?;
            let applied = tracker.apply(&raw, true);
            latest = Some((raw, applied));
        }
        continued = words.ends_with('\\');
        out.push_str(line);
        out.push('\n');
    }
    Ok(out)
}

/// Number of events that the script itself has.
fn statements(source: &str) -> usize {
    let mut in_events = true;
    let mut continued = false;
    let mut count = 0;
    for words in source.lines().map(str::trim) {
        if let Some(section) = words.strip_prefix('[') {
            in_events = section.starts_with("events]");
        } else if in_events && !continued && !words.is_empty() && !words.starts_with('#') {
            count += 1;
        }
        continued = words.ends_with('\\');
    }
    count
}

/// Appends ` field=value` for each field of a `#>` line.
fn show(out: &mut String, fields: &str, event: &Event<'_>) -> Result<(), String> {
    for field in names(fields) {
        let import = import(&Catalogue::falco_default(), field)?;
        let style = Style { ty: import.ty, list: import.list, format: import.format };
        let bound =
            Fields::bind_imports(&[import], Settings::default()).map_err(|error| error.to_string())?;
        let memory = bound.memory();
        let values = Printing::new(&bound, &memory, event);
        let value = values.extract(ImportId(0));
        let mut shown = Vec::new();
        let present = text(&mut shown, &value, style, Buffers::Dots);
        let shown = String::from_utf8_lossy(&shown);
        let _ = match present {
            false => write!(out, " {field}=-"),
            true if shown.is_empty() || shown == "-" || shown.contains([' ', '"']) => {
                write!(out, " {field}=\"{}\"", shown.replace('"', "'"))
            }
            true => write!(out, " {field}={shown}"),
        };
    }
    Ok(())
}

/// The names of `name=value name="a value" name`.
fn names(mut line: &str) -> Vec<&str> {
    let mut names = Vec::new();
    loop {
        line = line.trim_start();
        let end = line.find(['=', ' ']).unwrap_or(line.len());
        let (name, rest) = line.split_at(end);
        if name.is_empty() {
            return names;
        }
        names.push(name);
        line = match rest.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').map_or("", |(_, rest)| rest),
            None => rest.find(' ').map_or("", |end| &rest[end..]),
        };
    }
}
