//! Comparisons that hold for every value, and choices that leave nothing out.

use catalogue::{Modifier, Operator};
use ir::Const;
use syntax::ast::{NodeId, NodeKind};

use crate::check::TypedRhs;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::at;
use crate::lint::logic::eval::Logic;

pub(in crate::lint) fn run(logic: &Logic<'_, '_>, found: &mut Vec<Diagnostic>) {
    for index in logic.context.focused_range() {
        let condition = logic.condition(index);
        let ast = condition.ast();
        let text = condition.text.as_str();
        for (position, check) in condition.checked.checks.iter().enumerate() {
            let TypedRhs::Literals(literals) = &check.right else { continue };
            let ordinary =
                logic.subject(super::eval::CheckAt { condition: index, check: position }).is_some();
            let Some(why) = ordinary.then(|| trivial(check.op, check.modifier, literals)).flatten() else {
                continue;
            };
            let span = ast.span(check.node);
            let left = condition.left(check.node).slice(text);
            let message = format!("this holds whenever `{left}` has a value: {why}");
            let mut ours = at(logic.context, condition, span, &codes::ALWAYS_TRUE, message);
            if let Some(edit) = logic.context.edit(condition.text, span, &format!("{left} exists")) {
                ours = ours.fix_all(format!("write `{left} exists`"), vec![edit], true);
            }
            found.push(ours);
        }
        for node in ast.preorder(ast.root()) {
            let NodeKind::Or(children) = ast.kind(node) else { continue };
            let children = ast.children(children);
            let Some((first, second, why)) = choice(logic, index, children) else { continue };
            let message = format!("this choice leaves nothing out: {why}");
            found.push(
                at(logic.context, condition, ast.span(second), &codes::ALWAYS_TRUE, message)
                    .secondary(logic.context.place(condition.text, ast.span(first)).range, "or this"),
            );
        }
    }
}

/// Why a comparison holds for every value.
fn trivial(op: Operator, modifier: Option<Modifier>, literals: &[Const]) -> Option<String> {
    use Operator::{Contains, Endswith, Ge, Glob, Icontains, Iglob, Ne, Pmatch, Startswith};
    let text = |value: &Const| match value {
        Const::Text(text) => Some(text.clone()),
        _ => None,
    };
    match (op, modifier) {
        (Ne, Some(Modifier::Anyof)) => {
            let differ = literals.first().is_some_and(|first| literals.iter().any(|other| other != first));
            differ.then(|| "every value differs from one of several".to_owned())
        }
        (Pmatch, None) => literals
            .iter()
            .filter_map(text)
            .find(|path| path.iter().all(|byte| *byte == b'/'))
            .map(|path| format!("`{}` is the beginning of every path", String::from_utf8_lossy(&path))),
        (_, Some(_)) => None,
        _ => {
            let [only] = literals else { return None };
            match (op, only) {
                (Contains | Icontains | Startswith | Endswith, Const::Text(part)) if part.is_empty() => {
                    Some(format!("every text `{}` the empty one", op.as_str()))
                }
                (Glob | Iglob, Const::Text(pattern))
                    if !pattern.is_empty() && pattern.iter().all(|b| *b == b'*') =>
                {
                    Some("`*` matches every text".to_owned())
                }
                (Ge, Const::Unsigned(0)) => Some("it is never below 0".to_owned()),
                _ => None,
            }
        }
    }
}

/// Two alternatives one of which always holds.
fn choice(logic: &Logic<'_, '_>, index: usize, children: &[NodeId]) -> Option<(NodeId, NodeId, String)> {
    let condition = logic.condition(index);
    let ast = condition.ast();
    for (i, first) in children.iter().enumerate() {
        for second in children.get(i + 1..).unwrap_or(&[]) {
            let negated = |a: NodeId, b: NodeId| matches!(ast.kind(a), NodeKind::Not(inner) if ast.same_tree(inner, ast, b));
            if negated(*first, *second) || negated(*second, *first) {
                return Some((*first, *second, "one is the negation of the other".to_owned()));
            }
            let (Some(a), Some(b)) = (logic.check_at(index, *first), logic.check_at(index, *second)) else {
                continue;
            };
            let unequal = |at| logic.check(at).op == Operator::Ne && logic.check(at).modifier.is_none();
            let same = logic.subject(a).is_some() && logic.subject(a) == logic.subject(b);
            if same && unequal(a) && unequal(b) && logic.literals(a) != logic.literals(b) {
                let left = condition.left(*first).slice(condition.text.as_str());
                return Some((
                    *first,
                    *second,
                    format!("`{left}` always differs from one of them; `and` is meant"),
                ));
            }
        }
    }
    None
}
