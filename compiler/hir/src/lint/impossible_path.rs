//! Equalities with paths that the field never holds: `fd.name = passwd` (T1 of every tutorial), `fd.directory = /etc/`.

use catalogue::Operator;

use crate::check::TypedCheck;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::{Condition, LintContext, at};
use syntax::span::Span;

/// Fields that hold absolute paths, for files.
const ABSOLUTE: &[&str] =
    &["fd.name", "fd.directory", "proc.exepath", "proc.aexepath", "proc.pexepath", "fs.path.name"];

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    for (condition, check) in context.checks() {
        let Some(field) = check.left.plain_field() else { continue };
        if !matches!(check.op, Operator::Eq | Operator::In) {
            continue;
        }
        let literals = condition.literals(check.node);
        let single = literals.len() == 1;
        for (span, value) in literals {
            let Ok(value) = std::str::from_utf8(value) else { continue };
            let reason = match &*field.name {
                name if ABSOLUTE.contains(&name) && is_relative(value) => {
                    format!("`{name}` holds absolute paths, so it never equals `{value}`")
                }
                "fd.directory" if value.len() > 1 && value.starts_with('/') && value.ends_with('/') => {
                    format!("`fd.directory` has no slash at its end, so it never equals `{value}`")
                }
                "fd.filename" if value.contains('/') => {
                    format!("`fd.filename` has no directory, so it never equals `{value}`")
                }
                "proc.name" | "proc.pname" if value.starts_with('/') => {
                    format!("`{}` is a name without directory, not `{value}`", field.name)
                }
                _ => continue,
            };
            let ours = at(context, condition, span, &codes::IMPOSSIBLE_PATH, reason).label("never equal");
            found.push(if single && check.op == Operator::Eq {
                repairs(context, condition, check, &field.name, value, span, ours)
            } else {
                ours
            });
        }
    }
}

/// Whether it can only be meant as a path of a file, and is none that an absolute one equals. Sockets, pipes and
/// descriptors of other kinds have names with a colon, an arrow or brackets.
fn is_relative(value: &str) -> bool {
    let path_like = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '+' | '~');
    !value.starts_with('/')
        && value.chars().all(path_like)
        && value.chars().any(char::is_alphabetic)
        && value.parse::<std::net::IpAddr>().is_err()
}

fn repairs(
    context: &LintContext<'_>,
    condition: &Condition<'_>,
    check: &TypedCheck,
    field: &str,
    value: &str,
    literal: Span,
    mut ours: Diagnostic,
) -> Diagnostic {
    let mut offer = |title: String, span: Span, text: &str| {
        if let Some(edit) = context.edit(condition.text, span, text) {
            let plain = std::mem::replace(
                &mut ours,
                Diagnostic::new(&codes::IMPOSSIBLE_PATH, Default::default(), ""),
            );
            ours = plain.fix_all(title, vec![edit], false);
        }
    };
    let left = condition.left(check.node);
    let whole = condition.ast().span(check.node);
    match field {
        "fd.name" if !value.contains('/') => {
            offer("compare `fd.filename`".to_owned(), left, "fd.filename");
            offer(format!("write `fd.name endswith /{value}`"), whole, &format!("fd.name endswith /{value}"));
        }
        "fd.filename" if value.starts_with('/') => offer("compare `fd.name`".to_owned(), left, "fd.name"),
        "fd.directory" if value.starts_with('/') => {
            let bare = value.trim_end_matches('/');
            offer(format!("write `{bare}`"), literal, bare);
        }
        "proc.name" => offer("compare `proc.exepath`".to_owned(), left, "proc.exepath"),
        _ if !value.contains("..") => {
            let text = format!("{field} endswith /{value}");
            offer(format!("write `{text}`"), whole, &text);
        }
        _ => {}
    }
    ours
}
