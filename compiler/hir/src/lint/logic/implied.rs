//! What a condition demands, as parts that can be compared between rules: macros expanded, order and spelling aside.

use std::cell::OnceCell;
use std::hash::{Hash, Hasher};

use catalogue::Operator;
use ir::Const;
use rustc_hash::{FxHashSet, FxHasher};
use syntax::ast::{NodeId, NodeKind};

use crate::lint::logic::eval::{CheckAt, Logic, is_equality};

/// Macros in macros deeper than this make a condition incomparable.
const DEEPEST: u32 = 16;

/// The values that one left side may have.
pub(super) struct Values<'c> {
    pub(super) subject: u32,
    pub(super) all: &'c [Const],
    set: OnceCell<FxHashSet<&'c Const>>,
}

impl Values<'_> {
    fn allow_all_of(&self, other: &Values<'_>) -> bool {
        let set = || self.set.get_or_init(|| self.all.iter().collect());
        self.subject == other.subject && other.all.iter().all(|value| set().contains(value))
    }
}

/// One part of a conjunction.
pub(super) struct Part<'c> {
    /// Equal for parts that say the same.
    pub(super) hash: u64,
    /// For an equality: what is compared with what.
    pub(super) values: Option<Values<'c>>,
    /// For a choice: the hashes of what it chooses from.
    pub(super) choices: Vec<u64>,
}

impl Part<'_> {
    /// Whether the part holds whenever all of `others` do, as far as can be told.
    pub(super) fn follows_from(&self, others: &[Part<'_>]) -> bool {
        others.iter().any(|other| {
            other.hash == self.hash
                || self.choices.contains(&other.hash)
                || match (&self.values, &other.values) {
                    (Some(wide), Some(narrow)) => wide.allow_all_of(narrow),
                    _ => false,
                }
        })
    }
}

/// The parts that all must hold for a condition to hold; `None` when it is nested too deeply.
pub(super) fn parts<'c>(logic: &Logic<'c, '_>, condition: usize) -> Option<Vec<Part<'c>>> {
    let mut found = Vec::new();
    let root = logic.condition(condition).ast().root();
    let mut open = vec![(condition, root, 0)];
    while let Some((index, node, depth)) = open.pop() {
        let one = logic.condition(index);
        match one.ast().kind(node) {
            NodeKind::And(children) => {
                open.extend(one.ast().children(children).iter().map(|child| (index, *child, depth)));
            }
            NodeKind::Identifier(_) => {
                let inner = logic.context.macro_at(one.unit.name(node)).filter(|_| depth < DEEPEST)?;
                open.push((inner, logic.condition(inner).ast().root(), depth + 1));
            }
            NodeKind::Not(child) if is_off(logic, index, child) => {}
            NodeKind::Or(children) => {
                let choices = one.ast().children(children).iter();
                let choices =
                    choices.map(|child| hash(logic, index, *child, depth)).collect::<Option<_>>()?;
                found.push(Part { hash: hash(logic, index, node, depth)?, values: None, choices });
            }
            _ => {
                let at = logic.check_at(index, node);
                match at.and_then(|at| switch(logic, at)) {
                    Some(true) => continue,
                    // What is switched off on purpose hides nothing, and nothing hides it.
                    Some(false) => return None,
                    None => {}
                }
                let values = at.filter(|at| is_equality(logic.check(*at))).and_then(|at| {
                    let all = logic.literals(at);
                    // Values that are counted are no set.
                    let counted = logic.check(at).modifier == Some(catalogue::Modifier::Oneof);
                    let subject = logic.subject(at).filter(|_| !counted && !all.is_empty())?;
                    Some(Values { subject, all, set: OnceCell::new() })
                });
                found.push(Part { hash: hash(logic, index, node, depth)?, values, choices: Vec::new() });
            }
        }
    }
    Some(found)
}

/// Whether an expression is, perhaps through macros, what rules are switched off with.
fn is_off(logic: &Logic<'_, '_>, mut index: usize, mut node: NodeId) -> bool {
    for _ in 0..DEEPEST {
        let one = logic.condition(index);
        let NodeKind::Identifier(_) = one.ast().kind(node) else { break };
        let Some(inner) = logic.context.macro_at(one.unit.name(node)) else { return false };
        (index, node) = (inner, logic.condition(inner).ast().root());
    }
    logic.check_at(index, node).and_then(|at| switch(logic, at)) == Some(false)
}

/// For comparisons of `evt.num`, which counts from 1 and which rules are switched on and off with: whether they hold.
fn switch(logic: &Logic<'_, '_>, at: CheckAt) -> Option<bool> {
    let check = logic.check(at);
    check.left.plain_field().filter(|field| field.name == "evt.num")?;
    let zero = logic.literals(at) == [Const::Unsigned(0)];
    match check.op {
        Operator::Ne | Operator::Gt | Operator::Ge if zero => Some(true),
        Operator::Eq | Operator::In | Operator::Le | Operator::Lt if zero => Some(false),
        _ => None,
    }
}

/// A number that is equal for expressions that say the same.
fn hash(logic: &Logic<'_, '_>, index: usize, node: NodeId, depth: u32) -> Option<u64> {
    let one = logic.condition(index);
    let ast = one.ast();
    let mut hasher = FxHasher::default();
    match ast.kind(node) {
        NodeKind::And(children) | NodeKind::Or(children) => {
            matches!(ast.kind(node), NodeKind::And(_)).hash(&mut hasher);
            let children = ast.children(children).iter();
            let mut inner: Vec<u64> =
                children.map(|child| hash(logic, index, *child, depth)).collect::<Option<_>>()?;
            inner.sort_unstable();
            inner.dedup();
            inner.hash(&mut hasher);
        }
        NodeKind::Not(child) => ("not", hash(logic, index, child, depth)?).hash(&mut hasher),
        NodeKind::Identifier(_) => {
            let inner = logic.context.macro_at(one.unit.name(node)).filter(|_| depth < DEEPEST)?;
            if let Some(known) = logic.hash_of(inner).get() {
                return Some(known);
            }
            let found = hash(logic, inner, logic.condition(inner).ast().root(), depth + 1)?;
            logic.hash_of(inner).set(Some(found));
            return Some(found);
        }
        _ => {
            let at: CheckAt = logic.check_at(index, node)?;
            let check = logic.check(at);
            let meaning = check.meaning.get_or_init(|| {
                let text = one.text.as_str();
                one.left(node).slice(text).hash(&mut hasher);
                (check.op.as_str(), check.modifier.map(catalogue::Modifier::as_str)).hash(&mut hasher);
                match ast.kind(node) {
                    NodeKind::Binary { right, .. } if logic.literals(at).is_empty() => {
                        ast.span(right).slice(text).hash(&mut hasher);
                    }
                    _ => logic.literals(at).hash(&mut hasher),
                }
                hasher.finish()
            });
            return Some(*meaning);
        }
    }
    Some(hasher.finish())
}
