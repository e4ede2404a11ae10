//! Rules in effect as a rules file: each rule once, without overrides. Macros and lists keep their names.

use hir::scope::Entry;

use super::{Shown, word};

/// A rules file with these rules.
pub(crate) fn yaml(rules: &[Shown]) -> String {
    let mut out = String::new();
    for (at, rule) in rules.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        for (change, place) in &rule.layers {
            out.push_str(&format!("# {} {place}\n", word(*change)));
        }
        out.push_str(&format!("- rule: {}\n", scalar(&rule.name)));
        let mut key = |name: &str, value: &str| out.push_str(&format!("  {name}: {value}\n"));
        key("desc", &text(&rule.description));
        key("condition", &text(&Shown::joined(&rule.condition)));
        key("output", &text(&Shown::joined(&rule.output)));
        key("priority", &rule.priority.as_str().to_uppercase());
        if rule.source != "syscall" {
            key("source", &scalar(&rule.source));
        }
        let tags: Vec<String> = rule.tags.iter().map(|tag| item(tag)).collect();
        if !tags.is_empty() {
            key("tags", &format!("[{}]", tags.join(", ")));
        }
        for (name, wanted) in [
            ("enabled: false", !rule.enabled),
            ("capture: true", rule.capture),
            ("warn_evttypes: false", !rule.warn_evttypes),
            ("skip-if-unknown-filter: true", rule.skip_if_unknown_filter),
        ] {
            if wanted {
                out.push_str(&format!("  {name}\n"));
            }
        }
        if rule.capture_duration > 0 {
            out.push_str(&format!("  capture_duration: {}\n", rule.capture_duration));
        }
        if !rule.exceptions.is_empty() {
            out.push_str("  exceptions:\n");
        }
        for exception in &rule.exceptions {
            out.push_str(&format!("    - name: {}\n", scalar(&exception.name)));
            out.push_str(&format!("      fields: {}\n", entry(&exception.fields)));
            if exception.comps.is_valid() {
                out.push_str(&format!("      comps: {}\n", entry(&exception.comps)));
            }
            if !exception.values.is_empty() {
                out.push_str("      values:\n");
                for value in &exception.values {
                    out.push_str(&format!("        - {}\n", entry(value)));
                }
            }
        }
    }
    out
}

fn entry(value: &Entry) -> String {
    match value {
        Entry::One(atom) => item(&atom.text),
        Entry::Many(entries) => {
            let texts: Vec<String> = entries.iter().map(entry).collect();
            format!("[{}]", texts.join(", "))
        }
    }
}

/// A text that may have several lines, as the value of a rule's key.
fn text(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let literal = lines.len() > 1
        && !lines[0].starts_with([' ', '\t'])
        && !lines[0].is_empty()
        && !text.ends_with('\n')
        && !text.chars().any(|c| c.is_control() && c != '\n');
    if !literal {
        return scalar(text);
    }
    let mut out = "|-".to_string();
    for line in lines {
        out.push('\n');
        if !line.is_empty() {
            out.push_str("    ");
            out.push_str(line);
        }
    }
    out
}

/// A text in block style: plain if it can be, else in double quotes.
fn scalar(text: &str) -> String {
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '(' | '/'));
    let inside =
        text.chars().all(|c| c == ' ' || c.is_ascii_graphic() || (c as u32 > 0x9f && c.is_alphanumeric()));
    let reads_as_text = !matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
    );
    let plain = first && inside && reads_as_text && !text.contains(": ") && !text.contains(" #");
    if plain && !text.ends_with([':', ' ']) { text.to_string() } else { quoted(text) }
}

/// A text in a flow sequence.
fn item(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/'));
    if plain && scalar(text) == text { text.to_string() } else { quoted(text) }
}

/// In double quotes, as JSON writes it; YAML reads that, too.
fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_string()).to_string()
}
