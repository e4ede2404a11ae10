//! Builds the plan of a program: which conditions each event type runs, their steps, and everything the steps refer to.

use std::collections::BTreeSet;

use catalogue::{EVENTS, EventCode, Transformer};
use ir::{Check, Const, ExprId, ImportId, Program, RuleId, Slot, SlotId, SlotKind, SourceId};
use rustc_hash::FxHashMap;

use super::SlotIx;
use super::convert::Converter;
use super::flow::{DONE, Layout, Step};
use super::nodes::{Node, NodeId};
use super::scope::Scopes;
use super::test::{Test, Variant};
use crate::binding::Binding;
use crate::error::Error;
use crate::general::General;

/// The most steps that one program may need: far above any rule set, and a bound on what an expression that repeats
/// itself at every level can expand to.
const MAX_STEPS: u64 = 1 << 22;

/// A slot that conditions use.
#[derive(Debug)]
pub(crate) struct PlanSlot {
    pub(crate) kind: PlanSlotKind,
    pub(crate) variant: Variant,
}

/// How a slot is computed: `ir::SlotKind` with its operands at hand.
#[derive(Debug)]
pub(crate) enum PlanSlotKind {
    Import(ImportId),
    Const(Const),
    List(Box<[SlotIx]>),
    Transform { transformer: Transformer, args: Box<[SlotIx]>, selector: Option<u8> },
}

impl PlanSlotKind {
    /// The slots that it is computed from.
    pub(crate) fn operands(&self) -> &[SlotIx] {
        match self {
            PlanSlotKind::Import(_) | PlanSlotKind::Const(_) => &[],
            PlanSlotKind::List(args) | PlanSlotKind::Transform { args, .. } => args,
        }
    }
}

/// The rules that have a condition, each with its place in evaluation order.
pub(crate) type Owners = Box<[(u32, RuleId)]>;

/// What one set of event types runs.
#[derive(Debug)]
pub(crate) struct PlanFunction {
    /// The first step.
    pub(crate) entry: u32,
    /// Its steps; one after the last.
    pub(crate) steps: std::ops::Range<u32>,
    /// Who has each distinct condition, in the order of the first owners.
    pub(crate) conditions: Box<[Owners]>,
    /// Whether events other than asynchronous ones run it. Every rule may match those, which hardly ever come: a function
    /// of all rules for them is not worth machine code.
    pub(crate) is_frequent: bool,
    /// Whether the rules of conditions that hold may have to be put in order: some condition belongs to several.
    pub(crate) interleaved: bool,
}

/// Everything that is needed to evaluate a program.
pub(crate) struct Plan {
    pub(crate) slots: Box<[PlanSlot]>,
    pub(crate) tests: Box<[Test]>,
    /// The checks that tests consist of.
    pub(crate) checks: Box<[General]>,
    /// The first step of every process-level expression.
    pub(crate) bits: Box<[u32]>,
    pub(crate) steps: Box<[Step]>,
    pub(crate) functions: Vec<PlanFunction>,
    /// By source, by event code: one more than the index of the function; 0: no rule.
    pub(crate) dispatch: Vec<Box<[u32]>>,
}

impl Plan {
    pub(crate) fn new(program: &Program, binding: &Binding) -> Result<Plan, Error> {
        let scopes = Scopes::new(program, binding);
        let mut builder = Builder {
            program,
            converter: Converter::new(program, &scopes),
            layout: Layout::default(),
            functions: Vec::new(),
            known: FxHashMap::default(),
        };
        let mut dispatch = Vec::with_capacity(program.sources.len());
        for source in 0..program.sources.len() {
            dispatch.push(builder.source(SourceId(source as u32))?);
        }
        let mut bits = Vec::new();
        while let Some(node) = builder.layout.bits.get(bits.len()) {
            let node = *node;
            builder.within_bounds(node)?;
            bits.push(builder.layout.expression(&builder.converter.nodes, node));
        }
        let Builder { converter, layout, functions, .. } = builder;
        let mut slots = SlotTable { program, slots: Vec::new(), index: FxHashMap::default() };
        let mut tests = Vec::with_capacity(layout.tests.len());
        let mut checks: Vec<General> = Vec::new();
        let mut check_of: FxHashMap<ExprId, u32> = FxHashMap::default();
        for (key, uses) in &layout.tests {
            let key = converter.nodes.keys.get(*key);
            let slot = slots.index_of(key.slot);
            tests.push(Test::new(program, key, slot, *uses, |id, check| {
                *check_of.entry(id).or_insert_with(|| {
                    checks.push(General::new(program, check, |slot| slots.index_of(slot)));
                    checks.len() as u32 - 1
                })
            }));
        }
        Ok(Plan {
            slots: slots.slots.into(),
            tests: tests.into(),
            checks: checks.into(),
            bits: bits.into(),
            steps: layout.steps.into(),
            functions,
            dispatch,
        })
    }
}

struct Builder<'p> {
    program: &'p Program,
    converter: Converter<'p>,
    layout: Layout,
    functions: Vec<PlanFunction>,
    /// Functions by what they run.
    known: FxHashMap<Vec<(NodeId, Owners)>, u32>,
}

impl Builder<'_> {
    /// The dispatch table of a source.
    fn source(&mut self, source: SourceId) -> Result<Box<[u32]>, Error> {
        let rules: Vec<(u32, RuleId)> = (0u32..)
            .zip(&self.program.order)
            .filter(|(_, rule)| self.program.rule(**rule).source == source)
            .map(|(place, rule)| (place, *rule))
            .collect();
        let mut table = vec![0; ir::EventSet::CAPACITY];
        let mut by_rules: FxHashMap<Vec<(u32, RuleId)>, u32> = FxHashMap::default();
        for (code, entry) in table.iter_mut().enumerate() {
            let code = EventCode(code as u16);
            let of_type: Vec<(u32, RuleId)> = rules
                .iter()
                .copied()
                .filter(|(_, rule)| self.program.rule(*rule).events.contains(code))
                .collect();
            if of_type.is_empty() {
                continue;
            }
            let dependent = of_type
                .iter()
                .any(|(_, rule)| self.converter.is_type_dependent(self.program.rule(*rule).condition));
            *entry = match by_rules.get(&of_type) {
                Some(function) if !dependent => *function,
                _ => {
                    let function = self.function(code, &of_type)?;
                    if !dependent {
                        by_rules.insert(of_type, function);
                    }
                    function
                }
            };
            let function = (*entry as usize).checked_sub(1).and_then(|index| self.functions.get_mut(index));
            if let Some(function) = function.filter(|_| code != EventCode::ASYNCEVENT_E) {
                function.is_frequent = true;
            }
        }
        Ok(table.into())
    }

    /// One more than the index of the function for these rules; 0 when none of them can match.
    fn function(&mut self, code: EventCode, rules: &[(u32, RuleId)]) -> Result<u32, Error> {
        let name = fixed_name(code);
        let decide = |check: &Check| name.map(|name| General::decides(self.program, check, name.as_bytes()));
        self.converter.next_type();
        let mut conditions: Vec<(NodeId, Vec<(u32, RuleId)>)> = Vec::new();
        let mut index: FxHashMap<NodeId, usize> = FxHashMap::default();
        for rule in rules {
            let node = self.converter.condition(self.program.rule(rule.1).condition, &decide);
            if *self.converter.nodes.get(node) == Node::Const(false) {
                continue;
            }
            let position = *index.entry(node).or_insert_with(|| {
                conditions.push((node, Vec::new()));
                conditions.len() - 1
            });
            conditions[position].1.push(*rule);
        }
        if conditions.is_empty() {
            return Ok(0);
        }
        let conditions: Vec<(NodeId, Owners)> =
            conditions.into_iter().map(|(node, rules)| (node, rules.into())).collect();
        if let Some(function) = self.known.get(&conditions) {
            return Ok(*function);
        }
        let nodes: Vec<NodeId> = conditions.iter().map(|(node, _)| *node).collect();
        for node in &nodes {
            self.within_bounds(*node)?;
        }
        let first = self.layout.steps.len() as u32;
        let entry = self.layout.conditions(&self.converter.nodes, &nodes);
        debug_assert!(entry != DONE, "a function without steps");
        self.functions.push(PlanFunction {
            entry,
            steps: first..self.layout.steps.len() as u32,
            is_frequent: false,
            interleaved: conditions.iter().any(|(_, rules)| rules.len() > 1),
            conditions: conditions.iter().map(|(_, rules)| rules.clone()).collect(),
        });
        let function = self.functions.len() as u32;
        self.known.insert(conditions, function);
        Ok(function)
    }

    /// Refuses a node whose steps would be too many.
    fn within_bounds(&self, node: NodeId) -> Result<(), Error> {
        let steps = self.layout.steps.len() as u64 + self.converter.nodes.size(node);
        if steps > MAX_STEPS { Err(Error::TooLarge { steps, limit: MAX_STEPS }) } else { Ok(()) }
    }
}

/// The name that `evt.type` has for all events of this type.
fn fixed_name(code: EventCode) -> Option<&'static str> {
    let event = EVENTS.get(code.index())?;
    let various = code.is_generic() || [EventCode::PLUGINEVENT_E, EventCode::ASYNCEVENT_E].contains(&code);
    (!various).then_some(event.name)
}

/// Gives dense indices to the slots that are used, operands first.
struct SlotTable<'p> {
    program: &'p Program,
    slots: Vec<PlanSlot>,
    index: FxHashMap<SlotId, SlotIx>,
}

impl SlotTable<'_> {
    fn index_of(&mut self, slot: SlotId) -> SlotIx {
        if let Some(known) = self.index.get(&slot) {
            return *known;
        }
        let mut needed = BTreeSet::new();
        let mut pending = vec![slot];
        while let Some(slot) = pending.pop() {
            if needed.insert(slot) {
                pending.extend_from_slice(ir::interp::operands(&self.program.slot(slot).kind));
            }
        }
        // Operands have smaller ids, so ascending order puts every operand before its users.
        for id in needed {
            if self.index.contains_key(&id) {
                continue;
            }
            let slot = self.program.slot(id);
            self.index.insert(id, SlotIx(self.slots.len() as u32));
            self.slots.push(PlanSlot { kind: self.kind(slot), variant: Variant::of(slot) });
        }
        self.index[&slot]
    }
}

impl SlotTable<'_> {
    /// How a slot is computed; its operands have indices already.
    fn kind(&self, slot: &Slot) -> PlanSlotKind {
        let all = |args: &[SlotId]| args.iter().map(|arg| self.index[arg]).collect();
        match &slot.kind {
            SlotKind::Import(import) => PlanSlotKind::Import(*import),
            SlotKind::Const(constant) => PlanSlotKind::Const(self.program.const_(*constant).clone()),
            SlotKind::List(args) => PlanSlotKind::List(all(args)),
            SlotKind::Transform { transformer, args, selector } => {
                PlanSlotKind::Transform { transformer: *transformer, args: all(args), selector: *selector }
            }
        }
    }
}
