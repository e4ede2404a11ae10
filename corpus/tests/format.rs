//! `rulec fmt` on rule files that people use: the YAML value is equal, comments are kept with their neighbours, a second
//! run changes nothing. The conformance cases and our own rules serve as further texts.

use std::fs;
use std::path::{Path, PathBuf};

use corpus::reference::Reference;
use serde::Deserialize;
use syntax::format::{Options, apply, format, format_edits, format_range};
use syntax::span::Span;
use syntax::yaml;

/// The YAML files under a folder, by name.
fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The documents as serde_norway (libyaml's grammar) reads them; `None` if it refuses the text.
fn values(text: &str) -> Option<Vec<serde_norway::Value>> {
    let documents = serde_norway::Deserializer::from_str(text);
    documents.map(|document| serde_norway::Value::deserialize(document).ok()).collect()
}

/// Each comment with the characters next to it that belong to no comment.
fn comments(text: &str) -> Vec<(String, String, String)> {
    const NEIGHBOURS: usize = 12;
    let yaml = yaml::read(text).tree;
    let mut code: Vec<(usize, char)> = Vec::new();
    let mut spans = yaml.comments().iter().peekable();
    for (at, character) in text.char_indices() {
        while spans.next_if(|span| span.end as usize <= at).is_some() {}
        let in_comment = spans.peek().is_some_and(|span| span.start as usize <= at);
        if !in_comment && !character.is_whitespace() {
            code.push((at, character));
        }
    }
    let around = yaml.comments().iter().map(|span| {
        let next = code.partition_point(|(at, _)| *at < span.start as usize);
        let word =
            |range: std::ops::Range<usize>| code[range].iter().map(|(_, character)| character).collect();
        let before: String = word(next.saturating_sub(NEIGHBOURS)..next);
        let after: String = word(next..(next + NEIGHBOURS).min(code.len()));
        (span.slice(text).trim_end().to_string(), before, after)
    });
    around.collect()
}

/// Checks one text; gives what it became.
#[track_caller]
fn check(name: &str, text: &str) -> Option<String> {
    let Ok(formatted) = format(text, &Options::default()) else {
        let read = yaml::read(text);
        let refused = !read.errors.is_empty()
            || read.tree.open_quote().is_some()
            || read.tree.open_key().is_some()
            || text.replace("\r\n", "\n").contains('\r');
        assert!(refused, "{name}: YAML, but not formatted");
        return None;
    };
    let (before, after) = (yaml::read(text).tree, yaml::read(&formatted).tree);
    assert!(before.same_nodes(&after), "{name}: another value");
    if let Some(value) = values(text) {
        assert_eq!(values(&formatted).as_ref(), Some(&value), "{name}: another value for serde");
    }
    let unblank = |text: &str| text.split([' ', '\t', '\r', '\n']).collect::<String>();
    assert_eq!(unblank(text), unblank(&formatted), "{name}: more than white space changed");
    assert_eq!(comments(text), comments(&formatted), "{name}: a comment moved");
    let again = format_edits(&formatted, &Options::default()).unwrap();
    assert_eq!(again, [], "{name}: a second run changes more");
    Some(formatted)
}

/// What the layout promises for files of block style.
fn check_layout(name: &str, formatted: &str) {
    let yaml = yaml::read(formatted).tree;
    for (number, line) in formatted.lines().enumerate() {
        let place = format!("{name}:{}: {line:?}", number + 1);
        assert!(!line.starts_with('\t') && !line.starts_with(" -"), "{place}");
        if line.trim_start().starts_with("items: [") && line.ends_with(',') {
            assert!(line.chars().count() <= 120, "{place}");
        }
    }
    assert!(!formatted.contains("\n\n\n- "), "{name}: two blank lines before an item");
    assert!(formatted.is_empty() || formatted.ends_with('\n'), "{name}: no line break at the end");
    for document in yaml.documents() {
        for item in yaml.elements(document.root) {
            let start = yaml.span(*item).start as usize;
            let line_start = formatted[..start].rfind('\n').map_or(0, |at| at + 1);
            assert_eq!(&formatted[line_start..start], "- ", "{name}: an item is not at the margin");
        }
    }
}

#[test]
fn files_that_people_use() {
    let Some(folder) = Reference::Rules.folder() else { return };
    let files = yaml_files(&folder);
    assert!(files.len() >= 10, "only {} files in {}", files.len(), folder.display());
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.display().to_string();
        let formatted = check(&name, &text).unwrap_or_else(|| panic!("{name}: not YAML"));
        if name.ends_with("_rules.yaml") {
            check_layout(&name, &formatted);
        }
        // The same with other line breaks.
        let windows = text.replace('\n', "\r\n");
        let expected = formatted.replace('\n', "\r\n");
        assert!(check(&name, &windows) == Some(expected), "{name}: differs with \\r\\n");
    }
}

#[test]
fn ranges_of_files_that_people_use() {
    let Some(folder) = Reference::Rules.folder() else { return };
    for path in yaml_files(&folder.join("plugins")) {
        let text = fs::read_to_string(&path).unwrap();
        let before = yaml::read(&text).tree;
        for start in (0..text.len() as u32).step_by(997) {
            let edits = format_range(&text, Span::new(start, start + 300), &Options::default()).unwrap();
            let after = apply(&text, &edits);
            assert!(before.same_nodes(&yaml::read(&after).tree), "{}: {start}", path.display());
        }
    }
}

#[test]
fn our_own_rules_are_formatted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    for path in yaml_files(&folder) {
        let text = fs::read_to_string(&path).unwrap();
        let formatted = check(&path.display().to_string(), &text).expect("our rules are YAML");
        assert!(formatted == text, "{}: run `rulec fmt` on it", path.display());
    }
}

#[test]
fn conformance_cases() {
    let Some(folder) = Reference::Conformance.folder() else { return };
    let mut formatted = 0;
    for path in yaml_files(&folder) {
        formatted +=
            usize::from(check(&path.display().to_string(), &fs::read_to_string(&path).unwrap()).is_some());
    }
    // The rule texts inside the cases, which have every mistake there is.
    let cases = fs::read_to_string(folder.join("cases.json")).unwrap();
    let mut pending: Vec<serde_json::Value> = vec![serde_json::from_str(&cases).unwrap()];
    while let Some(value) = pending.pop() {
        match value {
            serde_json::Value::String(text) if text.contains("- ") && text.contains(':') => {
                formatted += usize::from(check(&text, &text).is_some());
            }
            serde_json::Value::Array(values) => pending.extend(values),
            serde_json::Value::Object(entries) => pending.extend(entries.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    println!("{formatted} texts of conformance cases formatted");
    assert!(formatted > 100, "only {formatted} texts");
}
