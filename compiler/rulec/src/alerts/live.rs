//! Counting bit by bit, for views that are on the screen while it goes on.

use std::io;
use std::time::{Duration, Instant};

use super::{Aggregate, Plan, Tail};

/// What a step gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Nothing new.
    Nothing,
    /// Something new.
    Some,
    /// Something new, and there is more at once.
    More,
    /// Nothing more will come.
    Ended,
}

/// Sources on which counting goes on.
pub(crate) struct Live {
    pub(crate) plan: Plan,
    pub(crate) aggregate: Aggregate,
    tails: Vec<Tail>,
    follow: bool,
    over: bool,
}

impl Live {
    /// Opens the sources. The error names the one that cannot be.
    pub(crate) fn open(plan: Plan, follow: bool) -> Result<Live, String> {
        let mut tails = Vec::new();
        for (at, source) in plan.sources.iter().enumerate() {
            let tail =
                Tail::open(source).map_err(|error| format!("cannot read {}: {error}", plan.name(at)))?;
            tails.push(tail);
        }
        Ok(Live { aggregate: Aggregate::new(&plan), plan, tails, follow, over: false })
    }

    /// Whether everything is read.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    /// Reads for about `time`.
    pub(crate) fn step(&mut self, time: Duration) -> io::Result<Step> {
        if self.over {
            return Ok(Step::Ended);
        }
        let start = Instant::now();
        let mut any = false;
        loop {
            let mut more = false;
            let mut ended = true;
            for (source, tail) in self.tails.iter_mut().enumerate() {
                if tail.ended {
                    continue;
                }
                let text = tail.read(!self.follow)?;
                if !text.is_empty() {
                    more = true;
                    self.aggregate.add(&self.plan, source as u32, 0, &text);
                }
                ended &= tail.ended;
            }
            any |= more;
            if ended {
                self.over = true;
                return Ok(if any { Step::Some } else { Step::Ended });
            }
            if !more {
                return Ok(if any { Step::Some } else { Step::Nothing });
            }
            if start.elapsed() >= time {
                return Ok(Step::More);
            }
        }
    }
}
