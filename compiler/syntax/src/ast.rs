//! The syntax tree of a condition: nodes in an arena, children by index, texts as byte ranges.
//!
//! A tree owns its source text, has no pointers and no nesting in memory, so deep trees neither recurse when
//! walked with a stack nor when dropped.

use std::borrow::Cow;

use crate::span::Span;
use crate::token::{Modifier, OperatorToken, Token, TransformerName};

/// Index of a node in its [`Ast`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) u32);

impl NodeId {
    /// Position in [`Ast::nodes`].
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A piece of text of a tree: bytes of the source, or of a quoted string after unescaping. Read it with
/// [`Ast::bytes`], [`Ast::str`] or [`Ast::text_lossy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    start: u32,
    end: u32,
    decoded: bool,
}

/// A run of child nodes; read it with [`Ast::children`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Children {
    start: u32,
    end: u32,
}

/// A run of list elements; read it with [`Ast::items`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Items {
    start: u32,
    end: u32,
}

/// One element of a value list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListItem {
    /// The value, unescaped.
    pub text: Text,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// The operator of a check as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CheckOperator {
    /// The operator; `=` and `==` are distinct here.
    pub symbol: OperatorToken,
    /// `oneof`, `anyof` or `allof`, if one follows.
    pub modifier: Option<Modifier>,
    /// From the operator to the end of the modifier.
    pub span: Span,
}

impl CheckOperator {
    /// The operator's text as Falco keeps it: `<op>` or `<op> <modifier>`.
    pub fn text(self) -> Cow<'static, str> {
        match self.modifier {
            None => Cow::Borrowed(self.symbol.as_str()),
            Some(modifier) => Cow::Owned(format!("{} {}", self.symbol.as_str(), modifier.as_str())),
        }
    }
}

/// What a node is. `Missing` and `Incomplete` appear only in trees that came with errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// All children hold; at least two.
    And(Children),
    /// Some child holds; at least two.
    Or(Children),
    /// The child does not hold.
    Not(NodeId),
    /// A bare name: a macro.
    Identifier(Text),
    /// `<left> exists`.
    Unary {
        /// A field or transformer.
        left: NodeId,
        /// Always `exists`.
        op: CheckOperator,
    },
    /// `<left> <op> <right>`.
    Binary {
        /// A field or transformer.
        left: NodeId,
        /// The operator with its modifier.
        op: CheckOperator,
        /// A value, list, field transformer, or `Missing`.
        right: NodeId,
    },
    /// A field, `name` or `name[arg]`.
    Field {
        /// The dotted name.
        name: Text,
        /// The argument; `f[""]` has an empty one.
        arg: Option<Text>,
    },
    /// `name(args)` or `name(args)[arg]`; `val(field)` too.
    Transformer {
        /// Which transformer.
        name: TransformerName,
        /// Its arguments; at least one.
        args: Children,
        /// The selector after the parenthesis.
        arg: Option<Text>,
    },
    /// A parenthesised list among a transformer's arguments; may be empty.
    TransformerList(Children),
    /// A single value.
    Value(Text),
    /// A parenthesised list of values; may be empty.
    List(Items),
    /// A left side without operator.
    Incomplete(NodeId),
    /// Nothing that could be read.
    Missing,
}

/// A node with its place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// The start offset that Falco gives the node (language.md 3.8): for a transformer's arguments, for instance,
    /// before leading blanks.
    pub at: u32,
    /// The bytes of the node itself, without surrounding blanks or parentheses.
    pub span: Span,
}

/// The tree of one condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ast {
    source: Box<str>,
    decoded: Vec<u8>,
    nodes: Vec<Node>,
    links: Vec<NodeId>,
    items: Vec<ListItem>,
    tokens: Vec<Token>,
    root: NodeId,
}

impl Ast {
    /// An empty tree with room for about `nodes` nodes. It has no source until [`Ast::finish`].
    pub(crate) fn with_capacity(nodes: usize) -> Ast {
        Ast {
            source: "".into(),
            decoded: Vec::new(),
            nodes: Vec::with_capacity(nodes),
            links: Vec::new(),
            items: Vec::new(),
            tokens: Vec::new(),
            root: NodeId(0),
        }
    }

    /// The condition's text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The outermost node.
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// All nodes; children come before their parents.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The tokens in source order, when the parser was asked to keep them.
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// A node. An id of another tree gives some node of this one, or a `Missing` node.
    pub fn node(&self, id: NodeId) -> Node {
        const MISSING: Node = Node { kind: NodeKind::Missing, at: 0, span: Span::empty(0) };
        self.nodes.get(id.index()).copied().unwrap_or(MISSING)
    }

    /// The kind of a node.
    pub fn kind(&self, id: NodeId) -> NodeKind {
        self.node(id).kind
    }

    /// The bytes of a node itself.
    pub fn span(&self, id: NodeId) -> Span {
        self.node(id).span
    }

    /// The nodes of a run of children.
    pub fn children(&self, run: Children) -> &[NodeId] {
        self.links.get(run.start as usize..run.end as usize).unwrap_or(&[])
    }

    /// The elements of a value list.
    pub fn items(&self, run: Items) -> &[ListItem] {
        self.items.get(run.start as usize..run.end as usize).unwrap_or(&[])
    }

    /// The bytes of a text. Escapes (`\xff`) can make values that are not UTF-8.
    pub fn bytes(&self, text: Text) -> &[u8] {
        let from = if text.decoded { self.decoded.as_slice() } else { self.source.as_bytes() };
        from.get(text.start as usize..text.end as usize).unwrap_or(&[])
    }

    /// A text as a string, if it is UTF-8; names always are.
    pub fn str(&self, text: Text) -> Option<&str> {
        if text.decoded {
            return std::str::from_utf8(self.bytes(text)).ok();
        }
        self.source.get(text.start as usize..text.end as usize)
    }

    /// A text as a string, for messages.
    pub fn text_lossy(&self, text: Text) -> Cow<'_, str> {
        // Texts without escapes are parts of the source, which needs no second look.
        self.str(text).map_or_else(|| String::from_utf8_lossy(self.bytes(text)), Cow::Borrowed)
    }

    /// Every node below and including `id`, parents first, children in source order.
    pub fn preorder(&self, id: NodeId) -> Preorder<'_> {
        Preorder { ast: self, stack: vec![id] }
    }

    /// Pushes the direct children of `id` to `into`, in source order.
    pub fn push_children(&self, id: NodeId, into: &mut Vec<NodeId>) {
        match self.kind(id) {
            NodeKind::And(run) | NodeKind::Or(run) | NodeKind::TransformerList(run) => {
                into.extend_from_slice(self.children(run));
            }
            NodeKind::Transformer { args, .. } => into.extend_from_slice(self.children(args)),
            NodeKind::Not(child) | NodeKind::Incomplete(child) => into.push(child),
            NodeKind::Unary { left, .. } => into.push(left),
            NodeKind::Binary { left, right, .. } => into.extend([left, right]),
            NodeKind::Identifier(_)
            | NodeKind::Field { .. }
            | NodeKind::Value(_)
            | NodeKind::List(_)
            | NodeKind::Missing => {}
        }
    }

    /// Whether two trees say the same: kinds, names, operators as spelled and values, but not positions.
    pub fn same_tree(&self, id: NodeId, other: &Ast, other_id: NodeId) -> bool {
        // Most trees differ at their root already.
        if !self.same_node(id, other, other_id) {
            return false;
        }
        let (mut left, mut right) = (vec![id], vec![other_id]);
        while let (Some(a), Some(b)) = (left.pop(), right.pop()) {
            if !self.same_node(a, other, b) {
                return false;
            }
            self.push_children(a, &mut left);
            other.push_children(b, &mut right);
            if left.len() != right.len() {
                return false;
            }
        }
        true
    }

    fn same_node(&self, a: NodeId, other: &Ast, b: NodeId) -> bool {
        let same_text = |x: Text, y: Text| self.bytes(x) == other.bytes(y);
        let same_arg = |x: Option<Text>, y: Option<Text>| {
            x.map(|text| self.bytes(text)) == y.map(|text| other.bytes(text))
        };
        let same_op = |x: CheckOperator, y: CheckOperator| (x.symbol, x.modifier) == (y.symbol, y.modifier);
        match (self.kind(a), other.kind(b)) {
            (NodeKind::And(_), NodeKind::And(_))
            | (NodeKind::Or(_), NodeKind::Or(_))
            | (NodeKind::Not(_), NodeKind::Not(_))
            | (NodeKind::TransformerList(_), NodeKind::TransformerList(_))
            | (NodeKind::Incomplete(_), NodeKind::Incomplete(_))
            | (NodeKind::Missing, NodeKind::Missing) => true,
            (NodeKind::Identifier(x), NodeKind::Identifier(y)) | (NodeKind::Value(x), NodeKind::Value(y)) => {
                same_text(x, y)
            }
            (NodeKind::Unary { op: x, .. }, NodeKind::Unary { op: y, .. })
            | (NodeKind::Binary { op: x, .. }, NodeKind::Binary { op: y, .. }) => same_op(x, y),
            (NodeKind::Field { name: x, arg: p }, NodeKind::Field { name: y, arg: q }) => {
                same_text(x, y) && same_arg(p, q)
            }
            (
                NodeKind::Transformer { name: x, arg: p, .. },
                NodeKind::Transformer { name: y, arg: q, .. },
            ) => x == y && same_arg(p, q),
            (NodeKind::List(x), NodeKind::List(y)) => {
                let (x, y) = (self.items(x), other.items(y));
                x.len() == y.len() && x.iter().zip(y).all(|(p, q)| same_text(p.text, q.text))
            }
            _ => false,
        }
    }
}

/// See [`Ast::preorder`].
pub struct Preorder<'a> {
    ast: &'a Ast,
    stack: Vec<NodeId>,
}

impl Iterator for Preorder<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let id = self.stack.pop()?;
        // As `push_children`, but the last child first.
        match self.ast.kind(id) {
            NodeKind::And(run)
            | NodeKind::Or(run)
            | NodeKind::TransformerList(run)
            | NodeKind::Transformer { args: run, .. } => {
                self.stack.extend(self.ast.children(run).iter().rev());
            }
            NodeKind::Not(child) | NodeKind::Incomplete(child) => self.stack.push(child),
            NodeKind::Unary { left, .. } => self.stack.push(left),
            NodeKind::Binary { left, right, .. } => self.stack.extend([right, left]),
            NodeKind::Identifier(_)
            | NodeKind::Field { .. }
            | NodeKind::Value(_)
            | NodeKind::List(_)
            | NodeKind::Missing => {}
        }
        Some(id)
    }
}

/// Building, for the parser.
impl Ast {
    pub(crate) fn add(&mut self, kind: NodeKind, at: usize, span: Span) -> NodeId {
        let id = NodeId(crate::span::clamp(self.nodes.len()));
        self.nodes.push(Node { kind, at: crate::span::clamp(at), span });
        id
    }

    pub(crate) fn add_children(&mut self, children: &[NodeId]) -> Children {
        let start = crate::span::clamp(self.links.len());
        self.links.extend_from_slice(children);
        Children { start, end: crate::span::clamp(self.links.len()) }
    }

    pub(crate) fn item_mark(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn add_item(&mut self, item: ListItem) {
        self.items.push(item);
    }

    pub(crate) fn items_since(&self, mark: usize) -> Items {
        Items { start: crate::span::clamp(mark), end: crate::span::clamp(self.items.len()) }
    }

    pub(crate) fn source_text(span: Span) -> Text {
        Text { start: span.start, end: span.end, decoded: false }
    }

    pub(crate) fn decoded_text(&mut self, bytes: &[u8]) -> Text {
        let start = crate::span::clamp(self.decoded.len());
        self.decoded.extend_from_slice(bytes);
        Text { start, end: crate::span::clamp(self.decoded.len()), decoded: true }
    }

    pub(crate) fn finish(&mut self, root: NodeId, source: &str) {
        self.root = root;
        self.source = source.into();
    }

    pub(crate) fn set_tokens(&mut self, tokens: Vec<Token>) {
        self.tokens = tokens;
    }
}
