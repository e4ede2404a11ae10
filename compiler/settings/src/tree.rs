//! A configuration as a tree of values, each with its origin.

use crate::origin::Origin;
use crate::path::Step;

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it holds.
    pub value: Value,
    /// Who set it.
    pub origin: Origin,
}

/// What a node holds. Scalars stay text until somebody asks for a type, as in Falco.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// Text, number or boolean.
    Scalar(String),
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping, in document order; the first of equal keys counts.
    Mapping(Vec<(String, Node)>),
}

impl Node {
    /// An empty mapping that nobody wrote.
    pub fn empty() -> Node {
        Node { value: Value::Mapping(Vec::new()), origin: Origin::Default }
    }

    /// A scalar.
    pub fn scalar(text: impl Into<String>, origin: Origin) -> Node {
        Node { value: Value::Scalar(text.into()), origin }
    }

    /// The value of a key, if this is a mapping that has it.
    pub fn key(&self, name: &str) -> Option<&Node> {
        self.entries().iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }

    /// The node at a dotted path of plain keys.
    pub fn at(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, key| node.key(key))
    }

    /// The entries of a mapping; none for other values.
    pub fn entries(&self) -> &[(String, Node)] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a sequence; none for other values.
    pub fn elements(&self) -> &[Node] {
        match &self.value {
            Value::Sequence(elements) => elements,
            _ => &[],
        }
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// Calls `act` on every node below and on this one. Iterative: documents may nest deeply.
    pub(crate) fn for_each(&mut self, mut act: impl FnMut(&mut Node)) {
        let mut pending = vec![self];
        while let Some(node) = pending.pop() {
            act(node);
            match &mut node.value {
                Value::Sequence(elements) => pending.extend(elements),
                Value::Mapping(entries) => pending.extend(entries.iter_mut().map(|(_, child)| child)),
                Value::Null | Value::Scalar(_) => {}
            }
        }
    }

    /// Sets or replaces a key of a mapping; any other value becomes a mapping first.
    pub fn set(&mut self, name: &str, node: Node) {
        let entries = self.make_mapping();
        match entries.iter_mut().find(|(key, _)| key == name) {
            Some((_, existing)) => *existing = node,
            None => entries.push((name.to_string(), node)),
        }
    }

    /// Walks to the place that a path names, making what is missing, and puts a node there.
    pub fn set_at(&mut self, steps: &[Step], node: Node) {
        let mut place = self;
        for step in steps {
            place = match step {
                Step::Key(name) => {
                    let origin = node.origin.clone();
                    let entries = place.make_mapping();
                    let index = entries.iter().position(|(key, _)| key == name).unwrap_or_else(|| {
                        entries.push((name.clone(), Node { value: Value::Null, origin }));
                        entries.len() - 1
                    });
                    &mut entries[index].1
                }
                Step::Index(index) => place.make_element(*index, &node.origin),
                Step::Append => {
                    let end = place.elements().len();
                    place.make_element(end, &node.origin)
                }
            };
        }
        *place = node;
    }

    fn make_mapping(&mut self) -> &mut Vec<(String, Node)> {
        if !matches!(self.value, Value::Mapping(_)) {
            self.value = Value::Mapping(Vec::new());
        }
        match &mut self.value {
            Value::Mapping(entries) => entries,
            _ => unreachable!("made a mapping just above"),
        }
    }

    /// The element at an index; a sequence grows by at most one.
    fn make_element(&mut self, index: usize, origin: &Origin) -> &mut Node {
        if !matches!(self.value, Value::Sequence(_)) {
            self.value = Value::Sequence(Vec::new());
        }
        match &mut self.value {
            Value::Sequence(elements) => {
                if index >= elements.len() {
                    elements.push(Node { value: Value::Null, origin: origin.clone() });
                }
                let last = elements.len() - 1;
                &mut elements[index.min(last)]
            }
            _ => unreachable!("made a sequence just above"),
        }
    }
}
