//! What each rule costs: one event evaluated condition by condition, with a clock in between.

use std::time::Instant;

use ir::{RuleId, SourceId};

use crate::abi::{EvalContext, Frame};
use crate::eval;
use crate::filters::Filters;
use crate::matches::Strategy;
use crate::source::EventSource;

impl Filters {
    /// Evaluates an event as [`Filters::run`] does, slower, and tells `visit` each condition that was looked at: the rules
    /// that have it, each with its place in evaluation order, and the nanoseconds that it took. Times are good for comparing conditions of one
    /// event: by machine code they take less. `clock_ns` is what reading the clock costs and is taken off.
    pub fn profile<S: EventSource>(
        &self,
        context: &mut EvalContext,
        source: SourceId,
        event: &S,
        strategy: Strategy,
        clock_ns: u64,
        mut visit: impl FnMut(&[(u32, RuleId)], u64),
    ) {
        let Some(index) = self.function_index(source, event.event_code()) else { return };
        let Some(function) = self.core.functions.get(index) else { return };
        context.enter(&self.core, event, strategy == Strategy::First, |frame: &Frame| {
            let mut before = Instant::now();
            eval::by_condition(frame, function.entry, |condition| {
                let now = Instant::now();
                let ns = u64::try_from((now - before).as_nanos()).unwrap_or(u64::MAX);
                if let Some(rules) = function.conditions.get(condition as usize) {
                    visit(rules, ns.saturating_sub(clock_ns));
                }
                before = Instant::now();
            });
        });
    }
}
