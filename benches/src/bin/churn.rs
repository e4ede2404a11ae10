//! A long life of a busy host. Memory must stay flat: `churn [EVENTS]` (a hundred million by default) prints memory and the
//! size of the process table twenty times, and fails if memory grows once the tables are full, which they are
//! after 30 million events: shorter runs than 60 million judge the filling.
//!
//! `RULES_DIR` adds the official rules; otherwise only state is kept.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Instant;

use benches::churn::{Host, engine, ruleset};

/// Memory of this process in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn main() -> ExitCode {
    let wanted: u64 =
        std::env::args().nth(1).map_or(100_000_000, |text| text.parse().expect("a number of events"));
    let (ruleset, rules) = ruleset();
    println!("with {rules}");
    let mut engine = engine(ruleset);
    let mut host = Host::new(&mut engine);
    let mut series = Vec::new();
    let mut next_report = 0;
    let start = Instant::now();
    println!("{:>12} {:>10} {:>9} {:>9} {:>11}", "events", "RSS KiB", "threads", "alerts", "events/s");
    loop {
        let Host { events, alerts, .. } = host;
        if events >= next_report || events >= wanted {
            let rss = resident_kib();
            let threads = engine.state().threads.len();
            let rate = events as f64 / start.elapsed().as_secs_f64().max(1e-9);
            println!("{events:>12} {rss:>10} {threads:>9} {alerts:>9} {rate:>11.0}");
            series.push(rss);
            next_report += wanted / 20;
            if events >= wanted {
                break;
            }
        }
        host.live(&mut engine);
    }

    let stats = engine.stats();
    println!("threads added {}, removed {}", stats.threads_added, stats.threads_removed);
    // The first half fills tables and buffers; afterwards nothing may grow by more than a little fragmentation.
    let half = series[series.len() / 2];
    let last = *series.last().unwrap_or(&0);
    let most = half + half / 50 + 1024;
    println!("half way {half} KiB, at the end {last} KiB");
    if last > most {
        eprintln!("memory grows: {last} KiB at the end, more than {most} KiB");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
