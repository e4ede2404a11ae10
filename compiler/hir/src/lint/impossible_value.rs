//! Values that the left side never has: words of a field that has few, capital letters after `tolower`, a slash after
//! `basename`, numbers below zero where there are none.

use catalogue::{Operator, Transformer, TypeClass, suggest};
use ir::Const;

use crate::check::{Operand, OperandKind, TypedCheck, TypedRhs};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::{LintContext, at};

/// Fields with the only values they have (state-engine.md 8.1 and its table of fields).
const WORDS: &[(&[&str], &[&str])] = &[
    (
        &["fd.type", "fd.types"],
        &[
            "file",
            "directory",
            "ipv4",
            "ipv6",
            "unix",
            "pipe",
            "event",
            "signalfd",
            "eventpoll",
            "inotify",
            "timerfd",
            "netlink",
            "bpf",
            "userfaultfd",
            "io_uring",
            "memfd",
            "pidfd",
            "<NA>",
        ],
    ),
    (
        &["fd.typechar"],
        &["f", "d", "4", "6", "u", "p", "e", "s", "l", "i", "t", "n", "b", "r", "m", "P", "X", "o", "?"],
    ),
    (&["fd.l4proto"], &["tcp", "udp", "icmp", "raw", "<NA>"]),
];

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    for (condition, check) in context.checks() {
        if below_zero(check) {
            let left = condition.left(check.node).slice(condition.text.as_str());
            let message = format!("`{left}` is never below 0");
            let span = condition.ast().span(check.node);
            found.push(
                at(context, condition, span, &codes::IMPOSSIBLE_VALUE, message).label("never holds").note(
                    "it is a number without sign: compare with another one, or take the comparison out",
                ),
            );
            continue;
        }
        for (span, value) in condition.literals(check.node) {
            let Ok(value) = std::str::from_utf8(value) else { continue };
            let Some(why) = never(&check.left, check.op, value) else { continue };
            let label = if check.op == Operator::Ne { "always different" } else { "never found" };
            let mut ours = at(context, condition, span, &codes::IMPOSSIBLE_VALUE, why.message)
                .label(label)
                .note(why.note);
            if let Some(instead) = why.instead
                && span.slice(condition.text.as_str()) == value
                && let Some(edit) = context.edit(condition.text, span, &instead)
            {
                ours = ours.fix_all(format!("write `{instead}`"), vec![edit], false);
            }
            found.push(ours);
        }
    }
}

/// Why a value is never found, and what may be meant.
struct Why {
    message: String,
    note: String,
    instead: Option<String>,
}

fn never(left: &Operand, op: Operator, value: &str) -> Option<Why> {
    let equality = matches!(op, Operator::Eq | Operator::Ne | Operator::In | Operator::Intersects);
    let part = matches!(op, Operator::Contains | Operator::Startswith | Operator::Endswith);
    if !equality && !part {
        return None;
    }
    if let Some(field) = left.plain_field() {
        let (_, words) = WORDS.iter().find(|(fields, _)| fields.contains(&&*field.name))?;
        let fits = |word: &&&str| match op {
            Operator::Contains => word.contains(value),
            Operator::Startswith => word.starts_with(value),
            Operator::Endswith => word.ends_with(value),
            _ => **word == value,
        };
        if words.iter().any(|word| fits(&word)) {
            return None;
        }
        let lower = value.to_ascii_lowercase();
        let near = words.iter().copied().find(|word| *word == lower);
        let near = near.or_else(|| suggest::nearest(value, words.iter().copied()).first().copied());
        return Some(Why {
            message: format!("`{}` never has the value `{value}`", field.name),
            note: format!("its values are {}", words.join(", ")),
            instead: near.filter(|_| equality).map(str::to_owned),
        });
    }
    let OperandKind::Transform { transformer, .. } = &left.kind else { return None };
    if left.shape.list {
        return None;
    }
    let name = transformer.as_str();
    let (why, instead) = match transformer {
        Transformer::Tolower if value.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            ("leaves no capital letters", value.to_ascii_lowercase())
        }
        Transformer::Toupper if value.bytes().any(|byte| byte.is_ascii_lowercase()) => {
            ("leaves no small letters", value.to_ascii_uppercase())
        }
        Transformer::Basename if value.contains('/') => {
            ("leaves what follows the last slash", value.rsplit('/').next().unwrap_or("").to_owned())
        }
        _ => return None,
    };
    Some(Why {
        message: format!("`{name}` never gives `{value}`"),
        note: format!("`{name}` {why}"),
        instead: Some(instead).filter(|instead| !instead.is_empty()),
    })
}

/// Whether something without sign is asked to be below zero. `evt.num < 0` is how a macro says that it never holds.
fn below_zero(check: &TypedCheck) -> bool {
    let TypedRhs::Literals(literals) = &check.right else { return false };
    let meant = check.left.plain_field().is_some_and(|field| field.name == "evt.num");
    let number = check.left.shape.ty.class() == TypeClass::Number;
    number && !meant && check.op == Operator::Lt && matches!(literals.as_slice(), [Const::Unsigned(0)])
}
