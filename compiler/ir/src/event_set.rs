//! A set of event codes, as a fixed bit set.

use catalogue::EventCode;

const WORDS: usize = 8;

/// Which event codes can satisfy a condition. Codes are below 512.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct EventSet([u64; WORDS]);

impl EventSet {
    /// The number of codes that a set can hold.
    pub const CAPACITY: usize = WORDS * 64;

    /// No code.
    pub const EMPTY: EventSet = EventSet([0; WORDS]);

    /// The codes below `count`.
    pub const fn below(count: usize) -> EventSet {
        let mut set = EventSet::EMPTY;
        let mut word = 0;
        while word < WORDS {
            let here = count.saturating_sub(word * 64);
            set.0[word] = if here >= 64 { u64::MAX } else { (1 << here) - 1 };
            word += 1;
        }
        set
    }

    /// Adds a code; codes at or above the capacity are ignored.
    pub fn insert(&mut self, code: EventCode) {
        let code = usize::from(code.0);
        if let Some(word) = self.0.get_mut(code / 64) {
            *word |= 1 << (code % 64);
        }
    }

    /// Whether the code is in the set.
    pub fn contains(&self, code: EventCode) -> bool {
        let code = usize::from(code.0);
        self.0.get(code / 64).is_some_and(|word| word >> (code % 64) & 1 == 1)
    }

    /// Codes in both sets.
    #[must_use]
    pub fn intersection(mut self, other: &EventSet) -> EventSet {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a &= b);
        self
    }

    /// Codes in either set.
    #[must_use]
    pub fn union(mut self, other: &EventSet) -> EventSet {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a |= b);
        self
    }

    /// Codes of this set that are not in the other.
    #[must_use]
    pub fn difference(mut self, other: &EventSet) -> EventSet {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a &= !b);
        self
    }

    /// How many codes the set holds.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether no code is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// The codes, ascending.
    pub fn iter(&self) -> impl Iterator<Item = EventCode> + '_ {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                // Takes the lowest bit away; nothing is left of nothing.
                rest &= rest.checked_sub(1)?;
                Some(EventCode((at * 64) as u16 + bit as u16))
            })
        })
    }

    /// The words of the set, lowest codes first: its serialised form.
    pub fn words(&self) -> &[u64; WORDS] {
        &self.0
    }

    /// A set from its serialised form.
    pub fn from_words(words: [u64; WORDS]) -> EventSet {
        EventSet(words)
    }
}

impl FromIterator<EventCode> for EventSet {
    fn from_iter<I: IntoIterator<Item = EventCode>>(codes: I) -> EventSet {
        let mut set = EventSet::EMPTY;
        codes.into_iter().for_each(|code| set.insert(code));
        set
    }
}
