//! Falco's `-L` and `-l`: rules, macros and lists as JSON or as a table (language.md 12).

use catalogue::Catalogue;
use serde_json::{Map, Value, json};

use crate::load::Checked;
use crate::scope::Rule;

/// Width of the table's left column.
const NAME_WIDTH: usize = 50;

/// Longest line of the right column, trailing space included.
const TEXT_WIDTH: usize = 59;

/// Falco's message for a rule that cannot be described.
pub fn not_loaded(name: &str) -> String {
    format!("Rule \"{name}\" is not loaded")
}

impl Checked {
    /// All items as one JSON object, or `{"rules": […]}` with one rule. `None` when that rule is not loaded.
    pub fn described_json(&self, only: Option<&str>, catalogue: &Catalogue) -> Option<Value> {
        if let Some(name) = only {
            let rule = self.definitions.rules.get(name)?;
            return Some(json!({ "rules": [self.rule_json(rule, catalogue)?] }));
        }
        let version =
            self.definitions.engine_version.map_or("0.0.0".to_owned(), |version| version.to_string());
        let plugins: Vec<Value> = self
            .definitions
            .plugins
            .iter()
            .filter_map(|requirement| {
                let ((name, version), alternatives) = requirement.alternatives.split_first()?;
                let mut value = json!({"name": name, "version": version});
                let others =
                    alternatives.iter().map(|(name, version)| json!({"name": name, "version": version}));
                value["alternatives"] = others.collect();
                Some(value)
            })
            .collect();
        let rules = self.definitions.rules.iter().filter_map(|rule| self.rule_json(rule, catalogue));
        let macros = self.definitions.macros.iter().filter_map(|one| {
            let described = self.describe_macro(&one.name, catalogue)?;
            Some(json!({
                "info": {"name": &*one.name, "condition": one.condition.text(&self.sources)},
                "details": {
                    "used": described.used,
                    "macros": described.mentions.macros,
                    "lists": described.mentions.lists,
                    "condition_operators": described.mentions.operators,
                    "condition_fields": described.mentions.fields,
                    "events": described.events,
                    "condition_compiled": described.condition_compiled,
                    "plugins": [],
                },
            }))
        });
        let lists = self.definitions.lists.iter().filter_map(|list| {
            let described = self.describe_list(&list.name)?;
            Some(json!({
                "info": {"name": &*list.name, "items": described.items},
                "details": {
                    "used": described.used,
                    "items_compiled": described.items_compiled,
                    "lists": described.lists,
                    "plugins": [],
                },
            }))
        });
        Some(json!({
            "required_engine_version": version,
            "required_plugin_versions": plugins,
            "rules": rules.collect::<Vec<_>>(),
            "macros": macros.collect::<Vec<_>>(),
            "lists": lists.collect::<Vec<_>>(),
        }))
    }

    fn rule_json(&self, rule: &Rule, catalogue: &Catalogue) -> Option<Value> {
        let described = self.describe_rule(&rule.name, catalogue)?;
        let mut details = json!({
            "condition_compiled": described.condition_compiled,
            "condition_fields": described.mentions.fields,
            "condition_operators": described.mentions.operators,
            "macros": described.mentions.macros,
            "lists": described.mentions.lists,
            "events": described.events,
            "exception_names": described.exception_names,
            "exception_operators": described.exception_operators,
            "exception_fields": described.exception_fields,
            "output_compiled": described.output_compiled,
            "output_fields": described.output_fields,
            "plugins": described.plugins,
        });
        if !described.extra_fields.is_empty() {
            let extra: Map<String, Value> =
                described.extra_fields.into_iter().map(|(key, format)| (key, json!(format))).collect();
            details["extra_output_formatted_fields"] = Value::Object(extra);
        }
        Some(json!({
            "info": {
                "name": &*rule.name,
                "condition": rule.condition.text(&self.sources),
                "description": rule.description.text(&self.sources),
                "output": rule.output.text(&self.sources),
                "enabled": rule.enabled,
                "source": &*rule.source,
                "priority": rule.priority.as_str(),
                "tags": rule.tags.iter().map(|tag| &**tag).collect::<Vec<_>>(),
                "capture": rule.capture,
                "capture_duration": rule.capture_duration,
            },
            "details": details,
        }))
    }

    /// Names and descriptions of all rules, or of one, as a table. `None` when that rule is not loaded.
    pub fn described_text(&self, only: Option<&str>, catalogue: &Catalogue) -> Option<String> {
        if let Some(name) = only {
            self.describe_rule(name, catalogue)?;
        }
        let mut out = String::new();
        row(&mut out, "Rule", "Description");
        row(&mut out, "----", "-----------");
        for (at, rule) in self.definitions.rules.iter().enumerate() {
            let loaded = self.compiled.rules.get(at).is_some_and(Option::is_some);
            if loaded && only.is_none_or(|only| *rule.name == *only) {
                row(&mut out, &rule.name, &wrapped(&rule.description.text(&self.sources)));
                out.push('\n');
            }
        }
        Some(out)
    }
}

fn row(out: &mut String, left: &str, right: &str) {
    out.push_str(left);
    out.extend(std::iter::repeat_n(' ', NAME_WIDTH.saturating_sub(left.len()) + 1));
    out.push_str(right);
    out.push('\n');
}

/// Words with one space behind each, in lines of at most the column's width, continued below their start.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        if used > 0 && used + word.len() + 1 > TEXT_WIDTH {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', NAME_WIDTH + 1));
            used = 0;
        }
        out.push_str(word);
        out.push(' ');
        used += word.len() + 1;
    }
    out
}
