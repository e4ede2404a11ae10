//! Comparing two run-time values: checks whose right side is a field or transformer.

use catalogue::Operator;

use super::{bytes, net, number, string};
use crate::value::{Extracted, Value};

/// Applies an operator to two single values. Values of different classes satisfy no operator.
pub fn values(op: Operator, left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Unsigned(left), Value::Unsigned(right)) => number::compare(op, left, right),
        (Value::Signed(left), Value::Signed(right)) => number::compare(op, left, right),
        (Value::Float(left), Value::Float(right)) => number::compare(op, left, right),
        (Value::Bool(left), Value::Bool(right)) => number::compare(op, left, right),
        (Value::Text(left), Value::Text(right)) => string::compare(op, left, right),
        (Value::Bytes(left), Value::Bytes(right)) => bytes::compare(op, left, right),
        (Value::Address(left), Value::Address(right)) => net::compare(op, *left, *right),
        _ => false,
    }
}

/// Decides a check between two extractions. It is false when either is absent.
///
/// Two lists: `in` needs every element of the left one to be in the right one, `intersects` some element.
pub fn extractions(op: Operator, left: &Extracted<'_>, right: &Extracted<'_>) -> bool {
    let right = match right {
        Extracted::Absent => return false,
        Extracted::One(right) => std::slice::from_ref(right),
        Extracted::List(right) | Extracted::Ancestors(right) | Extracted::Endpoints(right) => right,
    };
    apply(op, left, |value| match op {
        Operator::In | Operator::Intersects => right.iter().any(|right| values(Operator::Eq, value, right)),
        _ => right.first().is_some_and(|right| values(op, value, right)),
    })
}

/// Applies a test of single values to an extraction, as its shape demands (language.md 5.1, 5.6, 5.7).
#[inline]
pub fn apply(op: Operator, left: &Extracted<'_>, test: impl Fn(&Value<'_>) -> bool) -> bool {
    let exists = matches!(op, Operator::Exists);
    match left {
        Extracted::Absent => false,
        Extracted::One(value) => exists || test(value),
        Extracted::List(values) => match op {
            Operator::Exists => true,
            Operator::In => values.iter().all(test),
            Operator::Intersects => values.iter().any(test),
            _ => false,
        },
        Extracted::Ancestors(values) => match exists {
            true => !values.is_empty(),
            false => values.iter().any(test),
        },
        Extracted::Endpoints(values) => match op {
            Operator::Exists => true,
            Operator::Ne => !values.is_empty() && values.iter().all(test),
            _ => values.iter().any(test),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Value<'static> = Value::Text(b"a");
    const B: Value<'static> = Value::Text(b"b");

    #[test]
    fn absent_sides_are_false() {
        use Operator::*;
        for op in [Eq, Ne, Lt, In, Contains, Exists] {
            assert!(!extractions(op, &Extracted::Absent, &Extracted::One(A)));
            assert!(!extractions(op, &Extracted::One(A), &Extracted::Absent));
        }
        assert!(extractions(Ne, &Extracted::One(A), &Extracted::One(B)));
        assert!(extractions(Glob, &Extracted::One(A), &Extracted::One(Value::Text(b"?"))));
    }

    #[test]
    fn lists_against_lists() {
        use Operator::*;
        for (left, right, inside, meets) in [
            (&[A][..], &[A, B][..], true, true),
            (&[A, B], &[A], false, true),
            (&[], &[A], true, false),
            (&[], &[], true, false),
            (&[A], &[], false, false),
        ] {
            let (left, right) = (Extracted::List(left), Extracted::List(right));
            assert_eq!(extractions(In, &left, &right), inside, "{left:?} {right:?}");
            assert_eq!(extractions(Intersects, &left, &right), meets, "{left:?} {right:?}");
        }
    }

    #[test]
    fn shapes_of_the_left_side() {
        use Operator::*;
        let is_a = |value: &Value<'_>| *value == A;
        let not_a = |value: &Value<'_>| *value != A;
        assert!(apply(Eq, &Extracted::Ancestors(&[B, A]), is_a));
        assert!(apply(Ne, &Extracted::Ancestors(&[B, A]), not_a));
        assert!(!apply(Exists, &Extracted::Ancestors(&[]), is_a));
        assert!(apply(Eq, &Extracted::Endpoints(&[B, A]), is_a));
        assert!(!apply(Ne, &Extracted::Endpoints(&[B, A]), not_a));
        assert!(apply(Ne, &Extracted::Endpoints(&[B, B]), not_a));
        assert!(!apply(Ne, &Extracted::Endpoints(&[]), not_a));
        assert!(apply(Exists, &Extracted::Endpoints(&[]), is_a));
        assert!(apply(Exists, &Extracted::List(&[]), is_a));
        assert!(!apply(Eq, &Extracted::List(&[A]), is_a));
    }
}
