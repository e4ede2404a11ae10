//! Textual substitution of list names (language.md 6.2): every list in index order over the result of the previous
//! ones, but only lists whose names can occur are tried.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use crate::text::traced::{Traced, Use};

/// Characters that may stand beside a list's name; blanks among them are skipped around it.
fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'(' | b')' | b',' | b'=')
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// What a list's name is replaced by.
#[derive(Clone, Debug, Default)]
pub struct Replacement {
    /// The name.
    pub name: String,
    /// The items, quoted where needed and separated by commas.
    pub text: Traced,
}

/// The lists of one load, by index.
#[derive(Clone, Debug, Default)]
pub struct Replacements {
    lists: Vec<Replacement>,
    /// Per list: later lists whose names are words of its text.
    inner: Vec<Vec<usize>>,
    by_name: FxHashMap<String, usize>,
    /// Lists whose names contain delimiters, so that they are no single words.
    odd: Vec<usize>,
}

impl Replacements {
    /// Prepares the lists, which are in index order.
    pub fn new(lists: Vec<Replacement>) -> Replacements {
        let mut all = Replacements::default();
        for (index, list) in lists.iter().enumerate() {
            if list.name.bytes().any(is_delimiter) {
                all.odd.push(index);
            } else {
                all.by_name.insert(list.name.clone(), index);
            }
        }
        all.inner = lists
            .iter()
            .enumerate()
            .map(|(index, list)| all.named_in(list.text.as_str()).filter(|&inner| inner > index).collect())
            .collect();
        all.lists = lists;
        all
    }

    /// Lists whose names are words of `text`, with repetitions.
    fn named_in<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        words(text).filter_map(|word| self.by_name.get(word).copied())
    }

    /// The index of the list with this name.
    pub fn index(&self, name: &str) -> Option<usize> {
        match self.by_name.get(name) {
            Some(index) => Some(*index),
            None => self.odd.iter().copied().find(|&index| self.lists[index].name == name),
        }
    }

    /// Replaces the names of all lists in `text`; `used` learns the indices of those found.
    pub fn substitute(&self, text: &mut Traced, mut used: impl FnMut(usize)) {
        let mut candidates: BinaryHeap<Reverse<usize>> = self.named_in(text.as_str()).map(Reverse).collect();
        candidates.extend(self.odd.iter().map(|&index| Reverse(index)));
        let mut last = None;
        while let Some(Reverse(index)) = candidates.pop() {
            if last.is_some_and(|last| index <= last) {
                continue;
            }
            last = Some(index);
            if replace(text, &self.lists[index], index) {
                used(index);
                candidates.extend(self.inner[index].iter().map(|&inner| Reverse(inner)));
            }
        }
    }
}

/// The runs of a text between delimiters.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let bytes = text.as_bytes();
        at += bytes.get(at..)?.iter().position(|byte| !is_delimiter(*byte))?;
        let rest = bytes.get(at..)?;
        let len = rest.iter().position(|byte| is_delimiter(*byte)).unwrap_or(rest.len());
        // Delimiters are ASCII, so both ends are character boundaries.
        let word = text.get(at..at + len);
        at += len;
        word
    })
}

/// Replaces one list's name throughout. Whether it was found.
fn replace(text: &mut Traced, list: &Replacement, index: usize) -> bool {
    let Some(first) = find_delimited(text.as_str(), &list.name, 0, Some(0)) else { return false };
    let mut old = std::mem::take(text);
    let mut new = Traced::with_uses_of(&mut old);
    let bytes = old.as_str().as_bytes();
    let mut rest = 0;
    let mut found = Some(first);
    while let Some(at) = found {
        new.push_slice(&old, rest, at);
        let kept = new.as_str().trim_end_matches(|c: char| c.is_ascii() && is_blank(c as u8)).len();
        new.truncate(kept);
        let mut end = at + list.name.len();
        while bytes.get(end).copied().is_some_and(is_blank) {
            end += 1;
        }
        if list.text.is_empty() {
            if new.as_str().ends_with(',') {
                new.truncate(new.len() - 1);
            } else if bytes.get(end) == Some(&b',') {
                end += 1;
            }
        }
        let Some((name, parent)) = old.origin(at as u32) else { break };
        let at_start = new.is_empty();
        if !at_start {
            new.push_glue(" ", name.scalar);
        }
        new.push_inside(&list.text, Use { list: index, name, len: list.name.len() as u32, parent });
        new.push_glue(" ", name.scalar);
        rest = end;
        // Falco goes on one byte too late when the name stood at the start of the text.
        found = if at_start {
            find_delimited(old.as_str(), &list.name, rest + 1, None)
        } else {
            find_delimited(old.as_str(), &list.name, rest, Some(rest))
        };
    }
    new.push_slice(&old, rest, old.len());
    *text = new;
    true
}

/// The first occurrence of `name` at or after byte `from` that stands between delimiters or the ends of the text. At
/// `open` it needs no delimiter before it: there the text starts or a space has been put.
fn find_delimited(text: &str, name: &str, mut from: usize, open: Option<usize>) -> Option<usize> {
    let bytes = text.as_bytes();
    loop {
        while from < text.len() && !text.is_char_boundary(from) {
            from += 1;
        }
        let at = from + text.get(from..)?.find(name)?;
        let before = open == Some(at)
            || at.checked_sub(1).and_then(|i| bytes.get(i)).copied().is_some_and(is_delimiter);
        let after = bytes.get(at + name.len()).copied().is_none_or(is_delimiter);
        if before && after {
            return Some(at);
        }
        from = at + 1;
    }
}
