//! Two bundles compared by what their rules say; how the compiler shares nodes does not count.

use std::collections::BTreeMap;
use std::fmt::Write;

use ir::bundle::{Bundle, Manifest};
use ir::{Program, Rule};
use serde_json::{Value, json};

use super::{fields, output};

/// What differs.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    version: Option<(u64, u64)>,
    /// Name and what became of it: added, removed, changed.
    sources: Vec<(String, &'static str)>,
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<Changed>,
    reordered: bool,
}

/// A rule that is in both.
#[derive(Debug)]
struct Changed {
    name: String,
    /// What, before, after.
    parts: Vec<(&'static str, String, String)>,
}

/// Compares two bundles.
pub(crate) fn changes(old: &Bundle<'_>, new: &Bundle<'_>) -> Result<Changes, String> {
    let program = |bundle: &Bundle<'_>| bundle.program_unbound().map_err(|error| error.to_string());
    let (before, after) = (program(old)?, program(new)?);
    let (old_manifest, new_manifest) = (old.manifest(), new.manifest());
    let versions = (old_manifest.version, new_manifest.version);
    let mut changes = Changes {
        version: (versions.0 != versions.1).then_some(versions),
        sources: sources(old_manifest, new_manifest),
        ..Changes::default()
    };
    let by_name = |program: &Program| -> BTreeMap<String, usize> {
        program.rules.iter().enumerate().map(|(id, rule)| (rule.name.to_string(), id)).collect()
    };
    let (old_rules, new_rules) = (by_name(&before), by_name(&after));
    changes.added = new_rules.keys().filter(|name| !old_rules.contains_key(*name)).cloned().collect();
    for (name, id) in &old_rules {
        let Some(new_id) = new_rules.get(name) else {
            changes.removed.push(name.clone());
            continue;
        };
        let (was, is) = (describe(&before, *id), describe(&after, *new_id));
        let parts: Vec<_> = was
            .into_iter()
            .zip(is)
            .filter(|((_, was), (_, is))| was != is)
            .map(|((part, was), (_, is))| (part, was, is))
            .collect();
        if !parts.is_empty() {
            changes.changed.push(Changed { name: name.clone(), parts });
        }
    }
    let order = |program: &Program, others: &BTreeMap<String, usize>| -> Vec<String> {
        let names = program.order.iter().map(|id| program.rule(*id).name.to_string());
        names.filter(|name| others.contains_key(name)).collect()
    };
    let (mut first, mut second) = (order(&before, &new_rules), order(&after, &old_rules));
    // Rules that were switched on or off are changes of their own.
    let kept = |names: &[String], others: &[String]| -> Vec<String> {
        names.iter().filter(|name| others.contains(name)).cloned().collect()
    };
    (first, second) = (kept(&first, &second), kept(&second, &first));
    changes.reordered = first != second;
    Ok(changes)
}

fn sources(old: &Manifest, new: &Manifest) -> Vec<(String, &'static str)> {
    let digest = |manifest: &Manifest, name: &str| {
        manifest.sources.iter().find(|source| source.name == name).map(|source| source.sha256)
    };
    let mut changed: Vec<(String, &'static str)> = Vec::new();
    for source in &old.sources {
        match digest(new, &source.name) {
            None => changed.push((source.name.clone(), "removed")),
            Some(other) if other != source.sha256 => changed.push((source.name.clone(), "changed")),
            Some(_) => {}
        }
    }
    let added = new.sources.iter().filter(|source| digest(old, &source.name).is_none());
    changed.extend(added.map(|source| (source.name.clone(), "added")));
    changed
}

fn describe(program: &Program, id: usize) -> Vec<(&'static str, String)> {
    let rule: &Rule = &program.rules[id];
    let enabled = program.order.iter().any(|rule| rule.0 as usize == id);
    let capture = if rule.capture { format!("{} ms", rule.capture_duration_ms) } else { "no".to_string() };
    vec![
        ("enabled", enabled.to_string()),
        ("priority", rule.priority.as_str().to_string()),
        ("source", program.source(rule.source).to_string()),
        ("description", rule.description.to_string()),
        ("tags", rule.tags.join(", ")),
        ("condition", ir::print::condition(program, rule.condition)),
        ("output", output(program, &rule.output.pieces)),
        ("output fields", fields(program, rule).join(", ")),
        ("capture", capture),
    ]
}

impl Changes {
    /// Whether the rules are the same.
    pub(crate) fn is_empty(&self) -> bool {
        self.version.is_none()
            && self.sources.is_empty()
            && self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && !self.reordered
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        if let Some((old, new)) = self.version {
            let _ = writeln!(out, "version {old} -> {new}");
        }
        for (name, what) in &self.sources {
            let _ = writeln!(out, "source {name}: {what}");
        }
        for name in &self.removed {
            let _ = writeln!(out, "- {name}");
        }
        for name in &self.added {
            let _ = writeln!(out, "+ {name}");
        }
        for rule in &self.changed {
            let _ = writeln!(out, "~ {}", rule.name);
            for (part, was, is) in &rule.parts {
                let _ = writeln!(out, "    {part}\n      - {was}\n      + {is}");
            }
        }
        if self.reordered {
            let _ = writeln!(out, "the rules are evaluated in another order");
        }
        out
    }

    /// For machines.
    pub(crate) fn json(&self) -> String {
        let changed: Vec<Value> = self
            .changed
            .iter()
            .map(|rule| {
                let parts: Vec<Value> = rule
                    .parts
                    .iter()
                    .map(|(part, was, is)| json!({ "part": part, "old": was, "new": is }))
                    .collect();
                json!({ "rule": rule.name, "parts": parts })
            })
            .collect();
        let object = json!({
            "equal": self.is_empty(),
            "version": self.version.map(|(old, new)| json!({ "old": old, "new": new })),
            "sources": self.sources.iter().map(|(name, what)| json!({ "name": name, "change": what }))
                .collect::<Vec<_>>(),
            "added": self.added,
            "removed": self.removed,
            "changed": changed,
            "reordered": self.reordered,
        });
        format!("{object:#}\n")
    }
}
