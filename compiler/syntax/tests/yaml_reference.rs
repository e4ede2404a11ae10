//! The YAML reader against granit-parser, an independent YAML 1.2 parser, on every rule file at hand: the same
//! structure, the same texts, and scalars at the same place.

use std::path::PathBuf;

use granit_parser::{Event, Parser, ScalarStyle as GranitStyle};
use syntax::yaml::{Yaml, YamlId, YamlKind, read};

/// A document in one line per node.
fn flatten(yaml: &Yaml) -> Vec<String> {
    enum Work {
        Node(YamlId),
        End(&'static str),
    }
    let mut lines = Vec::new();
    for document in yaml.documents() {
        let mut stack = vec![Work::Node(document.root)];
        while let Some(work) = stack.pop() {
            let id = match work {
                Work::Node(id) => id,
                Work::End(end) => {
                    lines.push(end.to_owned());
                    continue;
                }
            };
            match yaml.node(id).kind {
                YamlKind::Null => lines.push("null".to_owned()),
                YamlKind::Scalar(_) => {
                    let text = yaml.text(id).unwrap_or("");
                    // Where the first character of the text stands.
                    let at = yaml.source_offset(id, 0).unwrap_or(0);
                    lines.push(format!("scalar {text:?} {at}"));
                }
                YamlKind::Sequence(_) => {
                    lines.push("[".to_owned());
                    stack.push(Work::End("]"));
                    stack.extend(yaml.elements(id).iter().rev().map(|&id| Work::Node(id)));
                }
                YamlKind::Mapping(_) => {
                    lines.push("{".to_owned());
                    stack.push(Work::End("}"));
                    for pair in yaml.pairs(id).iter().rev() {
                        stack.push(Work::Node(pair.value));
                        stack.push(Work::Node(pair.key));
                    }
                }
                YamlKind::Alias(_) => lines.push("alias".to_owned()),
            }
        }
    }
    lines
}

fn flatten_granit(text: &str) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.ok()?;
        lines.push(match event {
            Event::Scalar(value, style, _, tag) => {
                let null = matches!(&*value, "" | "~" | "null" | "Null" | "NULL");
                let start = span.start.byte_offset().unwrap_or(0);
                match style {
                    GranitStyle::Plain if null && tag.is_none() => "null".to_owned(),
                    GranitStyle::SingleQuoted | GranitStyle::DoubleQuoted => {
                        format!("scalar {:?} {}", &*value, start + 1)
                    }
                    _ => format!("scalar {:?} {start}", &*value),
                }
            }
            Event::SequenceStart(..) => "[".to_owned(),
            Event::SequenceEnd => "]".to_owned(),
            Event::MappingStart(..) => "{".to_owned(),
            Event::MappingEnd => "}".to_owned(),
            Event::Alias(_) => "alias".to_owned(),
            _ => continue,
        });
    }
    Some(lines)
}

fn rule_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for (variable, folders) in
        [("CONFORMANCE_DIR", &["rules"][..]), ("RULES_DIR", &["official", "plugins", "tutorial"][..])]
    {
        let Some(dir) = std::env::var_os(variable) else {
            let required = std::env::var("REQUIRE_REFERENCE").is_ok_and(|value| value == "1");
            assert!(!required, "REQUIRE_REFERENCE=1 but {variable} is not set");
            eprintln!("SKIPPED: {variable} is not set; its rule files were not read");
            continue;
        };
        for folder in folders {
            let folder = PathBuf::from(&dir).join(folder);
            let Ok(entries) = std::fs::read_dir(&folder) else { continue };
            files.extend(entries.flatten().map(|entry| entry.path()));
        }
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files
}

/// Files that only one of the two accepts, with the reason.
fn known_difference(name: &str) -> bool {
    // Falco's parser is not a YAML 1.2 parser; see docs/decisions.md.
    matches!(name, "")
}

#[test]
fn rule_files_read_as_with_granit() {
    let mut failures = Vec::new();
    let mut compared = 0;
    for path in rule_files() {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("").to_owned();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let ours = read(&text);
        let theirs = flatten_granit(&text);
        if known_difference(&name) {
            continue;
        }
        match (ours.is_ok(), theirs) {
            (true, Some(theirs)) => {
                let ours = flatten(&ours.tree);
                compared += 1;
                if let Some(index) = (0..ours.len().max(theirs.len())).find(|&i| ours.get(i) != theirs.get(i))
                {
                    failures.push(format!("{name}: {:?} is not {:?}", ours.get(index), theirs.get(index)));
                }
            }
            (false, None) => {}
            (true, None) => failures.push(format!("{name}: granit refuses it")),
            (false, Some(_)) => failures.push(format!("{name}: {}", ours.errors[0].falco_text())),
        }
    }
    eprintln!("{compared} files compared");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
