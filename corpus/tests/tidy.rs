//! The structure of the repository, checked: who may depend on whom, who owns which package, where `unsafe` may stand,
//! and that every file says what it is for. `docs/architecture.md` explains the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Packages that belong to one crate, or to those that are named. Development dependencies are free.
const OWNERS: &[(&str, &str)] = &[
    ("logos", "syntax"),
    ("lalrpop-util", "syntax"),
    ("salsa", "hir"),
    ("ariadne", "rulec"),
    ("cranelift-codegen", "codegen"),
    ("cranelift-frontend", "codegen"),
    ("cranelift-jit", "codegen"),
    ("ratatui", "views"),
    ("tower-lsp-server", "rulels"),
    ("aya", "probe"),
    ("flate2", "events"),
    ("flate2", "outputs"),
    ("flate2", "rulec"),
    ("ureq", "outputs"),
    ("toml", "settings"),
    ("ed25519-dalek", "ir"),
    ("getrandom", "rulec"),
    ("sd-notify", "ruled"),
    ("prost", "endpoints"),
    ("prost", "ruled"),
    ("tonic", "endpoints"),
    ("tonic", "ruled"),
    ("hyper", "endpoints"),
];

/// Crates whose named files may hold `unsafe`; all others forbid it.
const UNSAFE: &[(&str, &[&str])] =
    &[("codegen", &["abi.rs", "host.rs", "call.rs", "module.rs"]), ("probe", &["layout.rs"])];

/// Files may be longer than this only under `generated/` and `tests/`.
const LONGEST_FILE: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("corpus lies in the repository").to_path_buf()
}

/// Manifests of the workspace's members: name, folder, parsed manifest.
fn members() -> Vec<(String, PathBuf, toml::Table)> {
    let parse = |path: &Path| -> toml::Table {
        fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).parse().unwrap()
    };
    let workspace = parse(&root().join("Cargo.toml"));
    let folders = workspace["workspace"]["members"].as_array().unwrap();
    folders
        .iter()
        .map(|folder| {
            let folder = root().join(folder.as_str().unwrap());
            let manifest = parse(&folder.join("Cargo.toml"));
            (manifest["package"]["name"].as_str().unwrap().to_string(), folder, manifest)
        })
        .collect()
}

/// Which of our crates a crate may use: the table of the architecture page. Development dependencies are free.
fn edges() -> BTreeMap<String, BTreeSet<String>> {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let (_, section) = page.split_once("### Who may depend on whom").expect("the page has the section");
    let rows = section.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let names =
        |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_string).collect() };
    rows.take_while(|line| line.starts_with('|'))
        .map(|row| {
            let cells: Vec<&str> = row.split('|').collect();
            let [_, name, _, uses, _] = cells[..] else { panic!("three cells, not {row}") };
            (names(name).remove(0), names(uses).into_iter().collect())
        })
        .collect()
}

fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut add = |table: Option<&toml::Value>| {
        names.extend(
            table.and_then(toml::Value::as_table).into_iter().flat_map(|table| table.keys().cloned()),
        );
    };
    add(manifest.get("dependencies"));
    add(manifest.get("build-dependencies"));
    for target in manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(|t| t.values())
    {
        add(target.get("dependencies"));
    }
    names
}

/// Rust files of a folder, `target` and hidden folders aside.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().to_string();
            if path.is_dir() {
                if !name.starts_with('.') && !["target", "node_modules", "fuzz"].contains(&name.as_str()) {
                    pending.push(path);
                }
            } else if name.ends_with(".rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[test]
fn crates_use_only_what_the_architecture_allows() {
    let ours = edges();
    let mut wrong = Vec::new();
    for (name, _, manifest) in members() {
        if ["corpus", "benches", "xtask"].contains(&name.as_str()) {
            continue;
        }
        let Some(allowed) = ours.get(&name) else {
            wrong.push(format!("{name} is missing in the table of docs/architecture.md"));
            continue;
        };
        for dependency in dependencies(&manifest) {
            if ours.contains_key(&dependency) && !allowed.contains(&dependency) {
                wrong.push(format!("{name} must not use {dependency}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn packages_have_one_owner() {
    let mut wrong = Vec::new();
    for (name, _, manifest) in members() {
        for dependency in dependencies(&manifest) {
            let owners: Vec<&str> = OWNERS
                .iter()
                .filter(|(package, _)| *package == dependency)
                .map(|(_, owner)| *owner)
                .collect();
            if !owners.is_empty()
                && !owners.contains(&name.as_str())
                && !["corpus", "benches"].contains(&name.as_str())
            {
                wrong.push(format!("{dependency} belongs to {owners:?}, but {name} uses it"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn unsafe_code_stands_only_where_it_may() {
    let mut wrong = Vec::new();
    for (name, folder, _) in members() {
        let allowed = UNSAFE.iter().find(|(owner, _)| *owner == name).map(|(_, files)| *files);
        let roots = ["src/lib.rs", "src/main.rs"].map(|file| folder.join(file));
        for file in roots.iter().filter(|file| file.exists()) {
            let text = fs::read_to_string(file).unwrap();
            let attribute =
                if allowed.is_some() { "#![deny(unsafe_code)]" } else { "#![forbid(unsafe_code)]" };
            if !text.contains(attribute) {
                wrong.push(format!("{} lacks {attribute}", shown(file)));
            }
        }
        for file in rust_files(&folder.join("src")) {
            let lifted = fs::read_to_string(&file).unwrap().contains("allow(unsafe_code)");
            let name = file.file_name().unwrap().to_string_lossy().to_string();
            let named = allowed.is_some_and(|files| {
                files.contains(&name.as_str()) || files.contains(&shown(&file).as_str())
            });
            if lifted && !named && !file.ends_with("lib.rs") {
                wrong.push(format!("{} allows unsafe code", shown(&file)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_says_what_it_is_for_and_is_short() {
    let mut wrong = Vec::new();
    for (_, folder, _) in members() {
        for file in rust_files(&folder) {
            let path = shown(&file);
            let generated = path.contains("/generated/") || path.ends_with("condition/reference/grammar.rs");
            let text = fs::read_to_string(&file).unwrap();
            if !text.starts_with("//!") {
                wrong.push(format!("{path} does not open with a `//!` line"));
            }
            let lines = text.lines().count();
            let tests = path.contains("/tests/") || path.ends_with("tests.rs");
            if lines > LONGEST_FILE && !generated && !tests {
                wrong.push(format!("{path} has {lines} lines; at most {LONGEST_FILE}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
