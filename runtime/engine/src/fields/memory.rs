//! What a few extractors keep between events: counters, and the time of the latest event.

use std::cell::{Cell, RefCell};

use rustc_hash::FxHashMap;

use super::Mode;

/// What the extractors of a program's imports keep between events. One for each run: it belongs to the thread that
/// evaluates events.
#[derive(Debug, Default)]
pub struct Memory {
    matching: Vec<Cells>,
    printing: Vec<Cells>,
}

/// What one import keeps.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    value: Cell<u64>,
    /// The event that was last seen, and what it yielded.
    last: Cell<(u64, u64)>,
    /// Per thread or per CPU.
    table: RefCell<FxHashMap<i64, u64>>,
    /// For the one extractor that needs two tables.
    second: Option<Box<Cells>>,
}

impl Memory {
    pub(super) fn new(imports: usize) -> Memory {
        let new = || Cells { second: Some(Box::default()), ..Cells::default() };
        let cells = || std::iter::repeat_with(new).take(imports).collect();
        Memory { matching: cells(), printing: cells() }
    }

    /// The cells of an import: conditions and outputs keep their own.
    pub(super) fn cells(&self, import: usize, mode: Mode) -> Option<&Cells> {
        match mode {
            Mode::Match => self.matching.get(import),
            Mode::Print => self.printing.get(import),
        }
    }
}

impl Cells {
    /// Cells of their own for a second purpose.
    pub(super) fn second(&self) -> Option<&Cells> {
        self.second.as_deref()
    }

    /// Advances the stored value: `step` gets it and gives the new one and what is yielded, which holds for the rest of
    /// the event.
    pub(super) fn once_per_event(&self, event: u64, step: impl FnOnce(u64) -> (u64, u64)) -> u64 {
        let (last, yielded) = self.last.get();
        if last == event {
            return yielded;
        }
        let (value, yielded) = step(self.value.get());
        self.value.set(value);
        self.last.set((event, yielded));
        yielded
    }

    /// As [`Cells::once_per_event`], with one value for each key.
    pub(super) fn keyed(&self, event: u64, key: i64, step: impl FnOnce(u64) -> (u64, u64)) -> u64 {
        self.once_per_event(event, |_| {
            let mut table = self.table.borrow_mut();
            let entry = table.entry(key).or_insert(0);
            let (value, yielded) = step(*entry);
            *entry = value;
            (0, yielded)
        })
    }
}
