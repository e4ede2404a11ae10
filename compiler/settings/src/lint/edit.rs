//! Changing a YAML text in place: comments and everything else stay as they are.

use syntax::yaml::{self, Pair, ScalarStyle, Yaml, YamlId, YamlKind};

/// A text that is about to be changed.
pub(super) struct Text {
    yaml: Yaml,
    root: YamlId,
}

impl Text {
    /// Reads the first document of a text.
    pub(super) fn read(text: &str) -> Option<Text> {
        let parsed = yaml::read(text);
        if !parsed.errors.is_empty() {
            return None;
        }
        let root = parsed.tree.documents().first()?.root;
        Some(Text { yaml: parsed.tree, root })
    }

    fn source(&self) -> &str {
        self.yaml.source()
    }

    /// The nth entry of that key.
    fn pair(&self, path: &str, nth: usize) -> Option<Pair> {
        let mut node = self.root;
        let mut found = None;
        let steps: Vec<&str> = path.split('.').collect();
        for (at, step) in steps.iter().enumerate() {
            let nth = if at + 1 == steps.len() { nth } else { 0 };
            let same = |pair: &&Pair| self.yaml.text(pair.key) == Some(step);
            let pair = *self.yaml.pairs(node).iter().filter(same).nth(nth)?;
            node = pair.value;
            found = Some(pair);
        }
        found
    }

    /// The text of a key's value, if it fits on one line.
    pub(super) fn value(&self, path: &str) -> Option<String> {
        let pair = self.pair(path, 0)?;
        let span = self.yaml.span(pair.value);
        let text = self.source().get(span.start as usize..span.end as usize)?.trim_end();
        (!text.contains('\n')).then(|| text.to_string())
    }

    /// Whether a mapping is written with braces.
    fn is_flow(&self, mapping: YamlId) -> bool {
        self.source()[self.yaml.span(mapping).start as usize..].starts_with('{')
    }

    fn line_start(&self, offset: usize) -> usize {
        self.source()[..offset].rfind('\n').map_or(0, |at| at + 1)
    }

    fn column(&self, offset: usize) -> usize {
        offset - self.line_start(offset)
    }

    /// The end of the line that holds the last byte before an offset, line break included.
    fn line_end(&self, offset: usize) -> usize {
        let from = offset.saturating_sub(1).min(self.source().len());
        self.source()[from..].find('\n').map_or(self.source().len(), |at| from + at + 1)
    }

    fn replace(&self, start: usize, end: usize, with: &str) -> Option<String> {
        let source = self.source();
        Some(format!("{}{with}{}", source.get(..start)?, source.get(end..)?))
    }

    /// Where a value ends, trailing blanks and comments aside.
    fn end_of(&self, node: YamlId) -> usize {
        let span = self.yaml.span(node);
        let text = &self.source()[span.start as usize..span.end as usize];
        span.start as usize + text.trim_end().len()
    }

    /// Gives a key a value.
    pub(super) fn set(&self, path: &str, value: &str) -> Option<String> {
        if let Some(pair) = self.pair(path, 0) {
            return self.set_value(pair, value);
        }
        // The deepest part of the path that is there.
        let steps: Vec<&str> = path.split('.').collect();
        for depth in (1..steps.len()).rev() {
            let Some(pair) = self.pair(&steps[..depth].join("."), 0) else { continue };
            return match self.yaml.kind(pair.value) {
                YamlKind::Mapping(_) => self.insert(pair.value, &steps[depth..], value),
                YamlKind::Null => {
                    let indent = self.column(self.yaml.span(pair.key).start as usize) + 2;
                    let at = self.line_end(self.yaml.span(pair.key).end as usize);
                    self.replace(at, at, &block(&steps[depth..], value, indent))
                }
                _ => None,
            };
        }
        if self.yaml.pairs(self.root).first().is_some_and(|_| self.is_flow(self.root)) {
            return self.insert(self.root, &steps, value);
        }
        let source = self.source();
        let gap = if source.is_empty() || source.ends_with('\n') { "" } else { "\n" };
        Some(format!("{source}{gap}{}", block(&steps, value, 0)))
    }

    fn set_value(&self, pair: Pair, value: &str) -> Option<String> {
        let key = self.yaml.span(pair.key);
        match self.yaml.kind(pair.value) {
            YamlKind::Null if self.yaml.span(pair.value).start == self.yaml.span(pair.value).end => {
                let colon = self.source()[key.end as usize..].find(':')? + key.end as usize + 1;
                self.replace(colon, colon, &format!(" {value}"))
            }
            YamlKind::Alias(_) => None,
            YamlKind::Scalar(_)
                if matches!(
                    self.yaml.style(pair.value),
                    Some(ScalarStyle::Literal | ScalarStyle::Folded)
                ) =>
            {
                None
            }
            _ => {
                let colon = self.source()[key.end as usize..].find(':')? + key.end as usize + 1;
                self.replace(colon, self.end_of(pair.value), &format!(" {value}"))
            }
        }
    }

    /// Adds an entry to a mapping that is there.
    fn insert(&self, mapping: YamlId, steps: &[&str], value: &str) -> Option<String> {
        if self.is_flow(mapping) {
            let at = self.yaml.span(mapping).start as usize + 1;
            let comma = if self.yaml.pairs(mapping).is_empty() { "" } else { ", " };
            return self.replace(at, at, &format!("{}{comma}", flow(steps, value)));
        }
        let last = self.yaml.pairs(mapping).last()?;
        let first = self.yaml.pairs(mapping).first()?;
        let indent = self.column(self.yaml.span(first.key).start as usize);
        let end = if self.yaml.is_null(last.value) {
            self.yaml.span(last.key).end as usize
        } else {
            self.end_of(last.value)
        };
        let at = self.line_end(end);
        let gap = if self.source()[..at].ends_with('\n') { "" } else { "\n" };
        self.replace(at, at, &format!("{gap}{}", block(steps, value, indent)))
    }

    /// Gives a key another name.
    pub(super) fn rename(&self, path: &str, name: &str) -> Option<String> {
        let span = self.yaml.span(self.pair(path, 0)?.key);
        self.replace(span.start as usize, span.end as usize, name)
    }

    /// Takes the nth entry of a key away, and the section around it if nothing else is in it.
    pub(super) fn remove(&self, path: &str, nth: usize) -> Option<String> {
        let pair = self.pair(path, nth)?;
        let parent = path.rsplit_once('.').map(|(parent, _)| parent);
        let around = match parent {
            Some(parent) => self.pair(parent, 0)?.value,
            None => self.root,
        };
        let siblings = self.yaml.pairs(around);
        if let (1, Some(parent)) = (siblings.len(), parent) {
            return self.remove(parent, 0);
        }
        let key = self.yaml.span(pair.key);
        let value_end = if self.yaml.is_null(pair.value) {
            let colon = self.source()[key.end as usize..].find(':')?;
            key.end as usize + colon + 1
        } else {
            self.end_of(pair.value)
        };
        if self.is_flow(around) {
            let at = siblings.iter().position(|other| other.key == pair.key)?;
            let (start, end) = match (siblings.get(at + 1), at.checked_sub(1)) {
                (Some(next), _) => (key.start as usize, self.yaml.span(next.key).start as usize),
                (None, Some(before)) => (self.end_of(siblings[before].value), value_end),
                (None, None) => (key.start as usize, value_end),
            };
            return self.replace(start, end, "");
        }
        let start = self.line_start(key.start as usize);
        if self.source()[start..key.start as usize].trim() != "" {
            // The first key after a dash: the entry around it would lose its mark.
            return None;
        }
        self.replace(start, self.line_end(value_end), "")
    }
}

/// `a:\n  b: value`, indented.
fn block(steps: &[&str], value: &str, indent: usize) -> String {
    let mut text = String::new();
    for (depth, step) in steps.iter().enumerate() {
        text.push_str(&" ".repeat(indent + 2 * depth));
        text.push_str(step);
        text.push(':');
        if depth + 1 == steps.len() {
            text.push(' ');
            text.push_str(value);
        }
        text.push('\n');
    }
    text
}

/// `a: {b: value}`.
fn flow(steps: &[&str], value: &str) -> String {
    match steps {
        [] => value.to_string(),
        [step] => format!("{step}: {value}"),
        [step, rest @ ..] => format!("{step}: {{{}}}", flow(rest, value)),
    }
}

/// A text as a YAML scalar: plain where that is safe, else in double quotes.
pub(crate) fn scalar(text: &str) -> String {
    let plain = !text.is_empty()
        && text.trim() == text
        && !text.contains(": ")
        && !text.ends_with(':')
        && !text.contains(" #")
        && !text.starts_with([
            '-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`',
        ])
        && !text.contains(['\n', '\r', '\t', '{', '}', '[', ']', ','])
        && !text.chars().any(char::is_control)
        && !matches!(text, "~" | "null" | "Null" | "NULL" | "---" | "...");
    if plain {
        return text.to_string();
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            control if control.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
