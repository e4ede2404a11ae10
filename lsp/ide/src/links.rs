//! Links in rule files: techniques and tactics, required plugins.

use syntax::Span;
use syntax::items::{Fields, Key};

use crate::host::Analysis;
use crate::mitre;

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The linked text.
    pub span: Span,
    /// Where it leads.
    pub target: String,
    /// What is there.
    pub title: String,
}

/// Where the plugins that Falco's maintainers publish are described.
const PLUGINS: &str = "https://github.com/falcosecurity/plugins/tree/main/plugins/";

impl Analysis {
    /// The links of a file.
    pub fn links(&self, file: usize) -> Vec<Link> {
        let Some(index) = self.file(file) else { return Vec::new() };
        let mut all = Vec::new();
        for (start, item) in &index.items {
            let yaml = &item.yaml;
            for own in &item.items {
                if let Some(tags) = own.fields.get(Key::Tags) {
                    for &tag in yaml.elements(tags.value) {
                        let Some((target, name)) = yaml.text(tag).and_then(mitre::page) else { continue };
                        let title = name.map_or_else(
                            || "MITRE ATT&CK".to_owned(),
                            |name| format!("MITRE ATT&CK: {name}"),
                        );
                        all.push(Link { span: yaml.span(tag).shift(*start), target, title });
                    }
                }
                if let Some(plugins) = own.fields.get(Key::RequiredPluginVersions) {
                    let mut nodes = yaml.elements(plugins.value).to_vec();
                    while let Some(node) = nodes.pop() {
                        let fields = Fields::of(yaml, node);
                        if let Some(more) = fields.get(Key::Alternatives) {
                            nodes.extend(yaml.elements(more.value));
                        }
                        let Some(name) = fields.get(Key::Name) else { continue };
                        let text = yaml.text(name.value).unwrap_or_default();
                        if catalogue::known_plugins().any(|class| class.plugin == Some(text)) {
                            let (span, title) =
                                (yaml.span(name.value).shift(*start), format!("plugin {text}"));
                            all.push(Link { span, target: format!("{PLUGINS}{text}"), title });
                        }
                    }
                }
            }
        }
        all.sort_by_key(|link| link.span);
        all
    }
}

#[cfg(test)]
mod tests {
    use crate::fixture::fixture;

    #[test]
    fn techniques_and_plugins() {
        let (analysis, file, _) = fixture(
            "- required_plugin_versions:\n    - name: container\n      version: 0.4.0\n- rule: r\n  tags: [host, T1059.004]\n",
        );
        let shown: Vec<String> = analysis.links(file).into_iter().map(|link| link.target).collect();
        assert_eq!(
            shown,
            [
                "https://github.com/falcosecurity/plugins/tree/main/plugins/container",
                "https://attack.mitre.org/techniques/T1059/004/"
            ]
        );
    }
}
