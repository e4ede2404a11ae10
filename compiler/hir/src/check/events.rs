//! Which event types, or system calls, can satisfy a condition (language.md 5.9).

use catalogue::{Catalogue, EVENT_COUNT, SYSCALL_CODE_COUNT, SyscallCode, parse_unsigned, syscalls};
use ir::EventSet;
use syntax::ast::{Ast, CheckOperator, NodeId, NodeKind};
use syntax::token::OperatorToken;

use crate::check::Fault;
use crate::codes;

/// A set of event types or system calls.
pub trait CodeSet: Copy {
    /// Everything.
    fn all() -> Self;
    /// Nothing.
    fn none() -> Self;
    /// What a literal of `evt.type` names.
    fn named(name: &str, catalogue: &Catalogue) -> Self;
    /// In both.
    fn and(&self, other: &Self) -> Self;
    /// In either.
    fn or(&self, other: &Self) -> Self;
    /// Not in this one.
    fn complement(&self) -> Self;
}

impl CodeSet for EventSet {
    fn all() -> Self {
        const ALL: EventSet = EventSet::below(EVENT_COUNT);
        ALL
    }

    fn none() -> Self {
        EventSet::EMPTY
    }

    fn named(name: &str, catalogue: &Catalogue) -> Self {
        catalogue.type_codes(name).codes().collect()
    }

    fn and(&self, other: &Self) -> Self {
        self.intersection(other)
    }

    fn or(&self, other: &Self) -> Self {
        self.union(other)
    }

    fn complement(&self) -> Self {
        Self::all().difference(self)
    }
}

const WORDS: usize = SYSCALL_CODE_COUNT.div_ceil(64);

/// A set of system calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyscallCodes([u64; WORDS]);

impl SyscallCodes {
    fn insert(&mut self, code: SyscallCode) {
        let code = usize::from(code.0);
        if let Some(word) = self.0.get_mut(code / 64) {
            *word |= 1 << (code % 64);
        }
    }

    /// Whether the call is in the set.
    pub fn contains(&self, code: SyscallCode) -> bool {
        let code = usize::from(code.0);
        self.0.get(code / 64).is_some_and(|word| word >> (code % 64) & 1 == 1)
    }

    /// The calls, ascending by code.
    pub fn iter(&self) -> impl Iterator<Item = SyscallCode> + '_ {
        syscalls().map(|call| call.code).filter(|code| self.contains(*code))
    }
}

impl CodeSet for SyscallCodes {
    fn all() -> Self {
        let mut set = Self::none();
        syscalls().for_each(|call| set.insert(call.code));
        set
    }

    fn none() -> Self {
        SyscallCodes([0; WORDS])
    }

    fn named(name: &str, catalogue: &Catalogue) -> Self {
        let mut set = Self::none();
        catalogue.type_syscalls(name).into_iter().for_each(|code| set.insert(code));
        set
    }

    fn and(&self, other: &Self) -> Self {
        SyscallCodes(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    fn or(&self, other: &Self) -> Self {
        SyscallCodes(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    fn complement(&self) -> Self {
        let all = Self::all();
        SyscallCodes(std::array::from_fn(|i| all.0[i] & !self.0[i]))
    }
}

/// What can satisfy a condition, and what can satisfy its negation: not complements, since most checks leave both open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach<S> {
    /// What can satisfy it.
    pub holds: S,
    /// What can satisfy its negation.
    pub fails: S,
}

impl<S: CodeSet> Reach<S> {
    /// A check that says nothing about the event type.
    pub fn neutral() -> Self {
        Reach { holds: S::all(), fails: S::all() }
    }

    fn exactly(set: S) -> Self {
        Reach { holds: set, fails: set.complement() }
    }
}

/// The reach of a condition; `of_macro` gives that of the macro that an identifier stands for.
pub fn reach<S: CodeSet>(
    ast: &Ast,
    catalogue: &Catalogue,
    of_macro: impl Fn(NodeId) -> Reach<S>,
) -> Reach<S> {
    // Most checks say nothing about the event type: what is not in here is neutral.
    let mut known: Vec<(NodeId, Reach<S>)> = Vec::new();
    for node in boolean_nodes(ast) {
        let found = match ast.kind(node) {
            NodeKind::And(children) => together(ast.children(children), &known, false),
            // One of them holds unless all negations do.
            NodeKind::Or(children) => together(ast.children(children), &known, true).map(swap),
            NodeKind::Not(child) => find(&known, child).map(swap),
            NodeKind::Identifier(_) => Some(of_macro(node)),
            NodeKind::Unary { left, .. } if is_type_field(ast, left) => Some(Reach::exactly(S::all())),
            NodeKind::Binary { left, op, right } => of_comparison(ast, left, op, right, catalogue),
            _ => None,
        };
        known.extend(found.map(|found| (node, found)));
    }
    find(&known, ast.root()).unwrap_or_else(Reach::neutral)
}

fn swap<S>(reach: Reach<S>) -> Reach<S> {
    Reach { holds: reach.fails, fails: reach.holds }
}

fn find<S: CodeSet>(known: &[(NodeId, Reach<S>)], node: NodeId) -> Option<Reach<S>> {
    known.iter().rev().find(|(at, _)| *at == node).map(|(_, reach)| *reach)
}

/// What satisfies several expressions together; `None` when none of them says anything. `negated`: of each the
/// negation.
fn together<S: CodeSet>(
    children: &[NodeId],
    known: &[(NodeId, Reach<S>)],
    negated: bool,
) -> Option<Reach<S>> {
    let mut sum: Option<Reach<S>> = None;
    let mut silent = false;
    for child in children {
        let Some(child) = find(known, *child) else {
            silent = true;
            continue;
        };
        let child = if negated { swap(child) } else { child };
        sum = Some(match sum {
            None => child,
            Some(sum) => Reach { holds: sum.holds.and(&child.holds), fails: sum.fails.or(&child.fails) },
        });
    }
    sum.map(|sum| if silent { Reach { fails: S::all(), ..sum } } else { sum })
}

/// The boolean expressions of a condition, children before their parents.
fn boolean_nodes(ast: &Ast) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut stack = vec![ast.root()];
    while let Some(node) = stack.pop() {
        found.push(node);
        match ast.kind(node) {
            NodeKind::And(children) | NodeKind::Or(children) => {
                stack.extend_from_slice(ast.children(children))
            }
            NodeKind::Not(child) => stack.push(child),
            _ => {}
        }
    }
    found.reverse();
    found
}

fn of_comparison<S: CodeSet>(
    ast: &Ast,
    left: NodeId,
    op: CheckOperator,
    right: NodeId,
    catalogue: &Catalogue,
) -> Option<Reach<S>> {
    match provable(ast, left, op, right) {
        Some(true) => return Some(Reach::exactly(S::all())),
        Some(false) => return Some(Reach::exactly(S::none())),
        None => {}
    }
    if !is_type_field(ast, left) || !names_types(op) {
        return None;
    }
    let codes = match ast.kind(right) {
        NodeKind::Value(text) => S::named(&ast.text_lossy(text), catalogue),
        NodeKind::List(items) => ast
            .items(items)
            .iter()
            .fold(S::none(), |sum, item| sum.or(&S::named(&ast.text_lossy(item.text), catalogue))),
        _ => return None,
    };
    let exactly = Reach::exactly(codes);
    Some(if op.symbol == OperatorToken::Ne { swap(exactly) } else { exactly })
}

/// `evt.type` or `syscall.type` without argument.
fn is_type_field(ast: &Ast, node: NodeId) -> bool {
    matches!(ast.kind(node), NodeKind::Field { name, arg: None }
        if matches!(ast.bytes(name), b"evt.type" | b"syscall.type"))
}

fn names_types(op: CheckOperator) -> bool {
    op.modifier.is_none()
        && matches!(
            op.symbol,
            OperatorToken::Eq | OperatorToken::EqEq | OperatorToken::Ne | OperatorToken::In
        )
}

/// Comparisons of `evt.num`, which counts from 1, that are always or never true.
fn provable(ast: &Ast, left: NodeId, op: CheckOperator, right: NodeId) -> Option<bool> {
    let NodeKind::Field { name, arg: None } = ast.kind(left) else { return None };
    if ast.bytes(name) != b"evt.num" || op.modifier.is_some() {
        return None;
    }
    let number = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(parse_unsigned);
    match (op.symbol, ast.kind(right)) {
        (OperatorToken::In, NodeKind::List(items)) => {
            ast.items(items).iter().all(|item| number(ast.bytes(item.text)) == Some(0)).then_some(false)
        }
        (symbol, NodeKind::Value(text)) => {
            let number = number(ast.bytes(text))?;
            match symbol {
                OperatorToken::Eq | OperatorToken::EqEq | OperatorToken::Le => (number == 0).then_some(false),
                OperatorToken::Lt => (number <= 1).then_some(false),
                OperatorToken::Ne | OperatorToken::Gt => (number == 0).then_some(true),
                OperatorToken::Ge => (number <= 1).then_some(true),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The two shapes on which Falco's search for event types gives up (and ends the process).
pub(super) fn hazard(ast: &Ast, node: NodeId) -> Option<Fault> {
    let (left, op, right) = match ast.kind(node) {
        NodeKind::Unary { left, op } => (left, op, None),
        NodeKind::Binary { left, op, right } => (left, op, Some(right)),
        _ => return None,
    };
    if right.is_some() && !names_types(op) {
        return None;
    }
    if let NodeKind::Transformer { .. } = ast.kind(left)
        && let Some(field) = type_argument(ast, left)
    {
        let message = "event code search does not support `evt.type` checks with transformers";
        return Some(Fault::new(&codes::EVENT_TYPE_COMPARISON, ast.span(field), message));
    }
    let right = right?;
    let compared = matches!(ast.kind(right), NodeKind::Field { .. } | NodeKind::Transformer { .. });
    if is_type_field(ast, left) && compared {
        let message = "right-hand field comparisons on `evt.type`/`syscall.type` checks are not supported by event code \
                       search";
        return Some(Fault::new(&codes::EVENT_TYPE_COMPARISON, ast.span(right), message));
    }
    None
}

/// An event type field among a transformer's arguments, direct or nested; of a list only the last element counts.
fn type_argument(ast: &Ast, transformer: NodeId) -> Option<NodeId> {
    let mut stack = vec![transformer];
    while let Some(node) = stack.pop() {
        match ast.kind(node) {
            NodeKind::Transformer { args, .. } => stack.extend(ast.children(args).iter().rev()),
            NodeKind::TransformerList(children) => {
                let (last, rest) = match ast.children(children).split_last() {
                    Some(split) => split,
                    None => continue,
                };
                let nested = |id: &&NodeId| matches!(ast.kind(**id), NodeKind::Transformer { .. });
                stack.push(*last);
                stack.extend(rest.iter().rev().filter(nested));
            }
            _ if is_type_field(ast, node) => return Some(node),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use syntax::condition::{ParseOptions, parse};

    fn size(condition: &str) -> usize {
        let ast = parse(condition, ParseOptions::LOAD).into_result().unwrap();
        reach::<EventSet>(&ast, &Catalogue::core(), |_| Reach::neutral()).holds.len()
    }

    #[test]
    fn sizes_of_the_reference() {
        for (condition, wanted) in [
            ("evt.type = open", 2),
            ("evt.type != open", 452),
            ("not (evt.type = open or proc.name = x)", 452),
            ("not (evt.type = open and proc.name = x)", 454),
            ("evt.type = open or proc.name = x", 454),
            ("evt.type = open and evt.type = close", 0),
            ("evt.type in ()", 0),
            ("evt.type = getpid", 2),
            ("evt.type startswith open", 454),
            ("evt.type = oneof (open, close)", 454),
            ("not evt.type exists", 0),
            ("evt.num in (0, 0)", 0),
            ("not evt.num > 0", 0),
            ("evt.num = -1", 454),
        ] {
            assert_eq!(size(condition), wanted, "{condition}");
        }
    }
}
