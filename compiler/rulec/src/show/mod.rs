//! Rules in effect: what all items together make of each rule, and which file brought which part.
//!
//! In: a checked set of files and filters. Out: rules as plain data, for a table, JSON, YAML or a view.

mod full;
mod print;
mod view;
mod yaml;

pub(crate) use full::full;
pub(crate) use print::{json, table};
pub(crate) use view::View;
pub(crate) use yaml::yaml;

use catalogue::{Catalogue, Priority};
use hir::Checked;
use hir::scope::{Change, Exception, Rule, TextValue};
use rustc_hash::FxHashSet;
use syntax::span::FileRange;

use crate::alerts::PriorityChoice;
use crate::files::Sources;
use crate::glob::glob;

/// A file and a line, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A part of a text, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) place: Place,
}

/// A rule in effect.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) enabled: bool,
    pub(crate) priority: Priority,
    pub(crate) source: String,
    pub(crate) tags: Vec<String>,
    /// What each item did, in load order.
    pub(crate) layers: Vec<(Change, Place)>,
    /// The condition as the items brought it.
    pub(crate) condition: Vec<Part>,
    /// The output in the same way.
    pub(crate) output: Vec<Part>,
    pub(crate) exceptions: Vec<Exception>,
    /// Condition and output as they are run: macros, lists and exceptions expanded; nothing if the rule is not compiled.
    pub(crate) compiled: Option<(String, String)>,
    /// Events that can match; as above.
    pub(crate) events: Vec<String>,
    pub(crate) capture: bool,
    pub(crate) capture_duration: u32,
    pub(crate) warn_evttypes: bool,
    pub(crate) skip_if_unknown_filter: bool,
}

impl Shown {
    /// The parts of a text, joined as Falco joins them.
    pub(crate) fn joined(parts: &[Part]) -> String {
        parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// What an item did, as a word.
pub(crate) fn word(change: Change) -> &'static str {
    match change {
        Change::Define => "define",
        Change::Append => "append",
        Change::Replace => "replace",
        Change::Enable => "enable",
    }
}

/// Which rules are shown. Everything given must fit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) names: Vec<String>,
    pub(crate) priority: Option<PriorityChoice>,
    pub(crate) tags: Vec<String>,
    pub(crate) source: Option<String>,
    pub(crate) enabled: Option<bool>,
    pub(crate) overridden: bool,
}

impl Filter {
    fn fits(&self, rule: &Rule, enabled: bool) -> bool {
        let any = |patterns: &[String], text: &str| patterns.iter().any(|pattern| glob(pattern, text));
        (self.names.is_empty() || any(&self.names, &rule.name))
            && (self.tags.is_empty() || rule.tags.iter().any(|tag| any(&self.tags, tag)))
            && self.priority.is_none_or(|bound| bound.fits(rule.priority))
            && self.source.as_deref().is_none_or(|source| *rule.source == *source)
            && self.enabled.is_none_or(|wanted| wanted == enabled)
            && (!self.overridden || rule.standing.layers.len() > 1)
    }
}

/// The rules that fit, in load order.
pub(crate) fn rules(
    checked: &Checked,
    sources: &Sources,
    options: &hir::Options,
    filter: &Filter,
) -> Vec<Shown> {
    let enabled: FxHashSet<usize> =
        hir::select::enabled_rules(&checked.definitions, &checked.compiled, options).into_iter().collect();
    let rules = checked.definitions.rules.iter().enumerate();
    rules
        .filter(|(at, rule)| filter.fits(rule, enabled.contains(at)))
        .map(|(at, rule)| one(checked, sources, &options.catalogue, rule, enabled.contains(&at)))
        .collect()
}

fn one(checked: &Checked, sources: &Sources, catalogue: &Catalogue, rule: &Rule, enabled: bool) -> Shown {
    let place = |range: FileRange| Place {
        file: sources.name(range.file).to_string(),
        line: sources.position(range.file, range.span.start).line,
    };
    let parts = |value: &TextValue| -> Vec<Part> {
        let parts = value.parts(&checked.sources);
        parts.map(|(text, range)| Part { text: text.trim_end().to_string(), place: place(range) }).collect()
    };
    let described = checked.describe_rule(&rule.name, catalogue);
    Shown {
        name: rule.name.to_string(),
        description: rule.description.text(&checked.sources).trim().to_string(),
        enabled,
        priority: rule.priority,
        source: rule.source.to_string(),
        tags: rule.tags.iter().map(ToString::to_string).collect(),
        layers: rule.standing.layers.iter().map(|layer| (layer.change, place(layer.name))).collect(),
        condition: parts(&rule.condition),
        output: parts(&rule.output),
        exceptions: rule.exceptions.clone(),
        events: described.as_ref().map(|all| all.events.iter().cloned().collect()).unwrap_or_default(),
        compiled: described.map(|all| (all.condition_compiled, all.output_compiled)),
        capture: rule.capture,
        capture_duration: rule.capture_duration,
        warn_evttypes: rule.warn_evttypes,
        skip_if_unknown_filter: rule.skip_if_unknown_filter,
    }
}
