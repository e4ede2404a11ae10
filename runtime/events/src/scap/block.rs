//! Blocks: the type codes of capture files, and the frame around a block's body.

use std::io::Read;

use super::error::{Result, ScapErrorKind};
use super::window::Window;

/// Block type codes. Tables differ by version only in which fields an entry has.
pub(crate) mod code {
    pub(crate) const SECTION: u32 = 0x0A0D_0D0A;
    pub(crate) const MACHINE: u32 = 0x201;
    pub(crate) const PROCESSES_V9: u32 = 0x215;
    pub(crate) const DESCRIPTORS_V2: u32 = 0x218;
    pub(crate) const INTERFACES_V2: u32 = 0x219;
    pub(crate) const USERS_V2: u32 = 0x220;
    pub(crate) const EVENT_V2: u32 = 0x216;
    pub(crate) const EVENT_FLAGS_V2: u32 = 0x217;
    pub(crate) const EVENT_V2_LARGE: u32 = 0x221;
    pub(crate) const EVENT_FLAGS_V2_LARGE: u32 = 0x222;
}

/// First field of a section header's body; read as another number, the file is of another byte order or no capture.
pub(crate) const SECTION_MAGIC: u32 = 0x1A2B_3C4D;
/// Version that this crate writes. Readers refuse higher major versions and ignore the minor one.
pub(crate) const VERSION: (u16, u16) = (1, 2);

/// Bytes of type and length before the body.
pub(crate) const HEADER_LEN: usize = 8;
/// Bytes of header and trailer around the body.
pub(crate) const FRAME_LEN: usize = 12;
/// Longest body of an event block that is not of a large kind.
pub(crate) const MAX_EVENT_BODY: usize = 65_536;

/// No entry of a table takes as much: it holds at most nine strings of at most 64 KiB. A longer one may state its
/// length, but what lies behind these bytes of it is passed over.
const MAX_ENTRY: u64 = 1024 * 1024;

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Section,
    Machine,
    /// Version 1 to 9.
    Processes(u8),
    /// Whether entries state their length.
    Descriptors {
        sized: bool,
    },
    Interfaces {
        sized: bool,
    },
    Users {
        sized: bool,
    },
    Event {
        /// Flags follow the CPU id.
        flags: bool,
        /// The event header states the number of parameters.
        counted: bool,
        large: bool,
    },
    Unknown,
}

impl Kind {
    /// The kind of a block type code; the last arms are codes that pre-release recorders wrote.
    pub(crate) fn of(code: u32) -> Kind {
        use Kind::*;
        match code {
            code::SECTION => Section,
            code::MACHINE | 0x8002_ABCD => Machine,
            0x202 | 0x8000_ABCD => Processes(1),
            0x207 | 0x8013_ABCD => Processes(2),
            0x209 | 0x8014_ABCD => Processes(3),
            0x210..=code::PROCESSES_V9 => Processes((code - 0x210) as u8 + 4),
            0x203 | 0x8001_ABCD => Descriptors { sized: false },
            code::DESCRIPTORS_V2 => Descriptors { sized: true },
            0x205 | 0x8011_ABCD => Interfaces { sized: false },
            code::INTERFACES_V2 => Interfaces { sized: true },
            0x206 | 0x8012_ABCD => Users { sized: false },
            code::USERS_V2 => Users { sized: true },
            0x204 | 0x8010_ABCD => Event { flags: false, counted: false, large: false },
            0x208 => Event { flags: true, counted: false, large: false },
            code::EVENT_V2 => Event { flags: false, counted: true, large: false },
            code::EVENT_FLAGS_V2 => Event { flags: true, counted: true, large: false },
            code::EVENT_V2_LARGE => Event { flags: false, counted: true, large: true },
            code::EVENT_FLAGS_V2_LARGE => Event { flags: true, counted: true, large: true },
            _ => Unknown,
        }
    }

    /// What messages call the block.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Section => "section header",
            Kind::Machine => "machine information",
            Kind::Processes(_) => "process list",
            Kind::Descriptors { .. } => "descriptor list",
            Kind::Interfaces { .. } => "interface list",
            Kind::Users { .. } => "user list",
            Kind::Event { .. } => "event",
            Kind::Unknown => "unknown",
        }
    }
}

/// The frame of the block at the window's position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) kind: Kind,
    pub(crate) code: u32,
    /// Length of the whole block.
    pub(crate) len: u32,
}

impl Frame {
    /// Looks at the next block without consuming it. `None` at the end of the input.
    pub(crate) fn peek<R: Read>(window: &mut Window<R>) -> Result<Option<Frame>> {
        if !window.ensure(HEADER_LEN)? && window.available().is_empty() {
            return Ok(None);
        }
        let Some((head, _)) = window.available().split_first_chunk::<HEADER_LEN>() else {
            return Err(window.error(ScapErrorKind::Truncated { inside: "block header" }));
        };
        let code = u32::from_le_bytes([head[0], head[1], head[2], head[3]]);
        let len = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        if (len as usize) < FRAME_LEN || len % 4 != 0 {
            return Err(window.error(ScapErrorKind::BlockLength(len)));
        }
        Ok(Some(Frame { kind: Kind::of(code), code, len }))
    }

    /// Bytes of the body, padding included.
    pub(crate) fn body_len(self) -> u64 {
        u64::from(self.len) - FRAME_LEN as u64
    }

    /// Passes over the whole block, without holding it in memory.
    pub(crate) fn skip<R: Read>(self, window: &mut Window<R>) -> Result<()> {
        Body::open(self, window).close()
    }
}

/// The body of a table block, read entry by entry, so that a block may be larger than memory allows.
pub(crate) struct Body<'w, R> {
    frame: Frame,
    window: &'w mut Window<R>,
    remaining: u64,
}

/// An entry that does not fit into the bytes it was given.
pub(crate) struct Short;

/// An entry and how many bytes it takes, which may be more than were given when it states its length.
pub(crate) type Parsed<T> = std::result::Result<(T, u64), Short>;

/// One field of an entry.
pub(crate) type Field<T> = std::result::Result<T, Short>;

impl<'w, R: Read> Body<'w, R> {
    /// Enters the block at the window's position.
    pub(crate) fn open(frame: Frame, window: &'w mut Window<R>) -> Self {
        window.consume(HEADER_LEN);
        Body { frame, window, remaining: frame.body_len() }
    }

    /// Bytes of the body that were not read yet.
    pub(crate) fn len(&self) -> u64 {
        self.remaining
    }

    /// Whether another entry follows; up to three bytes of padding do not make one.
    pub(crate) fn has_entry(&self) -> bool {
        self.remaining >= 4
    }

    /// Reads one entry. `parse` gets the bytes at hand and tells how many of them the entry takes; when they do not
    /// suffice, it is called again with more, as long as the block has more.
    pub(crate) fn entry<T>(&mut self, parse: impl Fn(&[u8]) -> Parsed<T>) -> Result<T> {
        /// Enough for nearly every entry; the longest possible takes a few hundred KiB.
        const FIRST: u64 = 16 * 1024;
        let mut wanted = FIRST;
        loop {
            let want = wanted.min(self.remaining) as usize;
            if !self.window.ensure(want)? {
                return Err(self.window.error(ScapErrorKind::Truncated { inside: self.frame.kind.name() }));
            }
            match parse(&self.window.available()[..want]) {
                Ok((entry, used)) => {
                    if used > self.remaining || used == 0 {
                        return Err(self.bad_entry());
                    }
                    self.window.skip(used)?;
                    self.remaining -= used;
                    return Ok(entry);
                }
                Err(Short) if (want as u64) < self.remaining && wanted < MAX_ENTRY => wanted *= 8,
                Err(Short) => return Err(self.bad_entry()),
            }
        }
    }

    fn bad_entry(&self) -> super::error::ScapError {
        self.window.error(ScapErrorKind::Entry { block: self.frame.kind.name() })
    }

    /// Passes over what is left and checks the trailer.
    pub(crate) fn close(self) -> Result<()> {
        self.window.skip(self.remaining)?;
        if !self.window.ensure(4)? {
            return Err(self.window.error(ScapErrorKind::Truncated { inside: self.frame.kind.name() }));
        }
        let trailer = match self.window.available().first_chunk::<4>() {
            Some(bytes) => u32::from_le_bytes(*bytes),
            None => 0,
        };
        if trailer != self.frame.len {
            return Err(self.window.error(ScapErrorKind::Trailer { header: self.frame.len, trailer }));
        }
        self.window.consume(4);
        Ok(())
    }
}

/// Reads fields of an entry one after the other.
pub(crate) struct Fields<'a> {
    bytes: &'a [u8],
    used: usize,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Fields { bytes, used: 0 }
    }

    /// Bytes read so far.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// The fields of an entry that begins with its own length, which counts itself.
    pub(crate) fn sized(mut self) -> Field<(u64, Fields<'a>)> {
        let len = u64::from(self.u32()?);
        let body = match usize::try_from(len)
            .ok()
            .and_then(|len| len.checked_sub(4))
            .map(|len| self.bytes.get(..len))
        {
            Some(Some(body)) => body,
            // Not all of it is at hand, and no more will be.
            Some(None) if len > MAX_ENTRY && self.bytes.len() as u64 + 4 >= MAX_ENTRY => self.bytes,
            _ => return Err(Short),
        };
        Ok((len, Fields::new(body)))
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Field<[u8; N]> {
        let (own, rest) = self.bytes.split_first_chunk::<N>().ok_or(Short)?;
        self.bytes = rest;
        self.used += N;
        Ok(*own)
    }

    pub(crate) fn u8(&mut self) -> Field<u8> {
        self.array::<1>().map(|b| b[0])
    }

    pub(crate) fn u16(&mut self) -> Field<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Field<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Field<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Field<i64> {
        self.array().map(i64::from_le_bytes)
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Field<&'a [u8]> {
        let (own, rest) = self.bytes.split_at_checked(len).ok_or(Short)?;
        self.bytes = rest;
        self.used += len;
        Ok(own)
    }

    /// A string: two bytes of length, then the bytes.
    pub(crate) fn string(&mut self) -> Field<Vec<u8>> {
        let len = self.u16()?;
        self.bytes(usize::from(len)).map(<[u8]>::to_vec)
    }
}
