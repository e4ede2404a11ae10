//! Events through interpreter, machine code and steps, which have to agree.
#![allow(missing_docs, unreachable_pub)]

use catalogue::EventCode;
use codegen::{Backend, Binding, EvalContext, EventSource, Filters, Matches, Mode, ProcessCache, Strategy};
use ir::interp::Interpreter;
use ir::testing::MapSource;
use ir::{Extracted, FieldSource, ImportId, Program, RuleId, SourceId};

/// An event of a process.
struct Event<'e> {
    fields: &'e MapSource<'e>,
    cache: Option<&'e ProcessCache>,
}

impl FieldSource for Event<'_> {
    fn event_code(&self) -> EventCode {
        self.fields.event_code()
    }

    fn extract(&self, import: ImportId) -> Extracted<'_> {
        self.fields.extract(import)
    }
}

impl EventSource for Event<'_> {
    fn process_cache(&self) -> Option<&ProcessCache> {
        self.cache
    }
}

/// What is remembered of a process: machine code and steps remember apart, or one would answer for the other.
#[derive(Default)]
pub struct Memory([ProcessCache; 2]);

impl Memory {
    pub fn clear(&self) {
        self.0.iter().for_each(ProcessCache::clear);
    }
}

struct Way {
    filters: Filters,
    context: EvalContext,
    matches: Matches,
}

impl Way {
    fn matches(&mut self, event: &Event<'_>, strategy: Strategy) -> Vec<RuleId> {
        self.filters.run(&mut self.context, SourceId(0), event, &mut self.matches, strategy);
        self.matches.iter().collect()
    }
}

/// A program, ready to be evaluated in every way.
pub struct Pair<'p> {
    interpreter: Interpreter<'p>,
    ways: [Way; 2],
}

impl<'p> Pair<'p> {
    pub fn new(program: &'p Program, binding: &Binding) -> Pair<'p> {
        let ways = [Mode::Automatic, Mode::Steps].map(|mode| {
            let filters = Filters::compile_for(program, binding, mode).expect("a program of ordinary size");
            Way { context: filters.context(), filters, matches: Matches::new() }
        });
        assert_eq!(*ways[0].filters.backend(), Backend::Machine);
        Pair { interpreter: Interpreter::new(program).expect("a valid program"), ways }
    }

    /// Checks an event of a process, or of none; how many rules match. `context` says which event it is.
    pub fn check(&mut self, fields: &MapSource<'_>, memory: Option<&Memory>, context: &str) -> usize {
        let expected = self.interpreter.matches(fields, true);
        for (side, way) in self.ways.iter_mut().enumerate() {
            let event = Event { fields, cache: memory.map(|memory| &memory.0[side]) };
            let found = way.matches(&event, Strategy::All);
            assert_eq!(found, expected, "{context}, all, {:?}", way.filters.backend());
            let found = way.matches(&event, Strategy::First);
            let first = &expected[..expected.len().min(1)];
            assert_eq!(found, first, "{context}, first, {:?}", way.filters.backend());
            let wanted = way.filters.wants(SourceId(0), fields.event_code());
            assert!(wanted || expected.is_empty(), "{context}");
        }
        expected.len()
    }
}
