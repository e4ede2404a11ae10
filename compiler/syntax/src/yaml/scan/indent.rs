//! Which block collections are open, and which tokens may yet turn out to be keys.

use crate::span::{Position, clamp};
use crate::yaml::input::is_gap;
use crate::yaml::scan::Scanner;
use crate::yaml::token::{Kind, Status};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum IndentKind {
    None,
    Map,
    Seq,
}

pub(super) struct Indent {
    column: i64,
    kind: IndentKind,
    status: Status,
    /// Number of the token that opens the collection.
    token: usize,
}

/// A place that turns out to be a key if a `:` follows on the same line.
#[derive(Clone, Copy)]
pub(super) struct SimpleKey {
    at: Position,
    flow_level: usize,
    /// Index in `indents` of the mapping it would open, and number of that mapping's token.
    indent: Option<usize>,
    token: usize,
}

/// Bytes that a key may have before its `:`.
const SIMPLE_KEY_BYTES: u32 = 1024;

impl Scanner<'_> {
    /// The level outside every collection.
    pub(super) fn start_indents(&mut self) {
        self.indents.push(Indent { column: -1, kind: IndentKind::None, status: Status::Valid, token: 0 });
        self.indent_stack.push(0);
    }

    fn top_indent(&self) -> Option<&Indent> {
        self.indent_stack.last().and_then(|&index| self.indents.get(index))
    }

    pub(super) fn top_column(&self) -> i64 {
        self.top_indent().map_or(0, |indent| indent.column)
    }

    /// Opens a collection at `column` if that is further in than the one open; gives its index in `indents`.
    pub(super) fn push_indent(&mut self, column: i64, kind: IndentKind, status: Status) -> Option<usize> {
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

    pub(super) fn pop_indents_to_here(&mut self) {
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

    pub(super) fn pop_all_indents(&mut self) {
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
    pub(super) fn possible_key(&mut self) {
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

    pub(super) fn invalidate_simple_key(&mut self) {
        let level = self.flows.len();
        if let Some(&key) = self.simple_keys.last()
            && key.flow_level == level
        {
            self.settle(key, Status::Invalid);
            self.simple_keys.pop();
        }
    }

    /// Whether the `:` here, or the end of an entry, makes a key of what came before.
    pub(super) fn verify_simple_key(&mut self) -> bool {
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
}
