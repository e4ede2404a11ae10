//! `Writer`: captures of the current version.

use std::io::{self, Write};

use flate2::write::GzEncoder;

use super::block::{FRAME_LEN, SECTION_MAGIC, VERSION, code};
use super::{descriptors, machine, processes, users};
use crate::raw::{EventFlags, RawEvent};
use crate::snapshot::{FdTable, Snapshot};

/// Bytes collected before they are compressed or written.
const BUFFER: usize = 64 * 1024;
/// A list of more bytes is continued in another block.
const TABLE_BLOCK: usize = 64 << 20;

/// Whether a capture is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// As it is.
    None,
    /// gzip, with zlib's levels 1 (fast) to 9 (small).
    Gzip(u32),
}

/// Writes a capture: first the tables, then one event after the other.
pub struct Writer<W: Write> {
    sink: Sink<W>,
    buffer: Vec<u8>,
}

enum Sink<W: Write> {
    Plain(Counted<W>),
    Gzip(Box<GzEncoder<Counted<W>>>),
}

struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buf)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<W: Write> Writer<W> {
    /// Writes the section header and the tables of `snapshot`. Texts are cut to what the format's readers accept.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn new(out: W, compression: Compression, snapshot: &Snapshot) -> io::Result<Self> {
        let out = Counted { inner: out, bytes: 0 };
        let sink = match compression {
            Compression::None => Sink::Plain(out),
            Compression::Gzip(level) => {
                Sink::Gzip(Box::new(GzEncoder::new(out, flate2::Compression::new(level.clamp(1, 9)))))
            }
        };
        let mut writer = Writer { sink, buffer: Vec::with_capacity(BUFFER + BUFFER / 4) };
        writer.section_header()?;
        writer.tables(snapshot)?;
        Ok(writer)
    }

    /// Appends an event.
    ///
    /// # Errors
    /// When the output fails.
    pub fn event(&mut self, event: &RawEvent<'_>) -> io::Result<()> {
        // Bit 2 repeats what the block type says and is never stored.
        let flags = EventFlags(event.flags().0 & !4);
        let with_flags = flags != EventFlags::default();
        let ty = match (with_flags, event.is_wide()) {
            (false, false) => code::EVENT_V2,
            (true, false) => code::EVENT_FLAGS_V2,
            (false, true) => code::EVENT_V2_LARGE,
            (true, true) => code::EVENT_FLAGS_V2_LARGE,
        };
        let body = 2 + if with_flags { 4 } else { 0 } + event.wire_len();
        let len = block_len(body)?;
        self.buffer.extend_from_slice(&ty.to_le_bytes());
        self.buffer.extend_from_slice(&len.to_le_bytes());
        self.buffer.extend_from_slice(&event.cpu().to_le_bytes());
        if with_flags {
            self.buffer.extend_from_slice(&flags.0.to_le_bytes());
        }
        event.append_to(&mut self.buffer);
        self.end_block(body, len)
    }

    /// Bytes that reached the output so far, compressed where that was asked for. Lags behind by what is buffered.
    pub fn bytes_written(&self) -> u64 {
        match &self.sink {
            Sink::Plain(out) => out.bytes,
            Sink::Gzip(gz) => gz.get_ref().bytes,
        }
    }

    /// Writes what is buffered and ends the compression; gives the output back.
    ///
    /// # Errors
    /// When the output fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.drain()?;
        let mut out = match self.sink {
            Sink::Plain(out) => out,
            Sink::Gzip(gz) => gz.finish()?,
        };
        out.flush()?;
        Ok(out.inner)
    }

    fn section_header(&mut self) -> io::Result<()> {
        let mut body = Vec::with_capacity(16);
        body.extend_from_slice(&SECTION_MAGIC.to_le_bytes());
        body.extend_from_slice(&VERSION.0.to_le_bytes());
        body.extend_from_slice(&VERSION.1.to_le_bytes());
        // The section's length is not known yet, and no reader looks at it.
        body.extend_from_slice(&u64::MAX.to_le_bytes());
        self.block(code::SECTION, &body)
    }

    fn tables(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let mut body = Vec::new();
        if let Some(machine) = &snapshot.machine {
            machine::write_machine(machine, &mut body);
            self.block(code::MACHINE, &body)?;
        }
        self.list(code::INTERFACES_V2, &snapshot.interfaces, machine::write_interface)?;
        let users: Vec<_> = snapshot
            .users
            .iter()
            .map(|user| {
                let mut entry = Vec::new();
                users::write_user(user, &mut entry);
                entry
            })
            .chain(snapshot.groups.iter().map(|group| {
                let mut entry = Vec::new();
                users::write_group(group, &mut entry);
                entry
            }))
            .collect();
        self.list(code::USERS_V2, &users, |entry, out| out.extend_from_slice(entry))?;
        self.list(code::PROCESSES_V9, &snapshot.threads, processes::write)?;
        for table in &snapshot.descriptors {
            self.descriptors(table)?;
        }
        // Readers expect a list for every thread, empty or not.
        let listed: rustc_hash::FxHashSet<i64> = snapshot.descriptors.iter().map(|table| table.tid).collect();
        for thread in snapshot.threads.iter().filter(|thread| !listed.contains(&thread.tid)) {
            self.descriptors(&FdTable { tid: thread.tid, entries: Vec::new() })?;
        }
        Ok(())
    }

    fn descriptors(&mut self, table: &FdTable) -> io::Result<()> {
        let mut body = table.tid.to_le_bytes().to_vec();
        for fd in &table.entries {
            descriptors::write(fd, &mut body);
            if body.len() >= TABLE_BLOCK {
                self.block(code::DESCRIPTORS_V2, &body)?;
                body.truncate(8);
            }
        }
        self.block(code::DESCRIPTORS_V2, &body)
    }

    /// Writes the entries in as few blocks as possible; none without entries.
    fn list<T>(&mut self, ty: u32, entries: &[T], write: impl Fn(&T, &mut Vec<u8>)) -> io::Result<()> {
        let mut body = Vec::new();
        for entry in entries {
            write(entry, &mut body);
            if body.len() >= TABLE_BLOCK {
                self.block(ty, &body)?;
                body.clear();
            }
        }
        if body.is_empty() { Ok(()) } else { self.block(ty, &body) }
    }

    fn block(&mut self, ty: u32, body: &[u8]) -> io::Result<()> {
        let len = block_len(body.len())?;
        self.buffer.extend_from_slice(&ty.to_le_bytes());
        self.buffer.extend_from_slice(&len.to_le_bytes());
        self.buffer.extend_from_slice(body);
        self.end_block(body.len(), len)
    }

    /// Padding and trailer.
    fn end_block(&mut self, body: usize, len: u32) -> io::Result<()> {
        let padding = len as usize - FRAME_LEN - body;
        self.buffer.extend_from_slice(&[0; 3][..padding]);
        self.buffer.extend_from_slice(&len.to_le_bytes());
        if self.buffer.len() >= BUFFER { self.drain() } else { Ok(()) }
    }

    fn drain(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Plain(out) => out.write_all(&self.buffer)?,
            Sink::Gzip(gz) => gz.write_all(&self.buffer)?,
        }
        self.buffer.clear();
        Ok(())
    }
}

/// Length of a block around a body, padded to a multiple of four.
fn block_len(body: usize) -> io::Result<u32> {
    u32::try_from(body.next_multiple_of(4) + FRAME_LEN)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "block of more than 4 GiB"))
}
