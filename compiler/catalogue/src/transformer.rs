//! Functions that may wrap a field, and the types they take and give.

use crate::value::ValueType;

/// A function in a condition or output. [`Transformer::Val`] only marks its argument as a field.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Transformer {
    /// `tolower(text)`
    Tolower,
    /// `toupper(text)`
    Toupper,
    /// `b64(text or bytes)`: decodes
    B64,
    /// `basename(path)`
    Basename,
    /// `len(text, bytes or list)`
    Len,
    /// `join(separator, list)`
    Join,
    /// `concat(text, text, …)`
    Concat,
    /// `getopt(list of arguments, option letters)`
    Getopt,
    /// `val(field)`
    Val,
}

/// Every transformer.
pub const TRANSFORMERS: [Transformer; 9] = {
    use Transformer::*;
    [Tolower, Toupper, B64, Basename, Len, Join, Concat, Getopt, Val]
};

/// A type together with whether it is a list of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Shape {
    /// Type of the value or of each element.
    pub ty: ValueType,
    /// Whether there are any number of them.
    pub list: bool,
}

impl Transformer {
    /// The transformer with this name.
    pub fn from_text(text: &str) -> Option<Self> {
        TRANSFORMERS.into_iter().find(|t| t.as_str() == text)
    }

    /// The name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Transformer::Tolower => "tolower",
            Transformer::Toupper => "toupper",
            Transformer::B64 => "b64",
            Transformer::Basename => "basename",
            Transformer::Len => "len",
            Transformer::Join => "join",
            Transformer::Concat => "concat",
            Transformer::Getopt => "getopt",
            Transformer::Val => "val",
        }
    }

    /// How it is called.
    pub const fn usage(self) -> &'static str {
        match self {
            Transformer::Tolower => "tolower(text)",
            Transformer::Toupper => "toupper(text)",
            Transformer::B64 => "b64(text)",
            Transformer::Basename => "basename(path)",
            Transformer::Len => "len(value)",
            Transformer::Join => "join(separator, list)",
            Transformer::Concat => "concat(text, text, …)",
            Transformer::Getopt => "getopt(arguments, options)[letter]",
            Transformer::Val => "val(field)",
        }
    }

    /// One or two sentences on what it yields, for hover and completion.
    pub const fn about(self) -> &'static str {
        match self {
            Transformer::Tolower => "The text with A to Z as small letters.",
            Transformer::Toupper => "The text with a to z as capital letters.",
            Transformer::B64 => "What the Base64 text stands for. Absent if the text is no Base64.",
            Transformer::Basename => "What follows the last `/` of the path.",
            Transformer::Len => "Bytes of a text, or elements of a list.",
            Transformer::Join => {
                "The elements with the separator between them: `join(\",\", fd.types)`. Absent if any of them is."
            }
            Transformer::Concat => "The texts one after the other. Absent if any of them is.",
            Transformer::Getopt => {
                "Options among command-line arguments. The second argument lists their letters, those with a value \
                 followed by `:`, as in `\"xvf:\"`. With `[f]`: the value of option f, or its letter if it has none; \
                 otherwise a list of letters and values."
            }
            Transformer::Val => "Marks a field on the right of an operator: `proc.name = val(proc.pname)`.",
        }
    }

    /// Smallest and, if any, largest number of arguments.
    pub const fn arity(self) -> (usize, Option<usize>) {
        match self {
            Transformer::Join | Transformer::Getopt => (2, Some(2)),
            Transformer::Concat => (2, None),
            _ => (1, Some(1)),
        }
    }

    /// Whether it takes several values (`join`, `concat`, `getopt`) and so is no wrapper of one field.
    pub const fn is_multi_value(self) -> bool {
        matches!(self, Transformer::Join | Transformer::Concat | Transformer::Getopt)
    }

    /// What a one-argument transformer makes of `input`, or `None` when it does not take it. Multi-value
    /// transformers always give `None`.
    pub const fn apply(self, input: Shape) -> Option<Shape> {
        let taken = match self {
            Transformer::Tolower | Transformer::Toupper | Transformer::Basename => input.ty.is_string(),
            Transformer::B64 => matches!(input.ty, ValueType::CharBuf | ValueType::ByteBuf),
            Transformer::Len => {
                if input.list || input.ty.is_string() || matches!(input.ty, ValueType::ByteBuf) {
                    return Some(Shape { ty: ValueType::Uint64, list: false });
                }
                false
            }
            Transformer::Val => true,
            Transformer::Join | Transformer::Concat | Transformer::Getopt => false,
        };
        if taken { Some(input) } else { None }
    }
}
