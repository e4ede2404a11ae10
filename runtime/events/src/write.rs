//! `EventWriter`: assembles one event in wire form.

use catalogue::EventCode;

use crate::raw::{EventFlags, HEADER_LEN, RawEvent, WireError, has_wide_lengths};

/// Longest event whose lengths take two bytes: with CPU and flags it fits the 64 KiB that readers give to a block's body.
pub const MAX_NARROW_LEN: usize = 65_536 - 6;

/// Builds events in a buffer that is used again and again. Parameters are given in table order.
#[derive(Debug, Default)]
pub struct EventWriter {
    head: [u8; HEADER_LEN],
    lengths: Vec<u8>,
    data: Vec<u8>,
    out: Vec<u8>,
    params: u32,
    wide: bool,
}

impl EventWriter {
    /// A writer with empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts an event; what was not finished is forgotten. `ts` in ns since the epoch.
    pub fn begin(&mut self, ts: u64, tid: i64, code: EventCode) -> &mut Self {
        self.head[..8].copy_from_slice(&ts.to_le_bytes());
        self.head[8..16].copy_from_slice(&tid.to_le_bytes());
        self.head[20..22].copy_from_slice(&code.0.to_le_bytes());
        self.lengths.clear();
        self.data.clear();
        self.params = 0;
        self.wide = has_wide_lengths(code);
        self
    }

    /// Appends a parameter. Longer ones than the event's kind of lengths can state are cut.
    pub fn param(&mut self, bytes: &[u8]) -> &mut Self {
        let most = if self.wide { u32::MAX as usize } else { usize::from(u16::MAX) };
        let bytes = bytes.get(..most).unwrap_or(bytes);
        if self.wide {
            self.lengths.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        } else {
            self.lengths.extend_from_slice(&(bytes.len() as u16).to_le_bytes());
        }
        self.data.extend_from_slice(bytes);
        self.params += 1;
        self
    }

    /// Appends text with the NUL that ends it.
    pub fn text(&mut self, text: &[u8]) -> &mut Self {
        self.param(text);
        let longest = if self.wide { u32::MAX as usize } else { usize::from(u16::MAX) };
        if text.len() < longest {
            self.data.push(0);
            let width = if self.wide { 4 } else { 2 };
            let at = self.lengths.len() - width;
            let len = (text.len() as u32 + 1).to_le_bytes();
            self.lengths[at..].copy_from_slice(&len[..width]);
        }
        self
    }

    /// Appends a parameter without a value.
    pub fn empty(&mut self) -> &mut Self {
        self.param(&[])
    }

    /// Number of parameters given so far.
    pub fn len(&self) -> usize {
        self.params as usize
    }

    /// Whether no parameter was given yet.
    pub fn is_empty(&self) -> bool {
        self.params == 0
    }

    /// The event's bytes. The buffer stays valid until the next event begins.
    ///
    /// # Errors
    /// `WireError::Length` when the event is longer than its kind of event may be.
    pub fn finish(&mut self) -> Result<&[u8], WireError> {
        let len = HEADER_LEN + self.lengths.len() + self.data.len();
        let len32 = u32::try_from(len).map_err(|_| WireError::Length(u32::MAX))?;
        if !self.wide && len > MAX_NARROW_LEN {
            return Err(WireError::Length(len32));
        }
        self.head[16..20].copy_from_slice(&len32.to_le_bytes());
        self.head[22..26].copy_from_slice(&self.params.to_le_bytes());
        self.out.clear();
        self.out.extend_from_slice(&self.head);
        self.out.extend_from_slice(&self.lengths);
        self.out.extend_from_slice(&self.data);
        Ok(&self.out)
    }

    /// As [`EventWriter::finish`], as a checked view.
    pub fn finish_event(&mut self, cpu: u16, flags: EventFlags) -> Result<RawEvent<'_>, WireError> {
        self.finish()?;
        self.event(cpu, flags)
    }

    /// The event finished last.
    pub fn event(&self, cpu: u16, flags: EventFlags) -> Result<RawEvent<'_>, WireError> {
        RawEvent::parse_as(&self.out, cpu, flags, self.wide)
    }

    /// The bytes of the event finished last.
    pub fn bytes(&self) -> &[u8] {
        &self.out
    }
}
