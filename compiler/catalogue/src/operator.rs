//! Operators of conditions, the modifiers that go with them, and the types that allow each.

use crate::value::{TypeClass, ValueType};

/// A comparison in a condition. `==` is another spelling of `=`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Operator {
    /// `exists`
    Exists,
    /// `=` or `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `contains`
    Contains,
    /// `icontains`
    Icontains,
    /// `bcontains`
    Bcontains,
    /// `startswith`
    Startswith,
    /// `bstartswith`
    Bstartswith,
    /// `endswith`
    Endswith,
    /// `glob`
    Glob,
    /// `iglob`
    Iglob,
    /// `regex`
    Regex,
    /// `in`
    In,
    /// `intersects`
    Intersects,
    /// `pmatch`
    Pmatch,
}

/// What the grammar accepts to the right of an operator.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OperatorSyntax {
    /// Nothing.
    Unary,
    /// A number or a field.
    Number,
    /// A bare or quoted text, a field, or a list after a modifier.
    String,
    /// A list in parentheses, a list name or a field.
    List,
}

/// A word between a string-syntax operator and a list.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Modifier {
    /// Exactly one element satisfies the comparison.
    Oneof,
    /// At least one element does.
    Anyof,
    /// Every element does (never true for an empty list).
    Allof,
}

/// Every operator, in the order in which messages list them.
pub const OPERATORS: [Operator; 19] = {
    use Operator::*;
    [
        Exists,
        Le,
        Lt,
        Ge,
        Gt,
        Eq,
        Ne,
        Glob,
        Iglob,
        Contains,
        Icontains,
        Bcontains,
        Startswith,
        Bstartswith,
        Endswith,
        Regex,
        Intersects,
        In,
        Pmatch,
    ]
};

/// Every modifier.
pub const MODIFIERS: [Modifier; 3] = [Modifier::Oneof, Modifier::Anyof, Modifier::Allof];

impl Operator {
    /// The operator with this spelling.
    pub fn from_text(text: &str) -> Option<Self> {
        if text == "==" {
            return Some(Operator::Eq);
        }
        OPERATORS.into_iter().find(|op| op.as_str() == text)
    }

    /// The spelling that messages print; `=` for [`Operator::Eq`].
    pub const fn as_str(self) -> &'static str {
        match self {
            Operator::Exists => "exists",
            Operator::Eq => "=",
            Operator::Ne => "!=",
            Operator::Lt => "<",
            Operator::Le => "<=",
            Operator::Gt => ">",
            Operator::Ge => ">=",
            Operator::Contains => "contains",
            Operator::Icontains => "icontains",
            Operator::Bcontains => "bcontains",
            Operator::Startswith => "startswith",
            Operator::Bstartswith => "bstartswith",
            Operator::Endswith => "endswith",
            Operator::Glob => "glob",
            Operator::Iglob => "iglob",
            Operator::Regex => "regex",
            Operator::In => "in",
            Operator::Intersects => "intersects",
            Operator::Pmatch => "pmatch",
        }
    }

    /// One sentence on when the operator holds, for hover and completion.
    pub const fn about(self) -> &'static str {
        match self {
            Operator::Exists => "Holds if the field has a value, even an empty one.",
            Operator::Eq => {
                "Holds if the value equals the constant; for a network, if the address lies in it."
            }
            Operator::Ne => "Holds if the value differs from the constant. Never holds for an absent value.",
            Operator::Lt => "Holds if the value is less. Texts compare byte by byte.",
            Operator::Le => "Holds if the value is less or equal. Texts compare byte by byte.",
            Operator::Gt => "Holds if the value is greater. Texts compare byte by byte.",
            Operator::Ge => "Holds if the value is greater or equal. Texts compare byte by byte.",
            Operator::Contains => "Holds if the constant occurs anywhere in the value.",
            Operator::Icontains => {
                "Holds if the constant occurs anywhere in the value, in any letter case (ASCII)."
            }
            Operator::Bcontains => {
                "Holds if the bytes occur anywhere in the value; they are written as hex digits."
            }
            Operator::Startswith => "Holds if the value begins with the constant.",
            Operator::Bstartswith => {
                "Holds if the value begins with the bytes, which are written as hex digits."
            }
            Operator::Endswith => "Holds if the value ends with the constant.",
            Operator::Glob => {
                "Holds if the whole value fits the pattern: `*` is any text (also with `/`), `?` one character, \
                 `[a-z]` one of a set."
            }
            Operator::Iglob => {
                "Holds if the whole value fits the pattern in any letter case; patterns as for `glob`."
            }
            Operator::Regex => {
                "Holds if the whole value fits the regular expression, in POSIX syntax: `[0-9]` and `[[:digit:]]`, \
                 but not `\\d`."
            }
            Operator::In => {
                "Holds if the value equals a member of the list or lies in a network of it; for a list field, if \
                 every element does."
            }
            Operator::Intersects => "Holds if any element of the list field is a member of the list.",
            Operator::Pmatch => {
                "Holds if the path lies at or below one of the paths, part by part: `/var/log` covers \
                 `/var/log/syslog` but not `/var/logs`. Parts may have `*`, `?` and `[…]`."
            }
        }
    }

    /// What may follow the operator.
    pub const fn syntax(self) -> OperatorSyntax {
        use Operator::*;
        match self {
            Exists => OperatorSyntax::Unary,
            Lt | Le | Gt | Ge => OperatorSyntax::Number,
            In | Intersects | Pmatch => OperatorSyntax::List,
            _ => OperatorSyntax::String,
        }
    }

    /// Whether a blank must follow, because the operator is a word that takes a string.
    pub const fn needs_blank(self) -> bool {
        matches!(self.syntax(), OperatorSyntax::String) && !matches!(self, Operator::Eq | Operator::Ne)
    }

    /// Whether a field whose values have this class (`is_list`: yields a list of them) may stand to the left.
    pub const fn allows(self, class: TypeClass, is_list: bool) -> bool {
        use Operator::*;
        if matches!(self, Exists) {
            return true;
        }
        if matches!(class, TypeClass::Other) {
            return false;
        }
        if is_list {
            return matches!(self, In | Intersects);
        }
        match class {
            TypeClass::Number => matches!(self, Eq | Ne | Lt | Le | Gt | Ge | In | Intersects),
            TypeClass::Bool | TypeClass::IpAddr | TypeClass::IpNet => {
                matches!(self, Eq | Ne | In | Intersects)
            }
            TypeClass::String => !matches!(self, Bcontains | Bstartswith),
            TypeClass::Buffer => {
                matches!(
                    self,
                    Eq | Ne | In | Intersects | Contains | Startswith | Endswith | Bcontains | Bstartswith
                )
            }
            TypeClass::Other => false,
        }
    }

    /// Falco's message for an operator that the type does not allow (after the prefix `filter error: `), or `None`
    /// when it is allowed.
    pub fn rejection(self, ty: ValueType, is_list: bool, modifier: bool) -> Option<String> {
        let class = ty.class();
        if self == Operator::Exists || (self.allows(class, is_list) && (!is_list || ty.may_be_listed())) {
            return None;
        }
        let op = self.as_str();
        Some(match class {
            _ if is_list && !ty.may_be_listed() => {
                format!("list filters are not supported for type '{}'", ty.printed_name())
            }
            _ if is_list => format!("'{op}' operator not supported list filters"),
            TypeClass::Number | TypeClass::Bool => {
                format!("'{op}' operator not supported for numeric filters")
            }
            TypeClass::String => format!("'{op}' operator not supported for string filters"),
            TypeClass::Buffer => format!("'{op}' operator not supported for buffer filters"),
            TypeClass::IpAddr | TypeClass::IpNet if modifier => {
                format!("'{op}' with modifier not supported for ip address and network filters")
            }
            TypeClass::IpAddr | TypeClass::IpNet => {
                format!("'{op}' operator not supported for ip address and network filters")
            }
            TypeClass::Other => format!("'{op}' operator not supported for type '{}'", ty.printed_name()),
        })
    }
}

impl Modifier {
    /// The modifier with this spelling.
    pub fn from_text(text: &str) -> Option<Self> {
        MODIFIERS.into_iter().find(|m| m.as_str() == text)
    }

    /// One sentence on what the modifier does, for hover and completion.
    pub const fn about(self) -> &'static str {
        match self {
            Modifier::Oneof => "The comparison must hold for exactly one member of the list.",
            Modifier::Anyof => "The comparison must hold for at least one member of the list.",
            Modifier::Allof => {
                "The comparison must hold for every member of the list, and the list have some."
            }
        }
    }

    /// The spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Modifier::Oneof => "oneof",
            Modifier::Anyof => "anyof",
            Modifier::Allof => "allof",
        }
    }
}
