//! Warnings about literals of a compiled condition (language.md 4.8).

use std::borrow::Cow;

use catalogue::{Operator, TRANSFORMERS};

use crate::check::Fields;
use crate::codes::{self, Code};

/// What Falco warns of for one literal, in its order.
pub(super) fn of_literal(
    op: Operator,
    value: &str,
    fields: &Fields<'_>,
    mut warn: impl FnMut(&'static Code, String),
) {
    if op == Operator::Regex && is_plain_regex(value) {
        let message = format!(
            "regex check with '{value}' may be optimized with simpler operators such as '=', 'contains', 'startswith', \
             'endswith'"
        );
        warn(&codes::NEEDLESS_REGEX, message);
    }
    if !value.bytes().any(|byte| matches!(byte, b'.' | b'(')) {
        return;
    }
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r');
    let bare: Cow<'_, str> = match value.contains(blank) {
        true => value.chars().filter(|c| !blank(*c)).collect(),
        false => value.into(),
    };
    if bare.contains('.') && fields.is_field(&bare) {
        warn(
            &codes::FIELD_AS_TEXT,
            format!("'{value}' may be a valid field misused as a const string value"),
        );
    }
    if is_transformer_call(&bare) {
        let message = format!("'{value}' may be a valid field transformer misused as a const string value");
        warn(&codes::TRANSFORMER_AS_TEXT, message);
    }
}

fn is_transformer_call(text: &str) -> bool {
    text.ends_with(')')
        && TRANSFORMERS
            .iter()
            .any(|one| text.strip_prefix(one.as_str()).is_some_and(|rest| rest.starts_with('(')))
}

/// Whether a pattern has nothing special besides anchors and "anything" at its ends.
fn is_plain_regex(pattern: &str) -> bool {
    let bytes = pattern.as_bytes();
    let len = bytes.len();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let anchor = (at == 0 && byte == b'^') || (at + 1 == len && byte == b'$');
        if anchor {
            at += 1;
            continue;
        }
        let outer = (at == 0 && len > 1) || at + 2 == len;
        if outer && byte == b'.' && bytes.get(at + 1).is_some_and(|next| b"+*?".contains(next)) {
            at += 2;
            continue;
        }
        if b".+*?^$()[]{}|\\".contains(&byte) {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_plain_regex;

    #[test]
    fn plain_patterns() {
        for plain in ["abc", ".*abc", "^abc$", ".*", "", "abc.*", ".+a.?"] {
            assert!(is_plain_regex(plain), "{plain}");
        }
        for special in [".", "a.b", "abc.{2}", "a|b", "^a.*b$"] {
            assert!(!is_plain_regex(special), "{special}");
        }
    }
}
