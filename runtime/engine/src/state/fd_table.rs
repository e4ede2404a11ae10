//! Descriptor tables, and the store of what descriptors refer to.
//!
//! A table maps numbers to entries of one store, which counts references: creating a process copies numbers, not names,
//! and whoever changes a shared entry gets a copy of its own first.

use std::ops::Index;

use rustc_hash::FxHashMap;

use super::fd::FdInfo;
use super::flags::FdMarks;

/// Descriptors below this number are found by index.
const DIRECT: i64 = 1024;

/// Descriptors that one table holds at most; later ones are dropped and counted.
pub const MAX_FDS: usize = 4096;

/// Index of an entry in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FdId(u32);

/// One descriptor of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FdSlot {
    /// What it refers to.
    pub id: FdId,
    /// Marks of the descriptor itself: cloned, from `/proc`.
    pub marks: FdMarks,
}

/// Descriptors of a process by number.
#[derive(Debug, Default)]
pub struct FdTable {
    /// Numbers below `DIRECT`.
    direct: Vec<Option<FdSlot>>,
    /// All others.
    others: FxHashMap<i64, FdSlot>,
    len: usize,
}

impl FdTable {
    /// The entry of a number.
    #[inline]
    pub fn get(&self, num: i64) -> Option<FdSlot> {
        match usize::try_from(num) {
            Ok(index) if num < DIRECT => *self.direct.get(index)?,
            _ => self.others.get(&num).copied(),
        }
    }

    /// Number of open descriptors.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether no descriptor is open.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Numbers and entries; those below 1,024 in ascending order, then the others.
    pub fn iter(&self) -> impl Iterator<Item = (i64, FdSlot)> + '_ {
        let direct = self.direct.iter().enumerate().filter_map(|(num, slot)| slot.map(|slot| (num as i64, slot)));
        direct.chain(self.others.iter().map(|(num, slot)| (*num, *slot)))
    }
}

/// Store of what descriptors refer to; entries are reused.
#[derive(Debug, Default)]
pub struct Fds {
    entries: Vec<FdInfo>,
    references: Vec<u32>,
    free: Vec<u32>,
}

impl Index<FdId> for Fds {
    type Output = FdInfo;

    #[inline]
    fn index(&self, id: FdId) -> &FdInfo {
        &self.entries[id.0 as usize]
    }
}
