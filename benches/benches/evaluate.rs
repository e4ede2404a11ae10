//! What events cost: state alone, and with the official rules on top. Throughput is in events of the capture.

use benches::replay::{Capture, engine, program, repeated};
use codegen::Strategy;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn evaluate(criterion: &mut Criterion) {
    let Some(capture) = Capture::read("bench.scap") else { return };
    let (Some(stable), Some(all)) = (program(1), program(3)) else { return };
    let mut none = all.clone();
    none.order.clear();
    let mut group = criterion.benchmark_group("evaluate");
    group.throughput(Throughput::Elements(capture.events() as u64)).sample_size(10);
    for (name, program, strategy) in [
        ("state only", &none, Strategy::First),
        ("stable, first", &stable, Strategy::First),
        ("all three, first", &all, Strategy::First),
        ("all three, all", &all, Strategy::All),
        ("ten copies of all three, first", &repeated(&all, 10), Strategy::First),
    ] {
        let mut engine = engine(program, strategy);
        group.bench_function(name, |bencher| bencher.iter(|| capture.replay(&mut engine)));
    }
}

criterion_group!(benches, evaluate);
criterion_main!(benches);
