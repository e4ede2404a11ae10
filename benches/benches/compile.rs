//! From a program to filters, for the three official rule files.

use benches::replay::program;
use codegen::Mode;
use criterion::{Criterion, criterion_group, criterion_main};
use engine::Ruleset;
use engine::fields::Settings;

fn compile(criterion: &mut Criterion) {
    let Some(program) = program(3) else { return };
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(20);
    for (name, mode) in [("official, machine code", Mode::Automatic), ("official, steps", Mode::Steps)] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| Ruleset::new(program.clone(), Settings::default(), mode).is_ok());
        });
    }
}

criterion_group!(benches, compile);
criterion_main!(benches);
