//! What a run found, printed at its end.

use std::fmt::Write;

use catalogue::{PRIORITIES, Priority};
use ir::{Program, RuleId};

/// How often each rule alerted.
#[derive(Debug, Default)]
pub struct Statistics {
    by_rule: Vec<u64>,
    by_priority: [u64; 8],
    total: u64,
}

impl Statistics {
    /// Counts an alert.
    pub fn count(&mut self, rule: RuleId, priority: Priority) {
        let index = rule.0 as usize;
        if self.by_rule.len() <= index {
            self.by_rule.resize(index + 1, 0);
        }
        self.by_rule[index] += 1;
        self.by_priority[priority as usize] += 1;
        self.total += 1;
    }

    /// The lines that Falco prints.
    pub fn summary(&self, program: &Program) -> String {
        let mut out = format!("Events detected: {}\nRule counts by severity:\n", self.total);
        for (priority, count) in PRIORITIES.iter().zip(self.by_priority).filter(|(_, count)| *count > 0) {
            let name = match priority {
                // The short name is used here and nowhere else.
                Priority::Informational => "INFO".to_string(),
                other => other.as_str().to_ascii_uppercase(),
            };
            let _ = writeln!(out, "   {name}: {count}");
        }
        out.push_str("Triggered rules by rule name:\n");
        for (rule, count) in program.rules.iter().zip(&self.by_rule).filter(|(_, count)| **count > 0) {
            let _ = writeln!(out, "   {}: {count}", rule.name);
        }
        out
    }
}
