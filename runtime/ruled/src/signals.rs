//! Signals as flags that the event loop looks at.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};

/// What was asked for since it was last looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals {
    any: Arc<AtomicBool>,
    end: Arc<AtomicBool>,
    reopen: Arc<AtomicBool>,
    reload: Arc<AtomicBool>,
}

/// What the loop is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// End in order (SIGINT, SIGTERM).
    End,
    /// Open output files anew (SIGUSR1).
    Reopen,
    /// Take the rules of now (SIGHUP).
    Reload,
}

impl Signals {
    /// Takes over the signals of the process.
    pub(crate) fn install() -> io::Result<Signals> {
        let signals = Signals::default();
        for (signal, flag) in [
            (SIGINT, &signals.end),
            (SIGTERM, &signals.end),
            (SIGUSR1, &signals.reopen),
            (SIGHUP, &signals.reload),
        ] {
            // The flag comes before the bell: whoever hears the bell finds the flag.
            signal_hook::flag::register(signal, Arc::clone(flag))?;
            signal_hook::flag::register(signal, Arc::clone(&signals.any))?;
        }
        Ok(signals)
    }

    /// The flag that says that the end is wanted, for whoever makes the event loop wait.
    pub(crate) fn end_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.end)
    }

    /// Makes the event loop look: something is ready for it.
    pub(crate) fn ring(&self) {
        self.any.store(true, Ordering::SeqCst);
    }

    /// Whether anything was asked for: one load, cheap enough for every event.
    #[inline]
    pub(crate) fn pending(&self) -> bool {
        self.any.load(Ordering::Relaxed)
    }

    /// Takes the next request.
    #[cold]
    pub(crate) fn take(&self) -> Option<Request> {
        self.any.store(false, Ordering::SeqCst);
        let taken =
            [(&self.end, Request::End), (&self.reload, Request::Reload), (&self.reopen, Request::Reopen)]
                .into_iter()
                .find(|(flag, _)| flag.swap(false, Ordering::SeqCst))
                .map(|(_, request)| request);
        if taken.is_some() {
            // Another request may be waiting.
            self.any.store(true, Ordering::SeqCst);
        }
        taken
    }
}
