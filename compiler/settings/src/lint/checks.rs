//! Keys against the table of keys: unknown ones, dropped ones, and values of the wrong form.

use catalogue::suggest;

use super::{Finding, Repair, Weight};
use crate::falco_yaml::boolean;
use crate::falco_yaml::keys::{self, Key, Kind, Status};
use crate::origin::Problem;
use crate::tree::{Node, Value};

/// Every key of the file.
pub(super) fn keys(root: &Node, findings: &mut Vec<Finding>) {
    let mut pending: Vec<(String, &Node)> = vec![(String::new(), root)];
    while let Some((prefix, node)) = pending.pop() {
        for (name, child) in node.entries() {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match keys::find(&path) {
                Some(Key { status: Status::Dropped(note), .. }) => {
                    findings.push(dropped(root, &path, child, note));
                }
                Some(key) => findings.extend(wrong_form(key, child)),
                None if keys::is_section(&path) => match &child.value {
                    Value::Mapping(_) => pending.push((path, child)),
                    Value::Null => {}
                    _ => findings.push(not_a_section(&path, child)),
                },
                // What is known of this one is said elsewhere.
                None if path == "grpc.listen_address" => {}
                None => findings.push(unknown(root, &path, child)),
            }
        }
    }
}

/// Problems of reading that are not about the form of a single key: those are said already.
pub(super) fn problems(root: &Node, problems: &[Problem], findings: &mut Vec<Finding>) {
    for problem in problems {
        let covered =
            ["should be ", "unknown key ", "is no longer a key", "has the unknown value", "is a section; as"];
        let word = problem.message.starts_with("Unknown ") || problem.message.contains("is not a valid kind");
        if word || covered.iter().any(|part| problem.message.contains(part)) {
            continue;
        }
        let mut finding = Finding::of_problem(problem);
        if problem.message.starts_with("both 'rules_files'") {
            finding.name = "rules-file-twice";
            if let (Some(new), Some(old)) = (root.key("rules_files"), root.key("rules_file")) {
                finding = finding.repair(merge_rules_files(new, old));
            }
        } else if root.at("engine.kind").is_some_and(|node| node.origin == problem.origin)
            && problem.severity == crate::Severity::Warning
        {
            finding.name = "old-engine";
            finding = finding.repair(Repair::Set("engine.kind".to_string(), "modern_ebpf".to_string()));
        }
        findings.push(finding);
    }
}

/// Entries of `rules_files`, then those of `rules_file`: the order in which both were loaded.
fn merge_rules_files(new: &Node, old: &Node) -> Repair {
    let texts = |node: &Node| -> Vec<String> {
        match &node.value {
            Value::Scalar(text) => vec![text.clone()],
            _ => node.elements().iter().filter_map(|one| one.text().map(str::to_string)).collect(),
        }
    };
    let mut files = texts(new);
    for file in texts(old) {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    let files: Vec<String> = files.iter().map(|file| super::scalar(file)).collect();
    Repair::All(vec![
        Repair::Remove("rules_file".to_string()),
        Repair::Set("rules_files".to_string(), format!("[{}]", files.join(", "))),
    ])
}

fn dropped(root: &Node, path: &str, node: &Node, note: &str) -> Finding {
    let message = format!("`{path}` is no longer a key of falco.yaml");
    let finding = Finding::new(Weight::Warning, "old-key", message, node).help(note);
    let moved = |to: &str| match root.at(to) {
        // The new key is there and counts.
        Some(_) => Repair::Remove(path.to_string()),
        None => Repair::Move(path.to_string(), to.to_string()),
    };
    match path {
        "rules_file" if root.key("rules_files").is_none() => {
            finding.repair(Repair::Rename(path.to_string(), "rules_files".to_string()))
        }
        "rules_file" => finding,
        "syscall_buf_size_preset" => finding.repair(moved("engine.modern_ebpf.buf_size_preset")),
        "syscall_drop_failed_exit" => finding.repair(moved("engine.modern_ebpf.drop_failed_exit")),
        "modern_bpf.cpus_for_each_syscall_buffer" => {
            finding.repair(moved("engine.modern_ebpf.cpus_for_each_buffer"))
        }
        // Still honoured: taking them away would change what happens.
        path if path.starts_with("grpc") => Finding { weight: Weight::Note, ..finding },
        _ => finding.repair(Repair::Remove(path.to_string())),
    }
}

fn unknown(root: &Node, path: &str, node: &Node) -> Finding {
    let finding =
        Finding::new(Weight::Error, "unknown-key", format!("unknown key `{path}`; it has no effect"), node);
    // A key in the wrong section, such as `listen_port` at the top.
    let last = path.rsplit('.').next().unwrap_or(path);
    let elsewhere: Vec<&Key> = keys::KEYS
        .iter()
        .filter(|key| {
            key.status == Status::Current && key.path.rsplit_once('.').is_some_and(|(_, own)| own == last)
        })
        .collect();
    let near = suggest::nearest(path, keys::KEYS.iter().map(|key| key.path));
    let Some(name) = near.first().copied().or_else(|| elsewhere.first().map(|key| key.path)) else {
        return finding;
    };
    let finding = finding.help(format!("did you mean `{name}`?"));
    if root.at(name).is_some() || near.is_empty() {
        return finding;
    }
    // Only within the same section: moving things around is for people.
    match (path.rsplit_once('.'), name.rsplit_once('.')) {
        (None, None) => finding.repair(Repair::Rename(path.to_string(), name.to_string())),
        (Some((here, _)), Some((there, own))) if here == there => {
            finding.repair(Repair::Rename(path.to_string(), own.to_string()))
        }
        _ => finding,
    }
}

fn not_a_section(path: &str, node: &Node) -> Finding {
    let finding = Finding::new(
        Weight::Error,
        "switch-for-section",
        format!("`{path}` is a section; as it stands, it has no effect"),
        node,
    );
    let switch = format!("{path}.enabled");
    match node.text().and_then(boolean) {
        Some(on) if keys::find(&switch).is_some() => finding
            .help(format!("write `{path}: {{enabled: {on}}}`"))
            .repair(Repair::Set(path.to_string(), format!("{{enabled: {on}}}"))),
        _ => finding,
    }
}

/// A value that falls back to the default, or that stops the program.
fn wrong_form(key: &Key, node: &Node) -> Option<Finding> {
    if node.value == Value::Null {
        return None;
    }
    let path = key.path;
    let text = node.text();
    let wrong = |expected: &str| {
        let message = format!("`{path}` should be {expected}");
        let fallback =
            if key.default.is_empty() { "nothing".to_string() } else { format!("`{}`", key.default) };
        Finding::new(Weight::Error, "wrong-type", message, node)
            .help(format!("as it stands, {fallback} is used"))
    };
    match key.kind {
        Kind::Bool => {
            if text.and_then(boolean).is_some() {
                return None;
            }
            let finding = wrong("`true` or `false`");
            if let Some(on) = node.key("enabled").and_then(Node::text).and_then(boolean) {
                return Some(
                    Finding {
                        name: "section-for-switch",
                        help: Some(format!("`{path}` is not a section: write `{path}: {on}`")),
                        ..finding
                    }
                    .repair(Repair::Set(path.to_string(), on.to_string())),
                );
            }
            let meant = match text.map(str::to_ascii_lowercase).as_deref() {
                Some("1" | "enabled" | "enable" | "t") => "true",
                Some("0" | "disabled" | "disable" | "none" | "f") => "false",
                _ => return Some(finding),
            };
            Some(finding.repair(Repair::Set(path.to_string(), meant.to_string())))
        }
        Kind::Integer => {
            text.and_then(|text| text.trim().parse::<u64>().ok()).is_none().then(|| wrong("a whole number"))
        }
        Kind::Number => {
            text.and_then(|text| text.trim().parse::<f64>().ok()).is_none().then(|| wrong("a number"))
        }
        Kind::Text => text.is_none().then(|| wrong("a text")),
        Kind::Duration => {
            text.is_none_or(|text| !is_duration(text)).then(|| wrong("a duration such as `1h` or `15m30s`"))
        }
        Kind::Texts => {
            let fine = match &node.value {
                Value::Scalar(_) | Value::Null => true,
                Value::Sequence(elements) => elements.iter().all(|one| one.text().is_some()),
                Value::Mapping(_) => false,
            };
            (!fine).then(|| wrong("a sequence of texts"))
        }
        Kind::OneOf(words) => word(key, words, node),
        Kind::Form => None,
    }
}

fn word(key: &Key, words: &'static [&'static str], node: &Node) -> Option<Finding> {
    let text = node.text().unwrap_or_default().to_ascii_lowercase();
    if words.contains(&text.as_str()) {
        return None;
    }
    let finding = Finding::new(
        Weight::Error,
        "unknown-word",
        format!("`{}` has the unknown value `{text}`", key.path),
        node,
    )
    .help(format!("use one of: {}", words.join(", ")));
    match suggest::nearest(&text, words.iter().copied()).first() {
        Some(near) => Some(finding.repair(Repair::Set(key.path.to_string(), (*near).to_string()))),
        None => Some(finding),
    }
}

/// `1h`, `15m30s`, `500ms`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.trim();
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = &rest[digits..];
        let length = unit.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(unit.len());
        if digits == 0 || !["ms", "s", "m", "h", "d", "w"].contains(&&unit[..length]) {
            return false;
        }
        rest = &unit[length..];
    }
    true
}
