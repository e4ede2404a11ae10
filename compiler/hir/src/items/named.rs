//! Lists and macros.

use std::sync::Arc;

use syntax::yaml::YamlId;

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::falco::{ItemType, LoadCode};
use crate::finding::Finding;
use crate::items::decode::Need;
use crate::items::{LIST_KEYS, MACRO_KEYS, Outcome, Reader};
use crate::scope::{ItemAt, List, Macro, Standing, TextValue};
use crate::source::Link;

pub(super) const APPEND_DEPRECATED: &str =
    "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.";
pub(super) const OVERRIDE_AND_APPEND: &str = "Keys 'override' and 'append: true' cannot be used together. Add an 'append' \
                                              entry (e.g. 'condition: append') under 'override' instead.";

impl Reader<'_, '_> {
    pub(super) fn list(&mut self, item: YamlId) -> Outcome {
        let yaml = self.yaml.clone();
        let at = yaml.at(item);
        let Some(name_node) = self.scalar(item, "list", Need::Required, &[(ItemType::List, "", at)])? else {
            return Ok(());
        };
        let name: Arc<str> = yaml.text(name_node).unwrap_or("").into();
        let link: Link<'_> = (ItemType::List, &name, at);
        if !is_bare(&name) {
            let ours = Diagnostic::new(
                &codes::LIST_NAME,
                self.range(name_node),
                format!("conditions may not find the list `{name}`"),
            )
            .note("a name must have no white space and none of ( ) \" ' = ,");
            let message = "List has an invalid name. List names should match a regular expression: \
                           ([^()\"'[:space:]=,]+)";
            self.warn(LoadCode::InvalidListName, message, &[link], ours);
        }
        let items = self.sequence(item, "items", true, &[link])?.unwrap_or_default();
        let items = items.into_iter().map(|element| self.scalar_id(element)).collect();
        let append = self.append_flag(item, &["items"], link)?;
        let overrides = self.overrides(item, &["items"], &["items"], link)?;
        if append && !overrides.is_empty() {
            self.override_and_append(item, link)?;
        }
        let name_range = self.range(name_node);
        let item_at = ItemAt { tree: self.tree, at, name: name_range };
        let list = List { name: name.clone(), items, item: item_at, standing: Standing::new(name_range) };
        if append || overrides.appends("items") {
            if !self.definitions.append_list(&list) {
                let message =
                    "List uses 'append' or 'override.items: append' but no list by that name already exists";
                let names: Vec<Arc<str>> =
                    self.definitions.lists.iter().map(|list| list.name.clone()).collect();
                self.unknown_target(link, name_node, message, &names)?;
            }
        } else {
            self.definitions.define_list(list);
        }
        self.unknown_keys(item, LIST_KEYS, link);
        Ok(())
    }

    pub(super) fn macro_(&mut self, item: YamlId) -> Outcome {
        let yaml = self.yaml.clone();
        let at = yaml.at(item);
        let Some(name_node) = self.scalar(item, "macro", Need::Required, &[(ItemType::Macro, "", at)])?
        else {
            return Ok(());
        };
        let name: Arc<str> = yaml.text(name_node).unwrap_or("").into();
        let link: Link<'_> = (ItemType::Macro, &name, at);
        if !is_identifier(&name) {
            let ours = Diagnostic::new(
                &codes::MACRO_NAME,
                self.range(name_node),
                format!("conditions cannot refer to a macro `{name}`"),
            )
            .note("a name starts with a letter and has letters, digits and underscores only");
            let message = "Macro has an invalid name. Macro names should match a regular expression: \
                           ([a-zA-Z]+[a-zA-Z0-9_]*)";
            self.warn(LoadCode::InvalidMacroName, message, &[link], ours);
        }
        let condition_node = self.scalar(item, "condition", Need::Required, &[link])?;
        let condition = condition_node.map(|node| TextValue::of(self.scalar_id(node), self.sources));
        let condition_at = condition_node.map_or(at, |node| yaml.at(node));
        let append = self.append_flag(item, &["condition"], link)?;
        let overrides = self.overrides(item, &["condition"], &["condition"], link)?;
        if append && !overrides.is_empty() {
            self.override_and_append(item, link)?;
        }
        let name_range = self.range(name_node);
        let item_at = ItemAt { tree: self.tree, at, name: name_range };
        let one = Macro {
            name: name.clone(),
            condition: condition.unwrap_or_default(),
            condition_at,
            item: item_at,
            standing: Standing::new(name_range),
        };
        if append || overrides.appends("condition") {
            if !self.definitions.append_macro(&one) {
                let message = "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists";
                let names: Vec<Arc<str>> =
                    self.definitions.macros.iter().map(|one| one.name.clone()).collect();
                self.unknown_target(link, name_node, message, &names)?;
            }
        } else {
            self.definitions.define_macro(one);
        }
        self.unknown_keys(item, MACRO_KEYS, link);
        Ok(())
    }

    /// Whether `append: true` is set; warns when it is. `keys` are those that it would be written for under `override`.
    pub(super) fn append_flag(&mut self, item: YamlId, keys: &[&str], link: Link<'_>) -> Outcome<bool> {
        let append = self.boolean(item, "append", Need::Optional, &[link])?.unwrap_or(false);
        if append {
            let yaml = self.yaml.clone();
            let place =
                yaml.get(item, "append").map_or_else(|| self.range(item), |pair| self.pair_range(pair));
            let mut ours = Diagnostic::new(&codes::DEPRECATED_APPEND, place, "`append: true` is deprecated");
            if let Some(edit) = self.append_edit(item, keys, link.0) {
                ours = ours.fix_all("use `override`", vec![edit], true);
            }
            self.warn(LoadCode::DeprecatedItem, APPEND_DEPRECATED, &[link], ours);
        }
        Ok(append)
    }

    pub(super) fn override_and_append(&mut self, item: YamlId, link: Link<'_>) -> Outcome {
        let yaml = self.yaml.clone();
        let place = yaml.get(item, "append").map_or_else(|| self.range(item), |pair| self.pair_range(pair));
        let mut ours = Diagnostic::new(
            &codes::OVERRIDE_AND_APPEND,
            place,
            "`append: true` and `override` cannot be combined",
        )
        .note("remove `append: true` and name the keys to append to under `override`");
        if let Some(pair) = yaml.get(item, "override") {
            ours = ours.secondary(self.range(pair.key), "`override` is here");
        }
        self.unsay(&codes::DEPRECATED_APPEND);
        self.error(LoadCode::ErrYamlValidate, OVERRIDE_AND_APPEND, &[link], ours)
    }

    /// Takes back our view of the last problem when it is of this kind: what follows says more.
    pub(super) fn unsay(&mut self, code: &Code) {
        let is_it = |finding: &Finding| finding.diagnostic.as_ref().is_some_and(|ours| ours.code == code);
        if let Some(finding) = self.findings.last_mut().filter(|finding| is_it(finding)) {
            finding.diagnostic = None;
        }
    }

    /// The definition to change does not exist.
    pub(super) fn unknown_target(
        &mut self,
        link: Link<'_>,
        name_node: YamlId,
        message: &str,
        names: &[Arc<str>],
    ) -> Outcome {
        let (what, name) = (link.0.as_str(), link.1);
        let range = self.range(name_node);
        let near = catalogue::suggest::nearest(name, names.iter().map(AsRef::as_ref));
        let ours = Diagnostic::new(
            &codes::UNKNOWN_TARGET,
            range,
            format!("there is no {what} `{name}` to change here"),
        )
        .note(format!("the {what} must be defined before, in this file or one loaded earlier"))
        .suggest(range, near);
        self.error(LoadCode::ErrValidate, message, &[link], ours)
    }
}

/// Whether a text is one bare word of a condition.
fn is_bare(text: &str) -> bool {
    !text.is_empty()
        && !text.chars().any(|c| matches!(c, '(' | ')' | '"' | '\'' | '=' | ',' | ' ' | '\t'..='\r'))
}

/// Whether a text is an identifier of a condition.
pub(crate) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
