//! `--support`: everything that a report of a problem should hold, as JSON.

use serde_json::{Map, Value, json};
use settings::tree::{Node, Value as Setting};

use crate::catalogue_view::Plugin;
use crate::config::Config;
use crate::exit::{Step, Stop};
use crate::rules::{Rules, files};
use crate::versions;

/// The report.
pub(crate) fn report(config: &Config, plugins: &[Plugin], rules: &Rules<'_>) -> Step<String> {
    let system = nix::sys::utsname::uname()
        .map_err(|error| Stop::fatal(format!("Could not get system info: {error}")))?;
    let loaded = plugins.iter().map(|plugin| (plugin.name.as_str(), plugin.version));
    let files: Vec<Value> = files::read(&rules.names()?)?
        .into_iter()
        .map(|file| json!({ "name": file.name, "variants": [{ "content": file.text }] }))
        .collect();
    let arguments: Vec<String> = std::env::args().collect();
    let report = json!({
        "cmdline": arguments.join(" "),
        "config": setting(&config.root),
        "engine_info": versions::json(loaded),
        "rules_files": files,
        "system_info": {
            "machine": system.machine().to_string_lossy(),
            "nodename": system.nodename().to_string_lossy(),
            "release": system.release().to_string_lossy(),
            "sysname": system.sysname().to_string_lossy(),
            "version": system.version().to_string_lossy(),
        },
        "version": versions::FALCO,
    });
    Ok(format!("{report}\n"))
}

/// A setting as JSON. Its depth is that of a file that the settings reader accepted, which limits it.
fn setting(node: &Node) -> Value {
    match &node.value {
        Setting::Null => Value::Null,
        Setting::Scalar(text) => match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            number => match number.parse::<i64>() {
                Ok(number) => number.into(),
                Err(_) => Value::String(number.to_string()),
            },
        },
        Setting::Sequence(elements) => elements.iter().map(setting).collect(),
        Setting::Mapping(entries) => {
            let entries: Map<String, Value> =
                entries.iter().map(|(key, node)| (key.clone(), setting(node))).collect();
            Value::Object(entries)
        }
    }
}
