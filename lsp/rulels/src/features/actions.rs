//! Code actions and pages of diagnostics.

use ide::ActionKind;
use tower_lsp_server::ls_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, CodeActionResponse, Range,
};

use crate::features::Answer;
use crate::to_proto;
use crate::worker::View;

pub(crate) fn code_actions(
    view: &View,
    range: Range,
    context: &CodeActionContext,
) -> Answer<CodeActionResponse> {
    let wanted = |kind: &CodeActionKind| {
        context.only.as_ref().is_none_or(|only| {
            only.iter().any(|one| {
                let (kind, one) = (kind.as_str(), one.as_str());
                one.is_empty()
                    || kind == one
                    || kind.strip_prefix(one).is_some_and(|rest| rest.starts_with('.'))
            })
        })
    };
    let findings = view.analysis.all_diagnostics();
    let made = view.analysis.code_actions(view.file, view.span(range)).into_iter().filter_map(|action| {
        let kind = match action.kind {
            ActionKind::QuickFix => CodeActionKind::QUICKFIX,
            ActionKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
            ActionKind::Inline => CodeActionKind::REFACTOR_INLINE,
            ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
            ActionKind::FixAll => CodeActionKind::SOURCE_FIX_ALL,
        };
        if !wanted(&kind) {
            return None;
        }
        let repaired = action
            .repairs
            .and_then(|at| findings.get(at))
            .and_then(|finding| to_proto::diagnostic(view, finding));
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            edit: Some(view.workspace_edit(&action.edit)),
            title: action.title,
            kind: Some(kind),
            diagnostics: repaired.map(|one| vec![one]),
            is_preferred: action.preferred.then_some(true),
            ..CodeAction::default()
        }))
    });
    Ok(Some(made.collect()))
}

/// The page of a code.
pub(crate) fn explain(code: &str) -> Option<&'static str> {
    hir::Code::find(code).map(|code| code.page)
}
