//! Captures around alerts: from the event of an alert on, for a while.

use std::path::PathBuf;

use engine::Engine;
use events::RawEvent;
use ir::RuleId;
use settings::falco_yaml::config::Capture;

use super::recorder::Recorder;
use super::{Incident, failed};

const MILLISECOND_NS: u64 = 1_000_000;

/// Writes a capture after each alert that asks for one. Alerts while one is written make it longer.
pub(super) struct Around {
    settings: Capture,
    open: Option<Recorder>,
    /// Event time until which the present file goes on, if it was not ended before by its size.
    until_ns: u64,
}

impl Around {
    pub(super) fn new(settings: Capture) -> Around {
        Around { settings, open: None, until_ns: 0 }
    }

    pub(super) fn event(
        &mut self,
        event: &RawEvent<'_>,
        engine: &Engine,
        matched: &[RuleId],
    ) -> Option<Incident> {
        let now = event.ts();
        self.end_if_over(now);
        let mut incident = None;
        if let Some(duration) = self.duration(engine, matched) {
            let goes_on = now < self.until_ns;
            self.until_ns = self.until_ns.max(now.saturating_add(duration));
            // A file that ended because it was too long is not followed by another one before its time is over.
            if !goes_on && self.open.is_none() {
                let path = self.path(now, engine.stats().events);
                match Recorder::create_new(&path, engine.state()) {
                    Ok(recorder) => self.open = Some(recorder),
                    Err(error) => incident = Some(Incident::Failed(failed(&path, &error))),
                }
            }
        }
        let Some(recorder) = &mut self.open else { return incident };
        if let Err(error) = recorder.event(event, engine.state()) {
            incident = Some(Incident::Failed(failed(recorder.path(), &error)));
            self.open = None;
            return incident;
        }
        let limit = self.settings.max_file_size_mb.saturating_mul(1 << 20);
        if limit > 0 && recorder.bytes() >= limit {
            incident = Some(Incident::LimitReached(recorder.path().display().to_string()));
            self.end();
        }
        incident
    }

    /// How long the longest of the rules that matched wants to be recorded; `None` when none does.
    fn duration(&self, engine: &Engine, matched: &[RuleId]) -> Option<u64> {
        let program = engine.ruleset().program();
        let rules = matched.iter().filter_map(|id| program.rules.get(id.0 as usize));
        let wanted = rules.filter(|rule| self.settings.all_rules || rule.capture);
        let milliseconds = wanted.map(|rule| match rule.capture_duration_ms {
            0 => self.settings.default_duration_ms,
            own => u64::from(own),
        });
        milliseconds.max().map(|duration| duration.saturating_mul(MILLISECOND_NS))
    }

    /// Falco's names: the prefix, then time and number of the event.
    fn path(&self, ts: u64, num: u64) -> PathBuf {
        PathBuf::from(format!("{}_{ts:020}_{num:020}.scap", self.settings.path_prefix))
    }

    pub(super) fn end_if_over(&mut self, now: u64) {
        if self.open.is_some() && now >= self.until_ns {
            self.end();
        }
    }

    pub(super) fn end(&mut self) {
        if let Some(recorder) = self.open.take() {
            // What is lost here is the end of a file that nobody waits for.
            let _ = recorder.finish();
        }
    }
}
