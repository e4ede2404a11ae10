//! Kinds of items, keys, and what stands below `override` and `exceptions`.

use syntax::items::{ItemKind, Key};

use crate::completion::context::Context;
use crate::completion::{CompletionKind, Proposals};

const RULE: &str = "- rule: ${1:name}\n  desc: ${2:what it is for}\n  condition: >\n    ${3:condition}\n  output: ${4:message} | %proc.name\n  priority: ${5|WARNING,EMERGENCY,ALERT,CRITICAL,ERROR,NOTICE,INFO,DEBUG|}\n  tags: [${6:host, container}]\n$0";

const EXCEPTION: &str = "- name: ${1:exception}\n  fields: [${2:proc.name}]\n  comps: [${3:in}]\n  values:\n    - [[${4:value}]]$0";

/// What is written for a key.
pub(super) fn insertion(key: Key) -> String {
    let name = key.as_str();
    match key {
        Key::Condition => format!("{name}: >\n  ${{1:condition}}"),
        Key::Tags | Key::Items | Key::Fields | Key::Comps => format!("{name}: [$1]"),
        Key::Exceptions => {
            format!("{name}:\n  - name: $1\n    fields: [$2]\n    comps: [$3]\n    values:\n      - [$4]")
        }
        Key::Override => format!("{name}:\n  ${{1:condition}}: ${{2|append,replace|}}"),
        Key::Values => format!("{name}:\n  - [$1]"),
        _ => format!("{name}: "),
    }
}

impl Proposals<'_> {
    /// New items, dash included.
    pub(super) fn item_kinds(&mut self) {
        self.snippet(0, "- rule", "a new rule", RULE);
        self.snippet(1, "- macro", "a new macro", "- macro: ${1:name}\n  condition: ${2:condition}\n$0");
        self.snippet(2, "- list", "a new list", "- list: ${1:name}\n  items: [${2:item}]\n$0");
        self.snippet(
            3,
            "- rule (override)",
            "changes an earlier rule",
            "- rule: ${1:name}\n  condition: ${2:and condition}\n  override:\n    condition: ${3|append,replace|}\n$0",
        );
        self.snippet(
            3,
            "- list (override)",
            "adds to an earlier list",
            "- list: ${1:name}\n  items: [${2:item}]\n  override:\n    items: ${3|append,replace|}\n$0",
        );
        self.snippet(
            4,
            "- rule (exception)",
            "adds an exception to an earlier rule",
            "- rule: ${1:name}\n  exceptions:\n    - name: ${2:exception}\n      fields: [${3:proc.name}]\n      comps: [${4:in}]\n      values:\n        - [[${5:value}]]\n  override:\n    exceptions: append\n$0",
        );
        self.snippet(
            5,
            "- required_engine_version",
            "the least engine version",
            "- required_engine_version: ${1:0.57.0}\n$0",
        );
        self.snippet(
            5,
            "- required_plugin_versions",
            "plugins that the file needs",
            "- required_plugin_versions:\n    - name: ${1:container}\n      version: ${2:0.4.0}\n$0",
        );
    }

    /// A new element of a sequence of mappings.
    pub(super) fn entries(&mut self, context: &Context<'_>) {
        match context.path.last().map(String::as_str) {
            Some("exceptions") => self.snippet(0, "- name", "an exception", EXCEPTION),
            _ => self.snippet(
                0,
                "- name",
                "a plugin that is needed",
                "- name: ${1:container}\n  version: ${2:0.4.0}$0",
            ),
        }
    }

    /// The kinds right after a dash.
    pub(super) fn item_kinds_without_dash(&mut self) {
        for kind in [
            ItemKind::Rule,
            ItemKind::Macro,
            ItemKind::List,
            ItemKind::RequiredEngineVersion,
            ItemKind::RequiredPluginVersions,
        ] {
            if let Some(key) = kind.key() {
                let made = self.add(CompletionKind::Key, 0, key.as_str(), "");
                made.insert = format!("{}: ", key.as_str());
            }
        }
    }

    fn plain_keys(&mut self, keys: &[Key], context: &Context<'_>) {
        for &key in keys.iter().filter(|key| !context.has(key.as_str())) {
            let insert = insertion(key);
            let made = self.add(CompletionKind::Key, 0, key.as_str(), "");
            made.is_snippet = insert.contains('$');
            made.insert = insert;
        }
    }

    pub(super) fn exception_keys(&mut self, context: &Context<'_>) {
        self.plain_keys(&[Key::Name, Key::Fields, Key::Comps, Key::Values], context);
    }

    pub(super) fn plugin_keys(&mut self, context: &Context<'_>) {
        self.plain_keys(&[Key::Name, Key::Version, Key::Alternatives], context);
    }

    /// Keys that the item has and that can be overridden.
    pub(super) fn override_keys(&mut self, context: &Context<'_>) {
        let all: &[&str] = match context.kind() {
            ItemKind::List => &["items"],
            ItemKind::Macro => &["condition"],
            _ => &[
                "condition",
                "output",
                "desc",
                "tags",
                "exceptions",
                "priority",
                "enabled",
                "capture",
                "capture_duration",
                "warn_evttypes",
                "skip-if-unknown-filter",
            ],
        };
        for key in all.iter().filter(|key| !context.has(key)) {
            let rank = u8::from(!context.outer.iter().any(|one| one.key == **key));
            let made = self.add(CompletionKind::Key, rank, key, "");
            made.insert = format!("{key}: ");
        }
    }

    /// What `override` can do to a key.
    pub(super) fn override_actions(&mut self, context: &Context<'_>) {
        let key = match &context.spot {
            crate::completion::Spot::Value { key, .. } => key.as_str(),
            _ => "",
        };
        self.add(CompletionKind::Constant, 0, "replace", "takes the place of the earlier value");
        if matches!(key, "condition" | "output" | "desc" | "tags" | "exceptions" | "items") {
            self.add(CompletionKind::Constant, 0, "append", "goes behind the earlier value");
        }
    }
}
