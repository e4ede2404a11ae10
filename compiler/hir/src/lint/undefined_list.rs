//! Values that look like the name of a list that does not exist: Falco takes them as they are.

use std::collections::BTreeMap;

use catalogue::suggest;
use rustc_hash::{FxHashMap, FxHashSet};
use syntax::ast::NodeKind;
use syntax::span::{FileRange, Span};
use syntax::token::OperatorClass;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::LintContext;
use crate::text::Scalars;

/// Names shorter than this are near to too many words.
const SHORTEST: usize = 6;

/// Fields whose values are names of programs, users, images and the like, which nobody calls as lists are called.
const NAMED: &[&str] = &[
    "proc.name",
    "proc.pname",
    "proc.aname",
    "proc.exe",
    "proc.pexe",
    "proc.exepath",
    "proc.pexepath",
    "fd.name",
    "fd.directory",
    "user.name",
    "group.name",
    "container.image.repository",
    "k8s.ns.name",
];

/// Last words of the names of lists.
const PLURALS: &[&str] = &[
    "binaries",
    "binary",
    "commands",
    "containers",
    "directories",
    "dirs",
    "files",
    "groups",
    "images",
    "interpreters",
    "list",
    "lists",
    "managers",
    "names",
    "namespaces",
    "packages",
    "paths",
    "processes",
    "procs",
    "programs",
    "repositories",
    "repos",
    "services",
    "shells",
    "tools",
    "users",
];

/// Whether a bare value is written as names of lists are: words with underscores, the last one a plural.
fn sounds_like_list(word: &str) -> bool {
    let lower = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    lower && word.rsplit_once('_').is_some_and(|(first, last)| first.len() > 2 && PLURALS.contains(&last))
}

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    let names: Vec<&str> = context.definitions.lists.iter().map(|list| &*list.name).collect();
    let known: FxHashSet<&str> = names.iter().copied().collect();
    let is_candidate = |word: &str| {
        word.len() + 2 >= SHORTEST
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            && !known.contains(word)
    };
    let mut by_len: BTreeMap<usize, Vec<(u64, &str)>> = BTreeMap::new();
    for name in names.iter().copied().filter(|name| name.len() >= SHORTEST) {
        by_len.entry(name.len()).or_default().push((letters(name), name));
    }
    // Words come again and again, and each is compared with the names of all lists.
    let mut known_near: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    let look = |word: &str| -> Vec<&str> {
        let own = letters(word);
        // Names are of several words: a single one is near to one of them only when a joint was forgotten.
        let joined = |text: &str| text.bytes().any(|byte| matches!(byte, b'_' | b'-'));
        let word_joined = joined(word);
        let lens = word.len().saturating_sub(2)..=word.len() + 2;
        // Two edits bring in or take away at most four different letters.
        let close = by_len.range(lens).flat_map(|(_, names)| names).filter(|(mask, name)| {
            (mask ^ own).count_ones() <= 4
                && (word_joined || joined(name))
                && suggest::edits_between(word, name, 2).is_some()
        });
        let close: Vec<&str> = close.map(|(_, name)| *name).collect();
        if close.is_empty() { close } else { suggest::nearest(word, close) }
    };
    let mut seen: FxHashSet<FileRange> = FxHashSet::default();
    for condition in context.conditions() {
        let ast = condition.ast();
        for node in ast.preorder(ast.root()) {
            let NodeKind::Binary { op, right, .. } = ast.kind(node) else { continue };
            if op.symbol.class() != OperatorClass::List && op.modifier.is_none() {
                continue;
            }
            let (items, single) = match ast.kind(right) {
                NodeKind::List(items) => (ast.items(items), None),
                NodeKind::Value(_) => (&[][..], Some(ast.span(right))),
                _ => continue,
            };
            for span in items.iter().map(|item| item.span).chain(single) {
                let word = span.slice(condition.text.as_str());
                // The items of lists are looked at below, once.
                let from_list = || condition.text.origin(span.start).is_some_and(|(_, via)| via.is_some());
                if !is_candidate(word) || from_list() {
                    continue;
                }
                let mut near = known_near.entry(word).or_insert_with(|| look(word)).clone();
                let named = || {
                    condition
                        .check(node)
                        .and_then(|check| check.left.plain_field())
                        .is_some_and(|field| NAMED.contains(&&*field.name) && sounds_like_list(word))
                };
                if near.is_empty() {
                    if !named() {
                        continue;
                    }
                    near = suggest::nearest(word, names.iter().copied());
                }
                let place = context.place(condition.text, span);
                if seen.insert(place.range) {
                    found.push(diagnostic(place.range, word, &near));
                }
            }
        }
    }
    for item in context.definitions.lists.iter().flat_map(|list| &list.items) {
        let word = context.sources.scalar_text(*item);
        if !is_candidate(word) {
            continue;
        }
        let near = known_near.entry(word).or_insert_with(|| look(word));
        if near.is_empty() {
            continue;
        }
        let range = Scalars::range(context.sources, *item, Span::new(0, word.len() as u32));
        if seen.insert(range) {
            found.push(diagnostic(range, word, near));
        }
    }
}

fn diagnostic(range: FileRange, word: &str, near: &[&str]) -> Diagnostic {
    Diagnostic::new(
        &codes::UNDEFINED_LIST,
        range,
        format!("there is no list `{word}`, so the text itself is compared"),
    )
    .note("a name that is no list is taken as a value, without a word from Falco")
    .suggest(range, near.iter().copied())
}

/// Which letters a word has, as far as 64 bits tell.
fn letters(word: &str) -> u64 {
    word.bytes().fold(0, |mask, byte| mask | 1 << (byte & 63))
}
