//! Constants of a program: parsed literals, interned.

use std::net::IpAddr;

/// Index of a constant in its program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConstId(pub u32);

/// An IP network: an address and the number of leading bits that count (0 to 32 or 0 to 128). Host bits are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    /// Any address of the network.
    pub address: IpAddr,
    /// Length of the prefix in bits.
    pub prefix: u8,
}

/// A literal, parsed for the type of the left side it is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Const {
    /// For unsigned types; already truncated to the field's width.
    Unsigned(u64),
    /// For signed types; truncated and sign-extended.
    Signed(i64),
    /// For `DOUBLE` fields, whose literals are integers (language.md 4.3).
    Float(i64),
    /// `true` or `false`.
    Bool(bool),
    /// Text: also glob patterns, regular expressions and `pmatch` paths, whose meaning the operator decides.
    Text(Box<[u8]>),
    /// Bytes, after hex decoding where the operator asks for it.
    Bytes(Box<[u8]>),
    /// An address.
    Address(IpAddr),
    /// A network.
    Network(Network),
}
