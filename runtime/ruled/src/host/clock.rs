//! When things began that `/proc` tells in ticks since boot.

use std::time::{SystemTime, UNIX_EPOCH};

use nix::unistd::{SysconfVar, sysconf};
use rustix::time::{ClockId, clock_gettime};

/// The machine's clocks at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    /// When the machine was booted, nanoseconds since the epoch.
    pub(crate) boot_ns: u64,
    ticks_per_second: u64,
}

impl Clock {
    /// Reads the clocks.
    pub(crate) fn now() -> Clock {
        let boot = clock_gettime(ClockId::Boottime);
        let since_boot = boot.tv_sec as u64 * 1_000_000_000 + boot.tv_nsec as u64;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
        // Linux has always told 100 to programs.
        let ticks = sysconf(SysconfVar::CLK_TCK).ok().flatten().and_then(|ticks| u64::try_from(ticks).ok());
        Clock {
            boot_ns: now.saturating_sub(since_boot),
            ticks_per_second: ticks.filter(|ticks| *ticks > 0).unwrap_or(100),
        }
    }

    /// The time that lies this many ticks after boot, nanoseconds since the epoch.
    pub(crate) fn of_ticks(&self, ticks: u64) -> u64 {
        self.boot_ns.saturating_add(ticks.saturating_mul(1_000_000_000 / self.ticks_per_second))
    }
}
