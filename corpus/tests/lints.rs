//! The lints on rule files that people use are known, each looked at by a person: `corpus/rules/lints.txt` lists them,
//! and why they are true is in `corpus/rules/lints.md`.

use std::fmt::Write;
use std::path::Path;

use catalogue::Catalogue;
use corpus::reference::Reference;
use hir::{Input, Options, SourceFile};

/// Files loaded together, and the plugins loaded with them.
const SETS: [(&[&str], &[&str]); 7] = [
    (
        &[
            "official/falco_rules.yaml",
            "official/falco-incubating_rules.yaml",
            "official/falco-sandbox_rules.yaml",
        ],
        &["container"],
    ),
    (&["plugins/aws_cloudtrail_rules.yaml"], &["cloudtrail", "json"]),
    (&["plugins/gcp_auditlog_rules.yaml"], &["gcpaudit", "json"]),
    (&["plugins/github_rules.yaml"], &["github", "json"]),
    (&["plugins/k8s_audit_rules.yaml"], &["k8saudit", "json"]),
    (&["plugins/okta_rules.yaml"], &["okta", "json"]),
    (&["tutorial/falco_rules.yaml", "tutorial/falco_rules.local.yaml"], &["container"]),
];

fn lints(folder: &Path, names: &[&str], plugins: &[&str]) -> String {
    let read = |name: &&str| {
        let text =
            std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        SourceFile::new(*name, text)
    };
    let files = names.iter().map(read).collect();
    let catalogue = plugins.iter().fold(Catalogue::core(), |catalogue, name| catalogue.with_plugin(name));
    let checked = hir::check(&Input { files, options: Options { catalogue, ..Options::default() } });
    let mut found = String::new();
    for one in checked.diagnostics.iter().filter(|one| one.code.falco.is_none()) {
        let at = one.primary();
        let file = checked.sources.file(at.file).expect("a file");
        let line = file.text[..at.span.start as usize].matches('\n').count() + 1;
        writeln!(found, "{}:{line}: {} {}", file.name, one.code.id, one.message).expect("text grows");
    }
    found
}

#[test]
fn known_lints() {
    let Some(folder) = Reference::Rules.folder() else { return };
    let found: String = SETS.iter().map(|(names, plugins)| lints(&folder, names, plugins)).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/lints.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &found).expect("the list can be written");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, known, "run with UPDATE_EXPECT=1 and look at what is new");
}
