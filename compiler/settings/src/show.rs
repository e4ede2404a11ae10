//! The configuration that results from everything, as YAML, with the place that each value comes from.

use std::fmt::Write;

use crate::falco_yaml::keys::{KEYS, Kind, Status};
use crate::lint::scalar;
use crate::origin::Origin;
use crate::tree::{Node, Value};

/// Where comments begin, if the line is short enough.
const COMMENT_COLUMN: usize = 48;

/// What is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The place that gave each value, as a comment.
    pub origin: bool,
    /// Leave out what nobody set.
    pub only_set: bool,
}

/// The effective configuration.
pub fn yaml(root: &Node, options: Options) -> String {
    let mut out = String::new();
    let whole = if options.only_set { root.clone() } else { with_defaults(root) };
    mapping(&mut out, whole.entries(), 0, options);
    if out.is_empty() { "{}\n".to_string() } else { out }
}

/// The tree with the default of every key that is not set, in the order of the table of keys.
pub fn with_defaults(root: &Node) -> Node {
    let mut whole = Node::empty();
    for key in KEYS {
        let set = root.at(key.path).filter(|node| node.value != Value::Null);
        let node = match (set, key.status) {
            (Some(node), _) => node.clone(),
            (None, Status::Dropped(_)) => continue,
            // Both names of a key at once would be refused.
            (None, _) if key.path == "rules_files" && root.key("rules_file").is_some() => continue,
            (None, Status::Current) => default(key.kind, key.default),
        };
        let steps: Vec<_> =
            key.path.split('.').map(|step| crate::path::Step::Key(step.to_string())).collect();
        whole.set_at(&steps, node);
    }
    // Keys that nobody knows stay visible.
    for (name, node) in root.entries() {
        match (&node.value, whole.key(name)) {
            (Value::Mapping(entries), Some(known)) if matches!(known.value, Value::Mapping(_)) => {
                let mut section = known.clone();
                for (key, value) in entries {
                    if section.key(key).is_none() {
                        section.set(key, value.clone());
                    }
                }
                whole.set(name, section);
            }
            (_, None) => whole.set(name, node.clone()),
            _ => {}
        }
    }
    whole
}

fn default(kind: Kind, text: &str) -> Node {
    let value = match kind {
        Kind::Texts | Kind::Form => Value::Sequence(Vec::new()),
        _ => Value::Scalar(text.to_string()),
    };
    Node { value, origin: Origin::Default }
}

/// Depth is that of files that the reader accepted, which limits it.
fn mapping(out: &mut String, entries: &[(String, Node)], indent: usize, options: Options) {
    for (key, node) in entries {
        let line = format!("{}{}:", " ".repeat(indent), scalar(key));
        match &node.value {
            Value::Mapping(entries) if !entries.is_empty() => {
                out.push_str(&line);
                out.push('\n');
                mapping(out, entries, indent + 2, options);
            }
            Value::Sequence(elements) if !elements.is_empty() => {
                out.push_str(&line);
                out.push('\n');
                sequence(out, elements, indent + 2, options);
            }
            _ => end(out, format!("{line} {}", leaf(node)), node, options),
        }
    }
}

fn sequence(out: &mut String, elements: &[Node], indent: usize, options: Options) {
    for node in elements {
        let mut inner = String::new();
        match &node.value {
            Value::Mapping(entries) if !entries.is_empty() => {
                mapping(&mut inner, entries, indent + 2, options)
            }
            Value::Sequence(elements) if !elements.is_empty() => {
                sequence(&mut inner, elements, indent + 2, options)
            }
            _ => {
                end(out, format!("{}- {}", " ".repeat(indent), leaf(node)), node, options);
                continue;
            }
        }
        // The dash takes the place of the first line's indentation.
        let _ = write!(out, "{}- {}", " ".repeat(indent), inner.get(indent + 2..).unwrap_or_default());
    }
}

fn leaf(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_string(),
        Value::Scalar(text) => scalar(text),
        Value::Sequence(_) => "[]".to_string(),
        Value::Mapping(_) => "{}".to_string(),
    }
}

fn end(out: &mut String, line: String, node: &Node, options: Options) {
    let line = line.trim_end();
    if options.origin {
        let _ = writeln!(out, "{line:<COMMENT_COLUMN$} # {}", node.origin);
    } else {
        let _ = writeln!(out, "{line}");
    }
}
