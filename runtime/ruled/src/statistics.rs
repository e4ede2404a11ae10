//! What a run found, printed at its end.

use std::fmt::Write;

use catalogue::{PRIORITIES, Priority};
use ir::{Program, RuleId};
use rustc_hash::FxHashMap;

/// How often each rule alerted.
#[derive(Debug, Default)]
pub struct Statistics {
    by_rule: Vec<u64>,
    /// By name, in the order of the latest program: what rules that went, or that come first, have counted.
    by_name: Vec<(Box<str>, u64)>,
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

    /// Alerts of the current program's rules since it was taken over, by number; rules without alerts may be missing.
    pub fn by_rule(&self) -> &[u64] {
        &self.by_rule
    }

    /// What was counted for former programs, by the rule's name.
    pub fn settled(&self) -> &[(Box<str>, u64)] {
        &self.by_name
    }

    /// Alerts by priority.
    pub fn by_priority(&self) -> [u64; 8] {
        self.by_priority
    }

    /// Keeps what was counted for the rules of a program, whose numbers may mean other rules from now on.
    pub fn settle(&mut self, program: &Program) {
        let mut former: FxHashMap<Box<str>, u64> = FxHashMap::default();
        let mut order = Vec::new();
        for (name, count) in self.by_name.drain(..) {
            order.push(name.clone());
            former.insert(name, count);
        }
        for (index, rule) in program.rules.iter().enumerate() {
            let count =
                self.by_rule.get(index).copied().unwrap_or(0) + former.remove(&rule.name).unwrap_or(0);
            self.by_name.push((rule.name.clone(), count));
        }
        for name in order {
            if let Some(count) = former.remove(&name).filter(|count| *count > 0) {
                self.by_name.push((name, count));
            }
        }
        self.by_rule.clear();
    }

    /// The lines that Falco prints, for what is settled.
    pub fn summary(&self) -> String {
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
        for (name, count) in self.by_name.iter().filter(|(_, count)| *count > 0) {
            let _ = writeln!(out, "   {name}: {count}");
        }
        out
    }
}
