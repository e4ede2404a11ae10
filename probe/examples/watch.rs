//! Prints the events of this machine: `watch [--ATTACHMENT] [SECONDS] [CALL…]`; without calls, all of them.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use probe::{Attachment, Options, Probe};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1).peekable();
    let asked = args.next_if(|arg| arg.starts_with("--"));
    let attachment = asked.and_then(|arg| Attachment::by_name(arg.trim_start_matches('-')));
    let seconds: f64 = args.next().map_or(Ok(1.0), |s| s.parse())?;
    let names: Vec<String> = args.collect();
    let syscalls: BTreeSet<_> = catalogue::syscalls()
        .filter(|call| {
            names.is_empty() && !call.name.starts_with("page_fault") || names.iter().any(|n| n == call.name)
        })
        .map(|call| call.code)
        .collect();
    let started = Instant::now();
    let mut probe = Probe::open(&Options { syscalls, attachment, ..Options::default() })?;
    eprintln!("opened in {:?}: {}", started.elapsed(), probe.choice());
    eprintln!("{:?}\nwarnings: {:?}", probe.features(), probe.warnings());
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    while Instant::now() < end {
        probe.poll(Duration::from_millis(100), &mut |event| {
            let name = event.code().get().map_or("?", |e| e.symbol);
            println!(
                "{} {} {} {name} {:?}",
                event.ts(),
                event.cpu(),
                event.tid(),
                event.params().collect::<Vec<_>>()
            );
        })?;
    }
    let stats = probe.stats()?;
    eprintln!("{:?} delivered {} malformed {}", stats.total(), stats.delivered, stats.malformed);
    Ok(())
}
