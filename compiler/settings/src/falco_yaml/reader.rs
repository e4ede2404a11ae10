//! Typed look-ups in a configuration tree. A value of the wrong form falls back to the default, as in Falco, and is
//! reported.

use crate::falco_yaml::keys::{self, Kind};
use crate::origin::{Origin, Problem};
use crate::tree::{Node, Value};

/// Reads typed values and collects what is wrong with them.
pub(crate) struct Reader<'a> {
    root: &'a Node,
    pub(crate) problems: Vec<Problem>,
}

/// YAML's spellings of booleans.
pub fn boolean(text: &str) -> Option<bool> {
    let spelled = |word: &str| {
        text == word || text == word.to_ascii_uppercase() || {
            let mut capitalised = word.to_string();
            capitalised[..1].make_ascii_uppercase();
            text == capitalised
        }
    };
    if ["true", "yes", "on", "y"].into_iter().any(spelled) {
        Some(true)
    } else if ["false", "no", "off", "n"].into_iter().any(spelled) {
        Some(false)
    } else {
        None
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(root: &'a Node) -> Reader<'a> {
        Reader { root, problems: Vec::new() }
    }

    pub(crate) fn node(&self, path: &str) -> Option<&'a Node> {
        self.root.at(path).filter(|node| node.value != Value::Null)
    }

    fn default(path: &str) -> &'static str {
        keys::find(path).map_or("", |key| key.default)
    }

    fn wrong(&mut self, path: &str, node: &Node, expected: &str) {
        let default = Reader::default(path);
        let mut problem = Problem::warning(format!("`{path}` should be {expected}"), node.origin.clone());
        problem.help = Some(match &node.value {
            Value::Mapping(entries) if entries.iter().any(|(key, _)| key == "enabled") => {
                let wanted = node.key("enabled").and_then(Node::text).unwrap_or("true");
                format!(
                    "`{path}` is not a section: write `{path}: {wanted}`; as it stands, `{default}` is used"
                )
            }
            _ => format!("as it stands, `{default}` is used"),
        });
        self.problems.push(problem);
    }

    pub(crate) fn boolean(&mut self, path: &str) -> bool {
        if let Some(node) = self.node(path) {
            match node.text().and_then(boolean) {
                Some(value) => return value,
                None => self.wrong(path, node, "`true` or `false`"),
            }
        }
        Reader::default(path) == "true"
    }

    pub(crate) fn text(&mut self, path: &str) -> String {
        if let Some(node) = self.node(path) {
            match node.text() {
                Some(text) => return text.to_string(),
                None => self.wrong(path, node, "a text"),
            }
        }
        Reader::default(path).to_string()
    }

    pub(crate) fn integer(&mut self, path: &str) -> u64 {
        if let Some(node) = self.node(path) {
            match node.text().and_then(|text| text.trim().parse().ok()) {
                Some(number) => return number,
                None => self.wrong(path, node, "a whole number"),
            }
        }
        Reader::default(path).parse().unwrap_or_default()
    }

    /// As [`Reader::integer`], for a key that had another name once; the new one wins.
    pub(crate) fn integer_once(&mut self, path: &str, former: &str) -> u64 {
        if self.node(path).is_none()
            && let Some(number) =
                self.node(former).and_then(Node::text).and_then(|text| text.trim().parse().ok())
        {
            return number;
        }
        self.integer(path)
    }

    /// As [`Reader::boolean`], for a key that had another name once; the new one wins.
    pub(crate) fn boolean_once(&mut self, path: &str, former: &str) -> bool {
        if self.node(path).is_none()
            && let Some(value) = self.node(former).and_then(Node::text).and_then(boolean)
        {
            return value;
        }
        self.boolean(path)
    }

    pub(crate) fn number(&mut self, path: &str) -> f64 {
        if let Some(node) = self.node(path) {
            match node.text().and_then(|text| text.trim().parse().ok()) {
                Some(number) => return number,
                None => self.wrong(path, node, "a number"),
            }
        }
        Reader::default(path).parse().unwrap_or_default()
    }

    /// The texts of a sequence; a single scalar counts as a sequence of one.
    pub(crate) fn texts(&mut self, path: &str) -> Vec<String> {
        let Some(node) = self.node(path) else { return Vec::new() };
        match &node.value {
            Value::Scalar(text) => vec![text.clone()],
            Value::Sequence(elements) => {
                elements.iter().filter_map(|e| e.text().map(str::to_string)).collect()
            }
            _ => {
                self.wrong(path, node, "a sequence");
                Vec::new()
            }
        }
    }

    /// One of the words that the key table lists, in lower case. An unknown word is an error, as in Falco.
    pub(crate) fn word(&mut self, path: &str) -> String {
        let Some(node) = self.node(path) else { return Reader::default(path).to_string() };
        let Some(text) = node.text() else {
            self.wrong(path, node, "a word");
            return Reader::default(path).to_string();
        };
        let word = text.to_ascii_lowercase();
        if let Some(keys::Key { kind: Kind::OneOf(words), .. }) = keys::find(path)
            && !words.contains(&word.as_str())
        {
            let message = match path {
                "rule_matching" => {
                    format!("Unknown rule matching strategy \"{text}\"--must be one of first, all")
                }
                "priority" => {
                    format!(
                        "Unknown priority \"{text}\"--must be one of emergency, alert, critical, error, warning, notice, informational, debug"
                    )
                }
                "engine.kind" => format!("engine.kind '{text}' is not a valid kind."),
                _ => format!("`{path}` has the unknown value `{text}`"),
            };
            self.problems.push(
                Problem::error(message, node.origin.clone())
                    .with_help(format!("use one of: {}", words.join(", "))),
            );
            return Reader::default(path).to_string();
        }
        word
    }

    /// Reports keys that `falco.yaml` does not have, and those that Falco dropped.
    pub(crate) fn unknown_keys(&mut self) {
        let mut pending: Vec<(String, &Node)> = vec![(String::new(), self.root)];
        while let Some((prefix, node)) = pending.pop() {
            for (name, child) in node.entries() {
                let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                match keys::find(&path) {
                    Some(keys::Key { status: keys::Status::Dropped(note), .. }) => self.problems.push(
                        Problem::warning(
                            format!("`{path}` is no longer a key of falco.yaml"),
                            child.origin.clone(),
                        )
                        .with_help(*note),
                    ),
                    Some(_) => {}
                    None if keys::is_section(&path) => match &child.value {
                        Value::Scalar(_) | Value::Sequence(_) => self.problems.push(Problem::warning(
                            format!("`{path}` is a section; as it stands, it has no effect"),
                            child.origin.clone(),
                        )),
                        Value::Mapping(_) | Value::Null => pending.push((path, child)),
                    },
                    None => self.problems.push(unknown(&path, child)),
                }
            }
        }
    }
}

fn unknown(path: &str, node: &Node) -> Problem {
    let origin = match &node.origin {
        Origin::Default => Origin::Default,
        other => other.clone(),
    };
    let problem = Problem::warning(format!("unknown key `{path}`; it has no effect"), origin);
    let near = catalogue::suggest::nearest(path, keys::KEYS.iter().map(|key| key.path));
    match near.first() {
        Some(name) => problem.with_help(format!("did you mean `{name}`?")),
        None => problem,
    }
}
