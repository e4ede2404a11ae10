//! Collections: their entries one by one, and their end.

use crate::span::{Position, Span, clamp};
use crate::yaml::read::{Reader, Step, fail};
use crate::yaml::token::{Kind, Token};
use crate::yaml::tree::{Pair, Run, YamlId, YamlKind, YamlNode};
use crate::yaml::{YamlError, message};

/// A collection being read.
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    at: u32,
    /// Start of the collection's own text.
    start: u32,
    anchor: Option<YamlId>,
    /// Where its elements begin among those of all open collections. Mappings alternate keys and values.
    first: usize,
    /// For mappings: the token that began the current entry.
    entry: Position,
    /// For mappings: a key has been read and its value comes next.
    pub(super) value_next: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FrameKind {
    BlockSeq,
    FlowSeq,
    BlockMap,
    FlowMap,
    /// `key: value` inside a flow sequence, without braces.
    CompactMap,
    /// `: value` without a key.
    ValueOnly,
}

impl<'t> Reader<'t> {
    /// Begins a collection at `token`. Its node is added at once, to be there for its anchor.
    pub(super) fn open(&mut self, kind: FrameKind, token: Token, at: u32, anchor: Option<&'t str>) -> Step {
        let start = token.at.offset;
        let id = anchor.map(|name| {
            let id = self.add(YamlKind::Null, Span::empty(start), at);
            if let Some(size) = self.sizes.get_mut(id.0 as usize) {
                *size = 0;
            }
            self.anchors.insert(name, id);
            id
        });
        let first = self.elements.len();
        let mut frame = Frame { kind, at, start, anchor: id, first, entry: token.at, value_next: false };
        if matches!(kind, FrameKind::ValueOnly) {
            let key = self.null(token.at);
            self.elements.push(key);
            frame.value_next = true;
        }
        // A compact mapping begins with its key token, which `entry` reads.
        if !matches!(kind, FrameKind::CompactMap | FrameKind::ValueOnly) {
            self.take();
        }
        self.stack.push(frame);
        Step::Entry
    }

    /// The next part of the collection on top.
    pub(super) fn entry(&mut self) -> Result<Step, YamlError> {
        let Some(frame) = self.stack.last() else { return Ok(Step::Node) };
        match frame.kind {
            FrameKind::BlockSeq => self.block_sequence(),
            FrameKind::FlowSeq => self.flow_sequence(),
            FrameKind::BlockMap | FrameKind::FlowMap => self.mapping(),
            FrameKind::CompactMap | FrameKind::ValueOnly => self.single_pair(),
        }
    }

    fn expect(&mut self, missing: &'static str) -> Result<Token, YamlError> {
        match self.scanner.peek()? {
            Some(token) => Ok(token),
            None => fail(missing, self.scanner.position()),
        }
    }

    fn block_sequence(&mut self) -> Result<Step, YamlError> {
        let token = self.expect(message::END_OF_SEQ)?;
        match token.kind {
            Kind::BlockEntry => self.take(),
            Kind::BlockSeqEnd => {
                self.take();
                return self.close(None);
            }
            _ => return fail(message::END_OF_SEQ, token.at),
        }
        match self.scanner.peek()? {
            Some(next) if matches!(next.kind, Kind::BlockEntry | Kind::BlockSeqEnd) => {
                Ok(Step::Done(self.null(next.at)))
            }
            _ => Ok(Step::Node),
        }
    }

    fn flow_sequence(&mut self) -> Result<Step, YamlError> {
        let has_element = self.stack.last().is_some_and(|frame| self.elements.len() > frame.first);
        let token = self.expect(message::END_OF_SEQ_FLOW)?;
        if token.kind == Kind::FlowSeqEnd {
            self.take();
            return self.close(Some(token.span.end));
        }
        if has_element {
            if token.kind != Kind::FlowEntry {
                return fail(message::END_OF_SEQ_FLOW, token.at);
            }
            self.take();
            let next = self.expect(message::END_OF_SEQ_FLOW)?;
            if next.kind == Kind::FlowSeqEnd {
                self.take();
                return self.close(Some(next.span.end));
            }
        }
        Ok(Step::Node)
    }

    fn mapping(&mut self) -> Result<Step, YamlError> {
        let Some(frame) = self.stack.last() else { return Ok(Step::Node) };
        let flow = frame.kind == FrameKind::FlowMap;
        if frame.value_next {
            return self.value();
        }
        let has_entry = self.elements.len() > frame.first;
        let missing = if flow { message::END_OF_MAP_FLOW } else { message::END_OF_MAP };
        let mut token = self.expect(missing)?;
        if flow {
            if has_entry && token.kind == Kind::FlowEntry {
                self.take();
                token = self.expect(missing)?;
            } else if has_entry && token.kind != Kind::FlowMapEnd {
                return fail(missing, token.at);
            }
        }
        if let Some(frame) = self.stack.last_mut() {
            frame.entry = token.at;
        }
        match token.kind {
            Kind::Key => {
                self.take();
                Ok(Step::Node)
            }
            Kind::BlockMapEnd if !flow => {
                self.take();
                self.close(None)
            }
            Kind::FlowMapEnd if flow => {
                self.take();
                self.close(Some(token.span.end))
            }
            Kind::Value => Ok(Step::Done(self.null(token.at))),
            _ if flow => Ok(Step::Done(self.null(token.at))),
            _ => fail(missing, token.at),
        }
    }

    /// The value of the entry whose key has been read.
    fn value(&mut self) -> Result<Step, YamlError> {
        match self.scanner.peek()? {
            Some(token) if token.kind == Kind::Value => {
                self.take();
                Ok(Step::Node)
            }
            _ => {
                let at = self.stack.last().map_or(Position::default(), |frame| frame.entry);
                Ok(Step::Done(self.null(at)))
            }
        }
    }

    /// A mapping of one entry inside a flow sequence.
    fn single_pair(&mut self) -> Result<Step, YamlError> {
        let Some(frame) = self.stack.last() else { return Ok(Step::Node) };
        if frame.value_next {
            return self.value();
        }
        if self.elements.len() > frame.first {
            return self.close(None);
        }
        // The key token.
        self.take();
        Ok(Step::Node)
    }

    /// Ends the collection on top; `end` is where its bracket ends.
    fn close(&mut self, end: Option<u32>) -> Result<Step, YamlError> {
        let Some(frame) = self.stack.pop() else { return Ok(Step::Node) };
        let elements = self.elements.get(frame.first..).unwrap_or(&[]);
        let size_of = |id: &YamlId| self.sizes.get(id.0 as usize).copied().unwrap_or(0);
        let size = elements.iter().map(size_of).fold(1, u64::saturating_add);
        if self.too_large(size) {
            return fail(message::ALIASES_TOO_LARGE, self.scanner.position());
        }
        let last_end = elements.iter().map(|id| self.tree.span(*id).end).max().unwrap_or(frame.start);
        let span = Span::new(frame.start, end.unwrap_or(last_end));
        let kind = if matches!(frame.kind, FrameKind::BlockSeq | FrameKind::FlowSeq) {
            let start = clamp(self.tree.links.len());
            self.tree.links.extend_from_slice(elements);
            YamlKind::Sequence(Run { start, end: clamp(self.tree.links.len()) })
        } else {
            let start = clamp(self.tree.pairs.len());
            let pairs = elements.chunks_exact(2).filter_map(|pair| match *pair {
                [key, value] => Some(Pair { key, value }),
                _ => None,
            });
            self.tree.pairs.extend(pairs);
            YamlKind::Mapping(Run { start, end: clamp(self.tree.pairs.len()) })
        };
        self.elements.truncate(frame.first);
        let id = match frame.anchor {
            Some(id) => {
                if let Some(node) = self.tree.nodes.get_mut(id.0 as usize) {
                    *node = YamlNode { kind, span, at: frame.at };
                }
                id
            }
            None => self.add(kind, span, frame.at),
        };
        if let Some(own) = self.sizes.get_mut(id.0 as usize) {
            *own = size;
        }
        Ok(Step::Done(id))
    }
}
