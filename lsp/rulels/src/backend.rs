//! The protocol's methods. Each sends one message before it first waits, so that messages stay in order; none does
//! anything itself.

mod protocol;

use std::sync::mpsc;

use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;
use tower_lsp_server::Client;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{Position, TextDocumentIdentifier, TextDocumentPositionParams};

use crate::features::Answer;
use crate::message::{Message, Sender};
use crate::publish;
use crate::worker::{View, Worker};

/// The methods' way to the worker.
pub(crate) struct Backend {
    worker: Sender,
}

impl Backend {
    /// Starts the worker; it ends when the backend is dropped. Called within a runtime.
    pub(crate) fn new(client: Client) -> Backend {
        let (sender, messages) = mpsc::channel::<Message>();
        let (outgoing, queue) = unbounded_channel();
        tokio::spawn(publish::run(client, queue));
        let worker = Worker::new(outgoing, tokio::runtime::Handle::current());
        // A thread that cannot start makes every request fail, which clients report.
        let _ = std::thread::Builder::new().name("worker".to_owned()).spawn(move || worker.run(&messages));
        Backend { worker: Sender::new(sender) }
    }

    fn on<T: Send + 'static>(
        &self,
        document: TextDocumentIdentifier,
        compute: impl FnOnce(&View) -> Answer<T> + Send + 'static,
    ) -> impl Future<Output = Result<Option<T>>> {
        self.worker.ask(move |worker, flag, back| {
            worker.answer_on(&document.uri, flag, back, move |view| compute(&view))
        })
    }

    fn at<T: Send + 'static>(
        &self,
        place: TextDocumentPositionParams,
        compute: impl FnOnce(&View, Position) -> Answer<T> + Send + 'static,
    ) -> impl Future<Output = Result<Option<T>>> {
        self.on(place.text_document, move |view| compute(view, place.position))
    }

    /// `rulec/text`: the server's text of a document, for tests and reports of problems.
    pub(crate) async fn text(&self, document: TextDocumentIdentifier) -> Result<Option<String>> {
        self.worker
            .ask(move |worker, _, back| {
                let text = worker.documents.get(&document.uri).map(|document| document.text.to_string());
                let _ = back.send(Ok(text));
            })
            .await
    }

    /// `rulec/effectiveRule`: the rule at a position after everything that changes it, as Markdown.
    pub(crate) async fn effective_rule(&self, place: TextDocumentPositionParams) -> Result<Option<String>> {
        self.at(place, |view, at| Ok(view.analysis.effective_rule_at(view.file, view.offset(at)))).await
    }

    /// Answers what is no message.
    pub(crate) async fn malformed(&self, params: Value) -> Result<Value> {
        let is_json = params.get("is_json").and_then(Value::as_bool).unwrap_or_default();
        Err(if is_json { Error::invalid_request() } else { Error::parse_error() })
    }

    /// `rulec/status`: counters, for tests and reports of problems.
    pub(crate) async fn status(&self) -> Result<Value> {
        self.worker
            .ask(|worker, _, back| {
                let files: usize = worker.views().iter().map(|view| view.uris.len()).sum();
                let _ = back.send(Ok(json!({ "analyses": worker.analyses, "files": files })));
            })
            .await
    }
}
