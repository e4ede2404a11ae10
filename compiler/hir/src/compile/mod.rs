//! Compilation of everything collected, as Falco does it after each file (language.md 6.1): lists, macros, rules, then
//! what nothing refers to.
//!
//! Texts that were compiled before are not parsed or checked again, so loading many files stays cheap.

mod assemble;
mod cache;
mod condition;
mod facts;
mod lists;
mod macros;
mod output;
mod report;
mod rule;
mod syntax_error;
mod unused;

use std::sync::Arc;

use ir::EventSet;

use crate::append_output::AppendOutput;
use crate::check::output::OutputPart;
use crate::check::{CheckedUnit, Reach};
use crate::compile::facts::Facts;
use crate::environment::Environment;
use crate::finding::Finding;
use crate::scope::Definitions;
use crate::source::Sources;
use crate::text::{Replacements, ScalarId, Traced};

pub(crate) use cache::Cache;
pub use cache::Unit;

/// A list as rules see it.
#[derive(Clone, Debug)]
pub struct CompiledList {
    /// Its items; names of earlier lists are replaced by their items.
    pub items: Vec<ScalarId>,
    /// Whether a condition or list refers to it.
    pub used: bool,
}

/// A macro as rules see it.
#[derive(Clone, Debug)]
pub struct CompiledMacro {
    /// Its condition after list substitution.
    pub text: Arc<Traced>,
    /// The parsed condition; `None` when the macro has none or it does not parse.
    pub unit: Option<Arc<Unit>>,
    /// Whether a rule or macro refers to it.
    pub used: bool,
    /// Whether it, or a macro in it, is undefined or refers to itself.
    pub broken: bool,
    /// Equal in two runs when neither the condition nor the macros below it have changed.
    pub(crate) stamp: u64,
}

/// A rule that compiled.
#[derive(Clone, Debug)]
pub struct CompiledRule {
    /// Its condition with exceptions and after list substitution.
    pub text: Arc<Traced>,
    /// The parsed condition.
    pub unit: Arc<Unit>,
    /// Its checks; those of macros are with the macros.
    pub checked: Arc<CheckedUnit>,
    /// The event types that can satisfy the condition (syscall source) and those of its negation.
    pub reach: Reach<EventSet>,
    /// The output with what is appended to it.
    pub output: Traced,
    /// The output's parts.
    pub parts: Arc<Vec<OutputPart>>,
    /// Extra fields: key, format, whether it is a raw field, the format's parts.
    pub extra_fields: Vec<ExtraOutput>,
}

/// An extra field of a rule's alerts.
#[derive(Clone, Debug)]
pub struct ExtraOutput {
    /// Its key.
    pub key: String,
    /// Its format.
    pub format: String,
    /// Whether it is a raw field, whose value keeps its type.
    pub raw: bool,
    /// The format's parts.
    pub parts: Vec<OutputPart>,
}

/// The lists of a load, ready to be put into texts.
#[derive(Default)]
struct PreparedLists {
    /// As long as no condition refers to them.
    lists: Vec<CompiledList>,
    replacements: Replacements,
}

/// Everything compiled, by position in the tables of [`Definitions`].
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The lists.
    pub lists: Vec<CompiledList>,
    /// The macros.
    pub macros: Vec<CompiledMacro>,
    /// The rules; `None` for those of unknown sources, skipped ones and those with errors.
    pub rules: Vec<Option<Arc<CompiledRule>>>,
}

/// What one compilation needs.
pub(crate) struct Compiler<'a, 'e> {
    sources: &'a Sources,
    environment: &'a Environment<'e>,
    definitions: &'a Definitions,
    append_output: &'a [AppendOutput],
    cache: &'a mut Cache,
    findings: Vec<Finding>,
    compiled: Compiled,
    facts: Facts,
    prepared: Arc<PreparedLists>,
    /// Equal in two loads when all lists are equal.
    lists_stamp: u64,
    /// Whether more files are loaded after this, so that outcomes are worth keeping.
    more_follow: bool,
}

impl<'a, 'e> Compiler<'a, 'e> {
    pub(crate) fn new(
        sources: &'a Sources,
        environment: &'a Environment<'e>,
        definitions: &'a Definitions,
        append_output: &'a [AppendOutput],
        cache: &'a mut Cache,
        more_follow: bool,
    ) -> Compiler<'a, 'e> {
        let (findings, compiled, facts) = (Vec::new(), Compiled::default(), Facts::default());
        Compiler {
            sources,
            environment,
            definitions,
            append_output,
            cache,
            findings,
            compiled,
            facts,
            prepared: Arc::default(),
            lists_stamp: 0,
            more_follow,
        }
    }

    /// Compiles everything; the findings are in Falco's order, and go on after errors.
    pub(crate) fn run(mut self) -> (Compiled, Vec<Finding>) {
        self.lists();
        self.macros();
        self.macro_facts();
        self.rules();
        self.unused();
        (self.compiled, self.findings)
    }

    fn place(&self, text: &Traced, span: syntax::span::Span) -> crate::text::Place {
        text.place(span, self.sources)
    }
}
