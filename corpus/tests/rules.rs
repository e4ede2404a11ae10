//! Rule files that people use: the verdict is Falco's, and nothing is warned of that is not so.

use std::collections::BTreeMap;
use std::path::Path;

use catalogue::Catalogue;
use corpus::reference::Reference;
use hir::{Checked, Input, Options, SourceFile};

fn check(folder: &Path, names: &[&str], plugins: &[&str]) -> Checked {
    let read = |name: &&str| {
        let text =
            std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        SourceFile::new(*name, text)
    };
    let files = names.iter().map(read).collect();
    let catalogue = plugins.iter().fold(Catalogue::core(), |catalogue, name| catalogue.with_plugin(name));
    hir::check(&Input { files, options: Options { catalogue, ..Options::default() } })
}

/// How often each code of Falco occurs in the results of all files.
fn codes(checked: &Checked) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for issue in checked.files.iter().flat_map(|file| file.error.iter().chain(&file.warnings)) {
        *counts.entry(issue.code.as_str()).or_default() += 1;
    }
    counts
}

/// Our diagnostics about what Falco reports too; lints beyond that are none of its verdict.
fn messages(checked: &Checked) -> Vec<String> {
    checked
        .diagnostics
        .iter()
        .filter(|one| one.code.falco.is_some())
        .map(|one| format!("{} {}", one.code.id, one.message))
        .collect()
}

#[test]
fn official_rules() {
    let Some(folder) = Reference::Rules.folder() else { return };
    let names = [
        "official/falco_rules.yaml",
        "official/falco-incubating_rules.yaml",
        "official/falco-sandbox_rules.yaml",
    ];
    let checked = check(&folder, &names, &["container"]);
    assert_eq!(codes(&checked), BTreeMap::new());
    assert_eq!(messages(&checked), Vec::<String>::new());
    assert!(checked.files.iter().all(|file| file.schema_valid() == Some(true)));
    let program = hir::program(&checked, &Options::default());
    assert_eq!((program.rules.len(), program.order.len()), (93, 81));
}

#[test]
fn plugin_rules() {
    let Some(folder) = Reference::Rules.folder() else { return };
    for (name, plugins) in [
        ("plugins/aws_cloudtrail_rules.yaml", ["cloudtrail", "json"]),
        ("plugins/gcp_auditlog_rules.yaml", ["gcpaudit", "json"]),
        ("plugins/github_rules.yaml", ["github", "json"]),
        ("plugins/k8s_audit_rules.yaml", ["k8saudit", "json"]),
        ("plugins/okta_rules.yaml", ["okta", "json"]),
    ] {
        let checked = check(&folder, &[name], &plugins);
        assert_eq!(codes(&checked), BTreeMap::new(), "{name}");
        assert_eq!(messages(&checked), Vec::<String>::new(), "{name}");
        assert_eq!(checked.unmet_requirements, Vec::<String>::new(), "{name}");
        // Without the plugin its rules are skipped, and the requirement is not met.
        let checked = check(&folder, &[name], &["container"]);
        assert!(checked.is_ok() && !checked.unmet_requirements.is_empty(), "{name}: {:?}", codes(&checked));
        assert!(codes(&checked).contains_key("LOAD_UNKNOWN_SOURCE"), "{name}");
    }
}

#[test]
fn rules_of_2022() {
    let Some(folder) = Reference::Rules.folder() else { return };
    let names = ["tutorial/falco_rules.yaml", "tutorial/falco_rules.local.yaml"];
    let checked = check(&folder, &names, &["container"]);
    assert!(checked.is_ok());
    // `evt.dir`, `%container.info` and, in the local file, `append: true`.
    assert_eq!(codes(&checked).into_keys().collect::<Vec<_>>(), ["LOAD_DEPRECATED_ITEM"]);
    let ours: std::collections::BTreeSet<&str> = checked.diagnostics.iter().map(|one| one.code.id).collect();
    assert!(ours.contains("W0103") && ours.contains("W0105") && ours.contains("W0106"), "{ours:?}");
}
