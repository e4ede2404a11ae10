//! Nodes of a program: imports (fields by name), slots (what is computed at most once per event), checks and boolean
//! expressions. All live in arenas of their `Program` and are hash-consed, so equal nodes have equal ids.

use catalogue::{Format, Modifier, Operator, Transformer, ValueType};

use crate::consts::ConstId;

/// Index of an import in its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImportId(pub u32);

/// Index of a slot in its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotId(pub u32);

/// Index of an expression in its program. Children have smaller ids than their parents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExprId(pub u32);

/// A field that the program reads, by name: a program loads wherever the catalogue still has it with this type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Import {
    /// The event source whose field it is (`syscall`, `k8s_audit`, …): the same name may mean different fields.
    pub source: Box<str>,
    /// The field's name without its argument: `proc.aname`.
    pub name: Box<str>,
    /// The argument without brackets or dot, unquoted: `2` of `proc.aname[2]`, `flags` of `evt.arg.flags`.
    pub arg: Option<Box<str>>,
    /// Canonical text, the key in JSON alerts: `proc.aname[2]`, `evt.arg.flags`.
    pub text: Box<str>,
    /// The declared type of the value, or of each element.
    pub ty: ValueType,
    /// Whether the field yields a list.
    pub list: bool,
    /// How numbers are printed.
    pub format: Format,
}

/// What a slot holds and how it is computed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// How it is computed.
    pub kind: SlotKind,
    /// The type of the value, or of each element.
    pub ty: ValueType,
    /// Whether the value is a list.
    pub list: bool,
}

/// How a slot is computed. Operand slots have smaller ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SlotKind {
    /// A field's value.
    Import(ImportId),
    /// A literal argument of a transformer.
    Const(ConstId),
    /// A transformer list `(a, b)`: an argument of `join` or `getopt`. Absent when any element is.
    List(Box<[SlotId]>),
    /// A transformer applied to its arguments; absent when any argument is.
    Transform {
        /// Which transformer (`val` leaves no trace: it is its argument).
        transformer: Transformer,
        /// The arguments in order; one for `tolower`, `toupper`, `b64`, `basename`, `len`.
        args: Box<[SlotId]>,
        /// `getopt(…)[c]`: the option to select.
        selector: Option<u8>,
    },
}

/// One comparison. False when the slot is absent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Check {
    /// The left side.
    pub slot: SlotId,
    /// The operator.
    pub op: Operator,
    /// `oneof`, `anyof`, `allof` over the members of a `Rhs::Set`.
    pub modifier: Option<Modifier>,
    /// The right side.
    pub rhs: Rhs,
}

/// The right side of a check.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Rhs {
    /// `exists` has none.
    None,
    /// One literal.
    Const(ConstId),
    /// Several literals, in source order: `in`, `intersects`, `pmatch` and modifiers.
    Set(Box<[ConstId]>),
    /// Another field or transformer; when it is absent the check is false.
    Slot(SlotId),
}

/// A boolean expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr {
    /// Always or never.
    Const(bool),
    /// A comparison.
    Check(Check),
    /// Negation.
    Not(ExprId),
    /// All of them, in source order.
    And(Box<[ExprId]>),
    /// Any of them, in source order.
    Or(Box<[ExprId]>),
}
