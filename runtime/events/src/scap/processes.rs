//! Process lists, versions 1 to 9: one entry per thread.

use std::io::Read;

use super::block::{Body, Field, Fields, Parsed};
use super::error::Result;
use crate::snapshot::Thread;

/// Longest tail of a version 9 entry before `pidns_init_start_ts` and `tty` were put at its beginning: login user id,
/// writable flag, three capability sets. Nothing else tells the two generations apart.
const OLD_TAIL: u64 = 4 + 1 + 3 * 8;

/// Longest text that writers store, and longest list of strings (`args`, `env`, `cgroups`).
const MAX_TEXT: usize = 1024;
const MAX_STRINGS: usize = 4096;

/// Reads a process list, giving each thread to `each`.
pub(crate) fn read<R: Read>(
    version: u8,
    body: &mut Body<'_, R>,
    mut each: impl FnMut(Thread) -> Result<()>,
) -> Result<()> {
    while body.has_entry() {
        each(body.entry(|bytes| parse(version, bytes))?)?;
    }
    Ok(())
}

fn parse(version: u8, bytes: &[u8]) -> Parsed<Thread> {
    let mut fields = Fields::new(bytes);
    if version < 9 {
        let thread = common(version, &mut fields)?;
        return Ok((thread, fields.used() as u64));
    }
    let (len, mut fields) = fields.sized()?;
    let mut thread = common(version, &mut fields)?;
    let tail_len = len.saturating_sub(4 + fields.used() as u64);
    // A tail ends wherever its writer's version ended.
    let _ = tail(&mut thread, tail_len, &mut fields);
    Ok((thread, len))
}

/// The fields up to `root`; which of them exist depends on the version.
fn common(version: u8, fields: &mut Fields<'_>) -> Field<Thread> {
    let mut t = Thread { tid: fields.i64()?, pid: fields.i64()?, ptid: fields.i64()?, ..Thread::default() };
    if version >= 6 {
        t.sid = fields.i64()?;
    }
    if version >= 8 {
        t.vpgid = fields.i64()?;
    }
    t.comm = fields.string()?;
    t.exe = fields.string()?;
    if version >= 7 {
        t.exepath = fields.string()?;
    }
    t.args = fields.string()?;
    t.cwd = fields.string()?;
    t.fdlimit = fields.i64()?;
    t.flags = fields.u32()?;
    t.uid = fields.u32()?;
    t.gid = fields.u32()?;
    if version >= 2 {
        t.vm_size = fields.u32()?;
        t.vm_rss = fields.u32()?;
        t.vm_swap = fields.u32()?;
        t.page_faults_major = fields.u64()?;
        t.page_faults_minor = fields.u64()?;
    }
    if version >= 3 {
        t.env = fields.string()?;
    }
    if version >= 4 {
        t.vtid = fields.i64()?;
        t.vpid = fields.i64()?;
        t.cgroups = fields.string()?;
    }
    if version >= 5 {
        t.root = fields.string()?;
    }
    Ok(t)
}

/// The fields after `root`, as many as there are; stops with `Err` at the first that is not there.
fn tail(t: &mut Thread, len: u64, fields: &mut Fields<'_>) -> Field<()> {
    if len > OLD_TAIL {
        t.pidns_init_start_ts = fields.u64()?;
        t.tty = fields.u32()?;
    }
    t.loginuid = fields.u32()?;
    t.exe_writable = fields.u8()? != 0;
    t.cap_inheritable = fields.u64()?;
    t.cap_permitted = fields.u64()?;
    t.cap_effective = fields.u64()?;
    t.exe_upper_layer = fields.u8()? != 0;
    t.exe_ino = fields.u64()?;
    t.exe_ino_ctime = fields.u64()?;
    t.exe_ino_mtime = fields.u64()?;
    t.exe_from_memfd = fields.u8()? != 0;
    t.exe_lower_layer = fields.u8()? != 0;
    t.pgid = fields.i64()?;
    Ok(())
}

/// Appends a version 9 entry.
pub(crate) fn write(t: &Thread, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    for id in [t.tid, t.pid, t.ptid, t.sid, t.vpgid] {
        out.extend_from_slice(&id.to_le_bytes());
    }
    string(out, &t.comm, MAX_TEXT);
    string(out, &t.exe, MAX_TEXT);
    string(out, &t.exepath, MAX_TEXT);
    string(out, &t.args, MAX_STRINGS);
    string(out, if t.cwd.is_empty() { b"/" } else { &t.cwd }, MAX_TEXT);
    out.extend_from_slice(&t.fdlimit.to_le_bytes());
    for number in [t.flags, t.uid, t.gid, t.vm_size, t.vm_rss, t.vm_swap] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.extend_from_slice(&t.page_faults_major.to_le_bytes());
    out.extend_from_slice(&t.page_faults_minor.to_le_bytes());
    string(out, &t.env, MAX_STRINGS);
    out.extend_from_slice(&t.vtid.to_le_bytes());
    out.extend_from_slice(&t.vpid.to_le_bytes());
    string(out, &t.cgroups, MAX_STRINGS);
    string(out, &t.root, MAX_TEXT);
    out.extend_from_slice(&t.pidns_init_start_ts.to_le_bytes());
    out.extend_from_slice(&t.tty.to_le_bytes());
    out.extend_from_slice(&t.loginuid.to_le_bytes());
    out.push(t.exe_writable.into());
    for set in [t.cap_inheritable, t.cap_permitted, t.cap_effective] {
        out.extend_from_slice(&set.to_le_bytes());
    }
    out.push(t.exe_upper_layer.into());
    for number in [t.exe_ino, t.exe_ino_ctime, t.exe_ino_mtime] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    out.push(t.exe_from_memfd.into());
    out.push(t.exe_lower_layer.into());
    out.extend_from_slice(&t.pgid.to_le_bytes());
    // Strings are cut, so an entry is far shorter than 4 GiB.
    let len = (out.len() - start) as u32;
    out[start..start + 4].copy_from_slice(&len.to_le_bytes());
}

/// Appends the length of a string and its bytes, cut to `most`.
pub(crate) fn string(out: &mut Vec<u8>, text: &[u8], most: usize) {
    let text = text.get(..most).unwrap_or(text);
    out.extend_from_slice(&(text.len() as u16).to_le_bytes());
    out.extend_from_slice(text);
}
