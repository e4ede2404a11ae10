//! Counts of what the probe saw, sent and lost.

use crate::layout::{Counters, LOSS_KINDS, Loss};

/// Counts since the probe was opened. `seen` equals `sent` and all losses together, on every CPU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Per CPU, as the kernel side counts.
    pub cpus: Vec<Counters>,
    /// Events given to the caller.
    pub delivered: u64,
    /// Records that were no events; 0 unless something is broken.
    pub malformed: u64,
}

/// What one program of the probe cost so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramRuns {
    /// Its name.
    pub name: String,
    /// How often it ran.
    pub runs: u64,
    /// For how many nanoseconds in all, those of programs that it went on to included.
    pub ns: u64,
}

impl Stats {
    /// The sum over all CPUs.
    pub fn total(&self) -> Counters {
        let mut total = Counters::default();
        for cpu in &self.cpus {
            total.seen += cpu.seen;
            total.sent += cpu.sent;
            total.lost_full += cpu.lost_full;
            total.lost_size += cpu.lost_size;
            total.lost_ring += cpu.lost_ring;
            total.truncated += cpu.truncated;
            for (sum, one) in total.lost_kind.iter_mut().zip(cpu.lost_kind) {
                *sum += one;
            }
        }
        total
    }
}

impl Counters {
    /// Events that were begun and did not reach the ring, for whatever reason.
    pub fn lost(&self) -> u64 {
        self.lost_full + self.lost_size + self.lost_ring
    }

    /// Losses of one kind of event.
    pub fn lost_of(&self, kind: Loss) -> u64 {
        self.lost_kind.get(kind as usize % LOSS_KINDS).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_add_up() {
        let mut one = Counters { seen: 10, sent: 7, lost_full: 2, lost_size: 1, ..Counters::default() };
        one.lost_kind[Loss::Open as usize] = 3;
        let stats = Stats { cpus: vec![one, one], delivered: 14, malformed: 0 };
        let total = stats.total();
        assert_eq!((total.seen, total.sent, total.lost()), (20, 14, 6));
        assert_eq!(total.lost_of(Loss::Open), 6);
        assert_eq!(total.seen, total.sent + total.lost());
    }
}
