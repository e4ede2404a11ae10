//! Lints: what Falco accepts without a word and is probably not meant.
//!
//! # Adding a lint
//! 1. Give it a code `W02…` in `src/codes.rs` and a page in `codes/`, with a rule that triggers it and the repaired rule;
//!    a test runs both.
//! 2. Write `src/lint/<name>.rs` with a function `fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>)`. The
//!    context has the definitions, every condition as tree and as checked comparisons, and the way from a span of a
//!    condition's text to what a person wrote ([`LintContext::place`]).
//! 3. Name it in [`all`].
//!
//! A lint looks at what is true whatever the events: it never guesses from names alone when that could be wrong on rules
//! that work, and it says in the message or a note why it thinks so.

mod context;
mod undefined_list;

pub use context::{Condition, LintContext};

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;

/// One lint.
#[derive(Clone, Copy)]
pub struct Lint {
    /// The code of its diagnostics.
    pub code: &'static Code,
    /// Looks for problems.
    pub run: fn(&LintContext<'_>, &mut Vec<Diagnostic>),
}

/// Every lint.
pub fn all() -> &'static [Lint] {
    static ALL: &[Lint] = &[Lint { code: &codes::UNDEFINED_LIST, run: undefined_list::run }];
    ALL
}

/// Runs every lint.
pub(crate) fn run(context: &LintContext<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for lint in all() {
        (lint.run)(context, &mut found);
    }
    found
}
