//! `Reader`: a capture file as a snapshot and then events.

use std::io::Read;
use std::mem;
use std::ops::ControlFlow;

use catalogue::EventCode;

use super::block::{self, Body, FRAME_LEN, Frame, HEADER_LEN, Kind, MAX_EVENT_BODY, SECTION_MAGIC, VERSION};
use super::convert::{Converter, Outcome};
use super::error::{Result, ScapError, ScapErrorKind};
use super::options::{Notices, Options};
use super::plan::{self, Plan};
use super::tables::Tables;
use super::upgrade;
use super::window::Window;
use crate::raw::{self, EventFlags, RawEvent, WireError};
use crate::snapshot::Snapshot;

/// Bytes of a section header up to the version: type, length, magic number, major and minor version.
const SECTION_LEN: usize = 16;

/// What a capture gives next.
#[derive(Debug)]
pub enum Record<'a> {
    /// An event.
    Event(RawEvent<'a>),
    /// Another capture begins here, which was appended to the one before: all state is to be replaced by this.
    Section(Box<Snapshot>),
}

/// Reads a capture. Memory does not depend on the capture's length, only on its tables and its longest event.
pub struct Reader<R> {
    window: Window<R>,
    options: Options,
    snapshot: Snapshot,
    converter: Converter,
    /// An event of an old capture, with its parameter count inserted.
    counted: Vec<u8>,
    notices: Notices,
    /// Nothing follows, or nothing that could be read.
    done: bool,
}

/// Where the next event lies.
struct Found {
    place: Place,
    cpu: u16,
    flags: EventFlags,
    offset: u64,
}

enum Place {
    /// In the window, between these positions.
    Window(usize, usize),
    /// In `Reader::counted`.
    Counted,
    /// In the converter.
    Built,
}

enum Step {
    Event(Found),
    Section,
    End,
}

impl<R: Read> Reader<R> {
    /// Opens a capture, compressed or not, and reads its tables up to the first event. The input should not be
    /// buffered: the reader asks for large pieces.
    ///
    /// # Errors
    /// When the input is no capture, is of a newer major version, or is damaged before its first event.
    pub fn new(input: R) -> Result<Self> {
        Self::with_options(input, Options::default())
    }

    /// As [`Reader::new`], with options.
    ///
    /// # Errors
    /// As [`Reader::new`].
    pub fn with_options(input: R, options: Options) -> Result<Self> {
        let mut window = Window::new(input)?;
        window.skip(options.start_offset)?;
        if !window.ensure(1)? {
            return Err(window.error(ScapErrorKind::Empty));
        }
        let mut reader = Reader {
            window,
            options,
            snapshot: Snapshot::default(),
            converter: Converter::default(),
            counted: Vec::new(),
            notices: Notices::default(),
            done: false,
        };
        reader.read_section()?;
        Ok(reader)
    }

    /// The tables at the head of the current section.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Takes the tables of the current section, which leaves an empty snapshot.
    pub fn take_snapshot(&mut self) -> Snapshot {
        mem::take(&mut self.snapshot)
    }

    /// What was odd so far.
    pub fn notices(&self) -> &Notices {
        &self.notices
    }

    /// Offset in the uncompressed stream of what is read next.
    pub fn offset(&self) -> u64 {
        self.window.offset()
    }

    /// The next event. `None` at the end, and after an error.
    ///
    /// # Errors
    /// When the capture is damaged or ends inside of a block. Everything before that was delivered.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>> {
        match self.ordinary() {
            Some(len) => self.take_ordinary(len).map(|event| Some(Record::Event(event))),
            None => self.next_other(),
        }
    }

    /// Gives what follows to `sink`, in order, until that breaks off (`false`) or there is no more (`true`). Quicker than
    /// [`Reader::next_record`], whose result has to be moved through memory.
    ///
    /// # Errors
    /// As [`Reader::next_record`].
    #[inline]
    pub fn drain(&mut self, mut sink: impl FnMut(Record<'_>) -> ControlFlow<()>) -> Result<bool> {
        loop {
            let flow = if let Some(len) = self.ordinary() {
                sink(Record::Event(self.take_ordinary(len)?))
            } else if let Some(record) = self.next_other()? {
                sink(record)
            } else {
                return Ok(true);
            };
            if flow.is_break() {
                return Ok(false);
            }
        }
    }

    /// The event in an ordinary block of this length.
    #[inline(always)]
    fn take_ordinary(&mut self, len: usize) -> Result<RawEvent<'_>> {
        let start = self.window.start();
        self.window.consume(len);
        let block = self.window.slice(start, start + len);
        let (cpu, event) = match block.get(HEADER_LEN..len - 4).and_then(|body| body.split_first_chunk::<2>())
        {
            Some((cpu, event)) => (u16::from_le_bytes(*cpu), event),
            None => (0, &[][..]),
        };
        match RawEvent::parse(event, cpu, EventFlags::default()) {
            Ok(event) => Ok(event),
            Err(error) => {
                self.done = true;
                Err(ScapError {
                    offset: self.window.offset() - len as u64,
                    kind: ScapErrorKind::Event(error),
                })
            }
        }
    }

    /// Length of the block at hand if it is complete and nothing is to be done about it: an event of today's shape
    /// without flags. Nearly all blocks of today's captures are of this kind, so it is decided first and in one go.
    #[inline]
    fn ordinary(&self) -> Option<usize> {
        /// Block header, CPU, event header.
        const HEAD: usize = HEADER_LEN + 2 + raw::HEADER_LEN;
        let here = self.window.available();
        let b = here.first_chunk::<HEAD>()?;
        let len = u32::from_le_bytes([b[4], b[5], b[6], b[7]]);
        let trailer = here.get(..len as usize)?.last_chunk::<4>()?;
        let code = EventCode(u16::from_le_bytes([b[30], b[31]]));
        let params = u32::from_le_bytes([b[32], b[33], b[34], b[35]]);
        let ordinary = u32::from_le_bytes([b[0], b[1], b[2], b[3]]) == block::code::EVENT_V2
            && len % 4 == 0
            && len as usize >= HEAD + 4
            && len as usize <= MAX_EVENT_BODY + FRAME_LEN
            && u32::from_le_bytes(*trailer) == len
            && plan::of(code, params) == Plan::Pass
            && !self.done;
        ordinary.then_some(len as usize)
    }

    /// The next event when [`Reader::ordinary`] does not say where it is.
    #[inline(never)]
    fn next_other(&mut self) -> Result<Option<Record<'_>>> {
        if self.done {
            return Ok(None);
        }
        let found = match self.step() {
            Ok(Step::Event(found)) => found,
            Ok(Step::Section) => return Ok(Some(Record::Section(Box::new(self.take_snapshot())))),
            Ok(Step::End) => {
                self.done = true;
                return Ok(None);
            }
            Err(error) => {
                self.done = true;
                return Err(error);
            }
        };
        let event = match found.place {
            Place::Window(from, to) => RawEvent::parse(self.window.slice(from, to), found.cpu, found.flags),
            Place::Counted => RawEvent::parse(&self.counted, found.cpu, found.flags),
            Place::Built => self.converter.built().event(found.cpu, found.flags),
        };
        match event {
            Ok(event) => Ok(Some(Record::Event(event))),
            Err(error) => {
                self.done = true;
                Err(ScapError { offset: found.offset, kind: ScapErrorKind::Event(error) })
            }
        }
    }

    /// Finds the next event that is delivered.
    fn step(&mut self) -> Result<Step> {
        loop {
            let offset = self.window.offset();
            let Some(frame) = Frame::peek(&mut self.window)? else { return Ok(Step::End) };
            let Kind::Event { flags: with_flags, counted, large } = frame.kind else {
                return self.next_section(frame);
            };
            let len = frame.len as usize;
            if large {
                if frame.len > self.options.limits.event {
                    return Err(self.window.error(ScapErrorKind::EventTooLong(frame.len)));
                }
            } else if frame.body_len() > MAX_EVENT_BODY as u64 {
                return Err(self.window.error(ScapErrorKind::EventTooLong(frame.len)));
            }
            if !self.window.ensure(len)? {
                return Err(self.window.error(ScapErrorKind::Truncated { inside: "event block" }));
            }
            let start = self.window.start();
            let block = self.window.slice(start, start + len);
            let (cpu, flags, event_at) = prefix(block, with_flags, frame.len, offset)?;
            let (from, to) = (start + event_at, start + len - 4);
            self.window.consume(len);
            let mut found = Found { place: Place::Window(from, to), cpu, flags, offset };
            if counted {
                let event = self.window.slice(from, to);
                let Some(head) = event.first_chunk::<{ raw::HEADER_LEN }>() else {
                    return Err(ScapError { offset, kind: ScapErrorKind::Event(WireError::ShortHeader) });
                };
                if !self.options.convert {
                    return Ok(Step::Event(found));
                }
                let code = EventCode(u16::from_le_bytes([head[20], head[21]]));
                match plan::of(code, u32::from_le_bytes([head[22], head[23], head[24], head[25]])) {
                    Plan::Pass => return Ok(Step::Event(found)),
                    Plan::Unknown => continue,
                    Plan::Convert => {}
                }
            } else {
                let event = self.window.slice(from, to);
                if upgrade::code_of(event).is_some_and(|code| code.get().is_none()) {
                    continue;
                }
                upgrade::insert_count(event, &mut self.counted).map_err(|kind| ScapError { offset, kind })?;
                found.place = Place::Counted;
                if !self.options.convert {
                    return Ok(Step::Event(found));
                }
            }
            if self.convert(&mut found)? {
                return Ok(Step::Event(found));
            }
        }
    }

    /// Shows an event to the converter. `false` when it is not delivered.
    fn convert(&mut self, found: &mut Found) -> Result<bool> {
        let bytes = match found.place {
            Place::Window(from, to) => self.window.slice(from, to),
            _ => &self.counted,
        };
        let event = RawEvent::parse(bytes, found.cpu, found.flags)
            .map_err(|error| ScapError { offset: found.offset, kind: ScapErrorKind::Event(error) })?;
        match self.converter.convert(event) {
            Ok(Outcome::Pass) => Ok(true),
            Ok(Outcome::Built) => {
                found.place = Place::Built;
                Ok(true)
            }
            Ok(Outcome::Drop) => Ok(false),
            Err(error) => {
                self.notices.add(found.offset, || error.to_string());
                Ok(false)
            }
        }
    }

    /// Another block than an event, after events: only another capture may follow.
    #[cold]
    fn next_section(&mut self, frame: Frame) -> Result<Step> {
        if frame.kind != Kind::Section {
            return Err(self.window.error(ScapErrorKind::UnexpectedBlock(frame.code)));
        }
        self.read_section()?;
        Ok(Step::Section)
    }

    /// Reads a section header and the tables behind it, up to the first event.
    #[cold]
    fn read_section(&mut self) -> Result<()> {
        self.converter.clear();
        self.read_section_header(true)?;
        let mut tables = Tables::new(self.options.limits.tables);
        while let Some(frame) = Frame::peek(&mut self.window)? {
            let offset = self.window.offset();
            match frame.kind {
                Kind::Event { .. } => break,
                Kind::Section => {
                    // A capture without events, and another one behind it.
                    self.read_section_header(false)?;
                    tables = Tables::new(self.options.limits.tables);
                }
                Kind::Unknown => {
                    self.notices.add(offset, || format!("block of unknown type {:#x} left out", frame.code));
                    frame.skip(&mut self.window)?;
                }
                kind => {
                    if !tables.read(kind, Body::open(frame, &mut self.window), offset)? {
                        self.notices
                            .add(offset, || "descriptor of unknown type: rest of its list left out".into());
                    }
                }
            }
        }
        self.snapshot = tables.finish();
        Ok(())
    }

    /// Reads a section header; at the `first` block of the input anything else means that this is no capture.
    fn read_section_header(&mut self, first: bool) -> Result<()> {
        if first {
            let found = match self.window.ensure(4)?.then(|| self.window.available().first_chunk::<4>()) {
                Some(Some(found)) => u32::from_le_bytes(*found),
                _ => return Err(self.window.error(ScapErrorKind::Truncated { inside: "section header" })),
            };
            if Kind::of(found) != Kind::Section {
                return Err(self.window.error(ScapErrorKind::NotACapture { found }));
            }
        }
        let offset = self.window.offset();
        let Some(frame) = Frame::peek(&mut self.window)? else { return Ok(()) };
        if !self.window.ensure(SECTION_LEN)? {
            return Err(self.window.error(ScapErrorKind::Truncated { inside: "section header" }));
        }
        let (magic, major, minor) = match self.window.available().first_chunk::<SECTION_LEN>() {
            Some(b) => (
                u32::from_le_bytes([b[8], b[9], b[10], b[11]]),
                u16::from_le_bytes([b[12], b[13]]),
                u16::from_le_bytes([b[14], b[15]]),
            ),
            None => (0, 0, 0),
        };
        let kind = if magic != SECTION_MAGIC {
            ScapErrorKind::Magic(magic)
        } else if major > VERSION.0 {
            ScapErrorKind::Version { major, minor }
        } else {
            return frame.skip(&mut self.window);
        };
        Err(ScapError { offset, kind })
    }
}

/// CPU, flags and the position of the event in an event block; checks the block's trailer.
#[inline]
fn prefix(block: &[u8], with_flags: bool, len: u32, offset: u64) -> Result<(u16, EventFlags, usize)> {
    let fail = |kind| Err(ScapError { offset, kind });
    let trailer = block.last_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes));
    if trailer != len {
        return fail(ScapErrorKind::Trailer { header: len, trailer });
    }
    // Header, CPU, flags, trailer; with less, what is read here lies inside of another field, and the event is found
    // to be too short.
    match block.first_chunk::<14>() {
        Some(b) if with_flags => {
            let flags = EventFlags(u32::from_le_bytes([b[10], b[11], b[12], b[13]]));
            Ok((u16::from_le_bytes([b[8], b[9]]), flags, 14))
        }
        Some(b) => Ok((u16::from_le_bytes([b[8], b[9]]), EventFlags::default(), 10)),
        None => fail(ScapErrorKind::Event(WireError::ShortHeader)),
    }
}
