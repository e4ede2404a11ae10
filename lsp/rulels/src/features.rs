//! Answers to requests, from a snapshot, in the protocol's words.

mod actions;
mod completion;
mod tokens;

use ide::{FoldKind, LensKind, Role, SymbolKind as Kind};
use serde_json::json;
use tower_lsp_server::ls_types::*;

use crate::worker::View;
use crate::{capabilities, to_proto};

pub(crate) use actions::{code_actions, explain};
pub(crate) use completion::{completion, place_of, resolve};
pub(crate) use tokens::{tokens_delta, tokens_full, tokens_range};

/// An answer, nothing, or why there can be none.
pub(crate) type Answer<T> = Result<Option<T>, String>;

fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

pub(crate) fn hover(view: &View, at: Position) -> Answer<Hover> {
    Ok(view.analysis.hover(view.file, view.offset(at)).map(|hover| Hover {
        contents: HoverContents::Markup(markdown(hover.markdown)),
        range: Some(view.range(hover.span)),
    }))
}

pub(crate) fn signature(view: &View, at: Position) -> Answer<SignatureHelp> {
    Ok(view.analysis.signature(view.file, view.offset(at)).map(|one| {
        let active = Some(one.active as u32);
        let parameters = one
            .parameters
            .into_iter()
            .map(|name| ParameterInformation { label: ParameterLabel::Simple(name), documentation: None })
            .collect();
        SignatureHelp {
            signatures: vec![SignatureInformation {
                label: one.label,
                documentation: Some(Documentation::MarkupContent(markdown(one.documentation))),
                parameters: Some(parameters),
                active_parameter: active,
            }],
            active_signature: Some(0),
            active_parameter: active,
        }
    }))
}

pub(crate) fn definition(view: &View, at: Position) -> Answer<GotoDefinitionResponse> {
    let found = view.locations(view.analysis.definition(view.file, view.offset(at)));
    Ok((!found.is_empty()).then_some(GotoDefinitionResponse::Array(found)))
}

pub(crate) fn declaration(view: &View, at: Position) -> Answer<GotoDefinitionResponse> {
    let found = view.locations(view.analysis.declaration(view.file, view.offset(at)));
    Ok((!found.is_empty()).then_some(GotoDefinitionResponse::Array(found)))
}

pub(crate) fn references(view: &View, at: Position, with_declaration: bool) -> Answer<Vec<Location>> {
    let found = view.analysis.references(view.file, view.offset(at));
    let wanted = found.into_iter().filter(|one| with_declaration || one.role == Role::Use);
    let found = view.locations(wanted.map(|one| (one.file, one.span)));
    Ok((!found.is_empty()).then_some(found))
}

pub(crate) fn highlights(view: &View, at: Position) -> Answer<Vec<DocumentHighlight>> {
    let found = view.analysis.highlights(view.file, view.offset(at));
    let made = found.into_iter().map(|one| DocumentHighlight {
        range: view.range(one.span),
        kind: Some(match one.role {
            Role::Use => DocumentHighlightKind::READ,
            Role::Definition | Role::Update => DocumentHighlightKind::WRITE,
        }),
    });
    let made: Vec<_> = made.collect();
    Ok((!made.is_empty()).then_some(made))
}

pub(crate) fn prepare_rename(view: &View, at: Position) -> Answer<PrepareRenameResponse> {
    match view.analysis.prepare_rename(view.file, view.offset(at)) {
        Ok((span, placeholder)) => {
            Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range: view.range(span), placeholder }))
        }
        Err(error) => Err(error.to_string()),
    }
}

pub(crate) fn rename(view: &View, at: Position, new: &str) -> Answer<WorkspaceEdit> {
    let edit = view.analysis.rename(view.file, view.offset(at), new).map_err(|error| error.to_string())?;
    Ok(Some(view.workspace_edit(&edit)))
}

const fn symbol_kind(kind: Option<Kind>) -> SymbolKind {
    match kind {
        Some(Kind::Rule) => SymbolKind::CLASS,
        Some(Kind::Macro) => SymbolKind::FUNCTION,
        Some(Kind::List) => SymbolKind::ARRAY,
        None => SymbolKind::KEY,
    }
}

#[allow(deprecated, reason = "the protocol's type has a field that it asks not to be used")]
fn symbol(view: &View, one: ide::DocumentSymbol) -> DocumentSymbol {
    // Exceptions have no children, so this is not deep.
    let children: Vec<_> = one.children.into_iter().map(|child| symbol(view, child)).collect();
    DocumentSymbol {
        kind: symbol_kind(one.kind),
        detail: (!one.detail.is_empty()).then_some(one.detail),
        range: view.range(one.span),
        selection_range: view.range(one.name_span),
        name: one.name,
        tags: one.disabled.then(|| vec![SymbolTag::DEPRECATED]),
        deprecated: None,
        children: (!children.is_empty()).then_some(children),
    }
}

pub(crate) fn document_symbols(view: &View) -> Answer<DocumentSymbolResponse> {
    let all = view.analysis.document_symbols(view.file).into_iter().map(|one| symbol(view, one)).collect();
    Ok(Some(DocumentSymbolResponse::Nested(all)))
}

/// Names over all roots.
pub(crate) fn workspace_symbols(views: &[View], query: &str) -> Vec<WorkspaceSymbol> {
    const MOST: usize = 500;
    let mut all = Vec::new();
    for view in views {
        for one in view.analysis.workspace_symbols(query, MOST) {
            let Some(location) = view.location(one.file, one.span) else { continue };
            all.push(WorkspaceSymbol {
                name: one.name,
                kind: symbol_kind(Some(one.kind)),
                tags: None,
                container_name: Some(view.analysis.name(one.file).to_owned()),
                location: OneOf::Left(location),
                data: None,
            });
        }
    }
    all.truncate(MOST);
    all
}

pub(crate) fn folds(view: &View) -> Answer<Vec<FoldingRange>> {
    let all = view.analysis.folds(view.file).into_iter().map(|fold| {
        let range = view.range(fold.span);
        FoldingRange {
            start_line: range.start.line,
            start_character: None,
            end_line: range.end.line,
            end_character: None,
            kind: Some(match fold.kind {
                FoldKind::Region => FoldingRangeKind::Region,
                FoldKind::Comment => FoldingRangeKind::Comment,
            }),
            collapsed_text: None,
        }
    });
    Ok(Some(all.collect()))
}

pub(crate) fn selections(view: &View, positions: &[Position]) -> Answer<Vec<SelectionRange>> {
    let all = positions.iter().map(|&at| {
        let spans = view.analysis.selection_ranges(view.file, view.offset(at));
        let outermost = spans.into_iter().rev().fold(None, |parent: Option<Box<SelectionRange>>, span| {
            Some(Box::new(SelectionRange { range: view.range(span), parent }))
        });
        outermost.map_or_else(|| SelectionRange { range: Range::new(at, at), parent: None }, |one| *one)
    });
    Ok(Some(all.collect()))
}

pub(crate) fn links(view: &View) -> Answer<Vec<DocumentLink>> {
    let all = view.analysis.links(view.file).into_iter().map(|link| DocumentLink {
        range: view.range(link.span),
        target: link.target.parse().ok(),
        tooltip: Some(link.title),
        data: None,
    });
    Ok(Some(all.collect()))
}

pub(crate) fn hints(view: &View, range: Range) -> Answer<Vec<InlayHint>> {
    if view.settings.inlay_hints == Some(false) {
        return Ok(None);
    }
    let all = view.analysis.inlay_hints(view.file, view.span(range)).into_iter().map(|hint| InlayHint {
        position: view.position_in(view.file, hint.offset),
        label: InlayHintLabel::String(hint.label),
        kind: None,
        text_edits: None,
        tooltip: Some(InlayHintTooltip::String(hint.tooltip)),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    });
    Ok(Some(all.collect()))
}

pub(crate) fn lenses(view: &View) -> Answer<Vec<CodeLens>> {
    if view.settings.code_lens == Some(false) {
        return Ok(None);
    }
    let uri = view.uris.get(view.file);
    let all = view.analysis.code_lenses(view.file).into_iter().map(|lens| {
        let overrides = lens.kind == LensKind::Overrides;
        CodeLens { range: view.range(lens.span), command: None, data: Some(json!([uri, overrides])) }
    });
    Ok(Some(all.collect()))
}

/// The document of a remark.
pub(crate) fn document_of(lens: &CodeLens) -> Option<Uri> {
    lens.data.as_ref()?.get(0)?.as_str()?.parse().ok()
}

/// The remark with its places.
pub(crate) fn resolve_lens(view: &View, mut lens: CodeLens) -> Answer<CodeLens> {
    let overrides = lens.data.as_ref().and_then(|data| data.get(1)?.as_bool()).unwrap_or_default();
    let kind = if overrides { LensKind::Overrides } else { LensKind::References };
    let at = lens.range.start;
    if let Some(places) = view.analysis.lens_places(view.file, view.offset(at), kind) {
        let title = kind.title(places.len());
        // Where nothing can show the places it is a remark only.
        let (command, arguments) = if view.client.shows_references {
            let arguments = vec![json!(view.uris.get(view.file)), json!(at), json!(view.locations(places))];
            (capabilities::SHOW_REFERENCES, Some(arguments))
        } else {
            ("", None)
        };
        lens.command = Some(Command { title, command: command.to_owned(), arguments });
    }
    Ok(Some(lens))
}

fn text_edits(view: &View, edits: Option<Vec<ide::FileEdit>>) -> Option<Vec<TextEdit>> {
    let edits = edits?;
    Some(
        edits
            .into_iter()
            .map(|edit| TextEdit { range: view.range(edit.span), new_text: edit.text })
            .collect(),
    )
}

pub(crate) fn format(view: &View) -> Answer<Vec<TextEdit>> {
    Ok(text_edits(view, view.analysis.format(view.file)))
}

pub(crate) fn format_range(view: &View, range: Range) -> Answer<Vec<TextEdit>> {
    Ok(text_edits(view, view.analysis.format_range(view.file, view.span(range))))
}

pub(crate) fn format_on_type(view: &View, at: Position) -> Answer<Vec<TextEdit>> {
    Ok(text_edits(view, view.analysis.format_on_type(view.file, view.offset(at))))
}

/// A name for a state of diagnostics: equal ones have equal names.
fn result_id(all: &[Diagnostic]) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(all).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

pub(crate) fn pull(view: &View, previous: Option<&str>) -> Answer<DocumentDiagnosticReportResult> {
    let items = to_proto::diagnostics(view);
    let id = result_id(&items);
    let report = if previous == Some(id.as_str()) {
        DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
        })
    } else {
        DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: Some(id), items },
        })
    };
    Ok(Some(DocumentDiagnosticReportResult::Report(report)))
}

pub(crate) fn pull_all(
    views: &[View],
    previous: &[PreviousResultId],
    versions: &dyn Fn(&Uri) -> Option<i64>,
) -> WorkspaceDiagnosticReport {
    let mut all = Vec::new();
    for view in views {
        for (uri, items) in view.uris.iter().zip(to_proto::all_diagnostics(view)) {
            let (id, version) = (result_id(&items), versions(uri));
            let known = previous.iter().any(|one| one.uri == *uri && one.value == id);
            all.push(if known {
                WorkspaceDocumentDiagnosticReport::Unchanged(WorkspaceUnchangedDocumentDiagnosticReport {
                    uri: uri.clone(),
                    version,
                    unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport { result_id: id },
                })
            } else {
                WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                    uri: uri.clone(),
                    version,
                    full_document_diagnostic_report: FullDocumentDiagnosticReport {
                        result_id: Some(id),
                        items,
                    },
                })
            });
        }
    }
    WorkspaceDiagnosticReport { items: all }
}
