//! Groups the enabled rules by the event types that can satisfy them.

use catalogue::{EVENT_COUNT, EventCode};
use rustc_hash::FxHashMap;

use crate::event_set::EventSet;
use crate::expr::Expr;
use crate::program::{Program, RuleId};

/// The rules that each event type has to be judged by. Event types with the same rules share a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fused {
    /// Rules in evaluation order; the first group is empty.
    pub groups: Vec<Box<[RuleId]>>,
    /// By event code: its group.
    group_of: Vec<u32>,
}

impl Fused {
    /// The rules for an event type, in evaluation order.
    pub fn rules(&self, code: EventCode) -> &[RuleId] {
        let group = self.group_of.get(usize::from(code.0)).copied().unwrap_or(0);
        self.groups.get(group as usize).map_or(&[], |rules| rules)
    }

    /// The group of an event type; 0 is the one without rules.
    pub fn group(&self, code: EventCode) -> u32 {
        self.group_of.get(usize::from(code.0)).copied().unwrap_or(0)
    }

    /// The event types that have rules.
    pub fn wanted(&self) -> EventSet {
        (0..self.group_of.len())
            .filter(|code| self.group_of[*code] != 0)
            .map(|code| EventCode(code as u16))
            .collect()
    }
}

/// Groups the rules of a program. A rule whose condition is constantly false is in no group.
pub fn fuse(program: &Program) -> Fused {
    let live: Vec<RuleId> = program
        .order
        .iter()
        .copied()
        .filter(|rule| *program.expr(program.rule(*rule).condition) != Expr::Const(false))
        .collect();
    let mut fused = Fused { groups: vec![Box::default()], group_of: vec![0; EVENT_COUNT] };
    let mut known: FxHashMap<Box<[RuleId]>, u32> = FxHashMap::default();
    known.insert(Box::default(), 0);
    for code in 0..EVENT_COUNT {
        let event = EventCode(code as u16);
        let rules: Box<[RuleId]> =
            live.iter().copied().filter(|rule| program.rule(*rule).events.contains(event)).collect();
        let next = fused.groups.len() as u32;
        let group = *known.entry(rules).or_insert_with_key(|rules| {
            fused.groups.push(rules.clone());
            next
        });
        fused.group_of[code] = group;
    }
    fused
}
