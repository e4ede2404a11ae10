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
//!      [slots]           +8  low      u64   PLAIN: number, truth value, IPv4 address, or where the text is
//!                        +16 high     u64   PLAIN: length of the text in bytes
//!                        +24 value          OTHER: the extracted value
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

use std::cell::{Cell as Shared, UnsafeCell};
use std::mem::offset_of;
use std::net::{IpAddr, Ipv4Addr};

use bumpalo::Bump;
use ir::{Extracted, ImportId, Value};

use crate::filters::Core;
use crate::plan::{SlotIx, Variant};
use crate::process_cache::ProcessWord;
use crate::source::EventSource;

/// Kinds of cell states, the low three bits.
pub(crate) mod kind {
    /// The field has no value.
    pub(crate) const ABSENT: u32 = 1;
    /// A number, truth value, text, bytes or IPv4 address of the variant that the slot's type announces, in `low` and
    /// `high`.
    pub(crate) const PLAIN: u32 = 2;
    /// Anything else: lists, ancestors, endpoints, IPv6 addresses, unexpected variants; in `value`.
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

/// The value of a slot for one event.
#[repr(C)]
pub(crate) struct Cell {
    state: Shared<u32>,
    /// Of a plain value.
    variant: Shared<Variant>,
    low: Shared<u64>,
    high: Shared<u64>,
    /// Read only while `state` says that it belongs to this event and is OTHER, and written only while the cell is not
    /// filled. As the text of `low` and `high`, it is borrowed from the event source or the arena.
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

/// Fetches from a source of this type: the extraction is inlined here.
///
/// # Safety
/// `frame` must be one that `EvalContext::enter` has given out for a source of type `S`.
unsafe extern "C" fn fetch<S: EventSource>(frame: *const Frame, slot: u32, import: u32, variant: u32) -> u32 {
    // SAFETY: the caller passes a frame that is borrowed while it runs.
    let frame = unsafe { &*frame };
    let Some(cell) = frame.cells.get(slot as usize) else { return kind::ABSENT };
    if !frame.is_filled(cell) {
        // SAFETY: `enter` has set the pointer to an `S` that is borrowed for longer than the frame is.
        let source: &S = unsafe { &*frame.source.get().cast::<S>() };
        // SAFETY: the source's borrow outlives this event.
        unsafe { frame.seal(cell, source.extract(ImportId(import)), variant) };
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
            variant: Shared::new(Variant::Other),
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

    #[inline]
    fn is_filled(&self, cell: &Cell) -> bool {
        cell.state.get() & !7 == self.current.get() & !7
    }

    /// The kind of value that a cell holds for this event; `None`: it is not filled.
    #[inline]
    pub(crate) fn kind(&self, slot: SlotIx) -> Option<u32> {
        let cell = self.cells.get(slot.0 as usize)?;
        self.is_filled(cell).then(|| cell.state.get() & 7)
    }

    /// The number, truth value or IPv4 address in a cell with a plain one.
    #[inline]
    pub(crate) fn number(&self, slot: SlotIx) -> u64 {
        self.cells.get(slot.0 as usize).map_or(0, |cell| cell.low.get())
    }

    /// The text or bytes in a cell of this event with plain ones; else nothing.
    #[inline]
    pub(crate) fn text(&self, slot: SlotIx) -> &[u8] {
        let Some(cell) = self.cells.get(slot.0 as usize) else { return &[] };
        if cell.state.get() != self.current.get()
            || ![Variant::Text, Variant::Bytes].contains(&cell.variant.get())
        {
            return &[];
        }
        let start = std::ptr::with_exposed_provenance(cell.low.get() as usize);
        // SAFETY: `seal` has put start and length of a slice there in this event, during which source and arena, from
        // which it is borrowed, stay as they are; the lifetime is the frame's.
        unsafe { std::slice::from_raw_parts(start, cell.high.get() as usize) }
    }

    /// The value that a cell holds for this event; absent when it is not filled.
    pub(crate) fn value(&self, slot: SlotIx) -> Extracted<'_> {
        let Some(cell) = self.cells.get(slot.0 as usize) else { return Extracted::Absent };
        match self.kind(slot) {
            Some(kind::PLAIN) => Extracted::One(match cell.variant.get() {
                Variant::Unsigned => Value::Unsigned(cell.low.get()),
                Variant::Signed => Value::Signed(cell.low.get() as i64),
                Variant::Float => Value::Float(f64::from_bits(cell.low.get())),
                Variant::Bool => Value::Bool(cell.low.get() != 0),
                Variant::Text => Value::Text(self.text(slot)),
                Variant::Bytes => Value::Bytes(self.text(slot)),
                Variant::Address | Variant::Other => {
                    Value::Address(IpAddr::V4(Ipv4Addr::from_bits(cell.low.get() as u32)))
                }
            }),
            // SAFETY: a cell that is filled for this event is not written again before the next one, which needs `&mut`;
            // the value's lifetime is shortened to the frame's, during which source and arena stay as they are.
            Some(kind::OTHER) => unsafe { *cell.value.get() },
            _ => Extracted::Absent,
        }
    }

    /// Fills a cell with a field of the source; the kind of value it then holds.
    #[inline]
    pub(crate) fn fill_from_source(&self, slot: SlotIx, import: ImportId, variant: Variant) -> u32 {
        // SAFETY: `enter` has set `fetch` for the type of the source, and this frame is one that it gave out.
        unsafe { (self.fetch.get())(self, slot.0, import.0, variant as u32) }
    }

    /// Fills a cell with a composed value; the kind of value it then holds.
    pub(crate) fn fill<'f>(&'f self, slot: SlotIx, value: Extracted<'f>, variant: Variant) -> u32 {
        let Some(cell) = self.cells.get(slot.0 as usize) else { return kind::ABSENT };
        if !self.is_filled(cell) {
            // SAFETY: the value is borrowed from source, arena or program, which outlive this event.
            unsafe { self.seal(cell, value, variant as u32) };
        }
        cell.state.get() & 7
    }

    /// Fills a cell that is not filled. `variant`: what machine code expects of the slot. Plain values go into the cell
    /// part by part: a copy of the whole would wait for the stores of its parts.
    ///
    /// # Safety
    /// What the value borrows must stay as it is for the rest of the event.
    #[inline]
    unsafe fn seal(&self, cell: &Cell, value: Extracted<'_>, variant: u32) {
        let plain = |expected: Variant, low: u64, high: u64| {
            cell.variant.set(expected);
            cell.low.set(low);
            cell.high.set(high);
            kind::PLAIN
        };
        let is = |expected: Variant| variant == expected as u32;
        let kind = match value {
            Extracted::Absent => kind::ABSENT,
            Extracted::One(Value::Unsigned(number)) if is(Variant::Unsigned) => {
                plain(Variant::Unsigned, number, 0)
            }
            Extracted::One(Value::Signed(number)) if is(Variant::Signed) => {
                plain(Variant::Signed, number as u64, 0)
            }
            Extracted::One(Value::Float(number)) if is(Variant::Float) => {
                plain(Variant::Float, number.to_bits(), 0)
            }
            Extracted::One(Value::Bool(truth)) if is(Variant::Bool) => {
                plain(Variant::Bool, u64::from(truth), 0)
            }
            Extracted::One(Value::Text(text)) if is(Variant::Text) => {
                plain(Variant::Text, text.as_ptr().expose_provenance() as u64, text.len() as u64)
            }
            Extracted::One(Value::Bytes(bytes)) if is(Variant::Bytes) => {
                plain(Variant::Bytes, bytes.as_ptr().expose_provenance() as u64, bytes.len() as u64)
            }
            Extracted::One(Value::Address(IpAddr::V4(address))) if is(Variant::Address) => {
                plain(Variant::Address, u64::from(address.to_bits()), 0)
            }
            other => {
                // SAFETY: the cell is not filled, so nothing refers to its value. Only the lifetime changes; the caller
                // vouches for the rest of this event, and for no longer is the value given out.
                unsafe {
                    cell.value.get().write(std::mem::transmute::<Extracted<'_>, Extracted<'static>>(other))
                };
                kind::OTHER
            }
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
