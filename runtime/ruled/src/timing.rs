//! Where the time and memory of a run went: what `-v` prints, and `benches/replay.sh` reads.

use std::fmt;
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};

/// Moments of a start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StartUp {
    begin: Instant,
    /// When the compiled rules were there and verified.
    compiled: Option<Instant>,
    /// When they were ready to run, and how long machine code took of that.
    ready: Option<(Instant, Duration)>,
    first_event: Option<Instant>,
}

impl StartUp {
    /// Rules begin to be loaded now.
    pub(crate) fn begin() -> StartUp {
        StartUp { begin: Instant::now(), compiled: None, ready: None, first_event: None }
    }

    /// The child has answered and the bundle is verified.
    pub(crate) fn compiled(&mut self) {
        self.compiled = Some(Instant::now());
    }

    /// The filters are made; machine code took this long.
    pub(crate) fn ready(&mut self, generating: Duration) {
        self.ready = Some((Instant::now(), generating));
    }

    /// The first event comes.
    pub(crate) fn first_event(&mut self) {
        self.first_event = Some(Instant::now());
    }
}

impl fmt::Display for StartUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |from: Instant, to: Instant| to.duration_since(from).as_secs_f64() * 1e3;
        let (Some(compiled), Some((ready, code)), Some(first)) =
            (self.compiled, self.ready, self.first_event)
        else {
            return f.write_str("Start-up: not finished");
        };
        write!(
            f,
            "Start-up: {:.1} ms from rules to first event (compiling {:.1}, binding {:.1}, machine code {:.1}, \
             tables {:.1})",
            ms(self.begin, first),
            ms(self.begin, compiled),
            ms(compiled, ready) - code.as_secs_f64() * 1e3,
            code.as_secs_f64() * 1e3,
            ms(ready, first)
        )
    }
}

/// Processor time of this process so far, in seconds.
pub(crate) fn cpu_seconds() -> f64 {
    getrusage(UsageWho::RUSAGE_SELF).map_or(0.0, |usage| seconds(&usage))
}

fn seconds(usage: &Usage) -> f64 {
    [usage.user_time(), usage.system_time()]
        .iter()
        .map(|time| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6)
        .sum()
}

/// Processor time and peak memory of this process and of the one that compiled the rules.
pub(crate) fn resources() -> String {
    let part =
        |who| getrusage(who).map_or((0.0, 0.0), |usage| (seconds(&usage), usage.max_rss() as f64 / 1024.0));
    let ((own_s, own_mib), (child_s, child_mib)) =
        (part(UsageWho::RUSAGE_SELF), part(UsageWho::RUSAGE_CHILDREN));
    format!(
        "Resources: {own_s:.3} s CPU, {own_mib:.1} MiB; compiling process: {child_s:.3} s CPU, {child_mib:.1} MiB"
    )
}
