//! Tests prepared for evaluation: how to decide a value of the expected variant quickly, and the checks that decide
//! everything else.

use aho_corasick::AhoCorasick;
use catalogue::{Operator, TypeClass};
use ir::ops::string::Substring;
use ir::{Check, Const, Expr, ExprId, Program, Rhs};

use super::SlotIx;
use super::keys::{Family, Key, constants};
use crate::prepare::{Affixes, Networks, Numbers, Side, Texts};

/// The variant of `ir::Value` that a slot's type announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Variant {
    Unsigned,
    Signed,
    Float,
    Bool,
    Text,
    Bytes,
    Address,
    /// Lists, and types that no operator allows.
    Other,
}

impl Variant {
    pub(crate) fn of(slot: &ir::Slot) -> Variant {
        if slot.list {
            return Variant::Other;
        }
        match slot.ty.class() {
            TypeClass::Number if slot.ty == catalogue::ValueType::Double => Variant::Float,
            TypeClass::Number if slot.ty.is_signed() => Variant::Signed,
            TypeClass::Number => Variant::Unsigned,
            TypeClass::Bool => Variant::Bool,
            TypeClass::String => Variant::Text,
            TypeClass::Buffer => Variant::Bytes,
            TypeClass::IpAddr | TypeClass::IpNet => Variant::Address,
            TypeClass::Other => Variant::Other,
        }
    }
}

/// A comparison of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// How a value of the slot's variant is decided.
#[derive(Debug)]
pub(crate) enum Kind {
    /// It is there.
    Exists,
    /// By comparison with one number, given as its 64 bits (a truth value: 0 or 1).
    Number { compare: Compare, signed: bool, value: u64 },
    /// It is one of these numbers.
    Numbers(Numbers),
    /// It is (`holds`) or is not this text.
    Equal { text: Box<[u8]>, holds: bool },
    /// It is one of these texts.
    Texts(Texts),
    /// It has this prefix or suffix.
    Affix(Side, Box<[u8]>),
    /// It has one of these prefixes or suffixes.
    Affixes(Affixes),
    /// It contains this text.
    Inside(Box<Substring>),
    /// It contains one of these texts.
    InsideAny(Box<AhoCorasick>),
    /// It is (`holds`) or is not an address in one of these networks.
    Networks { networks: Networks, holds: bool },
    /// As the checks say.
    General,
}

/// A test of one slot.
#[derive(Debug)]
pub(crate) struct Test {
    pub(crate) slot: SlotIx,
    /// Decides values of the slot's variant.
    pub(crate) kind: Kind,
    /// Decide all other values: any has to hold. Indices of prepared checks.
    pub(crate) checks: Box<[u32]>,
    /// Whether the result is worth remembering for the rest of the event.
    pub(crate) remember: bool,
}

impl Test {
    /// `uses`: how many steps decide this test. `prepare` gives the index of a prepared check.
    pub(crate) fn new(
        program: &Program,
        key: &Key,
        slot: SlotIx,
        uses: u32,
        mut prepare: impl FnMut(ExprId, &Check) -> u32,
    ) -> Test {
        let checks: Vec<(ExprId, &Check)> = key
            .checks
            .iter()
            .filter_map(|id| match program.expr(*id) {
                Expr::Check(check) => Some((*id, check)),
                _ => None,
            })
            .collect();
        let variant = Variant::of(program.slot(key.slot));
        let kind =
            kind(program, key.family, variant, &checks.iter().map(|(_, check)| *check).collect::<Vec<_>>());
        let inline =
            matches!(kind, Kind::Exists | Kind::Number { .. } | Kind::Equal { .. } | Kind::Affix(..));
        Test {
            slot,
            remember: uses > 1 && !inline,
            kind,
            checks: checks.iter().map(|(id, check)| prepare(*id, check)).collect(),
        }
    }
}

fn kind(program: &Program, family: Family, variant: Variant, checks: &[&Check]) -> Kind {
    let constants = || checks.iter().flat_map(|check| constants(program, check));
    let texts: Option<Vec<&[u8]>> = match variant {
        Variant::Text => constants().map(text).collect(),
        _ => None,
    };
    match (family, texts) {
        (Family::Text, Some(texts)) => match texts[..] {
            [text] => Kind::Equal { text: text.into(), holds: true },
            _ => Kind::Texts(Texts::new(texts.into_iter())),
        },
        (Family::Start, Some(texts)) => affixes(Side::Start, &texts),
        (Family::End, Some(texts)) => affixes(Side::End, &texts),
        (Family::Inside, Some(texts)) => match texts[..] {
            [text] => Kind::Inside(Box::new(Substring::new(text))),
            _ => any_inside(AhoCorasick::new(&texts)),
        },
        (Family::InsideAnyCase, Some(texts)) => {
            any_inside(AhoCorasick::builder().ascii_case_insensitive(true).build(&texts))
        }
        (Family::Number, _) => {
            match constants().map(|c| number(variant, c)).collect::<Option<Vec<u64>>>().as_deref() {
                Some([value]) => {
                    Kind::Number { compare: Compare::Eq, signed: variant == Variant::Signed, value: *value }
                }
                Some(values) => Kind::Numbers(Numbers::new(values.iter().copied())),
                None => Kind::General,
            }
        }
        (Family::Address, _) => match constants().map(network).collect::<Option<Vec<ir::Network>>>() {
            Some(networks) => Kind::Networks { networks: Networks::new(networks.into_iter()), holds: true },
            None => Kind::General,
        },
        (Family::Single, _) => match checks {
            [check] => single(program, variant, check),
            _ => Kind::General,
        },
        _ => Kind::General,
    }
}

/// A check that is decided alone.
fn single(program: &Program, variant: Variant, check: &Check) -> Kind {
    if check.op == Operator::Exists {
        return Kind::Exists;
    }
    let (Rhs::Const(id), None) = (&check.rhs, check.modifier) else { return Kind::General };
    let constant = program.const_(*id);
    let compare = match check.op {
        Operator::Eq => Compare::Eq,
        Operator::Ne => Compare::Ne,
        Operator::Lt => Compare::Lt,
        Operator::Le => Compare::Le,
        Operator::Gt => Compare::Gt,
        Operator::Ge => Compare::Ge,
        _ => return Kind::General,
    };
    match (variant, compare, constant) {
        (Variant::Bool, Compare::Lt | Compare::Le | Compare::Gt | Compare::Ge, _) => Kind::General,
        (Variant::Text, Compare::Ne, Const::Text(text)) => Kind::Equal { text: text.clone(), holds: false },
        (Variant::Address, Compare::Eq | Compare::Ne, _) => match network(constant) {
            Some(member) => Kind::Networks {
                networks: Networks::new(std::iter::once(member)),
                holds: compare == Compare::Eq,
            },
            None => Kind::General,
        },
        _ => match number(variant, constant) {
            Some(value) => Kind::Number { compare, signed: variant == Variant::Signed, value },
            None => Kind::General,
        },
    }
}

fn affixes(side: Side, texts: &[&[u8]]) -> Kind {
    let affixes = Affixes::new(side, texts.iter().copied());
    let mut left = affixes.iter();
    match (left.next(), left.next()) {
        (Some(affix), None) => Kind::Affix(side, affix.into()),
        _ => {
            drop(left);
            Kind::Affixes(affixes)
        }
    }
}

fn any_inside(built: Result<AhoCorasick, aho_corasick::BuildError>) -> Kind {
    built.map_or(Kind::General, |automaton| Kind::InsideAny(Box::new(automaton)))
}

fn text(constant: &Const) -> Option<&[u8]> {
    match constant {
        Const::Text(text) => Some(text),
        _ => None,
    }
}

/// The 64 bits of a constant that has the variant.
fn number(variant: Variant, constant: &Const) -> Option<u64> {
    match (variant, constant) {
        (Variant::Unsigned, Const::Unsigned(number)) => Some(*number),
        (Variant::Signed, Const::Signed(number)) => Some(*number as u64),
        (Variant::Bool, Const::Bool(truth)) => Some(u64::from(*truth)),
        _ => None,
    }
}

/// A network, or an address as the network of itself.
fn network(constant: &Const) -> Option<ir::Network> {
    match constant {
        Const::Network(network) => Some(*network),
        Const::Address(address) => {
            Some(ir::Network { address: *address, prefix: if address.is_ipv4() { 32 } else { 128 } })
        }
        _ => None,
    }
}
