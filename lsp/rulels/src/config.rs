//! Settings: the client's, `rulec.toml` and `falco.yaml`, to what the compiler is given. They mean the same as for
//! `rulec check`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use catalogue::{Catalogue, Priority};
use hir::Options;
use hir::append_output::{AppendOutput, ExtraField};
use hir::scope::{ENGINE_VERSION, Version};
use hir::select::{SelectionOp, Which};
use ide::Levels;
use serde::Deserialize;
use settings::{FalcoConfig, Level, RulecToml};

/// What the client sets. Whatever is not set comes from `rulec.toml`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Settings {
    /// A `falco.yaml`, relative to the root.
    pub(crate) falco_config: Option<String>,
    /// Plugins that are loaded: `name` or `name=version`.
    pub(crate) plugins: Option<Vec<String>>,
    /// The engine version to check against.
    pub(crate) engine_version: Option<String>,
    /// Levels by code or name.
    pub(crate) lints: BTreeMap<String, Level>,
    /// Whether to remark within the text.
    pub(crate) inlay_hints: Option<bool>,
    /// Whether to remark above items.
    pub(crate) code_lens: Option<bool>,
    /// Push diagnostics also to clients that can ask for them.
    pub(crate) push_diagnostics: Option<bool>,
}

impl Settings {
    /// Reads settings, either bare or below `rulec`.
    pub(crate) fn read(value: &serde_json::Value) -> Settings {
        let own = value.get("rulec").unwrap_or(value);
        serde_json::from_value(own.clone()).unwrap_or_default()
    }
}

/// How the files of one root are checked.
pub(crate) struct Configuration {
    pub(crate) options: Options,
    pub(crate) levels: Levels,
    /// Rule files and folders in load order, when something names them.
    pub(crate) rules: Option<Vec<PathBuf>>,
    /// What is wrong with the configuration.
    pub(crate) problems: Vec<String>,
}

/// Reads the configuration that applies to a folder.
pub(crate) fn read(folder: &Path, settings: &Settings) -> Configuration {
    let mut problems = Vec::new();
    let (toml, toml_folder) = match find_toml(folder) {
        Ok(Some((toml, folder))) => (Some(toml), folder),
        Ok(None) => (None, folder.to_path_buf()),
        Err(problem) => {
            problems.push(problem);
            (None, folder.to_path_buf())
        }
    };
    let named = settings.falco_config.as_ref().map(|path| folder.join(path)).or_else(|| {
        toml.as_ref().and_then(|toml| toml.falco_config.as_ref()).map(|path| toml_folder.join(path))
    });
    let found = Some(folder.join("falco.yaml")).filter(|path| named.is_none() && path.is_file());
    let config = named.or(found).and_then(|path| {
        let lookup = |name: &str| std::env::var(name).ok();
        match settings::load(Some(&path), &[], &lookup) {
            Ok(loaded) => Some(loaded.config),
            Err(error) => {
                problems.push(error.to_string());
                None
            }
        }
    });
    let mut levels = Levels::default();
    if let Some(toml) = &toml {
        let (read, unknown) = Levels::of(toml);
        levels = read;
        problems.extend(unknown.into_iter().map(|name| format!("rulec.toml: there is no code `{name}`")));
    }
    for (name, level) in &settings.lints {
        if !levels.add(name, *level) {
            problems.push(format!("settings: there is no code `{name}`"));
        }
    }
    let rules = match &toml {
        Some(toml) if !toml.rules.is_empty() => {
            Some(toml.rules.iter().map(|path| toml_folder.join(path)).collect())
        }
        _ => config.as_ref().map(|config| configured_rules(folder, config)).filter(|rules| !rules.is_empty()),
    };
    let options = options(settings, toml.as_ref(), config.as_ref(), &mut problems);
    Configuration { options, levels, rules, problems }
}

/// Files that a `falco.yaml` names and that exist: where it says, or, since it describes the installed place, beside it.
fn configured_rules(folder: &Path, config: &FalcoConfig) -> Vec<PathBuf> {
    config
        .rules_files
        .iter()
        .filter_map(|path| {
            let beside = Path::new(path).file_name().map(|name| folder.join(name));
            beside
                .filter(|path| path.exists())
                .or_else(|| Some(folder.join(path)).filter(|path| path.starts_with(folder) && path.exists()))
        })
        .collect()
}

/// `rulec.toml` of a folder or of one above it, up to the root of its repository.
fn find_toml(folder: &Path) -> Result<Option<(RulecToml, PathBuf)>, String> {
    for folder in folder.ancestors() {
        let path = folder.join("rulec.toml");
        if path.is_file() {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            let toml = RulecToml::parse(&path.display().to_string(), &text)
                .map_err(|problem| problem.to_string())?;
            return Ok(Some((toml, folder.to_path_buf())));
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    Ok(None)
}

fn options(
    settings: &Settings,
    toml: Option<&RulecToml>,
    config: Option<&FalcoConfig>,
    problems: &mut Vec<String>,
) -> Options {
    let version = settings.engine_version.as_ref().or(toml.and_then(|toml| toml.engine_version.as_ref()));
    let engine_version = version.map_or(ENGINE_VERSION, |text| {
        let read = match text.parse::<u32>() {
            Ok(minor) => Some(Version { major: 0, minor, patch: 0 }),
            Err(_) => Version::parse(text),
        };
        read.filter(|version| ENGINE_VERSION.serves(*version)).unwrap_or_else(|| {
            problems.push(format!("`{text}` is no engine version that is known here"));
            ENGINE_VERSION
        })
    });
    let mut selection = Vec::new();
    for entry in config.map(|config| config.rules.as_slice()).unwrap_or_default() {
        if let Some(rule) = &entry.rule {
            selection.push(SelectionOp { enable: entry.enable, which: Which::Wildcard(rule.clone()) });
        }
        if let Some(tag) = &entry.tag {
            selection.push(SelectionOp { enable: entry.enable, which: Which::Tags(vec![tag.clone()]) });
        }
    }
    let append_output = config.map(|config| config.append_output.as_slice()).unwrap_or_default();
    Options {
        catalogue: catalogue(settings, toml, config, problems),
        engine_version,
        minimum_priority: config.map_or(Priority::Debug, |config| config.priority),
        append_output: append_output.iter().map(appended).collect(),
        selection,
        ..Options::default()
    }
}

fn appended(entry: &settings::falco_yaml::forms::AppendOutput) -> AppendOutput {
    let field = |(key, format): (&String, &Option<String>)| match format {
        None => ExtraField::raw(key.clone()),
        Some(format) => ExtraField::formatted(key.clone(), format.clone()),
    };
    AppendOutput {
        source: entry.source.clone(),
        tags: entry.tags.iter().cloned().collect(),
        rule: entry.rule.clone(),
        extra_output: Some(entry.extra_output.clone()).filter(|text| !text.is_empty()),
        extra_fields: entry.extra_fields.iter().map(|(key, format)| field((key, format))).collect(),
        suggested_output: entry.suggested_output,
    }
}

/// The container plugin counts as loaded unless somebody says otherwise.
fn catalogue(
    settings: &Settings,
    toml: Option<&RulecToml>,
    config: Option<&FalcoConfig>,
    problems: &mut Vec<String>,
) -> Catalogue {
    let mut named: Vec<(String, Option<String>)> = Vec::new();
    if let Some(plugins) = &settings.plugins {
        named.extend(plugins.iter().map(|plugin| match plugin.split_once('=') {
            Some((name, version)) => (name.trim().to_owned(), Some(version.to_owned())),
            None => (plugin.trim().to_owned(), None),
        }));
    } else if let Some(plugins) = toml.and_then(|toml| toml.plugins.as_ref()) {
        named.extend(plugins.iter().map(|(name, version)| (name.clone(), Some(version.clone()))));
    } else if let Some(load) = config.and_then(|config| config.load_plugins.as_ref()) {
        named.extend(load.iter().map(|name| (name.clone(), None)));
    } else {
        named.push(("container".to_owned(), None));
    }
    let mut view = Catalogue::core();
    for (name, version) in named {
        if !catalogue::known_plugins().any(|class| class.version_of(&name).is_some()) {
            problems.push(format!("the plugin `{name}` is not known"));
            continue;
        }
        view = match version {
            Some(version) => view.with_plugin_version(&name, &version),
            None => view.with_plugin(&name),
        };
    }
    let fixed = config.map(|config| config.static_fields.as_slice()).unwrap_or_default();
    view.with_static_fields(fixed.iter().map(|field| field.name.as_str()))
}
