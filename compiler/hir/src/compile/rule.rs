//! Rules: exceptions, output, condition (language.md 6.1 step 4).

use std::sync::Arc;

use syntax::span::Span;

use crate::check::output::OutputPart;
use crate::codes;
use crate::compile::assemble::AssemblyError;
use crate::compile::cache::{Unit, UnitId};
use crate::compile::{CompiledRule, Compiler};
use crate::diagnostic::Diagnostic;
use crate::falco::{Context, ItemType, LoadCode};
use crate::finding::Finding;
use crate::scope::{Entry, Rule};
use crate::text::{Scalars, Traced};

/// What compiling a rule gave, kept as long as nothing that went in changes.
#[derive(Clone)]
pub(crate) struct RuleOutcome {
    inputs: Inputs,
    findings: Vec<Finding>,
    compiled: Option<Arc<CompiledRule>>,
    /// Whether the condition was looked at, so that its lists count as used.
    looked: bool,
    /// Macros named directly, when all are defined.
    used: Vec<usize>,
    settings: Settings,
}

impl RuleOutcome {
    /// Whether there is something to be used again.
    pub(super) fn compiles(&self) -> bool {
        self.compiled.is_some()
    }

    /// The parts of an output, if the rule had it.
    pub(super) fn output_parts(&self, text: &Traced, source: &str) -> Option<Arc<Vec<OutputPart>>> {
        let compiled = self.compiled.as_ref()?;
        (compiled.output.as_str() == text.as_str() && *self.settings.source == *source)
            .then(|| compiled.parts.clone())
    }
}

/// What a rule says besides its texts and changes what is found in them.
#[derive(Clone, PartialEq, Eq)]
struct Settings {
    source: Arc<str>,
    warn_evttypes: bool,
    skip_if_unknown_filter: bool,
}

impl Settings {
    fn of(rule: &Rule) -> Settings {
        Settings {
            source: rule.source.clone(),
            warn_evttypes: rule.warn_evttypes,
            skip_if_unknown_filter: rule.skip_if_unknown_filter,
        }
    }
}

/// What a rule's outcome depends on, besides catalogue and configuration.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Inputs {
    version: u32,
    unit: Option<UnitId>,
    /// See [`Compiler::stamp_of`].
    stamp: u64,
}

/// A rule on its way through the checks.
pub(super) struct RuleText<'r> {
    pub(super) rule: &'r Rule,
    /// With exceptions and lists.
    pub(super) text: &'r Traced,
    pub(super) unit: &'r Arc<Unit>,
}

impl Compiler<'_, '_> {
    pub(super) fn rules(&mut self) {
        let definitions = self.definitions;
        for rule in definitions.rules.iter() {
            let compiled = if rule.unknown_source { None } else { self.rule(rule) };
            self.compiled.rules.push(compiled);
        }
    }

    fn rule(&mut self, rule: &Rule) -> Option<Arc<CompiledRule>> {
        let first = self.findings.len();
        let text = match self.assemble(rule) {
            Ok(text) => text,
            Err(error) => {
                let finding = self.assembly_error(rule, &error);
                self.findings.push(finding);
                // Go on without exceptions: the rest may have problems too.
                rule.condition.traced(self.sources)
            }
        };
        let (text, lists) = self.substituted(text);
        let unit = (!rule.condition.is_missing()).then(|| self.cache.unit(text.as_str()));
        let inputs = Inputs {
            version: rule.standing.version,
            unit: unit.as_deref().map(|unit| unit.id),
            stamp: unit.as_deref().map_or(0, |unit| self.stamp_of(unit)),
        };
        if let Some(known) = self.cache.rules.get(&rule.name).filter(|known| known.inputs == inputs) {
            let known = known.clone();
            self.findings.truncate(first);
            self.findings.extend(known.findings);
            self.mark(if known.looked { &lists } else { &[] }, &known.used);
            return known.compiled;
        }
        let complained = self.findings.len() > first;
        if let Some(known) = self.earlier(rule, &text, &inputs).filter(|_| !complained) {
            let known = RuleOutcome { inputs, ..known.clone() };
            self.mark(&lists, &known.used);
            let compiled = known.compiled.clone();
            self.cache.rules.insert(rule.name.clone(), known);
            return compiled;
        }

        let fields = self.environment.fields(&rule.source);
        let mut output = None;
        if !rule.output.is_missing() {
            let mut checked = self.output(rule, &fields);
            self.findings.append(&mut checked.findings);
            output = Some(checked);
        }
        // A rule dropped for its output has not looked at its condition.
        let looked = !output.as_ref().is_some_and(|output| output.skipped);
        let mut used = Vec::new();
        let mut body = None;
        if let Some(unit) = unit.as_ref().filter(|_| looked) {
            body = self.condition(&RuleText { rule, text: &text, unit }, &fields, &mut used);
        }
        self.mark(if looked { &lists } else { &[] }, &used);
        let failed = self.findings[first..].iter().any(Finding::is_error);
        let compiled = match (body, output, unit) {
            (Some((checked, reach)), Some(output), Some(unit)) if !failed => Some(Arc::new(CompiledRule {
                text,
                unit,
                checked,
                reach,
                output: output.text,
                parts: output.parts,
                extra_fields: output.extra_fields,
            })),
            _ => None,
        };
        if self.more_follow || self.cache.keeps {
            let findings = self.findings[first..].to_vec();
            let settings = Settings::of(rule);
            let outcome =
                RuleOutcome { inputs, findings, compiled: compiled.clone(), looked, used, settings };
            self.cache.rules.insert(rule.name.clone(), outcome);
        }
        compiled
    }

    /// What an earlier run gave without having anything to say, when every byte of the rule's texts comes from where it came from then and nothing below
    /// them has changed.
    fn earlier(&self, rule: &Rule, text: &Arc<Traced>, inputs: &Inputs) -> Option<&RuleOutcome> {
        let known = self.cache.earlier.get(&rule.name)?;
        let compiled = known.compiled.as_ref()?;
        // What the configuration adds to outputs can depend on whatever a rule says.
        let same = self.append_output.is_empty()
            && known.findings.is_empty()
            && known.inputs.unit == inputs.unit
            && known.inputs.stamp == inputs.stamp
            && known.settings == Settings::of(rule)
            && compiled.text == *text
            && compiled.output == rule.output.traced(self.sources);
        same.then_some(known)
    }

    /// Falco's location chain of a rule.
    pub(super) fn rule_context(&self, rule: &Rule) -> Context {
        self.sources.context(rule.item.tree, &[(ItemType::Rule, &rule.name, rule.item.at)])
    }

    /// Falco's location chain of a rule's output.
    pub(super) fn output_context(&self, rule: &Rule) -> Context {
        let own = (ItemType::RuleOutput, "", rule.output_at);
        self.sources.context(rule.item.tree, &[(ItemType::Rule, &rule.name, rule.item.at), own])
    }

    /// Falco's location chain of a rule's condition.
    pub(super) fn condition_context(&self, rule: &Rule) -> Context {
        let own = (ItemType::RuleCondition, "", rule.condition_at);
        self.sources.context(rule.item.tree, &[(ItemType::Rule, &rule.name, rule.item.at), own])
    }

    /// The condition with exceptions before lists are put in, which Falco quotes.
    pub(super) fn unsubstituted(&self, rule: &Rule) -> Arc<str> {
        let text = self.assemble(rule).unwrap_or_else(|_| rule.condition.traced(self.sources));
        text.as_str().into()
    }

    /// Marks lists and macros as used.
    pub(super) fn mark(&mut self, lists: &[usize], macros: &[usize]) {
        for &index in lists {
            if let Some(list) = self.compiled.lists.get_mut(index) {
                list.used = true;
            }
        }
        for &index in macros {
            if let Some(one) = self.compiled.macros.get_mut(index) {
                one.used = true;
            }
        }
    }

    fn assembly_error(&self, rule: &Rule, error: &AssemblyError<'_>) -> Finding {
        let exception = error.exception;
        let name = &exception.name;
        let links =
            [(ItemType::Rule, &*rule.name, exception.item_at), (ItemType::Exception, &**name, exception.at)];
        let context = self.sources.context(exception.tree, &links);
        let mut entry = error.row;
        while let Some(Entry::Many(items)) = entry {
            entry = items.first();
        }
        let range = entry.and_then(Entry::scalar).map_or(exception.name_range, |scalar| {
            let len = self.sources.scalar_text(scalar).len() as u32;
            Scalars::range(self.sources, scalar, Span::new(0, len))
        });
        let (code, ours) = match error.row {
            Some(row) if exception.fields.is_list() => {
                let (fields, values) = (exception.fields.items().len(), row.items().len());
                let values = if values == 1 { "1 value".to_owned() } else { format!("{values} values") };
                let ours = format!("this row of exception `{name}` has {values} for {fields} fields");
                (&codes::EXCEPTION_LENGTH, ours)
            }
            Some(_) => (
                &codes::EXCEPTION_SHAPE,
                format!("exception `{name}` has one field, so its values are no rows"),
            ),
            None => {
                (&codes::EXCEPTION_LENGTH, format!("exception `{name}` needs an operator for each field"))
            }
        };
        Finding::new(LoadCode::ErrValidate, error.message, context, Diagnostic::new(code, range, ours))
    }
}
