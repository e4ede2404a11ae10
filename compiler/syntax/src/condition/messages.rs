//! The texts of Falco's parser (language.md 3.7).

use std::borrow::Cow;

use crate::token::{OperatorToken, TransformerName};

pub(super) const EMPTY: &str = "filter input string is empty";
pub(super) const OPERAND: &str = "expected a '(' token, a field check, or an identifier";
pub(super) const CLOSE: &str = "expected a ')' token";
pub(super) const ARGUMENT: &str = "expected a valid field argument: a quoted string or a bare string";
pub(super) const CLOSE_ARGUMENT: &str = "expected a ']' token";
pub(super) const VALUE_IN_LIST: &str = "expected a string value";
pub(super) const LIST_OR_NAME: &str = "expected a list or an identifier";
pub(super) const FIELD_IN_VAL: &str = "expected a field within 'val' transformer";
pub(super) const CLOSE_TRANSFORMER: &str = "expected a ')' token closing the transformer";
pub(super) const TRANSFORMER_ARGUMENT: &str =
    "expected field transformer argument: field, transformer, quoted string, number, or transformer list";
pub(super) const LIST_ARGUMENT: &str =
    "expected transformer list argument: field, transformer, quoted string, or number";
pub(super) const CLOSE_LIST_ARGUMENT: &str = "expected ')'";
/// A depth error inside the first element of a value list is swallowed but leaves Falco's depth counter off by
/// one, which it notices at the end.
pub(super) const UNBALANCED: &str = "parser fatal error: recursion is unbalanced";

pub(super) fn too_deep(limit: u32) -> Cow<'static, str> {
    format!("exceeded max depth limit of {limit}").into()
}

pub(super) fn glued(word: &str) -> Cow<'static, str> {
    format!("expected blank or '(' after '{word}'").into()
}

pub(super) fn trailing(last: &str) -> Cow<'static, str> {
    format!("unexpected token after '{last}', expecting 'or', 'and'").into()
}

pub(super) fn operator() -> Cow<'static, str> {
    format!(
        "expected a valid check operator: one of {}",
        listed(OperatorToken::ALL.into_iter().map(OperatorToken::as_str))
    )
    .into()
}

pub(super) fn number() -> Cow<'static, str> {
    with_transformers("expected a number value or a field with a valid transformer: ")
}

pub(super) fn string() -> Cow<'static, str> {
    with_transformers("expected a string value or a field with a valid transformer: ")
}

pub(super) fn list() -> Cow<'static, str> {
    with_transformers("expected a list, an identifier, or a field with a valid transformer: ")
}

fn with_transformers(start: &str) -> Cow<'static, str> {
    format!("{start}{}", listed(TransformerName::ALL.into_iter().map(TransformerName::as_str))).into()
}

fn listed(words: impl Iterator<Item = &'static str>) -> String {
    words.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}
