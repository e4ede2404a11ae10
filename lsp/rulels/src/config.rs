//! Settings: the client's, `rulec.toml` and `falco.yaml`, to what the compiler is given. They mean the same as for
//! `rulec check`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hir::Options;
use ide::Reporting;
use project::{Baseline, Levels, Overrides, find_toml};
use serde::Deserialize;
use settings::{FalcoConfig, Level};

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
    pub(crate) reporting: Reporting,
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
        problems.extend(unknown);
    }
    for (name, level) in &settings.lints {
        if let Err(error) = levels.add(name, *level) {
            problems.push(format!("settings: {error}"));
        }
    }
    let rules = match &toml {
        Some(toml) if !toml.rules.is_empty() => {
            Some(toml.rules.iter().map(|path| toml_folder.join(path)).collect())
        }
        _ => config.as_ref().map(|config| configured_rules(folder, config)).filter(|rules| !rules.is_empty()),
    };
    let known = toml.as_ref().and_then(|toml| toml.baseline.as_ref()).map(|path| toml_folder.join(path));
    let baseline = known.and_then(|path| {
        Baseline::read(&path).unwrap_or_else(|problem| {
            problems.push(problem);
            None
        })
    });
    let overrides = Overrides {
        plugins: settings.plugins.as_deref(),
        engine_version: settings.engine_version.as_deref(),
        ..Overrides::default()
    };
    let (options, wrong) = project::options(&overrides, toml.as_ref(), config.as_ref());
    problems.extend(wrong);
    Configuration { options, reporting: Reporting { levels, baseline }, rules, problems }
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
