//! Reads whole files on all processors. Memory is a few blocks, whatever the files' size.

use std::io::{self, Read};
use std::sync::{Mutex, mpsc};
use std::thread;

use super::totals::Place;
use super::{Aggregate, Plan, open};

/// Bytes read at once.
const BLOCK: usize = 1 << 20;
/// Longest line; longer ones count as broken. Falco's longest alerts are some hundred kilobytes.
const LONGEST_LINE: usize = 16 << 20;

/// A block of whole lines.
struct Block {
    source: u32,
    number: u32,
    text: Vec<u8>,
}

/// Counts everything that the sources have. The error names the source.
pub(crate) fn scan(plan: &Plan) -> Result<Aggregate, String> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(8);
    let (blocks, waiting) = mpsc::sync_channel::<Block>(workers * 2);
    let (back, used) = mpsc::channel::<Vec<u8>>();
    let waiting = Mutex::new(waiting);
    let mut all = Aggregate::new(plan);
    let mut result = Ok(());
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers)
            .map(|_| {
                let (waiting, back) = (&waiting, back.clone());
                scope.spawn(move || {
                    let mut mine = Aggregate::new(plan);
                    loop {
                        // A poisoned lock means that another worker died, which ends everything below.
                        let Ok(block) =
                            waiting.lock().map_err(|_| ()).and_then(|queue| queue.recv().map_err(|_| ()))
                        else {
                            return mine;
                        };
                        mine.add(plan, block.source, block.number, &block.text);
                        let _ = back.send(block.text);
                    }
                })
            })
            .collect();
        for (source, _) in plan.sources.iter().enumerate() {
            let mut send = |number, text| {
                let sent = blocks.send(Block { source: source as u32, number, text });
                sent.map_err(|_| io::Error::other("the counting threads have ended"))?;
                Ok(used.try_recv().unwrap_or_default())
            };
            match open::open(&plan.sources[source]).and_then(|mut file| read(&mut file, &mut send)) {
                Ok(long) => {
                    for (block, line) in long {
                        let place = Place { source: source as u32, block, line };
                        all.totals.add_broken(place, format!("longer than {} MiB", LONGEST_LINE >> 20));
                    }
                }
                Err(error) => {
                    result = Err(format!("cannot read {}: {error}", plan.name(source)));
                    break;
                }
            }
        }
        drop(blocks);
        for worker in workers {
            match worker.join() {
                Ok(counted) => all.merge(counted),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    result.map(|()| all)
}

/// Cuts what is read into blocks at line feeds. Gives the places of lines that are too long.
fn read(
    file: &mut dyn Read,
    send: &mut dyn FnMut(u32, Vec<u8>) -> io::Result<Vec<u8>>,
) -> io::Result<Vec<(u32, u64)>> {
    let mut number = 0;
    let mut text: Vec<u8> = Vec::with_capacity(BLOCK + BLOCK / 8);
    let mut long = Vec::new();
    // Inside a line that is too long, whose beginning is gone.
    let mut skipping = false;
    loop {
        let before = text.len();
        let got = file.take(BLOCK as u64).read_to_end(&mut text)?;
        if skipping {
            match memchr::memchr(b'\n', &text) {
                Some(end) => {
                    text.drain(..=end);
                    skipping = false;
                }
                None if got > 0 => {
                    text.clear();
                    continue;
                }
                None => text.clear(),
            }
        }
        if got == 0 {
            if !text.is_empty() {
                send(number, text)?;
            }
            return Ok(long);
        }
        let searched = before.min(text.len());
        match memchr::memrchr(b'\n', &text[searched..]).map(|at| at + searched + 1) {
            Some(end) => {
                let rest = text[end..].to_vec();
                text.truncate(end);
                let mut next = send(number, std::mem::take(&mut text))?;
                next.clear();
                next.reserve(BLOCK + BLOCK / 8);
                next.extend_from_slice(&rest);
                text = next;
                number += 1;
            }
            None if text.len() > LONGEST_LINE => {
                // It is a line of its own block, so that the numbers of later ones stay right.
                text.clear();
                text.push(b'\n');
                text = send(number, std::mem::take(&mut text))?;
                text.clear();
                long.push((number, 0));
                number += 1;
                skipping = true;
            }
            None => {}
        }
    }
}

#[cfg(test)]
#[path = "scan_tests.rs"]
mod tests;
