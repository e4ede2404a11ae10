//! Literals: their text read for the type of the left side (language.md 4.3), with Falco's messages.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use catalogue::{Operator, TypeClass, ValueType, parse_signed, parse_unsigned};
use ir::{Const, Network};

use crate::check::services;

/// Longest text literal in bytes; Falco's buffer of 256 keeps one for a terminator.
const LONGEST_TEXT: usize = 255;

/// Reads a literal. `raw_argument`: for `evt.rawarg`, whose byte buffers take no literals.
pub(super) fn parse(ty: ValueType, op: Operator, text: &[u8], raw_argument: bool) -> Result<Const, String> {
    let hex = matches!(op, Operator::Bcontains | Operator::Bstartswith);
    let bytes = if hex {
        let decoded = unhex(text)
            .ok_or("filter error: bcontains and bstartswith operator support hex strings only".to_owned())?;
        Cow::Owned(decoded)
    } else {
        Cow::Borrowed(text)
    };
    if ty == ValueType::ByteBuf && !raw_argument {
        if bytes.len() > LONGEST_TEXT {
            return Err("filter parameter too long (byte buf)".to_owned());
        }
        return Ok(Const::Bytes(bytes.into_owned().into()));
    }
    if bytes.contains(&0) {
        return Err("filter error: filter value cannot contain a NUL byte (\\x00)".to_owned());
    }
    let shown = String::from_utf8_lossy(&bytes);
    value(ty, &bytes, &shown)
}

fn value(ty: ValueType, bytes: &[u8], text: &str) -> Result<Const, String> {
    match ty {
        ValueType::Port => port(text).map(|port| Const::Unsigned(port.into())),
        ValueType::Bool => match text {
            "true" => Ok(Const::Bool(true)),
            "false" => Ok(Const::Bool(false)),
            _ => Err(format!("filter error: unrecognized boolean value {text}")),
        },
        ValueType::Double => signed(text).map(|number| Const::Float(i64::from(number as i32))),
        ValueType::SyscallId | ValueType::SigType => Err(format!("wrong parameter type {}", ty as u8)),
        ValueType::SockAddr | ValueType::SockTuple | ValueType::SockFamily => text_literal(bytes, text),
        ValueType::L4Proto | ValueType::Uid | ValueType::Gid => unsigned(text, ty),
        _ => match ty.class() {
            TypeClass::Number if ty.is_signed() => signed(text).map(|number| Const::Signed(narrow_signed(number, ty))),
            TypeClass::Number => unsigned(text, ty),
            TypeClass::String => text_literal(bytes, text),
            TypeClass::IpAddr => address(text, ty).map(Const::Address),
            TypeClass::IpNet => network(text, ty).map(Const::Network),
            TypeClass::Bool | TypeClass::Buffer | TypeClass::Other => {
                Err(format!("wrong parameter type {}", ty as u8))
            }
        },
    }
}

fn text_literal(bytes: &[u8], text: &str) -> Result<Const, String> {
    if bytes.len() > LONGEST_TEXT {
        return Err(format!("filter parameter too long (used={}, available=256):{text}", bytes.len() + 1));
    }
    Ok(Const::Text(bytes.into()))
}

fn not_a_number(text: &str) -> String {
    format!("{text} is not a valid number")
}

fn signed(text: &str) -> Result<i64, String> {
    parse_signed(text).ok_or_else(|| not_a_number(text))
}

fn unsigned(text: &str, ty: ValueType) -> Result<Const, String> {
    let number = parse_unsigned(text).ok_or_else(|| not_a_number(text))?;
    Ok(Const::Unsigned(match ty.width() {
        Some(1) => number & 0xff,
        Some(2) => number & 0xffff,
        Some(4) => number & 0xffff_ffff,
        _ => number,
    }))
}

fn narrow_signed(number: i64, ty: ValueType) -> i64 {
    match ty.width() {
        Some(1) => i64::from(number as i8),
        Some(2) => i64::from(number as i16),
        Some(4) => i64::from(number as i32),
        _ => number,
    }
}

/// A port: nothing is 0, digits are a number whose low 16 bits count, anything else is a service.
fn port(text: &str) -> Result<u16, String> {
    let unknown = || format!("unrecognized protocol {text}");
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Falco ends its process on numbers that no C `int` holds.
        return if text.is_empty() { Ok(0) } else { text.parse::<i32>().map(|n| n as u16).map_err(|_| unknown()) };
    }
    services::port(text).ok_or_else(unknown)
}

fn address(text: &str, ty: ValueType) -> Result<IpAddr, String> {
    let v4 = ty == ValueType::Ipv4Addr || (ty == ValueType::IpAddr && text.contains('.'));
    if v4 {
        text.parse::<Ipv4Addr>().map(IpAddr::V4).map_err(|_| format!("unrecognized IPv4 address {text}"))
    } else {
        text.parse::<Ipv6Addr>().map(IpAddr::V6).map_err(|_| format!("unrecognized IPv6 address {text}"))
    }
}

fn network(text: &str, ty: ValueType) -> Result<Network, String> {
    let v4 = ty == ValueType::Ipv4Net || (ty == ValueType::IpNet && text.contains('.'));
    let Some((address, rest)) = text.split_once('/') else {
        return Err(if v4 { format!("unrecognized IP network {text}") } else { format!("invalid v6 netmask: {text}") });
    };
    let mask = rest.split('\n').next().unwrap_or(rest);
    let length = || {
        let number = parse_unsigned(mask).ok_or_else(|| not_a_number(mask))?;
        // The length is read into 8 bits.
        Ok::<u8, String>(number as u8)
    };
    if v4 {
        let address = address.parse::<Ipv4Addr>().map_err(|_| format!("unrecognized IP address {text}"))?;
        let prefix = length()?;
        if prefix > 32 {
            return Err(format!("invalid netmask {mask}"));
        }
        return Ok(Network { address: IpAddr::V4(address), prefix });
    }
    let address = address.parse::<Ipv6Addr>().map_err(|_| format!("unrecognized IPv6 address {text}"))?;
    let prefix = length()?;
    if prefix == 0 || prefix > 128 {
        return Err(format!("invalid v6 netmask {mask}"));
    }
    Ok(Network { address: IpAddr::V6(address), prefix })
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let nibble = |byte: u8| char::from(byte).to_digit(16);
    if text.len() % 2 != 0 {
        return None;
    }
    text.chunks_exact(2).map(|pair| Some((nibble(pair[0])? * 16 + nibble(pair[1])?) as u8)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(ty: ValueType, text: &str) -> String {
        match parse(ty, Operator::Eq, text.as_bytes(), false) {
            Ok(value) => format!("{value:?}"),
            Err(message) => message,
        }
    }

    #[test]
    fn reads_as_falco_does() {
        for (ty, text, wanted) in [
            (ValueType::Uint16, "65537", "Unsigned(1)"),
            (ValueType::Uint32, "-1", "Unsigned(4294967295)"),
            (ValueType::Int64, "0x1F", "0x1F is not a valid number"),
            (ValueType::Port, "65979", "Unsigned(443)"),
            (ValueType::Port, "", "Unsigned(0)"),
            (ValueType::Port, "-1", "unrecognized protocol -1"),
            (ValueType::Port, "2147483648", "unrecognized protocol 2147483648"),
            (ValueType::IpAddr, "::ffff:1.2.3.4", "unrecognized IPv4 address ::ffff:1.2.3.4"),
            (ValueType::IpNet, "10.0.0.0", "unrecognized IP network 10.0.0.0"),
            (ValueType::IpNet, "1.2.3.4/33", "invalid netmask 33"),
            (ValueType::IpNet, "1.2.3/8", "unrecognized IP address 1.2.3/8"),
            (ValueType::IpNet, "1.2.3.4/x", "x is not a valid number"),
            (ValueType::IpNet, "::1", "invalid v6 netmask: ::1"),
            (ValueType::IpNet, "::1/0", "invalid v6 netmask 0"),
            (ValueType::Double, "1.5", "1.5 is not a valid number"),
        ] {
            assert_eq!(show(ty, text), wanted, "{} {text}", ty.name());
        }
        assert_eq!(show(ValueType::IpNet, "1.2.3.4/256"), "Network(Network { address: 1.2.3.4, prefix: 0 })");
    }
}
