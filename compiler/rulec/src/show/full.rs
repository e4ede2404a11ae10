//! One rule in full, as lines.

use views::Line;

use super::print::{entry, one_line};
use super::{Part, Shown, word};

/// Everything about a rule, part by part, each with its file and line.
pub(crate) fn full(rule: &Shown) -> Vec<Line> {
    let mut lines = vec![Line::heading(&rule.name)];
    let mut word_line = |key: &str, value: &str| lines.push(Line::new(format!("  {key:<12} {value}")));
    word_line("priority", rule.priority.as_str());
    word_line("enabled", if rule.enabled { "yes" } else { "no" });
    word_line("source", &rule.source);
    word_line("tags", &rule.tags.join(", "));
    word_line("description", &one_line(&rule.description));
    lines.push(Line::heading("made of"));
    for (change, place) in &rule.layers {
        lines.push(Line::new(format!("  {:<12} {place}", word(*change))));
    }
    parts(&mut lines, "condition", &rule.condition);
    parts(&mut lines, "output", &rule.output);
    if !rule.exceptions.is_empty() {
        lines.push(Line::heading("exceptions"));
        for exception in &rule.exceptions {
            lines.push(Line::new(format!(
                "  {}: {} {}",
                exception.name,
                entry(&exception.fields),
                entry(&exception.comps)
            )));
            lines.extend(exception.values.iter().map(|value| Line::new(format!("    {}", entry(value)))));
        }
    }
    match &rule.compiled {
        Some((condition, output)) => {
            lines.push(Line::heading("condition with macros, lists and exceptions in place"));
            lines.push(Line::new(format!("  {condition}")));
            if *output != Shown::joined(&rule.output) {
                lines.push(Line::heading("output with what is appended"));
                lines.push(Line::new(format!("  {output}")));
            }
            lines.push(Line::heading("events"));
            lines.push(Line::new(format!("  {}", rule.events.join(", "))));
        }
        None => lines.push(Line::heading("not compiled")),
    }
    lines
}

fn parts(lines: &mut Vec<Line>, title: &str, parts: &[Part]) {
    lines.push(Line::heading(title));
    for part in parts {
        lines.push(Line::new(format!("  {}", part.place)));
        lines.extend(part.text.lines().map(|line| Line::new(format!("    {}", line.trim()))));
    }
}
