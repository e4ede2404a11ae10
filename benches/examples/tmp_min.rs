//! tmp
use benches::replay::*;
use codegen::Strategy;
use std::time::Instant;
fn main() {
    let capture = Capture::read("bench.scap").unwrap();
    let stable = program(1).unwrap();
    let all = program(3).unwrap();
    let mut none = all.clone();
    none.order.clear();
    let ten = repeated(&all, 10);
    let sets = [("none", &none, Strategy::First), ("stable", &stable, Strategy::First), ("all3", &all, Strategy::First), ("all3 all", &all, Strategy::All), ("ten", &ten, Strategy::First)];
    let only = std::env::args().nth(1);
    let rounds = std::env::args().nth(2).and_then(|x| x.parse().ok()).unwrap_or(15);
    let mut engines: Vec<_> = sets.iter().filter(|s| only.as_deref().is_none_or(|o| o == s.0 || o == "-")).map(|s| (s.0, engine(s.1, s.2), f64::MAX, 0usize)).collect();
    for e in &engines { println!("{} {:?}", e.0, e.1.ruleset().filters().stats()); }
    for _ in 0..rounds {
        for e in &mut engines {
            let t = Instant::now();
            e.3 = capture.replay(&mut e.1);
            e.2 = e.2.min(t.elapsed().as_secs_f64());
        }
    }
    for e in &engines { println!("{:10} {:6.1} ns/event  alerts {}", e.0, e.2 / capture.events() as f64 * 1e9, e.3); }
}
