//! Reading a changed text again: only the items of its top-level sequence that changed are read, the others are moved.

use crate::span::Span;
use crate::yaml::Segment;
use crate::yaml::read::{Limits, read_with};
use crate::yaml::tree::{Pair, Run, ScalarStore, Yaml, YamlDocument, YamlId, YamlKind, YamlNode};

/// Bytes compared at once.
const BLOCK: usize = 1024;

/// What [`read`](crate::yaml::read) gives for `text`, from the tree of an earlier text that read without error. `None`
/// where the changed items alone do not tell: then the whole text must be read, which may find an error.
pub fn reread(old: &Yaml, text: &str) -> Option<Yaml> {
    let (root, elements) = block_sequence(old)?;
    let (before, old_end) = difference(&old.source, text);
    let first = elements.partition_point(|id| old.node(*id).at as usize <= before).checked_sub(1)?;
    let start = line_of(old, root, *elements.get(first)?)?;
    let (mut next, mut end) = (first + 1, old.source.len());
    while let Some(element) = elements.get(next) {
        let line = line_of(old, root, *element)?;
        if line >= old_end {
            end = line;
            break;
        }
        next += 1;
    }
    let is_last = next == elements.len();
    let new_end = (text.len() + end).checked_sub(old.source.len())?;
    let own_text = text.get(start..new_end)?;
    // Without a line break at its end, not even what comes before the part is sure: it may turn into a key.
    if text.len() > Limits::default().bytes || !own_text.ends_with('\n') || !has_plain_lines(text, own_text) {
        return None;
    }
    let part = read_with(own_text, Limits { part: true, ..Limits::default() });
    if !part.errors.is_empty() {
        return None;
    }
    let part = part.tree;
    let (part_root, part_elements) = block_sequence(&part)?;
    // A missing value stands at what follows it, which here may be the next item.
    let content = own_text.trim_end().len();
    let open = |node: &YamlNode| node.kind == YamlKind::Null && node.at as usize >= content;
    if column(&part, part_root) != column(old, root) || (!is_last && part.nodes.iter().any(open)) {
        return None;
    }

    let behind = |at: usize| elements.get(at).map_or(0, |id| id.0 as usize + 1);
    let from = Marks::of(old, first.checked_sub(1).map_or(0, behind), start);
    let to = Marks::of(old, behind(next - 1), end);
    let tail = from.and(Marks::of(&part, part_root.0 as usize, own_text.len())).less(to);
    let own = elements.iter().take(first).copied();
    let read = part_elements.iter().map(|id| from.id(*id));
    let roots_links: Vec<YamlId> =
        own.chain(read).chain(elements.iter().skip(next).map(|id| tail.id(*id))).collect();

    let mut nodes = Vec::with_capacity(old.nodes.len() + part.nodes.len());
    nodes.extend_from_slice(old.nodes.get(..from.nodes as usize)?);
    nodes.extend(part.nodes.iter().take(part_root.0 as usize).map(|node| from.node(node)));
    nodes.extend(old.nodes.get(to.nodes as usize..)?.iter().map(|node| tail.node(node)));
    // The root's own links come after all others.
    let inner = old.links.len() - elements.len();
    let mut links = Vec::with_capacity(old.links.len() + part.links.len());
    links.extend_from_slice(old.links.get(..from.links as usize)?);
    links.extend(part.links.iter().take(part.links.len() - part_elements.len()).map(|id| from.id(*id)));
    links.extend(old.links.get(to.links as usize..inner)?.iter().map(|id| tail.id(*id)));
    let run = Run { start: links.len() as u32, end: (links.len() + roots_links.len()) as u32 };
    let ends = roots_links.iter().filter_map(|id| Some(nodes.get(id.0 as usize)?.span.end));
    let whole = old.node(root);
    let span = Span::new(whole.span.start, ends.max()?);
    links.extend(roots_links);
    let root = tail.id(root);
    *nodes.get_mut(root.0 as usize)? = YamlNode { kind: YamlKind::Sequence(run), span, ..whole };
    Some(Yaml {
        source: text.into(),
        scalars: ScalarStore {
            decoded: [
                old.scalars.decoded.get(..from.decoded as usize)?,
                &part.scalars.decoded,
                old.scalars.decoded.get(to.decoded as usize..)?,
            ]
            .concat(),
            segments: joined(
                old.scalars.segments.get(..from.segments as usize)?,
                part.scalars.segments.iter().map(|segment| from.segment(segment)),
                old.scalars.segments.get(to.segments as usize..)?.iter().map(|segment| tail.segment(segment)),
            ),
        },
        nodes,
        links,
        pairs: joined(
            old.pairs.get(..from.pairs as usize)?,
            part.pairs.iter().map(|pair| from.pair(pair)),
            old.pairs.get(to.pairs as usize..)?.iter().map(|pair| tail.pair(pair)),
        ),
        comments: {
            let before = old.comments.partition_point(|comment| (comment.start as usize) < start);
            let after = old.comments.partition_point(|comment| (comment.start as usize) < end);
            joined(
                old.comments.get(..before)?,
                part.comments.iter().map(|comment| from.span(*comment)),
                old.comments.get(after..)?.iter().map(|comment| tail.span(*comment)),
            )
        },
        documents: vec![YamlDocument { root, at: old.documents.first()?.at }],
        ..Yaml::default()
    })
}

fn joined<T: Copy>(
    head: &[T],
    part: impl ExactSizeIterator<Item = T>,
    tail: impl ExactSizeIterator<Item = T>,
) -> Vec<T> {
    let mut all = Vec::with_capacity(head.len() + part.len() + tail.len());
    all.extend_from_slice(head);
    all.extend(part);
    all.extend(tail);
    all
}

/// The root of the only document and its elements, when it is a sequence in block style and nothing has an anchor or a
/// tag: then a collection comes just after its last node, and every table of the tree is in the order of the text.
fn block_sequence(yaml: &Yaml) -> Option<(YamlId, &[YamlId])> {
    let [YamlDocument { root, .. }] = yaml.documents.as_slice() else { return None };
    let in_block = yaml.source.as_bytes().get(yaml.at(*root) as usize) == Some(&b'-');
    let is_all = yaml.nodes.len() == root.0 as usize + 1;
    let in_order = is_all && !yaml.has_properties && yaml.open_quote.is_none() && yaml.open_key.is_none();
    let elements = yaml.elements(*root);
    (in_block && in_order && !elements.is_empty()).then_some((*root, elements))
}

/// How many bytes two texts have in common at the start, and where in the first one what they have in common at the end
/// begins.
fn difference(old: &str, new: &str) -> (usize, usize) {
    let (a, b) = (old.as_bytes(), new.as_bytes());
    let blocks = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    let before = blocks + a.iter().zip(b).skip(blocks).take_while(|(a, b)| a == b).count();
    let blocks =
        a.rchunks_exact(BLOCK).zip(b.rchunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    let after = blocks + a.iter().rev().zip(b.iter().rev()).skip(blocks).take_while(|(a, b)| a == b).count();
    (before, a.len() - after.min(a.len().min(b.len()) - before))
}

/// The start of the line with an element's dash, if nothing else stands before the element and the dash is below that of
/// the first element.
fn line_of(yaml: &Yaml, root: YamlId, element: YamlId) -> Option<usize> {
    let before = yaml.source.get(..yaml.at(element) as usize)?;
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let indented = before.get(line..)?;
    let dash = indented.trim_start_matches(' ');
    let alone = dash.strip_prefix('-')?.bytes().all(|byte| byte == b' ');
    (alone && indented.len() - dash.len() == column(yaml, root)).then_some(line)
}

/// The column of a node.
fn column(yaml: &Yaml, node: YamlId) -> usize {
    let before = yaml.source.get(..yaml.at(node) as usize).unwrap_or("");
    before.len() - before.rfind('\n').map_or(0, |at| at + 1)
}

/// Whether a part of a text has the kind of line breaks that counts in the whole text, and no line that could bound a
/// document.
fn has_plain_lines(text: &str, part: &str) -> bool {
    let alone = |text: &str, at: usize| {
        text.as_bytes().get(at) == Some(&b'\r') && text.as_bytes().get(at + 1) != Some(&b'\n')
    };
    let bounds = |line: &str| ["%", "---", "...", "\u{FEFF}"].iter().any(|sign| line.starts_with(sign));
    !memchr::memchr2(b'\n', b'\r', text.as_bytes()).is_some_and(|at| alone(text, at))
        && !memchr::memchr_iter(b'\r', part.as_bytes()).any(|at| alone(part, at))
        && !part.split('\n').any(bounds)
}

/// A place in the text and in each table of a tree, or the distance between two.
#[derive(Clone, Copy)]
struct Marks {
    text: u32,
    nodes: u32,
    links: u32,
    pairs: u32,
    decoded: u32,
    segments: u32,
}

impl Marks {
    /// The place behind the first `nodes` nodes, with the offset of its text.
    fn of(yaml: &Yaml, nodes: usize, text: usize) -> Marks {
        let (mut links, mut pairs, mut scalars) = (None, None, None);
        for node in yaml.nodes.iter().take(nodes).rev() {
            match node.kind {
                YamlKind::Sequence(run) => links = links.or(Some(run.end)),
                YamlKind::Mapping(run) => pairs = pairs.or(Some(run.end)),
                YamlKind::Scalar(data) if data.decoded => {
                    scalars = scalars.or(Some((data.end, data.segments.1)))
                }
                _ => {}
            }
            if links.is_some() && pairs.is_some() && scalars.is_some() {
                break;
            }
        }
        let (decoded, segments) = scalars.unwrap_or((0, 0));
        let (links, pairs) = (links.unwrap_or(0), pairs.unwrap_or(0));
        Marks { text: text as u32, nodes: nodes as u32, links, pairs, decoded, segments }
    }

    fn with(self, other: Marks, each: fn(u32, u32) -> u32) -> Marks {
        Marks {
            text: each(self.text, other.text),
            nodes: each(self.nodes, other.nodes),
            links: each(self.links, other.links),
            pairs: each(self.pairs, other.pairs),
            decoded: each(self.decoded, other.decoded),
            segments: each(self.segments, other.segments),
        }
    }

    fn and(self, other: Marks) -> Marks {
        self.with(other, u32::wrapping_add)
    }

    fn less(self, other: Marks) -> Marks {
        self.with(other, u32::wrapping_sub)
    }

    // What follows moves something by this distance.

    fn node(&self, node: &YamlNode) -> YamlNode {
        let kind = match node.kind {
            YamlKind::Scalar(mut data) => {
                let by = if data.decoded { self.decoded } else { self.text };
                (data.start, data.end) = (data.start.wrapping_add(by), data.end.wrapping_add(by));
                if data.decoded {
                    let (first, last) = data.segments;
                    data.segments = (first.wrapping_add(self.segments), last.wrapping_add(self.segments));
                }
                data.source_end = data.source_end.wrapping_add(self.text);
                YamlKind::Scalar(data)
            }
            YamlKind::Sequence(run) => YamlKind::Sequence(moved(run, self.links)),
            YamlKind::Mapping(run) => YamlKind::Mapping(moved(run, self.pairs)),
            YamlKind::Alias(id) => YamlKind::Alias(self.id(id)),
            YamlKind::Null => YamlKind::Null,
        };
        YamlNode { kind, span: self.span(node.span), at: node.at.wrapping_add(self.text) }
    }

    fn span(&self, span: Span) -> Span {
        Span::new(span.start.wrapping_add(self.text), span.end.wrapping_add(self.text))
    }

    fn id(&self, id: YamlId) -> YamlId {
        YamlId(id.0.wrapping_add(self.nodes))
    }

    fn pair(&self, pair: &Pair) -> Pair {
        Pair { key: self.id(pair.key), value: self.id(pair.value) }
    }

    fn segment(&self, segment: &Segment) -> Segment {
        Segment { source: segment.source.wrapping_add(self.text), ..*segment }
    }
}

fn moved(run: Run, by: u32) -> Run {
    Run { start: run.start.wrapping_add(by), end: run.end.wrapping_add(by) }
}
