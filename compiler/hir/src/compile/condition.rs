//! Conditions of rules: names, checks and warnings, with those of the macros in them.

use std::sync::Arc;

use ir::EventSet;
use rustc_hash::FxHashMap;
use syntax::ast::NodeId;
use syntax::span::Position;

use crate::check::{CheckedUnit, Fault, Fields, LiteralWarning, Reach, Step};
use crate::codes;
use crate::compile::cache::Unit;
use crate::compile::facts::has_noise;
use crate::compile::macros::Unresolved;
use crate::compile::output::is_unknown;
use crate::compile::report::{with_layers, with_lists};
use crate::compile::rule::RuleText;
use crate::compile::{Compiled, Compiler};
use crate::diagnostic::Diagnostic;
use crate::falco::{Context, DeprecatedField, LoadCode};
use crate::finding::Finding;
use crate::scope::Rule;
use crate::text::{Place, Traced};

/// A text with its parsed and checked form: that of the rule or of a macro in it.
struct Part<'c> {
    /// The macro; `None` for the rule itself.
    index: Option<usize>,
    text: &'c Traced,
    unit: Arc<Unit>,
    checked: Arc<CheckedUnit>,
}

/// A location chain and the text that places in a condition are quoted from.
struct Quoted {
    context: Context,
    text: Arc<str>,
}

impl Quoted {
    fn at(&self, position: Position) -> Context {
        self.context.clone().in_condition(&self.text, position)
    }
}

/// Macros are looked into at most this often for one rule: macros that use macros twice double the work at each step.
const MOST_VISITS: usize = 20_000;

/// Falco warns of more event types than this.
const MANY_EVENT_TYPES: usize = 100;

impl Compiler<'_, '_> {
    /// Parses, resolves and checks a condition; `None` unless it is whole.
    pub(super) fn condition(
        &mut self,
        text: &RuleText<'_>,
        fields: &Fields<'_>,
        used: &mut Vec<usize>,
    ) -> Option<(Arc<CheckedUnit>, Reach<EventSet>)> {
        let (rule, unit) = (text.rule, text.unit);
        if !unit.is_ok() {
            let context = self.condition_context(rule);
            self.syntax_error(text.text, unit, context, &rule.standing, &rule.source);
            self.before_syntax_error(text.text, unit, Some(fields));
            return None;
        }
        let unknown = self.unknown_names(unit);
        self.unknown_macros(text, &unknown);
        if unknown.is_empty() {
            used.extend(self.named(unit));
        }
        let broken = used.iter().any(|&at| self.compiled.macros.get(at).is_none_or(|one| one.broken));
        self.learn_noise(&rule.source, fields);
        let checked = self.cache.checked(unit, &rule.source, fields);
        let noisy = has_noise(&checked) || self.named(unit).any(|index| self.is_noisy(&rule.source, index));
        let failed = noisy && self.report_checks(text, &checked, fields);
        if failed || broken || !unknown.is_empty() {
            return None;
        }
        let reach = self.reach_of(unit);
        self.many_event_types(rule, reach.holds.len());
        Some((checked, reach))
    }

    /// Reports what the checks of a condition and of the macros below it found; whether the rule does not compile.
    fn report_checks(
        &mut self,
        text: &RuleText<'_>,
        checked: &Arc<CheckedUnit>,
        fields: &Fields<'_>,
    ) -> bool {
        let quoted =
            Quoted { context: self.condition_context(text.rule), text: self.unsubstituted(text.rule) };
        let compiled = std::mem::take(&mut self.compiled);
        let parts = self.parts(text, checked, &compiled, fields);
        let mut found = self.condition_warnings(&parts, &quoted);
        let (mut steps, failed) = self.steps(&parts, &quoted, text.rule);
        found.append(&mut steps);
        drop(parts);
        self.compiled = compiled;
        self.findings.append(&mut found);
        failed
    }

    fn many_event_types(&mut self, rule: &Rule, count: usize) {
        if *rule.source != *catalogue::SYSCALL_SOURCE || count <= MANY_EVENT_TYPES || !rule.warn_evttypes {
            return;
        }
        let ours = format!("rule `{}` can match {count} event types and is evaluated for each", rule.name);
        let ours = Diagnostic::new(&codes::TOO_MANY_EVENT_TYPES, rule.item.name, ours)
            .note("add a check such as `evt.type in (…)` that every match must satisfy");
        let message = "Rule matches too many evt.type values. This has a significant performance penalty.";
        let context = self.rule_context(rule);
        self.findings.push(Finding::new(LoadCode::NoEvttype, message, context, ours));
    }

    fn unknown_names(&self, unit: &Unit) -> Vec<Unresolved> {
        let unknown = |node: &&NodeId| self.definitions.macros.position(unit.name(**node)).is_none();
        let of = |&node: &NodeId| Unresolved {
            owner: usize::MAX,
            node,
            name: unit.name(node).to_owned(),
            is_loop: false,
        };
        unit.identifiers.iter().filter(unknown).map(of).collect()
    }

    /// Names that stand for no macro. Falco tells of the first.
    fn unknown_macros(&mut self, text: &RuleText<'_>, unknown: &[Unresolved]) {
        for (index, one) in unknown.iter().enumerate() {
            let ours = self.unresolved_name(text.text, &text.unit.ast, one, None);
            let ours = with_layers(ours, &text.rule.standing);
            if index > 0 {
                self.findings.push(Finding { issue: None, diagnostic: Some(ours) });
                continue;
            }
            let message = format!("Undefined macro '{}' used in filter.", one.name);
            let quoted =
                Quoted { context: self.rule_context(text.rule), text: self.unsubstituted(text.rule) };
            let context = quoted.at(text.unit.position(one.node));
            self.findings.push(Finding::new(LoadCode::ErrValidate, message, context, ours));
        }
    }

    /// The rule's text, and those of the macros below it as far as there is anything to say about them, each once.
    fn parts<'c>(
        &mut self,
        text: &RuleText<'c>,
        checked: &Arc<CheckedUnit>,
        compiled: &'c Compiled,
        fields: &Fields<'_>,
    ) -> Vec<Part<'c>> {
        let source = &text.rule.source;
        let mut parts =
            vec![Part { index: None, text: text.text, unit: text.unit.clone(), checked: checked.clone() }];
        let mut at = 0;
        while let Some(part) = parts.get(at) {
            let unit = part.unit.clone();
            let inner: Vec<usize> = self.named(&unit).filter(|&index| self.is_noisy(source, index)).collect();
            for index in inner {
                if parts.iter().any(|part| part.index == Some(index)) {
                    continue;
                }
                let Some(one) = compiled.macros.get(index) else { continue };
                let Some(unit) = one.unit.clone() else { continue };
                let checked = self.cache.checked(&unit, source, fields);
                parts.push(Part { index: Some(index), text: &one.text, unit, checked });
            }
            at += 1;
        }
        parts
    }

    /// Warnings about deprecated fields and comparisons with `<NA>`, once per rule.
    fn condition_warnings(&self, parts: &[Part<'_>], quoted: &Quoted) -> Vec<Finding> {
        let mut findings = Vec::new();
        let start = || quoted.at(Position::default());
        if let Some((part, span)) = parts.iter().find_map(|part| Some((part, part.checked.unsafe_na?))) {
            let place = self.place(part.text, span);
            let ours = "a missing value makes every comparison false, so `<NA>` is never found";
            let ours =
                Diagnostic::new(&codes::UNSAFE_NA, place.range, ours).note("use `exists` or `not … exists`");
            findings.push(Finding::new(LoadCode::UnsafeNaCheck, "", start(), ours));
        }
        for field in DeprecatedField::ALL {
            let of_part = |part: &Part<'_>| {
                let found = part.checked.deprecated_spans.iter().find(|(known, _)| *known == field)?;
                Some(self.place(part.text, found.1))
            };
            // Falco says it once for the rule, we show every condition.
            for (index, place) in parts.iter().filter_map(of_part).enumerate() {
                let ours = format!("`{}` is deprecated", field.as_str());
                let ours = Diagnostic::new(&codes::DEPRECATED_FIELD, place.range, ours);
                let ours = match field {
                    DeprecatedField::EvtDir => ours
                        .note("only events for the end of calls exist: `evt.dir = <` always holds, `evt.dir = >` never"),
                    _ => ours.note("without events for the start of calls it is always 0"),
                };
                if index > 0 {
                    findings.push(Finding { issue: None, diagnostic: Some(ours) });
                    continue;
                }
                let message = field.condition_message();
                findings
                    .push(Finding::new(LoadCode::DeprecatedItem, message, start(), ours).deprecated(field));
            }
        }
        findings
    }

    /// Faults and warnings of the compiler in Falco's order; whether the rule does not compile.
    fn steps(&self, parts: &[Part<'_>], quoted: &Quoted, rule: &Rule) -> (Vec<Finding>, bool) {
        let (faults, warnings) = self.walk_steps(parts);
        let mut findings = Vec::new();
        for (part, position, fault) in &faults {
            let context = quoted.at(part.unit.position_at(*position));
            let mut ours = self.fault(part.text, fault);
            if part.index.is_some() {
                ours = ours.secondary(rule.item.name, "in a macro that this rule uses");
            }
            if rule.skip_if_unknown_filter && is_unknown(&fault.message) {
                let message = format!("the rule is skipped: {}", ours.message);
                let ours =
                    Diagnostic { message, ..Diagnostic::new(&codes::RULE_SKIPPED, ours.primary(), "") };
                findings.push(Finding::new(LoadCode::UnknownFilter, fault.message.clone(), context, ours));
                return (findings, true);
            }
            let ours = if part.index.is_none() { with_layers(ours, &rule.standing) } else { ours };
            findings.push(Finding::new(LoadCode::ErrCompileCondition, fault.message.clone(), context, ours));
        }
        if !faults.is_empty() {
            return (findings, true);
        }
        for (part, warning) in warnings {
            let context = quoted.at(part.unit.position_at(warning.at));
            let place = self.place(part.text, warning.span);
            let ours = literal_warning(warning, &place, part.text);
            findings.push(Finding::new(LoadCode::CompileCondition, warning.message.clone(), context, ours));
        }
        (findings, false)
    }

    /// Goes through the checks in the order of the expanded condition.
    #[allow(clippy::type_complexity)]
    fn walk_steps<'p, 'c>(
        &self,
        parts: &'p [Part<'c>],
    ) -> (Vec<(&'p Part<'c>, u32, &'p Fault)>, Vec<(&'p Part<'c>, &'p LiteralWarning)>) {
        let by_macro: FxHashMap<usize, &Part<'c>> =
            parts.iter().filter_map(|part| Some((part.index?, part))).collect();
        let (mut faults, mut warnings) = (Vec::new(), Vec::new());
        let mut stack: Vec<(&Part<'c>, usize)> = parts.first().map(|part| (part, 0)).into_iter().collect();
        let mut visits = 0;
        while let Some((part, next)) = stack.pop() {
            let Some(step) = part.checked.steps.get(next) else { continue };
            stack.push((part, next + 1));
            match step {
                Step::Fault(position, fault) => faults.push((part, *position, fault)),
                Step::Warning(warning) => warnings.push((part, warning)),
                Step::Identifier(node) => {
                    let inner = self.definitions.macros.position(part.unit.name(*node));
                    let Some(inner) = inner.and_then(|index| by_macro.get(&index)) else { continue };
                    // A loop has been reported; looking into it again would not end.
                    let looping = stack.iter().any(|(open, _)| open.index == inner.index);
                    if !looping && visits < MOST_VISITS {
                        visits += 1;
                        stack.push((inner, 0));
                    }
                }
            }
        }
        (faults, warnings)
    }
}

fn literal_warning(warning: &LiteralWarning, place: &Place, text: &Traced) -> Diagnostic {
    let written = warning.span.slice(text.as_str());
    let ours = if warning.code == &codes::FIELD_AS_TEXT {
        let bare: String = written.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let bare = bare.trim_matches(['"', '\'']).to_owned();
        Diagnostic::new(warning.code, place.range, format!("the text `{written}` is compared, not the field"))
            .fix("compare with the field", place.range, format!("val({bare})"), false)
    } else if warning.code == &codes::TRANSFORMER_AS_TEXT {
        let bare = written.trim_matches(['"', '\'']).to_owned();
        Diagnostic::new(
            warning.code,
            place.range,
            format!("the text {written} is compared, not what it computes"),
        )
        .fix("remove the quotes", place.range, bare, false)
    } else {
        Diagnostic::new(warning.code, place.range, "this regular expression has nothing special").note(
            "=, contains, startswith and endswith are faster; remember that `regex` matches the whole value",
        )
    };
    with_lists(ours, place, "from the list named here")
}
