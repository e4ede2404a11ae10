//! Numbers that do not fit their field and wrap around.

use catalogue::TypeClass;
use ir::Const;

use crate::check::TypedRhs;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::{LintContext, at};

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    for (condition, check) in context.checks() {
        let TypedRhs::Literals(parsed) = &check.right else { continue };
        let class = check.left.shape.ty.class();
        if !matches!(class, TypeClass::Number | TypeClass::IpNet) {
            continue;
        }
        for ((span, text), value) in condition.literals(check.node).into_iter().zip(parsed) {
            let Ok(text) = std::str::from_utf8(text) else { continue };
            let (written, taken) = match value {
                Const::Unsigned(taken) => (text.trim().parse::<i128>().ok(), i128::from(*taken)),
                Const::Signed(taken) | Const::Float(taken) => (text.trim().parse().ok(), i128::from(*taken)),
                Const::Network(network) => {
                    let prefix = text.split_once('/').and_then(|(_, prefix)| prefix.parse().ok());
                    (prefix, i128::from(network.prefix))
                }
                _ => continue,
            };
            let Some(written) = written.filter(|written| *written != taken) else { continue };
            let kind = if class == TypeClass::IpNet { "a prefix length" } else { check.left.shape.ty.name() };
            let message = match class {
                TypeClass::IpNet => format!("the prefix length {written} wraps around to {taken}"),
                _ => format!(
                    "{written} does not fit `{}` ({kind}) and wraps around to {taken}",
                    check.left.name()
                ),
            };
            found.push(
                at(context, condition, span, &codes::WRAPPING_NUMBER, message)
                    .label(format!("means {taken}")),
            );
        }
    }
}
