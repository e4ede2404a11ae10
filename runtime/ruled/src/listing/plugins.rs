//! `--list-plugins` and `--plugin-info`.

use std::fmt::Write;

use catalogue::known_plugins;
use settings::FalcoConfig;
use settings::falco_yaml::forms::PluginSettings;

use crate::exit::{Step, Stop};

/// The configured plugins.
pub(crate) fn plugins(config: &FalcoConfig) -> Step<String> {
    let mut out = format!("{} Plugins Loaded:\n\n", config.plugins.len());
    for plugin in &config.plugins {
        out.push_str(&info(plugin)?);
        out.push('\n');
    }
    out.push('\n');
    Ok(out)
}

/// One plugin, by its name or library.
pub(crate) fn plugin_info(config: &FalcoConfig, name: &str) -> Step<String> {
    let plugin = config.plugins.iter().find(|plugin| plugin.name == *name || plugin.library_path == *name);
    let Some(plugin) = plugin else {
        return Err(Stop::fatal(format!("can't find plugin and print its info: {name}")));
    };
    let mut out = info(plugin)?;
    out.push_str(
        "\nInit config schema type: Not available, plugin does not implement the init config schema functionality\n\n\n",
    );
    let sources =
        known_plugins().any(|class| class.plugin_id.is_some() && class.version_of(&plugin.name).is_some());
    if sources {
        out.push_str(
            "No suggested open params available: plugin has not been configured, or it does not implement the open \
             params suggestion functionality\n\n",
        );
    }
    Ok(out)
}

fn info(plugin: &PluginSettings) -> Step<String> {
    let Some((class, version)) =
        known_plugins().find_map(|class| Some((class, class.version_of(&plugin.name)?)))
    else {
        return Err(Stop::Runtime(format!(
            "Cannot load plugin '{}': plugins are built in here, and this one is not among them",
            plugin.name
        )));
    };
    let mut out = format!(
        "Name: {}\nDescription: {}\nContact: https://github.com/rulec/rulec\nVersion: {version}\nCapabilities: \n",
        plugin.name, class.about
    );
    if let (Some(id), Some(source)) = (class.plugin_id, class.source) {
        let _ = writeln!(out, "  - Event Sourcing (ID={id}, source='{source}')");
    }
    if class.len > 0 {
        out.push_str("  - Field Extraction\n");
    }
    if !class.async_events.is_empty() {
        out.push_str("  - Event Parsing\n  - Async Events\n");
    }
    Ok(out)
}
