//! What is asked of the event loop from outside, between two events: signals, other rules, numbers.

use std::time::Instant;

use catalogue::Priority;
use engine::format::internal::{InternalAlert, InternalValue};

use super::{Ended, Notice, Pipeline, now_ns};
use crate::endpoints::{self, FieldValue, Moment, Serving};
use crate::reload::{FAILURE_RULE, Fresh, Outcome, Reason};
use crate::service;
use crate::signals::Request;

impl Pipeline<'_> {
    /// Looks after what was asked for, between two events. `Some`: the run is over.
    #[cold]
    pub(super) fn signal(&mut self) -> Option<Ended> {
        while let Some(request) = self.signals.take() {
            match request {
                Request::End => {
                    self.log.info("SIGINT received, exiting...");
                    return Some(Ended::Interrupted);
                }
                Request::Reopen => {
                    self.log.info("SIGUSR1 received, reopening outputs...");
                    self.outputs.reopen();
                }
                Request::Reload => {
                    self.log.info("SIGHUP received, restarting...");
                    self.reloads.request(Reason::Signal);
                }
            }
        }
        while let Some(outcome) = self.reloads.take_outcome() {
            match outcome {
                Outcome::Ready(fresh) => self.take_over(*fresh),
                Outcome::Failed(reason) => {
                    self.log.error(&format!("the rules stay as they are: {reason}"));
                    service::status("the latest rules were refused; the former ones are in use");
                    // An alert is one line, whatever the compiler quotes.
                    let reason: Vec<&str> = reason.split_whitespace().collect();
                    let message = format!("{FAILURE_RULE}: {}", reason.join(" "));
                    self.notify(&Notice { priority: Priority::Critical, rule: FAILURE_RULE, message });
                }
            }
        }
        if self.serving.asked() {
            self.with_moment(Serving::answer);
        }
        if let Some(fields) = self.serving.take_snapshot_fields() {
            self.metrics_alert(&fields);
        }
        None
    }

    /// Raises the alert with a metrics snapshot.
    fn metrics_alert(&mut self, fields: &[(String, FieldValue)]) {
        let fields: Vec<(&str, InternalValue<'_>)> =
            fields.iter().map(|(name, value)| (name.as_str(), endpoints::alert_value(value))).collect();
        let alert = InternalAlert {
            ts: now_ns(),
            priority: Priority::Informational,
            rule: endpoints::SNAPSHOT_RULE,
            message: endpoints::SNAPSHOT_MESSAGE,
            fields: &fields,
        };
        self.outputs.internal(&alert, &self.format);
    }

    /// Takes other rules: from the next event on, they judge, and no event is judged by both.
    fn take_over(&mut self, fresh: Fresh) {
        let start = Instant::now();
        let Fresh { rules, identity, format, notice } = fresh;
        let count = rules.ruleset().program().order.len();
        self.statistics.settle(self.engine.ruleset().program());
        self.outputs.rules_changed();
        self.serving.numbers.reloaded(identity.clone(), now_ns());
        let former = self.engine.replace(rules);
        self.format = format;
        self.other_rules = true;
        self.reloads.retire(Box::new(former));
        let pause = start.elapsed();
        self.reloads.swapped(now_ns(), pause);
        self.log.info(&format!(
            "Rules reloaded: {count} rules enabled, version {}, sha256 {}; from event {} on; paused {} us",
            identity.version,
            identity.digest,
            self.engine.stats().events + 1,
            pause.as_micros()
        ));
        service::status(&format!("{count} rules enabled, reloaded"));
        if let Some(notice) = notice {
            self.notify(&notice);
        }
    }

    /// Gives the numbers of this moment to whoever serves them.
    #[cold]
    pub(super) fn with_moment(&mut self, tell: impl FnOnce(&mut Serving, &Moment<'_>)) {
        let moment = Moment {
            engine: &self.engine,
            statistics: self.statistics,
            source: self.counters,
            reloads: &self.reloads,
            outputs: self.outputs.monitor().counters(),
            replaying: self.replaying,
        };
        tell(self.serving, &moment);
    }
}
