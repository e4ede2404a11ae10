//! What the fuzz target for filters calls: any bytes name a program and events, on which machine code, steps and the
//! reference interpreter have to agree.

use bumpalo::Bump;
use catalogue::EventCode;
use ir::interp::Interpreter;
use ir::testing::{MapSource, Prng, RandomProgram};
use ir::{Extracted, FieldSource, ImportId, RuleId, SourceId};

use crate::{
    Binding, Cost, EventSource, Filters, ImportBinding, Matches, Mode, ProcessCache, Scope, Strategy,
};

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

/// Reads the bytes as numbers of eight bytes: the program's, then one for each event. An odd event number means another
/// process from there on.
///
/// # Panics
/// When an evaluation differs from the interpreter's.
pub fn evaluations_agree(data: &[u8]) {
    let mut numbers = data.chunks(8).map(|chunk| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(bytes)
    });
    let Some(seed) = numbers.next() else { return };
    let random = RandomProgram::new(seed);
    let program = &random.program;
    let Ok(interpreter) = Interpreter::new(program) else { return };
    let mut prng = Prng::new(seed);
    let binding = Binding::new(program, |_| ImportBinding {
        scope: prng.pick(&[Scope::Process, Scope::Event]),
        cost: prng.pick(&[Cost::Cheap, Cost::Expensive]),
    });
    let arena = Bump::new();
    for mode in [Mode::Automatic, Mode::Steps] {
        let Ok(filters) = Filters::compile_for(program, &binding, mode) else { return };
        let (mut context, mut matches) = (filters.context(), Matches::new());
        let cache = ProcessCache::new();
        let mut process = random.event(&mut prng, &arena);
        for number in numbers.clone() {
            let mut prng = Prng::new(number);
            if number % 2 == 1 {
                process = random.event(&mut prng, &arena);
                cache.clear();
            }
            let own = random.event(&mut prng, &arena);
            let values = (0..program.imports.len() as u32).map(ImportId).map(|import| {
                let of_process = binding.of(import).scope == Scope::Process;
                if of_process { &process } else { &own }.extract(import)
            });
            let fields = MapSource::from_values(own.event_code(), values.collect());
            let event = Event { fields, cache: prng.chance(80).then_some(&cache) };
            let expected = interpreter.matches(&event, true);
            filters.run(&mut context, SourceId(0), &event, &mut matches, Strategy::All);
            assert_eq!(matches.iter().collect::<Vec<RuleId>>(), expected);
            filters.run(&mut context, SourceId(0), &event, &mut matches, Strategy::First);
            assert_eq!(matches.first(), expected.first().copied());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::evaluations_agree;

    #[test]
    fn any_bytes_will_do() {
        evaluations_agree(b"");
        let mut data = Vec::new();
        for byte in 0..=255u8 {
            data.push(byte.wrapping_mul(89));
            evaluations_agree(&data);
        }
    }
}
