//! Descriptor lists, versions 1 and 2: the descriptors of one thread.

use std::io::Read;

use super::block::{Body, Field, Fields, Parsed};
use super::error::Result;
use super::processes::string;
use crate::snapshot::{Fd, FdTarget, FileDetail, L4, NamedKind};

/// Names of the list are shorter than 1024 bytes.
const MAX_NAME: usize = 1023;

/// The thread that the list belongs to; the list begins with it.
pub(crate) fn read_tid<R: Read>(body: &mut Body<'_, R>) -> Result<i64> {
    body.entry(|bytes| Ok((Fields::new(bytes).i64()?, 8)))
}

/// Reads the entries. Returns `false` when an entry without a length has an unknown type, which makes the rest of the
/// list unreadable; the entries before it were given to `each`.
pub(crate) fn read<R: Read>(
    sized: bool,
    body: &mut Body<'_, R>,
    mut each: impl FnMut(Fd) -> Result<()>,
) -> Result<bool> {
    while body.has_entry() {
        match body.entry(|bytes| parse(sized, bytes))? {
            Some(fd) => each(fd)?,
            None => return Ok(false),
        }
    }
    Ok(true)
}

fn parse(sized: bool, bytes: &[u8]) -> Parsed<Option<Fd>> {
    let mut fields = Fields::new(bytes);
    if !sized {
        let (fd, ino, code) = (fields.i64()?, fields.u64()?, fields.u8()?);
        let target = target(code, &mut fields, None)?;
        return Ok((target.map(|target| Fd { fd, ino, target }), fields.used() as u64));
    }
    let (len, mut fields) = fields.sized()?;
    let (fd, ino, code) = (fields.i64()?, fields.u64()?, fields.u8()?);
    let target = target(code, &mut fields, Some(len - 4))?.unwrap_or_else(|| unknown(code));
    Ok((Some(Fd { fd, ino, target }), len))
}

/// What stands for a kind of descriptor that a newer writer added.
fn unknown(code: u8) -> FdTarget {
    FdTarget::Named { kind: NamedKind::Unsupported, name: format!("unknown:{code}").into_bytes() }
}

/// The payload of an entry; `None` for an unknown type. `len` is the entry's length after the length itself, if stated.
fn target(code: u8, fields: &mut Fields<'_>, len: Option<u64>) -> Field<Option<FdTarget>> {
    Ok(Some(match code {
        1 => FdTarget::File { name: fields.string()?, detail: FileDetail::Unknown },
        3 => FdTarget::Ipv4 {
            source: fields.array()?,
            destination: fields.array()?,
            source_port: fields.u16()?,
            destination_port: fields.u16()?,
            l4: L4::from_code(fields.u8()?),
        },
        4 => FdTarget::Ipv6 {
            source: fields.array()?,
            destination: fields.array()?,
            source_port: fields.u16()?,
            destination_port: fields.u16()?,
            l4: L4::from_code(fields.u8()?),
        },
        5 => {
            FdTarget::Ipv4Server { ip: fields.array()?, port: fields.u16()?, l4: L4::from_code(fields.u8()?) }
        }
        6 => {
            FdTarget::Ipv6Server { ip: fields.array()?, port: fields.u16()?, l4: L4::from_code(fields.u8()?) }
        }
        8 => FdTarget::Unix { source: fields.u64()?, destination: fields.u64()?, name: fields.string()? },
        16 => {
            let open_flags = fields.u32()?;
            let name = fields.string()?;
            let dev = match len {
                Some(len) if len >= fields.used() as u64 + 4 => Some(fields.u32()?),
                _ => None,
            };
            FdTarget::File { name, detail: FileDetail::Known { open_flags, dev } }
        }
        code => match NamedKind::from_code(code) {
            Some(kind) => FdTarget::Named { kind, name: fields.string()? },
            None => return Ok(None),
        },
    }))
}

/// Appends a version 2 entry.
pub(crate) fn write(fd: &Fd, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&fd.fd.to_le_bytes());
    out.extend_from_slice(&fd.ino.to_le_bytes());
    out.push(fd.target.code());
    match &fd.target {
        FdTarget::File { name, detail: FileDetail::Unknown } | FdTarget::Named { name, .. } => {
            string(out, name, MAX_NAME);
        }
        FdTarget::File { name, detail: FileDetail::Known { open_flags, dev } } => {
            out.extend_from_slice(&open_flags.to_le_bytes());
            string(out, name, MAX_NAME);
            if let Some(dev) = dev {
                out.extend_from_slice(&dev.to_le_bytes());
            }
        }
        FdTarget::Ipv4 { source, destination, source_port, destination_port, l4 } => {
            out.extend_from_slice(source);
            out.extend_from_slice(destination);
            out.extend_from_slice(&source_port.to_le_bytes());
            out.extend_from_slice(&destination_port.to_le_bytes());
            out.push(*l4 as u8);
        }
        FdTarget::Ipv6 { source, destination, source_port, destination_port, l4 } => {
            out.extend_from_slice(source);
            out.extend_from_slice(destination);
            out.extend_from_slice(&source_port.to_le_bytes());
            out.extend_from_slice(&destination_port.to_le_bytes());
            out.push(*l4 as u8);
        }
        FdTarget::Ipv4Server { ip, port, l4 } => {
            out.extend_from_slice(ip);
            out.extend_from_slice(&port.to_le_bytes());
            out.push(*l4 as u8);
        }
        FdTarget::Ipv6Server { ip, port, l4 } => {
            out.extend_from_slice(ip);
            out.extend_from_slice(&port.to_le_bytes());
            out.push(*l4 as u8);
        }
        FdTarget::Unix { source, destination, name } => {
            out.extend_from_slice(&source.to_le_bytes());
            out.extend_from_slice(&destination.to_le_bytes());
            string(out, name, MAX_NAME);
        }
    }
    let len = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&len.to_le_bytes());
}
