//! Names of bits and values (flag tables), and types that a parameter selects at run time (dynamic tables).

use crate::generated;
use crate::value::{Format, ValueType};

/// Identifies a flag table; the constants are named after the tables.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FlagTableId(pub u8);

/// Identifies a dynamic table; the constants are named after the tables.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct DynTableId(pub u8);

/// Names of bits or values.
#[derive(Debug)]
pub struct FlagTable {
    /// Name of the table, such as `file_flags`.
    pub name: &'static str,
    /// What its entries stand for.
    pub about: &'static str,
    /// Name and value of each entry, in the order in which they are tested and printed. A value may occur twice.
    pub entries: &'static [(&'static str, u32)],
}

/// Types of a parameter whose first byte is an index.
#[derive(Debug)]
pub struct DynTable {
    /// Name of the table.
    pub name: &'static str,
    /// Type and number format of each index.
    pub entries: &'static [(ValueType, Format)],
}

/// Every flag table, indexed by [`FlagTableId`].
pub static FLAG_TABLES: &[FlagTable] = generated::flags::FLAG_TABLES;

/// Every dynamic table, indexed by [`DynTableId`].
pub static DYN_TABLES: &[DynTable] = generated::flags::DYN_TABLES;

impl FlagTableId {
    /// The table.
    pub fn table(self) -> &'static FlagTable {
        &FLAG_TABLES[self.0 as usize]
    }

    /// The table with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        FLAG_TABLES.iter().position(|t| t.name == name).map(|i| Self(i as u8))
    }
}

impl DynTableId {
    /// The table.
    pub fn table(self) -> &'static DynTable {
        &DYN_TABLES[self.0 as usize]
    }
}

impl FlagTable {
    /// The value of an entry.
    pub fn value(&self, name: &str) -> Option<u32> {
        self.entries.iter().find(|e| e.0 == name).map(|e| e.1)
    }

    /// The first entry with exactly this value.
    pub fn name_of(&self, value: u32) -> Option<&'static str> {
        self.entries.iter().find(|e| e.1 == value).map(|e| e.0)
    }
}
