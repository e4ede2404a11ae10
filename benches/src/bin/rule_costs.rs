//! What measuring the cost of rules costs, and whether it finds the culprit. `RULES_DIR` and `CAPTURES_DIR` name the
//! official rules and the captures. `rule_costs [CAPTURE] [ROUNDS]` replays in turn with and without measuring, and fails if
//! the fastest round with it is more than 3 % slower than the fastest without.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use benches::replay::{Capture, engine, program};
use codegen::Strategy;
use hir::{Input, Options, SourceFile};

/// A rule that reads every path to its end, in the middle of everything else.
const SLOW: &str = "- rule: Slow\n  desc: d\n  condition: evt.type in (open, openat, openat2, read, connect) and \
                    fd.name regex '(/[-._a-zA-Z0-9]+)*/[0-9]+x'\n  output: o\n  priority: DEBUG\n";

/// How much slower measuring may be.
const LIMIT: f64 = 1.03;

/// CPU time of this thread: what else the machine does matters less.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split_whitespace().next().and_then(|ns| ns.parse().ok()).unwrap_or(0)
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "bench.scap".to_string());
    let rounds: usize = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(20);
    let (Some(program), Some(capture)) = (program(1), Capture::read(&name)) else { return ExitCode::SUCCESS };
    let mut best = [u64::MAX; 2];
    for _ in 0..rounds {
        for (measured, best) in best.iter_mut().enumerate() {
            let mut engine = engine(&program, Strategy::First);
            if measured == 1 {
                engine.measure_costs();
            }
            let start = cpu_ns();
            capture.replay(&mut engine);
            *best = (*best).min(cpu_ns() - start);
        }
    }
    let [without, with] = best.map(|time| time as f64 / capture.events() as f64);
    println!(
        "without: {without:.1} ns/event, with: {with:.1} ns/event, {:+.2} %",
        (with / without - 1.0) * 100.0
    );

    let mut files: Vec<SourceFile> = benches::official()
        .into_iter()
        .flatten()
        .take(1)
        .map(|(name, text)| SourceFile::new(name, text))
        .collect();
    files.push(SourceFile::new("slow.yaml", SLOW));
    let input = Input { files, options: Options::default() };
    let program = hir::compile(&input).unwrap_or_else(|_| panic!("the rules load"));
    let mut engine = engine(&program, Strategy::All);
    engine.measure_costs();
    for _ in 0..5 {
        capture.replay(&mut engine);
    }
    let Some(costs) = engine.costs() else { return ExitCode::FAILURE };
    let total: u64 = costs.rules().iter().map(|cost| cost.ns).sum();
    let mut ranked: Vec<_> = program.rules.iter().zip(costs.rules()).collect();
    ranked.sort_by_key(|(_, cost)| std::cmp::Reverse(cost.ns));
    println!("{} samples, {:.1} ms in all rules", costs.samples(), total as f64 / 1e6);
    for (rule, cost) in ranked.iter().take(5) {
        let each = cost.ns.checked_div(cost.evaluations).unwrap_or(0);
        println!("{:5.1} %  {each:6} ns each  {}", 100.0 * cost.ns as f64 / total.max(1) as f64, rule.name);
    }
    let found = ranked.first().is_some_and(|(rule, _)| &*rule.name == "Slow");
    if with / without <= LIMIT && found { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
