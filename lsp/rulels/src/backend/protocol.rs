//! The methods of the protocol itself.

use std::sync::Arc;

use serde_json::{Value, json};
use tower_lsp_server::LanguageServer;
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::request::{GotoDeclarationParams, GotoDeclarationResponse};
use tower_lsp_server::ls_types::*;

use super::Backend;
use crate::config::Settings;
use crate::documents::Document;
use crate::publish::Outgoing;
use crate::worker::{View, Worker};
use crate::workspace::Workspace;
use crate::{capabilities, features, from_proto};

impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let encoding = capabilities::encoding(&params.capabilities);
        let client = capabilities::client(&params.capabilities);
        self.worker
            .tell(move |worker| {
                worker.encoding = encoding;
                worker.client = client;
                if let Some(options) = &params.initialization_options {
                    worker.settings = Arc::new(Settings::read(options));
                }
                #[allow(deprecated, reason = "older clients send nothing else")]
                let root = params.root_uri.clone();
                let folders: Vec<Uri> = match params.workspace_folders {
                    Some(folders) if !folders.is_empty() => {
                        folders.into_iter().map(|folder| folder.uri).collect()
                    }
                    _ => root.into_iter().collect(),
                };
                worker.roots = folders;
            })
            .await;
        Ok(InitializeResult {
            capabilities: capabilities::server(encoding),
            server_info: Some(ServerInfo {
                name: "rulels".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            offset_encoding: None,
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        self.worker
            .tell(|worker| {
                if worker.client.progress {
                    worker.send(Outgoing::Progress(true));
                }
                let settings = worker.settings.clone();
                for uri in std::mem::take(&mut worker.roots) {
                    if let Some(folder) = from_proto::path(&uri) {
                        worker.workspaces.push(Workspace::open(&folder, &settings));
                    }
                }
                worker.report_problems();
                worker.changed();
                if worker.client.watches {
                    worker.send(Outgoing::Watch(vec![watcher()]));
                }
                if worker.client.progress {
                    worker.send(Outgoing::Progress(false));
                }
            })
            .await;
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.worker
            .tell(move |worker| {
                let made = Document {
                    text: document.text.into(),
                    version: document.version,
                    language: document.language_id,
                };
                worker.documents.insert(document.uri.clone(), made);
                worker.view(&document.uri);
                worker.touched.push(document.uri);
                worker.changed();
            })
            .await;
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.worker
            .tell(move |worker| {
                let encoding = worker.encoding;
                if let Some(document) = worker.documents.get_mut(&params.text_document.uri) {
                    document.apply(params.content_changes, encoding);
                    document.version = params.text_document.version;
                    worker.touched.push(params.text_document.uri);
                    worker.changed();
                }
            })
            .await;
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.worker
            .tell(move |worker| {
                // A client that watches files tells of the change anyway.
                if !worker.client.watches || params.text_document.uri.as_str().ends_with("rulec.toml") {
                    worker.reload();
                }
            })
            .await;
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.worker
            .tell(move |worker| {
                worker.documents.remove(&params.text_document.uri);
                worker.forget_tokens(&params.text_document.uri);
                worker.changed();
            })
            .await;
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.worker
            .tell(move |worker| {
                let settings = Settings::read(&params.settings);
                if settings != *worker.settings {
                    worker.settings = Arc::new(settings);
                    worker.reload();
                }
            })
            .await;
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.worker
            .tell(move |worker| {
                let gone: Vec<_> =
                    params.event.removed.iter().filter_map(|one| from_proto::path(&one.uri)).collect();
                worker
                    .workspaces
                    .retain(|one| one.folder.as_ref().is_none_or(|folder| !gone.contains(folder)));
                let settings = worker.settings.clone();
                for folder in params.event.added.iter().filter_map(|one| from_proto::path(&one.uri)) {
                    worker.workspaces.push(Workspace::open(&folder, &settings));
                }
                worker.changed();
            })
            .await;
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        self.worker.tell(Worker::reload).await;
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.at(params.text_document_position_params, features::hover).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        self.at(params.text_document_position, features::completion).await
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        let Some(uri) = features::place_of(&item) else { return Ok(item) };
        let asked = item.clone();
        let found =
            self.on(TextDocumentIdentifier { uri }, move |view| features::resolve(view, asked)).await?;
        Ok(found.unwrap_or(item))
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        self.at(params.text_document_position_params, features::signature).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        self.at(params.text_document_position_params, features::definition).await
    }

    async fn goto_declaration(
        &self,
        params: GotoDeclarationParams,
    ) -> Result<Option<GotoDeclarationResponse>> {
        self.at(params.text_document_position_params, features::declaration).await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let all = params.context.include_declaration;
        self.at(params.text_document_position, move |view, at| features::references(view, at, all)).await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        self.at(params.text_document_position_params, features::highlights).await
    }

    async fn prepare_rename(
        &self,
        params: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        self.at(params, features::prepare_rename).await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let new = params.new_name;
        self.at(params.text_document_position, move |view, at| features::rename(view, at, &new)).await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        self.on(params.text_document, features::document_symbols).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        self.worker
            .ask(move |worker, flag, back| {
                let views = worker.views();
                worker.answer(flag, back, move |flag| {
                    let views: Vec<View> = views
                        .into_iter()
                        .map(|view| View { analysis: view.analysis.cancelled_by(flag.clone()), ..view })
                        .collect();
                    let found = features::workspace_symbols(&views, &params.query);
                    Ok(Some(WorkspaceSymbolResponse::Nested(found)))
                });
            })
            .await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.on(params.text_document, features::folds).await
    }

    async fn selection_range(&self, params: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>> {
        self.on(params.text_document, move |view| features::selections(view, &params.positions)).await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.on(params.text_document, features::links).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.on(params.text_document, move |view| features::hints(view, params.range)).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.on(params.text_document, features::lenses).await
    }

    async fn code_lens_resolve(&self, lens: CodeLens) -> Result<CodeLens> {
        let Some(uri) = features::document_of(&lens) else { return Ok(lens) };
        let asked = lens.clone();
        let found =
            self.on(TextDocumentIdentifier { uri }, move |view| features::resolve_lens(view, asked)).await?;
        Ok(found.unwrap_or(lens))
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.on(params.text_document, move |view| features::code_actions(view, params.range, &params.context))
            .await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.on(params.text_document, features::format).await
    }

    async fn range_formatting(&self, params: DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.on(params.text_document, move |view| features::format_range(view, params.range)).await
    }

    async fn on_type_formatting(
        &self,
        params: DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>> {
        self.at(params.text_document_position, features::format_on_type).await
    }

    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        self.on(params.text_document, features::tokens_full).await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        let previous = params.previous_result_id;
        self.on(params.text_document, move |view| features::tokens_delta(view, &previous)).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        self.on(params.text_document, move |view| features::tokens_range(view, params.range)).await
    }

    async fn diagnostic(&self, params: DocumentDiagnosticParams) -> Result<DocumentDiagnosticReportResult> {
        let previous = params.previous_result_id;
        let report =
            self.on(params.text_document, move |view| features::pull(view, previous.as_deref())).await?;
        Ok(report.unwrap_or_else(|| {
            DocumentDiagnosticReportResult::Report(DocumentDiagnosticReport::Full(
                RelatedFullDocumentDiagnosticReport::default(),
            ))
        }))
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        self.worker
            .ask(move |worker, flag, back| {
                let views = worker.views();
                let versions: std::collections::BTreeMap<Uri, i64> = worker
                    .documents
                    .iter()
                    .map(|(uri, document)| (uri.clone(), i64::from(document.version)))
                    .collect();
                worker.answer(flag, back, move |_| {
                    let version = |uri: &Uri| versions.get(uri).copied();
                    let report = features::pull_all(&views, &params.previous_result_ids, &version);
                    Ok(WorkspaceDiagnosticReportResult::Report(report))
                });
            })
            .await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        let argument = params.arguments.first().cloned().unwrap_or(Value::Null);
        match params.command.as_str() {
            "rulec.explain" => {
                Ok(features::explain(argument.as_str().unwrap_or_default()).map(|page| json!(page)))
            }
            "rulec.effectiveRule" => match serde_json::from_value(argument) {
                Ok(place) => Ok(self.effective_rule(place).await?.map(|page| json!(page))),
                Err(error) => Err(tower_lsp_server::jsonrpc::Error::invalid_params(error.to_string())),
            },
            "rulec.reload" => {
                self.worker.tell(Worker::reload).await;
                Ok(None)
            }
            other => Err(tower_lsp_server::jsonrpc::Error::invalid_params(format!(
                "there is no command `{other}`"
            ))),
        }
    }
}

/// Asks the client to tell of changed files.
fn watcher() -> Registration {
    Registration {
        id: "rulec/files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: Some(json!({ "watchers": [
            { "globPattern": "**/*.{yaml,yml}" },
            { "globPattern": "**/rulec.toml" },
            { "globPattern": "**/*baseline*.json" },
        ] })),
    }
}
