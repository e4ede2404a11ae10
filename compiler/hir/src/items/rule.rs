//! Rules: which form an item has, and full definitions.

use std::sync::Arc;

use catalogue::{PRIORITIES, Priority, suggest};
use syntax::yaml::YamlId;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::falco::{ItemType, LoadCode};
use crate::items::decode::Need;
use crate::items::update::{APPENDABLE, REPLACEABLE};
use crate::items::{Outcome, RULE_KEYS, Reader};
use crate::scope::{ItemAt, Rule, Standing, TextValue};
use crate::source::Link;

/// The parts of a rule item that every form has.
pub(super) struct RuleItem {
    pub(super) item: YamlId,
    pub(super) at: u32,
    pub(super) name_node: YamlId,
    pub(super) name: Arc<str>,
    /// The item's source, empty when it has none.
    pub(super) source: String,
}

impl RuleItem {
    pub(super) fn link(&self) -> Link<'_> {
        (ItemType::Rule, &self.name, self.at)
    }
}

impl Reader<'_, '_> {
    pub(super) fn rule(&mut self, item: YamlId) -> Outcome {
        let yaml = self.yaml.clone();
        let at = yaml.at(item);
        let Some(name_node) = self.scalar(item, "rule", Need::Required, &[(ItemType::Rule, "", at)])? else {
            return Ok(());
        };
        let name: Arc<str> = yaml.text(name_node).unwrap_or("").into();
        let mut rule = RuleItem { item, at, name_node, name, source: String::new() };
        let source = self.scalar(item, "source", Need::MayBeEmpty, &[rule.link()])?;
        rule.source = source.and_then(|node| yaml.text(node)).unwrap_or("").to_owned();
        let append = self.append_flag(item, &["condition", "exceptions"], rule.link())?;
        let overrides = self.overrides(item, APPENDABLE, REPLACEABLE, rule.link())?;
        if append && !overrides.is_empty() {
            self.override_and_append(item, rule.link())?;
        }
        let full =
            ["condition", "output", "desc", "priority"].iter().any(|key| yaml.get(item, key).is_some());
        let meant_as_update =
            yaml.get(item, "override").is_some_and(|pair| !yaml.pairs(pair.value).is_empty());
        if !overrides.is_empty() {
            self.overriding_rule(&rule, &overrides)?;
        } else if meant_as_update {
            // Every entry was wrong, and that has been said.
        } else if append {
            self.appending_rule(&rule)?;
        } else if full {
            self.full_rule(&rule)?;
        } else {
            self.enabling_rule(&rule)?;
        }
        self.unknown_keys(item, RULE_KEYS, rule.link());
        Ok(())
    }

    fn full_rule(&mut self, rule: &RuleItem) -> Outcome {
        let yaml = self.yaml.clone();
        let (item, links) = (rule.item, [rule.link()]);
        let condition = self.scalar(item, "condition", Need::Required, &links)?;
        let output = self.scalar(item, "output", Need::Required, &links)?;
        let description = self.scalar(item, "desc", Need::Required, &links)?;
        let priority = self.priority(rule)?;
        let source = self.scalar(item, "source", Need::Optional, &links)?;
        let enabled = self.boolean(item, "enabled", Need::Optional, &links)?.unwrap_or(true);
        let capture = self.boolean(item, "capture", Need::Optional, &links)?.unwrap_or(false);
        let capture_duration = self.unsigned(item, "capture_duration", Need::Optional, &links)?.unwrap_or(0);
        let warn_evttypes = self.boolean(item, "warn_evttypes", Need::Optional, &links)?.unwrap_or(true);
        let skip = self.boolean(item, "skip-if-unknown-filter", Need::Optional, &links)?.unwrap_or(false);
        let tags = self.tags(item, &links)?;
        let mut exceptions = self.exceptions(rule, false)?;

        let source_name: Arc<str> = source.and_then(|node| yaml.text(node)).unwrap_or("syscall").into();
        if !self.same_source(rule, &source_name)? {
            return Ok(());
        }
        let unknown_source = !self.environment.has_source(&source_name);
        if unknown_source {
            self.unknown_source(rule, source.unwrap_or(rule.name_node), &source_name);
        }
        let mut checked = Vec::with_capacity(exceptions.len());
        for mut exception in exceptions.drain(..) {
            if self.defined_exception(&mut exception, rule, (!unknown_source).then_some(&*source_name))? {
                checked.push(exception);
            }
        }
        let name_range = self.range(rule.name_node);
        let text = |node: Option<YamlId>| node.map(|node| TextValue::of(self.scalar_id(node), self.sources));
        self.definitions.define_rule(Rule {
            name: rule.name.clone(),
            condition: text(condition).unwrap_or_default(),
            output: output
                .map(|node| TextValue::trimmed(self.scalar_id(node), self.sources))
                .unwrap_or_default(),
            description: text(description).unwrap_or_default(),
            source: source_name,
            unknown_source,
            priority: priority.unwrap_or(Priority::Debug),
            tags,
            exceptions: checked,
            enabled,
            capture,
            capture_duration,
            warn_evttypes,
            skip_if_unknown_filter: skip,
            condition_at: condition.map_or(rule.at, |node| yaml.at(node)),
            output_at: output.map_or(rule.at, |node| yaml.at(node)),
            item: ItemAt { tree: self.tree, at: rule.at, name: name_range },
            standing: Standing::new(name_range),
        });
        Ok(())
    }

    pub(super) fn priority(&mut self, rule: &RuleItem) -> Outcome<Option<Priority>> {
        let Some(node) = self.scalar(rule.item, "priority", Need::Required, &[rule.link()])? else {
            return Ok(None);
        };
        let yaml = self.yaml.clone();
        let text = yaml.text(node).unwrap_or("");
        if let Some(priority) = Priority::parse(text) {
            return Ok(Some(priority));
        }
        let range = self.range(node);
        let names: Vec<String> =
            PRIORITIES.iter().map(|priority| priority.as_str().to_ascii_uppercase()).collect();
        let synonym = match text.to_ascii_lowercase().as_str() {
            "warn" => Some("WARNING"),
            "err" => Some("ERROR"),
            "crit" => Some("CRITICAL"),
            "emerg" => Some("EMERGENCY"),
            _ => None,
        };
        let near = suggest::nearest(text, names.iter().map(String::as_str));
        let near = synonym.into_iter().chain(near.into_iter().filter(|name| Some(*name) != synonym));
        let ours = Diagnostic::new(&codes::INVALID_PRIORITY, range, format!("there is no priority `{text}`"))
            .note(format!("priorities are {}", names.join(", ")))
            .suggest(range, near);
        let links = [rule.link(), (ItemType::RulePriority, "", yaml.at(node))];
        self.error(LoadCode::ErrYamlValidate, "Invalid priority", &links, ours)?;
        Ok(None)
    }

    /// A rule keeps its source; an empty one says nothing. Whether that is so.
    pub(super) fn same_source(&mut self, rule: &RuleItem, source: &str) -> Outcome<bool> {
        let Some(old) = self.definitions.rules.get(&rule.name) else { return Ok(true) };
        if source.is_empty() || *old.source == *source {
            return Ok(true);
        }
        let (first, old_source) = (old.item.name, old.source.clone());
        let place = self.yaml.get(rule.item, "source").map_or(rule.name_node, |pair| pair.value);
        let ours = Diagnostic::new(
            &codes::SOURCE_CHANGED,
            self.range(place),
            format!("rule `{}` has the source `{old_source}` and cannot get `{source}`", rule.name),
        )
        .secondary(first, "first defined here");
        self.error(
            LoadCode::ErrValidate,
            "Rule has been re-defined with a different source",
            &[rule.link()],
            ours,
        )?;
        Ok(false)
    }

    fn unknown_source(&mut self, rule: &RuleItem, place: YamlId, source: &str) {
        let range = self.range(place);
        let near = suggest::nearest(source, self.environment.sources());
        let mut ours = Diagnostic::new(
            &codes::UNKNOWN_SOURCE,
            range,
            format!("nothing that is loaded provides the event source `{source}`"),
        )
        .note("the rule is not checked and will not be evaluated");
        let provider = catalogue::known_plugins().find(|class| class.source == Some(source));
        if let Some(plugin) = provider {
            ours = ours.note(format!("the plugin `{}` provides it", plugin.name));
        } else {
            ours = ours.suggest(range, near);
        }
        let message = format!("Unknown source {source}, skipping");
        self.warn(LoadCode::UnknownSource, message, &[rule.link()], ours);
    }
}
