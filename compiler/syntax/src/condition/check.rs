//! A check: its left side, operator and right side.

use crate::ast::{Ast, CheckOperator, ListItem, NodeId, NodeKind, Text};
use crate::condition::boolean::{Failure, Parser};
use crate::condition::messages;
use crate::span::Span;
use crate::token::{Operand, OperatorClass, TokenKind, TransformerName};

impl Parser<'_> {
    /// A check or a macro's name, after blanks and when no parenthesis stands here.
    pub(super) fn check(&mut self) -> Result<NodeId, Failure> {
        let at = self.cursor.at();
        let left = match self.cursor.peek_operand() {
            Some((Operand::Field, len)) => {
                let name = self.cursor.take_operand(Operand::Field, len);
                self.field(name, at)?
            }
            Some((Operand::Transformer(transformer), len)) if transformer != TransformerName::Val => {
                self.cursor.take_operand(Operand::Transformer(transformer), len);
                self.open_in_check += 1;
                self.cursor.blank();
                self.transformer(transformer, at)?
            }
            _ => match self.cursor.name(TokenKind::Identifier) {
                Some(span) => {
                    return Ok(self.ast.add(NodeKind::Identifier(Ast::source_text(span)), at, span));
                }
                None => return self.fail(messages::OPERAND),
            },
        };
        self.partial = Some(left);
        self.guard()?;
        self.inner_depth += 1;
        let check = self.condition(left, at);
        self.inner_depth -= 1;
        check
    }

    /// The rest of a field after its name: an optional argument.
    pub(super) fn field(&mut self, name: Span, at: usize) -> Result<NodeId, Failure> {
        self.guard()?;
        let arg = self.argument()?;
        let span = self.cursor.since(name.start as usize);
        Ok(self.ast.add(NodeKind::Field { name: Ast::source_text(name), arg }, at, span))
    }

    /// `[argument]`, without blanks anywhere.
    pub(super) fn argument(&mut self) -> Result<Option<Text>, Failure> {
        if !self.cursor.punctuation(b'[') {
            return Ok(None);
        }
        let text = match self.quoted()? {
            Some((text, _)) => text,
            None => match self.cursor.bare_argument() {
                Some(span) => Ast::source_text(span),
                None => return self.fail(messages::ARGUMENT),
            },
        };
        if !self.cursor.punctuation(b']') {
            return self.fail(messages::CLOSE_ARGUMENT);
        }
        Ok(Some(text))
    }

    /// A quoted string, if one stands here. A bad escape fails after the closing quote.
    pub(super) fn quoted(&mut self) -> Result<Option<(Text, Span)>, Failure> {
        self.cursor.quoted(&mut self.ast).map_err(|(error, quoted)| {
            let start = quoted.start as usize + error.offset;
            let span = Span::from(start..start + error.len);
            Failure { message: error.message, span, fatal: false }
        })
    }

    fn condition(&mut self, left: NodeId, at: usize) -> Result<NodeId, Failure> {
        self.cursor.blank();
        let Some((symbol, op_span)) = self.cursor.operator() else {
            let left_span = self.ast.span(left);
            self.partial = Some(self.ast.add(NodeKind::Incomplete(left), at, left_span));
            return self.fail(messages::operator());
        };
        let mut op = CheckOperator { symbol, modifier: None, span: op_span };
        if symbol.class() == OperatorClass::Unary {
            let span = self.ast.span(left).cover(op_span);
            return Ok(self.ast.add(NodeKind::Unary { left, op }, at, span));
        }
        let right = match symbol.class() {
            OperatorClass::Number => self.number_value(),
            OperatorClass::List => self.list_value(true),
            OperatorClass::String | OperatorClass::Unary => {
                let had_blank = self.cursor.blank();
                let mark = self.cursor.mark();
                match self.cursor.modifier() {
                    Some((modifier, span)) if had_blank && self.modified_value_follows() => {
                        op.modifier = Some(modifier);
                        op.span = op_span.cover(span);
                        self.list_value(false)
                    }
                    _ => {
                        self.cursor.reset(mark);
                        self.string_value()
                    }
                }
            }
        };
        if right.is_err() && self.options.recover {
            let missing = self.missing();
            let span = self.ast.span(left).cover(op.span);
            self.partial = Some(self.ast.add(NodeKind::Binary { left, op, right: missing }, at, span));
        }
        let right = right?;
        let span = self.ast.span(left).cover(self.ast.span(right));
        Ok(self.ast.add(NodeKind::Binary { left, op, right }, at, span))
    }

    /// Whether what stands here makes the word before it a modifier (language.md 3.5).
    fn modified_value_follows(&self) -> bool {
        let rest = self.cursor.rest();
        let keyword = ["and", "or", "not"].iter().any(|word| {
            rest.strip_prefix(word)
                .is_some_and(|after| !after.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric))
        });
        !keyword && (rest.starts_with('(') || self.cursor.peek_name())
    }

    /// Runs a value routine one level down.
    fn value(&mut self, read: impl FnOnce(&mut Self) -> Result<NodeId, Failure>) -> Result<NodeId, Failure> {
        self.guard()?;
        self.inner_depth += 1;
        self.cursor.blank();
        let value = read(self);
        self.inner_depth -= 1;
        value
    }

    fn number_value(&mut self) -> Result<NodeId, Failure> {
        self.value(|parser| {
            if let Some(node) = parser.transformed_field()? {
                return Ok(node);
            }
            let at = parser.cursor.at();
            match parser.cursor.number() {
                Some(span) => Ok(parser.ast.add(NodeKind::Value(Ast::source_text(span)), at, span)),
                None => parser.fail(messages::number()),
            }
        })
    }

    fn string_value(&mut self) -> Result<NodeId, Failure> {
        self.value(|parser| {
            if let Some(node) = parser.transformed_field()? {
                return Ok(node);
            }
            let at = parser.cursor.at();
            match parser.string()? {
                Some((text, span)) => Ok(parser.ast.add(NodeKind::Value(text), at, span)),
                None => parser.fail(messages::string()),
            }
        })
    }

    fn string(&mut self) -> Result<Option<(Text, Span)>, Failure> {
        match self.quoted()? {
            Some(found) => Ok(Some(found)),
            None => Ok(self.cursor.bare().map(|span| (Ast::source_text(span), span))),
        }
    }

    /// The right side of a list operator (`fields`) or of a modifier: a list, a transformed field or a name.
    fn list_value(&mut self, fields: bool) -> Result<NodeId, Failure> {
        self.value(|parser| {
            let at = parser.cursor.at();
            if parser.cursor.punctuation(b'(') {
                parser.open_in_check += 1;
                return parser.list(at);
            }
            if fields && let Some(node) = parser.transformed_field()? {
                return Ok(node);
            }
            match parser.cursor.name(TokenKind::Bare) {
                Some(span) => Ok(parser.ast.add(NodeKind::Value(Ast::source_text(span)), at, span)),
                None if fields => parser.fail(messages::list()),
                None => parser.fail(messages::LIST_OR_NAME),
            }
        })
    }

    /// The rest of a value list after its parenthesis.
    fn list(&mut self, at: usize) -> Result<NodeId, Failure> {
        let mark = self.ast.item_mark();
        self.cursor.blank();
        // Whatever is wrong with the first element, Falco takes the list for an empty one and wants it closed.
        let first = match self.guard() {
            Ok(()) => self.string().unwrap_or_default(),
            Err(_) => {
                self.leaked_depth += 1;
                None
            }
        };
        if let Some((text, span)) = first {
            self.ast.add_item(ListItem { text, span });
            self.cursor.blank();
            while self.cursor.punctuation(b',') {
                self.guard()?;
                self.cursor.blank();
                match self.string()? {
                    Some((text, span)) => self.ast.add_item(ListItem { text, span }),
                    None => return self.fail(messages::VALUE_IN_LIST),
                }
                self.cursor.blank();
            }
        }
        if !self.cursor.punctuation(b')') {
            return self.fail(messages::CLOSE);
        }
        self.open_in_check -= 1;
        let items = self.ast.items_since(mark);
        let span = self.cursor.since(at);
        Ok(self.ast.add(NodeKind::List(items), at, span))
    }
}
