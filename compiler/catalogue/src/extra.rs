//! Fields that are in no data table.

use crate::field::{ArgSpec, FieldFlags};
use crate::value::{Format, ValueType};

/// Fields that are in no data table: those of a foreign plugin, `static_fields`, or of a test.
#[derive(Clone, Debug)]
pub struct ExtraClass {
    /// Name, for listings.
    pub name: String,
    /// Event source that has the fields; `None` for every source.
    pub source: Option<String>,
    /// The plugin that brings them, if one does.
    pub plugin: Option<String>,
    /// Names of its asynchronous events.
    pub async_events: Vec<String>,
    /// The fields.
    pub fields: Vec<ExtraField>,
}

/// A field that is in no data table.
#[derive(Clone, Debug)]
pub struct ExtraField {
    /// Full name, without argument.
    pub name: String,
    /// Type of its value, or of each element of a list.
    pub ty: ValueType,
    /// Whether it yields a list.
    pub list: bool,
    /// How a number is written.
    pub format: Format,
    /// The argument it takes: an index, a key or either.
    pub arg: Option<ArgSpec>,
    /// Properties.
    pub flags: FieldFlags,
    /// What it yields.
    pub about: String,
}

impl ExtraField {
    /// A field without argument.
    pub fn new(name: impl Into<String>, ty: ValueType) -> Self {
        Self {
            name: name.into(),
            ty,
            list: false,
            format: Format::Na,
            arg: None,
            flags: FieldFlags::NONE,
            about: String::new(),
        }
    }
}
