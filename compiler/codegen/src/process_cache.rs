//! Where results that depend on a process only are remembered between its events.

use std::cell::{Cell, RefCell};

use crate::filters::Core;

/// 64 expressions of a process cache.
#[repr(C)]
#[derive(Debug, Default)]
pub(crate) struct ProcessWord {
    refuted: Cell<u64>,
    proven: Cell<u64>,
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
/// with each of its processes, hands it out through [`EventSource::process_cache`](crate::EventSource::process_cache) and calls [`ProcessCache::clear`]
/// whenever something that a process-level field shows has changed. It serves one `Filters` at a time: used with
/// another one it starts empty.
#[derive(Debug, Default)]
pub struct ProcessCache {
    owner: Cell<u64>,
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
    /// Words kept without an allocation: enough for 256 expressions; Falco's own rules need 186.
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
