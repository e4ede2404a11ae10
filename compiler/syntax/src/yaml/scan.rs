//! Text to YAML tokens, with yaml-cpp's idea of indentation, of where keys may stand and of what is an error.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::span::{Position, Span, clamp};
use crate::yaml::input::{Input, is_blank, is_break, is_gap};
use crate::yaml::scalar::{self, Chomp, Decoder, End, Style};
use crate::yaml::token::{Kind, Status, Token};
use crate::yaml::tree::{ScalarData, ScalarStore, ScalarStyle};
use crate::yaml::{YamlError, message};

#[derive(Clone, Copy, PartialEq, Eq)]
enum IndentKind {
    None,
    Map,
    Seq,
}

struct Indent {
    column: i64,
    kind: IndentKind,
    status: Status,
    /// Number of the token that opens the collection.
    token: usize,
}

/// A place that turns out to be a key if a `:` follows on the same line.
#[derive(Clone, Copy)]
struct SimpleKey {
    at: Position,
    flow_level: usize,
    /// Index in `indents` of the mapping it would open, and number of that mapping's token.
    indent: Option<usize>,
    token: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Seq,
    Map,
}

pub(super) struct Scanner<'t> {
    pub(super) input: Input<'t>,
    tokens: VecDeque<Token>,
    /// Tokens that have left the queue; the number of the queue's first token.
    taken: usize,
    started: bool,
    ended: bool,
    simple_key_allowed: bool,
    scalar_allowed: bool,
    after_json_key: bool,
    simple_keys: Vec<SimpleKey>,
    /// All indentations since the last time the stack was empty; the stack holds indices.
    indents: Vec<Indent>,
    indent_stack: Vec<usize>,
    flows: Vec<Flow>,
    decoder: Decoder,
    pub(super) scalars: ScalarStore,
    pub(super) comments: Vec<Span>,
}

/// Bytes that a key may have before its `:`.
const SIMPLE_KEY_BYTES: u32 = 1024;

fn fail<T>(message: impl Into<Cow<'static, str>>, at: Position) -> Result<T, YamlError> {
    Err(YamlError { message: message.into(), at })
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Scanner<'t> {
        Scanner {
            input: Input::new(text),
            tokens: VecDeque::with_capacity(16),
            taken: 0,
            started: false,
            ended: false,
            simple_key_allowed: false,
            scalar_allowed: false,
            after_json_key: false,
            simple_keys: Vec::new(),
            indents: Vec::new(),
            indent_stack: Vec::new(),
            flows: Vec::new(),
            decoder: Decoder::default(),
            scalars: ScalarStore::default(),
            comments: Vec::new(),
        }
    }

    /// Where the scanner stands; errors about missing tokens are reported here.
    pub(super) fn position(&self) -> Position {
        self.input.position()
    }

    /// The next token, `None` at the end of the text.
    pub(super) fn peek(&mut self) -> Result<Option<Token>, YamlError> {
        loop {
            if let Some(token) = self.tokens.front() {
                match token.status {
                    Status::Valid => return Ok(Some(*token)),
                    Status::Invalid => {
                        self.take();
                        continue;
                    }
                    Status::Unverified => {}
                }
            }
            if self.ended {
                return Ok(None);
            }
            self.scan()?;
        }
    }

    /// Takes the token just peeked.
    pub(super) fn take(&mut self) -> Option<Token> {
        let token = self.tokens.pop_front()?;
        self.taken += 1;
        Some(token)
    }

    /// The text of a node that has a tag but no content.
    pub(super) fn empty_scalar(&mut self) -> ScalarData {
        self.decoder.clear();
        self.scalars.add(self.input.bytes(), &self.decoder, ScalarStyle::Plain)
    }

    fn push(&mut self, kind: Kind, at: Position, status: Status) -> usize {
        let span = Span::new(at.offset, clamp(self.input.at()));
        self.tokens.push_back(Token { kind, status, at, span });
        self.taken + self.tokens.len() - 1
    }

    fn set_status(&mut self, token: usize, status: Status) {
        if let Some(index) = token.checked_sub(self.taken)
            && let Some(token) = self.tokens.get_mut(index)
        {
            token.status = status;
        }
    }

    fn in_flow(&self) -> bool {
        !self.flows.is_empty()
    }

    fn scan(&mut self) -> Result<(), YamlError> {
        if !self.started {
            self.started = true;
            self.simple_key_allowed = true;
            self.scalar_allowed = true;
            self.indents.push(Indent { column: -1, kind: IndentKind::None, status: Status::Valid, token: 0 });
            self.indent_stack.push(0);
            return Ok(());
        }
        self.skip_to_token();
        self.pop_indents_to_here();
        let Some(byte) = self.input.peek() else {
            self.end_stream();
            return Ok(());
        };
        let block = !self.in_flow();
        let next = self.input.peek_at(1);
        if self.input.column() == 0 {
            if byte == b'%' {
                self.directive();
                return Ok(());
            }
            if self.input.document_marker(b"---") {
                self.document_marker(Kind::DocStart);
                return Ok(());
            }
            if self.input.document_marker(b"...") {
                self.document_marker(Kind::DocEnd);
                return Ok(());
            }
        }
        match byte {
            b'[' | b'{' => {
                self.flow_start(byte);
                return Ok(());
            }
            b']' | b'}' => return self.flow_end(byte),
            b',' => {
                if self.input.column() == 0 {
                    return fail(message::UNEXPECTED_FLOW, self.position());
                }
                if !self.scalar_allowed {
                    return fail(message::UNEXPECTED_SCALAR, self.position());
                }
                self.flow_entry();
                return Ok(());
            }
            b'-' if is_gap(next) => return self.block_entry(),
            b'?' if is_gap(next) && next.is_some() => return self.key(),
            b':' if self.is_value(next) => return self.value(),
            b'*' | b'&' => return self.anchor_or_alias(byte),
            b'!' => return self.tag(),
            b'|' | b'>' if block => return self.block_scalar(byte),
            _ => {}
        }
        if !self.scalar_allowed {
            return fail(message::UNEXPECTED_SCALAR, self.position());
        }
        match byte {
            b'\'' | b'"' => self.quoted_scalar(byte),
            b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => fail(message::UNKNOWN_TOKEN, self.position()),
            b'?' if !block || is_gap(next) => fail(message::UNKNOWN_TOKEN, self.position()),
            b'-' | b':' if is_blank(next) || next.is_none() || (block && is_gap(next)) => {
                fail(message::UNKNOWN_TOKEN, self.position())
            }
            _ => self.plain_scalar(),
        }
    }

    fn is_value(&self, next: Option<u8>) -> bool {
        if !self.in_flow() {
            return is_gap(next);
        }
        self.after_json_key || (is_gap(next) && next.is_some()) || matches!(next, Some(b',' | b']' | b'}'))
    }

    fn skip_to_token(&mut self) {
        loop {
            while is_blank(self.input.peek()) {
                if !self.in_flow() && self.input.peek() == Some(b'\t') {
                    self.simple_key_allowed = false;
                }
                self.input.skip_in_line(1);
            }
            if self.input.peek() == Some(b'#') {
                self.comment();
            }
            let break_len = self.input.break_len();
            if break_len == 0 {
                return;
            }
            self.input.skip(break_len);
            self.invalidate_simple_key();
            self.scalar_allowed = true;
            if !self.in_flow() {
                self.simple_key_allowed = true;
            }
        }
    }

    fn comment(&mut self) {
        let start = self.input.at();
        self.input.skip_to_break();
        self.comments.push(Span::from(start..self.input.at()));
    }

    fn end_stream(&mut self) {
        if self.input.column() > 0 {
            self.input.end_line();
        }
        self.pop_all_indents();
        self.simple_keys.clear();
        self.simple_key_allowed = false;
        self.scalar_allowed = false;
        self.ended = true;
    }

    fn top_indent(&self) -> Option<&Indent> {
        self.indent_stack.last().and_then(|&index| self.indents.get(index))
    }

    fn top_column(&self) -> i64 {
        self.top_indent().map_or(0, |indent| indent.column)
    }

    /// Opens a collection at `column` if that is further in than the one open; gives its index in `indents`.
    fn push_indent(&mut self, column: i64, kind: IndentKind, status: Status) -> Option<usize> {
        if self.in_flow() {
            return None;
        }
        let last = self.top_indent()?;
        let sequence_in_map = kind == IndentKind::Seq && last.kind == IndentKind::Map;
        if column < last.column || (column == last.column && !sequence_in_map) {
            return None;
        }
        let start = if kind == IndentKind::Seq { Kind::BlockSeqStart } else { Kind::BlockMapStart };
        let token = self.push(start, self.position(), status);
        let index = self.indents.len();
        self.indents.push(Indent { column, kind, status, token });
        self.indent_stack.push(index);
        Some(index)
    }

    fn pop_indents_to_here(&mut self) {
        if self.in_flow() {
            return;
        }
        let column = self.input.column();
        while let Some(indent) = self.top_indent() {
            if indent.column < column {
                break;
            }
            let entry = || self.input.peek() == Some(b'-') && is_gap(self.input.peek_at(1));
            if indent.column == column && (indent.kind != IndentKind::Seq || entry()) {
                break;
            }
            self.pop_indent();
        }
        while self.top_indent().is_some_and(|indent| indent.status == Status::Invalid) {
            self.pop_indent();
        }
    }

    fn pop_all_indents(&mut self) {
        if self.in_flow() {
            return;
        }
        while self.top_indent().is_some_and(|indent| indent.kind != IndentKind::None) {
            self.pop_indent();
        }
    }

    fn pop_indent(&mut self) {
        let Some(index) = self.indent_stack.pop() else { return };
        let Some(indent) = self.indents.get(index) else { return };
        if indent.status != Status::Valid {
            self.invalidate_simple_key();
            return;
        }
        let kind = match indent.kind {
            IndentKind::Seq => Kind::BlockSeqEnd,
            IndentKind::Map => Kind::BlockMapEnd,
            IndentKind::None => return,
        };
        let at = self.position();
        self.push(kind, at, Status::Valid);
    }

    /// Remembers that a key may begin here.
    fn possible_key(&mut self) {
        let level = self.flows.len();
        if !self.simple_key_allowed || self.simple_keys.last().is_some_and(|key| key.flow_level == level) {
            return;
        }
        let at = self.position();
        let column = self.input.column();
        let indent = self.push_indent(column, IndentKind::Map, Status::Unverified);
        let token = self.push(Kind::Key, at, Status::Unverified);
        self.simple_keys.push(SimpleKey { at, flow_level: level, indent, token });
    }

    fn settle(&mut self, key: SimpleKey, status: Status) {
        if let Some(indent) = key.indent.and_then(|index| self.indents.get_mut(index)) {
            indent.status = status;
            let token = indent.token;
            self.set_status(token, status);
        }
        self.set_status(key.token, status);
    }

    fn invalidate_simple_key(&mut self) {
        let level = self.flows.len();
        if let Some(&key) = self.simple_keys.last()
            && key.flow_level == level
        {
            self.settle(key, Status::Invalid);
            self.simple_keys.pop();
        }
    }

    /// Whether the `:` here, or the end of an entry, makes a key of what came before.
    fn verify_simple_key(&mut self) -> bool {
        let level = self.flows.len();
        let Some(&key) = self.simple_keys.last() else { return false };
        if key.flow_level != level {
            return false;
        }
        self.simple_keys.pop();
        let length = clamp(self.input.at()).saturating_sub(key.at.offset);
        let valid = self.input.line() == key.at.line && length <= SIMPLE_KEY_BYTES;
        self.settle(key, if valid { Status::Valid } else { Status::Invalid });
        valid
    }

    fn directive(&mut self) {
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

    fn document_marker(&mut self, kind: Kind) {
        self.pop_all_indents();
        self.simple_keys.clear();
        self.simple_key_allowed = false;
        self.after_json_key = false;
        let at = self.position();
        self.input.skip_in_line(3);
        self.push(kind, at, Status::Valid);
    }

    fn flow_start(&mut self, byte: u8) {
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

    fn flow_end(&mut self, byte: u8) -> Result<(), YamlError> {
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

    fn flow_entry(&mut self) {
        self.close_flow_entry();
        self.simple_key_allowed = true;
        self.after_json_key = false;
        let at = self.position();
        self.input.skip_in_line(1);
        self.push(Kind::FlowEntry, at, Status::Valid);
    }

    fn block_entry(&mut self) -> Result<(), YamlError> {
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

    fn key(&mut self) -> Result<(), YamlError> {
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

    fn value(&mut self) -> Result<(), YamlError> {
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

    fn anchor_or_alias(&mut self, indicator: u8) -> Result<(), YamlError> {
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

    fn tag(&mut self) -> Result<(), YamlError> {
        self.possible_key();
        self.simple_key_allowed = false;
        self.after_json_key = false;
        let at = self.position();
        self.input.skip_in_line(1);
        let empty = super::tag::scan(&mut self.input)?;
        self.push(Kind::Tag { empty }, at, Status::Valid);
        Ok(())
    }

    fn plain_scalar(&mut self) -> Result<(), YamlError> {
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

    fn quoted_scalar(&mut self, quote: u8) -> Result<(), YamlError> {
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

    fn block_scalar(&mut self, indicator: u8) -> Result<(), YamlError> {
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
        let (ended_by_indent, end) = scalar::read(&mut self.input, style, &mut self.decoder)?;
        let data: ScalarData = self.scalars.add(self.input.bytes(), &self.decoder, kind);
        let span = Span::new(at.offset, clamp(end));
        self.tokens.push_back(Token { kind: Kind::Scalar(data), status: Status::Valid, at, span });
        Ok(ended_by_indent)
    }
}
