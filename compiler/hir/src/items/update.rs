//! Rules that change an earlier rule: `override`, `append: true`, and `enabled` alone.

use std::sync::Arc;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::falco::{ItemType, LoadCode};
use crate::items::decode::Need;
use crate::items::overrides::Overrides;
use crate::items::rule::RuleItem;
use crate::items::{Outcome, Reader};
use crate::scope::{Change, TextValue, Update};

pub(super) const APPENDABLE: &[&str] = &["condition", "output", "desc", "tags", "exceptions"];
pub(super) const REPLACEABLE: &[&str] = &[
    "condition",
    "output",
    "desc",
    "priority",
    "capture",
    "capture_duration",
    "tags",
    "exceptions",
    "enabled",
    "warn_evttypes",
    "skip-if-unknown-filter",
];

const NO_RULE_TO_APPEND: &str =
    "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists";
const NO_RULE_TO_REPLACE: &str =
    "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists";
const ENABLED_DEPRECATED: &str = "The standalone 'enabled' key usage is deprecated. The correct approach requires also a \
                                  'replace' entry under the 'override' key (i.e. 'enabled: replace').";

impl Reader<'_, '_> {
    /// A rule with entries under `override`.
    pub(super) fn overriding_rule(&mut self, rule: &RuleItem, overrides: &Overrides) -> Outcome {
        let yaml = self.yaml.clone();
        let mut keys: Vec<&'static str> = APPENDABLE.iter().chain(REPLACEABLE).copied().collect();
        keys.retain(|key| yaml.get(rule.item, key).is_some());
        keys.sort_unstable();
        keys.dedup();
        if !overrides.append.is_empty() {
            let mut update = Update::default();
            for key in ["condition", "exceptions", "output", "desc", "tags"] {
                if overrides.appends(key) && self.expects(rule, &mut keys, key, "append")? {
                    self.read_key(rule, key, true, &mut update)?;
                }
            }
            let source = overrides.appends("condition").then_some(rule.source.as_str());
            self.append_rule(rule, source.unwrap_or(""), update)?;
        }
        if !overrides.replace.is_empty() {
            let mut update = Update::default();
            for key in [
                "condition",
                "exceptions",
                "output",
                "desc",
                "tags",
                "priority",
                "capture",
                "capture_duration",
                "enabled",
                "warn_evttypes",
                "skip-if-unknown-filter",
            ] {
                if overrides.replaces(key) && self.expects(rule, &mut keys, key, "replace")? {
                    self.read_key(rule, key, false, &mut update)?;
                }
            }
            let source = overrides.replaces("condition").then_some(rule.source.as_str());
            self.replace_rule(rule, source.unwrap_or(""), update)?;
        }
        for key in keys {
            let Some(pair) = yaml.get(rule.item, key) else { continue };
            let mut ours = Diagnostic::new(
                &codes::KEY_WITHOUT_OVERRIDE,
                self.range(pair.key),
                format!("`override` does not say what to do with `{key}`"),
            );
            if let Some(entry) = yaml.get(rule.item, "override") {
                ours = ours.secondary(self.range(entry.key), "`override` is here");
            }
            // Texts are mostly replaced, everything else is mostly added to.
            let operations = match key {
                "condition" | "exceptions" | "tags" => ["append", "replace"],
                _ => ["replace", "append"],
            };
            for operation in operations {
                let possible = operation == "replace" || APPENDABLE.contains(&key);
                if let Some(edit) = self.override_edit(rule.item, key, operation).filter(|_| possible) {
                    ours = ours.fix_all(format!("add `{key}: {operation}` to it"), vec![edit], false);
                }
            }
            let message =
                format!("Unexpected key '{key}': no corresponding entry under 'override' is defined.");
            let links = [rule.link(), (ItemType::Overrides, key, yaml.at(pair.value))];
            self.error(LoadCode::ErrYamlValidate, message, &links, ours)?;
        }
        Ok(())
    }

    /// Whether a key named under `override` is in the item, and not used up before.
    fn expects(
        &mut self,
        rule: &RuleItem,
        keys: &mut Vec<&'static str>,
        key: &str,
        operation: &str,
    ) -> Outcome<bool> {
        if let Some(at) = keys.iter().position(|known| *known == key) {
            keys.remove(at);
            return Ok(true);
        }
        let place = self.yaml.get(rule.item, "override").and_then(|pair| self.yaml.get(pair.value, key));
        let place = place.map_or_else(|| self.range(rule.name_node), |pair| self.pair_range(pair));
        let message = format!("An {operation} override for '{key}' was specified but '{key}' is not defined");
        let ours = Diagnostic::new(
            &codes::OVERRIDE_WITHOUT_KEY,
            place,
            format!("`override` names `{key}`, but the rule has no `{key}` here"),
        );
        self.error(LoadCode::ErrYamlValidate, message, &[rule.link()], ours)?;
        Ok(false)
    }

    fn read_key(&mut self, rule: &RuleItem, key: &str, append: bool, update: &mut Update) -> Outcome {
        let (item, links) = (rule.item, [rule.link()]);
        match key {
            "condition" | "output" | "desc" => {
                let value = self.scalar(item, key, Need::Required, &links)?;
                let value = value.map(|node| TextValue::of(self.scalar_id(node), self.sources));
                match key {
                    "condition" => update.condition = value,
                    "output" => update.output = value,
                    _ => update.description = value,
                }
            }
            "tags" => update.tags = Some(self.tags(item, &links)?),
            "exceptions" => update.exceptions = Some(self.exceptions(rule, append)?),
            "priority" => update.priority = self.priority(rule)?,
            "capture" => update.capture = self.boolean(item, key, Need::Required, &links)?,
            "capture_duration" => {
                update.capture_duration = self.unsigned(item, key, Need::Required, &links)?
            }
            "enabled" => update.enabled = self.boolean(item, key, Need::Required, &links)?,
            "warn_evttypes" => update.warn_evttypes = self.boolean(item, key, Need::Required, &links)?,
            _ => update.skip_if_unknown_filter = self.boolean(item, key, Need::Required, &links)?,
        }
        Ok(())
    }

    /// A rule with `append: true`.
    pub(super) fn appending_rule(&mut self, rule: &RuleItem) -> Outcome {
        let yaml = self.yaml.clone();
        let mut update = Update::default();
        if yaml.get(rule.item, "condition").is_some() {
            self.read_key(rule, "condition", true, &mut update)?;
        }
        if yaml.get(rule.item, "exceptions").is_some() {
            self.read_key(rule, "exceptions", true, &mut update)?;
        }
        self.append_rule(rule, &rule.source, update)
    }

    fn append_rule(&mut self, rule: &RuleItem, source: &str, mut update: Update) -> Outcome {
        if !self.same_source(rule, source)? {
            return Ok(());
        }
        if self.definitions.rules.get(&rule.name).is_none() {
            return self.no_rule(rule, NO_RULE_TO_APPEND);
        }
        if update == Update::default() {
            // Only with errors survived can an override bring nothing.
            if self.yaml.get(rule.item, "override").is_some() {
                return Ok(());
            }
            let ours = Diagnostic::new(
                &codes::NOTHING_TO_APPEND,
                self.range(rule.name_node),
                "an appended rule must bring a condition or exceptions",
            );
            self.unsay(&codes::DEPRECATED_APPEND);
            let message = "Appended rule must have exceptions or condition property";
            return self.error(LoadCode::ErrValidate, message, &[rule.link()], ours);
        }
        let exceptions = update.exceptions.take();
        if let Some(target) = self.definitions.rules.get_mut(&rule.name) {
            target.append(&update);
        }
        for exception in exceptions.into_iter().flatten() {
            self.append_exception(rule, exception)?;
        }
        self.definitions.changed_rule(&rule.name, Change::Append, self.range(rule.name_node));
        Ok(())
    }

    fn replace_rule(&mut self, rule: &RuleItem, source: &str, update: Update) -> Outcome {
        if !self.same_source(rule, source)? {
            return Ok(());
        }
        let Some(target) = self.definitions.rules.get_mut(&rule.name) else {
            return self.no_rule(rule, NO_RULE_TO_REPLACE);
        };
        target.replace(update);
        self.definitions.changed_rule(&rule.name, Change::Replace, self.range(rule.name_node));
        Ok(())
    }

    /// A rule with nothing but `enabled`.
    pub(super) fn enabling_rule(&mut self, rule: &RuleItem) -> Outcome {
        let enabled = self.boolean(rule.item, "enabled", Need::Required, &[rule.link()])?;
        let yaml = self.yaml.clone();
        let place = match yaml.get(rule.item, "enabled") {
            Some(pair) => self.pair_range(pair),
            None => return Ok(()),
        };
        let mut ours =
            Diagnostic::new(&codes::DEPRECATED_ENABLED, place, "`enabled` without `override` is deprecated");
        if let Some(edit) = self.enabled_edit(rule.item) {
            ours = ours.fix_all("add `override: {enabled: replace}`", vec![edit], true);
        }
        self.warn(LoadCode::DeprecatedItem, ENABLED_DEPRECATED, &[rule.link()], ours);
        let Some(target) = self.definitions.rules.get_mut(&rule.name) else {
            return self.no_rule(rule, "Rule has 'enabled' key but no rule by that name already exists");
        };
        if let Some(enabled) = enabled {
            target.enabled = enabled;
        }
        let name = self.range(rule.name_node);
        if let Some(target) = self.definitions.rules.get_mut(&rule.name) {
            target.standing.toggled(name);
        }
        Ok(())
    }

    fn no_rule(&mut self, rule: &RuleItem, message: &str) -> Outcome {
        let names: Vec<Arc<str>> = self.definitions.rules.iter().map(|rule| rule.name.clone()).collect();
        self.unknown_target(rule.link(), rule.name_node, message, &names)
    }
}
