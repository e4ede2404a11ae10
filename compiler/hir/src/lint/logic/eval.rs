//! Conditions with one left side known and everything else open: true, false, or not decided by it.
//!
//! Macros are looked into where they stand. The nesting of a condition is bounded by the parser; that of macros and the
//! work altogether are bounded here, beyond which everything is open.

use std::cell::{Cell, OnceCell};

use catalogue::{Modifier, Operator, ResolvedField};
use ir::ops::matcher::Matcher;
use ir::{Const, EventSet, Value};
use rustc_hash::FxHashMap;
use syntax::ast::{NodeId, NodeKind};

use crate::check::{TypedCheck, TypedRhs};
use crate::lint::peculiar_field::is_peculiar;
use crate::lint::{Condition, LintContext};

/// Macros in macros deeper than this are not looked into.
const DEEPEST: u32 = 8;
/// Nodes visited for one question at most.
const MOST_VISITS: u32 = 50_000;

/// A comparison by the places of its condition and of itself there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CheckAt {
    pub(super) condition: usize,
    pub(super) check: usize,
}

/// Values one of which a left side must have.
#[derive(Clone, Debug)]
pub(super) struct Possible {
    pub(super) subject: u32,
    /// The equalities whose literals these are.
    pub(super) checks: Vec<CheckAt>,
}

struct Atom {
    /// The left side, when it has one value and the ordinary comparison.
    subject: Option<u32>,
    matcher: OnceCell<Option<Matcher>>,
}

/// The conditions of a run for questions about them.
pub struct Logic<'c, 'a> {
    pub(super) context: &'c LintContext<'a>,
    atoms: Vec<Vec<Atom>>,
    /// By condition: the subjects in it and in its macros.
    mentioned: Vec<OnceCell<Box<[u32]>>>,
    /// By condition: the event types that it leaves, when it is a macro's that was asked for.
    events: Vec<OnceCell<EventSet>>,
    /// By condition: a number equal for conditions that say the same, once it has been worked out.
    hashes: Vec<Cell<Option<u64>>>,
    visits: Cell<u32>,
}

impl<'c, 'a> Logic<'c, 'a> {
    pub(in crate::lint) fn new(context: &'c LintContext<'a>) -> Logic<'c, 'a> {
        let mut numbers: FxHashMap<&'c str, u32> = FxHashMap::default();
        let mut atoms: Vec<Vec<Atom>> = Vec::with_capacity(context.conditions().len());
        for condition in context.conditions() {
            let checks = condition.checked.checks.iter().map(|check| {
                let subject = subject(condition, check).map(|text| {
                    let next = numbers.len() as u32;
                    *numbers.entry(text).or_insert(next)
                });
                Atom { subject, matcher: OnceCell::new() }
            });
            atoms.push(checks.collect());
        }
        let mentioned = vec![OnceCell::new(); context.conditions().len()];
        let events = vec![OnceCell::new(); context.conditions().len()];
        let hashes = vec![Cell::new(None); context.conditions().len()];
        Logic { context, atoms, mentioned, events, hashes, visits: Cell::new(0) }
    }

    pub(super) fn condition(&self, at: usize) -> &'c Condition<'a> {
        &self.context.conditions()[at]
    }

    pub(super) fn check(&self, at: CheckAt) -> &'c TypedCheck {
        &self.condition(at.condition).checked.checks[at.check]
    }

    /// The event types that a macro leaves, once known.
    pub(super) fn macro_events(&self, condition: usize) -> &OnceCell<EventSet> {
        &self.events[condition]
    }

    /// Where the number for all of a condition is kept.
    pub(super) fn hash_of(&self, condition: usize) -> &Cell<Option<u64>> {
        &self.hashes[condition]
    }

    pub(super) fn check_at(&self, condition: usize, node: NodeId) -> Option<CheckAt> {
        let check = self.condition(condition).checked.check_index(node)?;
        Some(CheckAt { condition, check })
    }

    /// The left side of a comparison, when it has one value and the ordinary comparison.
    pub(super) fn subject(&self, at: CheckAt) -> Option<u32> {
        self.atoms[at.condition][at.check].subject
    }

    pub(super) fn literals(&self, at: CheckAt) -> &'c [Const] {
        match &self.check(at).right {
            TypedRhs::Literals(literals) => literals,
            _ => &[],
        }
    }

    /// Starts a question: the bound on the work counts from here.
    pub(super) fn begin(&self) {
        self.visits.set(0);
    }

    fn visit(&self) -> bool {
        self.visits.set(self.visits.get() + 1);
        self.visits.get() < MOST_VISITS
    }

    /// Adds the left sides that an expression, macros included, says anything about.
    pub(super) fn subjects(&self, condition: usize, node: NodeId, into: &mut Vec<u32>) {
        let one = self.condition(condition);
        for node in one.ast().preorder(node) {
            match one.ast().kind(node) {
                NodeKind::Identifier(_) => {
                    if let Some(inner) = self.context.macro_at(one.unit.name(node)) {
                        into.extend_from_slice(self.mentioned(inner, 0));
                    }
                }
                NodeKind::Unary { .. } | NodeKind::Binary { .. } => {
                    into.extend(self.check_at(condition, node).and_then(|at| self.subject(at)));
                }
                _ => {}
            }
        }
    }

    fn mentioned(&self, condition: usize, depth: u32) -> &[u32] {
        if let Some(known) = self.mentioned[condition].get() {
            return known;
        }
        let mut all: Vec<u32> = self.atoms[condition].iter().filter_map(|atom| atom.subject).collect();
        if depth < DEEPEST {
            let one = self.condition(condition);
            for node in &one.unit.identifiers {
                if let Some(inner) = self.context.macro_at(one.unit.name(*node)) {
                    all.extend_from_slice(self.mentioned(inner, depth + 1));
                }
            }
        }
        all.sort_unstable();
        all.dedup();
        self.mentioned[condition].get_or_init(|| all.into())
    }

    /// What an expression is when a left side has this value; `None` when that does not decide it.
    pub(super) fn decide(&self, condition: usize, node: NodeId, subject: u32, value: &Const) -> Option<bool> {
        self.decide_below(condition, node, subject, &as_value(value)?, 0)
    }

    fn decide_below(
        &self,
        condition: usize,
        node: NodeId,
        subject: u32,
        value: &Value<'_>,
        depth: u32,
    ) -> Option<bool> {
        if !self.visit() {
            return None;
        }
        let one = self.condition(condition);
        let ast = one.ast();
        match ast.kind(node) {
            NodeKind::And(children) | NodeKind::Or(children) => {
                // What decides the whole: a false part of a conjunction, a true one of a choice.
                let deciding = matches!(ast.kind(node), NodeKind::Or(_));
                let mut sum = Some(!deciding);
                for child in ast.children(children) {
                    match self.decide_below(condition, *child, subject, value, depth) {
                        Some(truth) if truth == deciding => return Some(deciding),
                        Some(_) => {}
                        None => sum = None,
                    }
                }
                sum
            }
            NodeKind::Not(child) => {
                self.decide_below(condition, child, subject, value, depth).map(|truth| !truth)
            }
            NodeKind::Identifier(_) if depth < DEEPEST => {
                let inner = self.context.macro_at(one.unit.name(node))?;
                let root = self.condition(inner).ast().root();
                self.decide_below(inner, root, subject, value, depth + 1)
            }
            NodeKind::Unary { .. } | NodeKind::Binary { .. } => {
                let at = self.check_at(condition, node)?;
                if self.subject(at) != Some(subject) {
                    return None;
                }
                let matcher = self.atoms[at.condition][at.check].matcher.get_or_init(|| {
                    let check = self.check(at);
                    let literals: Vec<&Const> = self.literals(at).iter().collect();
                    Matcher::new(check.op, check.modifier, &literals).ok()
                });
                matcher.as_ref().map(|matcher| matcher.holds(value))
            }
            _ => None,
        }
    }

    /// The left sides that have one of a few values when an expression holds.
    pub(super) fn possible(&self, condition: usize, node: NodeId) -> Vec<Possible> {
        self.possible_below(condition, node, 0)
    }

    fn possible_below(&self, condition: usize, node: NodeId, depth: u32) -> Vec<Possible> {
        if !self.visit() {
            return Vec::new();
        }
        let one = self.condition(condition);
        let ast = one.ast();
        match ast.kind(node) {
            NodeKind::And(children) => {
                let children = ast.children(children).iter();
                children.flat_map(|child| self.possible_below(condition, *child, depth)).collect()
            }
            NodeKind::Or(children) => {
                let mut children = ast.children(children).iter();
                let Some(first) = children.next() else { return Vec::new() };
                let mut sum = self.possible_below(condition, *first, depth);
                for child in children {
                    if sum.is_empty() {
                        break;
                    }
                    let other = self.possible_below(condition, *child, depth);
                    sum.retain_mut(|one| match other.iter().find(|other| other.subject == one.subject) {
                        Some(other) => {
                            one.checks.extend_from_slice(&other.checks);
                            true
                        }
                        None => false,
                    });
                }
                sum
            }
            NodeKind::Identifier(_) if depth < DEEPEST => match self.context.macro_at(one.unit.name(node)) {
                Some(inner) => self.possible_below(inner, self.condition(inner).ast().root(), depth + 1),
                None => Vec::new(),
            },
            NodeKind::Binary { .. } => {
                let Some(at) = self.check_at(condition, node) else { return Vec::new() };
                match self.subject(at) {
                    Some(subject) if is_equality(self.check(at)) && !self.literals(at).is_empty() => {
                        vec![Possible { subject, checks: vec![at] }]
                    }
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }
}

/// Whether a comparison holds exactly for its literals.
pub(super) fn is_equality(check: &TypedCheck) -> bool {
    let ordinary = !matches!(check.left.shape.ty.class(), catalogue::TypeClass::IpNet);
    ordinary
        && matches!(check.right, TypedRhs::Literals(_))
        && matches!(
            (check.op, check.modifier),
            (Operator::Eq, None | Some(Modifier::Anyof | Modifier::Oneof))
                | (Operator::In | Operator::Intersects, None)
        )
}

/// The text that stands for a left side, when it has one value and the ordinary comparison.
fn subject<'c>(condition: &'c Condition<'_>, check: &'c TypedCheck) -> Option<&'c str> {
    if check.left.shape.list || matches!(check.right, TypedRhs::Operand(_)) {
        return None;
    }
    // `evt.num` is what rules are switched off with; nobody needs to be told.
    let is_other = |field: &ResolvedField| is_peculiar(field) || field.name == "evt.num";
    if let Some(field) = check.left.plain_field() {
        return (!is_other(field)).then_some(&*field.text);
    }
    let fields = check.left.fields();
    if fields.is_empty() || fields.iter().any(|field| is_other(field)) {
        return None;
    }
    Some(condition.left(check.node).slice(condition.text.as_str()))
}

fn as_value(value: &Const) -> Option<Value<'_>> {
    Some(match value {
        Const::Unsigned(value) => Value::Unsigned(*value),
        Const::Signed(value) => Value::Signed(*value),
        Const::Float(value) => Value::Float(*value as f64),
        Const::Bool(value) => Value::Bool(*value),
        Const::Text(text) => Value::Text(text),
        Const::Bytes(bytes) => Value::Bytes(bytes),
        Const::Address(address) => Value::Address(*address),
        Const::Network(_) => return None,
    })
}
