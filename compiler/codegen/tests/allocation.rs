//! Matching allocates nothing once its memory is warm, whatever the rules need: transformers, regular expressions,
//! groups, process-level results.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use bumpalo::Bump;
use codegen::{
    Binding, Cost, EventSource, Filters, ImportBinding, Matches, Mode, ProcessCache, Scope, Strategy,
};
use ir::testing::{MapSource, Prng, RandomProgram};
use ir::{Extracted, FieldSource, ImportId, SourceId};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that is ending has no counter any more.
    _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: everything is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

struct Event<'e> {
    fields: MapSource<'e>,
    cache: &'e ProcessCache,
}

impl FieldSource for Event<'_> {
    fn event_code(&self) -> catalogue::EventCode {
        self.fields.event_code()
    }

    fn extract(&self, import: ImportId) -> Extracted<'_> {
        self.fields.extract(import)
    }
}

impl EventSource for Event<'_> {
    fn process_cache(&self) -> Option<&ProcessCache> {
        Some(self.cache)
    }
}

#[test]
fn warm_evaluation_allocates_nothing() {
    for seed in 0..200 {
        let random = RandomProgram::new(seed);
        let mut prng = Prng::new(seed);
        let binding = Binding::new(&random.program, |_| ImportBinding {
            scope: prng.pick(&[Scope::Process, Scope::Event]),
            cost: Cost::Cheap,
        });
        for mode in [Mode::Automatic, Mode::Steps] {
            let filters = Filters::compile_for(&random.program, &binding, mode).unwrap();
            let mut context = filters.context();
            let mut matches = Matches::new();
            let arena = Bump::new();
            let cache = ProcessCache::new();
            let events: Vec<Event<'_>> =
                (0..50).map(|_| Event { fields: random.event(&mut prng, &arena), cache: &cache }).collect();
            let mut run = || {
                let mut found = 0;
                for event in &events {
                    cache.clear();
                    for strategy in [Strategy::All, Strategy::First] {
                        filters.run(&mut context, SourceId(0), event, &mut matches, strategy);
                        found += matches.len();
                    }
                }
                found
            };
            // Regular expressions and the arena take what they need on first use.
            let (warm, again) = (run(), run());
            let before = ALLOCATIONS.get();
            let found = run();
            assert_eq!(ALLOCATIONS.get() - before, 0, "seed {seed} {mode:?}");
            assert!(found == warm && found == again);
        }
    }
}
