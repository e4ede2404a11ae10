//! Lints: what Falco accepts without a word and is probably not meant.
//!
//! # Adding a lint
//! 1. Give it a code `W02…` in `src/codes.rs` and a page in `codes/`, with a rule that triggers it and the repaired rule;
//!    a test runs both.
//! 2. Write `src/lint/<name>.rs` with a function `fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>)`. The
//!    context has the definitions, every condition as tree and as checked comparisons, and the way from a span of a
//!    condition's text to what a person wrote ([`LintContext::place`], [`LintContext::edit`]).
//! 3. Name it in [`ALL`].
//!
//! A lint looks at what is true whatever the events: it never guesses from names alone when that could be wrong on rules
//! that work, and it says in the message or a note why it thinks so. What was found through a list or in a macro is
//! reported once, where it is written.

mod append;
mod context;
mod documents;
mod duplicate_item;
mod event_type;
mod impossible_path;
mod items;
mod list_use;
mod literal_text;
mod logic;
mod output_field;
mod peculiar_field;
mod process_name;
mod repair;
mod unchecked_macro;
mod undefined_list;
mod wrapping;

pub use context::{Condition, LintContext};

use rustc_hash::FxHashSet;
use syntax::span::{FileRange, Span};

use crate::allow;
use crate::codes::{self, Code};
use crate::diagnostic::{Diagnostic, Severity};

/// A lint: looks for problems and adds them.
pub type Lint = fn(&LintContext<'_>, &mut Vec<Diagnostic>);

/// Every lint.
pub static ALL: &[Lint] = &[
    undefined_list::run,
    impossible_path::run,
    process_name::run,
    wrapping::run,
    peculiar_field::run,
    event_type::run,
    literal_text::run,
    list_use::run,
    duplicate_item::run,
    append::run,
    items::run,
    documents::run,
    output_field::run,
    unchecked_macro::run,
    logic::run,
];

/// Runs every lint, adds repairs to what Falco warns of, and takes away what comments allow.
pub(crate) fn run(context: &LintContext<'_>, diagnostics: &mut Vec<Diagnostic>) {
    repair::run(context, diagnostics);
    let mut found = Vec::new();
    for lint in ALL {
        lint(context, &mut found);
    }
    let faulty = faulty_items(context, diagnostics);
    let is_faulty = |at: FileRange| {
        faulty.iter().any(|item| {
            item.file == at.file && item.span.start <= at.span.start && at.span.start <= item.span.end
        })
    };
    found.retain(|one| !is_faulty(one.primary()));
    // What is meant as a list is not too long for a name.
    let lists: FxHashSet<FileRange> =
        found.iter().filter(|one| one.code == &codes::UNDEFINED_LIST).map(Diagnostic::primary).collect();
    found.retain(|one| one.code != &codes::LONG_PROCESS_NAME || !lists.contains(&one.primary()));
    let mut seen: FxHashSet<(&'static str, FileRange)> = FxHashSet::default();
    found.retain(|one| seen.insert((one.code.id, one.primary())));
    diagnostics.append(&mut found);
    allow::apply(context.sources, diagnostics);
}

/// The items with errors: what more there is to say about them can wait until they load.
fn faulty_items(context: &LintContext<'_>, diagnostics: &[Diagnostic]) -> Vec<FileRange> {
    let errors: Vec<FileRange> =
        diagnostics.iter().filter(|one| one.severity == Severity::Error).map(Diagnostic::primary).collect();
    if errors.is_empty() {
        return Vec::new();
    }
    let mut items = Vec::new();
    for tree in context.sources.tree_ids() {
        let yaml = context.sources.yaml(tree);
        for element in yaml.documents().iter().flat_map(|document| yaml.elements(document.root)) {
            items.push(context.sources.node_range(tree, *element));
        }
    }
    items.retain(|item| {
        let holds = |at: &FileRange| {
            at.file == item.file && item.span.start <= at.span.start && at.span.start <= item.span.end
        };
        errors.iter().any(holds)
    });
    items
}

/// A diagnostic about a span of a condition, with the places where the lists are named that it came through.
fn at(
    context: &LintContext<'_>,
    condition: &Condition<'_>,
    span: Span,
    code: &'static Code,
    message: String,
) -> Diagnostic {
    let place = context.place(condition.text, span);
    let ours = Diagnostic::new(code, place.range, message);
    place.via.iter().fold(ours, |ours, name| ours.secondary(*name, "through the list named here"))
}
