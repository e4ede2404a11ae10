//! Sets of constants, for `in`, `intersects`, `= anyof` and `!= allof`.

use std::net::IpAddr;

use rustc_hash::FxHashSet;

use super::net;
use crate::consts::{Const, Network};
use crate::value::Value;

/// A set of constants of one class. Networks hold every address inside them.
#[derive(Clone, Debug)]
pub enum ConstSet {
    /// Nothing: every membership test fails.
    Empty,
    /// Sorted.
    Unsigned(Box<[u64]>),
    /// Sorted.
    Signed(Box<[i64]>),
    /// Integers, compared as floating point.
    Float(Box<[i64]>),
    /// Whether `false` and `true` are members.
    Bool([bool; 2]),
    /// Texts.
    Text(FxHashSet<Box<[u8]>>),
    /// Byte buffers.
    Bytes(FxHashSet<Box<[u8]>>),
    /// Addresses.
    Address(FxHashSet<IpAddr>),
    /// Networks.
    Network(Box<[Network]>),
}

impl ConstSet {
    /// A set of constants; those of another class than the first are left out.
    pub fn new<'c>(members: impl IntoIterator<Item = &'c Const>) -> ConstSet {
        let mut set = ConstSet::Empty;
        let (mut unsigned, mut signed, mut networks) = (Vec::new(), Vec::new(), Vec::new());
        for member in members {
            match (&mut set, member) {
                (ConstSet::Empty | ConstSet::Unsigned(_), Const::Unsigned(value)) => {
                    unsigned.push(*value);
                    set = ConstSet::Unsigned(Box::default());
                }
                (ConstSet::Empty | ConstSet::Signed(_), Const::Signed(value)) => {
                    signed.push(*value);
                    set = ConstSet::Signed(Box::default());
                }
                (ConstSet::Empty | ConstSet::Float(_), Const::Float(value)) => {
                    signed.push(*value);
                    set = ConstSet::Float(Box::default());
                }
                (ConstSet::Empty | ConstSet::Network(_), Const::Network(network)) => {
                    networks.push(*network);
                    set = ConstSet::Network(Box::default());
                }
                (ConstSet::Bool(values), Const::Bool(value)) => values[usize::from(*value)] = true,
                (ConstSet::Empty, Const::Bool(value)) => set = ConstSet::Bool([!value, *value]),
                (ConstSet::Text(texts), Const::Text(text)) => _ = texts.insert(text.clone()),
                (ConstSet::Empty, Const::Text(text)) => {
                    set = ConstSet::Text(std::iter::once(text.clone()).collect());
                }
                (ConstSet::Bytes(buffers), Const::Bytes(bytes)) => _ = buffers.insert(bytes.clone()),
                (ConstSet::Empty, Const::Bytes(bytes)) => {
                    set = ConstSet::Bytes(std::iter::once(bytes.clone()).collect());
                }
                (ConstSet::Address(addresses), Const::Address(address)) => _ = addresses.insert(*address),
                (ConstSet::Empty, Const::Address(address)) => {
                    set = ConstSet::Address(std::iter::once(*address).collect());
                }
                _ => {}
            }
        }
        unsigned.sort_unstable();
        signed.sort_unstable();
        match set {
            ConstSet::Unsigned(_) => ConstSet::Unsigned(unsigned.into()),
            ConstSet::Signed(_) => ConstSet::Signed(signed.into()),
            ConstSet::Float(_) => ConstSet::Float(signed.into()),
            ConstSet::Network(_) => ConstSet::Network(networks.into()),
            other => other,
        }
    }

    /// Whether the value is a member. A value of another class never is.
    pub fn contains(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (ConstSet::Unsigned(members), Value::Unsigned(value)) => members.binary_search(value).is_ok(),
            (ConstSet::Signed(members), Value::Signed(value)) => members.binary_search(value).is_ok(),
            (ConstSet::Float(members), Value::Float(value)) => {
                members.iter().any(|member| *member as f64 == *value)
            }
            (ConstSet::Bool(members), Value::Bool(value)) => members[usize::from(*value)],
            (ConstSet::Text(members), Value::Text(value)) => members.contains(*value),
            (ConstSet::Bytes(members), Value::Bytes(value)) => members.contains(*value),
            (ConstSet::Address(members), Value::Address(value)) => members.contains(value),
            (ConstSet::Network(members), Value::Address(value)) => {
                members.iter().any(|network| net::contains(network, *value))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn membership_by_class() {
        let text = |text: &str| Const::Text(text.as_bytes().into());
        let texts = ConstSet::new(&[text("a"), text(""), text("a")]);
        assert!(texts.contains(&Value::Text(b"a")) && texts.contains(&Value::Text(b"")));
        assert!(!texts.contains(&Value::Text(b"b")) && !texts.contains(&Value::Bytes(b"a")));

        let numbers = ConstSet::new(&[Const::Signed(5), Const::Signed(-3), Const::Unsigned(7)]);
        assert!(numbers.contains(&Value::Signed(-3)) && numbers.contains(&Value::Signed(5)));
        assert!(!numbers.contains(&Value::Signed(7)) && !numbers.contains(&Value::Unsigned(7)));

        let floats = ConstSet::new(&[Const::Float(2)]);
        assert!(floats.contains(&Value::Float(2.0)) && !floats.contains(&Value::Float(2.5)));

        let bools = ConstSet::new(&[Const::Bool(true)]);
        assert!(bools.contains(&Value::Bool(true)) && !bools.contains(&Value::Bool(false)));

        let networks = ConstSet::new(&[
            Const::Network(Network { address: "10.0.0.0".parse().unwrap(), prefix: 8 }),
            Const::Network(Network { address: "fe80::".parse().unwrap(), prefix: 10 }),
        ]);
        assert!(networks.contains(&Value::Address("fe80::1".parse().unwrap())));
        assert!(!networks.contains(&Value::Address("11.0.0.1".parse().unwrap())));
        assert!(!ConstSet::new(&[]).contains(&Value::Text(b"")));
    }
}
