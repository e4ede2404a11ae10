//! What each indicator character begins.

use crate::span::{Position, Span, clamp};
use crate::yaml::input::{is_blank, is_break, is_gap};
use crate::yaml::scalar::{self, Chomp, End, Style};
use crate::yaml::scan::indent::IndentKind;
use crate::yaml::scan::{Flow, Scanner, fail};
use crate::yaml::token::{Kind, Status, Token};
use crate::yaml::tree::{ScalarData, ScalarStyle};
use crate::yaml::{YamlError, message, tag};

impl Scanner<'_> {
    pub(super) fn directive(&mut self) {
        self.pop_all_indents();
        self.simple_keys.clear();
        self.simple_key_allowed = false;
        self.after_json_key = false;
        let at = self.position();
        let mut end = self.input.at();
        // The directive's words end at a line break, or at a `#` where a word could begin.
        while !is_break(self.input.peek()) && !self.input.at_end() {
            if is_blank(self.input.peek()) {
                self.input.skip_in_line(1);
            } else if self.input.peek() == Some(b'#') {
                break;
            } else {
                while !is_gap(self.input.peek()) {
                    self.input.skip_in_line(1);
                }
                end = self.input.at();
            }
        }
        let span = Span::new(at.offset, clamp(end));
        self.tokens.push_back(Token { kind: Kind::Directive, status: Status::Valid, at, span });
    }

    pub(super) fn document_marker(&mut self, kind: Kind) {
        self.pop_all_indents();
        self.simple_keys.clear();
        self.simple_key_allowed = false;
        self.after_json_key = false;
        let at = self.position();
        self.input.skip_in_line(3);
        self.push(kind, at, Status::Valid);
    }

    pub(super) fn flow_start(&mut self, byte: u8) {
        self.possible_key();
        self.simple_key_allowed = true;
        self.after_json_key = false;
        let at = self.position();
        self.input.skip_in_line(1);
        let (flow, kind) =
            if byte == b'[' { (Flow::Seq, Kind::FlowSeqStart) } else { (Flow::Map, Kind::FlowMapStart) };
        self.flows.push(flow);
        self.push(kind, at, Status::Valid);
    }

    /// A key without value at the end of a flow entry gets its value token.
    fn close_flow_entry(&mut self) {
        match self.flows.last().copied() {
            Some(Flow::Map) if self.verify_simple_key() => {
                let at = self.position();
                self.push(Kind::Value, at, Status::Valid);
            }
            Some(Flow::Seq) => self.invalidate_simple_key(),
            Some(Flow::Map) | None => {}
        }
    }

    pub(super) fn flow_end(&mut self, byte: u8) -> Result<(), YamlError> {
        let at = self.position();
        if !self.in_flow() {
            return fail(message::FLOW_END, at);
        }
        self.close_flow_entry();
        self.simple_key_allowed = false;
        self.after_json_key = true;
        self.input.skip_in_line(1);
        let (flow, kind) =
            if byte == b']' { (Flow::Seq, Kind::FlowSeqEnd) } else { (Flow::Map, Kind::FlowMapEnd) };
        if self.flows.last() != Some(&flow) {
            return fail(message::FLOW_END, at);
        }
        self.flows.pop();
        self.push(kind, at, Status::Valid);
        Ok(())
    }

    pub(super) fn flow_entry(&mut self) {
        self.close_flow_entry();
        self.simple_key_allowed = true;
        self.after_json_key = false;
        let at = self.position();
        self.input.skip_in_line(1);
        self.push(Kind::FlowEntry, at, Status::Valid);
    }

    pub(super) fn block_entry(&mut self) -> Result<(), YamlError> {
        if self.in_flow() || !self.simple_key_allowed {
            return fail(message::BLOCK_ENTRY, self.position());
        }
        self.push_indent(self.input.column(), IndentKind::Seq, Status::Valid);
        self.simple_key_allowed = true;
        self.after_json_key = false;
        let at = self.position();
        self.input.skip_in_line(1);
        self.push(Kind::BlockEntry, at, Status::Valid);
        Ok(())
    }

    pub(super) fn key(&mut self) -> Result<(), YamlError> {
        let block = !self.in_flow();
        if block {
            if !self.simple_key_allowed {
                return fail(message::MAP_KEY, self.position());
            }
            self.push_indent(self.input.column(), IndentKind::Map, Status::Valid);
        }
        self.simple_key_allowed = block;
        let at = self.position();
        self.input.skip_in_line(1);
        self.push(Kind::Key, at, Status::Valid);
        Ok(())
    }

    pub(super) fn value(&mut self) -> Result<(), YamlError> {
        let block = !self.in_flow();
        let is_key = self.verify_simple_key();
        self.after_json_key = false;
        if is_key {
            self.simple_key_allowed = false;
        } else {
            if block {
                if !self.simple_key_allowed {
                    return fail(message::MAP_VALUE, self.position());
                }
                self.push_indent(self.input.column(), IndentKind::Map, Status::Valid);
            }
            self.simple_key_allowed = block;
        }
        self.scalar_allowed = true;
        let at = self.position();
        self.input.skip_in_line(1);
        self.push(Kind::Value, at, Status::Valid);
        Ok(())
    }

    pub(super) fn anchor_or_alias(&mut self, indicator: u8) -> Result<(), YamlError> {
        self.possible_key();
        self.simple_key_allowed = false;
        self.after_json_key = false;
        let alias = indicator == b'*';
        let at = self.position();
        self.input.skip_in_line(1);
        let start = self.input.at();
        while !is_gap(self.input.peek())
            && !matches!(self.input.peek(), Some(b'[' | b']' | b'{' | b'}' | b','))
        {
            self.input.skip_in_line(1);
        }
        if self.input.at() == start {
            let missing = if alias { message::ALIAS_NOT_FOUND } else { message::ANCHOR_NOT_FOUND };
            return fail(missing, self.position());
        }
        if !is_gap(self.input.peek())
            && !matches!(self.input.peek(), Some(b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`'))
        {
            let illegal = if alias { message::CHAR_IN_ALIAS } else { message::CHAR_IN_ANCHOR };
            return fail(illegal, self.position());
        }
        self.push(if alias { Kind::Alias } else { Kind::Anchor }, at, Status::Valid);
        Ok(())
    }

    pub(super) fn tag(&mut self) -> Result<(), YamlError> {
        self.possible_key();
        self.simple_key_allowed = false;
        self.after_json_key = false;
        let at = self.position();
        self.input.skip_in_line(1);
        let empty = tag::scan(&mut self.input)?;
        self.push(Kind::Tag { empty }, at, Status::Valid);
        Ok(())
    }

    pub(super) fn plain_scalar(&mut self) -> Result<(), YamlError> {
        let flow = self.in_flow();
        let mut style = Style {
            end: if flow { End::PlainInFlow } else { End::Plain },
            indent: if flow { 0 } else { self.top_column() + 1 },
            detect_indent: false,
            folded: false,
            chomp: Chomp::Strip,
        };
        self.possible_key();
        let at = self.position();
        let ended_by_indent = self.scalar(&mut style, at, ScalarStyle::Plain)?;
        self.simple_key_allowed = ended_by_indent;
        self.after_json_key = false;
        Ok(())
    }

    pub(super) fn quoted_scalar(&mut self, quote: u8) -> Result<(), YamlError> {
        let single = quote == b'\'';
        let mut style = Style {
            end: if single { End::Single } else { End::Double },
            indent: 0,
            detect_indent: false,
            folded: false,
            chomp: Chomp::Clip,
        };
        self.possible_key();
        let at = self.position();
        self.input.skip_in_line(1);
        let kind = if single { ScalarStyle::SingleQuoted } else { ScalarStyle::DoubleQuoted };
        self.scalar(&mut style, at, kind)?;
        self.simple_key_allowed = false;
        self.scalar_allowed = self.in_flow();
        self.after_json_key = true;
        Ok(())
    }

    pub(super) fn block_scalar(&mut self, indicator: u8) -> Result<(), YamlError> {
        let folded = indicator == b'>';
        let mut style = Style { end: End::Block, indent: 1, detect_indent: true, folded, chomp: Chomp::Clip };
        let at = self.position();
        self.input.skip_in_line(1);
        let mut header = |scanner: &mut Scanner<'_>, want_digit: bool| -> Result<bool, YamlError> {
            match scanner.input.peek() {
                Some(sign @ (b'+' | b'-')) if !want_digit => {
                    style.chomp = if sign == b'+' { Chomp::Keep } else { Chomp::Strip };
                }
                Some(digit @ b'0'..=b'9') if want_digit => {
                    scanner.input.skip_in_line(1);
                    if digit == b'0' {
                        return fail(message::ZERO_INDENT_IN_BLOCK, scanner.position());
                    }
                    style.indent = i64::from(digit - b'0');
                    style.detect_indent = false;
                    return Ok(true);
                }
                _ => return Ok(false),
            }
            scanner.input.skip_in_line(1);
            Ok(true)
        };
        // A sign and a digit in either order, each at most once.
        if header(self, false)? {
            header(self, true)?;
        } else if header(self, true)? {
            header(self, false)?;
        }
        while is_blank(self.input.peek()) {
            self.input.skip_in_line(1);
        }
        if self.input.peek() == Some(b'#') {
            self.comment();
        }
        if !self.input.at_end() && !is_break(self.input.peek()) {
            return fail(message::CHAR_IN_BLOCK, self.position());
        }
        let outer = self.top_column();
        if outer >= 0 {
            style.indent += outer;
        }
        let kind = if folded { ScalarStyle::Folded } else { ScalarStyle::Literal };
        self.scalar(&mut style, at, kind)?;
        self.simple_key_allowed = true;
        self.after_json_key = false;
        Ok(())
    }

    /// Reads a scalar's content and pushes its token. Says whether less indentation ended it.
    fn scalar(&mut self, style: &mut Style, at: Position, kind: ScalarStyle) -> Result<bool, YamlError> {
        self.decoder.clear();
        let ended = scalar::read(&mut self.input, style, &mut self.decoder)?;
        let data: ScalarData = self.scalars.add(self.input.bytes(), &self.decoder, kind, clamp(ended.at));
        let span = Span::new(at.offset, clamp(ended.at));
        if !ended.closed {
            self.open_quote = Some((span, self.position()));
        }
        self.tokens.push_back(Token { kind: Kind::Scalar(data), status: Status::Valid, at, span });
        Ok(ended.by_indent)
    }
}
