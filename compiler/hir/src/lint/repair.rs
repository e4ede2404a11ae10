//! Repairs of what Falco warns of itself, where the lints' view of conditions is needed for them.

use catalogue::Operator;
use syntax::ast::{NodeId, NodeKind};
use syntax::span::{FileRange, Span};

use crate::codes;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::lint::{Condition, LintContext};

pub(super) fn run(context: &LintContext<'_>, diagnostics: &mut [Diagnostic]) {
    for one in diagnostics.iter_mut().filter(|one| one.fixes.is_empty()) {
        let fix = match one.code {
            code if code == &codes::TOO_MANY_EVENT_TYPES => restrict(context, one.primary()),
            code if code == &codes::DEPRECATED_FIELD => without_direction(context, one.primary()),
            _ => None,
        };
        one.fixes.extend(fix);
    }
}

/// Puts the start of a process, which most rules without event types mean, before a rule's condition.
fn restrict(context: &LintContext<'_>, name: FileRange) -> Option<Fix> {
    let condition =
        context.conditions().iter().find(|one| one.rule.is_some_and(|rule| rule.item.name == name))?;
    let ast = condition.ast();
    let about_processes = condition
        .checked
        .checks
        .iter()
        .flat_map(|check| check.left.fields())
        .any(|field| field.name.starts_with("proc.") || field.name.starts_with("container."));
    if !about_processes {
        return None;
    }
    let known = context.definitions.macros.get("spawned_process").is_some();
    let start = if known { "spawned_process" } else { "evt.type = execve" };
    let text = condition.text.as_str();
    let first = (text.len() - text.trim_start_matches([' ', '\n', '(']).len()) as u32;
    let scalar = condition.rule?.condition.first_scalar()?;
    let written = context.sources.scalar_text(scalar);
    let choice = matches!(ast.kind(ast.root()), NodeKind::Or(_));
    // Only a condition written in one piece; exceptions and appended parts come after it.
    if condition.rule?.condition.scalars().len() != 1 {
        return None;
    }
    let offset = first.min(text.len() as u32 - 1);
    let (origin, _) = condition.text.origin(offset)?;
    if origin.scalar != scalar {
        return None;
    }
    let lead = (written.len() - written.trim_start().len()) as u32;
    let begin = crate::text::Scalars::range(context.sources, scalar, Span::empty(lead));
    let end = written.trim_end().len() as u32;
    let last = crate::text::Scalars::range(context.sources, scalar, Span::new(end.checked_sub(1)?, end));
    let end = FileRange { file: last.file, span: Span::empty(last.span.end) };
    let open = if choice { format!("{start} and (") } else { format!("{start} and ") };
    let mut edits = vec![Edit { range: begin, text: open }];
    if choice {
        edits.push(Edit { range: end, text: ")".to_owned() });
    }
    Some(Fix {
        title: format!("begin with `{start} and`"),
        edits,
        applicability: Applicability::MaybeIncorrect,
    })
}

/// Removes `evt.dir = <`, which always holds, from a conjunction.
fn without_direction(context: &LintContext<'_>, field: FileRange) -> Option<Fix> {
    for condition in context.conditions() {
        for check in &condition.checked.checks {
            let is_direction = check.left.plain_field().is_some_and(|field| field.name == "evt.dir");
            if is_direction && context.place(condition.text, condition.left(check.node)).range == field {
                return removal(context, condition, check.node);
            }
        }
    }
    None
}

fn removal(context: &LintContext<'_>, condition: &Condition<'_>, node: NodeId) -> Option<Fix> {
    let check = condition.check(node)?;
    let (ast, text) = (condition.ast(), condition.text.as_str());
    let holds = check.op == Operator::Eq && condition.literals(node).iter().all(|(_, value)| *value == b"<");
    let parent = ast.preorder(ast.root()).find_map(|parent| match ast.kind(parent) {
        NodeKind::And(children) if ast.children(children).contains(&node) => Some(ast.children(children)),
        _ => None,
    })?;
    let at = parent.iter().position(|child| *child == node)?;
    let span = ast.span(node);
    let between = |a: Span, b: Span| Span::new(a.end, b.start).slice(text).trim() == "and";
    let gone = match (at.checked_sub(1).and_then(|before| parent.get(before)), parent.get(at + 1)) {
        (Some(before), _) if between(ast.span(*before), span) => Span::new(ast.span(*before).end, span.end),
        (None, Some(after)) if between(span, ast.span(*after)) => {
            Span::new(span.start, ast.span(*after).start)
        }
        _ => return None,
    };
    let edit = context.edit(condition.text, gone, "").filter(|_| holds)?;
    Some(Fix {
        title: "remove the comparison, which always holds".to_owned(),
        edits: vec![edit],
        applicability: Applicability::MachineApplicable,
    })
}
