//! Coloured words: whole, in a range, and as differences from the last answer.

use ide::HighlightKind;
use syntax::Span;
use tower_lsp_server::ls_types::{
    Range, SemanticToken, SemanticTokens, SemanticTokensDelta, SemanticTokensEdit,
    SemanticTokensFullDeltaResult, SemanticTokensRangeResult, SemanticTokensResult,
};

use crate::features::Answer;
use crate::worker::View;

fn number(kind: HighlightKind) -> u32 {
    match kind {
        HighlightKind::Key => 0,
        HighlightKind::Rule => 1,
        HighlightKind::Macro => 2,
        HighlightKind::List => 3,
        HighlightKind::Field => 4,
        HighlightKind::Operator => 5,
        HighlightKind::Transformer => 6,
        HighlightKind::Number => 7,
        HighlightKind::Value => 8,
        HighlightKind::Priority => 9,
        HighlightKind::Tag => 10,
    }
}

fn tokens(view: &View, range: Option<Span>) -> Vec<SemanticToken> {
    let (mut line, mut column) = (0, 0);
    let made = view.analysis.semantic_tokens(view.file, range).into_iter().map(|one| {
        let place = view.range(one.span);
        if place.start.line != line {
            column = 0;
        }
        let token = SemanticToken {
            delta_line: place.start.line - line,
            delta_start: place.start.character - column,
            length: place.end.character - place.start.character,
            token_type: number(one.kind),
            token_modifiers_bitset: u32::from(one.definition) | u32::from(one.deprecated) << 1,
        };
        (line, column) = (place.start.line, place.start.character);
        token
    });
    made.collect()
}

/// Keeps an answer for the next difference. Gives its name and the last answer.
fn keep(view: &View, data: &[SemanticToken]) -> (String, Option<(String, Vec<SemanticToken>)>) {
    let mut kept = view.tokens.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    kept.next += 1;
    let id = kept.next.to_string();
    let Some(uri) = view.uris.get(view.file) else { return (id, None) };
    let old = kept.last.insert(uri.clone(), (id.clone(), data.to_vec()));
    (id, old)
}

pub(crate) fn tokens_full(view: &View) -> Answer<SemanticTokensResult> {
    let data = tokens(view, None);
    let (id, _) = keep(view, &data);
    Ok(Some(SemanticTokensResult::Tokens(SemanticTokens { result_id: Some(id), data })))
}

pub(crate) fn tokens_range(view: &View, range: Range) -> Answer<SemanticTokensRangeResult> {
    let data = tokens(view, Some(view.span(range)));
    Ok(Some(SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data })))
}

pub(crate) fn tokens_delta(view: &View, previous: &str) -> Answer<SemanticTokensFullDeltaResult> {
    let data = tokens(view, None);
    let (id, old) = keep(view, &data);
    Ok(Some(match old.filter(|(old, _)| old == previous) {
        Some((_, old)) => {
            let edits = difference(&old, data);
            SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id: Some(id), edits })
        }
        None => SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id: Some(id), data }),
    }))
}

/// One edit between what both have in common at the start and at the end. Places count in numbers, five to a token.
fn difference(old: &[SemanticToken], new: Vec<SemanticToken>) -> Vec<SemanticTokensEdit> {
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (removed, added) = (old.len() - start - end, new.len() - start - end);
    if removed == 0 && added == 0 {
        return Vec::new();
    }
    let data: Vec<_> = new.into_iter().skip(start).take(added).collect();
    vec![SemanticTokensEdit { start: 5 * start as u32, delete_count: 5 * removed as u32, data: Some(data) }]
}
