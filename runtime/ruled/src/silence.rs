//! Silence of the event source: on a living host something always happens, so a long silence is worth an alert.

/// The name of the internal rule, as Falco has it.
pub(crate) const SILENCE_RULE: &str = "Falco internal: timeouts notification";

/// How long Falco waits between two looks at empty buffers: one of its timeouts.
const TIMEOUT_NS: u64 = 30_000_000;

/// Measures how long no event came, in Falco's timeouts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silence {
    /// Timeouts in a row after which it is told (`syscall_event_timeouts.max_consecutives`).
    most: u64,
    /// Events seen when the silence began.
    events: u64,
    /// When it began, nanoseconds since the epoch; `None`: not yet.
    since_ns: Option<u64>,
}

impl Silence {
    pub(crate) fn new(most: u64) -> Silence {
        Silence { most: most.max(1), events: 0, since_ns: None }
    }

    /// There is no event now; `events` is how many there were so far. Gives when the silence began, once it has lasted
    /// long enough; then the next one begins.
    pub(crate) fn look(&mut self, now: u64, events: u64) -> Option<u64> {
        let Some(since) = self.since_ns.filter(|_| events == self.events) else {
            *self = Silence { most: self.most, events, since_ns: Some(now) };
            return None;
        };
        if now.saturating_sub(since) < self.most.saturating_mul(TIMEOUT_NS) {
            return None;
        }
        self.since_ns.take()
    }

    /// What the alert says.
    pub(crate) fn message(&self) -> String {
        format!("{SILENCE_RULE}. {} consecutive timeouts without event.", self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_time_without_events_counts() {
        let mut silence = Silence::new(3);
        let mut look = |ms: u64, events| silence.look(ms * 1_000_000, events);
        assert_eq!([look(100, 0), look(150, 0)], [None, None]);
        // The event begins a new silence, and so does telling.
        assert_eq!([look(210, 1), look(290, 1), look(300, 1)], [None, None, Some(210_000_000)]);
        assert_eq!([look(330, 1), look(400, 1), look(500, 1)], [None, None, Some(330_000_000)]);
        assert_eq!(
            silence.message(),
            "Falco internal: timeouts notification. 3 consecutive timeouts without event."
        );
    }
}
