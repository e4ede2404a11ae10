//! Items of a rules file: YAML nodes to changes of the definitions, with Falco's checks in its order (language.md 1, 2,
//! 7.2, 11).
//!
//! Falco stops at the first error. We can go on after it, with what could be read, to find the others; `tolerant`
//! says which of the two is wanted.

mod decode;
mod exceptions;
mod fixes;
mod named;
mod overrides;
mod rule;
mod update;
mod version;

use std::sync::Arc;

use catalogue::suggest;
use syntax::span::FileRange;
use syntax::yaml::{Yaml, YamlId, YamlKind};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::environment::Environment;
use crate::falco::{ItemType, LoadCode};
use crate::finding::Finding;
use crate::scope::Definitions;
use crate::source::{Link, Sources, TreeId};
use crate::text::ScalarId;

pub(crate) use named::is_identifier;

/// The file cannot be read on.
pub(crate) struct Stop;

type Outcome<T = ()> = Result<T, Stop>;

/// Reads the items of one tree.
pub(crate) struct Reader<'a, 'e> {
    pub(crate) sources: &'a Sources,
    pub(crate) yaml: Arc<Yaml>,
    pub(crate) tree: TreeId,
    pub(crate) definitions: &'a mut Definitions,
    pub(crate) environment: &'a Environment<'e>,
    pub(crate) tolerant: bool,
    pub(crate) findings: &'a mut Vec<Finding>,
}

const ENGINE_KEYS: &[&str] = &["required_engine_version"];
const PLUGIN_KEYS: &[&str] = &["required_plugin_versions"];
const LIST_KEYS: &[&str] = &["list", "items", "append", "override"];
const MACRO_KEYS: &[&str] = &["macro", "condition", "append", "override"];
const RULE_KEYS: &[&str] = &[
    "rule",
    "condition",
    "output",
    "desc",
    "priority",
    "source",
    "enabled",
    "capture",
    "capture_duration",
    "warn_evttypes",
    "skip-if-unknown-filter",
    "tags",
    "exceptions",
    "override",
    "append",
];
const KIND_KEYS: &[&str] = &["required_engine_version", "required_plugin_versions", "list", "macro", "rule"];

impl Reader<'_, '_> {
    /// Reads every document of the tree.
    pub(crate) fn read(&mut self) -> Outcome {
        let yaml = self.yaml.clone();
        for document in yaml.documents() {
            let root = document.root;
            match yaml.kind(root) {
                YamlKind::Null => {}
                YamlKind::Sequence(_) => {
                    for &item in yaml.elements(root) {
                        if !yaml.is_null(item) {
                            self.read_item(item)?;
                        }
                    }
                }
                kind => {
                    let (message, ours) = match kind {
                        YamlKind::Mapping(_) => (
                            "Rules content is not yaml array of objects",
                            "a rules file is a sequence of items, each starting with a dash",
                        ),
                        _ => (
                            "Rules content is not yaml",
                            "this is no rules file: a sequence of items is expected",
                        ),
                    };
                    let range = self.first_line(root);
                    let ours = Diagnostic::new(&codes::NOT_RULES, range, ours);
                    self.error(LoadCode::ErrYamlValidate, message, &[], ours)?;
                }
            }
        }
        Ok(())
    }

    fn read_item(&mut self, item: YamlId) -> Outcome {
        let yaml = self.yaml.clone();
        if !matches!(yaml.kind(item), YamlKind::Mapping(_)) {
            let ours = Diagnostic::new(&codes::NOT_A_MAPPING, self.range(item), "an item must be a mapping")
                .note("write `- rule: …`, `- macro: …` or `- list: …`");
            let links = [(ItemType::RulesContentItem, "", yaml.at(item))];
            let message = "Unexpected element type. Each element should be a yaml associative array.";
            return self.error(LoadCode::ErrYamlValidate, message, &links, ours);
        }
        match KIND_KEYS.iter().copied().find(|key| yaml.get(item, key).is_some()) {
            Some("required_engine_version") => self.engine_version(item),
            Some("required_plugin_versions") => self.plugin_versions(item),
            Some("list") => self.list(item),
            Some("macro") => self.macro_(item),
            Some("rule") => self.rule(item),
            _ => {
                self.unknown_item(item);
                Ok(())
            }
        }
    }

    fn unknown_item(&mut self, item: YamlId) {
        let yaml = self.yaml.clone();
        let first = yaml.pairs(item).first().map_or(item, |pair| pair.key);
        let mut ours = Diagnostic::new(
            &codes::UNKNOWN_ITEM,
            self.range(first),
            "this item is neither a rule, macro or list nor a version requirement",
        )
        .note("the item is ignored");
        for pair in yaml.pairs(item) {
            let Some(key) = yaml.text(pair.key) else { continue };
            let near = suggest::nearest(key, KIND_KEYS.iter().copied());
            if !near.is_empty() {
                if let Some(label) = ours.labels.first_mut() {
                    label.range = self.range(pair.key);
                }
                ours = ours.suggest(self.range(pair.key), near);
                break;
            }
        }
        let links = [(ItemType::RulesContentItem, "", yaml.at(item))];
        self.warn(LoadCode::UnknownItem, "Unknown top level item", &links, ours);
    }

    /// Warns of keys that an item of this kind does not have, in document order.
    fn unknown_keys(&mut self, item: YamlId, known: &[&str], link: Link<'_>) {
        let yaml = self.yaml.clone();
        for pair in yaml.pairs(item) {
            let key = yaml.text(pair.key).unwrap_or("null");
            if known.contains(&key) {
                continue;
            }
            let range = self.range(pair.key);
            let what =
                if link.0 == ItemType::RequiredPluginVersions || link.0 == ItemType::RequiredEngineVersion {
                    "version requirements"
                } else {
                    link.0.as_str()
                };
            let ours = Diagnostic::new(&codes::UNKNOWN_KEY, range, format!("a {what} has no key `{key}`"))
                .note("the key is ignored")
                .suggest(range, suggest::nearest(key, known.iter().copied()));
            let message = format!("Unknown key '{key}'. The key will be ignored.");
            self.warn(LoadCode::UnknownKey, message, &[link], ours);
        }
    }

    /// Records an error of Falco; stops unless errors are to be survived.
    fn error(
        &mut self,
        code: LoadCode,
        message: impl Into<String>,
        links: &[Link<'_>],
        ours: Diagnostic,
    ) -> Outcome {
        let context = self.sources.context(self.tree, links);
        self.findings.push(Finding::new(code, message, context, ours));
        if self.tolerant { Ok(()) } else { Err(Stop) }
    }

    fn warn(&mut self, code: LoadCode, message: impl Into<String>, links: &[Link<'_>], ours: Diagnostic) {
        let context = self.sources.context(self.tree, links);
        self.findings.push(Finding::new(code, message, context, ours));
    }

    fn range(&self, node: YamlId) -> FileRange {
        self.sources.node_range(self.tree, node)
    }

    /// The part of a node on its first line.
    fn first_line(&self, node: YamlId) -> FileRange {
        let mut range = self.range(node);
        let text = self.sources.slice(range);
        let line = text.split('\n').next().unwrap_or(text).trim_end();
        range.span.end = range.span.start + line.len() as u32;
        range
    }

    fn scalar_id(&self, node: YamlId) -> ScalarId {
        ScalarId { tree: self.tree, node: self.yaml.resolve(node) }
    }
}
