//! Versions: our own, and those of Falco's interfaces that this program provides.

use serde_json::{Map, Value};

/// The release of Falco whose behaviour this program has. Tools compare it with what rules and plugins ask for.
pub(crate) const FALCO: &str = "0.44.1";
/// The version of Falco's libraries that belongs to it.
pub(crate) const LIBS: &str = "0.25.4";
/// The version of the plugin interface that belongs to it.
pub(crate) const PLUGIN_API: &str = "3.12.0";
/// The version of the rules engine (`required_engine_version` is compared with it).
pub(crate) const ENGINE: &str = "0.63.0";
/// The same as a bare number, as older tools read it.
pub(crate) const ENGINE_NUMBER: &str = "63";
/// The version of the interface between probe and engine.
pub(crate) const DRIVER_API: &str = "10.1.0";
/// The version of the event table.
pub(crate) const DRIVER_SCHEMA: &str = "4.5.1";
/// The probe that is built in; there is no other.
pub(crate) const DEFAULT_DRIVER: &str = concat!("ruled-", env!("CARGO_PKG_VERSION"));

/// The version as `--version` prints it.
pub(crate) fn text() -> String {
    format!(
        "Falco version: {FALCO}\nLibs version:  {LIBS}\nPlugin API:    {PLUGIN_API}\nEngine:        {ENGINE}\n\
         Driver:\n  API version:    {DRIVER_API}\n  Schema version: {DRIVER_SCHEMA}\n  \
         Default driver: {DEFAULT_DRIVER}\nruled version: {}\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// The same as a JSON object. `plugins` are names and versions.
pub(crate) fn json<'a>(plugins: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let mut object: Map<String, Value> = [
        ("default_driver_version", DEFAULT_DRIVER),
        ("driver_api_version", DRIVER_API),
        ("driver_schema_version", DRIVER_SCHEMA),
        ("engine_version", ENGINE_NUMBER),
        ("engine_version_semver", ENGINE),
        ("falco_version", FALCO),
        ("libs_version", LIBS),
        ("plugin_api_version", PLUGIN_API),
        ("ruled_version", env!("CARGO_PKG_VERSION")),
    ]
    .into_iter()
    .map(|(key, version)| (key.to_string(), Value::from(version)))
    .collect();
    let plugins: Map<String, Value> =
        plugins.map(|(name, version)| (name.to_string(), Value::from(version))).collect();
    if !plugins.is_empty() {
        object.insert("plugin_versions".to_string(), Value::Object(plugins));
    }
    Value::Object(object)
}
