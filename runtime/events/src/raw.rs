//! `RawEvent`: a bounds-checked view of one event in wire form.

use std::fmt;

use catalogue::EventCode;

use crate::param::Param;

/// Bytes of the packed header: timestamp 8, thread id 8, length 4, type 2, number of parameters 4.
pub const HEADER_LEN: usize = 26;

/// Thread id of an event that belongs to no thread.
pub const NO_THREAD: i64 = -1;

/// What the block around an event says about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventFlags(pub u32);

impl EventFlags {
    /// Apply the event to the state, but do not give it to the rules: the recorder's filter rejected it.
    pub const STATE_ONLY: EventFlags = EventFlags(1);

    /// Whether all bits of `other` are set.
    pub const fn contains(self, other: EventFlags) -> bool {
        self.0 & other.0 == other.0
    }
}

/// One event in wire form. The lengths were checked once, by [`RawEvent::parse`]; reading allocates nothing.
#[derive(Clone, Copy)]
pub struct RawEvent<'a> {
    head: &'a [u8; HEADER_LEN],
    /// The array of parameter lengths.
    lengths: &'a [u8],
    /// The parameters' bytes.
    data: &'a [u8],
    flags: EventFlags,
    cpu: u16,
    wide: bool,
}

/// Why bytes are not an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireError {
    /// Fewer bytes than a header.
    ShortHeader,
    /// The header's length is below the header's size or above the bytes at hand.
    Length(u32),
    /// The array of parameter lengths does not fit into the event.
    LengthsArray {
        /// Number of parameters the header states.
        params: u32,
    },
    /// The parameters together are longer than the event.
    Params,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WireError::ShortHeader => write!(f, "event is shorter than its {HEADER_LEN}-byte header"),
            WireError::Length(len) => write!(f, "event length {len} does not fit its block"),
            WireError::LengthsArray { params } => {
                write!(f, "event with {params} parameters is too short for their lengths")
            }
            WireError::Params => write!(f, "event parameters are longer than the event"),
        }
    }
}

impl std::error::Error for WireError {}

impl<'a> RawEvent<'a> {
    /// Checks `bytes` (header, lengths, data; bytes after the event's own length are ignored).
    ///
    /// `wide` tells whether the parameter lengths take four bytes, see [`has_wide_lengths`].
    #[inline]
    pub(crate) fn parse_as(
        bytes: &'a [u8],
        cpu: u16,
        flags: EventFlags,
        wide: bool,
    ) -> Result<Self, WireError> {
        let head = bytes.first_chunk::<HEADER_LEN>().ok_or(WireError::ShortHeader)?;
        let len = u32::from_le_bytes([head[16], head[17], head[18], head[19]]);
        let body = bytes.get(HEADER_LEN..len as usize).ok_or(WireError::Length(len))?;
        let params = u32::from_le_bytes([head[22], head[23], head[24], head[25]]);
        let width = if wide { 4 } else { 2 };
        // In u64 the product cannot overflow; a count that passes the comparison is small.
        if u64::from(params) * width > body.len() as u64 {
            return Err(WireError::LengthsArray { params });
        }
        let (lengths, data) = body.split_at(params as usize * width as usize);
        let total = if wide {
            lengths.chunks_exact(4).map(|c| u64::from(u32::from_le_bytes([c[0], c[1], c[2], c[3]]))).sum()
        } else {
            narrow_sum(body, lengths)
        };
        if total > data.len() as u64 {
            return Err(WireError::Params);
        }
        Ok(RawEvent { head, lengths, data, flags, cpu, wide })
    }

    /// Checks `bytes`: header, lengths, data; bytes after the event's own length are ignored. The event's type decides
    /// how wide the lengths are.
    #[inline]
    pub fn parse(bytes: &'a [u8], cpu: u16, flags: EventFlags) -> Result<Self, WireError> {
        let code = match bytes.get(20..22) {
            Some(code) => EventCode(u16::from_le_bytes([code[0], code[1]])),
            None => return Err(WireError::ShortHeader),
        };
        RawEvent::parse_as(bytes, cpu, flags, has_wide_lengths(code))
    }

    /// Nanoseconds since the epoch.
    #[inline]
    pub fn ts(&self) -> u64 {
        let h = self.head;
        u64::from_le_bytes([h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]])
    }

    /// The thread that made the event, or [`NO_THREAD`].
    #[inline]
    pub fn tid(&self) -> i64 {
        let h = self.head;
        i64::from_le_bytes([h[8], h[9], h[10], h[11], h[12], h[13], h[14], h[15]])
    }

    /// The event's type. May be a code that the catalogue does not know.
    #[inline]
    pub fn code(&self) -> EventCode {
        EventCode(u16::from_le_bytes([self.head[20], self.head[21]]))
    }

    /// Whether this is an exit event (odd codes) rather than an enter event.
    #[inline]
    pub fn is_exit(&self) -> bool {
        self.head[20] & 1 == 1
    }

    /// The CPU that the event happened on.
    #[inline]
    pub fn cpu(&self) -> u16 {
        self.cpu
    }

    /// What the block around the event said about it.
    #[inline]
    pub fn flags(&self) -> EventFlags {
        self.flags
    }

    /// Number of parameters present in this event; it may be below or above the catalogue's.
    #[inline]
    pub fn len(&self) -> usize {
        self.lengths.len() / if self.wide { 4 } else { 2 }
    }

    /// Whether the event has no parameters.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Parameter `index`; empty when the event does not have it, so that "absent" and "no value" read alike. Costs a
    /// sum over the lengths before it: use [`RawEvent::params`] to read many of a long event.
    #[inline]
    pub fn param(&self, index: usize) -> Param<'a> {
        Param::new(self.bytes_of(index).unwrap_or_default())
    }

    #[inline]
    fn bytes_of(&self, index: usize) -> Option<&'a [u8]> {
        if self.wide {
            return self.params().nth(index).map(Param::bytes);
        }
        let lengths = self.lengths.get(..index * 2 + 2)?;
        let (before, own) = lengths.split_last_chunk::<2>()?;
        // At most 64 Ki lengths of at most 64 KiB each: the sum fits.
        let start: u32 = before.chunks_exact(2).map(|c| u32::from(u16::from_le_bytes([c[0], c[1]]))).sum();
        let start = start as usize;
        self.data.get(start..start + usize::from(u16::from_le_bytes(*own)))
    }

    /// The parameters in order.
    #[inline]
    pub fn params(&self) -> Params<'a> {
        Params { lengths: self.lengths, data: self.data, wide: self.wide }
    }

    /// Appends the event's bytes to `out`: header, lengths, data.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.head);
        out.extend_from_slice(self.lengths);
        out.extend_from_slice(self.data);
    }

    /// Number of bytes of the event: header, lengths, data.
    pub fn wire_len(&self) -> usize {
        HEADER_LEN + self.lengths.len() + self.data.len()
    }

    /// Whether parameter lengths take four bytes.
    #[inline]
    pub fn is_wide(&self) -> bool {
        self.wide
    }
}

impl fmt::Debug for RawEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawEvent")
            .field("ts", &self.ts())
            .field("tid", &self.tid())
            .field("cpu", &self.cpu)
            .field("code", &self.code().0)
            .field("flags", &self.flags.0)
            .field("params", &self.params().collect::<Vec<_>>())
            .finish()
    }
}

/// Two events are equal when all their parts are, whatever bytes lie behind them.
impl PartialEq for RawEvent<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.ts() == other.ts()
            && self.tid() == other.tid()
            && self.code() == other.code()
            && self.cpu == other.cpu
            && self.flags == other.flags
            && self.params().eq(other.params())
    }
}

/// Iterator over the parameters of an event, in order.
#[derive(Clone)]
pub struct Params<'a> {
    lengths: &'a [u8],
    data: &'a [u8],
    wide: bool,
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    #[inline]
    fn next(&mut self) -> Option<Param<'a>> {
        let len = if self.wide {
            let (len, rest) = self.lengths.split_first_chunk::<4>()?;
            self.lengths = rest;
            u32::from_le_bytes(*len) as usize
        } else {
            let (len, rest) = self.lengths.split_first_chunk::<2>()?;
            self.lengths = rest;
            usize::from(u16::from_le_bytes(*len))
        };
        let (own, rest) = self.data.split_at_checked(len)?;
        self.data = rest;
        Some(Param::new(own))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let n = self.lengths.len() / if self.wide { 4 } else { 2 };
        (n, Some(n))
    }
}

/// Sum of the two-byte `lengths`, which `body` begins with. Branches on the number of lengths would be mispredicted for
/// most events: up to eight are added at once.
#[inline]
fn narrow_sum(body: &[u8], lengths: &[u8]) -> u64 {
    /// Bytes of the first n lengths.
    const FIRST: [u128; 9] = {
        let mut masks = [0; 9];
        let mut n = 1;
        while n <= 8 {
            masks[n] = u128::MAX >> (128 - 16 * n);
            n += 1;
        }
        masks
    };
    const EVEN: u128 = 0x0000_FFFF_0000_FFFF_0000_FFFF_0000_FFFF;
    if let (Some(mask), Some(first)) = (FIRST.get(lengths.len() / 2), body.first_chunk::<16>()) {
        let own = u128::from_le_bytes(*first) & mask;
        // Four sums of two lengths, then two of four, each in 32 bits, which no sum of eight lengths overflows.
        let fours = (own & EVEN) + ((own >> 16) & EVEN);
        let twos = (fours as u64) + (fours >> 64) as u64;
        return (twos & 0xFFFF_FFFF) + (twos >> 32);
    }
    lengths.chunks_exact(2).map(|c| u64::from(u16::from_le_bytes([c[0], c[1]]))).sum()
}

/// Whether events of this type carry four-byte parameter lengths (`LARGE_PAYLOAD` in the event table).
#[inline]
pub fn has_wide_lengths(code: EventCode) -> bool {
    crate::scap::plan::is_wide(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::EventWriter;

    /// With `res` and `fd`.
    const CLOSE: EventCode = EventCode::SYSCALL_CLOSE_X;
    /// Its lengths take four bytes.
    const ASYNC: EventCode = EventCode::ASYNCEVENT_E;

    #[test]
    fn the_example_of_the_format_description() {
        // Scap format reference, 10.4, from the timestamp on.
        let mut bytes = vec![0; 8];
        bytes.extend([0x64, 0, 0, 0, 0, 0, 0, 0, 0x2E, 0, 0, 0, 5, 0, 2, 0, 0, 0, 8, 0, 8, 0]);
        bytes.extend([0u64.to_le_bytes(), 3u64.to_le_bytes()].concat());
        let event = RawEvent::parse(&bytes, 1, EventFlags::default()).expect("a whole event");
        assert_eq!((event.ts(), event.tid(), event.cpu(), event.code()), (0, 100, 1, CLOSE));
        assert_eq!((event.len(), event.is_exit(), event.wire_len()), (2, true, 46));
        assert_eq!((event.param(0).i64(), event.param(1).signed()), (Some(0), Some(3)));
        assert!(event.param(2).is_empty() && event.param(usize::MAX / 4).is_empty());
        let mut written = EventWriter::new();
        written.begin(0, 100, CLOSE).param(&0u64.to_le_bytes()).param(&3u64.to_le_bytes());
        assert_eq!(written.finish().expect("short"), bytes);
    }

    /// Any number of parameters, on both sides of the limit up to which lengths are added at once.
    #[test]
    fn parameters_by_index_and_in_order() {
        for code in [CLOSE, ASYNC] {
            for count in 0..40 {
                let mut writer = EventWriter::new();
                writer.begin(1, 2, code);
                let values: Vec<_> = (0..count).map(|i| vec![i as u8; (i * 7919) % 1300]).collect();
                for value in &values {
                    writer.param(value);
                }
                let event = writer.finish_event(0, EventFlags::STATE_ONLY).expect("short enough");
                assert_eq!((event.len(), event.is_empty()), (count, count == 0));
                assert!(event.params().map(Param::bytes).eq(values.iter().map(Vec::as_slice)));
                values.iter().enumerate().for_each(|(i, value)| assert_eq!(event.param(i).bytes(), value));
                assert!(event.flags().contains(EventFlags::STATE_ONLY));

                // One byte less, and the parameters do not fit.
                let mut bytes = writer.bytes().to_vec();
                if values.iter().any(|value| !value.is_empty()) {
                    bytes.pop();
                    let len = (bytes.len() as u32).to_le_bytes();
                    bytes[16..20].copy_from_slice(&len);
                    let error = RawEvent::parse(&bytes, 0, EventFlags::default()).err();
                    assert_eq!(error, Some(WireError::Params));
                }
            }
        }
    }

    #[test]
    fn damage_is_told_apart() {
        let mut writer = EventWriter::new();
        let good = writer.begin(1, 2, CLOSE).param(&[1; 8]).param(&[2; 8]).finish().expect("short").to_vec();
        let error = |at: usize, value: &[u8], cut: usize| {
            let mut bytes = good.clone();
            bytes[at..at + value.len()].copy_from_slice(value);
            RawEvent::parse(&bytes[..cut], 0, EventFlags::default()).err()
        };
        assert_eq!(error(0, &[], 46), None);
        assert_eq!(error(0, &[], 25), Some(WireError::ShortHeader));
        assert_eq!(error(0, &[], 3), Some(WireError::ShortHeader));
        assert_eq!(error(0, &[], 45), Some(WireError::Length(46)));
        assert_eq!(error(16, &[25, 0, 0, 0], 46), Some(WireError::Length(25)));
        assert_eq!(error(22, &[11, 0, 0, 0], 46), Some(WireError::LengthsArray { params: 11 }));
        assert_eq!(error(22, &[255; 4], 46), Some(WireError::LengthsArray { params: u32::MAX }));
        assert_eq!(error(26, &[9, 0], 46), Some(WireError::Params));
        assert_eq!(error(26, &[255; 4], 46), Some(WireError::Params));
        // Bytes behind the parameters are tolerated.
        assert_eq!(error(26, &[7, 0], 46), None);
    }

    #[test]
    fn writers_cut_what_lengths_cannot_state() {
        let mut writer = EventWriter::new();
        let long = vec![7; 70_000];
        writer.begin(1, 2, CLOSE).param(&long);
        assert_eq!(writer.finish().err(), Some(WireError::Length(65_563)));
        let event = writer
            .begin(1, 2, ASYNC)
            .text(&long)
            .finish_event(0, EventFlags::default())
            .expect("wide lengths");
        assert_eq!((event.param(0).text(), event.param(0).bytes().len()), (Some(long.as_slice()), 70_001));
    }
}
