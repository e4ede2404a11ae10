//! Machine information, and interface lists of versions 1 and 2.

use std::io::Read;

use super::block::{Body, Field, Fields, Parsed, Short};
use super::error::Result;
use crate::snapshot::{Interface, InterfaceAddress, Machine};

/// Bytes of the host name's slot.
const HOSTNAME_LEN: usize = 128;

/// Kinds of interface entries: the even ones are IPv6, the last two lack the link's speed.
const IPV4: u16 = 1;
const IPV6: u16 = 2;
const IPV4_NO_SPEED: u16 = 3;
const IPV6_NO_SPEED: u16 = 4;

/// Longest interface name that writers store.
const MAX_NAME: usize = 1023;

/// Reads machine information.
pub(crate) fn read_machine<R: Read>(body: &mut Body<'_, R>) -> Result<Machine> {
    body.entry(|bytes| {
        let mut fields = Fields::new(bytes);
        let machine = machine(&mut fields)?;
        Ok((machine, fields.used() as u64))
    })
}

fn machine(fields: &mut Fields<'_>) -> Field<Machine> {
    let (cpus, memory, max_pid) = (fields.u32()?, fields.u64()?, fields.u64()?);
    let name = fields.bytes(HOSTNAME_LEN)?;
    let hostname = name.split(|&b| b == 0).next().unwrap_or_default().to_vec();
    let boot_ts = fields.u64()?;
    Ok(Machine { cpus, memory, max_pid, hostname, boot_ts })
}

/// Appends the body of a machine block.
pub(crate) fn write_machine(machine: &Machine, out: &mut Vec<u8>) {
    out.extend_from_slice(&machine.cpus.to_le_bytes());
    out.extend_from_slice(&machine.memory.to_le_bytes());
    out.extend_from_slice(&machine.max_pid.to_le_bytes());
    let name = machine.hostname.get(..HOSTNAME_LEN - 1).unwrap_or(&machine.hostname);
    out.extend_from_slice(name);
    out.resize(out.len() + HOSTNAME_LEN - name.len(), 0);
    out.extend_from_slice(&machine.boot_ts.to_le_bytes());
    out.extend_from_slice(&[0; 3 * 8]);
}

/// Reads an interface list; `sized` tells whether entries state their length.
pub(crate) fn read_interfaces<R: Read>(
    sized: bool,
    body: &mut Body<'_, R>,
    mut each: impl FnMut(Option<Interface>) -> Result<()>,
) -> Result<()> {
    while body.has_entry() {
        each(body.entry(|bytes| parse(sized, bytes))?)?;
    }
    Ok(())
}

fn parse(sized: bool, bytes: &[u8]) -> Parsed<Option<Interface>> {
    let mut fields = Fields::new(bytes);
    if !sized {
        let entry = interface(&mut fields)?;
        // A kind that is not known and does not state its length ends what can be read.
        return entry.map(|entry| (Some(entry), fields.used() as u64)).ok_or(Short);
    }
    // In this list, unlike the others, the length does not count itself.
    let len = u64::from(fields.u32()?);
    let entry = interface(&mut fields)?;
    if fields.used() as u64 > len + 4 {
        return Err(Short);
    }
    Ok((entry, len + 4))
}

fn interface(fields: &mut Fields<'_>) -> Field<Option<Interface>> {
    let kind = fields.u16()?;
    let name_len = fields.u16()?;
    let address = match kind {
        IPV4 | IPV4_NO_SPEED => InterfaceAddress::V4 {
            address: fields.array()?,
            netmask: fields.array()?,
            broadcast: fields.array()?,
        },
        IPV6 | IPV6_NO_SPEED => InterfaceAddress::V6 {
            address: fields.array()?,
            netmask: fields.array()?,
            broadcast: fields.array()?,
        },
        _ => return Ok(None),
    };
    let link_speed = if kind == IPV4 || kind == IPV6 { fields.u64()? } else { 0 };
    let name = fields.bytes(usize::from(name_len))?.to_vec();
    Ok(Some(Interface { name, address, link_speed }))
}

/// Appends a version 2 entry.
pub(crate) fn write_interface(interface: &Interface, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    let kind = match interface.address {
        InterfaceAddress::V4 { .. } => IPV4,
        InterfaceAddress::V6 { .. } => IPV6,
    };
    out.extend_from_slice(&kind.to_le_bytes());
    let name = interface.name.get(..MAX_NAME).unwrap_or(&interface.name);
    out.extend_from_slice(&(name.len() as u16).to_le_bytes());
    match interface.address {
        InterfaceAddress::V4 { address, netmask, broadcast } => {
            out.extend_from_slice(&[address, netmask, broadcast].concat());
        }
        InterfaceAddress::V6 { address, netmask, broadcast } => {
            out.extend_from_slice(&[address, netmask, broadcast].concat());
        }
    }
    out.extend_from_slice(&interface.link_speed.to_le_bytes());
    out.extend_from_slice(name);
    let len = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&len.to_le_bytes());
}
