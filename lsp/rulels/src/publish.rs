//! What goes to the client unasked, in order.

use std::time::Duration;

use tokio::sync::mpsc;
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::{Diagnostic, MessageType, NumberOrString, ProgressToken, Registration, Uri};

/// So long a client may take to agree to be shown progress.
const PATIENCE: Duration = Duration::from_millis(500);

/// Something to send.
pub(crate) enum Outgoing {
    /// What is wrong in a file.
    Diagnostics(Uri, Vec<Diagnostic>, Option<i32>),
    /// The client should ask for diagnostics again.
    RefreshDiagnostics,
    /// A remark on the configuration.
    Warning(String),
    /// Watch files.
    Watch(Vec<Registration>),
    /// The first load began or ended.
    Progress(bool),
}

/// Sends until nothing more can come.
pub(crate) async fn run(client: Client, mut queue: mpsc::UnboundedReceiver<Outgoing>) {
    let token = || -> ProgressToken { NumberOrString::String("rulec/load".to_owned()) };
    let mut progress = None;
    while let Some(what) = queue.recv().await {
        match what {
            Outgoing::Diagnostics(uri, all, version) => client.publish_diagnostics(uri, all, version).await,
            // Requests are not waited for: a client may answer late or never.
            Outgoing::RefreshDiagnostics => {
                let client = client.clone();
                tokio::spawn(async move {
                    let _ = client.workspace_diagnostic_refresh().await;
                });
            }
            Outgoing::Warning(text) => client.show_message(MessageType::WARNING, text).await,
            Outgoing::Watch(registrations) => {
                let client = client.clone();
                tokio::spawn(async move {
                    let _ = client.register_capability(registrations).await;
                });
            }
            Outgoing::Progress(true) => {
                let asked = tokio::time::timeout(PATIENCE, client.create_work_done_progress(token())).await;
                if matches!(asked, Ok(Ok(()))) {
                    progress = Some(client.progress(token(), "Loading Falco rules").begin().await);
                }
            }
            Outgoing::Progress(false) => {
                if let Some(progress) = progress.take() {
                    progress.finish().await;
                }
            }
        }
    }
}
