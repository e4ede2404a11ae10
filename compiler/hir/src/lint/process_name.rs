//! Names of processes longer than the kernel keeps them.

use catalogue::Operator;

use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::lint::{LintContext, at};

/// Bytes that the kernel keeps of a process name (`TASK_COMM_LEN` less the final NUL).
const LONGEST: usize = 15;

/// Fields that hold what the kernel keeps.
const NAMES: &[&str] =
    &["proc.name", "proc.pname", "proc.aname", "proc.sname", "proc.vpgid.name", "proc.pgid.name"];

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    for (condition, check) in context.checks() {
        let Some(field) = check.left.plain_field().filter(|field| NAMES.contains(&&*field.name)) else {
            continue;
        };
        let equality = matches!(check.op, Operator::Eq | Operator::Ne | Operator::In | Operator::Intersects);
        if !equality && !matches!(check.op, Operator::Startswith | Operator::Endswith | Operator::Contains) {
            continue;
        }
        for (span, value) in condition.literals(check.node) {
            // A call written as text has a warning of its own.
            if value.len() <= LONGEST || value.contains(&b'(') {
                continue;
            }
            let shown = String::from_utf8_lossy(value);
            let message = format!(
                "`{shown}` has {} bytes, but `{}` never has more than {LONGEST}",
                value.len(),
                field.name
            );
            let mut ours = at(context, condition, span, &codes::LONG_PROCESS_NAME, message)
                .label(if check.op == Operator::Ne { "always different" } else { "never found" })
                .note("the kernel cuts the names of processes");
            let range = ours.primary();
            if let Some(cut) = shown.get(..LONGEST).filter(|_| equality)
                && context.sources.slice(range) == shown
            {
                let edit = Edit { range, text: cut.to_owned() };
                ours = ours.fix_all(format!("write what is left of it: `{cut}`"), vec![edit], false);
            }
            found.push(ours);
        }
    }
}
