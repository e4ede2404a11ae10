//! What lints look at.

use std::cell::{Cell, OnceCell};
use std::collections::VecDeque;
use std::sync::Arc;

use catalogue::{Catalogue, SYSCALL_SOURCE};
use rustc_hash::FxHashMap;
use syntax::ast::{Ast, NodeId, NodeKind};
use syntax::span::{FileRange, Span};
use syntax::yaml::ScalarStyle;

use crate::check::{CheckedUnit, Fields, TypedCheck, check_unit};
use crate::compile::{Compiled, CompiledRule, Unit};
use crate::diagnostic::Edit;
use crate::input::Options;
use crate::lint::undefined_list::Names;
use crate::scope::{Definitions, Macro, Rule};
use crate::source::Sources;
use crate::text::{Place, Scalars, Traced};

/// Everything that was loaded, for lints.
pub struct LintContext<'a> {
    /// The files.
    pub sources: &'a Sources,
    /// Rules, macros and lists after appends and overrides, with the places of all items that took part.
    pub definitions: &'a Definitions,
    /// What they compiled to.
    pub compiled: &'a Compiled,
    /// How they were loaded.
    pub options: &'a Options,
    /// Fields, events and operators.
    pub catalogue: &'a Catalogue,
    conditions: Vec<Condition<'a>>,
    /// The place among the conditions of the one that is looked at now.
    focus: Cell<usize>,
    /// By macro: its place among the conditions.
    macros: Vec<Option<usize>>,
    /// By macro: the source of the first rule that uses it.
    macro_sources: Vec<Option<Arc<str>>>,
    list_names: OnceCell<Names<'a>>,
}

/// A condition that parsed: of a rule with its exceptions, or of a macro; lists are put in, macros are not.
#[derive(Clone)]
pub struct Condition<'a> {
    /// The rule, when it is one's.
    pub rule: Option<&'a Rule>,
    /// What the rule compiled to.
    pub compiled: Option<&'a Arc<CompiledRule>>,
    /// The macro, when it is one's.
    pub macro_: Option<&'a Macro>,
    /// The text with the origin of every byte; lists that were put in are its uses.
    pub text: &'a Traced,
    /// The tree and the identifiers in it.
    pub unit: &'a Unit,
    /// Its comparisons, typed. Those of a macro are for the source of the first rule that uses it.
    pub checked: Arc<CheckedUnit>,
    /// The event source.
    pub source: Arc<str>,
}

impl Condition<'_> {
    /// The tree.
    pub fn ast(&self) -> &Ast {
        &self.unit.ast
    }

    /// The typed comparison at a node.
    pub fn check(&self, node: NodeId) -> Option<&TypedCheck> {
        self.checked.checks.get(self.checked.check_index(node)?)
    }

    /// The right side's literals as written, with their decoded texts; none for other right sides.
    pub fn literals(&self, node: NodeId) -> Vec<(Span, &[u8])> {
        let ast = self.ast();
        let NodeKind::Binary { right, .. } = ast.kind(node) else { return Vec::new() };
        match ast.kind(right) {
            NodeKind::Value(text) => vec![(ast.span(right), ast.bytes(text))],
            NodeKind::List(items) => {
                ast.items(items).iter().map(|item| (item.span, ast.bytes(item.text))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The left side's span.
    pub fn left(&self, node: NodeId) -> Span {
        match self.ast().kind(node) {
            NodeKind::Unary { left, .. } | NodeKind::Binary { left, .. } => self.ast().span(left),
            _ => self.ast().span(node),
        }
    }
}

impl<'a> LintContext<'a> {
    pub(crate) fn new(
        sources: &'a Sources,
        definitions: &'a Definitions,
        compiled: &'a Compiled,
        options: &'a Options,
    ) -> LintContext<'a> {
        let catalogue = &options.catalogue;
        let mut context = LintContext {
            sources,
            definitions,
            compiled,
            options,
            catalogue,
            conditions: Vec::new(),
            focus: Cell::new(0),
            macros: vec![None; compiled.macros.len()],
            macro_sources: macro_sources(definitions, compiled),
            list_names: OnceCell::new(),
        };
        for (rule, one) in context.rules() {
            let checked = one.checked.clone();
            let source = rule.source.clone();
            context.conditions.push(Condition {
                rule: Some(rule),
                compiled: Some(one),
                macro_: None,
                text: &one.text,
                unit: &one.unit,
                checked,
                source,
            });
        }
        let mut fields: FxHashMap<Arc<str>, Fields<'a>> = FxHashMap::default();
        for (at, (definition, one)) in definitions.macros.iter().zip(&compiled.macros).enumerate() {
            let Some(unit) = one.unit.as_deref() else { continue };
            let source = source_or_default(&context.macro_sources[at]);
            let checked = unit.checked_for(&source).cloned().unwrap_or_else(|| {
                let fields = fields.entry(source.clone()).or_insert_with(|| Fields::new(catalogue, &source));
                Arc::new(check_unit(&unit.ast, fields, false))
            });
            context.macros[at] = Some(context.conditions.len());
            context.conditions.push(Condition {
                rule: None,
                compiled: None,
                macro_: Some(definition),
                text: &one.text,
                unit,
                checked,
                source,
            });
        }
        context
    }

    /// Where a span of a condition's text was written.
    pub fn place(&self, text: &Traced, span: Span) -> Place {
        text.place(span, self.sources)
    }

    /// The rules that compiled, in order.
    pub fn rules(&self) -> impl Iterator<Item = (&'a Rule, &'a Arc<CompiledRule>)> + use<'a> {
        let rules = self.definitions.rules.iter().zip(&self.compiled.rules);
        rules.filter_map(|(rule, compiled)| Some((rule, compiled.as_ref()?)))
    }

    /// The conditions of rules that compiled, then those of macros that parsed.
    pub fn conditions(&self) -> &[Condition<'a>] {
        &self.conditions
    }

    /// The conditions that are to be looked at now.
    pub fn focused(&self) -> &[Condition<'a>] {
        self.conditions.get(self.focused_range()).unwrap_or(&[])
    }

    /// Their places among [`LintContext::conditions`].
    pub(super) fn focused_range(&self) -> std::ops::Range<usize> {
        let at = self.focus.get();
        at..at + 1
    }

    /// The names of all lists.
    pub(super) fn list_names(&self) -> &Names<'a> {
        self.list_names.get_or_init(|| Names::new(self.definitions.lists.iter().map(|list| &*list.name)))
    }

    /// Turns to the condition at a place.
    pub(super) fn focus(&self, at: usize) {
        self.focus.set(at);
    }

    /// Every comparison of the conditions that are to be looked at now.
    pub fn checks(&self) -> impl Iterator<Item = (&Condition<'a>, &TypedCheck)> {
        self.focused().iter().flat_map(|one| one.checked.checks.iter().map(move |check| (one, check)))
    }

    /// By macro: the event source that its condition is looked at for.
    pub(super) fn macro_sources(&self) -> impl Iterator<Item = Arc<str>> {
        self.macro_sources.iter().map(source_or_default)
    }

    /// The macro that a name in a condition stands for.
    pub fn macro_of(&self, name: &str) -> Option<&Condition<'a>> {
        let at = (*self.macros.get(self.definitions.macros.position(name)?)?)?;
        self.conditions.get(at)
    }

    /// The place among [`LintContext::conditions`] of the macro that a name stands for.
    pub(super) fn macro_at(&self, name: &str) -> Option<usize> {
        *self.macros.get(self.definitions.macros.position(name)?)?
    }

    /// Whether a rule uses the macro at a position, directly or not.
    pub fn is_macro_used(&self, at: usize) -> bool {
        self.macro_sources.get(at).is_some_and(Option::is_some)
    }

    /// An edit that replaces a span of a condition; `None` where the span is not written as such (it came from a list,
    /// or with escapes) or the new text cannot stand there.
    pub fn edit(&self, text: &Traced, span: Span, new: &str) -> Option<Edit> {
        let place = self.place(text, span);
        let (origin, via) = text.origin(span.start)?;
        if via.is_some() || !place.via.is_empty() || !origin.written {
            return None;
        }
        if span.is_empty() {
            return self.insertion(text, span.start, new);
        }
        let (end, _) = text.origin(span.end - 1)?;
        // All of it must come from one piece of one scalar.
        if end.scalar != origin.scalar || end.offset + 1 != origin.offset + span.len() {
            return None;
        }
        let new = self.in_style(origin.scalar, new)?;
        Some(Edit { range: place.range, text: new })
    }

    /// An edit that puts text before a byte of a condition.
    pub fn insertion(&self, text: &Traced, at: u32, new: &str) -> Option<Edit> {
        let (origin, via) = text.origin(at)?;
        if via.is_some() || !origin.written {
            return None;
        }
        let range = Scalars::range(self.sources, origin.scalar, Span::empty(origin.offset));
        Some(Edit { range, text: self.in_style(origin.scalar, new)? })
    }

    /// An edit that puts text after the last byte before `at`.
    pub fn insertion_after(&self, text: &Traced, at: u32, new: &str) -> Option<Edit> {
        let last = at.checked_sub(1)?;
        let (origin, via) = text.origin(last)?;
        if via.is_some() || !origin.written {
            return None;
        }
        let range = Scalars::range(self.sources, origin.scalar, Span::new(origin.offset, origin.offset + 1));
        let range = FileRange { file: range.file, span: Span::empty(range.span.end) };
        Some(Edit { range, text: self.in_style(origin.scalar, new)? })
    }

    /// A text as it must be written inside a scalar.
    pub(super) fn in_style(&self, scalar: crate::text::ScalarId, new: &str) -> Option<String> {
        if new.contains(['\n', '\r']) {
            return None;
        }
        Some(match self.sources.yaml(scalar.tree).style(scalar.node)? {
            ScalarStyle::Literal | ScalarStyle::Folded => new.to_owned(),
            ScalarStyle::Plain if new.contains(": ") || new.contains(" #") => return None,
            // In a flow collection these would end the scalar; whether it stands in one is not worth finding out.
            ScalarStyle::Plain if new.contains(['[', ']', '{', '}', ',']) => return None,
            ScalarStyle::Plain => new.to_owned(),
            ScalarStyle::SingleQuoted => new.replace('\'', "''"),
            ScalarStyle::DoubleQuoted => new.replace('\\', "\\\\").replace('"', "\\\""),
        })
    }
}

fn source_or_default(source: &Option<Arc<str>>) -> Arc<str> {
    source.clone().unwrap_or_else(|| SYSCALL_SOURCE.into())
}

/// For each macro the event source of the first rule that uses it, directly or not.
fn macro_sources(definitions: &Definitions, compiled: &Compiled) -> Vec<Option<Arc<str>>> {
    let mut sources: Vec<Option<Arc<str>>> = vec![None; compiled.macros.len()];
    let mut open: VecDeque<(usize, Arc<str>)> = VecDeque::new();
    let named = |unit: &Unit| -> Vec<usize> {
        unit.identifiers.iter().filter_map(|node| definitions.macros.position(unit.name(*node))).collect()
    };
    for (rule, one) in definitions.rules.iter().zip(&compiled.rules) {
        let Some(one) = one else { continue };
        open.extend(named(&one.unit).into_iter().map(|at| (at, rule.source.clone())));
        while let Some((at, source)) = open.pop_front() {
            let Some(slot @ None) = sources.get_mut(at) else { continue };
            *slot = Some(source.clone());
            if let Some(unit) = compiled.macros.get(at).and_then(|one| one.unit.as_deref()) {
                open.extend(named(unit).into_iter().map(|at| (at, source.clone())));
            }
        }
    }
    sources
}
