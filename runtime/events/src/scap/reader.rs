//! `Reader`: a capture file as a snapshot and then events.

use std::io::Read;
use std::mem;

use super::block::{Body, Frame, Kind, MAX_EVENT_BODY, SECTION_MAGIC, VERSION};
use super::convert::{Converter, Outcome};
use super::error::{Result, ScapError, ScapErrorKind};
use super::plan::{self, Plan};
use super::window::Window;
use super::{descriptors, machine, processes, upgrade, users};
use crate::raw::{EventFlags, RawEvent, WireError};
use crate::snapshot::{Fd, FdTable, Interface, Snapshot, Thread, User};

/// How much memory damaged or hostile input may make the reader use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Longest block of a large event, in bytes.
    pub event: u32,
    /// Memory of all tables of one section, in bytes (estimated).
    pub tables: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { event: 256 << 20, tables: 1 << 30 }
    }
}

/// How to read a capture.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where to begin in the uncompressed stream; must be a section header.
    pub start_offset: u64,
    /// Whether events of older recorders are brought to today's shape, and what is not delivered any more is left out.
    /// Without, every event comes as it was recorded, with a parameter count inserted where there was none.
    pub convert: bool,
    /// Bounds on memory.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Options { start_offset: 0, convert: true, limits: Limits::default() }
    }
}

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

/// Something odd in a capture that does not stop reading.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Offset in the uncompressed stream of the block.
    pub offset: u64,
    /// What is odd.
    pub message: String,
}

/// What was odd so far.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    /// How often something was odd.
    pub count: u64,
    /// The first few.
    pub first: Vec<Notice>,
}

impl Notices {
    const KEPT: usize = 16;

    fn add(&mut self, offset: u64, message: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.len() < Notices::KEPT {
            self.first.push(Notice { offset, message: message() });
        }
    }
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
    #[inline]
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>> {
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
    #[inline]
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
                let Some(head) = event.first_chunk::<26>() else {
                    return Err(ScapError { offset, kind: ScapErrorKind::Event(WireError::ShortHeader) });
                };
                if !self.options.convert {
                    return Ok(Step::Event(found));
                }
                let code = catalogue::EventCode(u16::from_le_bytes([head[20], head[21]]));
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
    #[inline(never)]
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
        let mut tables = Tables { snapshot: Snapshot::default(), used: 0, limit: self.options.limits.tables };
        while let Some(frame) = Frame::peek(&mut self.window)? {
            let offset = self.window.offset();
            match frame.kind {
                Kind::Event { .. } => break,
                Kind::Section => {
                    // A capture without events, and another one behind it.
                    self.read_section_header(false)?;
                    tables = Tables { snapshot: Snapshot::default(), used: 0, limit: tables.limit };
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
        self.snapshot = tables.snapshot;
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

/// Tables read so far, and the memory they take.
struct Tables {
    snapshot: Snapshot,
    used: u64,
    limit: u64,
}

impl Tables {
    /// Reads one table block. `false` when a part of it had to be left out.
    fn read<R: Read>(&mut self, kind: Kind, mut body: Body<'_, R>, offset: u64) -> Result<bool> {
        let Tables { snapshot, used, limit } = self;
        let mut charge = |bytes: u64| {
            *used += bytes;
            if *used > *limit {
                Err(ScapError { offset, kind: ScapErrorKind::TablesTooLarge })
            } else {
                Ok(())
            }
        };
        // The texts of all entries; what an entry takes beside them is charged with the entry.
        charge(body.len())?;
        let mut complete = true;
        match kind {
            Kind::Machine => snapshot.machine = Some(machine::read_machine(&mut body)?),
            Kind::Processes(version) => processes::read(version, &mut body, |thread| {
                charge(size_of::<Thread>() as u64)?;
                snapshot.threads.push(thread);
                Ok(())
            })?,
            Kind::Descriptors { sized } => {
                let mut table = FdTable { tid: descriptors::read_tid(&mut body)?, entries: Vec::new() };
                complete = descriptors::read(sized, &mut body, |fd| {
                    charge(size_of::<Fd>() as u64)?;
                    table.entries.push(fd);
                    Ok(())
                })?;
                if !table.entries.is_empty() {
                    charge(size_of::<FdTable>() as u64)?;
                    snapshot.descriptors.push(table);
                }
            }
            Kind::Interfaces { sized } => machine::read_interfaces(sized, &mut body, |interface| {
                charge(size_of::<Interface>() as u64)?;
                snapshot.interfaces.extend(interface);
                Ok(())
            })?,
            Kind::Users { sized } => users::read(sized, &mut body, |entry| {
                charge(size_of::<User>() as u64)?;
                match entry {
                    users::Entry::User(user) => snapshot.users.push(user),
                    users::Entry::Group(group) => snapshot.groups.push(group),
                    users::Entry::Other => {}
                }
                Ok(())
            })?,
            Kind::Section | Kind::Event { .. } | Kind::Unknown => {}
        }
        body.close()?;
        Ok(complete)
    }
}
