//! Descriptions of what was loaded, as `-L` and `-l` print them (language.md 12).

use std::collections::BTreeSet;

use catalogue::Catalogue;
use hir::Checked;
use serde_json::{Value, json};

use super::wire::Describe;
use crate::listing::wrap;

/// Where the right column of a description begins, and how wide the text is, in bytes.
const RIGHT_COLUMN: usize = 51;
const WIDTH: usize = 110;

/// The description that was asked for.
pub(super) fn describe(
    checked: &Checked,
    catalogue: &Catalogue,
    wanted: &Describe,
) -> Result<String, String> {
    let rules: Vec<&str> = checked
        .definitions
        .rules
        .iter()
        .enumerate()
        .filter(|(index, _)| checked.compiled.rules.get(*index).is_some_and(Option::is_some))
        .map(|(_, rule)| &*rule.name)
        .filter(|name| wanted.rule.as_deref().is_none_or(|wanted| wanted == *name))
        .collect();
    if let (Some(name), true) = (&wanted.rule, rules.is_empty()) {
        return Err(format!("Rule \"{name}\" is not loaded"));
    }
    if !wanted.json {
        return Ok(text(checked, &rules));
    }
    let rules: Vec<Value> = rules.iter().filter_map(|name| rule(checked, catalogue, name)).collect();
    if wanted.rule.is_some() {
        return Ok(format!("{}\n", json!({ "rules": rules })));
    }
    let definitions = &checked.definitions;
    let macros: Vec<Value> =
        definitions.macros.iter().filter_map(|one| macro_(checked, catalogue, &one.name)).collect();
    let lists: Vec<Value> = definitions.lists.iter().filter_map(|one| list(checked, &one.name)).collect();
    let plugins: Vec<Value> = definitions.plugins.iter().filter_map(requirement).collect();
    let engine = definitions.engine_version.map_or("0.0.0".to_string(), |version| version.to_string());
    let all = json!({
        "lists": lists,
        "macros": macros,
        "required_engine_version": engine,
        "required_plugin_versions": plugins,
        "rules": rules,
    });
    Ok(format!("{all}\n"))
}

fn requirement(requirement: &hir::scope::PluginRequirement) -> Option<Value> {
    let pair = |(name, version): &(String, String)| json!({ "name": name, "version": version });
    let (first, others) = requirement.alternatives.split_first()?;
    let mut object = pair(first);
    object["alternatives"] = others.iter().map(pair).collect();
    Some(object)
}

fn rule(checked: &Checked, catalogue: &Catalogue, name: &str) -> Option<Value> {
    let rule = checked.definitions.rules.iter().find(|rule| *rule.name == *name)?;
    let described = checked.describe_rule(name, catalogue)?;
    let sources = &checked.sources;
    let tags: BTreeSet<&str> = rule.tags.iter().map(|tag| &**tag).collect();
    let mut details = json!({
        "condition_compiled": described.condition_compiled,
        "condition_fields": described.mentions.fields,
        "condition_operators": described.mentions.operators,
        "events": described.events,
        "exception_fields": described.exception_fields,
        "exception_names": described.exception_names,
        "exception_operators": described.exception_operators,
        "lists": described.mentions.lists,
        "macros": described.mentions.macros,
        "output_compiled": described.output_compiled,
        "output_fields": described.output_fields,
        "plugins": described.plugins,
    });
    if !described.extra_fields.is_empty() {
        details["extra_output_formatted_fields"] = json!(described.extra_fields);
    }
    Some(json!({
        "info": {
            "capture": rule.capture,
            "capture_duration": rule.capture_duration,
            "condition": rule.condition.text(sources),
            "description": rule.description.text(sources),
            "enabled": rule.enabled,
            "name": name,
            "output": rule.output.text(sources),
            "priority": rule.priority.as_str(),
            "source": &*rule.source,
            "tags": tags,
        },
        "details": details,
    }))
}

fn macro_(checked: &Checked, catalogue: &Catalogue, name: &str) -> Option<Value> {
    let one = checked.definitions.macros.iter().find(|one| *one.name == *name)?;
    let described = checked.describe_macro(name, catalogue)?;
    Some(json!({
        "info": { "name": name, "condition": one.condition.text(&checked.sources) },
        "details": {
            "condition_compiled": described.condition_compiled,
            "condition_fields": described.mentions.fields,
            "condition_operators": described.mentions.operators,
            "events": described.events,
            "lists": described.mentions.lists,
            "macros": described.mentions.macros,
            "plugins": [],
            "used": described.used,
        },
    }))
}

fn list(checked: &Checked, name: &str) -> Option<Value> {
    let described = checked.describe_list(name)?;
    Some(json!({
        "info": { "name": name, "items": described.items },
        "details": {
            "items_compiled": described.items_compiled,
            "lists": described.lists,
            "plugins": [],
            "used": described.used,
        },
    }))
}

fn text(checked: &Checked, rules: &[&str]) -> String {
    let mut out = String::new();
    two_columns(&mut out, "Rule", "Description");
    two_columns(&mut out, "----", "-----------");
    for rule in checked.definitions.rules.iter().filter(|rule| rules.contains(&&*rule.name)) {
        let mut right = wrap(&rule.description.text(&checked.sources), RIGHT_COLUMN, WIDTH);
        right.push('\n');
        two_columns(&mut out, &rule.name, &right);
    }
    out
}

fn two_columns(out: &mut String, left: &str, right: &str) {
    // Falco pads by bytes.
    let padding = (RIGHT_COLUMN - 1).saturating_sub(left.len());
    out.push_str(left);
    out.extend(std::iter::repeat_n(' ', padding + 1));
    out.push_str(right);
    out.push('\n');
}
