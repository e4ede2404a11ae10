//! Conditions laid out as steps: each tests one thing and says where to go on either result.

use rustc_hash::FxHashMap;

use super::keys::KeyId;
use super::nodes::{Join, Node, NodeId, Nodes};
use super::{BitId, TestId};

/// The expression holds.
pub(crate) const HOLDS: u32 = u32::MAX;
/// The expression does not hold.
pub(crate) const FAILS: u32 = u32::MAX - 1;
/// Nothing is left to do for the event.
pub(crate) const DONE: u32 = u32::MAX - 2;

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// Decides a test.
    Test(TestId),
    /// Decides a process-level expression, from the process cache if it is known.
    Bit(BitId),
    /// Records a condition that holds, by its index in the function; `then`: evaluation stops.
    Hit(u32),
}

/// A step, and the index of the next one (or `HOLDS`, `FAILS`, `DONE`). Steps only ever lead forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) action: Action,
    pub(crate) then: u32,
    pub(crate) otherwise: u32,
}

/// Lays out nodes, numbering the tests and process-level expressions that are used.
#[derive(Default)]
pub(crate) struct Layout {
    pub(crate) steps: Vec<Step>,
    /// The keys of tests, by `TestId`, with the number of steps that decide each.
    pub(crate) tests: Vec<(KeyId, u32)>,
    /// The process-level nodes, by `BitId`.
    pub(crate) bits: Vec<NodeId>,
    test_of: FxHashMap<KeyId, TestId>,
    bit_of: FxHashMap<NodeId, BitId>,
}

/// A place that steps lead to and that may be known only later.
#[derive(Clone, Copy)]
enum Target {
    Label(usize),
    End(u32),
}

impl Layout {
    /// Lays out an expression that ends in `HOLDS` or `FAILS`; its first step.
    pub(crate) fn expression(&mut self, nodes: &Nodes<'_>, node: NodeId) -> u32 {
        let mut emitter = Emitter::new(self);
        let start = emitter.label();
        emitter.node(nodes, node, start, Target::End(HOLDS), Target::End(FAILS));
        emitter.finish(start)
    }

    /// Lays out conditions one after the other, the n-th ending in `Action::Hit(n)` when it holds; the first step.
    pub(crate) fn conditions(&mut self, nodes: &Nodes<'_>, conditions: &[NodeId]) -> u32 {
        let mut emitter = Emitter::new(self);
        let start = emitter.label();
        let mut here = start;
        for (index, condition) in conditions.iter().enumerate() {
            let next = if index + 1 == conditions.len() {
                Target::End(DONE)
            } else {
                Target::Label(emitter.label())
            };
            let hit = emitter.label();
            emitter.node(nodes, *condition, here, Target::Label(hit), next);
            emitter.bind(hit);
            emitter.push(Action::Hit(index as u32), Target::End(DONE), next);
            if let Target::Label(next) = next {
                here = next;
            }
        }
        emitter.finish(start)
    }
}

struct Emitter<'l> {
    layout: &'l mut Layout,
    first: usize,
    /// Where each label leads, once known.
    labels: Vec<Option<Target>>,
    targets: Vec<(Target, Target)>,
}

impl<'l> Emitter<'l> {
    fn new(layout: &'l mut Layout) -> Emitter<'l> {
        Emitter { first: layout.steps.len(), layout, labels: Vec::new(), targets: Vec::new() }
    }

    fn label(&mut self) -> usize {
        self.labels.push(None);
        self.labels.len() - 1
    }

    /// The label means the next step.
    fn bind(&mut self, label: usize) {
        self.labels[label] = Some(Target::End(self.layout.steps.len() as u32));
    }

    fn push(&mut self, action: Action, then: Target, otherwise: Target) {
        self.layout.steps.push(Step { action, then: 0, otherwise: 0 });
        self.targets.push((then, otherwise));
    }

    fn node(&mut self, nodes: &Nodes<'_>, node: NodeId, entry: usize, then: Target, otherwise: Target) {
        let mut pending = vec![(node, entry, then, otherwise)];
        while let Some((node, entry, then, otherwise)) = pending.pop() {
            match nodes.get(node) {
                Node::Const(value) => self.labels[entry] = Some(if *value { then } else { otherwise }),
                Node::Test { key, holds } => {
                    let test = self.test(*key);
                    self.bind(entry);
                    let (then, otherwise) = if *holds { (then, otherwise) } else { (otherwise, then) };
                    self.push(Action::Test(test), then, otherwise);
                }
                Node::Remembered(inner) => {
                    let bit = self.bit(*inner);
                    self.bind(entry);
                    self.push(Action::Bit(bit), then, otherwise);
                }
                Node::Joined(join, operands) => {
                    let mut here = entry;
                    let start = pending.len();
                    for (index, operand) in operands.iter().enumerate() {
                        if index + 1 == operands.len() {
                            pending.push((*operand, here, then, otherwise));
                            break;
                        }
                        let next = self.label();
                        let (on_true, on_false) = match join {
                            Join::All => (Target::Label(next), otherwise),
                            Join::Any => (then, Target::Label(next)),
                        };
                        pending.push((*operand, here, on_true, on_false));
                        here = next;
                    }
                    pending[start..].reverse();
                }
            }
        }
    }

    fn test(&mut self, key: KeyId) -> TestId {
        let next = TestId(self.layout.tests.len() as u32);
        let id = *self.layout.test_of.entry(key).or_insert(next);
        if id == next {
            self.layout.tests.push((key, 0));
        }
        self.layout.tests[id.0 as usize].1 += 1;
        id
    }

    fn bit(&mut self, node: NodeId) -> BitId {
        let next = BitId(self.layout.bits.len() as u32);
        let id = *self.layout.bit_of.entry(node).or_insert(next);
        if id == next {
            self.layout.bits.push(node);
        }
        id
    }

    /// Resolves labels, then skips steps whose result is known on arrival; where to start.
    fn finish(self, start: usize) -> u32 {
        let resolve = |mut target: Target| loop {
            match target {
                Target::End(index) => return index,
                Target::Label(label) => target = self.labels[label].unwrap_or(Target::End(DONE)),
            }
        };
        let steps = &mut self.layout.steps;
        for (step, (then, otherwise)) in steps[self.first..].iter_mut().zip(&self.targets) {
            step.then = resolve(*then);
            step.otherwise = resolve(*otherwise);
        }
        // Backwards, so that what follows is already threaded.
        for index in (self.first..steps.len()).rev() {
            let Step { action, then, otherwise } = steps[index];
            if matches!(action, Action::Hit(_)) {
                continue;
            }
            let same = |next: u32| steps.get(next as usize).filter(|step| step.action == action);
            let (then, otherwise) = (
                same(then).map_or(then, |step| step.then),
                same(otherwise).map_or(otherwise, |step| step.otherwise),
            );
            steps[index].then = then;
            steps[index].otherwise = otherwise;
        }
        resolve(Target::Label(start))
    }
}
