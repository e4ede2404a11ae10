//! Silence of the event source: on a living host something always happens, so a long silence is worth an alert.

/// The name of the internal rule, as Falco has it.
pub(crate) const SILENCE_RULE: &str = "Falco internal: timeouts notification";

/// Counts looks for events that found none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Silence {
    /// Looks in a row without an event after which it is told (`syscall_event_timeouts.max_consecutives`).
    most: u64,
    looks: u64,
    /// Events seen when the silence began.
    events: u64,
    /// When it began, nanoseconds since the epoch.
    since_ns: u64,
}

impl Silence {
    pub(crate) fn new(most: u64) -> Silence {
        Silence { most: most.max(1), looks: 0, events: 0, since_ns: 0 }
    }

    /// A look found nothing; `events` is how many there were so far. Gives when the silence began, every time that it
    /// has lasted long enough.
    pub(crate) fn look(&mut self, now: u64, events: u64) -> Option<u64> {
        if self.looks == 0 || events != self.events {
            *self = Silence { most: self.most, looks: 0, events, since_ns: now };
        }
        self.looks += 1;
        if self.looks < self.most {
            return None;
        }
        self.looks = 0;
        Some(self.since_ns)
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
    fn only_looks_in_a_row_count() {
        let mut silence = Silence::new(3);
        let told: Vec<_> = (0..9).map(|round| silence.look(100 + round, u64::from(round >= 2))).collect();
        // The event after two looks begins a new silence.
        assert_eq!(told, [None, None, None, None, Some(102), None, None, Some(105), None]);
        assert_eq!(
            silence.message(),
            "Falco internal: timeouts notification. 3 consecutive timeouts without event."
        );
    }
}
