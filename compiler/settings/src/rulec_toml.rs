//! `rulec.toml`: how a repository of rules wants to be checked.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::origin::{Origin, Problem};

/// How a diagnostic is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not reported.
    Allow,
    /// Reported as a warning.
    Warn,
    /// Reported as an error: the check fails.
    Deny,
}

/// The contents of `rulec.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RulecToml {
    /// Rules files and directories in load order, relative to the file.
    #[serde(default)]
    pub rules: Vec<String>,
    /// A `falco.yaml` whose `rules_files`, `load_plugins`, `rules` and `append_output` count.
    #[serde(default)]
    pub falco_config: Option<String>,
    /// The engine version to check against, `0.63.0` or `63`.
    #[serde(default)]
    pub engine_version: Option<String>,
    /// Plugins that are loaded, with their versions.
    #[serde(default)]
    pub plugins: Option<BTreeMap<String, String>>,
    /// Version of bundles that are built from these rules.
    #[serde(default)]
    pub bundle_version: Option<u64>,
    /// Known findings that are not reported again.
    #[serde(default)]
    pub baseline: Option<String>,
    /// Levels by code (`W0301`) or name (`undefined-list`); `warnings` stands for all warnings.
    #[serde(default)]
    pub lints: BTreeMap<String, Level>,
}

impl RulecToml {
    /// Reads the file's text.
    pub fn parse(file: &str, text: &str) -> Result<RulecToml, Problem> {
        toml::from_str(text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start.min(text.len()));
            let before = text.get(..offset).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let origin = Origin::File { file: Arc::from(file), line: line as u32, column: column as u32 };
            Problem::error(error.message().to_string(), origin)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, RulecToml};

    #[test]
    fn a_full_file_is_read() {
        let text = r#"
            rules = ["rules", "local/override.yaml"]
            falco-config = "falco.yaml"
            engine-version = "0.57.0"
            baseline = ".rulec-baseline.json"
            bundle-version = 12

            [plugins]
            container = "0.7.1"

            [lints]
            warnings = "deny"
            undefined-list = "allow"
        "#;
        let read = RulecToml::parse("rulec.toml", text).unwrap();
        assert_eq!(read.rules, ["rules", "local/override.yaml"]);
        assert_eq!(read.falco_config.as_deref(), Some("falco.yaml"));
        assert_eq!(read.bundle_version, Some(12));
        assert_eq!(read.plugins.unwrap()["container"], "0.7.1");
        assert_eq!(read.lints["undefined-list"], Level::Allow);
    }

    #[test]
    fn mistakes_have_a_place() {
        for (text, place) in [
            ("rules = 3", "rulec.toml:1:9"),
            ("\nrule = []", "rulec.toml:2:1"),
            ("[lints]\nx = \"forbid\"", "rulec.toml:2:5"),
            ("rules = [", "rulec.toml:1:10"),
        ] {
            let problem = RulecToml::parse("rulec.toml", text).unwrap_err();
            assert_eq!(problem.origin.to_string(), place, "{text}: {problem}");
        }
    }
}
