//! Additions to the outputs of rules, from the configuration (`append_output`, language.md 8.6).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::scope::Rule;

/// One entry of `append_output`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppendOutput {
    /// Event source of the rules it is for; empty for all.
    pub source: String,
    /// Tags that a rule must have, all of them.
    pub tags: BTreeSet<String>,
    /// Name of the rule it is for; empty for all.
    pub rule: String,
    /// Text added to the output after a space.
    pub extra_output: Option<String>,
    /// Fields added to the alert's fields, in order.
    pub extra_fields: Vec<ExtraField>,
    /// Whether to add the fields that plugins suggest.
    pub suggested_output: bool,
}

/// An extra field of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraField {
    /// Its key in the alert.
    pub key: String,
    /// Its format; `%key` for a raw field.
    pub format: String,
    /// Whether it is a raw field, whose value keeps its type.
    pub raw: bool,
}

impl ExtraField {
    /// A raw field: the key is the field.
    pub fn raw(field: impl Into<String>) -> ExtraField {
        let key = field.into();
        ExtraField { format: format!("%{key}"), key, raw: true }
    }

    /// A formatted field.
    pub fn formatted(key: impl Into<String>, format: impl Into<String>) -> ExtraField {
        ExtraField { key: key.into(), format: format.into(), raw: false }
    }
}

impl AppendOutput {
    /// Whether the entry is for this rule.
    pub fn applies_to(&self, rule: &Rule) -> bool {
        let has = |tag: &String| rule.tags.contains::<Arc<str>>(&Arc::from(tag.as_str()));
        (self.source.is_empty() || *self.source == *rule.source)
            && (self.rule.is_empty() || *self.rule == *rule.name)
            && self.tags.iter().all(has)
    }
}
