//! Code actions and pages of diagnostics.

use ide::{Action, ActionKind};
use serde_json::json;
use syntax::LineIndex;
use tower_lsp_server::ls_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, CodeActionResponse, Command,
    Position, Range,
};

use crate::features::Answer;
use crate::worker::View;
use crate::{capabilities, to_proto};

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
        let command = renaming(view, &action);
        Some(CodeActionOrCommand::CodeAction(CodeAction {
            command,
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

/// Asks for a better name than the one that an action makes up, where it stands once the action is done.
fn renaming(view: &View, action: &Action) -> Option<Command> {
    let name = action.names.as_ref().filter(|_| view.client.renames)?;
    let (file, first) = action.edit.edits.first()?;
    let text = action.edit.apply(*file, view.analysis.text(*file));
    let offset = first.span.start + first.text.find(name.as_str())? as u32;
    let at = LineIndex::new(&text).line_column(&text, offset, view.encoding);
    let position = Position { line: at.line, character: at.column };
    Some(Command {
        title: "give it a name".to_owned(),
        command: capabilities::RENAME.to_owned(),
        arguments: Some(vec![json!(view.uris.get(*file)?), json!(position)]),
    })
}

/// The page of a code.
pub(crate) fn explain(code: &str) -> Option<&'static str> {
    hir::Code::find(code).map(|code| code.page)
}
