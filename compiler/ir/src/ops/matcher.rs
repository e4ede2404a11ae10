//! Checks with literals, prepared once: what the literals of a check become before the first event.

use std::fmt;

use catalogue::{Modifier, Operator};

use super::glob::Glob;
use super::path::PathSet;
use super::regex::{PreparedRegex, RegexError};
use super::set::ConstSet;
use super::string::Substring;
use super::{bytes, compare, net, number, string};
use crate::consts::{Const, Network};
use crate::value::{Extracted, Value};

/// One literal, prepared for its operator.
#[derive(Clone, Debug)]
pub enum Literal {
    /// For unsigned values.
    Unsigned(u64),
    /// For signed values.
    Signed(i64),
    /// For floating point values.
    Float(f64),
    /// For booleans.
    Bool(bool),
    /// For texts, with an operator that needs no preparation.
    Text(Box<[u8]>),
    /// For byte buffers.
    Bytes(Box<[u8]>),
    /// For texts and `contains`.
    Substring(Substring),
    /// For `glob` and `iglob`.
    Glob(Glob),
    /// For `regex`.
    Regex(Box<PreparedRegex>),
    /// For addresses.
    Address(std::net::IpAddr),
    /// For addresses that are compared with a network.
    Network(Network),
}

impl Literal {
    /// Prepares a constant. Only a pattern for `regex` can be refused.
    pub fn new(op: Operator, value: &Const) -> Result<Literal, RegexError> {
        Ok(match (op, value) {
            (Operator::Regex, Const::Text(pattern)) => Literal::Regex(Box::new(PreparedRegex::new(pattern)?)),
            (Operator::Glob, Const::Text(pattern)) => Literal::Glob(Glob::new(pattern, false)),
            (Operator::Iglob, Const::Text(pattern)) => Literal::Glob(Glob::new(pattern, true)),
            (Operator::Contains, Const::Text(part)) => Literal::Substring(Substring::new(part)),
            (_, Const::Unsigned(value)) => Literal::Unsigned(*value),
            (_, Const::Signed(value)) => Literal::Signed(*value),
            (_, Const::Float(value)) => Literal::Float(*value as f64),
            (_, Const::Bool(value)) => Literal::Bool(*value),
            (_, Const::Text(text)) => Literal::Text(text.clone()),
            (_, Const::Bytes(bytes)) => Literal::Bytes(bytes.clone()),
            (_, Const::Address(address)) => Literal::Address(*address),
            (_, Const::Network(network)) => Literal::Network(*network),
        })
    }

    /// Whether `value op literal` holds. A value of another class satisfies no operator.
    pub fn holds(&self, op: Operator, value: &Value<'_>) -> bool {
        match (self, value) {
            (Literal::Unsigned(right), Value::Unsigned(left)) => number::compare(op, left, right),
            (Literal::Signed(right), Value::Signed(left)) => number::compare(op, left, right),
            (Literal::Float(right), Value::Float(left)) => number::compare(op, left, right),
            (Literal::Bool(right), Value::Bool(left)) => number::compare(op, left, right),
            (Literal::Text(right), Value::Text(left)) => string::compare(op, left, right),
            (Literal::Bytes(right), Value::Bytes(left)) => bytes::compare(op, left, right),
            (Literal::Substring(right), Value::Text(left)) => right.is_in(left),
            (Literal::Glob(right), Value::Text(left)) => right.matches(left),
            (Literal::Regex(right), Value::Text(left)) => right.matches(left),
            (Literal::Address(right), Value::Address(left)) => net::compare(op, *left, *right),
            (Literal::Network(right), Value::Address(left)) => net::compare_network(op, *left, right),
            _ => false,
        }
    }
}

#[derive(Clone, Debug)]
enum Right {
    /// `exists`.
    Nothing,
    One(Literal),
    /// `in`, `intersects`, `= anyof`; `absent`: the test is for not being a member (`!= allof`).
    Members {
        set: ConstSet,
        absent: bool,
    },
    Paths(PathSet),
    Each(Modifier, Box<[Literal]>),
    /// A modifier over an empty list.
    Never,
}

/// An operator with its prepared literals.
#[derive(Clone, Debug)]
pub struct Matcher {
    op: Operator,
    right: Right,
}

/// Why literals cannot be prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrepareError {
    /// A pattern is not a regular expression.
    Regex(RegexError),
    /// The number of literals does not suit the operator.
    Count,
}

impl fmt::Display for PrepareError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PrepareError::Regex(error) => write!(out, "invalid regex pattern: {error}"),
            PrepareError::Count => out.write_str("the operator does not take that many values"),
        }
    }
}

impl std::error::Error for PrepareError {}

impl From<RegexError> for PrepareError {
    fn from(error: RegexError) -> PrepareError {
        PrepareError::Regex(error)
    }
}

impl Matcher {
    /// Prepares the literals of a check; without modifier and set operator there is exactly one (none for `exists`).
    pub fn new(
        op: Operator,
        modifier: Option<Modifier>,
        literals: &[&Const],
    ) -> Result<Matcher, PrepareError> {
        let set = || ConstSet::new(literals.iter().copied());
        let right = match (op, modifier) {
            (Operator::Exists, _) => Right::Nothing,
            (Operator::In | Operator::Intersects, _) => Right::Members { set: set(), absent: false },
            (Operator::Pmatch, _) => {
                Right::Paths(PathSet::new(literals.iter().filter_map(|literal| match literal {
                    Const::Text(path) => Some(&**path),
                    _ => None,
                })))
            }
            (_, Some(_)) if literals.is_empty() => Right::Never,
            (Operator::Eq, Some(Modifier::Anyof)) => Right::Members { set: set(), absent: false },
            (Operator::Ne, Some(Modifier::Allof)) => Right::Members { set: set(), absent: true },
            (_, Some(modifier)) => {
                let literals = literals.iter().map(|literal| Literal::new(op, literal));
                Right::Each(modifier, literals.collect::<Result<_, _>>()?)
            }
            (_, None) => match literals {
                [literal] => Right::One(Literal::new(op, literal)?),
                _ => return Err(PrepareError::Count),
            },
        };
        Ok(Matcher { op, right })
    }

    /// The operator.
    pub fn operator(&self) -> Operator {
        self.op
    }

    /// Whether a single value satisfies the check.
    pub fn holds(&self, value: &Value<'_>) -> bool {
        match &self.right {
            Right::Nothing => true,
            Right::One(literal) => literal.holds(self.op, value),
            Right::Members { set, absent } => set.contains(value) != *absent,
            Right::Paths(paths) => matches!(value, Value::Text(path) if paths.matches(path)),
            Right::Never => false,
            Right::Each(modifier, literals) => {
                let mut holding = literals.iter().filter(|literal| literal.holds(self.op, value));
                match modifier {
                    Modifier::Anyof => holding.next().is_some(),
                    Modifier::Allof => holding.count() == literals.len(),
                    Modifier::Oneof => holding.next().is_some() && holding.next().is_none(),
                }
            }
        }
    }

    /// Decides the check for what a slot gave.
    pub fn decide(&self, left: &Extracted<'_>) -> bool {
        compare::apply(self.op, left, |value| self.holds(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Const {
        Const::Text(text.as_bytes().into())
    }

    #[test]
    fn modifiers() {
        use Modifier::*;
        use Operator::*;
        for (op, modifier, literals, expected) in [
            (Eq, Oneof, vec!["init", "init"], false),
            (Ne, Oneof, vec!["init", "x"], true),
            (Ne, Allof, vec!["init", "x"], false),
            (Ne, Anyof, vec!["init", "x"], true),
            (Ne, Anyof, vec!["init"], false),
            (Eq, Anyof, vec!["x", "init"], true),
            (Contains, Oneof, vec!["in", "it"], false),
            (Contains, Oneof, vec!["in", "xx"], true),
            (Contains, Allof, vec!["in", "it"], true),
            (Regex, Anyof, vec!["x.*", "i.*"], true),
            (Glob, Allof, vec!["i*", "*t"], true),
            (Contains, Oneof, vec![], false),
            (Eq, Allof, vec![], false),
            (Ne, Allof, vec![], false),
        ] {
            let literals: Vec<Const> = literals.into_iter().map(text).collect();
            let literals: Vec<&Const> = literals.iter().collect();
            let matcher = Matcher::new(op, Some(modifier), &literals).unwrap();
            assert_eq!(matcher.holds(&Value::Text(b"init")), expected, "{op:?} {modifier:?} {literals:?}");
        }
    }

    #[test]
    fn sets_and_absence() {
        let a = text("a");
        let inside = Matcher::new(Operator::In, None, &[&a]).unwrap();
        assert!(inside.decide(&Extracted::One(Value::Text(b"a"))));
        assert!(!inside.decide(&Extracted::Absent));
        assert!(inside.decide(&Extracted::List(&[])));
        let nothing = Matcher::new(Operator::In, None, &[]).unwrap();
        assert!(!nothing.decide(&Extracted::One(Value::Text(b""))));
        assert!(nothing.decide(&Extracted::List(&[])));
        assert!(!Matcher::new(Operator::Intersects, None, &[]).unwrap().decide(&Extracted::List(&[])));
        assert!(!Matcher::new(Operator::Pmatch, None, &[]).unwrap().holds(&Value::Text(b"/a")));
        assert_eq!(Matcher::new(Operator::Eq, None, &[]).unwrap_err(), PrepareError::Count);
        let unequal = Matcher::new(Operator::Ne, None, &[&a]).unwrap();
        assert!(!unequal.decide(&Extracted::Absent));
    }

    #[test]
    fn numbers_by_class() {
        let matcher = |op, value| Matcher::new(op, None, &[&value]).unwrap();
        assert!(matcher(Operator::Gt, Const::Signed(-65535)).holds(&Value::Signed(-1)));
        assert!(matcher(Operator::Lt, Const::Unsigned(515)).holds(&Value::Unsigned(512)));
        assert!(matcher(Operator::Ge, Const::Float(2)).holds(&Value::Float(2.5)));
        assert!(
            matcher(Operator::Ne, Const::Address("127.0.0.1".parse().unwrap()))
                .holds(&Value::Address("::1".parse().unwrap()))
        );
        assert!(!matcher(Operator::Ne, Const::Unsigned(1)).holds(&Value::Signed(2)));
    }
}
