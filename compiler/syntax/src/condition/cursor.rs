//! Lexing at a place: the parser asks for what may stand there, and the cursor moves past it.

use std::borrow::Cow;

use logos::Logos;

use crate::ast::{Ast, Text};
use crate::quote::{EscapeError, unquote};
use crate::span::{Span, clamp};
use crate::token::{
    Bare, BareArgument, Modifier, Name, Negation, Number, Operand, OperatorToken, Quoted, Token, TokenKind,
};

/// The last token read, for Falco's `unexpected token after '…'`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Last {
    /// The token's bytes, without quotes.
    Source(Span),
    /// A quoted string with escapes: its value.
    Decoded(Text),
}

/// A saved place, to go back to.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    at: usize,
    last: Last,
    tokens: usize,
}

pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    last: Last,
    tokens: Option<Vec<Token>>,
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x08 | b'\r' | b'\n')
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str, keep_tokens: bool) -> Cursor<'t> {
        Cursor { text, at: 0, last: Last::Source(Span::empty(0)), tokens: keep_tokens.then(Vec::new) }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn here(&self) -> u32 {
        clamp(self.at)
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    pub(super) fn last(&self) -> Last {
        self.last
    }

    pub(super) fn into_tokens(self) -> Vec<Token> {
        self.tokens.unwrap_or_default()
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { at: self.at, last: self.last, tokens: self.tokens.as_ref().map_or(0, Vec::len) }
    }

    pub(super) fn reset(&mut self, mark: Mark) {
        self.at = mark.at;
        self.last = mark.last;
        if let Some(tokens) = &mut self.tokens {
            tokens.truncate(mark.tokens);
        }
    }

    /// From `start` to here.
    pub(super) fn since(&self, start: usize) -> Span {
        Span::from(start..self.at.max(start))
    }

    /// Skips blanks; says whether there were any.
    pub(super) fn blank(&mut self) -> bool {
        let blanks = self.rest().bytes().take_while(|&byte| is_blank(byte)).count();
        self.at += blanks;
        blanks > 0
    }

    /// Moves to `at`, recording what is passed as unreadable.
    pub(super) fn skip_to(&mut self, at: usize) {
        let start = self.at;
        self.at = at;
        if let Some(tokens) = &mut self.tokens
            && at > start
        {
            tokens.push(Token { kind: TokenKind::Error, span: Span::from(start..at) });
        }
    }

    fn take(&mut self, len: usize, kind: TokenKind) -> Span {
        let span = Span::from(self.at..self.at + len);
        self.at += len;
        self.last = Last::Source(span);
        if let Some(tokens) = &mut self.tokens {
            tokens.push(Token { kind, span });
        }
        span
    }

    fn scan<K: Logos<'t, Source = str>>(&self) -> Option<(K, usize)>
    where
        K::Extras: Default,
    {
        let mut lexer = K::lexer(self.rest());
        match lexer.next() {
            Some(Ok(kind)) => Some((kind, lexer.span().end)),
            _ => None,
        }
    }

    /// One of `( ) [ ] ,`.
    pub(super) fn punctuation(&mut self, byte: u8) -> bool {
        let found = self.rest().as_bytes().first() == Some(&byte);
        if found {
            self.take(1, TokenKind::Punctuation);
        }
        found
    }

    /// `and` or `or`, by prefix.
    pub(super) fn keyword(&mut self, word: &str) -> Option<Span> {
        self.rest().starts_with(word).then(|| self.take(word.len(), TokenKind::Keyword))
    }

    /// `not` with white space after it; takes the white space too.
    pub(super) fn not_word(&mut self) -> bool {
        if !self.rest().starts_with("not") {
            return false;
        }
        let Some((Negation::Blank, len)) = self.scan() else { return false };
        self.take(3, TokenKind::Keyword);
        self.at += len - 3;
        true
    }

    /// `not(`.
    pub(super) fn not_group(&mut self) -> bool {
        if !self.rest().starts_with("not") {
            return false;
        }
        let Some((Negation::Group, _)) = self.scan() else { return false };
        self.take(3, TokenKind::Keyword);
        self.take(1, TokenKind::Punctuation);
        true
    }

    /// What stands here of an operand's beginnings, without moving.
    pub(super) fn peek_operand(&self) -> Option<(Operand, usize)> {
        self.scan()
    }

    /// Takes a peeked operand start. A transformer's parenthesis is a token of its own.
    pub(super) fn take_operand(&mut self, operand: Operand, len: usize) -> Span {
        match operand {
            Operand::Group => self.take(len, TokenKind::Punctuation),
            Operand::Field => self.take(len, TokenKind::Field),
            Operand::Identifier => self.take(len, TokenKind::Identifier),
            Operand::Transformer(_) => {
                let name = self.take(len.saturating_sub(1), TokenKind::Transformer);
                self.take(1, TokenKind::Punctuation);
                name
            }
        }
    }

    /// A name, where a dot ends it; `kind` says what it stands for.
    pub(super) fn name(&mut self, kind: TokenKind) -> Option<Span> {
        let (Name::Name, len) = self.scan()?;
        Some(self.take(len, kind))
    }

    pub(super) fn peek_name(&self) -> bool {
        self.scan::<Name>().is_some()
    }

    /// An operator, with the blank that a word needs after it.
    pub(super) fn operator(&mut self) -> Option<(OperatorToken, Span)> {
        let (operator, _) = self.scan::<OperatorToken>()?;
        let span = self.take(operator.as_str().len(), TokenKind::Operator);
        Some((operator, span))
    }

    /// A modifier with the blanks that must follow it.
    pub(super) fn modifier(&mut self) -> Option<(Modifier, Span)> {
        let (modifier, _) = self.scan::<Modifier>()?;
        let span = self.take(modifier.as_str().len(), TokenKind::Modifier);
        self.blank();
        Some((modifier, span))
    }

    pub(super) fn number(&mut self) -> Option<Span> {
        let (_, len) = self.scan::<Number>()?;
        Some(self.take(len, TokenKind::Number))
    }

    pub(super) fn bare(&mut self) -> Option<Span> {
        let (Bare::Bare, len) = self.scan()?;
        Some(self.take(len, TokenKind::Bare))
    }

    pub(super) fn bare_argument(&mut self) -> Option<Span> {
        let (BareArgument::Bare, len) = self.scan()?;
        Some(self.take(len, TokenKind::Argument))
    }

    /// A quoted string and its value. On a bad escape the string has been taken.
    pub(super) fn quoted(&mut self, ast: &mut Ast) -> Result<Option<(Text, Span)>, (EscapeError, Span)> {
        if !matches!(self.rest().as_bytes().first(), Some(b'"' | b'\'')) {
            return Ok(None);
        }
        let Some((Quoted::Quoted, len)) = self.scan() else { return Ok(None) };
        let span = self.take(len, TokenKind::Quoted);
        let value = unquote(span.slice(self.text)).map_err(|error| (error, span))?;
        let text = match value {
            Cow::Borrowed(_) => {
                let content = Span::new(span.start + 1, span.end - 1);
                self.last = Last::Source(content);
                Ast::source_text(content)
            }
            Cow::Owned(bytes) => {
                let text = ast.decoded_text(&bytes);
                self.last = Last::Decoded(text);
                text
            }
        };
        Ok(Some((text, span)))
    }
}
