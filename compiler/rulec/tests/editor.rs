//! A document in an editor shows exactly what `rulec check` prints: every example of the corpus, the official rules, and a
//! folder with levels and a baseline.

#[path = "../../../lsp/rulels/tests/client/mod.rs"]
mod client;

use std::path::{Path, PathBuf};
use std::process::Command;

use client::{Client, Folder};
use serde_json::{Value, json};

fn rulec(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rulec"));
    let output = command.arg("check").args(arguments).current_dir(folder).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// What `rulec check` prints about files, as code, severity, message and range; lines and columns from 0, in characters.
fn printed(folder: &Path, files: &[&str]) -> Vec<(String, Value)> {
    let text = rulec(folder, &[&["--format", "json"], files].concat());
    let document: Value = serde_json::from_str(&text).unwrap();
    let place = |place: &Value| json!({ "line": place["line"].as_u64().unwrap() - 1, "character": place["column"].as_u64().unwrap() - 1 });
    let shown = |one: &Value| {
        let label = one["labels"].as_array().unwrap().iter().find(|label| label["primary"] == true).unwrap();
        let file = label["file"].as_str().unwrap().trim_start_matches("./").to_owned();
        let range = json!({ "start": place(&label["start"]), "end": place(&label["end"]) });
        (file, json!([one["code"], one["severity"], one["message"], range]))
    };
    document["diagnostics"].as_array().unwrap().iter().map(shown).collect()
}

/// The same of a document's diagnostics.
fn shown(diagnostics: &[Value]) -> Vec<Value> {
    let one = |one: &Value| {
        let severity = ["", "error", "warning", "note"][one["severity"].as_u64().unwrap() as usize];
        // The first line; labels and notes follow.
        let message = one["message"].as_str().unwrap().split('\n').next().unwrap();
        json!([one["code"], severity, message, one["range"]])
    };
    diagnostics.iter().map(one).collect()
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

async fn start(roots: &[&Path]) -> Client {
    Client::start(json!({ "general": { "positionEncodings": ["utf-32"] } }), roots).await.0
}

/// Compares files that are checked each alone.
async fn compare_alone(files: &[PathBuf]) {
    let mut client = start(&[]).await;
    for path in files {
        let folder = path.parent().unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let uri = format!("file://{}", path.display());
        client.open(&uri, &text).await;
        let theirs = client.diagnostics(&uri, 1).await;
        let ours: Vec<Value> = printed(folder, &[name]).into_iter().map(|(_, one)| one).collect();
        assert_eq!(shown(&theirs), ours, "{}", path.display());
        client.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } })).await;
    }
}

#[tokio::test]
async fn every_example() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/check").canonicalize().unwrap();
    let files = yaml_files(&corpus);
    assert!(files.len() > 100);
    compare_alone(&files).await;
}

#[tokio::test]
async fn official_rules_alone_and_together() {
    let Some(folder) = std::env::var_os("RULES_DIR") else {
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none(), "RULES_DIR is not set");
        eprintln!("skipped: RULES_DIR is not set");
        return;
    };
    compare_alone(&yaml_files(Path::new(&folder))).await;
    let official = Path::new(&folder).join("official");
    let names = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"];
    let texts: Vec<String> =
        names.iter().map(|name| std::fs::read_to_string(official.join(name)).unwrap()).collect();
    let toml = format!("rules = {}\n", json!(names));
    let mut files = vec![("rulec.toml", toml.as_str())];
    files.extend(names.iter().zip(&texts).map(|(name, text)| (*name, text.as_str())));
    compare_together("official", &files).await;
}

/// Compares all files of a folder, opened one after the other.
async fn compare_together(name: &str, files: &[(&str, &str)]) {
    let folder = Folder::new(&format!("editor-{name}"), files);
    let all = printed(&folder.0, &[]);
    let mut client = start(&[&folder.0]).await;
    for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".yaml")) {
        client.open(&folder.uri(name), text).await;
        let theirs = client.diagnostics(&folder.uri(name), 1).await;
        let ours: Vec<Value> =
            all.iter().filter(|(file, _)| file == name).map(|(_, one)| one.clone()).collect();
        assert_eq!(shown(&theirs), ours, "{name}");
    }
}

#[tokio::test]
async fn levels_plugins_and_known_findings() {
    let first = "- list: unused\n  items: [a]\n- macro: é😀\n  condition: evt.type = open\n";
    let second = "- rule: r\n  desc: d\n  condition: evt.type = open and proc.nmae = a and evt.type = open\n  output: x %proc.nmae\n  \
                  priority: INFO\n- rule: k\n  desc: d\n  source: k8s_audit\n  condition: ka.verb = get\n  output: x\n  priority: INFO\n";
    let toml = "rules = [\"a.yaml\", \"b.yaml\"]\nbaseline = \"known.json\"\n[plugins]\nk8saudit = \"0.7.0\"\n[lints]\nwarnings = \"deny\"\nunused-list = \"warn\"\n";
    let before = Folder::new("editor-before", &[("rulec.toml", toml), ("a.yaml", first), ("b.yaml", second)]);
    // Everything of the first file is known.
    let only = toml.replace("\"a.yaml\", \"b.yaml\"", "\"a.yaml\"");
    std::fs::write(before.0.join("rulec.toml"), only).unwrap();
    rulec(&before.0, &[]);
    let known = std::fs::read_to_string(before.0.join("known.json")).unwrap();
    assert!(known.contains("a.yaml"), "{known}");
    compare_together(
        "known",
        &[("rulec.toml", toml), ("known.json", &known), ("a.yaml", first), ("b.yaml", second)],
    )
    .await;
}
