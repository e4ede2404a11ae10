//! Reads a capture to its end and reports the cost of an event: `decode FILE [rounds]`. With `--types`, counts events by
//! type instead; with `--print`, prints a script of everything; with `--raw`, as they were recorded.

use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;
use std::time::Instant;

use events::scap::{Options, Reader, Record};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (flags, names): (Vec<_>, Vec<_>) = args.iter().partition(|arg| arg.starts_with("--"));
    let path = names.first().ok_or("decode FILE [rounds]")?;
    let options = Options { convert: !flags.iter().any(|f| *f == "--raw"), ..Options::default() };
    if flags.iter().any(|f| *f == "--types") {
        let mut reader = Reader::with_options(File::open(path)?, options)?;
        let mut types = BTreeMap::new();
        while let Some(record) = reader.next_record()? {
            if let Record::Event(event) = record {
                let symbol = event.code().get().map_or("?", |ty| ty.symbol);
                let state_only = event.flags().contains(events::EventFlags::STATE_ONLY);
                *types.entry((symbol, event.len(), state_only)).or_insert(0u64) += 1;
            }
        }
        for ((symbol, params, state_only), count) in &types {
            println!("{count:8} {symbol} {params}{}", if *state_only { " state-only" } else { "" });
        }
        println!("{:8} total", types.values().sum::<u64>());
        for notice in &reader.notices().first {
            println!("notice: {} at {}", notice.message, notice.offset);
        }
        return Ok(());
    }
    if flags.iter().any(|f| *f == "--print") {
        let mut reader = Reader::with_options(File::open(path)?, options)?;
        print!("{}", events::script::print(&reader.take_snapshot(), []));
        while let Some(record) = reader.next_record()? {
            if let Record::Event(event) = record {
                println!("{}", events::script::print_event(&event));
            }
        }
        return Ok(());
    }
    let rounds: usize = names.get(1).map_or(Ok(5), |n| n.parse())?;
    let mut best = f64::MAX;
    let mut count = 0u64;
    for _ in 0..rounds {
        let start = Instant::now();
        let mut reader = Reader::with_options(File::open(path)?, options)?;
        count = 0;
        let mut sum = 0u64;
        while let Some(record) = reader.next_record()? {
            if let Record::Event(event) = record {
                count += 1;
                sum = sum.wrapping_add(event.ts() ^ event.tid() as u64);
                sum = sum.wrapping_add(event.param(0).signed().unwrap_or_default() as u64);
                sum = sum.wrapping_add(event.param(1).bytes().len() as u64);
                sum = sum.wrapping_add(event.param(2).unsigned().unwrap_or_default());
            }
        }
        black_box(sum);
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!(
        "{count} events, best of {rounds}: {:.1} ms, {:.1} ns/event",
        best * 1e3,
        best * 1e9 / count.max(1) as f64
    );
    Ok(())
}
