//! Fields: what conditions and outputs may name.

use crate::generated;
use crate::transformer::{Shape, Transformer};
use crate::value::{Format, ValueType};

/// Index into [`FIELDS`]. Not stable between versions: bundles refer to fields by name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct FieldId(pub u16);

/// Index into [`CLASSES`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ClassId(pub u8);

/// Every field: the built-in classes in look-up order, then the plugins.
pub static FIELDS: &[Field] = generated::fields::FIELDS;

/// Every class, in the order of [`FIELDS`].
pub static CLASSES: &[FieldClass] = generated::fields::CLASSES;

/// Fields that are searched together.
#[derive(Debug)]
pub struct FieldClass {
    /// Name, such as `evt` or the plugin's. Two built-in classes are called `evt`.
    pub name: &'static str,
    /// What its fields are about.
    pub about: &'static str,
    /// Event source that has these fields; `None` for every source.
    pub source: Option<&'static str>,
    /// The plugin that brings the fields; `None` for built-in classes.
    pub plugin: Option<&'static str>,
    /// Version of the plugin whose fields these are.
    pub version: Option<&'static str>,
    /// Other plugins with the same fields and source, and their versions.
    pub variants: &'static [(&'static str, &'static str)],
    /// Identifier of a plugin that is an event source.
    pub plugin_id: Option<u32>,
    /// Names of the asynchronous events that the plugin emits.
    pub async_events: &'static [&'static str],
    /// Left out of listings.
    pub hidden: bool,
    /// Index of its first field in [`FIELDS`].
    pub first: u16,
    /// How many fields it has.
    pub len: u16,
}

/// One field.
#[derive(Debug)]
pub struct Field {
    /// Full name, without argument.
    pub name: &'static str,
    /// The class that it belongs to.
    pub class: ClassId,
    /// Type of its value, or of each element of a list. `evt.rawarg` is [`ValueType::Dynamic`] here and typed by
    /// its argument.
    pub ty: ValueType,
    /// Whether it yields a list.
    pub list: bool,
    /// How a number is written.
    pub format: Format,
    /// The argument that it takes, if any.
    pub arg: Option<ArgSpec>,
    /// Properties.
    pub flags: FieldFlags,
    /// Where JSON plugins find the value: an RFC 6901 pointer in which `*` stands for every element, or a remark.
    pub path: Option<&'static str>,
    /// One sentence on what it yields.
    pub about: &'static str,
}

/// The argument of a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ArgSpec {
    /// What it is.
    pub kind: ArgKind,
    /// Whether the field needs one.
    pub required: bool,
}

/// Forms of argument.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ArgKind {
    /// `[n]`: position in a list, level of an ancestor, number of a descriptor.
    Index,
    /// `[text]` or, where it is an identifier, `.text`.
    Key,
    /// Either of the two.
    IndexOrKey,
    /// `.name` or `.code` of an event.
    EventName,
    /// `.name` or `[n]` of a parameter.
    EventParam,
    /// `.name` of a parameter, which also gives the type.
    EventParamTyped,
    /// `[nanoseconds since the epoch]`.
    Timestamp,
    /// `.src` or `.dst`.
    Side,
    /// `[name]` of an environment variable, or `[n]`.
    Env,
    /// `.name` of a cgroup subsystem.
    Subsystem,
}

/// Properties of a field, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct FieldFlags(pub u16);

impl FieldFlags {
    /// No property.
    pub const NONE: Self = Self(0);
    /// Prints as absent: meant for conditions.
    pub const FILTER_ONLY: Self = Self(1);
    /// Meant for outputs.
    pub const PRINT_ONLY: Self = Self(2);
    /// Left out of listings and completion.
    pub const HIDDEN: Self = Self(4);
    /// Should not be used any more.
    pub const DEPRECATED: Self = Self(8);
    /// Never yields a value.
    pub const NEVER_SET: Self = Self(16);
    /// May not be compared with another field, on either side.
    pub const NO_RHS: Self = Self(32);
    /// No transformer may wrap it.
    pub const NO_TRANSFORMER: Self = Self(64);
    /// Added to outputs by `suggested_output`.
    pub const OUTPUT_SUGGESTED: Self = Self(128);

    /// Every flag with its name in the data table.
    pub const ALL: [(&'static str, Self); 8] = [
        ("filter_only", Self::FILTER_ONLY),
        ("print_only", Self::PRINT_ONLY),
        ("hidden", Self::HIDDEN),
        ("deprecated", Self::DEPRECATED),
        ("never_set", Self::NEVER_SET),
        ("no_rhs", Self::NO_RHS),
        ("no_transformer", Self::NO_TRANSFORMER),
        ("output_suggested", Self::OUTPUT_SUGGESTED),
    ];

    /// Whether every bit of `other` is set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The bits of both.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FieldId {
    /// The field.
    ///
    /// # Panics
    /// When the number is not below the number of fields; identifiers from this crate never are.
    pub fn get(self) -> &'static Field {
        &FIELDS[self.0 as usize]
    }

    /// The first field with exactly this name, in look-up order and over all plugins.
    pub fn from_name(name: &str) -> Option<Self> {
        let names = generated::fields::BY_NAME;
        names.binary_search_by(|&id| FIELDS[id as usize].name.cmp(name)).ok().map(|i| Self(names[i]))
    }
}

impl ClassId {
    /// The class.
    ///
    /// # Panics
    /// When the number is not below the number of classes; identifiers from this crate never are.
    pub fn get(self) -> &'static FieldClass {
        &CLASSES[self.0 as usize]
    }
}

impl FieldClass {
    /// The fields, with their identifiers.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (FieldId, &'static Field)> + use<> {
        (self.first..self.first + self.len).map(|i| (FieldId(i), &FIELDS[i as usize]))
    }

    /// The version of the class's plugin, or of a variant of it; `None` when `plugin` is neither.
    pub fn version_of(&self, plugin: &str) -> Option<&'static str> {
        if self.plugin == Some(plugin) {
            return self.version;
        }
        self.variants.iter().find(|v| v.0 == plugin).map(|v| v.1)
    }

    /// Whether events of this source have the fields.
    pub fn serves(&self, source: &str) -> bool {
        self.source.is_none_or(|s| s == source)
    }
}

impl Field {
    /// The plugin that brings the field, or `None` for built-in fields.
    pub fn plugin(&self) -> Option<&'static str> {
        self.class.get().plugin
    }

    /// Whether it has all of `flags`.
    pub const fn has(&self, flags: FieldFlags) -> bool {
        self.flags.contains(flags)
    }

    /// Type and list-ness of its value.
    pub const fn shape(&self) -> Shape {
        Shape { ty: self.ty, list: self.list }
    }

    /// The one-argument transformers that may wrap it, `val` aside.
    pub fn transformers(&self) -> impl Iterator<Item = Transformer> + use<'_> {
        use Transformer::*;
        [Toupper, Tolower, Basename, B64, Len]
            .into_iter()
            .filter(|t| !self.has(FieldFlags::NO_TRANSFORMER) && t.apply(self.shape()).is_some())
    }
}
