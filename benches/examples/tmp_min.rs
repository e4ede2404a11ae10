//! tmp
use benches::replay::*;
use codegen::Strategy;
use std::time::Instant;
fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    let _ = s;
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}
fn main() {
    let all = program(3).unwrap();
    let stable = program(1).unwrap();
    let mut none = all.clone();
    none.order.clear();
    let only = std::env::args().nth(1);
    let rounds = std::env::args().nth(2).and_then(|x| x.parse().ok()).unwrap_or(15);
    if only.as_deref() == Some("compile") {
        let (mut p, mut g) = (f64::MAX, f64::MAX);
        let c = cpu();
        for _ in 0..rounds {
            let e = engine(&all, Strategy::First);
            let s = e.ruleset().filters().stats();
            p = p.min(s.planning.as_secs_f64() * 1e3);
            g = g.min(s.generating.as_secs_f64() * 1e3);
        }
        println!("planning {p:.2} ms generating {g:.2} ms (wall, min), cpu/compile {:.2} ms", (cpu() - c) * 1e3 / rounds as f64);
        return;
    }
    let capture = Capture::read("bench.scap").unwrap();
    let ten = repeated(&all, 10);
    let sets = [("none", &none, Strategy::First), ("stable", &stable, Strategy::First), ("all3", &all, Strategy::First), ("all3 all", &all, Strategy::All), ("ten", &ten, Strategy::First)];
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
