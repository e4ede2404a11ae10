//! Scalars and sequences of an item: presence, shape and conversion, with Falco's messages (language.md 1.2).

use std::collections::BTreeSet;
use std::sync::Arc;

use syntax::span::FileRange;
use syntax::yaml::{YamlId, YamlKind};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::falco::{ItemType, LoadCode};
use crate::items::{Outcome, Reader};
use crate::source::Link;

/// What is asked of a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It must be there.
    Required,
    /// It may be absent, but not empty.
    Optional,
    /// It may be absent or empty.
    MayBeEmpty,
}

impl Reader<'_, '_> {
    /// The value node of a scalar key that is not empty; `None` when absent or (survived) wrong.
    pub(super) fn scalar(
        &mut self,
        item: YamlId,
        key: &str,
        need: Need,
        links: &[Link<'_>],
    ) -> Outcome<Option<YamlId>> {
        let yaml = self.yaml.clone();
        let Some(pair) = yaml.get(item, key) else {
            if need == Need::Required {
                self.missing_key(item, key, links)?;
            }
            return Ok(None);
        };
        let value = pair.value;
        if yaml.is_null(value) {
            if need != Need::MayBeEmpty {
                let message = format!("Mapping for key '{key}' is empty");
                let ours = Diagnostic::new(
                    &codes::EMPTY_VALUE,
                    self.range(pair.key),
                    format!("`{key}` has no value"),
                );
                self.error(LoadCode::ErrYamlValidate, message, links, ours)?;
            }
            return Ok(None);
        }
        let at = yaml.at(value);
        let Some(text) = yaml.text(value) else {
            let ours = Diagnostic::new(
                &codes::WRONG_SHAPE,
                self.first_line(value),
                format!("`{key}` must be a single value"),
            );
            self.error_at_value(links, key, at, "Value is not a scalar value", ours)?;
            return Ok(None);
        };
        if text.is_empty() {
            if need != Need::MayBeEmpty {
                let ours =
                    Diagnostic::new(&codes::EMPTY_VALUE, self.range(value), format!("`{key}` is empty"));
                self.error_at_value(links, key, at, "Value must be non-empty", ours)?;
            }
            return Ok(None);
        }
        Ok(Some(value))
    }

    fn missing_key(&mut self, item: YamlId, key: &str, links: &[Link<'_>]) -> Outcome {
        let yaml = self.yaml.clone();
        let what = links.last().map_or("item", |link| link.0.as_str());
        let named = links.last().map(|link| link.1).filter(|name| !name.is_empty());
        let subject = match named {
            Some(name) => format!("{what} `{name}`"),
            None => format!("this {what}"),
        };
        let place = yaml.pairs(item).first().map_or_else(|| self.range(item), |pair| self.pair_range(*pair));
        let mut ours = Diagnostic::new(&codes::MISSING_KEY, place, format!("{subject} has no `{key}`"));
        for pair in yaml.pairs(item) {
            let Some(present) = yaml.text(pair.key) else { continue };
            let known = [key];
            if !catalogue::suggest::nearest(present, known).is_empty() {
                let range = self.range(pair.key);
                ours = ours.secondary(range, format!("did you mean `{key}`?")).fix(
                    format!("write `{key}`"),
                    range,
                    key,
                    false,
                );
                break;
            }
            if present == "<<" {
                ours = ours.note("merge keys (`<<`) are not supported in rules files");
            }
        }
        let message = format!("Item has no mapping for key '{key}'");
        self.error(LoadCode::ErrYamlValidate, message, links, ours)
    }

    /// A key and the first line of its value.
    pub(super) fn pair_range(&self, pair: syntax::yaml::Pair) -> FileRange {
        let mut range = self.range(pair.key);
        let value = self.first_line(pair.value);
        if value.span.end > range.span.end && value.file == range.file {
            range.span.end = value.span.end;
        }
        range
    }

    fn error_at_value(
        &mut self,
        links: &[Link<'_>],
        key: &str,
        at: u32,
        message: &str,
        ours: Diagnostic,
    ) -> Outcome {
        let mut chain = links.to_vec();
        chain.push((ItemType::ValueFor, key, at));
        self.error(LoadCode::ErrYamlValidate, message, &chain, ours)
    }

    fn cannot_decode(&mut self, value: YamlId, key: &str, wanted: &str, links: &[Link<'_>]) -> Outcome {
        let yaml = self.yaml.clone();
        let text = yaml.text(value).unwrap_or("");
        let ours = Diagnostic::new(&codes::BAD_VALUE, self.range(value), format!("`{text}` is not {wanted}"));
        self.error_at_value(links, key, yaml.at(value), "Can't decode YAML scalar value", ours)
    }

    pub(super) fn boolean(
        &mut self,
        item: YamlId,
        key: &str,
        need: Need,
        links: &[Link<'_>],
    ) -> Outcome<Option<bool>> {
        let Some(value) = self.scalar(item, key, need, links)? else { return Ok(None) };
        match boolean(self.yaml.text(value).unwrap_or("")) {
            Some(value) => Ok(Some(value)),
            None => self.cannot_decode(value, key, "a boolean: write true or false", links).map(|()| None),
        }
    }

    pub(super) fn unsigned(
        &mut self,
        item: YamlId,
        key: &str,
        need: Need,
        links: &[Link<'_>],
    ) -> Outcome<Option<u32>> {
        let Some(value) = self.scalar(item, key, need, links)? else { return Ok(None) };
        match unsigned(self.yaml.text(value).unwrap_or("")) {
            Some(value) => Ok(Some(value)),
            None => self.cannot_decode(value, key, "a number from 0 to 4294967295", links).map(|()| None),
        }
    }

    /// The scalars of a sequence key.
    pub(super) fn sequence(
        &mut self,
        item: YamlId,
        key: &str,
        required: bool,
        links: &[Link<'_>],
    ) -> Outcome<Option<Vec<YamlId>>> {
        let yaml = self.yaml.clone();
        let Some(pair) = yaml.get(item, key) else {
            if required {
                self.missing_key(item, key, links)?;
            }
            return Ok(None);
        };
        let value = pair.value;
        if !matches!(yaml.kind(value), YamlKind::Sequence(_)) {
            let range = if yaml.is_null(value) { self.range(pair.key) } else { self.first_line(value) };
            let mut ours = Diagnostic::new(&codes::WRONG_SHAPE, range, format!("`{key}` must be a sequence"));
            if let Some(text) = yaml.text(value) {
                let text = text.to_owned();
                ours = ours.fix("put it in brackets", self.range(value), format!("[{text}]"), false);
            }
            self.error_at_value(links, key, yaml.at(value), "Value is not a sequence", ours)?;
            return Ok(None);
        }
        let mut found = Vec::with_capacity(yaml.elements(value).len());
        for &element in yaml.elements(value) {
            if yaml.text(element).is_some() {
                found.push(element);
                continue;
            }
            let message = format!("an element of `{key}` must be a single value");
            let ours = Diagnostic::new(&codes::WRONG_SHAPE, self.first_line(element), message);
            let mut chain = links.to_vec();
            chain.push((ItemType::ValueFor, key, yaml.at(value)));
            chain.push((ItemType::ListItem, "", yaml.at(element)));
            self.error(LoadCode::ErrYamlValidate, "sequence value is not scalar", &chain, ours)?;
        }
        Ok(Some(found))
    }

    pub(super) fn tags(&mut self, item: YamlId, links: &[Link<'_>]) -> Outcome<BTreeSet<Arc<str>>> {
        let tags = self.sequence(item, "tags", false, links)?.unwrap_or_default();
        Ok(tags.into_iter().filter_map(|tag| self.yaml.text(tag).map(Arc::from)).collect())
    }
}

/// A boolean as YAML libraries read it: `y`, `yes`, `true`, `on` and their opposites in lower, upper or title case.
pub(super) fn boolean(text: &str) -> Option<bool> {
    let mut chars = text.chars();
    let first = chars.next()?;
    let rest = chars.as_str();
    let lower = |s: &str| s.bytes().all(|b| b.is_ascii_lowercase());
    let upper = |s: &str| s.bytes().all(|b| b.is_ascii_uppercase());
    let flexible = (first.is_ascii_lowercase() && lower(rest))
        || (first.is_ascii_uppercase() && (lower(rest) || upper(rest)));
    if !flexible {
        return None;
    }
    match text.to_ascii_lowercase().as_str() {
        "y" | "yes" | "true" | "on" => Some(true),
        "n" | "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

/// A 32-bit number: decimal, hexadecimal after `0x`, octal after `0`. White space may follow it.
pub(super) fn unsigned(text: &str) -> Option<u32> {
    let text = text.trim_end_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::{boolean, unsigned};

    #[test]
    fn booleans_and_numbers() {
        for (text, wanted) in [
            ("true", Some(true)),
            ("Yes", Some(true)),
            ("OFF", Some(false)),
            ("N", Some(false)),
            ("tRue", None),
            ("1", None),
        ] {
            assert_eq!(boolean(text), wanted, "{text}");
        }
        for (text, wanted) in [
            ("26", Some(26)),
            ("0x1A", Some(26)),
            ("010", Some(8)),
            ("0", Some(0)),
            ("5 \n", Some(5)),
            (" 5", None),
            ("08", None),
            ("0xFFFFFFFF", Some(u32::MAX)),
            ("-1", None),
            ("4294967296", None),
            ("0.26", None),
        ] {
            assert_eq!(unsigned(text), wanted, "{text}");
        }
    }
}
