//! Where conditions may be broken, and how their continuation lines are indented.
//!
//! This looks at characters only, so that it also serves pieces of conditions and conditions with mistakes in them.

/// A place before `and` or `or`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Boundary {
    /// Offset of the one blank before the word.
    pub(super) at: usize,
    /// The same in characters.
    character: u32,
    /// How many parentheses are open there.
    pub(super) depth: usize,
}

/// Follows parentheses and quotes over the lines of a condition.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    /// For each open parenthesis, the column it stands at.
    open: Vec<u32>,
    quote: Option<u8>,
}

impl Nesting {
    /// Column of the innermost open parenthesis.
    pub(super) fn innermost(&self) -> Option<u32> {
        self.open.last().copied()
    }

    /// Whether a quoted string is open.
    pub(super) fn in_quotes(&self) -> bool {
        self.quote.is_some()
    }

    /// Takes in a line that stands at `column`; gives the places where it may be broken.
    pub(super) fn line(&mut self, text: &str, column: u32) -> Vec<Boundary> {
        let bytes = text.as_bytes();
        let mut boundaries = Vec::new();
        let mut escaped = false;
        let mut characters = 0;
        let mut before = b' ';
        for (at, &byte) in bytes.iter().enumerate() {
            let here = column + characters;
            characters += u32::from(byte & 0xC0 != 0x80);
            match (self.quote, byte) {
                (Some(_), _) if escaped => escaped = false,
                (Some(_), b'\\') => escaped = true,
                (Some(quote), _) if byte == quote => self.quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') if begins_value(before) => self.quote = Some(byte),
                (None, b'(') => self.open.push(here),
                (None, b')') => {
                    self.open.pop();
                }
                (None, b' ') if before != b' ' && at > 0 && joins(bytes.get(at + 1..).unwrap_or(&[])) => {
                    boundaries.push(Boundary { at, character: here - column, depth: self.open.len() });
                }
                _ => {}
            }
            before = byte;
        }
        boundaries
    }
}

/// Whether a quote after this byte begins a string: elsewhere it is a character of a word.
fn begins_value(before: u8) -> bool {
    matches!(before, b' ' | b'\t' | b'(' | b',' | b'=' | b'<' | b'>')
}

/// Whether `and` or `or` stands here with something after it.
fn joins(rest: &[u8]) -> bool {
    let after = rest.strip_prefix(b"and").or_else(|| rest.strip_prefix(b"or"));
    after.is_some_and(|after| match after {
        [b'(', ..] => true,
        [b' ', next, ..] => !matches!(next, b' ' | b'\t' | b'\r'),
        _ => false,
    })
}

/// A line with more boundaries than this is left alone: no person reads it, and the search is quadratic.
const MOST_BOUNDARIES: usize = 2000;

/// Where to break a line of `text` so that no part is wider than `width`, as far as its boundaries allow: first at all
/// those outside most parentheses, then further inside.
pub(super) fn breaks(text: &str, boundaries: &[Boundary], width: u32) -> Vec<usize> {
    let mut chosen = Vec::new();
    if boundaries.len() > MOST_BOUNDARIES {
        return chosen;
    }
    // Each part with where it begins and ends, in characters.
    let mut parts = vec![(0, super::lines::width(text), boundaries)];
    while let Some((start, end, inside)) = parts.pop() {
        let Some(outermost) = inside.iter().map(|boundary| boundary.depth).min() else { continue };
        if end - start <= width {
            continue;
        }
        let mut from = start;
        for group in inside.split_inclusive(|boundary| boundary.depth == outermost) {
            match group.split_last() {
                Some((last, deeper)) if last.depth == outermost => {
                    parts.push((from, last.character, deeper));
                    chosen.push(last.at);
                    from = last.character + 1;
                }
                _ => parts.push((from, end, group)),
            }
        }
    }
    chosen.sort_unstable();
    chosen
}
