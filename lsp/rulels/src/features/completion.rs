//! Proposals, and what they mean: documentation is sent for the one that is looked at, where the client can ask for it.

use ide::{Completion, CompletionKind};
use serde_json::Value;
use tower_lsp_server::ls_types::{
    CompletionItem, CompletionItemKind, CompletionItemLabelDetails, CompletionItemTag, CompletionList,
    CompletionResponse, CompletionTextEdit, Documentation, InsertReplaceEdit, InsertTextFormat, Position,
    Range, TextEdit, Uri,
};

use crate::features::{Answer, markdown};
use crate::worker::View;

/// Proposals sent at most; the client asks again when more is typed.
const MOST: usize = 2000;
/// So many are sent with their documentation to clients that cannot ask for it.
const MOST_DOCUMENTED: usize = 100;

/// Our kinds as the protocol's. Each is another one, so that the way back is known.
const KINDS: [(CompletionKind, CompletionItemKind); 11] = [
    (CompletionKind::Key, CompletionItemKind::PROPERTY),
    (CompletionKind::Snippet, CompletionItemKind::SNIPPET),
    (CompletionKind::Field, CompletionItemKind::FIELD),
    (CompletionKind::Macro, CompletionItemKind::CONSTANT),
    (CompletionKind::List, CompletionItemKind::VARIABLE),
    (CompletionKind::Rule, CompletionItemKind::CLASS),
    (CompletionKind::Operator, CompletionItemKind::OPERATOR),
    (CompletionKind::Transformer, CompletionItemKind::FUNCTION),
    (CompletionKind::Value, CompletionItemKind::VALUE),
    (CompletionKind::Constant, CompletionItemKind::ENUM_MEMBER),
    (CompletionKind::Tag, CompletionItemKind::KEYWORD),
];

fn kind_of(kind: CompletionKind) -> CompletionItemKind {
    KINDS.iter().find(|(ours, _)| *ours == kind).map_or(CompletionItemKind::TEXT, |(_, theirs)| *theirs)
}

pub(crate) fn completion(view: &View, at: Position) -> Answer<CompletionResponse> {
    let offset = view.offset(at);
    let mut all = view.analysis.completions(view.file, offset);
    // What does not fit the word is not sent; after the next key other proposals may fit.
    let typed = all.first().is_some_and(|one| !one.replace.is_empty());
    let is_incomplete = typed || all.len() > MOST;
    all.truncate(MOST);
    let snippets = view.client.snippets;
    all.retain(|one| snippets || one.kind != CompletionKind::Snippet);
    let source = view.analysis.completion_source(view.file, offset);
    let documented = !view.client.resolves_documentation && all.len() <= MOST_DOCUMENTED;
    let uri = view.uris.get(view.file).map_or("", |uri| uri.as_str());
    let data = view.client.resolves_documentation.then(|| Value::String(format!("{source} {uri}")));
    // All of them stand for the same word.
    let insert = all.first().map(|one| view.range(one.replace)).unwrap_or_default();
    let end = all.first().map(|one| view.position_in(view.file, one.word_end));
    let replace = end.filter(|_| view.client.replaces_words).map(|end| Range { start: insert.start, end });
    // Where no word is begun, every client puts a label at the cursor by itself.
    let before = view.analysis.text(view.file).get(..offset as usize).unwrap_or("");
    let no_word = before.ends_with(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | ','))
        && [Some(insert), replace].into_iter().flatten().all(|range| range.start == range.end);
    let items = all.into_iter().enumerate().map(|(place, one)| {
        let documentation = if documented { about(view, one.kind, &one.label, &source) } else { None };
        let snippet = one.is_snippet && snippets;
        let new_text = if one.is_snippet && !snippet { plain(&one.insert) } else { one.insert.clone() };
        let edit = match replace {
            _ if no_word && new_text == one.label => None,
            Some(replace) => {
                Some(CompletionTextEdit::InsertAndReplace(InsertReplaceEdit { new_text, insert, replace }))
            }
            None => Some(CompletionTextEdit::Edit(TextEdit { range: insert, new_text })),
        };
        let mut item = item(place, one, edit, snippet, documentation, data.clone());
        if view.client.details_labels {
            let description = item.detail.clone();
            item.label_details = Some(CompletionItemLabelDetails { detail: None, description });
        }
        item
    });
    Ok(Some(CompletionResponse::List(CompletionList { is_incomplete, items: items.collect() })))
}

/// A snippet up to its first gap, for editors that know none.
fn plain(snippet: &str) -> String {
    snippet.split(['$', '\n']).next().unwrap_or(snippet).to_owned()
}

fn item(
    place: usize,
    one: Completion,
    edit: Option<CompletionTextEdit>,
    snippet: bool,
    documentation: Option<Documentation>,
    data: Option<Value>,
) -> CompletionItem {
    let explained = !matches!(one.kind, CompletionKind::Snippet | CompletionKind::Tag);
    CompletionItem {
        // Proposals keep their order.
        sort_text: Some(format!("{place:04}")),
        kind: Some(kind_of(one.kind)),
        detail: (!one.detail.is_empty()).then_some(one.detail),
        documentation,
        insert_text_format: snippet.then_some(InsertTextFormat::SNIPPET),
        text_edit: edit,
        tags: one.deprecated.then(|| vec![CompletionItemTag::DEPRECATED]),
        label: one.label,
        data: data.filter(|_| explained),
        ..CompletionItem::default()
    }
}

fn about(view: &View, kind: CompletionKind, label: &str, source: &str) -> Option<Documentation> {
    let text = view.analysis.completion_documentation(kind, label, source);
    (!text.is_empty()).then(|| Documentation::MarkupContent(markdown(text)))
}

/// The document that a proposal was made for.
pub(crate) fn place_of(item: &CompletionItem) -> Option<Uri> {
    item.data.as_ref()?.as_str()?.split_once(' ')?.1.parse().ok()
}

/// The proposal with its documentation.
pub(crate) fn resolve(view: &View, mut item: CompletionItem) -> Answer<CompletionItem> {
    let kind = KINDS.iter().find(|(_, theirs)| Some(*theirs) == item.kind).map(|(ours, _)| *ours);
    let source = item.data.as_ref().and_then(Value::as_str).and_then(|data| data.split(' ').next());
    if let (Some(kind), Some(source)) = (kind, source) {
        item.documentation = about(view, kind, &item.label, source);
    }
    Ok(Some(item))
}
