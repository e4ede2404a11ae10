//! The thread that prepares rules.

use std::io;
use std::mem::discriminant;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use engine::UtcOffset;

use super::watch::Watcher;
use super::{Handle, Message, Numbers, Outcome, Reason, Shared, changes, prepare};
use crate::config::Config;
use crate::invocation::Invocation;
use crate::log::Log;
use crate::signals::Signals;

/// What preparing depends on.
pub(crate) struct Context {
    /// The command line.
    pub(crate) invocation: Invocation,
    /// The configuration that runs.
    pub(crate) config: Arc<Config>,
    /// Where the program reports.
    pub(crate) log: Log,
    /// How far local time is ahead of UTC.
    pub(crate) utc_offset: UtcOffset,
    /// Whether alerts come with their parts, as the outputs that are open want it.
    pub(crate) alert_parts: bool,
    /// How the event loop is told.
    pub(crate) bell: Signals,
}

/// Starts the worker, and the watching of files where that is configured.
pub(crate) fn start(context: Context) -> io::Result<Handle> {
    let (sender, receiver) = mpsc::channel();
    let shared = Arc::new(Shared {
        outcomes: Mutex::default(),
        bell: context.bell.clone(),
        numbers: Numbers::default(),
        threads: AtomicUsize::new(0),
    });
    let handle = Handle { shared: shared.clone(), worker: sender };
    // A replay is over before anybody edits a file, unless it is asked to reload.
    let watched = context.config.falco.watch_config_files && context.invocation.replay.is_none();
    let watcher = if watched {
        match Watcher::start(&context.config, handle.clone()) {
            Ok(watcher) => Some(watcher),
            Err(error) => {
                context.log.warning(&format!("changes of files are not noticed: {error}"));
                None
            }
        }
    } else {
        None
    };
    thread::Builder::new()
        .name("reload".into())
        .spawn(move || Worker { context, shared, watcher }.run(&receiver))
        .map(|_| handle)
}

struct Worker {
    context: Context,
    shared: Arc<Shared>,
    watcher: Option<Watcher>,
}

impl Worker {
    fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(message) = messages.recv() {
            match message {
                Message::Retire(former) => drop(former),
                Message::Reload(reason) => {
                    // Requests that came meanwhile want the same: what is on the disk now.
                    let mut former = Vec::new();
                    while let Ok(more) = messages.try_recv() {
                        if let Message::Retire(fresh) = more {
                            former.push(fresh);
                        }
                    }
                    drop(former);
                    self.reload(&reason);
                }
            }
        }
    }

    fn reload(&mut self, reason: &Reason) {
        let log = &self.context.log;
        log.debug(&format!("Reloading rules ({reason})"));
        let threads = self.shared.threads.load(Ordering::Relaxed);
        let outcome = match prepare::prepare(&self.context, threads) {
            Ok((fresh, config)) => {
                for key in changes::needing_restart(&self.context.config.root, &config.root) {
                    log.warning(&format!("`{key}` changed; that takes effect at the next start"));
                }
                if let Some(watcher) = &self.watcher {
                    watcher.watch(&config);
                }
                self.context.config = Arc::new(config);
                Outcome::Ready(Box::new(fresh))
            }
            Err(reason) => {
                self.shared.numbers.refused.fetch_add(1, Ordering::Relaxed);
                Outcome::Failed(reason)
            }
        };
        let mut waiting = self.shared.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        // Rules that were refused say nothing against those before them, which are still to be taken over.
        let same = waiting.iter().position(|known| discriminant(known) == discriminant(&outcome));
        let former = same.and_then(|index| waiting.remove(index));
        waiting.push_back(outcome);
        drop(waiting);
        drop(former);
        self.shared.bell.ring();
    }
}
