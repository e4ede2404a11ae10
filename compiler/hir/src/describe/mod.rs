//! What rules, macros and lists are after loading: the data behind Falco's `-L` and `-l` (language.md 12).

mod mentions;

use std::collections::{BTreeMap, BTreeSet};

use catalogue::{Catalogue, EventCode, SYSCALL_SOURCE};
use ir::EventSet;
use syntax::ast::NodeId;
use syntax::condition::{ParseOptions, parse, print, print_expanded};

use crate::check::output::OutputPart;
use crate::check::{CodeSet, Reach, SyscallCodes, reach};
use crate::compile::{CompiledRule, Unit};
use crate::load::Checked;
use crate::scope::{Entry, Macro, Rule};

pub use mentions::{Expansion, Mentions, expand, mentions};

/// Longest compiled condition that is printed, in bytes; macros that use macros twice grow without bound.
pub(crate) const LONGEST: usize = 1 << 24;

/// A described rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedRule {
    /// The condition with macros, lists and exceptions expanded, in canonical text.
    pub condition_compiled: String,
    /// Mentions of the expanded condition (fields, operators) and of the raw one (macros, lists).
    pub mentions: Mentions,
    /// Names of the events that it can match.
    pub events: BTreeSet<String>,
    /// Names of its exceptions.
    pub exception_names: Vec<String>,
    /// Operators of its exceptions.
    pub exception_operators: BTreeSet<String>,
    /// Fields of its exceptions that have values.
    pub exception_fields: BTreeSet<String>,
    /// The output with what is appended.
    pub output_compiled: String,
    /// Extra formats, then fields and transformers of the output in order.
    pub output_fields: Vec<String>,
    /// Extra formatted fields: key and format.
    pub extra_fields: BTreeMap<String, String>,
    /// Plugins that it needs.
    pub plugins: BTreeSet<String>,
}

/// A described macro.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedMacro {
    /// Whether anything refers to it.
    pub used: bool,
    /// The condition with macros and lists expanded.
    pub condition_compiled: String,
    /// As for rules.
    pub mentions: Mentions,
    /// Names of the events that can satisfy it.
    pub events: BTreeSet<String>,
}

/// A described list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedList {
    /// Whether anything refers to it.
    pub used: bool,
    /// Items that are no references to other lists.
    pub items: Vec<String>,
    /// Items after references are replaced.
    pub items_compiled: Vec<String>,
    /// The lists referred to.
    pub lists: Vec<String>,
}

impl Checked {
    /// Describes a rule; `None` when it was not loaded.
    pub fn describe_rule(&self, name: &str, catalogue: &Catalogue) -> Option<DescribedRule> {
        let at = self.definitions.rules.position(name)?;
        let rule = self.definitions.rules.at(at)?;
        let compiled = self.compiled.rules.get(at)?.as_deref()?;
        let mut mentions = self.raw_mentions(&rule.condition.text(&self.sources));
        let expanded = self.expanded_mentions(&compiled.unit);
        mentions.fields = expanded.fields;
        mentions.operators = expanded.operators;
        mentions.event_names = expanded.event_names;
        let events = self.events(rule, compiled, catalogue);
        let plugins = plugins(rule, compiled, &mentions, catalogue);
        let mut output_fields: Vec<String> =
            compiled.extra_fields.iter().map(|extra| extra.format.clone()).collect();
        for part in compiled.parts.iter() {
            output_fields.extend(part.named().into_iter().map(|value| value.name));
        }
        let flat = |entry: &Entry| -> Vec<String> {
            match entry {
                Entry::One(atom) => vec![atom.text.to_string()],
                Entry::Many(items) => items.iter().map(|item| item.text().to_owned()).collect(),
            }
        };
        let with_values = rule.exceptions.iter().filter(|exception| !exception.values.is_empty());
        Some(DescribedRule {
            condition_compiled: self.expanded(&compiled.unit),
            mentions,
            events,
            exception_names: rule.exceptions.iter().map(|exception| exception.name.to_string()).collect(),
            exception_operators: rule
                .exceptions
                .iter()
                .flat_map(|exception| flat(&exception.comps))
                .collect(),
            exception_fields: with_values.flat_map(|exception| flat(&exception.fields)).collect(),
            output_compiled: compiled.output.as_str().to_owned(),
            output_fields,
            extra_fields: compiled
                .extra_fields
                .iter()
                .filter(|extra| !extra.raw)
                .map(|extra| (extra.key.clone(), extra.format.clone()))
                .collect(),
            plugins,
        })
    }

    /// Describes a macro; `None` when there is none of the name or it does not parse.
    pub fn describe_macro(&self, name: &str, catalogue: &Catalogue) -> Option<DescribedMacro> {
        let at = self.definitions.macros.position(name)?;
        let definition: &Macro = self.definitions.macros.at(at)?;
        let compiled = self.compiled.macros.get(at)?;
        let unit = compiled.unit.as_deref()?;
        let mut mentions = self.raw_mentions(&definition.condition.text(&self.sources));
        let expanded = self.expanded_mentions(unit);
        mentions.fields = expanded.fields;
        mentions.operators = expanded.operators;
        Some(DescribedMacro {
            used: compiled.used,
            condition_compiled: self.expanded(unit),
            mentions,
            events: names(&self.reach_of::<EventSet>(unit, catalogue).holds),
        })
    }

    /// Describes a list.
    pub fn describe_list(&self, name: &str) -> Option<DescribedList> {
        let at = self.definitions.lists.position(name)?;
        let list = self.definitions.lists.at(at)?;
        let compiled = self.compiled.lists.get(at)?;
        let text = |item: &crate::text::ScalarId| self.sources.scalar_text(*item).to_owned();
        let is_reference = |item: &String| {
            let inner = self.definitions.lists.get(item);
            inner.is_some_and(|inner| inner.standing.index < list.standing.visibility)
        };
        let (lists, items) = list.items.iter().map(text).partition(is_reference);
        Some(DescribedList {
            used: compiled.used,
            items,
            items_compiled: compiled.items.iter().map(text).collect(),
            lists,
        })
    }

    /// Names of the system calls that rules of the syscall source need, by position in the definitions; those with
    /// events of their own, and tracepoints, go by the name of the event.
    pub fn rule_syscalls(&self, rules: &[usize], catalogue: &Catalogue) -> BTreeSet<&'static str> {
        let mut found = BTreeSet::new();
        for compiled in self.syscall_rules(rules) {
            let set = self.reach_of::<SyscallCodes>(&compiled.unit, catalogue).holds;
            found.extend(set.iter().filter_map(|code| code.get()).map(|call| match call.exit.get() {
                Some(event) if !call.exit.is_generic() => event.name,
                _ => call.name,
            }));
        }
        found
    }

    /// Names of the events that rules of the syscall source can match, by position in the definitions.
    pub fn rule_event_names(&self, rules: &[usize]) -> BTreeSet<String> {
        self.syscall_rules(rules).flat_map(|compiled| names(&compiled.reach.holds)).collect()
    }

    fn syscall_rules<'r>(&'r self, rules: &'r [usize]) -> impl Iterator<Item = &'r CompiledRule> {
        rules.iter().filter_map(|&at| {
            let syscall = self.definitions.rules.at(at).is_some_and(|rule| *rule.source == *SYSCALL_SOURCE);
            self.compiled.rules.get(at)?.as_deref().filter(|_| syscall)
        })
    }

    fn macro_unit(&self, name: &str) -> Option<&Unit> {
        let at = self.definitions.macros.position(name)?;
        self.compiled.macros.get(at)?.unit.as_deref()
    }

    /// A condition in canonical text with macros expanded; a remark in place of one that would be too long.
    pub fn expanded(&self, unit: &Unit) -> String {
        let expand = |name: &str| {
            let one = self.definitions.macros.position(name).and_then(|at| self.compiled.macros.get(at))?;
            let unit = one.unit.as_deref().filter(|_| !one.broken)?;
            Some((&unit.ast, unit.ast.root()))
        };
        print_expanded(&unit.ast, unit.ast.root(), &expand, LONGEST)
            .unwrap_or_else(|| print(&unit.ast, unit.ast.root()))
    }

    /// Macros and lists that a raw condition names. Conditions that parse only after substitution name none.
    fn raw_mentions(&self, text: &str) -> Mentions {
        let ast = parse(text, ParseOptions::DESCRIBE);
        if !ast.is_ok() {
            return Mentions::default();
        }
        let is_macro = |name: &str| self.definitions.macros.position(name).is_some();
        mentions(&ast.tree, is_macro, |name| self.definitions.lists.position(name).is_some())
    }

    /// What a condition mentions with the macros below it.
    fn expanded_mentions(&self, unit: &Unit) -> Mentions {
        let mut found = mentions(&unit.ast, |_| true, |_| false);
        let mut open: Vec<String> = found.macros.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let Some(unit) = self.macro_unit(&name) else { continue };
            let inner = mentions(&unit.ast, |_| true, |_| false);
            open.extend(inner.macros.difference(&found.macros).cloned());
            found.macros.extend(inner.macros);
            found.fields.extend(inner.fields);
            found.operators.extend(inner.operators);
            found.event_names.extend(inner.event_names);
        }
        found
    }

    /// What can satisfy a condition, macros included.
    pub fn reach_of<S: CodeSet>(&self, unit: &Unit, catalogue: &Catalogue) -> Reach<S> {
        let mut known: BTreeMap<&str, Reach<S>> = BTreeMap::new();
        let mut entered: BTreeSet<&str> = BTreeSet::new();
        let mut stack: Vec<(Option<&str>, &Unit, bool)> = vec![(None, unit, false)];
        while let Some((name, unit, ready)) = stack.pop() {
            if !ready {
                if name.is_some_and(|name| !entered.insert(name)) {
                    continue;
                }
                stack.push((name, unit, true));
                for &node in &unit.identifiers {
                    let at = self.definitions.macros.position(unit.name(node));
                    let Some(definition) = at.and_then(|at| self.definitions.macros.at(at)) else { continue };
                    if let Some(inner) = self.macro_unit(&definition.name)
                        && !entered.contains(&*definition.name)
                    {
                        stack.push((Some(&definition.name), inner, false));
                    }
                }
                continue;
            }
            let of_macro = |node: NodeId| known.get(unit.name(node)).copied().unwrap_or_else(Reach::neutral);
            let found = reach(&unit.ast, catalogue, of_macro);
            match name {
                Some(name) => known.insert(name, found),
                None => return found,
            };
        }
        Reach::neutral()
    }

    fn events(&self, rule: &Rule, compiled: &CompiledRule, catalogue: &Catalogue) -> BTreeSet<String> {
        if *rule.source != *SYSCALL_SOURCE {
            return ["asyncevent", "pluginevent"].map(str::to_owned).into();
        }
        let mut found = names(&compiled.reach.holds);
        let calls = self.reach_of::<SyscallCodes>(&compiled.unit, catalogue).holds;
        found.extend(calls.iter().filter_map(|code| code.name()).map(str::to_owned));
        found.insert("asyncevent".to_owned());
        found
    }
}

fn names(events: &EventSet) -> BTreeSet<String> {
    events.iter().filter_map(EventCode::get).map(|event| event.name.to_owned()).collect()
}

fn plugins(
    rule: &Rule,
    compiled: &CompiledRule,
    mentions: &Mentions,
    catalogue: &Catalogue,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for field in catalogue.fields(&rule.source) {
        let Some(plugin) = field.plugin else { continue };
        let is_mentioned = |text: &str| {
            text == field.name || text.strip_prefix(field.name).is_some_and(|rest| rest.starts_with('['))
        };
        let printed = compiled.parts.iter().any(|part| match part {
            part @ OutputPart::Value { .. } => part.named().iter().any(|value| is_mentioned(&value.name)),
            OutputPart::Text(_) => false,
        });
        if printed || mentions.fields.iter().any(|text| is_mentioned(text)) {
            found.insert(plugin.to_owned());
        }
    }
    for class in catalogue::known_plugins() {
        let provides = class.plugin_id.is_some() && class.source == Some(&*rule.source);
        let emits = class.async_events.iter().any(|event| mentions.event_names.contains(*event));
        if (provides || emits)
            && let Some(plugin) = class.plugin.filter(|plugin| catalogue.has_plugin(plugin))
        {
            found.insert(plugin.to_owned());
        }
    }
    found
}
