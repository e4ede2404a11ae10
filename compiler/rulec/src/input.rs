//! From arguments, `rulec.toml` and `falco.yaml` to what the compiler is given.

use std::path::{Path, PathBuf};

use catalogue::{Catalogue, Priority};
use hir::append_output::{AppendOutput, ExtraField};
use hir::scope::{ENGINE_VERSION, Version};
use hir::select::{SelectionOp, Which};
use hir::{Options, SourceFile};
use settings::falco_yaml::forms;
use settings::{FalcoConfig, RulecToml};

use crate::args;
use crate::files::{self, Sources};

/// What a command works on.
pub(crate) struct Prepared {
    /// For the compiler.
    pub(crate) input: hir::Input,
    /// For printing.
    pub(crate) sources: Sources,
    /// The files on disk, in the same order.
    pub(crate) paths: Vec<PathBuf>,
    /// `rulec.toml`, if there is one.
    pub(crate) toml: Option<RulecToml>,
    /// The folder that paths in `rulec.toml` are relative to.
    pub(crate) toml_folder: PathBuf,
    /// Remarks on the configuration, for standard error.
    pub(crate) remarks: Vec<String>,
}

/// Finds and reads everything. The error is for the user: wrong arguments or unreadable files.
pub(crate) fn prepare(arguments: &args::Input) -> Result<Prepared, String> {
    let (toml, toml_folder) = find_toml(arguments)?;
    let mut remarks = Vec::new();
    let config_path = arguments.config.clone().or_else(|| {
        let named = toml.as_ref().and_then(|toml| toml.falco_config.as_ref());
        named.map(|path| toml_folder.join(path))
    });
    let config = match &config_path {
        None => None,
        Some(path) => {
            let lookup = |name: &str| std::env::var(name).ok();
            let loaded =
                settings::load(Some(path), &arguments.options, &lookup).map_err(|error| error.to_string())?;
            remarks.extend(loaded.warnings.iter().map(ToString::to_string));
            Some(loaded.config)
        }
    };
    let options = options(arguments, toml.as_ref(), config.as_ref())?;
    let paths = rule_paths(arguments, toml.as_ref(), &toml_folder, config.as_ref())?;
    let sources = files::read(&paths).map_err(|error| error.to_string())?;
    let input = hir::Input {
        files: sources.iter().map(|(name, text)| SourceFile::new(name, text.clone())).collect(),
        options,
    };
    Ok(Prepared { input, sources, paths, toml, toml_folder, remarks })
}

/// `rulec.toml` of the folder, or of one above the first file.
fn find_toml(arguments: &args::Input) -> Result<(Option<RulecToml>, PathBuf), String> {
    let start = match arguments.files.first() {
        Some(path) if path.is_dir() => path.clone(),
        Some(path) => path.parent().map(Path::to_path_buf).unwrap_or_default(),
        None => PathBuf::new(),
    };
    let start = if start.as_os_str().is_empty() { PathBuf::from(".") } else { start };
    let absolute = start.canonicalize().unwrap_or(start);
    for folder in absolute.ancestors() {
        let path = folder.join("rulec.toml");
        if path.is_file() {
            let text =
                std::fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
            let toml = RulecToml::parse(&path.display().to_string(), &text)
                .map_err(|problem| problem.to_string())?;
            return Ok((Some(toml), folder.to_path_buf()));
        }
        // A repository's own settings end at its root.
        if folder.join(".git").exists() {
            break;
        }
    }
    Ok((None, PathBuf::from(".")))
}

fn rule_paths(
    arguments: &args::Input,
    toml: Option<&RulecToml>,
    toml_folder: &Path,
    config: Option<&FalcoConfig>,
) -> Result<Vec<PathBuf>, String> {
    let named = if !arguments.files.is_empty() {
        arguments.files.clone()
    } else if let Some(toml) = toml.filter(|toml| !toml.rules.is_empty()) {
        toml.rules.iter().map(|path| relative(&toml_folder.join(path))).collect()
    } else if let Some(config) = config.filter(|config| !config.rules_files.is_empty()) {
        // As in Falco, configured files that do not exist are skipped.
        config.rules_files.iter().map(PathBuf::from).filter(|path| path.exists()).collect()
    } else {
        return Err(
            "no rule files: name files or directories, or use `-c falco.yaml` or a `rulec.toml`".to_string()
        );
    };
    files::expand(&named).map_err(|error| error.to_string())
}

/// A path below the current folder, written relative to it.
fn relative(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).map_or_else(|_| path.to_path_buf(), Path::to_path_buf)
}

fn options(
    arguments: &args::Input,
    toml: Option<&RulecToml>,
    config: Option<&FalcoConfig>,
) -> Result<Options, String> {
    let engine_version =
        match arguments.engine_version.as_ref().or(toml.and_then(|toml| toml.engine_version.as_ref())) {
            None => ENGINE_VERSION,
            Some(text) => engine_version(text)?,
        };
    let minimum_priority = match &arguments.priority {
        Some(text) => Priority::parse(text).ok_or_else(|| format!("there is no priority `{text}`"))?,
        None => config.map_or(Priority::Debug, |config| config.priority),
    };
    let mut selection: Vec<SelectionOp> = config.map(selected).unwrap_or_default();
    for (enable, names) in [(true, &arguments.enable), (false, &arguments.disable)] {
        selection.extend(names.iter().map(|name| SelectionOp { enable, which: which(name) }));
    }
    Ok(Options {
        catalogue: catalogue(arguments, toml, config)?,
        engine_version,
        minimum_priority,
        append_output: config
            .map(|config| config.append_output.iter().map(appended).collect())
            .unwrap_or_default(),
        selection,
        stop_at_first_failing_file: false,
        ..Options::default()
    })
}

/// `0.63.0`, or the minor version alone as in rule files.
fn engine_version(text: &str) -> Result<Version, String> {
    let version = match text.parse::<u32>() {
        Ok(minor) => Some(Version { major: 0, minor, patch: 0 }),
        Err(_) => Version::parse(text),
    };
    let version = version.ok_or_else(|| format!("`{text}` is no engine version; write `0.63.0` or `63`"))?;
    if !ENGINE_VERSION.serves(version) {
        return Err(format!("engine version {text} is newer than what is known here, 0.63.0"));
    }
    Ok(version)
}

/// The container plugin counts as loaded unless somebody says otherwise.
fn catalogue(
    arguments: &args::Input,
    toml: Option<&RulecToml>,
    config: Option<&FalcoConfig>,
) -> Result<Catalogue, String> {
    let known = |name: &str| catalogue::known_plugins().any(|class| class.plugin == Some(name));
    let add = |catalogue: Catalogue, name: &str, version: Option<&str>| {
        if !known(name) {
            let names = catalogue::known_plugins().filter_map(|class| class.plugin);
            let hint = match catalogue::suggest::nearest(name, names).first() {
                Some(near) => format!("; did you mean `{near}`?"),
                None => String::new(),
            };
            return Err(format!("the plugin `{name}` is not known{hint}"));
        }
        Ok(match version {
            Some(version) => catalogue.with_plugin_version(name, version),
            None => catalogue.with_plugin(name),
        })
    };
    let mut view = Catalogue::core();
    if let Some(plugins) = &arguments.plugins {
        for plugin in plugins.iter().filter(|plugin| !plugin.is_empty()) {
            let (name, version) = match plugin.split_once('=') {
                Some((name, version)) => (name, Some(version)),
                None => (plugin.as_str(), None),
            };
            view = add(view, name.trim(), version)?;
        }
    } else if let Some(plugins) = toml.and_then(|toml| toml.plugins.as_ref()) {
        for (name, version) in plugins {
            view = add(view, name, Some(version))?;
        }
    } else if let Some(load) = config.and_then(|config| config.load_plugins.as_ref()) {
        for name in load {
            view = add(view, name, None)?;
        }
    } else {
        view = Catalogue::falco_default();
    }
    let fixed = config.map(|config| config.static_fields.as_slice()).unwrap_or_default();
    Ok(view.with_static_fields(fixed.iter().map(|field| field.name.as_str())))
}

/// `tag:NAME` or a wildcard on names.
fn which(name: &str) -> Which {
    match name.strip_prefix("tag:") {
        Some(tag) => Which::Tags(vec![tag.to_string()]),
        None => Which::Wildcard(name.to_string()),
    }
}

fn selected(config: &FalcoConfig) -> Vec<SelectionOp> {
    let mut ops = Vec::new();
    for entry in &config.rules {
        if let Some(rule) = &entry.rule {
            ops.push(SelectionOp { enable: entry.enable, which: Which::Wildcard(rule.clone()) });
        }
        if let Some(tag) = &entry.tag {
            ops.push(SelectionOp { enable: entry.enable, which: Which::Tags(vec![tag.clone()]) });
        }
    }
    ops
}

fn appended(entry: &forms::AppendOutput) -> AppendOutput {
    AppendOutput {
        source: entry.source.clone(),
        tags: entry.tags.iter().cloned().collect(),
        rule: entry.rule.clone(),
        extra_output: Some(entry.extra_output.clone()).filter(|text| !text.is_empty()),
        extra_fields: entry
            .extra_fields
            .iter()
            .map(|(key, format)| match format {
                None => ExtraField::raw(key.clone()),
                Some(format) => ExtraField::formatted(key.clone(), format.clone()),
            })
            .collect(),
        suggested_output: entry.suggested_output,
    }
}
