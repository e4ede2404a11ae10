//! Tokens to nodes, on a stack of its own instead of recursion.

use std::collections::HashMap;

use crate::error::Parse;
use crate::span::{Position, Span, clamp};
use crate::yaml::scan::Scanner;
use crate::yaml::token::{Kind, Token};
use crate::yaml::tree::{Pair, Run, Yaml, YamlDocument, YamlId, YamlKind, YamlNode};
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
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { depth: 500, expanded_nodes: 1_000_000, bytes: 64 << 20 }
    }
}

/// Reads a text with the default limits.
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
    let errors = reader.stream().err().into_iter().collect();
    let Reader { scanner, mut tree, .. } = reader;
    tree.scalars = scanner.scalars;
    tree.comments = scanner.comments;
    Parse { tree, errors }
}

/// A collection being read.
struct Frame {
    kind: FrameKind,
    at: u32,
    /// Start of the collection's own text.
    start: u32,
    anchor: Option<YamlId>,
    /// Where its elements begin among those of all open collections. Mappings alternate keys and values.
    first: usize,
    /// For mappings: the token that began the current entry.
    entry: Position,
    /// For mappings: a key has been read and its value comes next.
    value_next: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    BlockSeq,
    FlowSeq,
    BlockMap,
    FlowMap,
    /// `key: value` inside a flow sequence, without braces.
    CompactMap,
    /// `: value` without a key.
    ValueOnly,
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

    /// Directives before a document.
    fn directives(&mut self) -> Result<(), YamlError> {
        let (mut version, mut tags) = (false, Vec::new());
        while let Some(token) = self.scanner.peek()?
            && token.kind == Kind::Directive
        {
            let text = token.span.slice(self.source).strip_prefix('%').unwrap_or("");
            let mut words = text.split([' ', '\t']).filter(|word| !word.is_empty());
            let name = words.next();
            let params: Vec<&str> = words.collect();
            match (name, params.as_slice()) {
                (Some("YAML"), [param]) => {
                    if std::mem::replace(&mut version, true) {
                        return fail(message::REPEATED_YAML_DIRECTIVE, token.at);
                    }
                    let numbers = param.split_once('.').and_then(|(major, minor)| {
                        minor.parse::<u32>().ok()?;
                        major.parse::<u32>().ok()
                    });
                    match numbers {
                        None => return fail(format!("{}{param}", message::YAML_VERSION), token.at),
                        Some(major) if major > 1 => return fail(message::YAML_MAJOR_VERSION, token.at),
                        Some(_) => {}
                    }
                }
                (Some("YAML"), _) => return fail(message::YAML_DIRECTIVE_ARGS, token.at),
                (Some("TAG"), &[handle, _]) => {
                    if tags.contains(&handle) {
                        return fail(message::REPEATED_TAG_DIRECTIVE, token.at);
                    }
                    tags.push(handle);
                }
                (Some("TAG"), _) => return fail(message::TAG_DIRECTIVE_ARGS, token.at),
                _ => {}
            }
            self.take();
        }
        Ok(())
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

    /// Begins a collection at `token`. Its node is added at once, to be there for its anchor.
    fn open(&mut self, kind: FrameKind, token: Token, at: u32, anchor: Option<&'t str>) -> Step {
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
    fn entry(&mut self) -> Result<Step, YamlError> {
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
