//! Descriptor tables, and the store of what descriptors refer to.
//!
//! A table maps numbers to entries of one store, which counts references: creating a process copies numbers, not names,
//! and whoever changes a shared entry gets a copy of its own first.

use std::num::NonZeroU32;
use std::ops::Index;

use rustc_hash::FxHashMap;

use super::fd::FdInfo;

/// Descriptors below this number are found by index.
const DIRECT: i64 = 1024;

/// Descriptors that one table holds at most; later ones are dropped and counted.
pub const MAX_FDS: usize = 4096;

/// Index of an entry in the store, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FdId(NonZeroU32);

impl FdId {
    /// Its position in the store.
    #[inline]
    pub(crate) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Descriptors of a process by number.
#[derive(Debug, Default)]
pub struct FdTable {
    /// Numbers below `DIRECT`.
    direct: Vec<Option<FdId>>,
    /// All others.
    others: FxHashMap<i64, FdId>,
    len: usize,
}

impl FdTable {
    /// What a number refers to.
    #[inline]
    pub fn get(&self, num: i64) -> Option<FdId> {
        if (0..DIRECT).contains(&num) {
            *self.direct.get(num as usize)?
        } else {
            self.others.get(&num).copied()
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
    pub fn iter(&self) -> impl Iterator<Item = (i64, FdId)> + '_ {
        let direct = self.direct.iter().enumerate().filter_map(|(num, id)| id.map(|id| (num as i64, id)));
        direct.chain(self.others.iter().map(|(num, id)| (*num, *id)))
    }

    /// Points a number at an entry. Returns the entry it pointed at before, whose reference is now the caller's, or
    /// gives the new one back when the table is full.
    pub(crate) fn set(&mut self, num: i64, id: FdId) -> Result<Option<FdId>, FdId> {
        let old = self.get(num);
        if old.is_none() && self.len >= MAX_FDS {
            return Err(id);
        }
        if (0..DIRECT).contains(&num) {
            let index = num as usize;
            if index >= self.direct.len() {
                self.direct.resize(index + 1, None);
            }
            self.direct[index] = Some(id);
        } else {
            self.others.insert(num, id);
        }
        self.len += usize::from(old.is_none());
        Ok(old)
    }

    /// Closes a number and hands its reference to the caller.
    pub(crate) fn remove(&mut self, num: i64) -> Option<FdId> {
        let old = if (0..DIRECT).contains(&num) {
            self.direct.get_mut(num as usize)?.take()
        } else {
            self.others.remove(&num)
        };
        self.len -= usize::from(old.is_some());
        old
    }

    /// Closes the numbers for which `keep` answers false; `release` gets their references.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(i64, FdId) -> bool, mut release: impl FnMut(FdId)) {
        for (num, entry) in self.direct.iter_mut().enumerate() {
            if let Some(id) = *entry
                && !keep(num as i64, id)
            {
                *entry = None;
                self.len -= 1;
                release(id);
            }
        }
        let before = self.others.len();
        self.others.retain(|num, id| {
            let kept = keep(*num, *id);
            if !kept {
                release(*id);
            }
            kept
        });
        self.len -= before - self.others.len();
    }

    /// Becomes a copy of another table, which must be empty before; the caller counts the references.
    pub(crate) fn copy_from(&mut self, other: &FdTable) {
        self.direct.clear();
        self.direct.extend_from_slice(&other.direct);
        self.others.clear();
        self.others.extend(other.others.iter());
        self.len = other.len;
    }
}

/// Store of what descriptors refer to; entries are reused.
#[derive(Debug, Default)]
pub struct Fds {
    entries: Vec<FdInfo>,
    references: Vec<u32>,
    free: Vec<FdId>,
}

impl Fds {
    /// How many entries are in use; those of several descriptors count once.
    pub fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Whether no entry is in use.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A blank entry with one reference.
    pub(crate) fn create(&mut self) -> FdId {
        if let Some(id) = self.free.pop() {
            self.references[id.index()] = 1;
            self.entries[id.index()].reset();
            return id;
        }
        self.entries.push(FdInfo::default());
        self.references.push(1);
        let next = u32::try_from(self.entries.len()).ok().and_then(NonZeroU32::new);
        FdId(next.unwrap_or(NonZeroU32::MAX))
    }

    /// A copy of an entry with one reference.
    pub(crate) fn duplicate(&mut self, id: FdId) -> FdId {
        let copy = self.create();
        let (from, to) = (id.index(), copy.index());
        if let Ok([from, to]) = self.entries.get_disjoint_mut([from, to]) {
            to.copy_from(from);
        }
        copy
    }

    /// Counts one more reference.
    #[inline]
    pub(crate) fn share(&mut self, id: FdId) {
        self.references[id.index()] += 1;
    }

    /// Drops a reference; the entry is reused once nothing refers to it.
    #[inline]
    pub(crate) fn release(&mut self, id: FdId) {
        let count = &mut self.references[id.index()];
        *count -= 1;
        if *count == 0 {
            self.free.push(id);
        }
    }

    /// Whether more than one table refers to the entry: it must not be changed in place.
    #[inline]
    pub(crate) fn is_shared(&self, id: FdId) -> bool {
        self.references[id.index()] > 1
    }

    /// The entry, to change it: the caller made sure that it is not shared.
    #[inline]
    pub(crate) fn get_mut(&mut self, id: FdId) -> &mut FdInfo {
        &mut self.entries[id.index()]
    }
}

impl Fds {
    /// Whether every entry is counted as often as it is referred to, and free exactly when it is not.
    pub(crate) fn verify(&self, references: &FxHashMap<usize, u32>) -> Result<(), String> {
        for (index, counted) in self.references.iter().enumerate() {
            let found = references.get(&index).copied().unwrap_or(0);
            if found != *counted {
                return Err(format!("descriptor entry {index} has {found} references, {counted} counted"));
            }
            let free = self.free.iter().filter(|id| id.index() == index).count();
            if free != usize::from(*counted == 0) {
                return Err(format!(
                    "descriptor entry {index} with {counted} references is free {free} times"
                ));
            }
        }
        Ok(())
    }
}

impl Index<FdId> for Fds {
    type Output = FdInfo;

    #[inline]
    fn index(&self, id: FdId) -> &FdInfo {
        &self.entries[id.index()]
    }
}
