//! The memory that machine code and host share.
//!
//! ```text
//!  EvalContext (one per worker, reused for every event)
//!   ├─ frame ──► Frame  +0  current   u32   what `Cell::state` says when the cell holds a plain value of this event
//!   │                   +4  first     u32   1: stop at the first condition that holds
//!   │                   +8  fetch     fn    fills a cell with a field of the event source
//!   │                   +16 settle    fn    fills the cell of a test; decides the test unless the value is plain
//!   │                   +24 decide    fn    decides a test that machine code does not decide itself
//!   │                   +32 resolve   fn    evaluates an expression whose bit is not in the process cache
//!   │                   +40 hit       fn    records a condition that holds
//!   │                       (machine code reads no more; the rest is the host's)
//!   └─ cells ──► Cell    +0  state    u32   event number × 8 + kind (ABSENT, PLAIN, OTHER); any other number: not filled
//!      [slots]           +8  low      u64   number, truth value, or address of the text
//!                        +16 high     u64   length of the text in bytes
//!                        +24 value          the extracted value as the host's operators take it
//!
//!  ProcessCache (one per process, kept by the engine with its state)
//!   └─ planes ─► [words] +0  refuted  u64   bit n: expression n is known to be false
//!                        +8  proven   u64   bit n: expression n is known to be true; neither: not known
//! ```
//!
//! A filter function is `extern "C" fn(frame, cells, planes)`. It reads cells and planes and writes nothing; a cell that
//! is not filled, a bit that is not known and everything too rare or too large to inline is left to the callbacks.
//! The event's number is part of a cell's state, so that starting an event is one addition and not a clearing of cells.
#![allow(unsafe_code)]

use std::cell::{Cell as Shared, RefCell, UnsafeCell};
use std::mem::offset_of;

use bumpalo::Bump;
use ir::{Extracted, ImportId, Value};

use crate::filters::Core;
use crate::plan::{SlotIx, Variant};
use crate::source::EventSource;

/// Kinds of cell states, the low three bits.
pub(crate) mod kind {
    /// The field has no value.
    pub(crate) const ABSENT: u32 = 1;
    /// A number, truth value, text or bytes of the variant that the slot's type announces, in `low` and `high`.
    pub(crate) const PLAIN: u32 = 2;
    /// Anything else: lists, ancestors, endpoints, addresses, unexpected variants; only `value` counts.
    pub(crate) const OTHER: u32 = 3;
    /// Distance between the states of two events.
    pub(crate) const STEP: u32 = 8;
}

/// Offsets that machine code uses, in bytes.
pub(crate) mod offset {
    use super::{Cell, Frame, offset_of};

    pub(crate) const CURRENT: i32 = offset_of!(Frame, current) as i32;
    pub(crate) const FETCH: i32 = offset_of!(Frame, fetch) as i32;
    pub(crate) const SETTLE: i32 = offset_of!(Frame, settle) as i32;
    pub(crate) const DECIDE: i32 = offset_of!(Frame, decide) as i32;
    pub(crate) const RESOLVE: i32 = offset_of!(Frame, resolve) as i32;
    pub(crate) const HIT: i32 = offset_of!(Frame, hit) as i32;
    pub(crate) const CELL_SIZE: usize = size_of::<Cell>();
    pub(crate) const STATE: i32 = offset_of!(Cell, state) as i32;
    pub(crate) const LOW: i32 = offset_of!(Cell, low) as i32;
    pub(crate) const HIGH: i32 = offset_of!(Cell, high) as i32;
}

const _: () = assert!(offset::CURRENT == 0 && offset::FETCH == 8 && offset::SETTLE == 16);
const _: () = assert!(offset::DECIDE == 24 && offset::RESOLVE == 32 && offset::HIT == 40);
const _: () = assert!(offset::STATE == 0 && offset::LOW == 8 && offset::HIGH == 16);
const _: () = assert!(size_of::<ProcessWord>() == 16);

/// A filter function.
pub(crate) type FilterFn =
    unsafe extern "C" fn(frame: *const Frame, cells: *const Cell, planes: *const ProcessWord);

/// A callback of machine code: the frame it was given, and which test, bit or condition it is about.
pub(crate) type Callback = unsafe extern "C" fn(frame: *const Frame, index: u32) -> u32;

/// 64 expressions of a process cache.
#[repr(C)]
#[derive(Debug, Default)]
pub(crate) struct ProcessWord {
    refuted: Shared<u64>,
    proven: Shared<u64>,
}

impl ProcessWord {
    /// What is known of the expression with this bit.
    #[inline]
    pub(crate) fn get(&self, mask: u64) -> Option<bool> {
        if self.refuted.get() & mask != 0 {
            Some(false)
        } else if self.proven.get() & mask != 0 {
            Some(true)
        } else {
            None
        }
    }

    #[inline]
    pub(crate) fn set(&self, mask: u64, value: bool) {
        let plane = if value { &self.proven } else { &self.refuted };
        plane.set(plane.get() | mask);
    }

    #[inline]
    pub(crate) fn clear(&self) {
        self.refuted.set(0);
        self.proven.set(0);
    }
}

/// Results of the expressions that depend on a process only, remembered until the process changes. The engine keeps one
/// with each of its processes, hands it out through [`EventSource::process_cache`] and calls [`ProcessCache::clear`]
/// whenever something that a process-level field shows has changed. It serves one `Filters` at a time: used with
/// another one it starts empty.
#[derive(Debug, Default)]
pub struct ProcessCache {
    owner: Shared<u64>,
    inline: [ProcessWord; ProcessCache::INLINE_WORDS],
    /// Allocated when the filters need more words than `inline` has, and kept from then on.
    spill: RefCell<Vec<ProcessWord>>,
}

impl Clone for ProcessCache {
    /// A copy of a process is another process: its cache starts empty.
    fn clone(&self) -> ProcessCache {
        ProcessCache::default()
    }
}

impl ProcessCache {
    /// Words kept without an allocation: enough for 256 expressions, twice what Falco's own rules need.
    const INLINE_WORDS: usize = 4;

    /// An empty cache; allocates nothing.
    pub fn new() -> ProcessCache {
        ProcessCache::default()
    }

    /// Forgets everything. To be called when anything that a process-level field shows has changed, and when the
    /// object is reused for another process. Costs a few stores.
    #[inline]
    pub fn clear(&self) {
        self.owner.set(0);
    }

    /// The words for these filters, emptied if they last served others or were cleared.
    #[inline]
    pub(crate) fn words(&self, core: &Core) -> WordsRef {
        let count = core.process_words;
        if self.owner.get() != core.id {
            self.adopt(core.id, count);
        }
        if count <= ProcessCache::INLINE_WORDS {
            WordsRef(self.inline.as_ptr())
        } else {
            WordsRef(self.spill.borrow().as_ptr())
        }
    }

    #[cold]
    fn adopt(&self, id: u64, count: usize) {
        self.owner.set(id);
        if count <= ProcessCache::INLINE_WORDS {
            self.inline.iter().for_each(ProcessWord::clear);
            return;
        }
        let mut spill = self.spill.borrow_mut();
        spill.iter().for_each(ProcessWord::clear);
        if spill.len() < count {
            spill.resize_with(count, ProcessWord::default);
        }
    }
}

/// Words of a process cache, at least as many as the filters they were asked for need.
#[derive(Clone, Copy)]
pub(crate) struct WordsRef(*const ProcessWord);

impl WordsRef {
    pub(crate) fn as_ptr(self) -> *const ProcessWord {
        self.0
    }
}

/// The value of a slot for one event.
#[repr(C)]
pub(crate) struct Cell {
    state: Shared<u32>,
    low: Shared<u64>,
    high: Shared<u64>,
    /// Borrowed from the event source or the arena. Read only while `state` says that it belongs to this event, and
    /// written only while it does not.
    value: UnsafeCell<Extracted<'static>>,
}

/// What machine code and callbacks are given of an evaluation. Its first seven fields are read by machine code.
#[repr(C)]
pub(crate) struct Frame {
    current: Shared<u32>,
    first: Shared<u32>,
    fetch: Shared<Fetch>,
    settle: Callback,
    decide: Callback,
    resolve: Callback,
    hit: Callback,
    /// What is evaluated, by which source, with which process words; dangling between runs.
    core: Shared<*const Core>,
    source: Shared<*const ()>,
    words: Shared<*const ProcessWord>,
    cells: Box<[Cell]>,
    /// Results of shared tests in this event: event number × 8 + 4 (false) or 5 (true).
    memo: Box<[Shared<u32>]>,
    /// Stands in for the process cache when an event has no process; emptied for each such event.
    stand_in: Box<[ProcessWord]>,
    hits: UnsafeCell<Vec<u32>>,
    arena: Bump,
}

/// Fills a cell with a field of the source: the frame, the slot, the import and the expected `Variant`; the kind of the
/// cell's state afterwards.
type Fetch = unsafe extern "C" fn(frame: *const Frame, slot: u32, import: u32, variant: u32) -> u32;

/// Stands in between runs, when there is no source.
unsafe extern "C" fn fetch_nothing(_: *const Frame, _: u32, _: u32, _: u32) -> u32 {
    kind::ABSENT
}

/// Fetches from a source of this type: the extraction is inlined here, straight into the cell.
///
/// # Safety
/// `frame` must be one that `EvalContext::enter` has given out for a source of type `S`.
unsafe extern "C" fn fetch<S: EventSource>(frame: *const Frame, slot: u32, import: u32, variant: u32) -> u32 {
    // SAFETY: the caller passes a frame that is borrowed while it runs.
    let frame = unsafe { &*frame };
    let Some(cell) = frame.cells.get(slot as usize) else { return kind::ABSENT };
    if cell.state.get() & !7 != frame.current.get() & !7 {
        // SAFETY: `enter` has set the pointer to an `S` that is borrowed for longer than the frame is.
        let source: &S = unsafe { &*frame.source.get().cast::<S>() };
        // SAFETY: the cell is not filled, so nothing refers to its value. The value's lifetime is the source's borrow; it
        // is only given out (`Frame::filled`) while that lasts.
        unsafe { cell.value.get().cast::<Extracted<'_>>().write(source.extract(ImportId(import))) };
        frame.seal(cell, variant);
    }
    cell.state.get() & 7
}

/// The memory of an evaluation, made for one `Filters` (any other re-shapes it on first use) and reused for every
/// event: after the first events it no longer allocates. One worker, one context.
pub struct EvalContext {
    frame: Box<Frame>,
    /// The `Filters` that the frame is shaped for.
    shape: u64,
}

impl std::fmt::Debug for EvalContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EvalContext").field("slots", &self.frame.cells.len()).finish_non_exhaustive()
    }
}

// SAFETY: the raw pointers in the frame are used only inside `EvalContext::enter`, which sets them to borrows that
// outlive it and resets them; between runs nothing in the frame refers to another thread's data, except cells and the
// hits, which are plain memory owned by the context.
unsafe impl Send for EvalContext {}

impl EvalContext {
    pub(crate) fn shaped(core: &Core) -> EvalContext {
        let frame = Frame {
            current: Shared::new(kind::PLAIN),
            first: Shared::new(1),
            fetch: Shared::new(fetch_nothing),
            settle: crate::host::settle,
            decide: crate::host::decide,
            resolve: crate::host::resolve,
            hit: crate::host::hit,
            core: Shared::new(std::ptr::null()),
            source: Shared::new(std::ptr::null()),
            words: Shared::new(std::ptr::null()),
            cells: (0..core.slots.len()).map(|_| Cell::empty()).collect(),
            memo: (0..core.tests.len()).map(|_| Shared::new(0)).collect(),
            stand_in: (0..core.process_words).map(|_| ProcessWord::default()).collect(),
            hits: UnsafeCell::new(Vec::with_capacity(core.most_conditions)),
            arena: Bump::new(),
        };
        EvalContext { frame: Box::new(frame), shape: core.id }
    }

    /// Evaluates with a frame set up for this event: `run` gets it, and afterwards the conditions that hold can be read
    /// from the result.
    #[inline]
    pub(crate) fn enter<S: EventSource>(
        &mut self,
        core: &Core,
        source: &S,
        first: bool,
        run: impl FnOnce(&Frame),
    ) -> &[u32] {
        if self.shape != core.id {
            *self = EvalContext::shaped(core);
        }
        let frame = &mut *self.frame;
        frame.next_event();
        frame.first.set(u32::from(first));
        frame.hits.get_mut().clear();
        let words = match source.process_cache() {
            Some(cache) => cache.words(core).as_ptr(),
            None => {
                frame.stand_in.iter().for_each(ProcessWord::clear);
                frame.stand_in.as_ptr()
            }
        };
        frame.words.set(words);
        frame.core.set(core);
        frame.source.set(std::ptr::from_ref(source).cast());
        frame.fetch.set(fetch::<S>);
        run(frame);
        frame.fetch.set(fetch_nothing);
        frame.hits.get_mut()
    }
}

impl Cell {
    fn empty() -> Cell {
        Cell {
            state: Shared::new(0),
            low: Shared::new(0),
            high: Shared::new(0),
            value: UnsafeCell::new(Extracted::Absent),
        }
    }
}

impl Frame {
    /// Makes every cell and remembered result one of an earlier event.
    #[inline]
    fn next_event(&mut self) {
        let next = self.current.get().wrapping_add(kind::STEP);
        if next == kind::PLAIN {
            // The event number starts again: states of the previous round would look current.
            self.cells.iter().for_each(|cell| cell.state.set(0));
            self.memo.iter().for_each(|memo| memo.set(0));
            self.current.set(kind::PLAIN + kind::STEP);
        } else {
            self.current.set(next);
        }
        if self.arena.allocated_bytes() != 0 {
            self.arena.reset();
        }
    }

    /// What is being evaluated.
    #[inline]
    pub(crate) fn core(&self) -> &Core {
        // SAFETY: a frame is given out by `EvalContext::enter` only, which has set the pointer to a `Core` that is
        // borrowed for longer than the frame is.
        unsafe { &*self.core.get() }
    }

    #[inline]
    pub(crate) fn cells(&self) -> *const Cell {
        self.cells.as_ptr()
    }

    #[inline]
    pub(crate) fn words(&self) -> *const ProcessWord {
        self.words.get()
    }

    /// The word of the process cache with this index; `None` when these filters have no such word.
    #[inline]
    pub(crate) fn word(&self, index: usize) -> Option<&ProcessWord> {
        // SAFETY: `enter` has set the pointer to at least `process_words` words, borrowed from the process cache of the
        // source (which it keeps in place while it is borrowed by `enter`) or from the frame itself.
        (index < self.core().process_words).then(|| unsafe { &*self.words.get().add(index) })
    }

    /// Where values are composed that live as long as the event.
    pub(crate) fn arena(&self) -> &Bump {
        &self.arena
    }

    /// The value that a cell holds for this event, if it is filled.
    #[inline]
    pub(crate) fn filled(&self, slot: SlotIx) -> Option<&Extracted<'_>> {
        let cell = self.cells.get(slot.0 as usize)?;
        // SAFETY: a cell that is filled for this event is not written again before the next one, which needs `&mut`;
        // the value's lifetime is shortened to the frame's, during which source and arena stay as they are.
        (cell.state.get() & !7 == self.current.get() & !7).then(|| unsafe { &*cell.value.get() })
    }

    /// Whether a cell holds a plain value of this event.
    #[inline]
    pub(crate) fn is_plain(&self, slot: SlotIx) -> bool {
        self.cells.get(slot.0 as usize).is_some_and(|cell| cell.state.get() == self.current.get())
    }

    /// Fills a cell with a field of the source.
    #[inline]
    pub(crate) fn fill_from_source(&self, slot: SlotIx, import: ImportId, variant: Variant) {
        // SAFETY: `enter` has set `fetch` for the type of the source, and this frame is one that it gave out.
        unsafe { (self.fetch.get())(self, slot.0, import.0, variant as u32) };
    }

    /// Fills a cell with a composed value.
    pub(crate) fn fill<'f>(&'f self, slot: SlotIx, value: Extracted<'f>, variant: Variant) {
        let Some(cell) = self.cells.get(slot.0 as usize) else { return };
        if cell.state.get() & !7 == self.current.get() & !7 {
            return;
        }
        // SAFETY: the cell is not filled, so nothing refers to its value. Only the lifetime changes: `filled` gives the
        // value out with the frame's lifetime again, and only for this event.
        unsafe { cell.value.get().write(std::mem::transmute::<Extracted<'f>, Extracted<'static>>(value)) };
        self.seal(cell, variant as u32);
    }

    /// Makes a cell one of this event. `variant`: what machine code expects of the slot.
    #[inline]
    fn seal(&self, cell: &Cell, variant: u32) {
        // SAFETY: the value was just written, and nothing writes while this reference lives.
        let kind = match unsafe { &*cell.value.get() } {
            Extracted::Absent => kind::ABSENT,
            Extracted::One(value) if Variant::of_value(value) as u32 == variant => {
                let (low, high) = match value {
                    Value::Unsigned(number) => (*number, 0),
                    Value::Signed(number) => (*number as u64, 0),
                    Value::Float(number) => (number.to_bits(), 0),
                    Value::Bool(truth) => (u64::from(*truth), 0),
                    Value::Text(text) | Value::Bytes(text) => {
                        (text.as_ptr().expose_provenance() as u64, text.len() as u64)
                    }
                    Value::Address(_) => (0, 0),
                };
                cell.low.set(low);
                cell.high.set(high);
                kind::PLAIN
            }
            _ => kind::OTHER,
        };
        cell.state.set(self.current.get() - kind::PLAIN + kind);
    }

    /// The remembered result of a test in this event.
    #[inline]
    pub(crate) fn remembered(&self, test: usize) -> Option<bool> {
        let memo = self.memo.get(test)?.get();
        (memo & !7 == self.current.get() & !7).then_some(memo & 1 == 1)
    }

    #[inline]
    pub(crate) fn remember(&self, test: usize, value: bool) {
        if let Some(memo) = self.memo.get(test) {
            memo.set((self.current.get() & !7) | 4 | u32::from(value));
        }
    }

    /// Records a condition that holds; whether evaluation stops here.
    #[inline]
    pub(crate) fn push_hit(&self, condition: u32) -> bool {
        // SAFETY: frames are not `Sync`, `hits` is reached through this function and `&mut` only, and the reference
        // ends here.
        unsafe { (*self.hits.get()).push(condition) };
        self.first.get() != 0
    }
}
