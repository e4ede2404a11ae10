//! Values that look like the name of a list that does not exist: Falco takes them as they are.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

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

/// The names of all lists, to look for those that a word is near to.
pub(super) struct Names<'a> {
    all: FxHashSet<&'a str>,
    /// The longer ones with their letters.
    by_len: BTreeMap<usize, Vec<(u64, &'a str)>>,
    /// What was found: words come again and again.
    near: RefCell<FxHashMap<String, Rc<[&'a str]>>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(lists: impl Iterator<Item = &'a str>) -> Names<'a> {
        let mut all = FxHashSet::default();
        let mut by_len: BTreeMap<usize, Vec<(u64, &str)>> = BTreeMap::new();
        for name in lists {
            all.insert(name);
            if name.len() >= SHORTEST {
                by_len.entry(name.len()).or_default().push((letters(name), name));
            }
        }
        Names { all, by_len, near: RefCell::default() }
    }

    /// Whether a word could be meant as a list's name, but is none.
    fn is_candidate(&self, word: &str) -> bool {
        word.len() + 2 >= SHORTEST
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            && !self.all.contains(word)
    }

    /// The names that a word is near to, the best first.
    fn near(&self, word: &str) -> Rc<[&'a str]> {
        if let Some(known) = self.near.borrow().get(word) {
            return known.clone();
        }
        let own = letters(word);
        // Names are of several words: a single one is near to one of them only when a joint was forgotten.
        let joined = |text: &str| text.bytes().any(|byte| matches!(byte, b'_' | b'-'));
        let word_joined = joined(word);
        let lens = word.len().saturating_sub(2)..=word.len() + 2;
        // Two edits bring in or take away at most four different letters.
        let close = self.by_len.range(lens).flat_map(|(_, names)| names).filter(|(mask, name)| {
            (mask ^ own).count_ones() <= 4
                && (word_joined || joined(name))
                && suggest::edits_between(word, name, 2).is_some()
        });
        let close: Vec<&str> = close.map(|(_, name)| *name).collect();
        let near: Rc<[&str]> = if close.is_empty() { close } else { suggest::nearest(word, close) }.into();
        self.near.borrow_mut().insert(word.to_owned(), near.clone());
        near
    }
}

pub(super) fn in_conditions(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    let names = context.list_names();
    for condition in context.focused() {
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
                // The items of lists are looked at for themselves, once.
                let from_list = || condition.text.origin(span.start).is_some_and(|(_, via)| via.is_some());
                if !names.is_candidate(word) || from_list() {
                    continue;
                }
                let named = || {
                    condition
                        .check(node)
                        .and_then(|check| check.left.plain_field())
                        .is_some_and(|field| NAMED.contains(&&*field.name) && sounds_like_list(word))
                };
                let mut near = names.near(word);
                if near.is_empty() {
                    if !named() {
                        continue;
                    }
                    let all = context.definitions.lists.iter().map(|list| &*list.name);
                    near = suggest::nearest(word, all).into();
                }
                found.push(diagnostic(context.place(condition.text, span).range, word, &near));
            }
        }
    }
}

pub(super) fn in_lists(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    let names = context.list_names();
    for item in context.definitions.lists.iter().flat_map(|list| &list.items) {
        let word = context.sources.scalar_text(*item);
        if !names.is_candidate(word) {
            continue;
        }
        let near = names.near(word);
        if !near.is_empty() {
            let range = Scalars::range(context.sources, *item, Span::new(0, word.len() as u32));
            found.push(diagnostic(range, word, &near));
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
