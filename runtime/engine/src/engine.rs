//! `Engine`: one event in, alerts out.

use std::sync::Arc;

use bumpalo::Bump;
use codegen::{Matches, Strategy};
use events::{RawEvent, Snapshot};

use crate::alert::Alert;
use crate::costs::Costs;
use crate::event::Event;
use crate::fields::Printing;
use crate::format::{self, Formatter};
use crate::host::HostLookup;
use crate::matcher::{Matcher, Ruleset};
use crate::state::{HostNames, State};
use crate::stats::Stats;
use crate::update::{Options, Tracker};

/// Rules with the memory that evaluating and formatting need, made ready away from the event loop: taking them over is
/// then a matter of a few moves.
#[derive(Debug)]
pub struct ReadyRules {
    ruleset: Arc<Ruleset>,
    matcher: Matcher,
    formatter: Formatter,
    strategy: Strategy,
}

impl ReadyRules {
    /// Prepares rules for an engine that knows about `threads` threads: memory for them is set aside now.
    pub fn new(
        ruleset: Arc<Ruleset>,
        strategy: Strategy,
        format: format::Options,
        threads: usize,
    ) -> ReadyRules {
        let mut matcher = Matcher::new(&ruleset, strategy);
        matcher.reserve(threads);
        ReadyRules { matcher, formatter: Formatter::new(ruleset.program(), format), ruleset, strategy }
    }

    /// The rules.
    pub fn ruleset(&self) -> &Arc<Ruleset> {
        &self.ruleset
    }
}

/// State and rules of one event stream. Events of one stream must come in order; nothing is shared with other engines.
#[derive(Debug)]
pub struct Engine {
    tracker: Tracker,
    ruleset: Arc<Ruleset>,
    matcher: Matcher,
    formatter: Formatter,
    strategy: Strategy,
    arena: Bump,
}

impl Engine {
    /// An engine without any state.
    pub fn new(
        ruleset: Arc<Ruleset>,
        strategy: Strategy,
        format: format::Options,
        options: Options,
        host: Box<dyn HostLookup + Send>,
    ) -> Engine {
        Engine {
            tracker: Tracker::new(options, host),
            matcher: Matcher::new(&ruleset, strategy),
            formatter: Formatter::new(ruleset.program(), format),
            ruleset,
            strategy,
            arena: Bump::new(),
        }
    }

    /// Starts from a snapshot of the machine; what was known before is forgotten.
    pub fn load(&mut self, snapshot: &Snapshot) {
        self.tracker.load(snapshot);
    }

    /// Takes other rules from the next event on; the state stays. Gives back the former rules: whoever minds pauses
    /// drops them elsewhere.
    #[must_use]
    pub fn replace(&mut self, mut rules: ReadyRules) -> ReadyRules {
        rules.matcher.inherit_costs(&mut self.matcher, &self.ruleset, &rules.ruleset);
        ReadyRules {
            ruleset: std::mem::replace(&mut self.ruleset, rules.ruleset),
            matcher: std::mem::replace(&mut self.matcher, rules.matcher),
            formatter: std::mem::replace(&mut self.formatter, rules.formatter),
            strategy: std::mem::replace(&mut self.strategy, rules.strategy),
        }
    }

    /// How many threads' worth of memory the rules have taken so far: what [`ReadyRules::new`] wants to know.
    pub fn threads_seen(&self) -> usize {
        self.matcher.threads_seen()
    }

    /// Applies an event to the state and gives an alert for each rule that it matches to `sink`, in evaluation order.
    #[inline]
    pub fn process(&mut self, raw: &RawEvent<'_>, mut sink: impl FnMut(&Alert<'_>)) {
        let wanted = self.ruleset.wants(raw.code());
        let applied = self.tracker.apply(raw, wanted);
        if !wanted || !applied.deliver {
            return;
        }
        self.arena.reset();
        let event = self.tracker.event(raw, &applied, &self.arena);
        self.matcher.run(&self.ruleset, &event, applied.thread());
        if self.matcher.matches().is_empty() || self.tracker.is_own(applied.thread()) {
            return;
        }
        let values = Printing::new(self.ruleset.fields(), self.matcher.memory(), &event);
        for rule in self.matcher.matches().iter() {
            sink(&self.formatter.alert(self.ruleset.program(), rule, &values));
        }
    }

    /// As [`Engine::process`], for whoever explains decisions: `visit` sees every delivered event, its values and the
    /// rules that match it; no alert is written.
    pub fn visit(&mut self, raw: &RawEvent<'_>, visit: impl FnOnce(&Event<'_>, &Printing<'_, '_>, &Matches)) {
        let applied = self.tracker.apply(raw, true);
        if !applied.deliver {
            return;
        }
        self.arena.reset();
        let event = self.tracker.event(raw, &applied, &self.arena);
        self.matcher.run(&self.ruleset, &event, applied.thread());
        let values = Printing::new(self.ruleset.fields(), self.matcher.memory(), &event);
        visit(&event, &values, self.matcher.matches());
    }

    /// Measures from now on what each rule costs.
    pub fn measure_costs(&mut self) {
        self.matcher.measure_costs(&self.ruleset);
    }

    /// What each rule costs, when that is measured.
    pub fn costs(&self) -> Option<&Costs> {
        self.matcher.costs()
    }

    /// The rules in use.
    pub fn ruleset(&self) -> &Arc<Ruleset> {
        &self.ruleset
    }

    /// Everything known of the machine.
    pub fn state(&self) -> &State {
        self.tracker.state()
    }

    /// Takes over what the host names stand for that rules mention, see [`crate::fields::host_names`].
    pub fn set_host_names(&mut self, names: HostNames) {
        self.tracker.set_host_names(names);
    }

    /// Events of each type so far, by code.
    pub fn events_by_type(&self) -> &[u64] {
        self.tracker.events_by_type()
    }

    /// What was counted so far.
    pub fn stats(&self) -> Stats {
        self.tracker.stats()
    }
}
