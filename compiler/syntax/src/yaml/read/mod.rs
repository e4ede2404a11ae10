//! Tokens to nodes, on a stack of its own instead of recursion.

mod collection;
mod directive;

use std::collections::HashMap;

use crate::error::Parse;
use crate::span::{Position, Span, clamp};
use crate::yaml::read::collection::{Frame, FrameKind};
use crate::yaml::scan::Scanner;
use crate::yaml::token::{Kind, Token};
use crate::yaml::tree::{Yaml, YamlDocument, YamlId, YamlKind, YamlNode};
use crate::yaml::{YamlError, message};

/// What a text may ask for. The defaults are Falco's where it has a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nodes inside each other must stay below this (yaml-cpp: 500).
    pub depth: usize,
    /// How many nodes a document may have after every alias is replaced by what it stands for.
    pub expanded_nodes: u64,
    /// Bytes of a text.
    pub bytes: usize,
    /// The text is a part of a file: more than one document is an error, and so is a quoted scalar without its quote or
    /// a key without its colon at the end, since there the rest of the file decides.
    pub part: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { depth: 500, expanded_nodes: 1_000_000, bytes: 64 << 20, part: false }
    }
}

/// Reads one of the items that [`split`](crate::yaml::split) cut out. If every item of a file reads without error, the
/// file does too, and to the same nodes; if one does not, only [`read`] of the whole file tells Falco's verdict.
pub fn read_item(text: &str) -> Parse<Yaml, YamlError> {
    read_with(text, Limits { part: true, ..Limits::default() })
}

/// Reads a whole file with the default limits.
pub fn read(text: &str) -> Parse<Yaml, YamlError> {
    read_with(text, Limits::default())
}

/// Reads a text. After an error the tree holds the documents before it.
pub fn read_with(text: &str, limits: Limits) -> Parse<Yaml, YamlError> {
    if text.len() > limits.bytes {
        let error = YamlError { message: message::FILE_TOO_LARGE.into(), at: Position::default() };
        return Parse { tree: Yaml::default(), errors: vec![error] };
    }
    let mut reader = Reader {
        scanner: Scanner::new(text),
        source: text,
        tree: Yaml { source: text.into(), ..Yaml::default() },
        limits,
        stack: Vec::new(),
        elements: Vec::new(),
        anchors: HashMap::new(),
        sizes: Vec::new(),
        last_end: 0,
    };
    let mut errors: Vec<YamlError> = reader.stream().err().into_iter().collect();
    let Reader { scanner, mut tree, .. } = reader;
    tree.open_quote = scanner.open_quote.map(|(quote, _)| quote);
    tree.open_key = scanner.open_key.map(|key| key.at.offset);
    if limits.part && errors.is_empty() {
        let quote = scanner.open_quote.map(|(_, end)| (message::EOF_IN_SCALAR, end));
        let key = scanner.open_key.map(|key| (message::END_OF_MAP, key.at));
        errors.extend(quote.or(key).map(|(message, at)| YamlError { message: message.into(), at }));
    }
    tree.scalars = scanner.scalars;
    tree.comments = scanner.comments;
    Parse { tree, errors }
}

enum Step {
    /// A node comes next.
    Node,
    /// A node has been read for the collection on top.
    Done(YamlId),
    /// The collection on top goes on with its next entry.
    Entry,
}

struct Reader<'t> {
    scanner: Scanner<'t>,
    source: &'t str,
    tree: Yaml,
    limits: Limits,
    stack: Vec<Frame>,
    /// Finished elements of the open collections.
    elements: Vec<YamlId>,
    /// The latest node of each anchor name in the document.
    anchors: HashMap<&'t str, YamlId>,
    /// Nodes under each node with aliases expanded; 0 while it is being read.
    sizes: Vec<u64>,
    /// Where the last token that was taken ends.
    last_end: u32,
}

fn fail<T>(message: impl Into<std::borrow::Cow<'static, str>>, at: Position) -> Result<T, YamlError> {
    Err(YamlError { message: message.into(), at })
}

impl<'t> Reader<'t> {
    fn stream(&mut self) -> Result<(), YamlError> {
        loop {
            self.directives()?;
            let Some(first) = self.scanner.peek()? else { return Ok(()) };
            if self.limits.part && !self.tree.documents.is_empty() {
                return fail(message::END_OF_SEQ, first.at);
            }
            self.anchors.clear();
            if first.kind == Kind::DocStart {
                self.take();
            }
            let root = self.document()?;
            while let Some(token) = self.scanner.peek()?
                && token.kind == Kind::DocEnd
            {
                self.take();
            }
            if self.tree.is_null(root) {
                return Ok(());
            }
            self.tree.documents.push(YamlDocument { root, at: first.at.offset });
        }
    }

    fn document(&mut self) -> Result<YamlId, YamlError> {
        self.stack.clear();
        self.elements.clear();
        let mut step = Step::Node;
        loop {
            step = match step {
                Step::Node => self.node()?,
                Step::Entry => self.entry()?,
                Step::Done(node) => match self.stack.last_mut() {
                    None => return Ok(node),
                    Some(frame) => {
                        self.elements.push(node);
                        frame.value_next = !frame.value_next;
                        Step::Entry
                    }
                },
            };
        }
    }

    fn add(&mut self, kind: YamlKind, span: Span, at: u32) -> YamlId {
        let id = YamlId(clamp(self.tree.nodes.len()));
        self.tree.nodes.push(YamlNode { kind, span, at });
        self.sizes.push(1);
        id
    }

    /// A value that is not written. Falco puts it at `at`, often the next token; its span is just past the last one.
    fn null(&mut self, at: Position) -> YamlId {
        self.add(YamlKind::Null, Span::empty(self.last_end.min(at.offset)), at.offset)
    }

    /// Drops the token just peeked.
    fn take(&mut self) {
        if let Some(token) = self.scanner.take() {
            self.last_end = token.span.end;
        }
    }

    /// A node: its properties, then a scalar, an alias or the start of a collection.
    fn node(&mut self) -> Result<Step, YamlError> {
        if self.stack.len() + 1 >= self.limits.depth {
            return fail(message::BAD_FILE, self.scanner.position());
        }
        let Some(first) = self.scanner.peek()? else {
            let at = self.scanner.position();
            return Ok(Step::Done(self.null(at)));
        };
        let at = first.at.offset;
        match first.kind {
            Kind::Value => return Ok(self.open(FrameKind::ValueOnly, first, at, None)),
            Kind::Alias => return self.alias(first).map(Step::Done),
            _ => {}
        }
        let (tagged, anchor) = self.properties()?;
        let Some(token) = self.scanner.peek()? else {
            let node = self.null(first.at);
            self.name(anchor, node);
            return Ok(Step::Done(node));
        };
        let open = match token.kind {
            Kind::Scalar(data) => {
                let null = !tagged && self.scanner.scalars.is_null(self.source, data);
                let kind = if null { YamlKind::Null } else { YamlKind::Scalar(data) };
                self.take();
                let node = self.add(kind, token.span, at);
                self.name(anchor, node);
                return Ok(Step::Done(node));
            }
            Kind::FlowSeqStart => Some(FrameKind::FlowSeq),
            Kind::BlockSeqStart => Some(FrameKind::BlockSeq),
            Kind::FlowMapStart => Some(FrameKind::FlowMap),
            Kind::BlockMapStart => Some(FrameKind::BlockMap),
            Kind::Key if self.stack.last().is_some_and(|frame| frame.kind == FrameKind::FlowSeq) => {
                Some(FrameKind::CompactMap)
            }
            _ => None,
        };
        if let Some(kind) = open {
            return Ok(self.open(kind, token, at, anchor));
        }
        // Nothing is written: null, or an empty text if there is a tag.
        let node = if tagged {
            let data = self.scanner.empty_scalar();
            self.add(YamlKind::Scalar(data), Span::empty(first.span.end), at)
        } else {
            self.null(first.at)
        };
        self.name(anchor, node);
        Ok(Step::Done(node))
    }

    /// Tags and an anchor before a node: whether it has a tag, and the anchor's name.
    fn properties(&mut self) -> Result<(bool, Option<&'t str>), YamlError> {
        let (mut tagged, mut anchor) = (false, None);
        while let Some(token) = self.scanner.peek()? {
            self.tree.has_properties |= matches!(token.kind, Kind::Tag { .. } | Kind::Anchor);
            match token.kind {
                Kind::Tag { empty } => {
                    if tagged {
                        return fail(message::MULTIPLE_TAGS, token.at);
                    }
                    tagged = !empty;
                }
                Kind::Anchor => {
                    if anchor.is_some() {
                        return fail(message::MULTIPLE_ANCHORS, token.at);
                    }
                    anchor = Some(self.indicated(token));
                }
                _ => break,
            }
            self.take();
        }
        Ok((tagged, anchor))
    }

    /// The name in an anchor or alias token.
    fn indicated(&self, token: Token) -> &'t str {
        token.span.slice(self.source).get(1..).unwrap_or("")
    }

    fn name(&mut self, anchor: Option<&'t str>, node: YamlId) {
        if let Some(name) = anchor {
            self.anchors.insert(name, node);
        }
    }

    fn alias(&mut self, token: Token) -> Result<YamlId, YamlError> {
        let name = self.indicated(token);
        let Some(&target) = self.anchors.get(name) else {
            return fail(format!("{}{name}", message::UNKNOWN_ANCHOR), token.at);
        };
        let size = self.sizes.get(target.0 as usize).copied().unwrap_or(0);
        if size == 0 {
            return fail(message::ALIAS_LOOP, token.at);
        }
        self.take();
        let node = self.add(YamlKind::Alias(target), token.span, token.at.offset);
        if let Some(own) = self.sizes.get_mut(node.0 as usize) {
            *own = size;
        }
        if self.too_large(size) {
            return fail(message::ALIASES_TOO_LARGE, token.at);
        }
        Ok(node)
    }

    /// Whether aliases made too much of what is written.
    fn too_large(&self, size: u64) -> bool {
        let written = u64::try_from(self.tree.nodes.len()).unwrap_or(u64::MAX);
        size > self.limits.expanded_nodes.max(written)
    }
}
