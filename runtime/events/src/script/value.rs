//! Values of event scripts: text to the bytes of a parameter, by the parameter's type.

use std::net::{IpAddr, SocketAddr};

use catalogue::{FlagTableId, Param, ValueType, syscall_by_name};

use super::lex;
use crate::names;
use crate::param::{FAMILY_INET, FAMILY_INET6, FAMILY_UNIX};

/// How scripts write that a parameter has no value.
pub(super) const NO_VALUE: &str = "<NA>";

/// The bytes of a parameter.
pub(super) fn encode(param: &Param, word: &str) -> Result<Vec<u8>, String> {
    if word == NO_VALUE {
        return Ok(Vec::new());
    }
    if let Some(digits) = word.strip_prefix("hex:") {
        return hex(digits);
    }
    if let Some(table) = param.dyn_table() {
        let (selector, word) =
            word.split_once(':').ok_or("write the type that is meant first, as in fd:3 or #0:3")?;
        let entries = table.table().entries;
        let index = match selector.strip_prefix('#') {
            Some(index) => index.parse::<usize>().ok().filter(|&i| i < entries.len()),
            None => entries.iter().position(|(ty, _)| ty.name().eq_ignore_ascii_case(selector)),
        };
        let Some((index, &(ty, _))) = index.and_then(|i| entries.get(i).map(|entry| (i, entry))) else {
            let names: Vec<_> = entries.iter().map(|(ty, _)| ty.name().to_lowercase()).collect();
            return Err(format!("no type `{selector}` here: {}", names.join(", ")));
        };
        let mut bytes = vec![index as u8];
        bytes.extend(plain(ty, None, word)?);
        return Ok(bytes);
    }
    plain(param.ty, param.flag_table(), word)
}

fn plain(ty: ValueType, flags: Option<FlagTableId>, word: &str) -> Result<Vec<u8>, String> {
    use ValueType::{
        ByteBuf, CharBuf, CharBufArray, CharBufPairArray, Double, FdList, FsPath, FsRelPath, IpAddr,
        Ipv4Addr, Ipv6Addr, SockAddr, SockTuple,
    };
    match ty {
        CharBuf | FsPath | FsRelPath => {
            let mut bytes = lex::text(word)?;
            bytes.push(0);
            Ok(bytes)
        }
        ByteBuf | CharBufArray | CharBufPairArray => match lex::list(word) {
            Some(elements) => Ok(strings(&elements?)),
            None => lex::text(word),
        },
        SockAddr => sock_addr(word),
        SockTuple => sock_tuple(word),
        FdList => fd_list(word),
        Ipv4Addr | Ipv6Addr | IpAddr => {
            word.parse().map(ip_bytes).map_err(|_| format!("`{word}` is no IP address"))
        }
        Double => word
            .parse::<f64>()
            .map(|n| n.to_le_bytes().to_vec())
            .map_err(|_| format!("`{word}` is no number")),
        ty => match ty.width() {
            Some(width @ 1..=8) => {
                let number = number(ty, flags, word)?;
                let bits = u32::from(width) * 8;
                if number >= 1 << bits || number < -(1 << (bits - 1)) {
                    return Err(format!("{number} does not fit into {bits} bits"));
                }
                Ok(number.to_le_bytes()[..usize::from(width)].to_vec())
            }
            _ => Err(format!("values of type {} can only be written as hex:…", ty.name())),
        },
    }
}

/// A number, in any of the notations that its type has.
fn number(ty: ValueType, flags: Option<FlagTableId>, word: &str) -> Result<i128, String> {
    use ValueType::{
        AbsTime, Bool, Errno, Fd, Fd32, Gid, Int64, Pid, Pid32, RelTime, SigSet, SigType, SockFamily,
        SyscallId, Uid, Uint64,
    };
    if let Some(number) = integer(word) {
        return Ok(number);
    }
    let unknown = || format!("`{word}` is no value of type {}", ty.name());
    let error =
        |word: &str| names::error_number(word.strip_prefix('-').unwrap_or(word)).map(|n| -i128::from(n));
    match ty {
        Fd | Fd32 if word == "AT_FDCWD" => Ok(-100),
        Fd | Pid | Errno | Int64 | Fd32 | Pid32 => error(word).ok_or_else(unknown),
        Uid | Gid if word == "none" => Ok(u32::MAX.into()),
        RelTime | AbsTime | Uint64 if word == "none" => Ok(u64::MAX.into()),
        RelTime | AbsTime | Uint64 => duration(word).map(i128::from).ok_or_else(unknown),
        Bool => match word {
            "true" => Ok(1),
            "false" => Ok(0),
            _ => Err(unknown()),
        },
        SyscallId => syscall_by_name(word).map(|call| call.code.0.into()).ok_or_else(unknown),
        SigType => names::signal_number(word).map(i128::from).ok_or_else(unknown),
        SigSet => word.split('|').try_fold(0, |set, name| match names::signal_number(name) {
            Some(signal) => Ok(set | 1 << (signal - 1)),
            None => Err(format!("no signal `{name}`")),
        }),
        SockFamily => FlagTableId::from_name("socket_families")
            .and_then(|table| table.table().value(word))
            .map(i128::from)
            .ok_or_else(unknown),
        _ => match flags {
            Some(table) => flag_names(table, word),
            None => Err(unknown()),
        },
    }
}

/// Names of a flag table, and numbers, joined by `|`.
pub(super) fn flag_names(table: FlagTableId, word: &str) -> Result<i128, String> {
    word.split('|').try_fold(0, |bits, name| match integer(name) {
        Some(number) => Ok(bits | number),
        None => match table.table().value(name) {
            Some(value) => Ok(bits | i128::from(value)),
            None => {
                let names: Vec<_> = table.table().entries.iter().map(|entry| entry.0).collect();
                Err(format!("no flag `{name}` here: {}", names.join(", ")))
            }
        },
    })
}

/// A whole number in decimal, or after `0x` and `0o`; `_` may separate digits.
pub(super) fn integer(word: &str) -> Option<i128> {
    let (negative, digits) = match word.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, word),
    };
    let digits = digits.replace('_', "");
    let magnitude = match (digits.strip_prefix("0x"), digits.strip_prefix("0o")) {
        (Some(hex), _) => u64::from_str_radix(hex, 16),
        (_, Some(octal)) => u64::from_str_radix(octal, 8),
        _ if digits.starts_with('+') => return None,
        _ => digits.parse(),
    };
    magnitude.ok().map(|n| if negative { -i128::from(n) } else { i128::from(n) })
}

/// A time with its unit, in nanoseconds: `15ns`, `2us`, `1.5ms`, `10s`.
pub(super) fn duration(word: &str) -> Option<u64> {
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let (number, unit) = word.split_at(digits);
    let unit: u64 = match unit {
        "ns" => 1,
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut ns = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.bytes() {
        place /= 10;
        ns = ns.checked_add(u64::from(digit.checked_sub(b'0')?) * place)?;
    }
    Some(ns)
}

/// Strings, each followed by a NUL.
pub(super) fn strings(elements: &[Vec<u8>]) -> Vec<u8> {
    elements.iter().flat_map(|element| element.iter().copied().chain([0])).collect()
}

fn hex(digits: &str) -> Result<Vec<u8>, String> {
    let bytes = digits.as_bytes();
    let pairs = bytes.chunks(2).map(|pair| match pair {
        &[high, low] => Some((char::from(high).to_digit(16)? * 16 + char::from(low).to_digit(16)?) as u8),
        _ => None,
    });
    pairs.collect::<Option<_>>().ok_or_else(|| "`hex:` takes pairs of hexadecimal digits".into())
}

fn ip_bytes(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}

/// `1.2.3.4:80` or `[::1]:80`.
pub(super) fn endpoint(word: &str) -> Result<SocketAddr, String> {
    word.parse().map_err(|_| format!("`{word}` is no address and port: write 1.2.3.4:80 or [::1]:80"))
}

/// Two endpoints of the same family.
pub(super) fn endpoints(word: &str) -> Result<(SocketAddr, SocketAddr), String> {
    let (source, destination) =
        word.split_once("->").ok_or("write both ends, as in 10.0.0.1:4000->10.0.0.2:80")?;
    let (source, destination) = (endpoint(source)?, endpoint(destination)?);
    if source.is_ipv4() != destination.is_ipv4() {
        return Err("both ends must be of the same family".into());
    }
    Ok((source, destination))
}

/// Kernel addresses of both ends of a local socket: `0x1->0x2`.
pub(super) fn pointers(word: &str) -> Result<(u64, u64), String> {
    let pointer = |word: &str| integer(word).and_then(|n| u64::try_from(n).ok());
    word.split_once("->")
        .and_then(|(source, destination)| Some((pointer(source)?, pointer(destination)?)))
        .ok_or_else(|| format!("`{word}` are no two socket addresses: write 0x1->0x2"))
}

fn endpoint_bytes(end: SocketAddr) -> Vec<u8> {
    let mut bytes = ip_bytes(end.ip());
    bytes.extend(end.port().to_le_bytes());
    bytes
}

fn family(end: SocketAddr) -> u8 {
    if end.is_ipv4() { FAMILY_INET } else { FAMILY_INET6 }
}

fn bare_family(word: &str) -> Option<Result<Vec<u8>, String>> {
    let family = word.strip_prefix("family:")?;
    Some(match family.parse::<u8>() {
        Ok(family) => Ok(vec![family]),
        Err(_) => Err(format!("`{family}` is no address family")),
    })
}

fn sock_addr(word: &str) -> Result<Vec<u8>, String> {
    if let Some(path) = word.strip_prefix("unix:") {
        return Ok([vec![FAMILY_UNIX], lex::text(path)?, vec![0]].concat());
    }
    if let Some(bytes) = bare_family(word) {
        return bytes;
    }
    let end = endpoint(word)?;
    Ok([vec![family(end)], endpoint_bytes(end)].concat())
}

fn sock_tuple(word: &str) -> Result<Vec<u8>, String> {
    if let Some(rest) = word.strip_prefix("unix:") {
        let (ends, path) = rest.split_once(':').unwrap_or((rest, ""));
        let (source, destination) = pointers(ends)?;
        let mut bytes = vec![FAMILY_UNIX];
        bytes.extend(source.to_le_bytes());
        bytes.extend(destination.to_le_bytes());
        bytes.extend(lex::text(path)?);
        bytes.push(0);
        return Ok(bytes);
    }
    if let Some(bytes) = bare_family(word) {
        return bytes;
    }
    let (source, destination) = endpoints(word)?;
    Ok([vec![family(source)], endpoint_bytes(source), endpoint_bytes(destination)].concat())
}

fn fd_list(word: &str) -> Result<Vec<u8>, String> {
    let Some(inner) = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')) else {
        return Err("write a list of descriptors and their flags, as in [3:0x1, 5:0x41]".into());
    };
    let mut entries = Vec::new();
    let mut count = 0u16;
    for entry in inner.split([',', ' ']).filter(|entry| !entry.is_empty()) {
        let numbers = entry.split_once(':').map(|(fd, flags)| (integer(fd), integer(flags)));
        let Some((Some(fd), Some(flags))) = numbers else {
            return Err(format!("`{entry}` is not of the form 3:0x1"));
        };
        let (Ok(fd), Ok(flags)) = (i64::try_from(fd), u16::try_from(flags)) else {
            return Err(format!("`{entry}` is out of range"));
        };
        entries.extend(fd.to_le_bytes());
        entries.extend(flags.to_le_bytes());
        count = count.checked_add(1).ok_or("too many descriptors")?;
    }
    Ok([count.to_le_bytes().to_vec(), entries].concat())
}
