//! User and group lists, versions 1 and 2.

use std::io::Read;

use super::block::{Body, Field, Fields, Parsed, Short};
use super::error::Result;
use super::processes::string;
use crate::snapshot::{Group, User};

/// Strings of the list are shorter than 256 bytes.
const MAX_TEXT: usize = 255;

const USER: u8 = 0;
const GROUP: u8 = 1;

/// An entry of the list.
pub(crate) enum Entry {
    User(User),
    Group(Group),
    /// A kind that newer writers may add; only entries that state their length can be passed over.
    Other,
}

/// Reads a list; `sized` tells whether entries state their length.
pub(crate) fn read<R: Read>(
    sized: bool,
    body: &mut Body<'_, R>,
    mut each: impl FnMut(Entry) -> Result<()>,
) -> Result<()> {
    while body.has_entry() {
        each(body.entry(|bytes| parse(sized, bytes))?)?;
    }
    Ok(())
}

fn parse(sized: bool, bytes: &[u8]) -> Parsed<Entry> {
    let mut fields = Fields::new(bytes);
    if !sized {
        let entry = fields_of(&mut fields)?;
        return match entry {
            Entry::Other => Err(Short),
            entry => Ok((entry, fields.used() as u64)),
        };
    }
    let (len, mut fields) = fields.sized()?;
    Ok((fields_of(&mut fields)?, len))
}

fn fields_of(fields: &mut Fields<'_>) -> Field<Entry> {
    Ok(match fields.u8()? {
        USER => Entry::User(User {
            uid: fields.u32()?,
            gid: fields.u32()?,
            name: fields.string()?,
            home: fields.string()?,
            shell: fields.string()?,
        }),
        GROUP => Entry::Group(Group { gid: fields.u32()?, name: fields.string()? }),
        _ => Entry::Other,
    })
}

/// Appends a version 2 entry.
pub(crate) fn write_user(user: &User, out: &mut Vec<u8>) {
    let mut entry = vec![USER];
    entry.extend_from_slice(&user.uid.to_le_bytes());
    entry.extend_from_slice(&user.gid.to_le_bytes());
    string(&mut entry, &user.name, MAX_TEXT);
    string(&mut entry, &user.home, MAX_TEXT);
    string(&mut entry, &user.shell, MAX_TEXT);
    sized(&entry, out);
}

/// Appends a version 2 entry.
pub(crate) fn write_group(group: &Group, out: &mut Vec<u8>) {
    let mut entry = vec![GROUP];
    entry.extend_from_slice(&group.gid.to_le_bytes());
    string(&mut entry, &group.name, MAX_TEXT);
    sized(&entry, out);
}

/// Appends an entry after its length, which counts itself.
fn sized(entry: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(entry.len() as u32 + 4).to_le_bytes());
    out.extend_from_slice(entry);
}
