//! From what a caller sets, `rulec.toml` and `falco.yaml` to what the compiler is given.

use catalogue::{Catalogue, Priority};
use hir::Options;
use hir::append_output::{AppendOutput, ExtraField};
use hir::scope::{ENGINE_VERSION, Version};
use hir::select::{SelectionOp, Which};
use settings::falco_yaml::forms;
use settings::{FalcoConfig, RulecToml};

/// What a caller sets, which counts over the files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Overrides<'a> {
    /// Plugins that are loaded: `name` or `name=version`.
    pub plugins: Option<&'a [String]>,
    /// The engine version to check against: `0.63.0`, or the minor version alone.
    pub engine_version: Option<&'a str>,
    /// Rules below this priority are not enabled.
    pub priority: Option<&'a str>,
    /// Rules enabled after loading: names, wildcards or `tag:NAME`.
    pub enable: &'a [String],
    /// Rules disabled after loading.
    pub disable: &'a [String],
}

/// The compiler's options, and what is wrong with what was said: those parts count as not said.
pub fn options(
    overrides: &Overrides<'_>,
    toml: Option<&RulecToml>,
    config: Option<&FalcoConfig>,
) -> (Options, Vec<String>) {
    let mut problems = Vec::new();
    let said = overrides.engine_version.or(toml.and_then(|toml| toml.engine_version.as_deref()));
    let engine_version = match said.map(engine_version) {
        None => ENGINE_VERSION,
        Some(Ok(version)) => version,
        Some(Err(problem)) => {
            problems.push(problem);
            ENGINE_VERSION
        }
    };
    let configured = config.map_or(Priority::Debug, |config| config.priority);
    let minimum_priority = overrides.priority.map_or(configured, |text| {
        Priority::parse(text).unwrap_or_else(|| {
            let names = catalogue::PRIORITIES.map(|priority| priority.as_str().to_lowercase());
            problems.push(format!("there is no priority `{text}`; write {}", names.join(", ")));
            configured
        })
    });
    let mut selection: Vec<SelectionOp> = config.map(selected).unwrap_or_default();
    for (enable, names) in [(true, overrides.enable), (false, overrides.disable)] {
        selection.extend(names.iter().map(|name| SelectionOp { enable, which: which(name) }));
    }
    let append_output = config.map(|config| config.append_output.iter().map(appended).collect());
    let options = Options {
        catalogue: catalogue(overrides, toml, config, &mut problems),
        engine_version,
        minimum_priority,
        append_output: append_output.unwrap_or_default(),
        selection,
        stop_at_first_failing_file: false,
        ..Options::default()
    };
    (options, problems)
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
    overrides: &Overrides<'_>,
    toml: Option<&RulecToml>,
    config: Option<&FalcoConfig>,
    problems: &mut Vec<String>,
) -> Catalogue {
    let mut add = |view: Catalogue, name: &str, version: Option<&str>| {
        let known = |name: &str| catalogue::known_plugins().any(|class| class.plugin == Some(name));
        if !known(name) {
            let names = catalogue::known_plugins().filter_map(|class| class.plugin);
            let hint = match catalogue::suggest::nearest(name, names).first() {
                Some(near) => format!("; did you mean `{near}`?"),
                None => String::new(),
            };
            problems.push(format!("the plugin `{name}` is not known{hint}"));
            return view;
        }
        match version {
            Some(version) => view.with_plugin_version(name, version),
            None => view.with_plugin(name),
        }
    };
    let mut view = Catalogue::core();
    if let Some(plugins) = overrides.plugins {
        for plugin in plugins.iter().filter(|plugin| !plugin.is_empty()) {
            let (name, version) = match plugin.split_once('=') {
                Some((name, version)) => (name, Some(version)),
                None => (plugin.as_str(), None),
            };
            view = add(view, name.trim(), version);
        }
    } else if let Some(plugins) = toml.and_then(|toml| toml.plugins.as_ref()) {
        for (name, version) in plugins {
            view = add(view, name, Some(version));
        }
    } else if let Some(load) = config.and_then(|config| config.load_plugins.as_ref()) {
        for name in load {
            view = add(view, name, None);
        }
    } else {
        view = Catalogue::falco_default();
    }
    let fixed = config.map(|config| config.static_fields.as_slice()).unwrap_or_default();
    view.with_static_fields(fixed.iter().map(|field| field.name.as_str()))
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
