//! Items of a rule file: which kind each is and where its keys are. What is wrong with them is for `hir` to say.

use crate::error::Parse;
use crate::yaml::{self, Yaml, YamlError, YamlId, YamlKind};

/// Every key that means something in an item, an exception or a plugin requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// `required_engine_version`
    RequiredEngineVersion,
    /// `required_plugin_versions`
    RequiredPluginVersions,
    /// `list`
    List,
    /// `macro`
    Macro,
    /// `rule`
    Rule,
    /// `items`
    Items,
    /// `condition`
    Condition,
    /// `output`
    Output,
    /// `desc`
    Desc,
    /// `priority`
    Priority,
    /// `source`
    Source,
    /// `enabled`
    Enabled,
    /// `capture`
    Capture,
    /// `capture_duration`
    CaptureDuration,
    /// `warn_evttypes`
    WarnEvttypes,
    /// `skip-if-unknown-filter`
    SkipIfUnknownFilter,
    /// `tags`
    Tags,
    /// `exceptions`
    Exceptions,
    /// `append`
    Append,
    /// `override`
    Override,
    /// `name`, of an exception or a plugin
    Name,
    /// `fields`, of an exception
    Fields,
    /// `comps`, of an exception
    Comps,
    /// `values`, of an exception
    Values,
    /// `version`, of a plugin
    Version,
    /// `alternatives`, of a plugin
    Alternatives,
}

impl Key {
    /// Every key with its text.
    pub const ALL: [Key; 26] = [
        Key::RequiredEngineVersion,
        Key::RequiredPluginVersions,
        Key::List,
        Key::Macro,
        Key::Rule,
        Key::Items,
        Key::Condition,
        Key::Output,
        Key::Desc,
        Key::Priority,
        Key::Source,
        Key::Enabled,
        Key::Capture,
        Key::CaptureDuration,
        Key::WarnEvttypes,
        Key::SkipIfUnknownFilter,
        Key::Tags,
        Key::Exceptions,
        Key::Append,
        Key::Override,
        Key::Name,
        Key::Fields,
        Key::Comps,
        Key::Values,
        Key::Version,
        Key::Alternatives,
    ];

    /// The key as written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Key::RequiredEngineVersion => "required_engine_version",
            Key::RequiredPluginVersions => "required_plugin_versions",
            Key::List => "list",
            Key::Macro => "macro",
            Key::Rule => "rule",
            Key::Items => "items",
            Key::Condition => "condition",
            Key::Output => "output",
            Key::Desc => "desc",
            Key::Priority => "priority",
            Key::Source => "source",
            Key::Enabled => "enabled",
            Key::Capture => "capture",
            Key::CaptureDuration => "capture_duration",
            Key::WarnEvttypes => "warn_evttypes",
            Key::SkipIfUnknownFilter => "skip-if-unknown-filter",
            Key::Tags => "tags",
            Key::Exceptions => "exceptions",
            Key::Append => "append",
            Key::Override => "override",
            Key::Name => "name",
            Key::Fields => "fields",
            Key::Comps => "comps",
            Key::Values => "values",
            Key::Version => "version",
            Key::Alternatives => "alternatives",
        }
    }

    /// The key spelled `text`.
    pub fn from_text(text: &str) -> Option<Key> {
        Some(match text {
            "required_engine_version" => Key::RequiredEngineVersion,
            "required_plugin_versions" => Key::RequiredPluginVersions,
            "list" => Key::List,
            "macro" => Key::Macro,
            "rule" => Key::Rule,
            "items" => Key::Items,
            "condition" => Key::Condition,
            "output" => Key::Output,
            "desc" => Key::Desc,
            "priority" => Key::Priority,
            "source" => Key::Source,
            "enabled" => Key::Enabled,
            "capture" => Key::Capture,
            "capture_duration" => Key::CaptureDuration,
            "warn_evttypes" => Key::WarnEvttypes,
            "skip-if-unknown-filter" => Key::SkipIfUnknownFilter,
            "tags" => Key::Tags,
            "exceptions" => Key::Exceptions,
            "append" => Key::Append,
            "override" => Key::Override,
            "name" => Key::Name,
            "fields" => Key::Fields,
            "comps" => Key::Comps,
            "values" => Key::Values,
            "version" => Key::Version,
            "alternatives" => Key::Alternatives,
            _ => return None,
        })
    }
}

/// What an item is. The first of these keys that is present decides, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// Has `required_engine_version`.
    RequiredEngineVersion,
    /// Has `required_plugin_versions`.
    RequiredPluginVersions,
    /// Has `list`.
    List,
    /// Has `macro`.
    Macro,
    /// Has `rule`.
    Rule,
    /// Has none of them.
    Unknown,
}

impl ItemKind {
    /// The key that decides the kind.
    pub const fn key(self) -> Option<Key> {
        match self {
            ItemKind::RequiredEngineVersion => Some(Key::RequiredEngineVersion),
            ItemKind::RequiredPluginVersions => Some(Key::RequiredPluginVersions),
            ItemKind::List => Some(Key::List),
            ItemKind::Macro => Some(Key::Macro),
            ItemKind::Rule => Some(Key::Rule),
            ItemKind::Unknown => None,
        }
    }

    /// The keys such an item may have; any other is unknown. For an unknown item there are none.
    pub const fn keys(self) -> &'static [Key] {
        match self {
            ItemKind::RequiredEngineVersion => &[Key::RequiredEngineVersion],
            ItemKind::RequiredPluginVersions => &[Key::RequiredPluginVersions],
            ItemKind::List => &[Key::List, Key::Items, Key::Append, Key::Override],
            ItemKind::Macro => &[Key::Macro, Key::Condition, Key::Append, Key::Override],
            ItemKind::Rule => &[
                Key::Rule,
                Key::Condition,
                Key::Output,
                Key::Desc,
                Key::Priority,
                Key::Source,
                Key::Enabled,
                Key::Capture,
                Key::CaptureDuration,
                Key::WarnEvttypes,
                Key::SkipIfUnknownFilter,
                Key::Tags,
                Key::Exceptions,
                Key::Append,
                Key::Override,
            ],
            ItemKind::Unknown => &[],
        }
    }
}

/// One `key: value` of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key, if it is one of ours.
    pub known: Option<Key>,
    /// The key's node.
    pub key: YamlId,
    /// The value's node; a null node when none is written.
    pub value: YamlId,
}

/// A mapping with its keys recognised, in document order, duplicates included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields {
    /// The mapping's node.
    pub node: YamlId,
    /// Its entries.
    pub entries: Box<[Entry]>,
}

impl Fields {
    /// The entries of a mapping; none for a node that is not one.
    pub fn of(yaml: &Yaml, node: YamlId) -> Fields {
        let entry = |pair: &yaml::Pair| Entry {
            known: yaml.text(pair.key).and_then(Key::from_text),
            key: pair.key,
            value: pair.value,
        };
        Fields { node, entries: yaml.pairs(node).iter().map(entry).collect() }
    }

    /// The first entry with this key: the one that counts.
    pub fn get(&self, key: Key) -> Option<Entry> {
        self.entries.iter().copied().find(|entry| entry.known == Some(key))
    }

    /// Whether the key is present, with whatever value.
    pub fn has(&self, key: Key) -> bool {
        self.get(key).is_some()
    }
}

/// A mapping among the top-level elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Its keys.
    pub fields: Fields,
}

impl Item {
    /// Reads a mapping as an item.
    pub fn of(yaml: &Yaml, node: YamlId) -> Item {
        let fields = Fields::of(yaml, node);
        let kind = [
            ItemKind::RequiredEngineVersion,
            ItemKind::RequiredPluginVersions,
            ItemKind::List,
            ItemKind::Macro,
            ItemKind::Rule,
        ]
        .into_iter()
        .find(|kind| kind.key().is_some_and(|key| fields.has(key)))
        .unwrap_or(ItemKind::Unknown);
        Item { kind, fields }
    }

    /// The entry that decides the kind: its value is the item's name or version.
    pub fn head(&self) -> Option<Entry> {
        self.kind.key().and_then(|key| self.fields.get(key))
    }

    /// The item's name, if it is a non-empty text.
    pub fn name<'y>(&self, yaml: &'y Yaml) -> Option<&'y str> {
        self.head().and_then(|head| yaml.text(head.value)).filter(|name| !name.is_empty())
    }
}

/// One element of a document's sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// Null: skipped without a word.
    Null(YamlId),
    /// A scalar or a sequence, where only mappings may be.
    NotMapping(YamlId),
    /// An item.
    Item(Item),
}

/// The shape of a document's root. Documents with a null root end the stream and are not listed at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// A sequence, as it should be.
    Sequence(Vec<Element>),
    /// A scalar.
    Scalar(YamlId),
    /// A mapping.
    Mapping(YamlId),
}

/// A text read as (part of) a rule file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFile {
    /// The nodes; every id below belongs to it.
    pub yaml: Yaml,
    /// The documents, up to the first error.
    pub documents: Vec<Document>,
}

impl RuleFile {
    /// All items in order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        let elements = self.documents.iter().flat_map(|document| match document {
            Document::Sequence(elements) => elements.as_slice(),
            Document::Scalar(_) | Document::Mapping(_) => &[],
        });
        elements.filter_map(|element| match element {
            Element::Item(item) => Some(item),
            Element::Null(_) | Element::NotMapping(_) => None,
        })
    }
}

/// Reads a whole file.
pub fn read(text: &str) -> Parse<RuleFile, YamlError> {
    with_items(yaml::read(text))
}

/// Reads one item that [`yaml::split`] cut out; see [`yaml::read_item`].
pub fn read_item(text: &str) -> Parse<RuleFile, YamlError> {
    with_items(yaml::read_item(text))
}

fn with_items(parsed: Parse<Yaml, YamlError>) -> Parse<RuleFile, YamlError> {
    let Parse { tree: yaml, errors } = parsed;
    let document = |root: YamlId| match yaml.kind(root) {
        YamlKind::Sequence(_) => {
            Document::Sequence(yaml.elements(root).iter().map(|&id| element(&yaml, id)).collect())
        }
        YamlKind::Mapping(_) => Document::Mapping(root),
        YamlKind::Scalar(_) | YamlKind::Null | YamlKind::Alias(_) => Document::Scalar(root),
    };
    let documents = yaml.documents().iter().map(|each| document(each.root)).collect();
    Parse { tree: RuleFile { yaml, documents }, errors }
}

fn element(yaml: &Yaml, id: YamlId) -> Element {
    match yaml.kind(id) {
        YamlKind::Null => Element::Null(id),
        YamlKind::Mapping(_) => Element::Item(Item::of(yaml, id)),
        _ => Element::NotMapping(id),
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn keys_are_read_as_they_are_written() {
        for key in Key::ALL {
            assert_eq!(Key::from_text(key.as_str()), Some(key));
        }
        assert_eq!(Key::from_text("Rule"), None);
    }
}
