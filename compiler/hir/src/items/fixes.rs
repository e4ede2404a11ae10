//! Edits that replace deprecated forms of updates.

use syntax::span::Span;
use syntax::yaml::{Pair, YamlId};

use crate::diagnostic::Edit;
use crate::falco::ItemType;
use crate::items::Reader;
use crate::items::update::{APPENDABLE, REPLACEABLE};

impl Reader<'_, '_> {
    /// `append: true` as `override`, when that means the same: a rule's other keys are ignored by the one and refused
    /// by the other.
    pub(super) fn append_edit(&self, item: YamlId, keys: &[&str], kind: ItemType) -> Option<Edit> {
        let present: Vec<&str> =
            keys.iter().copied().filter(|key| self.yaml.get(item, key).is_some()).collect();
        let others = |key: &str| !present.contains(&key) && self.yaml.get(item, key).is_some();
        if present.is_empty() || self.yaml.get(item, "override").is_some() {
            return None;
        }
        if kind == ItemType::Rule && APPENDABLE.iter().chain(REPLACEABLE).any(|key| others(key)) {
            return None;
        }
        let entries: Vec<String> = present.iter().map(|key| format!("{key}: append")).collect();
        let pair = self.yaml.get(item, "append")?;
        Some(Edit { range: self.whole_pair(pair), text: format!("override: {{{}}}", entries.join(", ")) })
    }

    /// `enabled: …` alone with `override`, when that means the same.
    pub(super) fn enabled_edit(&self, item: YamlId) -> Option<Edit> {
        let others = |key: &&str| *key != "enabled" && self.yaml.get(item, key).is_some();
        if APPENDABLE.iter().chain(REPLACEABLE).any(others) || self.yaml.get(item, "override").is_some() {
            return None;
        }
        let pair = self.yaml.get(item, "enabled")?;
        let range = self.whole_pair(pair);
        let file = self.sources.file(range.file)?;
        let line = file.text.get(..range.span.start as usize)?.rsplit('\n').next()?;
        // In a block mapping nothing but indentation, or the item's dash, stands before the key.
        let block = line.bytes().all(|byte| matches!(byte, b' ' | b'-'));
        let separator = if block { format!("\n{}", " ".repeat(line.len())) } else { ", ".to_owned() };
        let text = format!("{}{separator}override: {{enabled: replace}}", self.sources.slice(range));
        Some(Edit { range, text })
    }

    /// An entry more in an item's `override`; `None` if it has no entry yet.
    pub(super) fn override_edit(&self, item: YamlId, key: &str, operation: &str) -> Option<Edit> {
        let mapping = self.yaml.get(item, "override")?.value;
        let (first, last) = (self.yaml.pairs(mapping).first()?, self.yaml.pairs(mapping).last()?);
        let mut range = self.range(last.value);
        range.span = Span::empty(range.span.end);
        let separator = if self.sources.slice(self.range(mapping)).starts_with('{') {
            ", ".to_owned()
        } else {
            let place = self.range(first.key);
            let before = self.sources.file(place.file)?.text.get(..place.span.start as usize)?;
            format!("\n{}", " ".repeat(before.rsplit('\n').next()?.len()))
        };
        Some(Edit { range, text: format!("{separator}{key}: {operation}") })
    }

    fn whole_pair(&self, pair: Pair) -> syntax::span::FileRange {
        let (mut range, value) = (self.range(pair.key), self.range(pair.value));
        range.span = range.span.cover(value.span);
        range
    }
}
