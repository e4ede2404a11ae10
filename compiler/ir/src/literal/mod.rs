//! Literals of conditions, parsed for the type of the left side with Falco's rules and messages (language.md 4.3).

mod services;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use catalogue::{Operator, ValueType};

use crate::consts::{Const, Network};
use crate::ops::bytes::decode_hex;
use crate::ops::number::{scan_signed, scan_unsigned, truncate_signed, truncate_unsigned};
use crate::ops::regex::{self, RegexError};

/// Room that Falco keeps for a literal, the NUL at its end included.
const CAPACITY: usize = 256;

/// Why a literal is refused; displays as Falco's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LiteralError {
    /// Not a decimal number; holds the offending text, which is the prefix length for networks.
    Number(Box<str>),
    /// Neither `true` nor `false`.
    Bool(Box<str>),
    /// No port number, and no service of that name.
    Service(Box<str>),
    /// Not an IPv4 address.
    Ipv4(Box<str>),
    /// Not an IPv6 address, alone or before a prefix length.
    Ipv6(Box<str>),
    /// An IPv4 network without prefix length.
    NetworkV4(Box<str>),
    /// An IPv4 network whose address is wrong.
    NetworkAddressV4(Box<str>),
    /// An IPv4 prefix length above 32.
    PrefixV4(Box<str>),
    /// An IPv6 network without prefix length.
    NetworkV6(Box<str>),
    /// An IPv6 prefix length that is not within 1 to 128.
    PrefixV6(Box<str>),
    /// A text of more than 255 bytes.
    TextTooLong {
        /// Its length and the NUL at its end.
        used: usize,
        /// The text.
        text: Box<str>,
    },
    /// A byte buffer of more than 255 bytes.
    BytesTooLong,
    /// A NUL byte, which only byte buffers may hold.
    Nul,
    /// Not an even number of hexadecimal digits.
    Hex,
    /// Not a regular expression.
    Regex(RegexError),
    /// The type has no literals.
    Type(ValueType),
}

impl fmt::Display for LiteralError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LiteralError::Number(text) => write!(out, "{text} is not a valid number"),
            LiteralError::Bool(text) => write!(out, "filter error: unrecognized boolean value {text}"),
            LiteralError::Service(text) => write!(out, "unrecognized protocol {text}"),
            LiteralError::Ipv4(text) => write!(out, "unrecognized IPv4 address {text}"),
            LiteralError::Ipv6(text) => write!(out, "unrecognized IPv6 address {text}"),
            LiteralError::NetworkV4(text) => write!(out, "unrecognized IP network {text}"),
            LiteralError::NetworkAddressV4(text) => write!(out, "unrecognized IP address {text}"),
            LiteralError::PrefixV4(text) => write!(out, "invalid netmask {text}"),
            LiteralError::NetworkV6(text) => write!(out, "invalid v6 netmask: {text}"),
            LiteralError::PrefixV6(text) => write!(out, "invalid v6 netmask {text}"),
            LiteralError::TextTooLong { used, text } => {
                write!(out, "filter parameter too long (used={used}, available={CAPACITY}):{text}")
            }
            LiteralError::BytesTooLong => out.write_str("filter parameter too long (byte buf)"),
            LiteralError::Nul => {
                out.write_str("filter error: filter value cannot contain a NUL byte (\\x00)")
            }
            LiteralError::Hex => {
                out.write_str("filter error: bcontains and bstartswith operator support hex strings only")
            }
            LiteralError::Regex(error) => write!(out, "invalid regex pattern: {error}"),
            LiteralError::Type(ty) => write!(out, "wrong parameter type {}", *ty as u8),
        }
    }
}

impl std::error::Error for LiteralError {}

/// Parses a literal for the transformed type of the left side and the operator. Numbers that do not fit wrap.
///
/// `evt.type` literals need a further check, which is the caller's: only it knows the events.
pub fn parse(text: &[u8], ty: ValueType, op: Operator) -> Result<Const, LiteralError> {
    if matches!(op, Operator::Bcontains | Operator::Bstartswith) {
        let bytes = decode_hex(text).ok_or(LiteralError::Hex)?;
        return for_type(&bytes, ty);
    }
    let value = for_type(text, ty)?;
    if let (Operator::Regex, Const::Text(pattern)) = (op, &value) {
        regex::validate(pattern).map_err(LiteralError::Regex)?;
    }
    Ok(value)
}

fn shown(text: &[u8]) -> Box<str> {
    String::from_utf8_lossy(text).into()
}

fn for_type(text: &[u8], ty: ValueType) -> Result<Const, LiteralError> {
    use ValueType::*;
    if ty == ByteBuf {
        return if text.len() < CAPACITY {
            Ok(Const::Bytes(text.into()))
        } else {
            Err(LiteralError::BytesTooLong)
        };
    }
    if text.contains(&0) {
        return Err(LiteralError::Nul);
    }
    let signed = |width| {
        let value = scan_signed(text).ok_or_else(|| LiteralError::Number(shown(text)))?;
        Ok(Const::Signed(truncate_signed(value, width)))
    };
    let unsigned = |width| {
        let value = scan_unsigned(text).ok_or_else(|| LiteralError::Number(shown(text)))?;
        Ok(Const::Unsigned(truncate_unsigned(value, width)))
    };
    match ty {
        Int8 => signed(1),
        Int16 => signed(2),
        Int32 => signed(4),
        Int64 | Fd | Errno | Pid => signed(8),
        Uint8 | Flags8 | EnumFlags8 | L4Proto => unsigned(1),
        Uint16 | Flags16 | EnumFlags16 => unsigned(2),
        Uint32 | Flags32 | EnumFlags32 | Mode | Uid | Gid => unsigned(4),
        Uint64 | RelTime | AbsTime => unsigned(8),
        // Falco reads 32-bit integers for floating point fields.
        Double => {
            let value = scan_signed(text).ok_or_else(|| LiteralError::Number(shown(text)))?;
            Ok(Const::Float(truncate_signed(value, 4)))
        }
        Port => port(text),
        Bool => match text {
            b"true" => Ok(Const::Bool(true)),
            b"false" => Ok(Const::Bool(false)),
            _ => Err(LiteralError::Bool(shown(text))),
        },
        CharBuf | FsPath | FsRelPath | SockAddr | SockTuple | SockFamily => {
            if text.len() < CAPACITY {
                Ok(Const::Text(text.into()))
            } else {
                Err(LiteralError::TextTooLong { used: text.len() + 1, text: shown(text) })
            }
        }
        IpAddr if text.contains(&b'.') => address_v4(text).map(Const::Address),
        IpAddr => address_v6(text).map(Const::Address),
        Ipv4Addr => address_v4(text).map(Const::Address),
        Ipv6Addr => address_v6(text).map(Const::Address),
        IpNet if text.contains(&b'.') => network_v4(text),
        IpNet => network_v6(text),
        Ipv4Net => network_v4(text),
        Ipv6Net => network_v6(text),
        None | SigType | SyscallId | FdList | Dynamic | SigSet | CharBufArray | CharBufPairArray | Fd32
        | Pid32 | ByteBuf => Err(LiteralError::Type(ty)),
    }
}

/// Nothing is port 0, digits are a number that wraps, anything else is the name of a service.
fn port(text: &[u8]) -> Result<Const, LiteralError> {
    if text.is_empty() {
        return Ok(Const::Unsigned(0));
    }
    let unknown = || LiteralError::Service(shown(text));
    if text.iter().all(u8::is_ascii_digit) {
        // Falco's process ends here on numbers that `int` does not hold.
        let value = scan_unsigned(text).filter(|value| *value <= i32::MAX as u64).ok_or_else(unknown)?;
        return Ok(Const::Unsigned(truncate_unsigned(value, 2)));
    }
    let name = std::str::from_utf8(text).map_err(|_| unknown())?;
    service(name).map(|port| Const::Unsigned(u64::from(port))).ok_or_else(unknown)
}

/// The port of a service, by name or alias; letter case counts.
pub fn service(name: &str) -> Option<u16> {
    let found = services::SERVICES.binary_search_by(|(known, _)| known.cmp(&name)).ok()?;
    services::SERVICES.get(found).map(|(_, port)| *port)
}

fn address_v4(text: &[u8]) -> Result<IpAddr, LiteralError> {
    parse_as::<Ipv4Addr>(text).map(IpAddr::V4).ok_or_else(|| LiteralError::Ipv4(shown(text)))
}

fn address_v6(text: &[u8]) -> Result<IpAddr, LiteralError> {
    parse_as::<Ipv6Addr>(text).map(IpAddr::V6).ok_or_else(|| LiteralError::Ipv6(shown(text)))
}

fn parse_as<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Splits at the first `/`; a line feed ends the prefix length, as it is read as a line.
fn split_network(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let slash = text.iter().position(|byte| *byte == b'/')?;
    let (address, prefix) = (text.get(..slash)?, text.get(slash + 1..)?);
    Some((address, prefix.split(|byte| *byte == b'\n').next().unwrap_or(prefix)))
}

/// The prefix length, wrapped to 8 bits.
fn prefix(text: &[u8]) -> Result<u8, LiteralError> {
    scan_unsigned(text).map(|value| value as u8).ok_or_else(|| LiteralError::Number(shown(text)))
}

fn network_v4(text: &[u8]) -> Result<Const, LiteralError> {
    let (address, length) = split_network(text).ok_or_else(|| LiteralError::NetworkV4(shown(text)))?;
    let address = parse_as::<Ipv4Addr>(address).ok_or_else(|| LiteralError::NetworkAddressV4(shown(text)))?;
    let prefix = prefix(length)?;
    if prefix > 32 {
        return Err(LiteralError::PrefixV4(shown(length)));
    }
    Ok(Const::Network(Network { address: IpAddr::V4(address), prefix }))
}

fn network_v6(text: &[u8]) -> Result<Const, LiteralError> {
    let (address, length) = split_network(text).ok_or_else(|| LiteralError::NetworkV6(shown(text)))?;
    let address = parse_as::<Ipv6Addr>(address).ok_or_else(|| LiteralError::Ipv6(shown(text)))?;
    let prefix = prefix(length)?;
    if !(1..=128).contains(&prefix) {
        return Err(LiteralError::PrefixV6(shown(length)));
    }
    Ok(Const::Network(Network { address: IpAddr::V6(address), prefix }))
}

#[cfg(test)]
mod tests;
