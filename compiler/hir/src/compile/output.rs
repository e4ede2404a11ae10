//! A rule's output with what the configuration adds, and its checks (language.md 8.1).

use std::collections::BTreeMap;
use std::sync::Arc;

use catalogue::FieldFlags;
use syntax::span::Span;

use crate::append_output::ExtraField;
use crate::check::Fields;
use crate::check::output::{OutputPart, check_output};
use crate::codes;
use crate::compile::{Compiler, ExtraOutput};
use crate::diagnostic::Diagnostic;
use crate::falco::{Context, DeprecatedField, LoadCode};
use crate::finding::Finding;
use crate::scope::Rule;
use crate::text::{ScalarId, Traced};

const CONTAINER_INFO: &str = "%container.info";

/// A rule's output, checked.
pub(super) struct CheckedOutput {
    pub(super) text: Traced,
    pub(super) parts: Arc<Vec<OutputPart>>,
    pub(super) extra_fields: Vec<ExtraOutput>,
    pub(super) findings: Vec<Finding>,
    /// The rule is dropped, with a warning, because it names something unknown.
    pub(super) skipped: bool,
}

impl Compiler<'_, '_> {
    pub(super) fn output(&self, rule: &Rule, fields: &Fields<'_>) -> CheckedOutput {
        let mut findings = Vec::new();
        let near = rule.output.first_scalar();
        let mut text = rule.output.traced(self.sources);
        let mut extra: BTreeMap<&str, &ExtraField> = BTreeMap::new();
        for entry in self.append_output.iter().filter(|entry| entry.applies_to(rule)) {
            if let (Some(format), Some(near)) = (&entry.extra_output, near) {
                text.push_glue(" ", near);
                text.push_glue(format, near);
            }
            if entry.suggested_output {
                self.suggest_output(rule, &mut text, near);
            }
            extra.extend(entry.extra_fields.iter().map(|field| (field.key.as_str(), field)));
        }
        if let Some(at) = text.as_str().find(CONTAINER_INFO) {
            findings.push(self.container_info(&text, at, &self.rule_context(rule)));
            text = text.without(CONTAINER_INFO);
        }
        // A rule that compiled had no faults in its output.
        let earlier = self.cache.earlier.get(&rule.name);
        let known = earlier.and_then(|known| known.output_parts(&text, &rule.source));
        let (parts, faults) = known.map_or_else(
            || {
                let (parts, faults) = check_output(text.as_str(), fields);
                (Arc::new(parts), faults)
            },
            |parts| (parts, Vec::new()),
        );
        let mut skipped = false;
        for fault in &faults {
            let ours = self.output_fault(&text, fault, rule);
            if rule.skip_if_unknown_filter && is_unknown(&fault.message) {
                let message = format!("the rule is skipped: {}", ours.message);
                let ours =
                    Diagnostic { message, ..Diagnostic::new(&codes::RULE_SKIPPED, ours.primary(), "") };
                findings.push(Finding::new(
                    LoadCode::UnknownFilter,
                    fault.message.clone(),
                    self.output_context(rule),
                    ours,
                ));
                skipped = true;
                break;
            }
            findings.push(Finding::new(
                LoadCode::ErrCompileOutput,
                fault.message.clone(),
                self.output_context(rule),
                ours,
            ));
        }
        if !skipped {
            self.deprecated_in(text.as_str(), Some(&text), rule, &mut findings);
        }
        let mut extra_fields = Vec::with_capacity(extra.len());
        for field in extra.into_values().filter(|_| !skipped) {
            let (parts, faults) = check_output(&field.format, fields);
            if let Some(fault) = faults.first() {
                let place = rule.item.name;
                let message = format!(
                    "the extra field `{}` of the configuration: {}",
                    field.key,
                    plain(&fault.message)
                );
                let ours = Diagnostic::new(fault.code, place, message);
                findings.push(Finding::new(
                    LoadCode::ErrCompileOutput,
                    fault.message.clone(),
                    self.output_context(rule),
                    ours,
                ));
            }
            self.deprecated_in(&field.format, None, rule, &mut findings);
            let (key, format) = (field.key.clone(), field.format.clone());
            extra_fields.push(ExtraOutput { key, format, raw: field.raw, parts });
        }
        CheckedOutput { text, parts, extra_fields, findings, skipped }
    }

    fn suggest_output(&self, rule: &Rule, text: &mut Traced, near: Option<ScalarId>) {
        let Some(near) = near else { return };
        for field in self.environment.catalogue.fields(&rule.source) {
            if field.flags.contains(FieldFlags::OUTPUT_SUGGESTED) {
                text.push_glue(&format!(" {}=%{}", field.name.replace('.', "_"), field.name), near);
            }
        }
    }

    fn container_info(&self, text: &Traced, at: usize, context: &Context) -> Finding {
        let span = Span::new(at as u32, (at + CONTAINER_INFO.len()) as u32);
        let place = self.place(text, span);
        let ours =
            Diagnostic::new(&codes::CONTAINER_INFO, place.range, "`%container.info` prints nothing any more")
                .fix("remove it", place.range, "", true);
        let message = "%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. The container \
                       plugin will automatically add required fields to the output message.";
        Finding::new(LoadCode::DeprecatedItem, message, context.clone(), ours)
    }

    fn output_fault(&self, text: &Traced, fault: &crate::check::Fault, rule: &Rule) -> Diagnostic {
        let place = self.place(text, fault.span);
        let shown = fault.span.slice(text.as_str());
        let message = if fault.code == &codes::OUTPUT_FIELD {
            format!("`{shown}` begins with no field")
        } else {
            plain(&fault.message).to_owned()
        };
        let range = if place.range.span.is_empty() && text.is_empty() { rule.item.name } else { place.range };
        let mut ours = Diagnostic::new(fault.code, range, message);
        ours.notes = fault.notes.clone();
        ours.suggest(range, fault.suggestions.iter().map(String::as_str))
    }

    /// Warns of deprecated field names anywhere in the text.
    fn deprecated_in(&self, text: &str, traced: Option<&Traced>, rule: &Rule, findings: &mut Vec<Finding>) {
        if !text.contains("evt.") {
            return;
        }
        for field in DeprecatedField::ALL {
            let name = field.as_str();
            let Some(at) = text.find(name) else { continue };
            let span = Span::new(at as u32, (at + name.len()) as u32);
            let range = traced.map_or(rule.item.name, |text| self.place(text, span).range);
            let ours = Diagnostic::new(&codes::DEPRECATED_FIELD, range, format!("`{name}` is deprecated"))
                .note("events for the start of calls no longer exist, so it says nothing");
            let message = format!("usage of deprecated field '{name}' has been detected in the rule output");
            findings.push(
                Finding::new(LoadCode::DeprecatedItem, message, self.output_context(rule), ours)
                    .deprecated(field),
            );
        }
    }
}

fn plain(message: &str) -> &str {
    message.strip_prefix("invalid formatting syntax: ").unwrap_or(message)
}

/// Whether a message is about something that this engine does not know, so that a rule may ask to be skipped.
pub(super) fn is_unknown(message: &str) -> bool {
    ["nonexistent field", "invalid formatting token", "unknown event type", "unknown filter:"]
        .iter()
        .any(|part| message.contains(part))
}
