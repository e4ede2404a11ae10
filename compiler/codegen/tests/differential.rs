//! Random programs on random events: machine code and steps match exactly the rules that the reference interpreter
//! matches. `DIFFERENTIAL_PROGRAMS` and `DIFFERENTIAL_SEED` run more or others.

use std::sync::atomic::{AtomicU64, Ordering};

use bumpalo::Bump;
use catalogue::EventCode;
use codegen::{
    Backend, Binding, Cost, EvalContext, EventSource, Filters, ImportBinding, Matches, Mode, ProcessCache,
    Scope, Strategy,
};
use ir::interp::Interpreter;
use ir::testing::{MapSource, Prng, RandomProgram};
use ir::{Extracted, FieldSource, ImportId, RuleId, SourceId};

const EVENTS: usize = 200;

/// An event of a process.
struct Event<'e> {
    fields: MapSource<'e>,
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

/// A process: values of the imports that belong to it, and what is remembered.
struct Process<'e> {
    values: MapSource<'e>,
    cache: ProcessCache,
}

/// One way of evaluating the program.
struct Way {
    filters: Filters,
    context: EvalContext,
    matches: Matches,
}

impl Way {
    fn new(random: &RandomProgram, binding: &Binding, mode: Mode) -> Way {
        let filters =
            Filters::compile_for(&random.program, binding, mode).expect("random programs are small");
        Way { context: filters.context(), filters, matches: Matches::new() }
    }

    fn matches(&mut self, event: &Event<'_>, strategy: Strategy) -> Vec<RuleId> {
        self.filters.run(&mut self.context, SourceId(0), event, &mut self.matches, strategy);
        self.matches.iter().collect()
    }
}

fn check(seed: u64) {
    let random = RandomProgram::new(seed);
    let program = &random.program;
    let interpreter = Interpreter::new(program).expect("random programs are valid");
    let mut prng = Prng::new(!seed);
    let shared = prng.below(100);
    let binding = Binding::new(program, |_| ImportBinding {
        scope: if prng.chance(shared) { Scope::Process } else { Scope::Event },
        cost: prng.pick(&[Cost::Cheap, Cost::Moderate, Cost::Expensive]),
    });
    let is_process = |id: usize| binding.of(ImportId(id as u32)).scope == Scope::Process;
    let mut machine = Way::new(&random, &binding, Mode::Automatic);
    let mut steps = Way::new(&random, &binding, Mode::Steps);
    assert_eq!(*machine.filters.backend(), Backend::Machine);

    let process_arena = Bump::new();
    let process =
        |prng: &mut Prng| Process { values: random.event(prng, &process_arena), cache: ProcessCache::new() };
    // Machine code and steps remember apart, or one would answer for the other.
    let mut processes: Vec<[Process<'_>; 2]> = Vec::new();
    for _ in 0..3 {
        let own = process(&mut prng);
        let values = own.values.clone();
        processes.push([own, Process { values, cache: ProcessCache::new() }]);
    }
    let mut arena = Bump::new();
    for number in 0..EVENTS {
        arena.reset();
        let index = prng.below(processes.len());
        if prng.chance(5) {
            // The process becomes another program.
            let values = process(&mut prng).values;
            for side in &mut processes[index] {
                side.values = values.clone();
                side.cache.clear();
            }
        }
        let own = random.event(&mut prng, &arena);
        let values: Vec<Extracted<'_>> = (0..program.imports.len())
            .map(|id| {
                let from = if is_process(id) { &processes[index][0].values } else { &own };
                from.extract(ImportId(id as u32))
            })
            .collect();
        let fields = MapSource::from_values(own.event_code(), values);
        let remembered = prng.chance(80);
        let expected = interpreter.matches(&fields, true);
        for (way, side) in [(&mut machine, 0), (&mut steps, 1)] {
            let cache = remembered.then_some(&processes[index][side].cache);
            let event = Event { fields: fields.clone(), cache };
            let found = way.matches(&event, Strategy::All);
            assert_eq!(found, expected, "seed {seed}, event {number}, all, {:?}", way.filters.backend());
            let found = way.matches(&event, Strategy::First);
            let first = &expected[..expected.len().min(1)];
            assert_eq!(found, first, "seed {seed}, event {number}, first, {:?}", way.filters.backend());
            let wanted = way.filters.wants(SourceId(0), own.event_code());
            assert!(wanted || expected.is_empty(), "seed {seed}, event {number}");
        }
    }
}

#[test]
fn filters_match_what_the_interpreter_matches() {
    let setting = |name: &str, default: u64| {
        std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
    };
    let (first, programs) = (setting("DIFFERENTIAL_SEED", 0), setting("DIFFERENTIAL_PROGRAMS", 5000));
    let next = AtomicU64::new(first);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed - first >= programs {
                        break;
                    }
                    check(seed);
                }
            });
        }
    });
}
