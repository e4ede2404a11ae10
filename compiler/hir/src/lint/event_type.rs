//! Comparisons of `evt.type` that do not restrict which events a rule is evaluated for.

use catalogue::{Modifier, Operator, SYSCALL_SOURCE};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::{LintContext, at};

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    for (condition, check) in context.checks() {
        let is_type =
            check.left.plain_field().is_some_and(|field| field.name == "evt.type" && field.arg.is_none());
        if !is_type || *condition.source != *SYSCALL_SOURCE {
            continue;
        }
        let same = match (check.op, check.modifier) {
            (Operator::Eq, Some(Modifier::Oneof | Modifier::Anyof)) => "evt.type in",
            (Operator::Ne, Some(Modifier::Allof)) => "not evt.type in",
            (Operator::Intersects, None) => "evt.type in",
            _ => continue,
        };
        let text = condition.text.as_str();
        let span = condition.ast().span(check.node);
        let written = span.slice(text).split('(').next().unwrap_or("").trim_end().to_owned();
        let message = format!("`{written}` does not restrict the rule to these event types");
        let ours = at(context, condition, span, &codes::EVENT_TYPE_NOT_RESTRICTED, message)
            .note("only `=`, `!=` and `in` without modifier are used to choose the events that a rule is evaluated for");
        let values: Vec<&str> =
            condition.literals(check.node).iter().map(|(span, _)| span.slice(text)).collect();
        let mut unique = values.clone();
        unique.sort_unstable();
        unique.dedup();
        let new = format!("{same} ({})", values.join(", "));
        // `oneof` counts repetitions, so only without them it means the same.
        let safe = unique.len() == values.len();
        found.push(match context.edit(condition.text, span, &new) {
            Some(edit) => ours.fix_all(format!("write `{new}`"), vec![edit], safe),
            None => ours,
        });
    }
}
