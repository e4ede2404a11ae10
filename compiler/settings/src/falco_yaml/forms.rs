//! The keys that hold more than a scalar: `rules`, `append_output`, `static_fields`, `plugins`, `config_files`.

use crate::falco_yaml::reader::Reader;
use crate::merge::Strategy;
use crate::origin::{Origin, Problem};
use crate::tree::{Node, Value};

/// An element of `rules`: switches rules on or off after all files are loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSelection {
    /// On or off.
    pub enable: bool,
    /// Wildcard on the name.
    pub rule: Option<String>,
    /// A tag.
    pub tag: Option<String>,
}

/// An element of `append_output`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppendOutput {
    /// Only rules of this source; empty: of all.
    pub source: String,
    /// Only rules with all of these tags.
    pub tags: Vec<String>,
    /// Only the rule of this name; empty: all.
    pub rule: String,
    /// Text to append.
    pub extra_output: String,
    /// Further output fields: a bare field (no format), or a key with a format.
    pub extra_fields: Vec<(String, Option<String>)>,
    /// Append the fields that plugins suggest.
    pub suggested_output: bool,
}

/// An entry of `static_fields`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaticField {
    /// The field's name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it is set.
    pub origin: Origin,
}

/// An element of `plugins`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginSettings {
    /// Name.
    pub name: String,
    /// Library; only informative here, since plugins are built in.
    pub library_path: String,
    /// What to open.
    pub open_params: String,
}

/// An element of `config_files`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFile {
    /// File or directory.
    pub path: String,
    /// How it is merged.
    pub strategy: Strategy,
}

fn field<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.key(key).and_then(Node::text)
}

/// The elements of `config_files`.
pub fn config_files(root: &Node) -> Vec<ConfigFile> {
    let Some(node) = root.key("config_files") else { return Vec::new() };
    let one = |node: &Node| match &node.value {
        Value::Scalar(path) => Some(ConfigFile { path: path.clone(), strategy: Strategy::Append }),
        Value::Mapping(_) => field(node, "path").map(|path| ConfigFile {
            path: path.to_string(),
            strategy: Strategy::from_name(field(node, "strategy").unwrap_or("append")),
        }),
        _ => None,
    };
    match &node.value {
        Value::Sequence(elements) => elements.iter().filter_map(one).collect(),
        _ => one(node).into_iter().collect(),
    }
}

pub(crate) fn rule_selection(reader: &mut Reader<'_>) -> Vec<RuleSelection> {
    let Some(node) = reader.node("rules") else { return Vec::new() };
    let mut selections = Vec::new();
    for element in node.elements() {
        let (enable, what) = match (element.key("enable"), element.key("disable")) {
            (Some(what), _) => (true, what),
            (None, Some(what)) => (false, what),
            (None, None) => {
                let problem = Problem::warning(
                    "an entry of `rules` without `enable` or `disable`",
                    element.origin.clone(),
                );
                reader
                    .problems
                    .push(problem.with_help("write `- enable: {rule: \"…\"}` or `- disable: {tag: …}`"));
                continue;
            }
        };
        selections.push(RuleSelection {
            enable,
            rule: field(what, "rule").map(str::to_string),
            tag: field(what, "tag").map(str::to_string),
        });
    }
    selections
}

pub(crate) fn append_output(reader: &mut Reader<'_>) -> Vec<AppendOutput> {
    let Some(node) = reader.node("append_output") else { return Vec::new() };
    let mut entries = Vec::new();
    for element in node.elements() {
        let mut entry = AppendOutput::default();
        if let Some(matching) = element.key("match") {
            entry.source = field(matching, "source").unwrap_or_default().to_string();
            entry.rule = field(matching, "rule").unwrap_or_default().to_string();
            if let Some(tags) = matching.key("tags") {
                entry.tags =
                    tags.elements().iter().filter_map(|tag| tag.text().map(str::to_string)).collect();
            }
        }
        entry.extra_output = field(element, "extra_output").unwrap_or_default().to_string();
        entry.suggested_output =
            field(element, "suggested_output").and_then(super::reader::boolean).unwrap_or(false);
        for extra in element.key("extra_fields").map(Node::elements).unwrap_or_default() {
            match &extra.value {
                Value::Scalar(name) => {
                    if entry.extra_fields.iter().any(|(key, format)| key == name && format.is_some()) {
                        reader.problems.push(redefined(name, extra));
                    }
                    entry.extra_fields.push((name.clone(), None));
                }
                Value::Mapping(formats) if formats.len() == 1 => {
                    let (key, format) = &formats[0];
                    if entry.extra_fields.iter().any(|(known, _)| known == key) {
                        reader.problems.push(redefined(key, extra));
                    }
                    entry
                        .extra_fields
                        .push((key.clone(), Some(format.text().unwrap_or_default().to_string())));
                }
                _ => reader.problems.push(Problem::error(
                    "an extra field must be a field or one `key: format`",
                    extra.origin.clone(),
                )),
            }
        }
        entries.push(entry);
    }
    entries
}

fn redefined(key: &str, node: &Node) -> Problem {
    Problem::error(
        format!("extra field `{key}` is defined twice in one entry of `append_output`"),
        node.origin.clone(),
    )
}

pub(crate) fn static_fields(reader: &mut Reader<'_>) -> Vec<StaticField> {
    let Some(node) = reader.node("static_fields") else { return Vec::new() };
    node.entries()
        .iter()
        .map(|(name, value)| StaticField {
            name: name.clone(),
            value: value.text().unwrap_or_default().to_string(),
            origin: value.origin.clone(),
        })
        .collect()
}

pub(crate) fn plugins(reader: &mut Reader<'_>) -> Vec<PluginSettings> {
    let Some(node) = reader.node("plugins") else { return Vec::new() };
    let mut plugins = Vec::new();
    for element in node.elements() {
        let Some(name) = field(element, "name") else {
            reader.problems.push(Problem::error("a plugin without a name", element.origin.clone()));
            continue;
        };
        plugins.push(PluginSettings {
            name: name.to_string(),
            library_path: field(element, "library_path").unwrap_or_default().to_string(),
            open_params: field(element, "open_params").unwrap_or_default().to_string(),
        });
    }
    plugins
}
