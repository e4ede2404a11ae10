//! Conditions in the form that is laid out: negation only at tests, `All` and `Any` flattened and without duplicates,
//! tests of one slot grouped, process-level parts separated, cheap operands first.

use catalogue::Operator;
use ir::{Expr, Program};
use rustc_hash::{FxHashMap, FxHashSet};

use super::keys::{Family, Key, KeyId, Keys};
use super::scope::Scopes;
use crate::binding::Cost;

/// Index of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(crate) u32);

/// How operands are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Join {
    /// All hold.
    All,
    /// One holds.
    Any,
}

/// A condition or part of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    Const(bool),
    /// A test, or its negation.
    Test {
        key: KeyId,
        holds: bool,
    },
    /// A process-level node whose result is remembered with the process.
    Remembered(NodeId),
    Joined(Join, Box<[NodeId]>),
}

#[derive(Clone, Copy)]
struct Facts {
    /// Depends on the process only.
    process: bool,
    cost: u32,
    /// Steps when laid out, process-level parts apart.
    size: u64,
}

/// Interned nodes.
pub(crate) struct Nodes<'p> {
    program: &'p Program,
    scopes: &'p Scopes,
    pub(crate) keys: Keys,
    nodes: Vec<Node>,
    facts: Vec<Facts>,
    index: FxHashMap<Node, NodeId>,
}

impl<'p> Nodes<'p> {
    pub(crate) fn new(program: &'p Program, scopes: &'p Scopes) -> Nodes<'p> {
        Nodes {
            program,
            scopes,
            keys: Keys::default(),
            nodes: Vec::new(),
            facts: Vec::new(),
            index: FxHashMap::default(),
        }
    }

    pub(crate) fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// How many steps the node is laid out as.
    pub(crate) fn size(&self, id: NodeId) -> u64 {
        self.facts[id.0 as usize].size
    }

    pub(crate) fn constant(&mut self, value: bool) -> NodeId {
        self.intern(Node::Const(value))
    }

    pub(crate) fn test(&mut self, key: KeyId, holds: bool) -> NodeId {
        self.intern(Node::Test { key, holds })
    }

    /// A whole condition: remembered with the process when it depends on nothing else.
    pub(crate) fn root(&mut self, id: NodeId) -> NodeId {
        if self.facts[id.0 as usize].process && !matches!(self.get(id), Node::Const(_)) {
            self.intern(Node::Remembered(id))
        } else {
            id
        }
    }

    /// Joins operands, in the order in which the author wrote them.
    pub(crate) fn join(&mut self, join: Join, operands: &[NodeId]) -> NodeId {
        let decisive = join == Join::Any;
        let mut flat = Vec::with_capacity(operands.len());
        let mut seen = FxHashSet::default();
        for operand in operands {
            match self.get(*operand) {
                Node::Const(value) if *value == decisive => return self.constant(decisive),
                Node::Const(_) => {}
                Node::Joined(inner, nested) if *inner == join => {
                    flat.extend(nested.iter().copied().filter(|id| seen.insert(*id)));
                }
                _ => {
                    if seen.insert(*operand) {
                        flat.push(*operand);
                    }
                }
            }
        }
        let flat = self.grouped(join, flat);
        let (process, other): (Vec<NodeId>, Vec<NodeId>) =
            flat.into_iter().partition(|id| self.facts[id.0 as usize].process);
        if other.is_empty() {
            return self.sorted(join, process);
        }
        let mut rest = other;
        if !process.is_empty() {
            let process = self.sorted(join, process);
            let remembered = self.intern(Node::Remembered(process));
            rest.insert(0, remembered);
        }
        self.sorted(join, rest)
    }

    /// Replaces tests that can be decided together (`a or b`, `not a and not b`) by one.
    fn grouped(&mut self, join: Join, operands: Vec<NodeId>) -> Vec<NodeId> {
        let holds = join == Join::Any;
        let mut groups: FxHashMap<(ir::SlotId, Family), Vec<KeyId>> = FxHashMap::default();
        let group_of = |nodes: &Nodes<'_>, id: NodeId| match nodes.get(id) {
            Node::Test { key, holds: polarity } if *polarity == holds => {
                let Key { slot, family, .. } = nodes.keys.get(*key);
                (*family != Family::Single).then_some(((*slot, *family), *key))
            }
            _ => None,
        };
        for id in &operands {
            if let Some((group, key)) = group_of(self, *id) {
                groups.entry(group).or_default().push(key);
            }
        }
        groups.retain(|_, keys| keys.len() > 1);
        if groups.is_empty() {
            return operands;
        }
        let mut kept = Vec::with_capacity(operands.len());
        for id in operands {
            let Some((group, _)) = group_of(self, id) else {
                kept.push(id);
                continue;
            };
            match groups.get_mut(&group) {
                None => kept.push(id),
                // The first of a group stands for all of it; the others find it emptied.
                Some(keys) => {
                    if let Some(key) = self.keys.merged(&std::mem::take(keys)) {
                        kept.push(self.test(key, holds));
                    }
                }
            }
        }
        kept
    }

    fn sorted(&mut self, join: Join, mut operands: Vec<NodeId>) -> NodeId {
        match operands.as_slice() {
            [] => self.constant(join == Join::All),
            [one] => *one,
            _ => {
                operands.sort_by_key(|id| self.facts[id.0 as usize].cost);
                self.intern(Node::Joined(join, operands.into()))
            }
        }
    }

    fn intern(&mut self, node: Node) -> NodeId {
        if let Some(known) = self.index.get(&node) {
            return *known;
        }
        let id = NodeId(self.nodes.len() as u32);
        self.facts.push(self.facts_of(&node));
        self.nodes.push(node.clone());
        self.index.insert(node, id);
        id
    }

    fn facts_of(&self, node: &Node) -> Facts {
        match node {
            Node::Const(_) => Facts { process: true, cost: 0, size: 0 },
            Node::Remembered(_) => Facts { process: false, cost: 1, size: 1 },
            Node::Joined(_, operands) => {
                let operands = operands.iter().map(|id| self.facts[id.0 as usize]);
                Facts {
                    process: operands.clone().all(|facts| facts.process),
                    cost: operands.clone().fold(0, |sum, facts| facts.cost.saturating_add(sum)),
                    size: operands.fold(0, |sum, facts| facts.size.saturating_add(sum)),
                }
            }
            Node::Test { key, .. } => {
                let key = self.keys.get(*key);
                let mut facts = Facts { process: true, cost: 0, size: 1 };
                for expr in &key.checks {
                    let Expr::Check(check) = self.program.expr(*expr) else { continue };
                    facts.process &= self.scopes.is_process(check);
                    facts.cost = facts.cost.max(operator_cost(check.op, key.family));
                }
                facts.cost += match self.scopes.slot(key.slot).cost {
                    Cost::Cheap => 0,
                    Cost::Moderate => 8,
                    Cost::Expensive => 40,
                };
                facts
            }
        }
    }
}

/// What a test costs once its slot is filled, in units of about a nanosecond.
fn operator_cost(op: Operator, family: Family) -> u32 {
    match (family, op) {
        (Family::Number, _) | (_, Operator::Exists) => 2,
        (Family::Text, _) => 4,
        (Family::Start | Family::End, _) => 5,
        (Family::Address, _) => 8,
        (Family::Inside, _) => 20,
        (Family::InsideAnyCase, _) => 40,
        (
            Family::Single,
            Operator::Eq | Operator::Ne | Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge,
        ) => 3,
        (Family::Single, Operator::Glob | Operator::Iglob) => 60,
        (Family::Single, Operator::Pmatch) => 80,
        (Family::Single, Operator::Regex) => 200,
        (Family::Single, _) => 15,
    }
}
