//! What depends on the time: looked after between two events, and while there are none.

use catalogue::Priority;
use engine::format::internal::{InternalAlert, InternalValue};
use events::{EventFlags, RawEvent};

use super::{Pipeline, now_ns};
use crate::drops::{DROP_RULE, DropReaction};
use crate::exit::Stop;
use crate::log::Level;
use crate::silence::SILENCE_RULE;
use crate::time_zone::time_of_day;

impl Pipeline<'_> {
    /// What happens between two events, when its time has come. `true`: the run is over.
    #[cold]
    pub(super) fn between(&mut self, event: &RawEvent<'_>) -> Result<bool, Stop> {
        let now = event.ts();
        // Once a second of event time, which is often enough for summer to begin and end.
        self.utc_offset.set(self.zone.offset_at(now));
        if now == u64::MAX || event.flags().contains(EventFlags::STATE_ONLY) {
            return Ok(false);
        }
        self.tick(now)
    }

    /// What happens while nothing happens. `true`: the run is over.
    #[cold]
    pub(super) fn idle(&mut self) -> Result<bool, Stop> {
        let now = now_ns();
        self.recordings.idle(now);
        if let Some(since) = self.silence.look(now, self.engine.stats().events) {
            let time = time_of_day(since);
            let fields = [("last_event_time", InternalValue::Text(&time))];
            let message = self.silence.message();
            let alert = InternalAlert {
                ts: now,
                priority: Priority::Debug,
                rule: SILENCE_RULE,
                message: &message,
                fields: &fields,
            };
            self.outputs.internal(&alert, &self.format);
        }
        if now < self.due_ns { Ok(false) } else { self.tick(now) }
    }

    /// Looks at what depends on the time alone. `true`: the run is over.
    fn tick(&mut self, now: u64) -> Result<bool, Stop> {
        if self.started_ns == 0 {
            self.started_ns = now;
        } else if self.duration_ns > 0 && now.saturating_sub(self.started_ns) >= self.duration_ns {
            return Ok(true);
        }
        if self.drops.is_due(now) {
            for reaction in self.drops.check(now, self.counters) {
                self.react(now, reaction)?;
            }
        }
        self.outputs.tick(now);
        self.reloads.set_threads(self.engine.threads_seen());
        self.due_ns = self.drops.next_check_ns();
        if self.duration_ns > 0 {
            self.due_ns = self.due_ns.min(self.started_ns.saturating_add(self.duration_ns));
        }
        Ok(false)
    }

    fn react(&mut self, now: u64, reaction: DropReaction) -> Result<(), Stop> {
        match reaction {
            DropReaction::Simulating => self.log.info("Simulating syscall event drop"),
            DropReaction::Spent => {
                self.log.debug("Syscall event drop but token bucket depleted, skipping actions");
            }
            DropReaction::Log(message) => self.log.debug(&message),
            DropReaction::Alert { message, fields } => {
                let fields: Vec<_> =
                    fields.iter().map(|(name, value)| (name.as_str(), InternalValue::Text(value))).collect();
                let alert = InternalAlert {
                    ts: now,
                    priority: Priority::Debug,
                    rule: DROP_RULE,
                    message: &message,
                    fields: &fields,
                };
                self.outputs.internal(&alert, &self.format);
            }
            DropReaction::Exit(message) => {
                self.log.write(Level::Critical, &message);
                self.log.write(Level::Critical, "Exiting.");
                return Err(Stop::fatal("Drop manager internal error"));
            }
        }
        Ok(())
    }
}
