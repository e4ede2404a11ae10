//! Sets without members, where they make something never match.

use catalogue::Operator;
use syntax::ast::{NodeId, NodeKind};

use crate::check::TypedRhs;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::at;
use crate::lint::logic::eval::Logic;

pub(in crate::lint) fn run(logic: &Logic<'_, '_>, found: &mut Vec<Diagnostic>) {
    for condition in logic.context.focused() {
        let ast = condition.ast();
        // Empty lists below a `not` are the usual place for people's own additions.
        let mut open: Vec<(NodeId, bool)> = vec![(ast.root(), false)];
        while let Some((node, negated)) = open.pop() {
            match ast.kind(node) {
                NodeKind::And(children) | NodeKind::Or(children) => {
                    open.extend(ast.children(children).iter().rev().map(|child| (*child, negated)));
                }
                NodeKind::Not(child) => open.push((child, !negated)),
                NodeKind::Binary { right, .. } => {
                    let Some(check) = condition.check(node) else { continue };
                    let none = matches!(&check.right, TypedRhs::Literals(literals) if literals.is_empty());
                    let set = matches!(check.op, Operator::In | Operator::Intersects | Operator::Pmatch);
                    if !none || !set {
                        continue;
                    }
                    let inside = ast.span(right).slice(condition.text.as_str());
                    let used = condition.text.uses().iter().any(|one| {
                        // An empty list leaves no text: its name stood where the parentheses now close.
                        let place = logic.context.place(condition.text, ast.span(right)).range;
                        let name = logic.context.sources.slice(place);
                        logic
                            .context
                            .definitions
                            .lists
                            .at(one.list)
                            .is_some_and(|list| name.contains(&*list.name))
                    });
                    // A hook in a macro is negated by whoever uses it.
                    if inside.contains(['"', '\'']) || (used && (negated || condition.macro_.is_some())) {
                        continue;
                    }
                    let left = condition.left(node).slice(condition.text.as_str());
                    let op = check.op.as_str();
                    let message = format!("`{left} {op}` an empty list never matches");
                    found.push(at(logic.context, condition, ast.span(node), &codes::EMPTY_LIST, message));
                }
                _ => {}
            }
        }
    }
}
