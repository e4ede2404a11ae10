//! What checking rules costs: the official files, and rule sets of growing size.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hir::{Input, Memo, Options, SourceFile};

fn input(files: Vec<(String, String)>) -> Input {
    let files = files.into_iter().map(|(name, text)| SourceFile::new(name, text)).collect();
    Input { files, options: Options::default() }
}

fn check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check");
    if let Some(files) = benches::official() {
        let bytes = files.iter().map(|(_, text)| text.len()).sum::<usize>();
        let input = input(files);
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function("official", |bencher| bencher.iter(|| hir::check(&input)));
        group.bench_function("official, lowered", |bencher| {
            bencher.iter(|| hir::compile(&input).map_err(|_| ()))
        });
        // As in an editor: one condition of the first file changes from check to check, to and fro.
        let mut memo = Memo::default();
        let mut edited = input.clone();
        let first = &mut edited.files[0];
        let at = first.text.find("spawned_process and").expect("a use of the macro");
        *first = SourceFile::new(first.name.clone(), {
            let mut text = first.text.to_string();
            text.insert_str(at, "not ");
            text
        });
        let states = [input, edited];
        let mut step = 0;
        group.bench_function("official, again after an edit", |bencher| {
            bencher.iter(|| {
                step += 1;
                hir::check_again(&states[step % 2], &mut memo)
            })
        });
    } else {
        eprintln!("RULES_DIR is not set: the official files are left out");
    }
    for rules in [100, 1_000, 10_000] {
        let text = benches::rule_set(rules);
        group.throughput(Throughput::Elements(rules as u64));
        group.sample_size(10);
        let input = input(vec![("rules.yaml".to_string(), text)]);
        assert!(hir::check(&input).is_ok(), "the generated rules are fine");
        group.bench_with_input(BenchmarkId::new("rules", rules), &input, |bencher, input| {
            bencher.iter(|| hir::check(input));
        });
    }
    group.finish();
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    let text = benches::rule_set(1_000);
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("yaml", |bencher| bencher.iter(|| syntax::yaml::read(&text)));
    group.bench_function("split", |bencher| bencher.iter(|| syntax::yaml::split(&text)));
    group.finish();
}

criterion_group!(benches, check, read);
criterion_main!(benches);
