//! Macros that no rule uses and that would not compile if one did: Falco checks fields in rules only.

use catalogue::SYSCALL_SOURCE;

use crate::check::{Fields, Step, check_unit};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::{LintContext, at};

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    for condition in context.conditions() {
        let Some(definition) = condition.macro_ else { continue };
        let used =
            context.definitions.macros.position(&definition.name).is_none_or(|at| context.is_macro_used(at));
        let faults = |steps: &[Step]| {
            let fault = |step: &Step| match step {
                Step::Fault(_, fault) => Some(fault.clone()),
                _ => None,
            };
            steps.iter().filter_map(fault).collect::<Vec<_>>()
        };
        let first = faults(&condition.checked.steps);
        if used || first.is_empty() {
            continue;
        }
        // It may be meant for rules of another source.
        let elsewhere =
            context.catalogue.sources().into_iter().filter(|source| *source != SYSCALL_SOURCE).any(
                |source| {
                    faults(&check_unit(condition.ast(), &Fields::new(context.catalogue, source), false).steps)
                        .is_empty()
                },
            );
        if elsewhere {
            continue;
        }
        for fault in first {
            let message = fault.message.trim_start_matches("filter error: ");
            let message = match message.strip_prefix("filter_check called with nonexistent field ") {
                Some(field) => format!("there is no field `{field}`"),
                None => message.to_owned(),
            };
            let message = format!("a rule with this macro would not load: {message}");
            let ours = at(context, condition, fault.span, &codes::UNCHECKED_MACRO, message)
                .note("no rule uses the macro, so Falco does not look at its fields");
            let range = ours.primary();
            found.push(ours.suggest(range, fault.suggestions.iter().map(String::as_str)));
        }
    }
}
