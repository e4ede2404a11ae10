//! Going on after an error, so that an editor has a tree for the rest and sees all errors.

use crate::ast::NodeId;
use crate::condition::boolean::{Frame, Parser, Step};
use crate::condition::cursor::{Last, is_blank};

/// Errors after which the parser stops trying; keeps the work linear.
const MAX_ERRORS: usize = 32;

impl Parser<'_> {
    /// Where to go on after a reported error; `None` when the parse is over, with its tree in `partial`.
    pub(super) fn recover(&mut self) -> Option<Step> {
        self.drop_repeated_error();
        if self.errors.len() >= MAX_ERRORS {
            return None;
        }
        match self.stack.last() {
            Some(Frame::Embedded) => {
                let node = self.taken_partial();
                if self.value_was_keyword() {
                    return Some(self.operand_after(node));
                }
                self.cursor.skip_to(self.next_stop(0));
                if self.cursor.rest().starts_with(')') {
                    return Some(Step::Return(node));
                }
                if self.cursor.at_end() {
                    self.stack.pop();
                    return Some(Step::Return(node));
                }
                Some(self.continue_with(node))
            }
            Some(Frame::And { .. }) if !self.cursor.at_end() => Some(Step::Not),
            Some(Frame::Or { .. }) if !self.cursor.at_end() => Some(Step::And),
            Some(_) => {
                let node = self.taken_partial();
                let open = std::mem::take(&mut self.open_in_check);
                self.cursor.skip_to(self.next_stop(open));
                Some(Step::Return(node))
            }
            None => {
                let node = self.taken_partial();
                if self.value_was_keyword() {
                    return Some(self.operand_after(node));
                }
                loop {
                    self.cursor.skip_to(self.next_stop(0));
                    if !self.cursor.rest().starts_with(')') {
                        break;
                    }
                    let past = self.cursor.at() + 1;
                    self.cursor.skip_to(past);
                    self.cursor.blank();
                }
                if self.cursor.at_end() {
                    self.partial = Some(node);
                    return None;
                }
                Some(self.continue_with(node))
            }
        }
    }

    fn taken_partial(&mut self) -> NodeId {
        self.inner_depth = 0;
        self.partial.take().unwrap_or_else(|| self.missing())
    }

    /// Makes `node` the first operand of the `and` or `or` that stands here.
    fn continue_with(&mut self, node: NodeId) -> Step {
        let at = self.ast.span(node).start as usize;
        let first = self.operands.len();
        self.stack.push(Frame::Or { at, first });
        self.stack.push(Frame::And { at, first });
        Step::Return(node)
    }

    /// Whether the last token is an `and` or `or` that a check without value took for its value, as in `a.b = and c`,
    /// and an operand follows.
    fn value_was_keyword(&self) -> bool {
        match self.cursor.last() {
            Last::Source(span) => {
                matches!(span.slice(self.cursor.text()), "and" | "or") && self.cursor.peek_operand().is_some()
            }
            Last::Decoded(_) => false,
        }
    }

    /// Reads an operand beside `node`.
    fn operand_after(&mut self, node: NodeId) -> Step {
        let at = self.ast.span(node).start as usize;
        let first = self.operands.len();
        self.stack.push(Frame::Or { at, first });
        self.stack.push(Frame::And { at, first });
        self.operands.push(node);
        Step::Not
    }

    /// One mistake is one error: what follows from it at the same place says nothing new.
    fn drop_repeated_error(&mut self) {
        if let [.., before, last] = self.errors.as_slice()
            && before.offset == last.offset
        {
            self.errors.pop();
        }
    }

    /// The next `)`, `and` or `or` outside quotes and parentheses, `open` of which are open here, or the end.
    fn next_stop(&self, open: u32) -> usize {
        let found = self.stop_from(open);
        // A parenthesis that is never closed must not swallow the rest.
        if open > 0 && found >= self.cursor.text().len() { self.stop_from(0) } else { found }
    }

    fn stop_from(&self, open: u32) -> usize {
        let bytes = self.cursor.text().as_bytes();
        let mut at = self.cursor.at();
        let mut open = open;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' | b'\'' => {
                    let rest = bytes.get(at + 1..).unwrap_or(&[]);
                    at += rest.iter().position(|&other| other == byte).map_or(0, |length| length + 1);
                }
                b'(' => open += 1,
                b')' if open == 0 => return at,
                b')' => open -= 1,
                b'a' | b'o' if open == 0 && self.keyword_at(bytes, at) => return at,
                _ => {}
            }
            at += 1;
        }
        bytes.len()
    }

    fn keyword_at(&self, bytes: &[u8], at: usize) -> bool {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        let starts = before.is_none_or(|&byte| is_blank(byte) || byte == b')');
        let ends = |word: &[u8]| {
            rest.strip_prefix(word)
                .is_some_and(|after| after.first().is_none_or(|&byte| is_blank(byte) || byte == b'('))
        };
        starts && (ends(b"and") || ends(b"or"))
    }
}
