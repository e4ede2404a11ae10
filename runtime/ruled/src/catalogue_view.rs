//! Which plugins a run has, and the catalogue that follows from it.

use catalogue::{Catalogue, known_plugins};
use settings::FalcoConfig;
use settings::falco_yaml::forms::PluginSettings;

use crate::exit::{Step, Stop};

/// A plugin that the configuration loads: its name and the version that is built in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plugin {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: &'static str,
    /// The library that the configuration names; nothing is loaded from there.
    pub(crate) library: String,
}

/// The plugins that the configuration loads, in its order.
pub(crate) fn plugins(config: &FalcoConfig) -> Step<Vec<Plugin>> {
    match &config.load_plugins {
        None => config.plugins.iter().map(built_in).collect(),
        Some(names) => names
            .iter()
            .map(|name| {
                let settings = config.plugins.iter().find(|plugin| plugin.name == *name);
                settings.ok_or_else(|| Stop::Runtime(missing(name))).and_then(built_in)
            })
            .collect(),
    }
}

fn missing(name: &str) -> String {
    format!("Cannot load plugin '{name}': plugin config not found for given name")
}

fn built_in(settings: &PluginSettings) -> Step<Plugin> {
    let version = known_plugins().find_map(|class| class.version_of(&settings.name));
    match version {
        Some(version) => {
            Ok(Plugin { name: settings.name.clone(), version, library: settings.library_path.clone() })
        }
        None => Err(Stop::Runtime(format!(
            "Cannot load plugin '{}': plugins are built in here, and this one is not among them",
            settings.name
        ))),
    }
}

/// The catalogue with these plugins and the configuration's constant fields.
pub(crate) fn view<'a>(
    plugins: impl Iterator<Item = (&'a str, &'a str)>,
    static_fields: impl Iterator<Item = &'a str>,
) -> Catalogue {
    let mut catalogue = Catalogue::core();
    for (name, version) in plugins {
        catalogue = catalogue.with_plugin_version(name, version);
    }
    let mut names = static_fields.peekable();
    if names.peek().is_some() { catalogue.with_static_fields(names) } else { catalogue }
}

/// The catalogue of a configuration.
pub(crate) fn of_config(plugins: &[Plugin], config: &FalcoConfig) -> Catalogue {
    view(
        plugins.iter().map(|plugin| (plugin.name.as_str(), plugin.version)),
        config.static_fields.iter().map(|field| field.name.as_str()),
    )
}
