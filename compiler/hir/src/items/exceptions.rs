//! Exceptions of rules: reading and validation (language.md 7.1, 7.2, 7.5).

use std::sync::Arc;

use catalogue::{Modifier, Operator, OperatorSyntax, suggest};
use syntax::span::{FileRange, Span};
use syntax::yaml::{YamlId, YamlKind};

use crate::check::exception_field;
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::falco::{ItemType, LoadCode};
use crate::items::decode::Need;
use crate::items::rule::RuleItem;
use crate::items::{Outcome, Reader};
use crate::scope::{Atom, Entry, Exception};
use crate::source::Link;
use crate::text::Scalars;

impl Reader<'_, '_> {
    /// Reads `exceptions`; `append` when they may extend earlier ones.
    pub(super) fn exceptions(&mut self, rule: &RuleItem, append: bool) -> Outcome<Vec<Exception>> {
        let yaml = self.yaml.clone();
        let mut found: Vec<Exception> = Vec::new();
        let Some(pair) = yaml.get(rule.item, "exceptions").filter(|pair| !yaml.is_null(pair.value)) else {
            return Ok(found);
        };
        let sequence = (ItemType::Exceptions, "", yaml.at(pair.value));
        if !matches!(yaml.kind(pair.value), YamlKind::Sequence(_)) {
            let range = self.first_line(pair.value);
            let ours = Diagnostic::new(&codes::EXCEPTION_SHAPE, range, "`exceptions` must be a sequence");
            let links = [rule.link(), sequence];
            self.error(LoadCode::ErrYamlValidate, "Rule exceptions must be a sequence", &links, ours)?;
            return Ok(found);
        }
        for &node in yaml.elements(pair.value) {
            let at = yaml.at(node);
            let unnamed = [rule.link(), sequence, (ItemType::Exception, "", at)];
            if !matches!(yaml.kind(node), YamlKind::Mapping(_)) {
                let ours = Diagnostic::new(
                    &codes::EXCEPTION_SHAPE,
                    self.first_line(node),
                    "an exception must be a mapping",
                );
                self.error(LoadCode::ErrYamlValidate, "Rule exception must be a mapping", &unnamed, ours)?;
                continue;
            }
            let Some(name_node) = self.scalar(node, "name", Need::Required, &unnamed)? else { continue };
            let name: Arc<str> = yaml.text(name_node).unwrap_or("").into();
            let links = [rule.link(), (ItemType::Exception, &*name, at)];
            for earlier in found.iter().filter(|earlier| earlier.name == name) {
                let range = self.range(name_node);
                let message = format!("the rule has two exceptions `{name}`");
                let ours = Diagnostic::new(&codes::DUPLICATE_EXCEPTION, range, message)
                    .secondary(earlier.name_range, "first defined here")
                    .note("values appended later reach only the first");
                let message = format!("Multiple definitions of exception '{name}' in the same rule");
                self.warn(LoadCode::ExceptionNameNotUnique, message, &links, ours);
            }
            if let Some(exception) = self.exception(rule, node, name_node, name.clone(), append)? {
                found.push(exception);
            }
        }
        Ok(found)
    }

    fn exception(
        &mut self,
        rule: &RuleItem,
        node: YamlId,
        name_node: YamlId,
        name: Arc<str>,
        append: bool,
    ) -> Outcome<Option<Exception>> {
        let yaml = self.yaml.clone();
        let at = yaml.at(node);
        let links = [rule.link(), (ItemType::Exception, &*name, at)];
        let fields = match yaml.get(node, "fields") {
            Some(pair) => self.entry(pair.value, "fields", &links)?,
            None if append => Entry::default(),
            None => {
                let range = self.range(name_node);
                let ours = Diagnostic::new(
                    &codes::MISSING_KEY,
                    range,
                    format!("exception `{name}` has no `fields`"),
                );
                self.error(LoadCode::ErrYamlValidate, "Item has no mapping for key 'fields'", &links, ours)?;
                return Ok(None);
            }
        };
        let comps = match yaml.get(node, "comps") {
            Some(pair) => self.entry(pair.value, "comps", &links)?,
            None => Entry::default(),
        };
        let mut values = Vec::new();
        match yaml.get(node, "values") {
            Some(pair) => {
                let sequence = (ItemType::ExceptionValues, "", yaml.at(pair.value));
                let [outer, own] = links;
                if !matches!(yaml.kind(pair.value), YamlKind::Sequence(_)) {
                    let range = if yaml.is_null(pair.value) {
                        self.range(pair.key)
                    } else {
                        self.first_line(pair.value)
                    };
                    let ours = Diagnostic::new(&codes::EXCEPTION_SHAPE, range, "`values` must be a sequence");
                    let message = "Rule exception values must be a sequence";
                    self.error(LoadCode::ErrYamlValidate, message, &[outer, own, sequence], ours)?;
                }
                for &value in yaml.elements(pair.value) {
                    let chain = [outer, own, sequence, (ItemType::ExceptionValue, "", yaml.at(value))];
                    values.push(self.entry(value, "", &chain)?);
                }
            }
            None if append => {
                let message = format!("exception `{name}` is extended without values");
                let ours = Diagnostic::new(&codes::EXCEPTION_NO_VALUES, self.range(name_node), message);
                let message = "Overriding/appending exception with no values";
                self.warn(LoadCode::AppendNoValues, message, &links, ours);
            }
            None => {}
        }
        let (name_range, item_at) = (self.range(name_node), rule.at);
        Ok(Some(Exception { name, fields, comps, values, name_range, tree: self.tree, item_at, at }))
    }

    /// A scalar or a sequence, at any depth; the reader bounds the nesting. Anything else is an empty text.
    fn entry(&mut self, node: YamlId, key: &str, links: &[Link<'_>]) -> Outcome<Entry> {
        let yaml = self.yaml.clone();
        let mut chain = links.to_vec();
        chain.push((ItemType::ValueFor, key, yaml.at(node)));
        match yaml.kind(node) {
            YamlKind::Scalar(_) => {
                let text = yaml.text(node).unwrap_or("");
                if text.is_empty() {
                    let ours = Diagnostic::new(
                        &codes::EMPTY_VALUE,
                        self.range(node),
                        "a value here must not be empty",
                    );
                    self.error(LoadCode::ErrYamlValidate, "Value must be non-empty", &chain, ours)?;
                }
                Ok(Entry::One(Atom { text: text.into(), scalar: Some(self.scalar_id(node)) }))
            }
            YamlKind::Sequence(_) => {
                let mut items = Vec::with_capacity(yaml.elements(node).len());
                for &element in yaml.elements(node) {
                    chain.push((ItemType::Exception, "", yaml.at(element)));
                    items.push(self.entry(element, "", &chain)?);
                    chain.pop();
                }
                Ok(Entry::Many(items))
            }
            _ => Ok(Entry::default()),
        }
    }

    /// Validates an exception of a full definition. Whether it is to be kept.
    pub(super) fn defined_exception(
        &mut self,
        exception: &mut Exception,
        rule: &RuleItem,
        source: Option<&str>,
    ) -> Outcome<bool> {
        if !exception.fields.is_valid() {
            let message = "Rule exception item must have fields property with a list of fields";
            let ours = format!("exception `{}` names no fields", exception.name);
            self.exception_error(
                exception,
                rule,
                &codes::EXCEPTION_SHAPE,
                message,
                exception.name_range,
                ours,
            )?;
            return Ok(false);
        }
        self.validate(exception, rule, source)
    }

    /// Applies one exception of an appending item.
    pub(super) fn append_exception(&mut self, rule: &RuleItem, mut exception: Exception) -> Outcome {
        let Some(target) = self.definitions.rules.get(&rule.name) else { return Ok(()) };
        let (unknown_source, source) = (target.unknown_source, target.source.clone());
        let old = target.exceptions.iter().position(|old| old.name == exception.name);
        let place = exception.name_range;
        let name = exception.name.clone();
        let Some(old) = old else {
            if !exception.fields.is_valid() {
                let message = "Rule exception must have fields property with a list of fields";
                let names: Vec<&str> = target.exceptions.iter().map(|old| &*old.name).collect();
                let near: Vec<String> =
                    suggest::nearest(&name, names).into_iter().map(str::to_owned).collect();
                let ours = Diagnostic::new(
                    &codes::EXCEPTION_APPEND,
                    place,
                    format!(
                        "rule `{}` has no exception `{name}` to extend, and a new one needs `fields`",
                        rule.name
                    ),
                )
                .suggest(place, near.iter().map(String::as_str));
                let links = [rule.link(), (ItemType::Exception, &*name, exception.at)];
                return self.error(LoadCode::ErrValidate, message, &links, ours);
            }
            if exception.values.is_empty() {
                let message = "Rule exception must have values property with a list of values";
                let ours = format!("new exception `{name}` has no values");
                return self.exception_error(
                    &exception,
                    rule,
                    &codes::EXCEPTION_APPEND,
                    message,
                    place,
                    ours,
                );
            }
            if self.validate(&mut exception, rule, (!unknown_source).then_some(&*source))?
                && let Some(target) = self.definitions.rules.get_mut(&rule.name)
            {
                target.exceptions.push(exception);
            }
            return Ok(());
        };
        for (entry, what) in [(&exception.fields, "fields"), (&exception.comps, "comps")] {
            if entry.is_valid() {
                let message = format!("Can not append exception {what} to existing exception, only values");
                let range = self.entry_range(entry).unwrap_or(place);
                let ours = Diagnostic::new(
                    &codes::EXCEPTION_APPEND,
                    range,
                    format!(
                        "the rule has an exception `{name}` already: only values can be added, not {what}"
                    ),
                );
                let links = [rule.link(), (ItemType::Exception, &*name, exception.at)];
                self.error(LoadCode::ErrValidate, message, &links, ours)?;
            }
        }
        if let Some(target) = self.definitions.rules.get_mut(&rule.name)
            && let Some(old) = target.exceptions.get_mut(old)
        {
            old.values.append(&mut exception.values);
        }
        Ok(())
    }

    /// Fills in default operators and checks operators and fields. Whether all is well.
    fn validate(
        &mut self,
        exception: &mut Exception,
        rule: &RuleItem,
        source: Option<&str>,
    ) -> Outcome<bool> {
        let before = self.findings.len();
        if exception.fields.is_list() {
            if !exception.comps.is_valid() {
                exception.comps =
                    Entry::Many(exception.fields.items().iter().map(|_| Entry::constant("=")).collect());
            }
            let (fields, comps) = (exception.fields.items().len(), exception.comps.items().len());
            if fields != comps {
                let range = self.entry_range(&exception.comps).unwrap_or(exception.name_range);
                let ours = format!("exception `{}` has {fields} fields but {comps} comps", exception.name);
                let message = "Fields and comps lists must have equal length";
                self.exception_error(exception, rule, &codes::EXCEPTION_LENGTH, message, range, ours)?;
            }
            if let Entry::Many(items) = &mut exception.comps {
                items.iter_mut().for_each(trim);
            }
            for comp in exception.comps.items() {
                if !is_operator(comp.text()) {
                    let message = format!("'{}' is not a supported comparison operator", comp.text());
                    let range = self.entry_range(comp).unwrap_or(exception.name_range);
                    let ours = format!("`{}` is not an operator", comp.text());
                    self.exception_error(exception, rule, &codes::EXCEPTION_OPERATOR, &message, range, ours)?;
                }
            }
        } else {
            if !exception.comps.is_valid() {
                exception.comps = Entry::constant("in");
            }
            if exception.comps.is_list() {
                let range = self.entry_range(&exception.comps).unwrap_or(exception.name_range);
                let ours = "`fields` is a single field, so `comps` must be a single operator";
                let message = "Fields and comps must both be strings";
                self.exception_error(exception, rule, &codes::EXCEPTION_SHAPE, message, range, ours)?;
            }
            trim(&mut exception.comps);
            let comp = exception.comps.text();
            if !exception.comps.is_list()
                && !matches!(comp, "in" | "pmatch" | "intersects")
                && !has_modifier(comp)
            {
                let message = "When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier \
                               operator (e.g. startswith oneof)";
                let range = self.entry_range(&exception.comps).unwrap_or(exception.name_range);
                let ours = format!("`{comp}` does not take the list of values of a single field");
                self.exception_error(exception, rule, &codes::EXCEPTION_OPERATOR, message, range, ours)?;
            }
        }
        if let Some(source) = source {
            let fields = exception.fields.clone();
            let all = if fields.is_list() { fields.items() } else { std::slice::from_ref(&fields) };
            for field in all {
                self.exception_field(exception, rule, field, source)?;
            }
        }
        Ok(self.findings.len() == before)
    }

    fn exception_field(
        &mut self,
        exception: &Exception,
        rule: &RuleItem,
        field: &Entry,
        source: &str,
    ) -> Outcome {
        let text = field.text();
        let fields = self.environment.fields(source);
        let range = self.entry_range(field).unwrap_or(exception.name_range);
        match exception_field(text, &fields) {
            Ok(()) => Ok(()),
            Err((fault, resolver)) => {
                let near = fault.suggestions.iter().map(String::as_str);
                let mut ours = Diagnostic::new(
                    &codes::EXCEPTION_FIELD,
                    range,
                    format!("`{text}` is not a field of the source `{source}`"),
                )
                .suggest(range, near);
                ours.notes = fault.notes.clone();
                if resolver {
                    ours.message = fault.message.clone();
                    return self.error(LoadCode::ErrValidate, fault.message, &[], ours);
                }
                let message = format!("'{text}' is not a supported filter field");
                let links = [rule.link(), (ItemType::Exception, &*exception.name, exception.at)];
                self.error(LoadCode::ErrValidate, message, &links, ours)
            }
        }
    }

    fn exception_error(
        &mut self,
        exception: &Exception,
        rule: &RuleItem,
        code: &'static Code,
        message: &str,
        range: FileRange,
        ours: impl Into<String>,
    ) -> Outcome {
        let links = [rule.link(), (ItemType::Exception, &*exception.name, exception.at)];
        self.error(LoadCode::ErrValidate, message, &links, Diagnostic::new(code, range, ours))
    }

    /// Where the first text of an entry stands.
    fn entry_range(&self, entry: &Entry) -> Option<FileRange> {
        let mut entry = entry;
        while let Entry::Many(items) = entry {
            entry = items.first()?;
        }
        let len = entry.text().len() as u32;
        entry.scalar().map(|scalar| Scalars::range(self.sources, scalar, Span::new(0, len)))
    }
}

/// Removes white space at both ends of an operator.
fn trim(entry: &mut Entry) {
    if let Entry::One(atom) = entry {
        let trimmed = atom.text.trim_matches([' ', '\t', '\r', '\n']);
        if trimmed.len() != atom.text.len() {
            atom.text = trimmed.into();
        }
    }
}

fn is_operator(text: &str) -> bool {
    text == "==" || Operator::from_text(text).is_some() || has_modifier(text)
}

/// Whether a text is a string operator, one space and a modifier.
fn has_modifier(text: &str) -> bool {
    let Some((op, modifier)) = text.split_once(' ') else { return false };
    Operator::from_text(op).is_some_and(|op| op.syntax() == OperatorSyntax::String)
        && Modifier::from_text(modifier).is_some()
}
