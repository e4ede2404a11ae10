//! Waits between attempts: they double up to a limit, and chance shortens them so that many hosts do not come at once.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use crate::options::RetryOptions;

/// The waits of one output.
#[derive(Debug)]
pub(crate) struct Backoff {
    options: RetryOptions,
    attempts: u32,
    chance: u64,
}

impl Backoff {
    pub(crate) fn new(options: RetryOptions) -> Backoff {
        // The hasher's keys come from the operating system.
        Backoff { options, attempts: 0, chance: RandomState::new().hash_one(0_u8) | 1 }
    }

    /// Starts over.
    pub(crate) fn reset(&mut self) {
        self.attempts = 0;
    }

    /// Attempts that failed since the start.
    pub(crate) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The wait before the next attempt: between a half of the doubled time and all of it.
    pub(crate) fn next(&mut self) -> Duration {
        let doubled = self.options.first.saturating_mul(1_u32.checked_shl(self.attempts).unwrap_or(u32::MAX));
        self.attempts = self.attempts.saturating_add(1);
        let most = doubled.min(self.options.longest);
        // xorshift64: good enough for spreading.
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        let share = (self.chance >> 40) as u32;
        most / 2 + (most / 2).mul_f64(f64::from(share) / f64::from(1_u32 << 24))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_limit_and_differ() {
        let options = RetryOptions {
            first: Duration::from_millis(100),
            longest: Duration::from_secs(2),
            give_up_after: None,
            max_timeouts: None,
        };
        let mut backoff = Backoff::new(options);
        let waits: Vec<Duration> = (0..100).map(|_| backoff.next()).collect();
        for (index, wait) in waits.iter().enumerate() {
            let most = Duration::from_millis(100 << index.min(5)).min(Duration::from_secs(2));
            assert!(*wait >= most / 2 && *wait <= most, "{index}: {wait:?}");
        }
        assert!(waits[10..].iter().any(|wait| *wait != waits[10]));
        backoff.reset();
        assert!(backoff.next() <= Duration::from_millis(100));
    }
}
