//! The watch over deliveries that take too long. It sleeps while nothing is delivered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::counters::{SharedTally, Tally, add};
use crate::options::{Report, Severity};

/// One output under watch.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    pub(crate) name: Arc<str>,
    pub(crate) tally: SharedTally,
}

#[derive(Debug)]
struct State {
    watched: Mutex<Vec<Watched>>,
    wake: Condvar,
    /// Nothing was under way at the last look: whoever begins wakes the watch.
    sleeping: AtomicBool,
    ended: AtomicBool,
    begin: Instant,
}

/// A handle on the watch.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    state: Arc<State>,
}

impl Watch {
    /// Starts the watch. A time-out of 0 watches nothing.
    pub(crate) fn start(timeout: Duration, report: Report) -> Watch {
        let state = Arc::new(State {
            watched: Mutex::default(),
            wake: Condvar::new(),
            sleeping: AtomicBool::new(false),
            ended: AtomicBool::new(timeout.is_zero()),
            begin: Instant::now(),
        });
        let watch = Watch { state };
        if !timeout.is_zero() {
            let watcher = watch.clone();
            // Without the thread there are no warnings, which is no reason to stop.
            let _ = std::thread::Builder::new()
                .name("outputs-watch".to_string())
                .spawn(move || watcher.run(timeout, &report));
        }
        watch
    }

    pub(crate) fn add(&self, watched: Watched) {
        self.state.watched.lock().unwrap_or_else(PoisonError::into_inner).push(watched);
    }

    /// Milliseconds of the watch's clock.
    pub(crate) fn now_ms(&self) -> u64 {
        u64::try_from(self.state.begin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// A delivery begins.
    pub(crate) fn begin(&self, tally: &Tally) {
        tally.busy_since.store(self.now_ms() + 1, Ordering::SeqCst);
        if self.state.sleeping.load(Ordering::SeqCst) && self.state.sleeping.swap(false, Ordering::SeqCst) {
            // The lock makes sure that the watch is asleep or looks again.
            drop(self.state.watched.lock().unwrap_or_else(PoisonError::into_inner));
            self.state.wake.notify_one();
        }
    }

    /// It is over.
    pub(crate) fn finish(&self, tally: &Tally) {
        tally.busy_since.store(0, Ordering::SeqCst);
    }

    /// Ends the watch.
    pub(crate) fn end(&self) {
        self.state.ended.store(true, Ordering::SeqCst);
        drop(self.state.watched.lock().unwrap_or_else(PoisonError::into_inner));
        self.state.wake.notify_one();
    }

    fn run(&self, timeout: Duration, report: &Report) {
        let limit = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX).max(1);
        let step = (timeout / 4).clamp(Duration::from_millis(5), Duration::from_millis(500));
        // The deliveries that were reported, by output.
        let mut reported: Vec<u64> = Vec::new();
        let mut watched = self.state.watched.lock().unwrap_or_else(PoisonError::into_inner);
        while !self.state.ended.load(Ordering::SeqCst) {
            reported.resize(watched.len(), 0);
            // First the flag, then the look: a delivery that begins in between finds the flag.
            self.state.sleeping.store(true, Ordering::SeqCst);
            let mut busy = false;
            let mut late = Vec::new();
            for (one, reported) in watched.iter().zip(&mut reported) {
                let since = one.tally.busy_since.load(Ordering::SeqCst);
                busy |= since != 0;
                if since != 0 && since != *reported && (self.now_ms() + 1).saturating_sub(since) >= limit {
                    *reported = since;
                    add(&one.tally.timeouts, 1);
                    late.push(Arc::clone(&one.name));
                }
            }
            if !late.is_empty() {
                drop(watched);
                for name in late {
                    // Falco's words, which are looked for in logs; what they say is true there, not here.
                    let text = format!(
                        "\"{name}\" output timeout, all output channels are blocked in Falco; here only this one is"
                    );
                    report(Severity::Critical, &text);
                }
                watched = self.state.watched.lock().unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            watched = if busy {
                self.state.sleeping.store(false, Ordering::SeqCst);
                self.state.wake.wait_timeout(watched, step).unwrap_or_else(PoisonError::into_inner).0
            } else if self.state.sleeping.load(Ordering::SeqCst) && !self.state.ended.load(Ordering::SeqCst) {
                self.state.wake.wait(watched).unwrap_or_else(PoisonError::into_inner)
            } else {
                watched
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_delivery_is_reported_once() {
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let report: Report = Arc::new({
            let said = Arc::clone(&said);
            move |_, text| said.lock().unwrap().push(text.to_string())
        });
        let watch = Watch::start(Duration::from_millis(20), report);
        let tally = SharedTally::default();
        watch.add(Watched { name: "http".into(), tally: Arc::clone(&tally) });
        std::thread::sleep(Duration::from_millis(60));
        assert!(said.lock().unwrap().is_empty());
        watch.begin(&tally);
        let end = Instant::now() + Duration::from_secs(60);
        while said.lock().unwrap().is_empty() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(60));
        assert!(tally.read("http", watch.now_ms()).busy_ms >= 20);
        watch.finish(&tally);
        watch.end();
        let said = said.lock().unwrap();
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("\"http\" output timeout, all output channels are blocked"));
    }
}
