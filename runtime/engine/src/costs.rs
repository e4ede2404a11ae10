//! What each rule costs, estimated from samples: a few events are evaluated a second time, rule by rule, with a clock. The
//! time of the ordinary evaluation is then divided among the rules by what each took.

use std::time::Instant;

use codegen::{EvalContext, EventSource, Strategy};
use ir::{Program, RuleId, SourceId};
use rustc_hash::FxHashMap;

use crate::matcher::Ruleset;

/// Samples may take that part of the time that evaluation takes, at most.
const SHARE: u64 = 100;
/// Events before the first sample.
const FIRST: u64 = 16;
/// Events between two samples at least.
const SHORTEST: u64 = 64;
/// Events between two samples at most.
const LONGEST: u64 = 1 << 16;
/// How often the clock is tried to learn what reading it costs.
const TRIALS: usize = 64;

/// The estimated cost of one rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// How often its condition was looked at.
    pub evaluations: u64,
    /// Nanoseconds spent on it.
    pub ns: u64,
}

/// Costs of all rules.
#[derive(Debug)]
pub struct Costs {
    rules: Vec<Cost>,
    samples: u64,
    /// Events since the latest sample, and up to the next one.
    since: u64,
    until: u64,
    clock_ns: u64,
    /// Nanoseconds that sampled events took to evaluate, and to take samples of.
    evaluated_ns: u64,
    sampled_ns: u64,
    random: u64,
    /// The latest sample: what its conditions took.
    times: Vec<(RuleId, u64)>,
}

fn ns_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

impl Costs {
    pub(crate) fn new(program: &Program) -> Costs {
        let clock_ns = (0..TRIALS).map(|_| ns_since(Instant::now())).min().unwrap_or(0);
        Costs {
            rules: vec![Cost::default(); program.rules.len()],
            samples: 0,
            since: 0,
            until: FIRST,
            clock_ns,
            evaluated_ns: 0,
            sampled_ns: 0,
            random: 0x9e37_79b9_7f4a_7c15,
            times: Vec::new(),
        }
    }

    /// By rule, in the program's order.
    pub fn rules(&self) -> &[Cost] {
        &self.rules
    }

    /// Events of which samples were taken.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Keeps what was counted, by the rules' names, when other rules are taken over.
    pub(crate) fn carry_over(&mut self, from: &Program, to: &Program) {
        let former: FxHashMap<&str, Cost> =
            from.rules.iter().zip(&self.rules).map(|(rule, cost)| (&*rule.name, *cost)).collect();
        self.rules =
            to.rules.iter().map(|rule| former.get(&*rule.name).copied().unwrap_or_default()).collect();
    }

    /// Whether this event is one to take a sample of.
    #[inline]
    pub(crate) fn is_due(&mut self) -> bool {
        self.since += 1;
        self.since >= self.until
    }

    /// Takes a sample of an event whose evaluation took `taken_ns`.
    #[cold]
    pub(crate) fn sample<S: EventSource>(
        &mut self,
        taken_ns: u64,
        ruleset: &Ruleset,
        context: &mut EvalContext,
        source: SourceId,
        event: &S,
        strategy: Strategy,
    ) {
        let start = Instant::now();
        let taken_ns = taken_ns.saturating_sub(self.clock_ns);
        let Costs { times, clock_ns, .. } = self;
        times.clear();
        ruleset.filters().profile(context, source, event, strategy, *clock_ns, |rules, ns| {
            // Rules that share a condition share its cost.
            let each = ns / (rules.len().max(1) as u64);
            times.extend(rules.iter().map(|(_, rule)| (*rule, each)));
        });
        // Never zero, so that conditions too quick to be measured share what there is.
        let total: u64 = self.times.iter().map(|(_, ns)| ns + 1).sum();
        let weight = self.since;
        for (rule, ns) in &self.times {
            let Some(cost) = self.rules.get_mut(rule.0 as usize) else { continue };
            let share =
                u128::from(taken_ns) * u128::from(ns + 1) * u128::from(weight) / u128::from(total.max(1));
            cost.evaluations += weight;
            cost.ns += u64::try_from(share).unwrap_or(u64::MAX);
        }
        self.samples += 1;
        self.since = 0;
        self.evaluated_ns += taken_ns;
        self.sampled_ns += ns_since(start);
        self.until = self.next_interval();
    }

    /// So many events that samples stay within their share, half as many to one and a half times as many: periodic events
    /// must not be hit, or missed, each time.
    fn next_interval(&mut self) -> u64 {
        let fair = (SHARE * self.sampled_ns / self.evaluated_ns.max(1)).clamp(SHORTEST, LONGEST);
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        fair / 2 + self.random % fair
    }
}
