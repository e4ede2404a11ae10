//! A set of numbers, as the 64-bit patterns of signed or unsigned values.

/// An immutable set of 64-bit patterns.
#[derive(Debug)]
pub(crate) struct Numbers {
    sorted: Box<[u64]>,
}

impl Numbers {
    pub(crate) fn new(members: impl Iterator<Item = u64>) -> Numbers {
        let mut sorted: Vec<u64> = members.collect();
        sorted.sort_unstable();
        sorted.dedup();
        Numbers { sorted: sorted.into() }
    }

    /// The members, ascending as unsigned numbers.
    pub(crate) fn members(&self) -> &[u64] {
        &self.sorted
    }

    #[inline]
    pub(crate) fn contains(&self, number: u64) -> bool {
        if self.sorted.len() <= 8 {
            return self.sorted.contains(&number);
        }
        self.sorted.binary_search(&number).is_ok()
    }
}
