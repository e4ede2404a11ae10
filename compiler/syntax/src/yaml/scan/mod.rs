//! Text to YAML tokens, with yaml-cpp's idea of indentation, of where keys may stand and of what is an error.

mod indent;
mod indicator;

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::span::{Position, Span, clamp};
use crate::yaml::input::{Input, is_blank, is_gap};
use crate::yaml::scalar::Decoder;
use crate::yaml::scan::indent::{Indent, SimpleKey};
use crate::yaml::token::{Kind, Status, Token};
use crate::yaml::tree::{ScalarData, ScalarStore, ScalarStyle};
use crate::yaml::{YamlError, message};

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
    /// A quoted scalar that ends with the text, and where that is.
    pub(super) open_quote: Option<(Span, Position)>,
    /// What was taken for a key because the text ended before its `:`.
    pub(super) open_key: Option<Token>,
}

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
            open_quote: None,
            open_key: None,
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
                // What could be a key when the text ends is never settled; yaml-cpp then takes it for one.
                let token = self.tokens.front().copied();
                self.open_key = self.open_key.or(token.filter(|token| token.status == Status::Unverified));
                return Ok(token);
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
        self.scalars.add(self.input.bytes(), &self.decoder, ScalarStyle::Plain, clamp(self.input.at()))
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
            self.start_indents();
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
}
