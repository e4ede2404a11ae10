//! A YAML document as a tree of settings.

use std::sync::Arc;

use syntax::yaml::{self, Yaml, YamlId, YamlKind};

use crate::origin::{Origin, Problem};
use crate::tree::{Node, Value};

/// Deeper nesting is refused; no configuration needs it.
const DEEPEST: usize = 64;

/// More nodes, aliases expanded, are refused: an alias bomb, not a configuration.
const MOST_NODES: usize = 1_000_000;

/// Reads the first document of a text. An empty text is an empty mapping.
pub fn document(file: &Arc<str>, text: &str) -> Result<Node, Problem> {
    let lines = Lines::new(file, text);
    let parsed = yaml::read(text);
    if let Some(error) = parsed.errors.first() {
        let problem = Problem::error(error.message.clone(), lines.origin(error.at.offset));
        return Err(problem.with_help("the file is not valid YAML"));
    }
    let Some(first) = parsed.tree.documents().first() else {
        return Ok(Node { value: Value::Mapping(Vec::new()), origin: lines.origin(0) });
    };
    let mut conversion = Conversion { yaml: &parsed.tree, lines: &lines, nodes: 0 };
    conversion.node(first.root, 0)
}

struct Conversion<'a> {
    yaml: &'a Yaml,
    lines: &'a Lines,
    nodes: usize,
}

impl Conversion<'_> {
    fn node(&mut self, id: YamlId, depth: usize) -> Result<Node, Problem> {
        let origin = self.lines.origin(self.yaml.span(id).start);
        self.nodes += 1;
        if depth > DEEPEST || self.nodes > MOST_NODES {
            return Err(Problem::error("the configuration is nested too deeply or too large", origin));
        }
        let value = match self.yaml.kind(id) {
            YamlKind::Null | YamlKind::Alias(_) => Value::Null,
            YamlKind::Scalar(_) => Value::Scalar(self.yaml.text(id).unwrap_or_default().to_string()),
            YamlKind::Sequence(_) => {
                let elements = self.yaml.elements(id).iter().map(|element| self.node(*element, depth + 1));
                Value::Sequence(elements.collect::<Result<_, _>>()?)
            }
            YamlKind::Mapping(_) => {
                let mut entries: Vec<(String, Node)> = Vec::new();
                for pair in self.yaml.pairs(id) {
                    let key = self.yaml.text(pair.key).unwrap_or_default().to_string();
                    // The first of equal keys counts.
                    if entries.iter().all(|(known, _)| *known != key) {
                        entries.push((key, self.node(pair.value, depth + 1)?));
                    }
                }
                Value::Mapping(entries)
            }
        };
        Ok(Node { value, origin })
    }
}

struct Lines {
    file: Arc<str>,
    text: String,
    starts: Vec<usize>,
}

impl Lines {
    fn new(file: &Arc<str>, text: &str) -> Lines {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Lines { file: file.clone(), text: text.to_string(), starts }
    }

    fn origin(&self, offset: u32) -> Origin {
        let offset = (offset as usize).min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let before = self.text.get(self.starts[line - 1]..offset).unwrap_or_default();
        Origin::File { file: self.file.clone(), line: line as u32, column: before.chars().count() as u32 + 1 }
    }
}
