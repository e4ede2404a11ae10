//! What handlers send to the worker.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, Result};

use crate::worker::Worker;

/// A message: something to do with the worker's state, in its turn.
pub(crate) type Message = Box<dyn FnOnce(&mut Worker) + Send>;

/// The way to the worker.
#[derive(Clone)]
pub(crate) struct Sender(mpsc::Sender<Message>);

/// Sets its flag when the handler that waits for an answer goes away.
pub(crate) struct Interest(Arc<AtomicBool>);

impl Drop for Interest {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Sender {
    pub(crate) fn new(sender: mpsc::Sender<Message>) -> Sender {
        Sender(sender)
    }

    /// Sends at once and waits until the worker has done it. Called before anything is awaited, so that the order of
    /// messages is that of the client.
    pub(crate) fn tell(&self, what: impl FnOnce(&mut Worker) + Send + 'static) -> impl Future<Output = ()> {
        let (done, waiting) = oneshot::channel::<()>();
        let message: Message = Box::new(move |worker| {
            what(worker);
            let _ = done.send(());
        });
        let sent = self.0.send(message);
        async move {
            if sent.is_ok() {
                let _ = waiting.await;
            }
        }
    }

    /// Sends at once and waits for the answer. `what` gets the state, a flag that says when nobody waits any more, and
    /// the way back.
    pub(crate) fn ask<T: Send + 'static>(
        &self,
        what: impl FnOnce(&mut Worker, Arc<AtomicBool>, oneshot::Sender<Result<T>>) + Send + 'static,
    ) -> impl Future<Output = Result<T>> {
        let (answer, waiting) = oneshot::channel();
        let flag = Arc::new(AtomicBool::new(false));
        let interest = Interest(flag.clone());
        let sent = self.0.send(Box::new(move |worker| {
            if !flag.load(Ordering::Relaxed) {
                what(worker, flag, answer);
            }
        }));
        async move {
            let _interest = interest;
            match sent {
                Ok(()) => waiting.await.unwrap_or_else(|_| Err(Error::internal_error())),
                Err(_) => Err(Error::internal_error()),
            }
        }
    }
}
