//! Where in an item the cursor is, told from the lines before it: an item that is being typed is rarely YAML.

use syntax::items::{ItemKind, Key};

/// A key before the cursor, and the text from its value up to the cursor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Before<'t> {
    pub(crate) key: String,
    text: &'t str,
}

impl Before<'_> {
    /// The scalar on the key's own line.
    pub(crate) fn scalar(&self) -> &str {
        self.text.lines().next().unwrap_or("").trim().trim_matches(['"', '\''])
    }

    /// Whether the value is a sequence.
    pub(crate) fn is_sequence(&self) -> bool {
        self.text.trim_start().starts_with(['[', '-'])
    }

    /// The words of the key's scalar or sequence, in whatever style it is written.
    pub(crate) fn words(&self) -> Vec<&str> {
        let text = self.text.trim_start();
        let word = |text| str::trim_matches(str::trim(text), ['"', '\'']);
        if let Some(inside) = text.strip_prefix('[') {
            let inside = inside.split_once(']').map_or(inside, |(inside, _)| inside);
            return inside.split(',').map(word).filter(|word| !word.is_empty()).collect();
        }
        if text.starts_with('-') {
            let lines = text.lines().map_while(|line| line.trim_start().strip_prefix("- "));
            return lines.map(word).collect();
        }
        Some(self.scalar()).filter(|word| !word.is_empty()).into_iter().collect()
    }
}

/// Where the cursor is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Context<'t> {
    /// Keys that lead to the cursor, outermost first, without the one whose value it is in.
    pub(crate) path: Vec<String>,
    /// Keys of the same mapping before the cursor.
    pub(crate) present: Vec<Before<'t>>,
    /// The item's outermost keys before the cursor.
    pub(crate) outer: Vec<Before<'t>>,
    /// The part of a word before the cursor.
    pub(crate) word: &'t str,
    pub(crate) spot: Spot<'t>,
}

/// What is expected there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Spot<'t> {
    /// A new item.
    Item,
    /// A key.
    Key,
    /// An element of a sequence of mappings, dash included.
    Entry,
    /// A comment.
    Comment {
        /// Its text before the cursor.
        text: &'t str,
    },
    /// Part of a value.
    Value {
        /// Its key.
        key: String,
        /// The value's text before the cursor, the word included.
        text: &'t str,
    },
}

impl Context<'_> {
    pub(crate) fn kind(&self) -> ItemKind {
        let has = |key: Key| self.outer.iter().any(|one| one.key == key.as_str());
        [
            (Key::RequiredEngineVersion, ItemKind::RequiredEngineVersion),
            (Key::RequiredPluginVersions, ItemKind::RequiredPluginVersions),
            (Key::List, ItemKind::List),
            (Key::Macro, ItemKind::Macro),
            (Key::Rule, ItemKind::Rule),
        ]
        .into_iter()
        .find(|(key, _)| has(*key))
        .map_or(ItemKind::Unknown, |(_, kind)| kind)
    }

    /// Whether the cursor's mapping has a key already.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.present.iter().any(|one| one.key == key)
    }

    /// The name that the item defines or changes, with its key.
    pub(crate) fn head(&self) -> Option<(&str, &str)> {
        let head = self.outer.iter().find(|one| matches!(one.key.as_str(), "rule" | "macro" | "list"))?;
        Some((&head.key, head.scalar()))
    }
}

/// A key, and where its value's text starts.
type Keyed = (String, usize);

/// A mapping entry on the way to the cursor.
struct Open {
    indent: usize,
    key: String,
    /// Where its value's text starts.
    value: usize,
    /// Whether the value is text that goes on in deeper lines.
    scalar: bool,
    /// Keys before it in its mapping.
    before: Vec<Keyed>,
}

/// The context at the end of an item's text.
pub(crate) fn context(before: &str) -> Context<'_> {
    let mut stack: Vec<Open> = Vec::new();
    let mut outer = Vec::new();
    let mut start = 0;
    let mut lines = before.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        let at = start;
        start += line.len();
        let is_last = lines.peek().is_none() && !line.ends_with('\n');
        if is_last {
            return at_cursor(before, at, line, stack, outer);
        }
        let body = line.trim_end();
        if body.trim_start().starts_with('#') || body.trim().is_empty() {
            continue;
        }
        if continues(&stack, indent_of(body), body) {
            continue;
        }
        read_line(body, at, &mut stack, &mut outer);
    }
    at_cursor(before, before.len(), "", stack, outer)
}

fn indent_of(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// Whether a line belongs to the text of the last entry.
fn continues(stack: &[Open], indent: usize, body: &str) -> bool {
    stack.last().is_some_and(|last| last.scalar && indent > last.indent && !body.trim().is_empty())
}

/// Opens the entries of a line: dashes deepen it, a key with a colon is an entry.
fn read_line(body: &str, at: usize, stack: &mut Vec<Open>, outer: &mut Vec<Keyed>) {
    let mut indent = indent_of(body);
    let mut rest = body.get(indent..).unwrap_or("");
    let mut dashed = false;
    while let Some(after) = rest.strip_prefix("- ") {
        let trimmed = after.trim_start_matches(' ');
        indent += rest.len() - trimmed.len();
        rest = trimmed;
        dashed = true;
    }
    let Some((key, value)) = key_of(rest) else {
        // An element without key closes deeper entries only.
        while stack.last().is_some_and(|last| last.indent > indent) {
            stack.pop();
        }
        return;
    };
    let mut siblings = Vec::new();
    while let Some(last) = stack.last() {
        if last.indent < indent {
            break;
        }
        if last.indent == indent && !dashed {
            siblings.clone_from(&last.before);
            siblings.push((last.key.clone(), last.value));
        }
        stack.pop();
    }
    let value_at = at + indent + (rest.len() - value.len());
    if stack.is_empty() {
        outer.push((key.to_owned(), value_at));
    }
    let scalar = !value.trim().is_empty() && !value.trim_start().starts_with(['[', '{', '#']);
    stack.push(Open { indent, key: key.to_owned(), value: value_at, scalar, before: siblings });
}

/// `key: value` cut at the colon.
fn key_of(text: &str) -> Option<(&str, &str)> {
    let len = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))?;
    let (key, rest) = text.split_at(len);
    let value = rest.strip_prefix(':')?;
    (!key.is_empty() && (value.is_empty() || value.starts_with([' ', '\t']))).then_some((key, value))
}

/// The word at the end of a text.
fn last_word(text: &str) -> &str {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']' | '/');
    let start =
        text.char_indices().rev().take_while(|(_, c)| is_word(*c)).last().map_or(text.len(), |(at, _)| at);
    // A bracket belongs to a word only behind a field.
    text.get(start..).unwrap_or("").trim_start_matches(['[', ']'])
}

fn at_cursor<'t>(
    before: &'t str,
    at: usize,
    line: &'t str,
    mut stack: Vec<Open>,
    mut outer: Vec<Keyed>,
) -> Context<'t> {
    let indent = indent_of(line);
    let body = line.get(indent..).unwrap_or("");
    let keyed = |keys: &[Keyed]| -> Vec<Before<'t>> {
        let text = |at: usize| before.get(at..).unwrap_or("");
        keys.iter().map(|(key, at)| Before { key: key.clone(), text: text(*at) }).collect()
    };
    let names = |stack: &[Open]| stack.iter().map(|one| one.key.clone()).collect::<Vec<_>>();
    let item_context = |line: &'t str, outer: &[Keyed]| {
        let (outer, word) = (keyed(outer), line.trim_start());
        Context { path: Vec::new(), present: Vec::new(), outer, word, spot: Spot::Item }
    };
    let value_of = |stack: &[Open], outer: &[Keyed]| {
        let Some(last) = stack.last() else { return item_context(line, outer) };
        let text = before.get(last.value..).unwrap_or("");
        let (present, outer) = (keyed(&last.before), keyed(outer));
        if let Some(inside) = open_mapping(text) {
            return in_flow_mapping(
                inside,
                Context { path: names(stack), present, outer, word: "", spot: Spot::Key },
            );
        }
        let path = names(stack.get(..stack.len() - 1).unwrap_or(&[]));
        let spot = Spot::Value { key: last.key.clone(), text };
        Context { path, present, outer, word: value_word(&last.key, text), spot }
    };
    let in_scalar = stack.last().is_some_and(|last| last.scalar && indent > last.indent);
    if in_scalar {
        return value_of(&stack, &outer);
    }
    if body.starts_with('#') {
        let (path, outer) = (names(&stack), keyed(&outer));
        return Context {
            path,
            present: Vec::new(),
            outer,
            word: last_word(body),
            spot: Spot::Comment { text: body },
        };
    }
    // A flow sequence or mapping that is still open.
    if stack.last().is_some_and(|last| {
        let text = before.get(last.value..at).unwrap_or("").trim_start();
        text.starts_with('[') && !text.trim_end().ends_with(']')
    }) {
        return value_of(&stack, &outer);
    }
    let unkeyed = body.trim_start_matches("- ");
    if key_of(unkeyed).is_some() {
        read_line(line, at, &mut stack, &mut outer);
        return value_of(&stack, &outer);
    }
    if stack.is_empty() && outer.is_empty() && !body.starts_with("- ") && !line.starts_with(' ') {
        return item_context(line, &outer);
    }
    let dashed = body.starts_with("- ") || body == "-";
    let column = line.len() - unkeyed.len();
    if column == 0 && !dashed {
        return item_context(line, &outer);
    }
    // An element of a sequence of texts, such as a tag.
    if dashed && let Some(position) = stack.iter().rposition(|one| one.indent <= indent) {
        stack.truncate(position + 1);
        let is_text = stack.last().is_some_and(|last| {
            matches!(last.key.as_str(), "tags" | "items" | "fields" | "comps" | "values")
        });
        if is_text {
            return value_of(&stack, &outer);
        }
        let (path, outer) = (names(&stack), keyed(&outer));
        return Context { path, present: Vec::new(), outer, word: last_word(unkeyed), spot: Spot::Key };
    }
    let mut present = Vec::new();
    while let Some(last) = stack.last() {
        if last.indent < column {
            break;
        }
        if last.indent == column {
            present.clone_from(&last.before);
            present.push((last.key.clone(), last.value));
        }
        stack.pop();
    }
    // Text below a key without value, as in `condition:` and then a deeper line.
    if let Some(last) = stack.last()
        && matches!(last.key.as_str(), "condition" | "output" | "desc")
    {
        return value_of(&stack, &outer);
    }
    // In a sequence of mappings, without a dash yet.
    let is_entry = present.is_empty()
        && stack.last().is_some_and(|last| {
            matches!(last.key.as_str(), "exceptions" | "required_plugin_versions" | "alternatives")
        });
    let spot = if is_entry { Spot::Entry } else { Spot::Key };
    Context {
        path: names(&stack),
        present: keyed(&present),
        outer: keyed(&outer),
        word: last_word(unkeyed),
        spot,
    }
}

/// The text within a flow mapping that is still open.
fn open_mapping(text: &str) -> Option<&str> {
    let inside = text.trim_start().strip_prefix('{')?;
    (!inside.contains('}')).then_some(inside)
}

/// The context within a flow mapping, such as that of `override: {`.
fn in_flow_mapping<'t>(inside: &'t str, around: Context<'t>) -> Context<'t> {
    let mut entries: Vec<&str> = inside.split(',').collect();
    let last = entries.pop().unwrap_or("");
    let present = entries.iter().filter_map(|entry| entry.split_once(':'));
    let present = present.map(|(key, text)| Before { key: key.trim().to_owned(), text }).collect();
    let spot = match last.split_once(':') {
        Some((key, text)) => Spot::Value { key: key.trim().to_owned(), text },
        None => Spot::Key,
    };
    Context { present, word: last_word(inside), spot, ..around }
}

/// Values are replaced word by word; names of rules hold blanks.
fn value_word<'t>(key: &str, text: &'t str) -> &'t str {
    match key {
        "rule" => text.rsplit('\n').next().unwrap_or(text).trim_start(),
        _ => last_word(text),
    }
}
