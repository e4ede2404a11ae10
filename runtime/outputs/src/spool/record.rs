//! One alert in a segment: length, checksum, content. All numbers are little-endian.
//!
//! ```text
//! u32 length of the content | u32 CRC-32 of the content | content:
//!     u64 id | u64 time in ns | u8 priority | u8 1: with fields
//!     rule | source | u32 number of tags, tags | line          each: u32 length, bytes
//!     with fields: output | message | hostname | u32 number of pairs, key and value of each
//! ```

use std::sync::Arc;

use catalogue::Priority;

use crate::alert::{Alert, Fields};

/// Bytes before the content.
pub(super) const HEAD: usize = 8;

/// No alert is larger: a greater length is damage.
pub(super) const MOST: usize = 64 << 20;

const PRIORITIES: [Priority; 8] = [
    Priority::Emergency,
    Priority::Alert,
    Priority::Critical,
    Priority::Error,
    Priority::Warning,
    Priority::Notice,
    Priority::Informational,
    Priority::Debug,
];

/// Appends an alert. `false`: it is too large for the spool and nothing was appended.
pub(super) fn encode(out: &mut Vec<u8>, alert: &Alert) -> bool {
    let start = out.len();
    out.extend_from_slice(&[0; HEAD]);
    out.extend_from_slice(&alert.id.to_le_bytes());
    out.extend_from_slice(&alert.ts.to_le_bytes());
    out.push(alert.priority as u8);
    out.push(u8::from(alert.fields.is_some()));
    bytes(out, alert.rule.as_bytes());
    bytes(out, alert.source.as_bytes());
    number(out, alert.tags.len());
    for tag in &*alert.tags {
        bytes(out, tag.as_bytes());
    }
    bytes(out, &alert.line);
    if let Some(fields) = &alert.fields {
        for text in [&fields.output, &fields.message, &fields.hostname] {
            bytes(out, text.as_bytes());
        }
        number(out, fields.output_fields.len());
        for (key, value) in &fields.output_fields {
            bytes(out, key.as_bytes());
            bytes(out, value.as_bytes());
        }
    }
    let length = out.len() - start - HEAD;
    if length > MOST {
        out.truncate(start);
        return false;
    }
    let sum = crc32fast::hash(&out[start + HEAD..]);
    out[start..start + 4].copy_from_slice(&(length as u32).to_le_bytes());
    out[start + 4..start + HEAD].copy_from_slice(&sum.to_le_bytes());
    true
}

fn number(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(&u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// What stands at the beginning of some bytes of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// A whole record: its content, and the bytes that it takes with its head.
    Record(&'a [u8], usize),
    /// The beginning of one that takes this many bytes.
    Part(usize),
    /// No record.
    Damage,
}

/// Looks for a record.
pub(super) fn find(bytes: &[u8]) -> Found<'_> {
    let Some((head, rest)) = bytes.split_at_checked(HEAD) else { return Found::Part(HEAD) };
    let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let length = word(0) as usize;
    // A file that lost its end to a power failure may go on with zeros.
    if length > MOST || length == 0 {
        return Found::Damage;
    }
    match rest.get(..length) {
        None => Found::Part(HEAD + length),
        Some(content) if crc32fast::hash(content) == word(4) => Found::Record(content, HEAD + length),
        Some(_) => Found::Damage,
    }
}

/// The id of a record.
pub(super) fn id(content: &[u8]) -> Option<u64> {
    content.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// The alert of a record. `None`: the content is none of ours, although its checksum is right.
pub(super) fn decode(content: &[u8]) -> Option<Alert> {
    let mut input = Input(content);
    let (id, ts) = (input.u64()?, input.u64()?);
    let [priority, with_fields] = *input.chunk()?;
    let (rule, source) = (input.text()?, input.text()?);
    let tags = (0..input.u32()?).map(|_| input.text().map(Box::from)).collect::<Option<Vec<Box<str>>>>()?;
    let line = input.bytes()?;
    let fields = match with_fields {
        0 => None,
        _ => {
            let [output, message, hostname] =
                [input.text()?, input.text()?, input.text()?].map(str::to_string);
            let pairs = (0..input.u32()?)
                .map(|_| Some((input.text()?.to_string(), input.text()?.to_string())))
                .collect::<Option<Vec<_>>>()?;
            Some(Arc::new(Fields { output, message, output_fields: pairs, hostname }))
        }
    };
    Some(Alert {
        id,
        ts,
        priority: *PRIORITIES.get(usize::from(priority))?,
        rule: rule.into(),
        source: source.into(),
        tags: tags.into(),
        line: line.into(),
        fields,
    })
}

/// Bytes that are still to be read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn chunk<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (chunk, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(chunk)
    }

    fn u32(&mut self) -> Option<u32> {
        self.chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }

    fn u64(&mut self) -> Option<u64> {
        self.chunk().map(|bytes| u64::from_le_bytes(*bytes))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()? as usize;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_alert;

    fn full() -> Alert {
        let fields = Fields {
            output: "o".into(),
            message: "m".into(),
            output_fields: vec![("a".into(), "1".into()), ("b".into(), "<NA>".into())],
            hostname: "h".into(),
        };
        Alert { tags: vec!["x".into(), "y".into()].into(), fields: Some(Arc::new(fields)), ..test_alert(7) }
    }

    #[test]
    fn records_come_back() {
        for alert in [full(), test_alert(9)] {
            let mut bytes = Vec::new();
            assert!(encode(&mut bytes, &alert));
            let Found::Record(content, length) = find(&bytes) else { panic!("{:?}", find(&bytes)) };
            assert_eq!((length, id(content)), (bytes.len(), Some(alert.id)));
            assert_eq!(format!("{:?}", decode(content).unwrap()), format!("{alert:?}"));
        }
    }

    #[test]
    fn every_cut_is_a_part_and_every_flipped_bit_is_seen() {
        let mut bytes = Vec::new();
        encode(&mut bytes, &full());
        for cut in 0..bytes.len() {
            assert!(matches!(find(&bytes[..cut]), Found::Part(_)), "{cut}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(!matches!(find(&bytes), Found::Record(..)), "{bit}");
        }
    }

    #[test]
    fn content_that_is_cut_is_no_alert() {
        let mut bytes = Vec::new();
        encode(&mut bytes, &full());
        for cut in HEAD..bytes.len() {
            assert!(decode(&bytes[HEAD..cut]).is_none(), "{cut}");
        }
    }
}
