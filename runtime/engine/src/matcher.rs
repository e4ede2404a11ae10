//! Which rules match an event: a program ready to run, and the memory of one run.

use std::fmt;
use std::time::Instant;

use catalogue::EventCode;
use codegen::{Binding, EvalContext, EventSource, Filters, ImportBinding, Matches, ProcessCache, Strategy};
use ir::{EventSet, Extracted, FieldSource, ImportId, Program, SourceId};

use crate::costs::Costs;
use crate::event::Event;
use crate::fields::{BindError, Cost, Fields, Matching, Memory, Scope, Settings};
use crate::state::ThreadId;

/// The source that system-call events belong to.
const SYSCALL: &str = "syscall";

/// A program with its filters and extractors: immutable, shared by any number of engines.
#[derive(Debug)]
pub struct Ruleset {
    program: Program,
    filters: Filters,
    fields: Fields,
    /// The program's system-call source, if it has rules for it.
    source: Option<SourceId>,
    /// Event types that some rule of that source can match.
    wanted: EventSet,
}

/// Why a program cannot run here.
#[derive(Debug)]
pub enum LoadError {
    /// It reads a field that this engine does not have.
    Field(BindError),
    /// Its filters cannot be compiled.
    Filters(codegen::Error),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Field(error) => error.fmt(f),
            LoadError::Filters(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LoadError {}

impl Ruleset {
    /// Binds a verified program's fields and compiles its filters.
    pub fn new(program: Program, settings: Settings, mode: codegen::Mode) -> Result<Ruleset, LoadError> {
        let fields = Fields::bind(&program, settings).map_err(LoadError::Field)?;
        let mut next = 0;
        let binding = Binding::new(&program, |_| {
            let import = ImportId(next);
            next += 1;
            let scope = match fields.scope(import) {
                Scope::TypeName => codegen::Scope::TypeName,
                Scope::Process => codegen::Scope::Process,
                Scope::Event => codegen::Scope::Event,
            };
            let cost = match fields.cost(import) {
                Cost::Cheap => codegen::Cost::Cheap,
                Cost::Moderate => codegen::Cost::Moderate,
                Cost::Expensive => codegen::Cost::Expensive,
            };
            ImportBinding { scope, cost }
        });
        let filters = Filters::compile_for(&program, &binding, mode).map_err(LoadError::Filters)?;
        let source =
            program.sources.iter().position(|name| **name == *SYSCALL).map(|index| SourceId(index as u32));
        let wanted = EventSet::below(EventSet::CAPACITY)
            .iter()
            .filter(|code| source.is_some_and(|source| filters.wants(source, *code)))
            .collect();
        Ok(Ruleset { program, filters, fields, source, wanted })
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// The compiled filters.
    pub fn filters(&self) -> &Filters {
        &self.filters
    }

    /// The bound fields.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Whether any rule can match system-call events of this type.
    #[inline]
    pub fn wants(&self, code: EventCode) -> bool {
        self.wanted.contains(code)
    }
}

/// Results of process-level conditions of one thread, and what they hold for.
#[derive(Debug, Default)]
struct CacheEntry {
    version: u64,
    epoch: u64,
    cache: ProcessCache,
}

/// The memory of one run: reused for every event.
#[derive(Debug)]
pub struct Matcher {
    context: EvalContext,
    matches: Matches,
    memory: Memory,
    /// By thread.
    caches: Vec<CacheEntry>,
    strategy: Strategy,
    /// What rules cost, when that is measured.
    costs: Option<Box<Costs>>,
}

impl Matcher {
    /// Memory for evaluating a ruleset.
    pub fn new(ruleset: &Ruleset, strategy: Strategy) -> Matcher {
        Matcher {
            context: ruleset.filters.context(),
            matches: Matches::new(),
            memory: ruleset.fields.memory(),
            caches: Vec::new(),
            strategy,
            costs: None,
        }
    }

    /// Sets memory aside for so many threads, so that no event has to wait for it.
    pub fn reserve(&mut self, threads: usize) {
        self.caches.resize_with(threads, CacheEntry::default);
    }

    /// How many threads there is memory for.
    pub fn threads_seen(&self) -> usize {
        self.caches.len()
    }

    /// What extractors keep between events.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Evaluates the rules for an event of a thread; [`Matcher::matches`] has the result.
    pub fn run(&mut self, ruleset: &Ruleset, event: &Event<'_>, thread: Option<ThreadId>) {
        let Some(source) = ruleset.source else { return };
        let cache = match (thread, event.thread) {
            (Some(id), Some(info)) => {
                let index = id.index();
                if index >= self.caches.len() {
                    self.caches.resize_with(index + 1, CacheEntry::default);
                }
                let entry = &mut self.caches[index];
                if entry.version != info.version || entry.epoch != event.state.epoch {
                    entry.version = info.version;
                    entry.epoch = event.state.epoch;
                    entry.cache.clear();
                }
                Some(&entry.cache)
            }
            _ => None,
        };
        let subject = Subject { values: Matching::new(&ruleset.fields, &self.memory, event), cache };
        let Matcher { context, matches, strategy, costs, .. } = self;
        let due = costs.as_mut().is_some_and(|costs| costs.is_due());
        let start = due.then(Instant::now);
        ruleset.filters.run(context, source, &subject, matches, *strategy);
        if let (Some(costs), Some(start)) = (costs, start) {
            let taken = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
            costs.sample(taken, ruleset, context, source, &subject, *strategy);
        }
    }

    /// Measures from now on what the rules of a ruleset cost.
    pub fn measure_costs(&mut self, ruleset: &Ruleset) {
        self.costs = Some(Box::new(Costs::new(&ruleset.program)));
    }

    /// What the rules cost, when that is measured.
    pub fn costs(&self) -> Option<&Costs> {
        self.costs.as_deref()
    }

    /// Goes on measuring where another matcher stopped.
    pub(crate) fn inherit_costs(&mut self, former: &mut Matcher, from: &Ruleset, to: &Ruleset) {
        self.costs = former.costs.take();
        if let Some(costs) = &mut self.costs {
            costs.carry_over(&from.program, &to.program);
        }
    }

    /// The rules that matched the latest event.
    pub fn matches(&self) -> &Matches {
        &self.matches
    }
}

/// An event as filters see it.
struct Subject<'a, 'e> {
    values: Matching<'a, 'e>,
    cache: Option<&'a ProcessCache>,
}

impl FieldSource for Subject<'_, '_> {
    #[inline]
    fn event_code(&self) -> EventCode {
        self.values.event_code()
    }

    #[inline]
    fn extract(&self, import: ImportId) -> Extracted<'_> {
        self.values.extract(import)
    }
}

impl EventSource for Subject<'_, '_> {
    #[inline]
    fn process_cache(&self) -> Option<&ProcessCache> {
        self.cache
    }
}
