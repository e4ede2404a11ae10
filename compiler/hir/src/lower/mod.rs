//! Lowering: checked conditions, outputs and rule metadata into one program of the typed IR.
//!
//! Falco's peculiar comparisons go through `ir::compat`: what never matches becomes a constant, what looks at its first
//! value only gets only that. The IR that comes out has clean semantics.

mod alone;
mod condition;
mod operand;
mod output;

pub use alone::condition;
pub use operand::slot;
pub use output::template;

use catalogue::{EventCode, SYSCALL_SOURCE};
use ir::{EventSet, Program, ProgramBuilder, RuleId};
use rustc_hash::FxHashMap;

use crate::compile::{Cache, Compiled};
use crate::environment::Environment;
use crate::input::{Input, Options};
use crate::load::{Checked, check};
use crate::scope::Definitions;
use crate::select::enabled_rules;
use crate::source::Sources;

/// Checks files and lowers their rules.
///
/// # Errors
/// What checking gave, when Falco refuses a file or a plugin that is required is missing.
pub fn compile(input: &Input) -> Result<Program, Box<Checked>> {
    let checked = check(input);
    if checked.is_ok() && checked.unmet_requirements.is_empty() {
        Ok(program(&checked, &input.options))
    } else {
        Err(Box::new(checked))
    }
}

/// Lowers everything that compiled, with the rules that the options enable in evaluation order. `options` are those of
/// the check.
pub fn program(checked: &Checked, options: &Options) -> Program {
    let Checked { sources, definitions, compiled, .. } = checked;
    let environment = Environment::new(&options.catalogue, options.engine_version);
    let mut lowering = Lowering {
        builder: ProgramBuilder::new(),
        sources,
        environment: &environment,
        definitions,
        compiled,
        cache: Cache::default(),
        macros: FxHashMap::default(),
    };
    let mut ids: Vec<Option<RuleId>> = Vec::with_capacity(definitions.rules.len());
    for (at, rule) in definitions.rules.iter().enumerate() {
        let one = compiled.rules.get(at).and_then(Option::as_ref);
        ids.push(one.map(|one| lowering.rule(rule, one)));
    }
    let enabled = enabled_rules(definitions, compiled, options);
    let order = enabled.into_iter().filter_map(|at| ids.get(at).copied().flatten()).collect();
    lowering.builder.finish(order)
}

/// Turns everything compiled into a program.
struct Lowering<'a> {
    builder: ProgramBuilder,
    sources: &'a Sources,
    environment: &'a Environment<'a>,
    definitions: &'a Definitions,
    compiled: &'a Compiled,
    /// Checked conditions of macros, which depend on the event source of the rule that uses them.
    cache: Cache,
    /// Lowered macros, by index and event source.
    macros: FxHashMap<(usize, u32), ir::ExprId>,
}

impl Lowering<'_> {
    fn rule(&mut self, rule: &crate::scope::Rule, compiled: &crate::compile::CompiledRule) -> RuleId {
        let source = self.builder.source(&rule.source);
        let condition = self.condition(&compiled.unit, &rule.source, source);
        let output = self.output(compiled, &rule.source);
        let lowered = ir::Rule {
            name: (*rule.name).into(),
            description: rule.description.text(self.sources).into(),
            source,
            priority: rule.priority,
            tags: rule.tags.iter().map(|tag| (**tag).into()).collect(),
            condition,
            events: events(&rule.source, &compiled.reach.holds),
            output,
            capture: rule.capture,
            capture_duration_ms: rule.capture_duration,
        };
        self.builder.rule(lowered)
    }
}

/// The event types that a rule is indexed by (language.md 5.9): async events always belong to it.
fn events(source: &str, reach: &EventSet) -> EventSet {
    let mut events = if *source == *SYSCALL_SOURCE { *reach } else { EventSet::EMPTY };
    if *source != *SYSCALL_SOURCE {
        events.insert(EventCode::PLUGINEVENT_E);
    }
    events.insert(EventCode::ASYNCEVENT_E);
    events
}
