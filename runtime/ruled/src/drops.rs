//! What happens when events are lost: Falco's drop manager, with its names, words and limits.

use settings::falco_yaml::config::{DropAction, EventDrops};

const SECOND_NS: u64 = 1_000_000_000;

/// Counters of the event source since it was opened. All but `events` count lost events, `dropped` all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceCounters {
    /// Events seen, the lost ones included.
    pub events: u64,
    /// Events lost, for whatever reason.
    pub dropped: u64,
    /// Lost because a ring buffer was full, in all.
    pub buffer_full: u64,
    /// The same, by the family of the system call: fork and exit, execve, connect, open, directories and links, other
    /// calls of interest, close, exit of a process.
    pub buffer_full_by_family: [u64; 8],
    /// Lost for want of scratch memory.
    pub scratch: u64,
    /// Lost to page faults.
    pub page_faults: u64,
    /// Lost to a state that should not occur.
    pub bugs: u64,
    /// Whether the events come from the running kernel.
    pub live: bool,
}

/// The names of `buffer_full_by_family`, as Falco has them.
const FAMILIES: [&str; 8] = [
    "clone_fork_exit",
    "execve_exit",
    "connect_exit",
    "open_exit",
    "dir_file_exit",
    "other_interest_exit",
    "close_exit",
    "proc_exit",
];

impl SourceCounters {
    fn since(&self, earlier: &SourceCounters) -> SourceCounters {
        let mut families = [0; 8];
        for (index, family) in families.iter_mut().enumerate() {
            *family = self.buffer_full_by_family[index].saturating_sub(earlier.buffer_full_by_family[index]);
        }
        SourceCounters {
            events: self.events.saturating_sub(earlier.events),
            dropped: self.dropped.saturating_sub(earlier.dropped),
            buffer_full: self.buffer_full.saturating_sub(earlier.buffer_full),
            buffer_full_by_family: families,
            scratch: self.scratch.saturating_sub(earlier.scratch),
            page_faults: self.page_faults.saturating_sub(earlier.page_faults),
            bugs: self.bugs.saturating_sub(earlier.bugs),
            live: self.live,
        }
    }

    /// The fields of the alert, in alphabetical order, values as texts.
    fn alert_fields(&self) -> Vec<(String, String)> {
        let mut fields = vec![
            ("ebpf_enabled".to_string(), u8::from(self.live).to_string()),
            ("n_drops".to_string(), self.dropped.to_string()),
            ("n_drops_buffer_total".to_string(), self.buffer_full.to_string()),
            ("n_drops_bug".to_string(), self.bugs.to_string()),
            ("n_drops_page_faults".to_string(), self.page_faults.to_string()),
            ("n_drops_scratch_map".to_string(), self.scratch.to_string()),
            ("n_evts".to_string(), self.events.to_string()),
        ];
        for (name, count) in FAMILIES.iter().zip(self.buffer_full_by_family) {
            fields.push((format!("n_drops_buffer_{name}"), count.to_string()));
        }
        fields.sort();
        fields
    }
}

/// What the caller must do about drops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DropReaction {
    /// Log that a drop is simulated.
    Simulating,
    /// Log that there were drops, but that actions are spent for now.
    Spent,
    /// Log a message at level debug.
    Log(String),
    /// Raise an internal alert of priority debug with these fields.
    Alert {
        /// The message.
        message: String,
        /// The output fields.
        fields: Vec<(String, String)>,
    },
    /// End the program: log the message at level critical first.
    Exit(String),
}

/// The name of the internal rule.
pub const DROP_RULE: &str = "Falco internal: syscall event drop";

/// Watches the counters and says what to do.
#[derive(Debug)]
pub struct DropManager {
    settings: EventDrops,
    bucket: TokenBucket,
    next_check_ns: u64,
    last: SourceCounters,
    detected: u64,
    acted: u64,
}

impl DropManager {
    /// A manager that starts from these counters. With `simulate`, the threshold is zero.
    pub fn new(settings: &EventDrops, counters: SourceCounters) -> DropManager {
        let mut settings = settings.clone();
        if settings.simulate {
            settings.threshold = 0.0;
        }
        let bucket = TokenBucket::new(settings.rate, settings.max_burst);
        DropManager {
            settings,
            bucket,
            next_check_ns: 0,
            last: SourceCounters::default(),
            detected: 0,
            acted: 0,
        }
        .starting_at(counters)
    }

    fn starting_at(mut self, counters: SourceCounters) -> DropManager {
        self.last = counters;
        self
    }

    /// Whether the counters are due to be looked at: once a second of event time.
    #[inline]
    pub fn is_due(&mut self, event_time_ns: u64) -> bool {
        if self.next_check_ns == 0 {
            self.next_check_ns = event_time_ns.saturating_add(SECOND_NS);
        }
        self.next_check_ns < event_time_ns
    }

    /// The event time before which `is_due` need not be asked again.
    #[inline]
    pub fn next_check_ns(&self) -> u64 {
        self.next_check_ns
    }

    /// Looks at the counters after `is_due` said so.
    pub fn check(&mut self, event_time_ns: u64, counters: SourceCounters) -> Vec<DropReaction> {
        self.next_check_ns = event_time_ns.saturating_add(SECOND_NS);
        let mut recent = counters.since(&self.last);
        self.last = counters;
        let mut reactions = Vec::new();
        if self.settings.simulate {
            recent.dropped += 1;
            reactions.push(DropReaction::Simulating);
        }
        // The share is infinite when a source counts no events, as captures do; any threshold is then exceeded.
        let share = recent.dropped as f64 / recent.events as f64;
        if recent.dropped == 0 || share <= self.settings.threshold {
            return reactions;
        }
        self.detected += 1;
        if !self.bucket.claim(event_time_ns) {
            reactions.push(DropReaction::Spent);
            return reactions;
        }
        self.acted += 1;
        let message = format!("{DROP_RULE}. {} system calls dropped in last second.", recent.dropped);
        reactions.extend(self.settings.actions.iter().filter_map(|action| match action {
            DropAction::Ignore => None,
            DropAction::Log => Some(DropReaction::Log(message.clone())),
            DropAction::Alert => {
                Some(DropReaction::Alert { message: message.clone(), fields: recent.alert_fields() })
            }
            DropAction::Exit => Some(DropReaction::Exit(message.clone())),
        }));
        reactions
    }

    /// The lines at the end of a run.
    pub fn summary(&self) -> String {
        format!(
            "Syscall event drop monitoring:\n   - event drop detected: {} occurrences\n   \
             - num times actions taken: {}\n",
            self.detected, self.acted
        )
    }
}

/// Tokens that trickle in at a rate up to a limit; an action takes one.
#[derive(Debug)]
struct TokenBucket {
    per_second: f64,
    most: f64,
    tokens: f64,
    last_ns: Option<u64>,
}

impl TokenBucket {
    fn new(per_second: f64, most: f64) -> TokenBucket {
        TokenBucket { per_second, most, tokens: most, last_ns: None }
    }

    fn claim(&mut self, now_ns: u64) -> bool {
        let elapsed_ns = now_ns.saturating_sub(self.last_ns.unwrap_or(now_ns));
        self.last_ns = Some(now_ns);
        self.tokens = (self.tokens + self.per_second * elapsed_ns as f64 / SECOND_NS as f64).min(self.most);
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(actions: &[DropAction], max_burst: f64, simulate: bool) -> EventDrops {
        EventDrops { threshold: 0.1, actions: actions.to_vec(), rate: 0.03333, max_burst, simulate }
    }

    fn run(manager: &mut DropManager, seconds: u64, counters: impl Fn(u64) -> SourceCounters) -> usize {
        let mut reactions = 0;
        for tick in 0..=seconds * 10 {
            let now = 1_000 * SECOND_NS + tick * SECOND_NS / 10;
            if manager.is_due(now) {
                let acts =
                    |one: &&DropReaction| !matches!(one, DropReaction::Simulating | DropReaction::Spent);
                reactions += manager.check(now, counters(tick)).iter().filter(acts).count();
            }
        }
        reactions
    }

    #[test]
    fn simulated_drops_act_until_the_bucket_is_empty() {
        let mut manager =
            DropManager::new(&settings(&[DropAction::Alert], 3.0, true), SourceCounters::default());
        assert_eq!(run(&mut manager, 10, |_| SourceCounters::default()), 3);
        assert!(manager.summary().contains("event drop detected: 9 occurrences"));
        assert!(manager.summary().contains("num times actions taken: 3"));
    }

    #[test]
    fn few_drops_stay_below_the_threshold() {
        let mut manager =
            DropManager::new(&settings(&[DropAction::Log], 10.0, false), SourceCounters::default());
        let counters =
            |tick| SourceCounters { events: tick * 100, dropped: tick, ..SourceCounters::default() };
        assert_eq!(run(&mut manager, 10, counters), 0);
        let mut manager =
            DropManager::new(&settings(&[DropAction::Log], 10.0, false), SourceCounters::default());
        let counters =
            |tick| SourceCounters { events: tick * 100, dropped: tick * 20, ..SourceCounters::default() };
        assert!(run(&mut manager, 10, counters) > 0);
    }
}
