//! Decoding scalars: folding, chomping and escapes, and the map from decoded to source offsets.
//!
//! One routine reads every style, in the three steps of a line: its text, its break, the next line's indentation.
//! What is kept at the ends follows yaml-cpp, which Falco reads rules with.

use crate::span::{Position, clamp};
use crate::yaml::input::{Input, is_blank, is_break, is_gap};
use crate::yaml::{YamlError, message};

/// Where a piece of a decoded text comes from: it and what follows up to the next piece stand at `source`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Segment {
    /// Offset in the decoded text.
    pub decoded: u32,
    /// Offset in the source text.
    pub source: u32,
}

/// A text under construction with its segments.
#[derive(Default)]
pub(super) struct Decoder {
    pub(super) text: Vec<u8>,
    pub(super) segments: Vec<Segment>,
}

impl Decoder {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.segments.clear();
    }

    fn segment(&mut self, source: usize) {
        let (decoded, source) = (clamp(self.text.len()), clamp(source));
        let continues = self
            .segments
            .last()
            .is_some_and(|last| source.checked_sub(last.source) == Some(decoded - last.decoded));
        if !continues {
            self.segments.push(Segment { decoded, source });
        }
    }

    /// Appends bytes that stand at `source`.
    fn copy(&mut self, bytes: &[u8], source: usize) {
        self.segment(source);
        self.text.extend_from_slice(bytes);
    }

    /// Appends what the source at `source` stands for.
    fn make(&mut self, bytes: &[u8], source: usize) {
        if bytes.is_empty() {
            return;
        }
        if bytes.len() == 1 {
            self.segment(source);
        } else {
            let decoded = clamp(self.text.len());
            self.segments.push(Segment { decoded, source: clamp(source) });
        }
        self.text.extend_from_slice(bytes);
    }

    fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
        while self.segments.last().is_some_and(|last| last.decoded as usize >= len) {
            self.segments.pop();
        }
    }

    fn last_not(&self, skip: impl Fn(u8) -> bool) -> Option<usize> {
        self.text.iter().rposition(|&byte| !skip(byte))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A plain scalar outside flow collections.
    Plain,
    /// A plain scalar inside them.
    PlainInFlow,
    Single,
    Double,
    /// Only indentation ends a block scalar.
    Block,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Chomp {
    Strip,
    Clip,
    Keep,
}

/// How to read one scalar.
pub(super) struct Style {
    pub(super) end: End,
    /// Columns that belong to the indentation.
    pub(super) indent: i64,
    /// Whether the first non-empty line sets `indent`.
    pub(super) detect_indent: bool,
    /// `>`: fold as block scalars do; quoted and plain scalars have their own folding.
    pub(super) folded: bool,
    pub(super) chomp: Chomp,
}

impl Style {
    fn flow_folding(&self) -> bool {
        self.end != End::Block
    }

    fn quoted(&self) -> bool {
        matches!(self.end, End::Single | End::Double)
    }

    /// Length of what ends the scalar at the cursor.
    fn end_len(&self, input: &Input<'_>) -> Option<usize> {
        let byte = input.peek();
        let comment = || {
            is_gap(byte) && byte.is_some() && {
                let len = input.break_len().max(1);
                input.peek_at(len) == Some(b'#')
            }
        };
        let ended = match self.end {
            End::Plain => (byte == Some(b':') && is_gap(input.peek_at(1))) || comment(),
            End::PlainInFlow => {
                matches!(byte, Some(b',' | b'?' | b'[' | b']' | b'{' | b'}'))
                    || (byte == Some(b':')
                        && (is_gap(input.peek_at(1)) || matches!(input.peek_at(1), Some(b',' | b']' | b'}'))))
                    || comment()
            }
            End::Single => byte == Some(b'\'') && input.peek_at(1) != Some(b'\''),
            End::Double => byte == Some(b'"'),
            End::Block => byte.is_none(),
        };
        ended.then_some(usize::from(self.quoted()))
    }

    /// How many bytes at the cursor are ordinary text of the scalar.
    fn ordinary(&self, input: &Input<'_>) -> usize {
        let rest = input.bytes().get(input.at()..).unwrap_or(&[]);
        let special = |byte: &u8| match self.end {
            End::Plain => matches!(byte, b':' | b' ' | b'\t' | b'\n' | b'\r' | 0),
            End::PlainInFlow => matches!(
                byte,
                b':' | b' ' | b'\t' | b'\n' | b'\r' | b',' | b'?' | b'[' | b']' | b'{' | b'}' | 0
            ),
            End::Single => matches!(byte, b'\'' | b' ' | b'\t' | b'\n' | b'\r'),
            End::Double => matches!(byte, b'"' | b'\\' | b' ' | b'\t' | b'\n' | b'\r'),
            End::Block => matches!(byte, b'\n' | b'\r' | 0),
        };
        rest.iter().position(special).unwrap_or(rest.len())
    }
}

fn fail<T>(message: impl Into<std::borrow::Cow<'static, str>>, at: Position) -> Result<T, YamlError> {
    Err(YamlError { message: message.into(), at })
}

/// How a scalar ended.
pub(super) struct Ended {
    /// At a less indented line.
    pub(super) by_indent: bool,
    /// Where the source of its last kept text ends.
    pub(super) at: usize,
    /// False for a quoted one whose quote is missing. yaml-cpp accepts that if the text ends just after a line break or
    /// the opening quote.
    pub(super) closed: bool,
}

/// Reads a scalar from after its indicator or quote.
pub(super) fn read(input: &mut Input<'_>, style: &mut Style, out: &mut Decoder) -> Result<Ended, YamlError> {
    let mut ended_by_indent = false;
    let mut found_text = false;
    let mut past_opening_break = style.flow_folding();
    let (mut empty_line, mut more_indented) = (false, false);
    let mut folded_breaks = 0usize;
    let mut folding_began_more_indented = false;
    let mut last_escaped: Option<usize> = None;
    let mut content_end = input.at();
    let mut closed = !style.quoted();

    while !input.at_end() {
        // The line's text.
        let mut last_text = out.text.len();
        let mut escaped_break = false;
        let ended = loop {
            if let Some(len) = style.end_len(input) {
                break Some(len);
            }
            if is_break(input.peek()) || input.at_end() {
                break None;
            }
            if input.column() == 0 && (input.document_marker(b"---") || input.document_marker(b"...")) {
                match style.end {
                    End::Plain | End::PlainInFlow => break None,
                    End::Single | End::Double => return fail(message::DOC_IN_SCALAR, input.position()),
                    End::Block => {}
                }
            }
            found_text = true;
            past_opening_break = true;
            let byte = input.peek();
            if style.end == End::Double && byte == Some(b'\\') && is_break(input.peek_at(1)) {
                input.skip(1);
                last_text = out.text.len();
                last_escaped = Some(last_text);
                escaped_break = true;
                break None;
            }
            let escape = match style.end {
                End::Double => byte == Some(b'\\'),
                End::Single => byte == Some(b'\''),
                // yaml-cpp takes a NUL for its "no escape character" and then for an escape.
                End::Plain | End::PlainInFlow | End::Block => byte == Some(0),
            };
            if escape {
                unescape(input, out)?;
                last_text = out.text.len();
                last_escaped = Some(last_text);
                content_end = input.at();
                continue;
            }
            let from = input.at();
            let run = style.ordinary(input).max(1);
            let bytes = input.bytes().get(from..from + run).unwrap_or(&[]);
            out.copy(bytes, from);
            input.skip_in_line(run);
            if !matches!(bytes, [b' ' | b'\t']) {
                last_text = out.text.len();
                content_end = input.at();
            }
        };
        if input.at_end() && ended.is_none_or(|len| len == 0) {
            if style.quoted() {
                return fail(message::EOF_IN_SCALAR, input.position());
            }
            break;
        }
        let plain = matches!(style.end, End::Plain | End::PlainInFlow);
        if plain && input.column() == 0 && (input.document_marker(b"---") || input.document_marker(b"...")) {
            break;
        }
        if let Some(len) = ended {
            input.skip(len);
            if len > 0 {
                content_end = input.at();
                closed = true;
            }
            break;
        }
        if style.flow_folding() {
            out.truncate(last_text);
        }

        // Its break.
        let break_at = input.at();
        input.skip(input.break_len());

        // The next line's indentation.
        while input.peek() == Some(b' ')
            && (input.column() < style.indent || (style.detect_indent && !found_text))
            && style.end_len(input).is_none()
        {
            input.skip_in_line(1);
        }
        if style.detect_indent && !found_text {
            style.indent = style.indent.max(input.column());
        }
        while is_blank(input.peek()) {
            if input.peek() == Some(b'\t') && input.column() < style.indent && !style.quoted() {
                return fail(message::TAB_IN_INDENTATION, input.position());
            }
            if !style.flow_folding() || style.end_len(input).is_some() {
                break;
            }
            input.skip_in_line(1);
        }

        let next_empty = is_break(input.peek());
        let next_more_indented = is_blank(input.peek());
        if style.folded && folded_breaks == 0 && next_empty {
            folding_began_more_indented = more_indented;
        }
        if past_opening_break {
            if style.flow_folding() {
                if next_empty {
                    out.make(b"\n", break_at);
                } else if !empty_line && !escaped_break {
                    out.make(b" ", break_at);
                }
            } else if style.folded {
                let joins = !empty_line && !next_empty && !more_indented && !next_more_indented;
                if joins && input.column() >= style.indent {
                    out.make(b" ", break_at);
                } else if next_empty {
                    folded_breaks += 1;
                } else {
                    out.make(b"\n", break_at);
                }
                if !next_empty && folded_breaks > 0 {
                    let extra = folding_began_more_indented || next_more_indented || !found_text;
                    for _ in 0..folded_breaks - 1 + usize::from(extra) {
                        out.make(b"\n", break_at);
                    }
                    folded_breaks = 0;
                }
            } else {
                out.make(b"\n", break_at);
            }
        }
        empty_line = next_empty;
        more_indented = next_more_indented;
        past_opening_break = true;
        if !empty_line && input.column() < style.indent {
            ended_by_indent = true;
            break;
        }
    }

    trim(style, last_escaped, out);
    Ok(Ended { by_indent: ended_by_indent, at: content_end, closed })
}

/// Drops what a scalar does not keep at its end.
fn trim(style: &Style, last_escaped: Option<usize>, out: &mut Decoder) {
    // What was escaped is kept.
    let at_least_escaped = |kept: Option<usize>| match (kept, last_escaped) {
        (Some(kept), Some(escaped)) => Some(kept.max(escaped)),
        (kept, escaped) => kept.or(escaped),
    };
    if matches!(style.end, End::Plain | End::PlainInFlow)
        && let Some(kept) = at_least_escaped(out.last_not(|byte| matches!(byte, b' ' | b'\t')))
    {
        out.truncate(kept.saturating_add(1));
    }
    let extra = match style.chomp {
        Chomp::Keep => return,
        Chomp::Strip => 1,
        Chomp::Clip => 2,
    };
    match at_least_escaped(out.last_not(|byte| byte == b'\n')) {
        None => out.truncate(0),
        Some(kept) => out.truncate(kept.saturating_add(extra)),
    }
}

/// Decodes the escape at the cursor.
fn unescape(input: &mut Input<'_>, out: &mut Decoder) -> Result<(), YamlError> {
    let at = input.at();
    let escape = input.next();
    let byte = input.next();
    let simple: &[u8] = match (escape, byte) {
        (Some(b'\''), Some(b'\'')) => b"'",
        (_, Some(b'0')) => b"\0",
        (_, Some(b'a')) => b"\x07",
        (_, Some(b'b')) => b"\x08",
        (_, Some(b't' | b'\t')) => b"\t",
        (_, Some(b'n')) => b"\n",
        (_, Some(b'v')) => b"\x0B",
        (_, Some(b'f')) => b"\x0C",
        (_, Some(b'r')) => b"\r",
        (_, Some(b'e')) => b"\x1B",
        (_, Some(b' ')) => b" ",
        (_, Some(b'"')) => b"\"",
        (_, Some(b'\'')) => b"'",
        (_, Some(b'\\')) => b"\\",
        (_, Some(b'/')) => b"/",
        // yaml-cpp gives the single bytes 85 and A0 here, which are not UTF-8; these are the characters meant.
        (_, Some(b'N')) => "\u{85}".as_bytes(),
        (_, Some(b'_')) => "\u{A0}".as_bytes(),
        (_, Some(b'L')) => "\u{2028}".as_bytes(),
        (_, Some(b'P')) => "\u{2029}".as_bytes(),
        (_, Some(b'x')) => return unescape_hex(input, 2, at, out),
        (_, Some(b'u')) => return unescape_hex(input, 4, at, out),
        (_, Some(b'U')) => return unescape_hex(input, 8, at, out),
        (_, other) => {
            let shown = other.map_or(String::new(), |byte| String::from_utf8_lossy(&[byte]).into_owned());
            return fail(format!("{}{shown}", message::INVALID_ESCAPE), input.position_past(at + 2));
        }
    };
    out.make(simple, at);
    Ok(())
}

fn unescape_hex(input: &mut Input<'_>, digits: usize, at: usize, out: &mut Decoder) -> Result<(), YamlError> {
    let mut value = Some(0u32);
    let end = input.at() + digits;
    for _ in 0..digits {
        let digit = input.next().and_then(|byte| char::from(byte).to_digit(16));
        value = value.zip(digit).map(|(value, digit)| value << 4 | digit);
    }
    let Some(value) = value else { return fail(message::INVALID_HEX, input.position_past(end)) };
    let Some(decoded) = char::from_u32(value) else {
        return fail(format!("{}{value}", message::INVALID_UNICODE), input.position());
    };
    out.make(decoded.encode_utf8(&mut [0; 4]).as_bytes(), at);
    Ok(())
}
