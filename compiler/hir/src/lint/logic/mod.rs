//! What follows from conditions as logic: parts that never or always hold, rules that others hide, fields that the
//! events at hand do not have.

mod always;
mod carrier;
mod empty;
mod eval;
mod implied;
mod never;
mod shadow;

use crate::diagnostic::Diagnostic;
use crate::lint::LintContext;
use eval::Logic;

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    let logic = Logic::new(context);
    never::run(&logic, found);
    always::run(&logic, found);
    empty::run(&logic, found);
    carrier::run(&logic, found);
    shadow::run(&logic, found);
}
