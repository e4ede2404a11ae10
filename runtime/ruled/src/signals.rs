//! Signals as flags that the event loop looks at, and a bell that wakes it when it waits for events.

use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};

/// What was asked for since it was last looked at.
#[derive(Clone, Debug)]
pub(crate) struct Signals {
    any: Arc<AtomicBool>,
    end: Arc<AtomicBool>,
    reopen: Arc<AtomicBool>,
    reload: Arc<AtomicBool>,
    /// Whether SIGINT and SIGTERM end the process on the spot.
    at_once: Arc<AtomicBool>,
    /// What is written into one end wakes whoever waits for the other. Neither end blocks.
    striker: Arc<UnixStream>,
    bell: Arc<UnixStream>,
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
        let (striker, bell) = UnixStream::pair()?;
        striker.set_nonblocking(true)?;
        bell.set_nonblocking(true)?;
        let signals = Signals {
            any: Arc::default(),
            end: Arc::default(),
            reopen: Arc::default(),
            reload: Arc::default(),
            at_once: Arc::default(),
            striker: Arc::new(striker),
            bell: Arc::new(bell),
        };
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register_conditional_default(signal, Arc::clone(&signals.at_once))?;
        }
        for (signal, flag) in [
            (SIGINT, &signals.end),
            (SIGTERM, &signals.end),
            (SIGUSR1, &signals.reopen),
            (SIGHUP, &signals.reload),
        ] {
            // The flag comes before the bell: whoever hears the bell finds the flag.
            signal_hook::flag::register(signal, Arc::clone(flag))?;
            signal_hook::flag::register(signal, Arc::clone(&signals.any))?;
            signal_hook::low_level::pipe::register(signal, signals.striker.try_clone()?)?;
        }
        Ok(signals)
    }

    /// Does something that takes long and leaves nothing to be put in order: the end is not put off by it. `None`: it was
    /// asked for before.
    pub(crate) fn interruptible<T>(&self, act: impl FnOnce() -> T) -> Option<T> {
        self.at_once.store(true, Ordering::SeqCst);
        let done = (!self.end.load(Ordering::SeqCst)).then(act);
        self.at_once.store(false, Ordering::SeqCst);
        done
    }

    /// The flag that says that the end is wanted, for whoever makes the event loop wait.
    pub(crate) fn end_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.end)
    }

    /// Makes the event loop look: something is ready for it.
    pub(crate) fn ring(&self) {
        self.any.store(true, Ordering::SeqCst);
        // When there is no room for another stroke, those before it wake the loop.
        let _ = (&*self.striker).write(&[1]);
    }

    /// What becomes readable when the loop is to look. Whoever waits for it reads what it finds there.
    pub(crate) fn bell(&self) -> io::Result<OwnedFd> {
        Ok(self.bell.try_clone()?.into())
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
