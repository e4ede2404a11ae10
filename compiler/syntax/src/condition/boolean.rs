//! The parser: `and`, `or`, `not` and parentheses, on a stack of its own instead of recursion.
//!
//! Each frame stands for one routine of Falco's recursive parser, so that the number of frames is the depth that
//! Falco counts against its limit.

use std::borrow::Cow;

use crate::ast::{Ast, NodeId, NodeKind};
use crate::condition::cursor::{Cursor, Last};
use crate::condition::messages;
use crate::error::{Parse, SyntaxError};
use crate::span::Span;

/// How to parse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseOptions {
    /// Nesting must stay below this; language.md 3.6 says what counts.
    pub max_depth: u32,
    /// Go on after an error, to give editors a tree and all errors. The first error is the same either way.
    pub recover: bool,
    /// Keep the tokens ([`Ast::tokens`]).
    pub tokens: bool,
}

impl ParseOptions {
    /// As Falco parses when it loads rules: depth 1000, stops at the first error.
    pub const LOAD: ParseOptions = ParseOptions { max_depth: 1000, recover: false, tokens: false };
    /// As Falco parses raw conditions when it describes rules: depth 100.
    pub const DESCRIBE: ParseOptions = ParseOptions { max_depth: 100, recover: false, tokens: false };
    /// For editors: depth 1000, recovery and tokens.
    pub const EDITOR: ParseOptions = ParseOptions { max_depth: 1000, recover: true, tokens: true };
}

/// Parses a condition. Without `recover` the tree of a refused text is incomplete and of no use.
pub fn parse(text: &str, options: ParseOptions) -> Parse<Ast> {
    let mut parser = Parser::new(text, options);
    let root = parser.run();
    let Parser { mut ast, cursor, errors, .. } = parser;
    ast.finish(root, text);
    ast.set_tokens(cursor.into_tokens());
    Parse { tree: ast, errors }
}

/// Bytes after an error that are underlined at most.
const MAX_WORD: usize = 64;

/// Text for which nodes are reserved at once.
const MAX_RESERVED: usize = 1 << 12;

/// A routine of Falco's parser that has been entered.
pub(super) enum Frame {
    Or { at: usize, first: usize },
    And { at: usize, first: usize },
    Not { at: usize, negated: bool },
    Check,
    Embedded,
}

/// What to do next.
pub(super) enum Step {
    Or,
    And,
    Not,
    Check,
    Embedded,
    /// A routine is done and gives this node to the one below it.
    Return(NodeId),
}

/// An error on its way out; the offset is the cursor's.
pub(super) struct Failure {
    pub(super) message: Cow<'static, str>,
    pub(super) span: Span,
    /// No recovery makes sense.
    pub(super) fatal: bool,
}

pub(super) struct Parser<'t> {
    pub(super) cursor: Cursor<'t>,
    pub(super) ast: Ast,
    pub(super) options: ParseOptions,
    pub(super) stack: Vec<Frame>,
    /// Finished operands of the `and`s and `or`s on the stack.
    pub(super) operands: Vec<NodeId>,
    /// Falco's routines entered below the top frame, for checks and values.
    pub(super) inner_depth: u32,
    /// Depth that Falco forgot to give back, see [`messages::UNBALANCED`].
    pub(super) leaked_depth: u32,
    /// Parentheses opened by the check being read, for recovery.
    pub(super) open_in_check: u32,
    /// What could be read of a failed check.
    pub(super) partial: Option<NodeId>,
    /// Leave a `[` after the outermost transformer alone; outputs decide later whether it is an argument.
    pub(super) without_root_argument: bool,
    pub(super) errors: Vec<SyntaxError>,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str, options: ParseOptions) -> Parser<'t> {
        Parser {
            cursor: Cursor::new(text, options.tokens),
            ast: Ast::with_capacity(text.len().min(MAX_RESERVED) / 12 + 2),
            options,
            stack: Vec::with_capacity(16),
            operands: Vec::new(),
            inner_depth: 0,
            leaked_depth: 0,
            open_in_check: 0,
            partial: None,
            without_root_argument: false,
            errors: Vec::new(),
        }
    }

    fn run(&mut self) -> NodeId {
        let text = self.cursor.text();
        if text.is_empty() {
            self.report(Failure { message: messages::EMPTY.into(), span: Span::empty(0), fatal: true });
            return self.missing();
        }
        if u32::try_from(text.len()).is_err() {
            let message = "condition is longer than 4 GiB".into();
            self.report(Failure { message, span: Span::empty(0), fatal: true });
            return self.missing();
        }
        let mut step = Step::Or;
        loop {
            let result = match step {
                Step::Or => self.enter_or(),
                Step::And => self.enter_and(),
                Step::Not => self.enter_not(),
                Step::Check => self.enter_check(),
                Step::Embedded => self.enter(Frame::Embedded).map(|()| {
                    self.cursor.blank();
                    Step::Or
                }),
                Step::Return(node) => match self.stack.pop() {
                    Some(frame) => self.resume(frame, node),
                    None => match self.finish(node) {
                        Ok(()) => return node,
                        Err(failure) => Err(failure),
                    },
                },
            };
            step = match result {
                Ok(step) => step,
                Err(failure) => {
                    let fatal = failure.fatal || !self.options.recover;
                    self.report(failure);
                    if fatal {
                        return self.partial.take().unwrap_or_else(|| self.missing());
                    }
                    match self.recover() {
                        Some(step) => step,
                        None => return self.partial.take().unwrap_or_else(|| self.missing()),
                    }
                }
            };
        }
    }

    pub(super) fn report(&mut self, failure: Failure) {
        let offset = self.cursor.here();
        self.errors.push(SyntaxError { message: failure.message, offset, span: failure.span });
    }

    pub(super) fn missing(&mut self) -> NodeId {
        let at = self.cursor.at();
        self.ast.add(NodeKind::Missing, at, Span::empty(self.cursor.here()))
    }

    /// A failure at the cursor. What stands there, if anything, is what an editor underlines.
    pub(super) fn fail<T>(&self, message: impl Into<Cow<'static, str>>) -> Result<T, Failure> {
        let rest = self.cursor.rest();
        let ends = |at: usize, c: char| {
            c.is_ascii_whitespace() || at >= MAX_WORD || (at > 0 && matches!(c, '(' | ')' | ','))
        };
        let word = rest.char_indices().find(|&(at, c)| ends(at, c)).map_or(rest.len(), |(at, _)| at);
        let start = self.cursor.at();
        Err(Failure { message: message.into(), span: Span::from(start..start + word), fatal: false })
    }

    /// Falco's depth check on entering one more routine.
    pub(super) fn guard(&self) -> Result<(), Failure> {
        let frames = u32::try_from(self.stack.len()).unwrap_or(u32::MAX);
        let depth = frames.saturating_add(self.inner_depth).saturating_add(self.leaked_depth);
        if depth.saturating_add(1) < self.options.max_depth {
            return Ok(());
        }
        let span = Span::empty(self.cursor.here());
        Err(Failure { message: messages::too_deep(self.options.max_depth), span, fatal: true })
    }

    fn enter(&mut self, frame: Frame) -> Result<(), Failure> {
        self.guard()?;
        self.stack.push(frame);
        Ok(())
    }

    fn enter_or(&mut self) -> Result<Step, Failure> {
        self.enter(Frame::Or { at: self.cursor.at(), first: self.operands.len() })?;
        self.cursor.blank();
        Ok(Step::And)
    }

    fn enter_and(&mut self) -> Result<Step, Failure> {
        self.enter(Frame::And { at: self.cursor.at(), first: self.operands.len() })?;
        self.cursor.blank();
        Ok(Step::Not)
    }

    fn enter_not(&mut self) -> Result<Step, Failure> {
        let at = self.cursor.at();
        self.guard()?;
        self.cursor.blank();
        let mut negated = false;
        while self.cursor.not_word() {
            negated = !negated;
        }
        let group = self.cursor.not_group();
        self.stack.push(Frame::Not { at, negated: negated != group });
        Ok(if group { Step::Embedded } else { Step::Check })
    }

    fn enter_check(&mut self) -> Result<Step, Failure> {
        self.enter(Frame::Check)?;
        self.cursor.blank();
        if self.cursor.punctuation(b'(') {
            return Ok(Step::Embedded);
        }
        self.inner_depth = 0;
        self.open_in_check = 0;
        self.check().map(Step::Return)
    }

    /// Goes on with a routine after the one above it gave `node`.
    fn resume(&mut self, frame: Frame, node: NodeId) -> Result<Step, Failure> {
        match frame {
            Frame::Check => Ok(Step::Return(node)),
            Frame::Not { at, negated } => Ok(Step::Return(if negated {
                let span = self.ast_span(at, node);
                self.ast.add(NodeKind::Not(node), at, span)
            } else {
                node
            })),
            Frame::Embedded => {
                self.cursor.blank();
                if self.cursor.punctuation(b')') {
                    return Ok(Step::Return(node));
                }
                self.partial = Some(node);
                self.stack.push(frame);
                self.fail(messages::CLOSE)
            }
            Frame::And { at, first } => {
                self.operands.push(node);
                self.cursor.blank();
                if self.cursor.keyword("and").is_some() {
                    self.stack.push(frame);
                    return self.after_keyword("and", Step::Not);
                }
                Ok(Step::Return(self.join(at, first, NodeKind::And)))
            }
            Frame::Or { at, first } => {
                self.operands.push(node);
                self.cursor.blank();
                if self.cursor.keyword("or").is_some() {
                    self.stack.push(frame);
                    return self.after_keyword("or", Step::And);
                }
                Ok(Step::Return(self.join(at, first, NodeKind::Or)))
            }
        }
    }

    /// After `and` or `or`: a blank and an operand, or at once a group, which is then the whole operand.
    fn after_keyword(&mut self, word: &'static str, operand: Step) -> Result<Step, Failure> {
        if self.cursor.blank() {
            Ok(operand)
        } else if self.cursor.punctuation(b'(') {
            Ok(Step::Embedded)
        } else {
            self.fail(messages::glued(word))
        }
    }

    /// The operands since `first` as one node; a single one stays itself.
    fn join(
        &mut self,
        at: usize,
        first: usize,
        kind: impl FnOnce(crate::ast::Children) -> NodeKind,
    ) -> NodeId {
        let operands = self.operands.get(first..).unwrap_or(&[]);
        let node = match operands {
            [] => self.missing(),
            [single] => *single,
            [head, .., tail] => {
                let span = self.ast.span(*head).cover(self.ast.span(*tail));
                let children = self.ast.add_children(operands);
                self.ast.add(kind(children), at, span)
            }
        };
        self.operands.truncate(first);
        node
    }

    fn ast_span(&self, at: usize, last: NodeId) -> Span {
        Span::from(at..at).cover(self.ast.span(last))
    }

    fn finish(&mut self, node: NodeId) -> Result<(), Failure> {
        if self.leaked_depth > 0 {
            let span = Span::empty(self.cursor.here());
            return Err(Failure { message: messages::UNBALANCED.into(), span, fatal: true });
        }
        if self.cursor.at_end() {
            return Ok(());
        }
        self.partial = Some(node);
        let last = match self.cursor.last() {
            Last::Source(span) => Cow::Borrowed(span.slice(self.cursor.text())),
            Last::Decoded(text) => self.ast.text_lossy(text),
        };
        self.fail(messages::trailing(&last))
    }
}
