//! Random programs on random events: machine code and steps match exactly the rules that the reference interpreter
//! matches. `DIFFERENTIAL_PROGRAMS` and `DIFFERENTIAL_SEED` run more or others.

mod paired;

use std::sync::atomic::{AtomicU64, Ordering};

use bumpalo::Bump;
use codegen::{Binding, Cost, ImportBinding, Scope};
use ir::testing::{MapSource, Prng, RandomProgram};
use ir::{Extracted, FieldSource, ImportId};
use paired::{Memory, Pair};

const EVENTS: usize = 200;

fn check(seed: u64) {
    let random = RandomProgram::new(seed);
    let program = &random.program;
    let mut prng = Prng::new(!seed);
    let shared = prng.below(100);
    let binding = Binding::new(program, |_| ImportBinding {
        scope: if prng.chance(shared) { Scope::Process } else { Scope::Event },
        cost: prng.pick(&[Cost::Cheap, Cost::Moderate, Cost::Expensive]),
    });
    let is_process = |id: usize| binding.of(ImportId(id as u32)).scope == Scope::Process;
    let mut pair = Pair::new(program, &binding);

    let process_arena = Bump::new();
    let mut processes: Vec<(MapSource<'_>, Memory)> =
        (0..3).map(|_| (random.event(&mut prng, &process_arena), Memory::default())).collect();
    let mut arena = Bump::new();
    for number in 0..EVENTS {
        arena.reset();
        let index = prng.below(processes.len());
        let (state, memory) = &mut processes[index];
        if prng.chance(5) {
            // The process becomes another program.
            *state = random.event(&mut prng, &process_arena);
            memory.clear();
        }
        let own = random.event(&mut prng, &arena);
        let values: Vec<Extracted<'_>> = (0..program.imports.len())
            .map(|id| if is_process(id) { &*state } else { &own }.extract(ImportId(id as u32)))
            .collect();
        let fields = MapSource::from_values(own.event_code(), values);
        let memory = prng.chance(80).then_some(&*memory);
        pair.check(&fields, memory, &format!("seed {seed}, event {number}"));
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
