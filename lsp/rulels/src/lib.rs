//! The language server as a library: [`serve`] speaks the protocol over any pair of streams, so tests run it in memory.
//!
//! Handlers only send one message to the `worker`, which applies messages in the order in which they arrived; answers
//! are computed from snapshots on other threads. All knowledge of rules is in `ide`.
#![forbid(unsafe_code)]

mod backend;
mod capabilities;
mod config;
mod documents;
mod features;
mod frames;
mod from_proto;
mod message;
mod publish;
mod to_proto;
mod worker;
mod workspace;

use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp_server::{LspService, Server};

/// Requests in flight. Each only waits for its answer, so there can be many; a slow one then holds up no other.
const CONCURRENCY: usize = 1024;

/// Bytes between reading messages and understanding them.
const PIPE: usize = 64 * 1024;

/// Serves one client until it sends `exit` or closes its stream.
pub async fn serve(input: impl AsyncRead + Unpin, output: impl AsyncWrite) {
    let (service, socket) = LspService::build(backend::Backend::new)
        .custom_method("rulec/text", backend::Backend::text)
        .custom_method("rulec/effectiveRule", backend::Backend::effective_rule)
        .custom_method("rulec/status", backend::Backend::status)
        .custom_method(frames::MALFORMED, backend::Backend::malformed)
        .finish();
    let (passed, messages) = tokio::io::duplex(PIPE);
    let reading = async {
        frames::pass(input, passed).await;
        // The server ends by itself once it has taken what was passed on.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = Server::new(messages, output, socket).concurrency_level(CONCURRENCY).serve(service) => {}
        () = reading => {}
    }
}
