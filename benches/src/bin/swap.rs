//! How long the event loop stands still when rules are exchanged: `swap [TIMES]`, a thousand by default, on a host with a
//! history, with the official rules when `RULES_DIR` names them. Prints the distribution in microseconds.
#![forbid(unsafe_code)]

use std::time::Instant;

use benches::churn::{Host, engine, ruleset};
use codegen::Strategy;
use engine::{ReadyRules, format};

/// Processes that lived before the first exchange.
const HISTORY: u64 = 50_000;

/// Processes that live between two exchanges.
const BETWEEN: u64 = 50;

fn main() {
    let times: usize = std::env::args().nth(1).map_or(1_000, |text| text.parse().expect("a number"));
    let (ruleset, rules) = ruleset();
    let mut engine = engine(ruleset.clone());
    let mut host = Host::new(&mut engine);
    (0..HISTORY).for_each(|_| host.live(&mut engine));
    let mut pauses = Vec::new();
    let mut firsts = Vec::new();
    for _ in 0..times {
        // Away from the event loop in the daemon, so not counted here.
        let fresh = ReadyRules::new(
            ruleset.clone(),
            Strategy::First,
            format::Options::default(),
            engine.threads_seen(),
        );
        let start = Instant::now();
        let former = engine.replace(fresh);
        pauses.push(start.elapsed());
        drop(former);
        // The first events find cold caches.
        let start = Instant::now();
        host.live(&mut engine);
        firsts.push(start.elapsed());
        (0..BETWEEN).for_each(|_| host.live(&mut engine));
    }
    println!("{times} exchanges with {rules}, {} threads known", engine.state().threads.len());
    for (what, mut series) in [("pause", pauses), ("first process after it", firsts)] {
        series.sort_unstable();
        let at = |share: usize| series[(series.len() - 1) * share / 100].as_secs_f64() * 1e6;
        println!("{what}: p50 {:.1} us, p99 {:.1} us, longest {:.1} us", at(50), at(99), at(100));
    }
}
