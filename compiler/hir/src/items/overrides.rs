//! The `override` mapping of an item (language.md 2.2).

use catalogue::suggest;
use syntax::yaml::{YamlId, YamlKind, falco_text};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::falco::{ItemType, LoadCode};
use crate::items::{Outcome, Reader};
use crate::source::Link;

/// Keys to append to and to replace, in document order without repetitions.
#[derive(Default)]
pub(super) struct Overrides {
    pub(super) append: Vec<String>,
    pub(super) replace: Vec<String>,
}

impl Overrides {
    pub(super) fn is_empty(&self) -> bool {
        self.append.is_empty() && self.replace.is_empty()
    }

    pub(super) fn appends(&self, key: &str) -> bool {
        self.append.iter().any(|known| known == key)
    }

    pub(super) fn replaces(&self, key: &str) -> bool {
        self.replace.iter().any(|known| known == key)
    }
}

const NO_MAPPING: &str =
    "invalid node; this may result from using a map iterator as a sequence iterator, or vice-versa";

impl Reader<'_, '_> {
    /// Reads `override`; `appendable` and `replaceable` are the keys of the item's kind.
    pub(super) fn overrides(
        &mut self,
        item: YamlId,
        appendable: &[&str],
        replaceable: &[&str],
        link: Link<'_>,
    ) -> Outcome<Overrides> {
        let yaml = self.yaml.clone();
        let mut found = Overrides::default();
        let Some(pair) = yaml.get(item, "override") else { return Ok(found) };
        if let YamlKind::Sequence(_) = yaml.kind(pair.value)
            && !yaml.elements(pair.value).is_empty()
        {
            let ours = Diagnostic::new(
                &codes::INVALID_OVERRIDE,
                self.first_line(pair.value),
                "`override` must be a mapping",
            )
            .note("write for instance `override: {condition: append}`");
            self.error(LoadCode::ErrValidate, NO_MAPPING, &[], ours)?;
            return Ok(found);
        }
        let outer = (ItemType::Overrides, "", yaml.at(item));
        for entry in yaml.pairs(pair.value) {
            let key = yaml.text(entry.key).unwrap_or("null");
            let operation = match yaml.kind(entry.value) {
                YamlKind::Scalar(_) => yaml.text(entry.value).unwrap_or(""),
                YamlKind::Null => "null",
                _ => {
                    self.not_an_operation(entry.value, key)?;
                    continue;
                }
            };
            let (can_append, can_replace) = (appendable.contains(&key), replaceable.contains(&key));
            let key_links = [link, outer, (ItemType::Overrides, key, yaml.at(entry.key))];
            match operation {
                "append" if can_append => remember(&mut found.append, key),
                "append" => {
                    let message = format!("Key '{key}' cannot be appended to, use 'replace' instead");
                    let mut ours = Diagnostic::new(
                        &codes::INVALID_OVERRIDE,
                        self.range(entry.key),
                        format!("`{key}` cannot be appended to"),
                    );
                    if can_replace {
                        ours = ours.fix("write `replace`", self.range(entry.value), "replace", false);
                    } else {
                        let keys = appendable.iter().copied();
                        ours = ours.suggest(self.range(entry.key), suggest::nearest(key, keys));
                    }
                    self.error(LoadCode::ErrYamlValidate, message, &key_links, ours)?;
                }
                "replace" if can_replace => remember(&mut found.replace, key),
                "replace" => {
                    let message = format!("Key '{key}' cannot be replaced");
                    let range = self.range(entry.key);
                    let ours = Diagnostic::new(
                        &codes::INVALID_OVERRIDE,
                        range,
                        format!("`{key}` cannot be replaced"),
                    )
                    .suggest(range, suggest::nearest(key, replaceable.iter().copied()));
                    self.error(LoadCode::ErrYamlValidate, message, &key_links, ours)?;
                }
                _ => {
                    let mut message = format!(
                        "Invalid override operation for key '{key}': '{operation}'. Allowed values are: "
                    );
                    message.push_str(if can_append { "append " } else { "" });
                    message.push_str(if can_replace { "replace " } else { "" });
                    let range = self.range(entry.value);
                    let near = suggest::nearest(operation, ["append", "replace"]);
                    let ours = Diagnostic::new(
                        &codes::INVALID_OVERRIDE,
                        range,
                        format!("`{operation}` is no way to override: write append or replace"),
                    )
                    .suggest(range, near);
                    let links = [link, outer, (ItemType::ValueFor, key, yaml.at(entry.value))];
                    self.error(LoadCode::ErrYamlValidate, message, &links, ours)?;
                }
            }
        }
        Ok(found)
    }

    fn not_an_operation(&mut self, value: YamlId, key: &str) -> Outcome {
        let at = self.sources.yaml_position(self.tree, self.yaml.at(value));
        let message = format!("the operation for `{key}` must be append or replace");
        let ours = Diagnostic::new(&codes::INVALID_OVERRIDE, self.first_line(value), message);
        self.error(LoadCode::ErrValidate, falco_text("bad conversion", at), &[], ours)
    }
}

fn remember(keys: &mut Vec<String>, key: &str) {
    if !keys.iter().any(|known| known == key) {
        keys.push(key.to_owned());
    }
}
