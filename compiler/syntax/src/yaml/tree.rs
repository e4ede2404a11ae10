//! The tree of a YAML text: nodes in an arena with their spans, scalars with the map to their source.

use crate::span::{Span, clamp};
use crate::yaml::scalar::{Decoder, Segment};
use crate::yaml::scalar_map::ScalarMap;

/// Index of a node in its [`Yaml`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct YamlId(pub(super) u32);

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScalarStyle {
    /// Unquoted.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// A scalar's text: where its bytes are and how they relate to the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalarData {
    pub(super) start: u32,
    pub(super) end: u32,
    /// The text is in the decoded buffer, not in the source.
    pub(super) decoded: bool,
    pub(super) style: ScalarStyle,
    pub(super) segments: (u32, u32),
    /// Where the source of the text ends; beyond the node's span when a block scalar keeps line breaks.
    pub(super) source_end: u32,
}

/// One entry of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The key.
    pub key: YamlId,
    /// The value; null when none is written.
    pub value: YamlId,
}

/// A run of nodes or pairs in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YamlKind {
    /// Nothing, `~`, or plain `null` (also `Null`, `NULL`), untagged.
    Null,
    /// A scalar; all scalars are text.
    Scalar(ScalarData),
    /// A sequence; see [`Yaml::elements`].
    Sequence(Run),
    /// A mapping; see [`Yaml::pairs`].
    Mapping(Run),
    /// `*name`; see [`Yaml::resolve`].
    Alias(YamlId),
}

/// A node and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YamlNode {
    /// What it is.
    pub kind: YamlKind,
    /// The node itself: quotes and brackets included; a block scalar from its indicator. Empty for a missing value.
    pub span: Span,
    /// Where Falco says the node is: its anchor or tag if it has one, else its first byte; a block mapping is at its
    /// first key, a block sequence at its first dash, a missing value at what follows it.
    pub at: u32,
}

/// A document of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YamlDocument {
    /// Its outermost node.
    pub root: YamlId,
    /// Where its first token stands, such as `---`.
    pub at: u32,
}

/// The nodes of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Yaml {
    pub(super) source: Box<str>,
    pub(super) scalars: ScalarStore,
    pub(super) nodes: Vec<YamlNode>,
    pub(super) links: Vec<YamlId>,
    pub(super) pairs: Vec<Pair>,
    pub(super) comments: Vec<Span>,
    pub(super) documents: Vec<YamlDocument>,
    pub(super) open_quote: Option<Span>,
    pub(super) open_key: Option<u32>,
    /// Whether a node has an anchor or a tag.
    pub(super) has_properties: bool,
}

impl Yaml {
    /// The text that was read; all spans refer to it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The documents in order, up to and without the first whose root is null: there Falco stops reading.
    pub fn documents(&self) -> &[YamlDocument] {
        &self.documents
    }

    /// Comments in order, from `#` to before the line break.
    pub fn comments(&self) -> &[Span] {
        &self.comments
    }

    /// A quoted scalar without its closing quote. Falco accepts one at the very end of a file whose last line has a
    /// line break; nobody means it.
    pub fn open_quote(&self) -> Option<Span> {
        self.open_quote
    }

    /// Where a line at the end of the text stands that could be a key but has no colon. Falco takes it for a key with a
    /// null value; anywhere else in a file it is an error.
    pub fn open_key(&self) -> Option<u32> {
        self.open_key
    }

    /// Whether another tree has the same nodes with the same values, styles and links, wherever they stand.
    pub fn same_nodes(&self, other: &Yaml) -> bool {
        let same = |(index, (a, b)): (usize, (&YamlNode, &YamlNode))| match (a.kind, b.kind) {
            (YamlKind::Scalar(a), YamlKind::Scalar(b)) => {
                let id = YamlId(clamp(index));
                a.style == b.style && self.text(id) == other.text(id)
            }
            (a, b) => a == b,
        };
        let roots = |yaml: &Yaml| yaml.documents.iter().map(|document| document.root).collect::<Vec<_>>();
        self.nodes.len() == other.nodes.len()
            && self.links == other.links
            && self.pairs == other.pairs
            && roots(self) == roots(other)
            && self.nodes.iter().zip(&other.nodes).enumerate().all(same)
    }

    /// How many nodes there are, aliases not expanded.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A node as written. An id of another tree gives some node of this one, or null.
    pub fn node(&self, id: YamlId) -> YamlNode {
        *self.written(id)
    }

    #[inline]
    fn written(&self, id: YamlId) -> &YamlNode {
        static NULL: YamlNode = YamlNode { kind: YamlKind::Null, span: Span::empty(0), at: 0 };
        self.nodes.get(id.0 as usize).unwrap_or(&NULL)
    }

    /// What `id` stands for.
    #[inline]
    fn meant(&self, id: YamlId) -> &YamlNode {
        let node = self.written(id);
        if let YamlKind::Alias(target) = node.kind { self.written(target) } else { node }
    }

    /// The node that `id` stands for: the anchored node for an alias, else itself. Falco reports an alias where its
    /// anchor is.
    pub fn resolve(&self, id: YamlId) -> YamlId {
        match self.written(id).kind {
            YamlKind::Alias(target) => target,
            _ => id,
        }
    }

    /// The kind of what `id` stands for; never `Alias`.
    pub fn kind(&self, id: YamlId) -> YamlKind {
        self.meant(id).kind
    }

    /// The span of the node as written.
    pub fn span(&self, id: YamlId) -> Span {
        self.written(id).span
    }

    /// Falco's offset of what `id` stands for.
    pub fn at(&self, id: YamlId) -> u32 {
        self.meant(id).at
    }

    /// Whether the value is null.
    pub fn is_null(&self, id: YamlId) -> bool {
        matches!(self.meant(id).kind, YamlKind::Null)
    }

    /// The decoded text of a scalar; `None` for anything else, null included.
    #[inline]
    pub fn text(&self, id: YamlId) -> Option<&str> {
        match &self.meant(id).kind {
            YamlKind::Scalar(data) => Some(self.scalars.text(&self.source, *data)),
            _ => None,
        }
    }

    /// How a scalar is written.
    pub fn style(&self, id: YamlId) -> Option<ScalarStyle> {
        match self.kind(id) {
            YamlKind::Scalar(data) => Some(data.style),
            _ => None,
        }
    }

    /// The elements of a sequence; none for anything else.
    pub fn elements(&self, id: YamlId) -> &[YamlId] {
        match &self.meant(id).kind {
            YamlKind::Sequence(run) => self.links.get(run.start as usize..run.end as usize).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// The entries of a mapping in order, duplicates included; none for anything else.
    pub fn pairs(&self, id: YamlId) -> &[Pair] {
        match &self.meant(id).kind {
            YamlKind::Mapping(run) => self.pairs.get(run.start as usize..run.end as usize).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// The first entry with a scalar key `key`.
    pub fn get(&self, id: YamlId, key: &str) -> Option<Pair> {
        self.pairs(id).iter().copied().find(|pair| self.is_text(pair.key, key))
    }

    /// Whether a node is a scalar with this text, most often told by the length.
    fn is_text(&self, id: YamlId, wanted: &str) -> bool {
        match &self.meant(id).kind {
            YamlKind::Scalar(data) => {
                (data.end - data.start) as usize == wanted.len()
                    && self.scalars.text(&self.source, *data) == wanted
            }
            _ => false,
        }
    }

    /// The map from offsets in a scalar's decoded text to offsets in the source.
    pub fn scalar_map(&self, id: YamlId) -> Option<ScalarMap<'_>> {
        let node = self.meant(id);
        let YamlKind::Scalar(data) = node.kind else { return None };
        Some(ScalarMap {
            source: &self.source,
            text: self.scalars.text(&self.source, data),
            data,
            segments: self.scalars.segments(data),
            len: data.end - data.start,
            span: node.span,
        })
    }

    /// Offset in the source of byte `offset` of a scalar's decoded text.
    pub fn source_offset(&self, id: YamlId, offset: u32) -> Option<u32> {
        self.scalar_map(id).map(|map| map.source_offset(offset))
    }
}

/// Decoded texts and segments of all scalars of a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ScalarStore {
    pub(super) decoded: String,
    pub(super) segments: Vec<Segment>,
}

impl ScalarStore {
    /// Keeps a scalar: as a slice of the source if it is one.
    pub(super) fn add(
        &mut self,
        source: &[u8],
        decoder: &Decoder,
        style: ScalarStyle,
        end: u32,
    ) -> ScalarData {
        let len = decoder.text.len();
        if let [only] = decoder.segments.as_slice() {
            let start = only.source as usize;
            if source.get(start..start + len) == Some(decoder.text.as_slice()) {
                return ScalarData {
                    start: clamp(start),
                    end: clamp(start + len),
                    decoded: false,
                    style,
                    segments: (0, 0),
                    source_end: clamp(start + len),
                };
            }
        }
        let start = clamp(self.decoded.len());
        self.decoded.push_str(&String::from_utf8_lossy(&decoder.text));
        let first = clamp(self.segments.len());
        self.segments.extend_from_slice(&decoder.segments);
        let segments = (first, clamp(self.segments.len()));
        let kept = decoder.segments.last().map_or(0, |last| last.source + (clamp(len) - last.decoded));
        // What an escape stands for may be longer than the escape.
        let source_end =
            if style == ScalarStyle::Literal || style == ScalarStyle::Folded { kept.max(end) } else { end };
        ScalarData { start, end: clamp(self.decoded.len()), decoded: true, style, segments, source_end }
    }

    fn text<'a>(&'a self, source: &'a str, data: ScalarData) -> &'a str {
        let from = if data.decoded { self.decoded.as_str() } else { source };
        from.get(data.start as usize..data.end as usize).unwrap_or("")
    }

    fn segments(&self, data: ScalarData) -> &[Segment] {
        self.segments.get(data.segments.0 as usize..data.segments.1 as usize).unwrap_or(&[])
    }

    /// Whether a plain scalar is null.
    pub(super) fn is_null(&self, source: &str, data: ScalarData) -> bool {
        data.style == ScalarStyle::Plain
            && matches!(self.text(source, data), "" | "~" | "null" | "Null" | "NULL")
    }
}
