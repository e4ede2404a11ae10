//! Parts of conditions that can never hold: two requirements of one value that exclude each other, an expression and
//! its negation, exceptions that the rule's condition excludes.

use catalogue::{Operator, SYSCALL_SOURCE};
use ir::Const;
use syntax::ast::{NodeId, NodeKind};

use crate::check::TypedCheck;
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::lint::at;
use crate::lint::logic::eval::{CheckAt, Logic, Possible};

/// Two parts that exclude each other.
struct Conflict {
    /// What the first part demands.
    demands: NodeId,
    /// The part that is never true together with it.
    excludes: NodeId,
    reason: String,
}

pub(in crate::lint) fn run(logic: &Logic<'_, '_>, found: &mut Vec<Diagnostic>) {
    for index in logic.context.focused_range() {
        let condition = logic.condition(index);
        let before = found.len();
        let ast = condition.ast();
        let exceptions = exceptions(logic, index);
        for node in ast.preorder(ast.root()) {
            let NodeKind::And(children) = ast.kind(node) else { continue };
            let children = ast.children(children);
            let inside = exceptions
                .iter()
                .any(|exception| ast.span(*exception).cover(ast.span(node)) == ast.span(*exception));
            let code = if inside { &codes::EXCEPTION_NEVER_MATCHES } else { &codes::NEVER_TRUE };
            if let Some(conflict) = conflict(logic, index, children) {
                found.push(report(logic, index, &conflict, code));
            }
        }
        if let (NodeKind::And(children), false) = (ast.kind(ast.root()), exceptions.is_empty()) {
            let Some(base) = ast.children(children).first() else { continue };
            for exception in &exceptions {
                excluded(logic, index, *base, *exception, found);
            }
        }
        if found.len() == before {
            no_event_type(logic, index, found);
        }
    }
}

/// What the exceptions of a rule are about: the expressions below the `not`s at the end of its condition.
fn exceptions(logic: &Logic<'_, '_>, index: usize) -> Vec<NodeId> {
    let condition = logic.condition(index);
    let count =
        condition.rule.map_or(0, |rule| rule.exceptions.iter().filter(|one| !one.values.is_empty()).count());
    let NodeKind::And(children) = condition.ast().kind(condition.ast().root()) else { return Vec::new() };
    let children = condition.ast().children(children);
    let own = children.get(children.len().saturating_sub(count).max(1)..).unwrap_or(&[]);
    own.iter()
        .filter_map(|child| match condition.ast().kind(*child) {
            NodeKind::Not(inner) => Some(inner),
            _ => None,
        })
        .collect()
}

/// Rows of an exception that exclude what the condition demands.
fn excluded(
    logic: &Logic<'_, '_>,
    index: usize,
    base: NodeId,
    exception: NodeId,
    found: &mut Vec<Diagnostic>,
) {
    let ast = logic.condition(index).ast();
    let rows = match ast.kind(exception) {
        NodeKind::Or(rows) => ast.children(rows),
        _ => std::slice::from_ref(&exception),
    };
    for row in rows {
        if let Some(conflict) = conflict(logic, index, &[base, *row]) {
            found.push(report(
                logic,
                index,
                &Conflict { excludes: *row, demands: base, ..conflict },
                &codes::EXCEPTION_NEVER_MATCHES,
            ));
        }
    }
}

fn report(logic: &Logic<'_, '_>, index: usize, conflict: &Conflict, code: &'static Code) -> Diagnostic {
    let condition = logic.condition(index);
    let ast = condition.ast();
    let span = ast.span(conflict.excludes);
    let message = if code == &codes::EXCEPTION_NEVER_MATCHES {
        format!("this exception can never apply: {}", conflict.reason)
    } else {
        format!("this can never hold: {}", conflict.reason)
    };
    let ours = at(logic.context, condition, span, code, message);
    let demands = logic.context.place(condition.text, ast.span(conflict.demands)).range;
    if demands == ours.primary() {
        return ours;
    }
    ours.label("not together with the other part").secondary(demands, "the other part")
}

fn conflict(logic: &Logic<'_, '_>, index: usize, children: &[NodeId]) -> Option<Conflict> {
    logic.begin();
    values(logic, index, children)
        .or_else(|| negation(logic, index, children))
        .or_else(|| ranges(logic, index, children))
}

/// One part leaves a left side a few values, and the others exclude each of them.
fn values(logic: &Logic<'_, '_>, index: usize, children: &[NodeId]) -> Option<Conflict> {
    let mut mentioned = Mentioned::default();
    for (i, demands) in children.iter().enumerate() {
        for possible in logic.possible(index, *demands) {
            mentioned.learn(logic, index, children);
            if !mentioned.elsewhere(i, possible.subject) {
                continue;
            }
            let all: Vec<&Const> = possible.checks.iter().flat_map(|at| logic.literals(*at)).collect();
            let mut left = all.clone();
            let mut excludes = None;
            for (j, other) in children.iter().enumerate() {
                if i == j || !mentioned.of(j).contains(&possible.subject) {
                    continue;
                }
                let before = left.len();
                left.retain(|value| logic.decide(index, *other, possible.subject, value) != Some(false));
                if left.len() < before {
                    excludes = Some(*other);
                }
            }
            if let (true, Some(excludes)) = (left.is_empty(), excludes) {
                let reason =
                    format!("`{}` can only be {}, which is excluded", name(logic, &possible), shown(&all));
                // What is written later is what a reader stumbles on.
                let ast = logic.condition(index).ast();
                let (demands, excludes) = if ast.span(*demands) > ast.span(excludes) {
                    (excludes, *demands)
                } else {
                    (*demands, excludes)
                };
                return Some(Conflict { demands, excludes, reason });
            }
        }
    }
    None
}

/// The left sides that each of several expressions is about.
#[derive(Default)]
struct Mentioned {
    subjects: Vec<u32>,
    /// By expression: where its subjects end.
    ends: Vec<usize>,
}

impl Mentioned {
    fn learn(&mut self, logic: &Logic<'_, '_>, index: usize, children: &[NodeId]) {
        for child in children.get(self.ends.len()..).unwrap_or(&[]) {
            logic.subjects(index, *child, &mut self.subjects);
            self.ends.push(self.subjects.len());
        }
    }

    fn of(&self, child: usize) -> &[u32] {
        let start = child.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.subjects[start..self.ends[child]]
    }

    /// Whether an expression other than `child` is about a left side.
    fn elsewhere(&self, child: usize, subject: u32) -> bool {
        (0..self.ends.len()).any(|other| other != child && self.of(other).contains(&subject))
    }
}

fn name(logic: &Logic<'_, '_>, possible: &Possible) -> String {
    let Some(at) = possible.checks.first() else { return String::new() };
    let condition = logic.condition(at.condition);
    condition.left(logic.check(*at).node).slice(condition.text.as_str()).to_owned()
}

fn shown(values: &[&Const]) -> String {
    const MOST: usize = 4;
    let one = |value: &&Const| match value {
        Const::Unsigned(value) => format!("`{value}`"),
        Const::Signed(value) | Const::Float(value) => format!("`{value}`"),
        Const::Bool(value) => format!("`{value}`"),
        Const::Text(text) => format!("`{}`", String::from_utf8_lossy(text)),
        Const::Bytes(bytes) => format!("`{}`", String::from_utf8_lossy(bytes)),
        Const::Address(address) => format!("`{address}`"),
        Const::Network(network) => format!("in `{}/{}`", network.address, network.prefix),
    };
    let mut shown: Vec<String> = values.iter().take(MOST).map(one).collect();
    if values.len() > MOST {
        shown.push(format!("one of {} others", values.len() - MOST));
    }
    shown.join(" or ")
}

/// An expression and its negation.
fn negation(logic: &Logic<'_, '_>, index: usize, children: &[NodeId]) -> Option<Conflict> {
    let ast = logic.condition(index).ast();
    for child in children {
        let NodeKind::Not(inner) = ast.kind(*child) else { continue };
        let same = children.iter().find(|other| *other != child && ast.same_tree(inner, ast, **other));
        if let Some(same) = same {
            return Some(Conflict {
                demands: *same.min(child),
                excludes: *same.max(child),
                reason: "it is demanded and negated".to_owned(),
            });
        }
    }
    None
}

/// A bound of a number, or a beginning or end of a text.
struct Bound<'c> {
    part: NodeId,
    subject: u32,
    check: &'c TypedCheck,
    value: &'c Const,
}

/// Bounds of one number that leave nothing between them; beginnings or ends of one text that differ.
fn ranges(logic: &Logic<'_, '_>, index: usize, children: &[NodeId]) -> Option<Conflict> {
    let condition = logic.condition(index);
    let bounds: Vec<Bound<'_>> = children
        .iter()
        .filter_map(|part| {
            let at: CheckAt = logic.check_at(index, *part)?;
            let (check, [value]) = (logic.check(at), logic.literals(at)) else { return None };
            let subject = logic.subject(at).filter(|_| check.modifier.is_none())?;
            Some(Bound { part: *part, subject, check, value })
        })
        .collect();
    for (i, a) in bounds.iter().enumerate() {
        for b in bounds.get(i + 1..).unwrap_or(&[]).iter().filter(|b| b.subject == a.subject) {
            if let Some(reason) = disjoint(a, b) {
                let left = condition.left(a.check.node).slice(condition.text.as_str());
                return Some(Conflict {
                    demands: a.part,
                    excludes: b.part,
                    reason: format!("`{left}` {reason}"),
                });
            }
        }
    }
    None
}

fn disjoint(a: &Bound<'_>, b: &Bound<'_>) -> Option<&'static str> {
    use Operator::{Endswith, Ge, Gt, Le, Lt, Startswith};
    match (a.check.op, b.check.op, a.value, b.value) {
        (Startswith, Startswith, Const::Text(x), Const::Text(y))
            if !(x.starts_with(y) || y.starts_with(x)) =>
        {
            Some("cannot begin with both")
        }
        (Endswith, Endswith, Const::Text(x), Const::Text(y)) if !(x.ends_with(y) || y.ends_with(x)) => {
            Some("cannot end with both")
        }
        (Lt | Le, Gt | Ge, ..) => below(a, b).then_some("has no value between these bounds"),
        (Gt | Ge, Lt | Le, ..) => below(b, a).then_some("has no value between these bounds"),
        _ => None,
    }
}

/// Whether an upper bound lies below a lower bound.
fn below(upper: &Bound<'_>, lower: &Bound<'_>) -> bool {
    let number = |value: &Const| match value {
        Const::Unsigned(value) => Some(i128::from(*value)),
        Const::Signed(value) => Some(i128::from(*value)),
        _ => None,
    };
    let (Some(high), Some(low)) = (number(upper.value), number(lower.value)) else { return false };
    let high = if upper.check.op == Operator::Lt { high - 1 } else { high };
    let low = if lower.check.op == Operator::Gt { low + 1 } else { low };
    high < low
}

/// A rule without any event type left, where nothing more exact could be said.
fn no_event_type(logic: &Logic<'_, '_>, index: usize, found: &mut Vec<Diagnostic>) {
    let condition = logic.condition(index);
    let Some(rule) = condition.rule.filter(|rule| *rule.source == *SYSCALL_SOURCE) else { return };
    let position = logic.context.definitions.rules.position(&rule.name);
    let compiled = position.and_then(|at| logic.context.compiled.rules.get(at)?.as_ref());
    if !compiled.is_some_and(|compiled| compiled.reach.holds.is_empty()) || is_switched_off(logic, index) {
        return;
    }
    let message = format!("rule `{}` can never match: no event type satisfies its condition", rule.name);
    found.push(Diagnostic::new(&codes::NEVER_TRUE, rule.item.name, message));
}

/// Whether a condition, or a macro in it, has `evt.num = 0` or an empty list: the ways to switch a rule off on purpose.
fn is_switched_off(logic: &Logic<'_, '_>, index: usize) -> bool {
    let mut open = vec![index];
    let mut seen = vec![false; logic.context.conditions().len()];
    while let Some(index) = open.pop() {
        if std::mem::replace(&mut seen[index], true) {
            continue;
        }
        let condition = logic.condition(index);
        for (at, check) in condition.checked.checks.iter().enumerate() {
            let counts = check.left.plain_field().is_some_and(|field| field.name == "evt.num");
            let literals = matches!(check.right, crate::check::TypedRhs::Literals(_));
            if counts || (literals && logic.literals(CheckAt { condition: index, check: at }).is_empty()) {
                return true;
            }
        }
        let names = condition.unit.identifiers.iter().map(|node| condition.unit.name(*node));
        open.extend(names.filter_map(|name| logic.context.macro_at(name)));
    }
    false
}
