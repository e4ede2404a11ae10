//! Lints: what Falco accepts without a word and is probably not meant.
//!
//! # Adding a lint
//! 1. Give it a code `W02…` in `src/codes.rs` and a page in `codes/`, with a rule that triggers it and the repaired rule;
//!    a test runs both.
//! 2. Write `src/lint/<name>.rs` with a function `fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>)`. The
//!    context has the definitions, every condition as tree and as checked comparisons, and the way from a span of a
//!    condition's text to what a person wrote ([`LintContext::place`], [`LintContext::edit`]).
//! 3. Name it in [`ALL`]; as [`Lint::Each`] if what it finds in a condition depends on that condition only.
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
mod impossible_value;
mod items;
mod list_use;
mod literal_text;
mod logic;
mod output_field;
mod peculiar_field;
mod process_name;
mod quiet;
mod repair;
mod unchecked_macro;
mod undefined_list;
mod wrapping;

pub use context::{Condition, LintContext};
pub(crate) use quiet::Quiet;

use rustc_hash::FxHashSet;
use syntax::span::{FileRange, Span};

use crate::allow;
use crate::codes::{self, Code};
use crate::diagnostic::{Diagnostic, Severity};
use logic::Logic;

/// A lint: looks for problems and adds them.
pub enum Lint {
    /// Looks at everything.
    Whole(fn(&LintContext<'_>, &mut Vec<Diagnostic>)),
    /// Looks at the conditions of [`LintContext::focused`], each with its rule, what is below it, and the names of lists.
    Each(fn(&LintContext<'_>, &mut Vec<Diagnostic>)),
    /// Looks at everything as logic.
    Logic(fn(&Logic<'_, '_>, &mut Vec<Diagnostic>)),
    /// Looks at the conditions in focus as logic.
    EachLogic(fn(&Logic<'_, '_>, &mut Vec<Diagnostic>)),
}

/// Every lint.
pub static ALL: &[Lint] = &[
    Lint::Whole(undefined_list::in_lists),
    Lint::Each(undefined_list::in_conditions),
    Lint::Each(impossible_path::run),
    Lint::Each(impossible_value::run),
    Lint::Each(process_name::run),
    Lint::Each(wrapping::run),
    Lint::Each(peculiar_field::run),
    Lint::Each(event_type::run),
    Lint::Each(literal_text::run),
    Lint::Each(list_use::run),
    Lint::Whole(duplicate_item::in_lists),
    Lint::Each(duplicate_item::in_conditions),
    Lint::Whole(append::run),
    Lint::Whole(items::run),
    Lint::Whole(documents::run),
    Lint::Each(output_field::run),
    Lint::Whole(unchecked_macro::run),
    Lint::EachLogic(logic::never),
    Lint::EachLogic(logic::always),
    Lint::EachLogic(logic::empty),
    Lint::EachLogic(logic::carrier),
    Lint::Logic(logic::shadow),
];

/// Runs every lint, adds repairs to what Falco warns of, and takes away what comments allow. `quiet` is what earlier runs
/// left.
pub(crate) fn run(context: &LintContext<'_>, quiet: &mut Quiet, diagnostics: &mut Vec<Diagnostic>) {
    repair::run(context, diagnostics);
    let logic = Logic::new(context);
    // By lint, so that the order does not depend on what is known already.
    let mut by_lint: Vec<Vec<Diagnostic>> = ALL.iter().map(|_| Vec::new()).collect();
    for (lint, found) in ALL.iter().zip(&mut by_lint) {
        match lint {
            Lint::Whole(run) => run(context, found),
            Lint::Logic(run) => run(&logic, found),
            Lint::Each(_) | Lint::EachLogic(_) => {}
        }
    }
    let known = quiet.begin(context);
    for at in 0..context.conditions().len() {
        let mut is_quiet = known.knows(context, at);
        if !is_quiet {
            context.focus(at);
            is_quiet = true;
            for (lint, found) in ALL.iter().zip(&mut by_lint) {
                let before = found.len();
                match lint {
                    Lint::Each(run) => run(context, found),
                    Lint::EachLogic(run) => run(&logic, found),
                    Lint::Whole(_) | Lint::Logic(_) => {}
                }
                is_quiet &= found.len() == before;
            }
        }
        if is_quiet {
            quiet.learn(context, at);
        }
    }
    let mut found: Vec<Diagnostic> = by_lint.into_iter().flatten().collect();
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
