//! What lints look at.

use std::cell::OnceCell;
use std::sync::Arc;

use catalogue::{Catalogue, SYSCALL_SOURCE};
use syntax::ast::Ast;
use syntax::span::Span;

use crate::check::{CheckedUnit, Fields, check_unit};
use crate::compile::{Compiled, CompiledRule, Unit};
use crate::scope::{Definitions, Macro, Rule};
use crate::source::Sources;
use crate::text::{Place, Traced};

/// Everything that was loaded, for lints.
pub struct LintContext<'a> {
    /// The files.
    pub sources: &'a Sources,
    /// Rules, macros and lists after appends and overrides, with the places of all items that took part.
    pub definitions: &'a Definitions,
    /// What they compiled to.
    pub compiled: &'a Compiled,
    /// Fields, events and operators.
    pub catalogue: &'a Catalogue,
    macros: Vec<OnceCell<Arc<CheckedUnit>>>,
    fields: OnceCell<Fields<'a>>,
}

/// A condition that parsed: of a rule with its exceptions, or of a macro; lists are put in, macros are not.
#[derive(Clone)]
pub struct Condition<'a> {
    /// The rule, when it is one's.
    pub rule: Option<&'a Rule>,
    /// The macro, when it is one's.
    pub macro_: Option<&'a Macro>,
    /// The text with the origin of every byte; lists that were put in are its uses.
    pub text: &'a Traced,
    /// The tree and the identifiers in it.
    pub unit: &'a Unit,
    /// Its comparisons, typed. Those of macros are for the syscall source.
    pub checked: Arc<CheckedUnit>,
}

impl Condition<'_> {
    /// The tree.
    pub fn ast(&self) -> &Ast {
        &self.unit.ast
    }
}

impl<'a> LintContext<'a> {
    pub(crate) fn new(
        sources: &'a Sources,
        definitions: &'a Definitions,
        compiled: &'a Compiled,
        catalogue: &'a Catalogue,
    ) -> LintContext<'a> {
        let macros = vec![OnceCell::new(); compiled.macros.len()];
        LintContext { sources, definitions, compiled, catalogue, macros, fields: OnceCell::new() }
    }

    /// Where a span of a condition's text was written.
    pub fn place(&self, text: &Traced, span: Span) -> Place {
        text.place(span, self.sources)
    }

    /// The rules that compiled, in order.
    pub fn rules(&self) -> impl Iterator<Item = (&'a Rule, &'a Arc<CompiledRule>)> {
        let rules = self.definitions.rules.iter().zip(&self.compiled.rules);
        rules.filter_map(|(rule, compiled)| Some((rule, compiled.as_ref()?)))
    }

    /// The conditions of rules that compiled, then those of macros that parsed.
    pub fn conditions(&self) -> impl Iterator<Item = Condition<'a>> {
        let rules = self.rules().map(|(rule, compiled)| Condition {
            rule: Some(rule),
            macro_: None,
            text: &compiled.text,
            unit: &compiled.unit,
            checked: compiled.checked.clone(),
        });
        let macros = self.definitions.macros.iter().zip(&self.compiled.macros).enumerate();
        let macros = macros.filter_map(|(at, (definition, compiled))| {
            let unit = compiled.unit.as_deref()?;
            let checked = self.checked_macro(at, unit)?;
            Some(Condition { rule: None, macro_: Some(definition), text: &compiled.text, unit, checked })
        });
        rules.chain(macros)
    }

    /// The macro that a name in a condition stands for.
    pub fn macro_of(&self, name: &str) -> Option<Condition<'a>> {
        let at = self.definitions.macros.position(name)?;
        let (definition, compiled) = (self.definitions.macros.at(at)?, self.compiled.macros.get(at)?);
        let unit = compiled.unit.as_deref()?;
        let checked = self.checked_macro(at, unit)?;
        Some(Condition { rule: None, macro_: Some(definition), text: &compiled.text, unit, checked })
    }

    fn checked_macro(&self, at: usize, unit: &Unit) -> Option<Arc<CheckedUnit>> {
        let fields = self.fields.get_or_init(|| Fields::new(self.catalogue, SYSCALL_SOURCE));
        Some(self.macros.get(at)?.get_or_init(|| Arc::new(check_unit(&unit.ast, fields, false))).clone())
    }
}
