//! `required_engine_version` and `required_plugin_versions` (language.md 11).

use syntax::yaml::{YamlId, YamlKind};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::falco::{ItemType, LoadCode};
use crate::items::decode::{Need, unsigned};
use crate::items::{ENGINE_KEYS, Outcome, PLUGIN_KEYS, Reader};
use crate::scope::{PluginRequirement, Version};
use crate::source::Link;

impl Reader<'_, '_> {
    pub(super) fn engine_version(&mut self, item: YamlId) -> Outcome {
        let yaml = self.yaml.clone();
        let link: Link<'_> = (ItemType::RequiredEngineVersion, "", yaml.at(item));
        if let Some(node) = self.scalar(item, "required_engine_version", Need::Required, &[link])? {
            let text = yaml.text(node).unwrap_or("");
            let version = match unsigned(text) {
                Some(minor) => Some(Version { major: 0, minor, patch: 0 }),
                None => Version::parse(text),
            };
            match version {
                Some(version) => self.check_engine(node, version, link)?,
                None => {
                    let ours = Diagnostic::new(
                        &codes::ENGINE_VERSION,
                        self.range(node),
                        format!("`{text}` is not a version"),
                    )
                    .note("write three numbers such as 0.57.0");
                    let message = format!(
                        "Unable to parse engine version '{text}' as a semver string. Expected \"x.y.z\" semver format."
                    );
                    self.error(LoadCode::ErrYamlValidate, message, &[link], ours)?;
                }
            }
        }
        self.unknown_keys(item, ENGINE_KEYS, link);
        Ok(())
    }

    fn check_engine(&mut self, node: YamlId, version: Version, link: Link<'_>) -> Outcome {
        let engine = self.environment.engine_version;
        if !engine.serves(version) {
            let ours = Diagnostic::new(
                &codes::ENGINE_VERSION,
                self.range(node),
                format!("the rules need engine version {version}, this is {engine}"),
            );
            let message = format!("Rules require engine version {version}, but engine version is {engine}");
            self.error(LoadCode::ErrValidate, message, &[link], ours)?;
        }
        let highest = &mut self.definitions.engine_version;
        *highest = Some(highest.map_or(version, |known| known.max(version)));
        Ok(())
    }

    pub(super) fn plugin_versions(&mut self, item: YamlId) -> Outcome {
        let yaml = self.yaml.clone();
        let Some(pair) = yaml.get(item, "required_plugin_versions") else { return Ok(()) };
        let outer: Link<'_> = (ItemType::RequiredPluginVersions, "", yaml.at(pair.value));
        if !matches!(yaml.kind(pair.value), YamlKind::Sequence(_)) {
            let range = self.pair_range(pair);
            let ours =
                Diagnostic::new(&codes::WRONG_SHAPE, range, "`required_plugin_versions` must be a sequence");
            let message = "Value of required_plugin_versions must be a sequence";
            self.error(LoadCode::ErrYamlValidate, message, &[outer], ours)?;
        }
        for &plugin in yaml.elements(pair.value) {
            let link = (ItemType::RequiredPluginVersionsEntry, "", yaml.at(plugin));
            if !matches!(yaml.kind(plugin), YamlKind::Mapping(_)) {
                let range = self.first_line(plugin);
                let ours =
                    Diagnostic::new(&codes::NOT_A_MAPPING, range, "a plugin requirement must be a mapping");
                let message = "Plugin version must be a mapping";
                self.error(LoadCode::ErrYamlValidate, message, &[outer, link], ours)?;
                continue;
            }
            self.plugin(plugin, outer)?;
        }
        let own = (ItemType::RequiredPluginVersions, "", yaml.at(item));
        self.unknown_keys(item, PLUGIN_KEYS, own);
        Ok(())
    }

    fn plugin(&mut self, plugin: YamlId, outer: Link<'_>) -> Outcome {
        let yaml = self.yaml.clone();
        let at = yaml.at(plugin);
        let kind = ItemType::RequiredPluginVersionsEntry;
        let Some(name) = self.scalar(plugin, "name", Need::Required, &[outer, (kind, "", at)])? else {
            return Ok(());
        };
        let name_text = yaml.text(name).unwrap_or("").to_owned();
        let link = (kind, name_text.as_str(), at);
        let version = self.scalar(plugin, "version", Need::Required, &[outer, link])?;
        let mut found = vec![(name, version)];
        if let Some(pair) = yaml.get(plugin, "alternatives") {
            if !matches!(yaml.kind(pair.value), YamlKind::Sequence(_)) {
                let range = self.pair_range(pair);
                let ours = Diagnostic::new(&codes::WRONG_SHAPE, range, "`alternatives` must be a sequence");
                let message = "Value of plugin version alternatives must be a sequence";
                self.error(LoadCode::ErrYamlValidate, message, &[outer, link], ours)?;
            }
            for &other in yaml.elements(pair.value) {
                let kind = ItemType::RequiredPluginVersionsAlternative;
                let unnamed = [outer, link, (kind, "", yaml.at(other))];
                if !matches!(yaml.kind(other), YamlKind::Mapping(_)) {
                    let range = self.first_line(other);
                    let ours =
                        Diagnostic::new(&codes::NOT_A_MAPPING, range, "an alternative must be a mapping");
                    let message = "Plugin version alternative must be a mapping";
                    self.error(LoadCode::ErrYamlValidate, message, &unnamed, ours)?;
                    continue;
                }
                let Some(name) = self.scalar(other, "name", Need::Required, &unnamed)? else { continue };
                let text = yaml.text(name).unwrap_or("").to_owned();
                let named = [outer, link, (kind, text.as_str(), yaml.at(other))];
                let version = self.scalar(other, "version", Need::Required, &named)?;
                found.push((name, version));
            }
        }
        self.require(plugin, &found, outer, link)
    }

    /// Checks the texts of a requirement and keeps it.
    fn require(
        &mut self,
        plugin: YamlId,
        found: &[(YamlId, Option<YamlId>)],
        outer: Link<'_>,
        link: Link<'_>,
    ) -> Outcome {
        let yaml = self.yaml.clone();
        let mut alternatives: Vec<(String, String)> = Vec::new();
        let before = self.findings.len();
        for &(name_node, version_node) in found {
            let Some(version_node) = version_node else { continue };
            let name = yaml.text(name_node).unwrap_or("").to_owned();
            let version = yaml.text(version_node).unwrap_or("").to_owned();
            if Version::parse(&version).is_none() {
                let range = self.range(version_node);
                let ours =
                    Diagnostic::new(&codes::PLUGIN_VERSION, range, format!("`{version}` is not a version"))
                        .note("write three numbers such as 0.1.0");
                let message = format!("Invalid required version '{version}' for plugin '{name}'");
                self.error(LoadCode::ErrValidate, message, &[outer, link], ours)?;
            } else if alternatives.iter().any(|(known, _)| *known == name) {
                let range = self.range(name_node);
                let ours =
                    Diagnostic::new(&codes::PLUGIN_VERSION, range, format!("plugin `{name}` is named twice"));
                let message =
                    format!("Defined multiple alternative version requirements for plugin '{name}'");
                self.error(LoadCode::ErrValidate, message, &[outer, link], ours)?;
            }
            alternatives.push((name, version));
        }
        if self.findings.len() == before {
            let range = self.first_line(plugin);
            self.definitions.plugins.push(PluginRequirement { alternatives, range });
        }
        Ok(())
    }
}
