//! Transformers and their arguments, nested to any depth on an explicit stack.

use crate::ast::{Ast, NodeId, NodeKind};
use crate::condition::boolean::{Failure, Parser};
use crate::condition::messages;
use crate::token::{Operand, TransformerName};

/// What is being read inside a transformer.
enum Frame {
    /// The arguments of a transformer. One level of Falco's depth, and one more for the argument being read.
    Arguments { name: TransformerName, at: usize, start: usize, first: usize },
    /// A parenthesised list that is an argument; no level of its own.
    List { at: usize, first: usize, start: usize },
}

enum Step {
    Arguments { name: TransformerName, at: usize, start: usize },
    Argument,
    ListArgument { at: usize },
    Return(NodeId),
}

/// Levels that a transformer and its current argument count for.
const LEVELS: u32 = 2;

impl Parser<'_> {
    /// A field or transformer on the right side of an operator, if one stands here. Falco enters a routine to see.
    pub(super) fn transformed_field(&mut self) -> Result<Option<NodeId>, Failure> {
        self.guard()?;
        self.cursor.blank();
        let at = self.cursor.at();
        let Some((Operand::Transformer(name), len)) = self.cursor.peek_operand() else { return Ok(None) };
        self.cursor.take_operand(Operand::Transformer(name), len);
        self.open_in_check += 1;
        self.cursor.blank();
        self.inner_depth += 1;
        let node = if name == TransformerName::Val { self.val(at) } else { self.transformer(name, at) };
        self.inner_depth -= 1;
        node.map(Some)
    }

    /// The rest of `val(`.
    fn val(&mut self, at: usize) -> Result<NodeId, Failure> {
        let field_at = self.cursor.at();
        let Some((Operand::Field, len)) = self.cursor.peek_operand() else {
            return self.fail(messages::FIELD_IN_VAL);
        };
        let name = self.cursor.take_operand(Operand::Field, len);
        let field = self.field(name, field_at)?;
        self.cursor.blank();
        self.close_transformer()?;
        let arg = self.argument()?;
        let args = self.ast.add_children(&[field]);
        let span = self.cursor.since(at);
        Ok(self.ast.add(NodeKind::Transformer { name: TransformerName::Val, args, arg }, at, span))
    }

    fn close_transformer(&mut self) -> Result<(), Failure> {
        if !self.cursor.punctuation(b')') {
            return self.fail(messages::CLOSE_TRANSFORMER);
        }
        self.open_in_check = self.open_in_check.saturating_sub(1);
        Ok(())
    }

    /// The rest of a transformer after its parenthesis and blanks.
    pub(super) fn transformer(&mut self, name: TransformerName, at: usize) -> Result<NodeId, Failure> {
        let (depth, operands) = (self.inner_depth, self.operands.len());
        let node = self.transformer_inner(name, at);
        self.inner_depth = depth;
        self.operands.truncate(operands);
        node
    }

    fn transformer_inner(&mut self, name: TransformerName, at: usize) -> Result<NodeId, Failure> {
        let mut stack: Vec<Frame> = Vec::new();
        let mut step = Step::Arguments { name, at, start: at };
        loop {
            step = match step {
                Step::Arguments { name, at, start } => {
                    self.guard()?;
                    self.inner_depth += LEVELS;
                    stack.push(Frame::Arguments { name, at, start, first: self.operands.len() });
                    self.cursor.blank();
                    Step::Argument
                }
                Step::Argument => self.transformer_argument(&mut stack)?,
                Step::ListArgument { at } => self.list_argument(at)?,
                Step::Return(node) => match stack.pop() {
                    None => return Ok(node),
                    Some(frame) => self.after_argument(frame, node, &mut stack)?,
                },
            };
        }
    }

    /// One argument. Its node's position is directly after the parenthesis or comma, before blanks.
    fn transformer_argument(&mut self, stack: &mut Vec<Frame>) -> Result<Step, Failure> {
        let at = self.cursor.at();
        // The argument's own level was added with its transformer's.
        self.inner_depth -= 1;
        let allowed = self.guard();
        self.inner_depth += 1;
        allowed?;
        self.cursor.blank();
        if let Some(span) = self.cursor.number() {
            return Ok(Step::Return(self.ast.add(NodeKind::Value(Ast::source_text(span)), at, span)));
        }
        if let Some((text, span)) = self.quoted()? {
            return Ok(Step::Return(self.ast.add(NodeKind::Value(text), at, span)));
        }
        match self.cursor.peek_operand() {
            Some((Operand::Group, len)) => {
                let start = self.cursor.at();
                self.cursor.take_operand(Operand::Group, len);
                self.open_in_check += 1;
                self.cursor.blank();
                if self.cursor.punctuation(b')') {
                    self.open_in_check -= 1;
                    let children = self.ast.add_children(&[]);
                    let span = self.cursor.since(start);
                    return Ok(Step::Return(self.ast.add(NodeKind::TransformerList(children), at, span)));
                }
                stack.push(Frame::List { at, first: self.operands.len(), start });
                Ok(Step::ListArgument { at })
            }
            Some((Operand::Transformer(name), len)) if name != TransformerName::Val => {
                let start = self.cursor.at();
                self.cursor.take_operand(Operand::Transformer(name), len);
                self.open_in_check += 1;
                Ok(Step::Arguments { name, at, start })
            }
            Some((Operand::Field, len)) => {
                let name = self.cursor.take_operand(Operand::Field, len);
                self.field(name, at).map(Step::Return)
            }
            _ => self.fail(messages::TRANSFORMER_ARGUMENT),
        }
    }

    /// One element of a list argument. All have the list's position.
    fn list_argument(&mut self, at: usize) -> Result<Step, Failure> {
        match self.cursor.peek_operand() {
            Some((Operand::Field, len)) => {
                let name = self.cursor.take_operand(Operand::Field, len);
                return self.field(name, at).map(Step::Return);
            }
            Some((Operand::Transformer(name), len)) if name != TransformerName::Val => {
                let start = self.cursor.at();
                self.cursor.take_operand(Operand::Transformer(name), len);
                self.open_in_check += 1;
                self.cursor.blank();
                return Ok(Step::Arguments { name, at, start });
            }
            _ => {}
        }
        if let Some((text, span)) = self.quoted()? {
            return Ok(Step::Return(self.ast.add(NodeKind::Value(text), at, span)));
        }
        match self.cursor.number() {
            Some(span) => Ok(Step::Return(self.ast.add(NodeKind::Value(Ast::source_text(span)), at, span))),
            None => self.fail(messages::LIST_ARGUMENT),
        }
    }

    fn after_argument(
        &mut self,
        frame: Frame,
        node: NodeId,
        stack: &mut Vec<Frame>,
    ) -> Result<Step, Failure> {
        self.operands.push(node);
        self.cursor.blank();
        let more = self.cursor.punctuation(b',');
        match frame {
            Frame::Arguments { .. } if more => {
                stack.push(frame);
                Ok(Step::Argument)
            }
            Frame::List { at, .. } if more => {
                stack.push(frame);
                self.cursor.blank();
                Ok(Step::ListArgument { at })
            }
            Frame::Arguments { name, at, start, first } => {
                self.close_transformer()?;
                self.inner_depth -= LEVELS;
                let leave = self.without_root_argument && stack.is_empty();
                let arg = if leave { None } else { self.argument()? };
                let args = self.ast.add_children(self.operands.get(first..).unwrap_or(&[]));
                self.operands.truncate(first);
                let span = self.cursor.since(start);
                Ok(Step::Return(self.ast.add(NodeKind::Transformer { name, args, arg }, at, span)))
            }
            Frame::List { at, first, start } => {
                if !self.cursor.punctuation(b')') {
                    return self.fail(messages::CLOSE_LIST_ARGUMENT);
                }
                self.open_in_check -= 1;
                let children = self.ast.add_children(self.operands.get(first..).unwrap_or(&[]));
                self.operands.truncate(first);
                let span = self.cursor.since(start);
                Ok(Step::Return(self.ast.add(NodeKind::TransformerList(children), at, span)))
            }
        }
    }
}
