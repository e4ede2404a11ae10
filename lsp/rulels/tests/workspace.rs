//! Files, roots and settings: what belongs together, and what follows when it changes.

mod client;

use client::{Client, Folder, LIBRARY, RULES, at, everything, folder};
use serde_json::{Value, json};

/// The codes that each file of a workspace shows, by the last part of its address.
async fn shown(client: &mut Client) -> Vec<(String, Vec<String>)> {
    let report = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).await;
    let files = report["items"].as_array().unwrap().iter().map(|file| {
        let name = file["uri"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let codes = file["items"].as_array().unwrap().iter();
        (name, codes.map(|one| one["code"].as_str().unwrap().to_owned()).collect())
    });
    files.collect()
}

#[tokio::test]
async fn files_that_come_move_and_go_count() {
    let folder = Folder::new("files", &[("rules.yaml", RULES)]);
    let (mut client, _) = Client::start(everything(), &[&folder.0]).await;
    let file =
        |name: &str, codes: &[&str]| (name.to_owned(), codes.iter().map(|&code| code.into()).collect());
    let watched = |changes: &[(&str, u32)]| {
        let changes = changes.iter().map(|(name, kind)| json!({ "uri": folder.uri(name), "type": kind }));
        json!({ "changes": changes.collect::<Vec<_>>() })
    };
    let before = shown(&mut client).await;
    assert_eq!(before.len(), 1);
    assert!(before[0].1.contains(&"E0110".to_owned()), "{before:?}");
    // A file is made, moved, and removed.
    std::fs::write(folder.0.join("a.yaml"), LIBRARY).unwrap();
    client.tell("workspace/didChangeWatchedFiles", watched(&[("a.yaml", 1)])).await;
    assert_eq!(shown(&mut client).await, [file("a.yaml", &[]), file("rules.yaml", &[])]);
    std::fs::rename(folder.0.join("a.yaml"), folder.0.join("b.yaml")).unwrap();
    client.tell("workspace/didChangeWatchedFiles", watched(&[("a.yaml", 3), ("b.yaml", 1)])).await;
    assert_eq!(shown(&mut client).await, [file("b.yaml", &[]), file("rules.yaml", &[])]);
    std::fs::remove_file(folder.0.join("b.yaml")).unwrap();
    client.tell("workspace/didChangeWatchedFiles", watched(&[("b.yaml", 3)])).await;
    assert_eq!(shown(&mut client).await, before);
    // A configuration comes and is broken.
    std::fs::write(folder.0.join("lib.txt"), LIBRARY).unwrap();
    std::fs::write(folder.0.join("rulec.toml"), "rules = [\"lib.txt\", \"rules.yaml\"]\n").unwrap();
    client.tell("workspace/didChangeWatchedFiles", watched(&[("rulec.toml", 1)])).await;
    assert_eq!(shown(&mut client).await, [file("lib.txt", &[]), file("rules.yaml", &[])]);
    std::fs::write(folder.0.join("rulec.toml"), "rules = [").unwrap();
    client.tell("workspace/didChangeWatchedFiles", watched(&[("rulec.toml", 2)])).await;
    let message = client.notified("window/showMessage", |_| true).await;
    assert!(message["message"].as_str().unwrap().contains("rulec.toml"), "{message}");
    assert_eq!(shown(&mut client).await, before);
}

#[tokio::test]
async fn a_new_file_is_one_of_rules_from_its_first_dash() {
    let folder = folder("new");
    let (mut client, _) = Client::start(everything(), &[&folder.0]).await;
    let uri = folder.uri("c.yaml");
    client.open(&uri, "# mine\n- ma").await;
    let answer = client.ask("textDocument/completion", at(&uri, 1, 4)).await;
    assert_eq!(answer["items"][0]["label"], "macro");
    // Other YAML is left alone, wherever it lies.
    let other = folder.uri("rules/compose.yaml");
    client.open(&other, "services:\n  - ma").await;
    assert!(client.ask("textDocument/completion", at(&other, 1, 6)).await.is_null());
}

#[tokio::test]
async fn several_roots_and_loose_documents_are_apart() {
    let one = Folder::new("one", &[("a.yaml", LIBRARY)]);
    let two = Folder::new("two", &[("b.yaml", RULES)]);
    let (mut client, _) = Client::start(everything(), &[&one.0, &two.0]).await;
    client.open(&two.uri("b.yaml"), RULES).await;
    assert!(!client.diagnostics(&two.uri("b.yaml"), 1).await.is_empty(), "the macro is in another root");
    client.open("untitled:Untitled-1", RULES).await;
    assert!(!client.diagnostics("untitled:Untitled-1", 1).await.is_empty());
    let event =
        json!({ "added": [], "removed": [{ "uri": format!("file://{}", one.0.display()), "name": "one" }] });
    client.tell("workspace/didChangeWorkspaceFolders", json!({ "event": event })).await;
    assert_eq!(client.ask("workspace/symbol", json!({ "query": "spawned" })).await, json!([]));
}

#[tokio::test]
async fn settings_reach_the_check() {
    let text = "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: x\n  priority: INFO\n- list: unused\n  items: [a]\n";
    let folder = Folder::new("settings", &[("rules.yaml", text)]);
    let (mut client, _) = Client::start(everything(), &[&folder.0]).await;
    let uri = folder.uri("rules.yaml");
    client.open(&uri, text).await;
    let found = client.diagnostics(&uri, 1).await;
    let code =
        found.iter().find(|one| one["message"].as_str().unwrap().contains("unused")).unwrap()["code"].clone();
    let lints = json!({ code.as_str().unwrap(): "deny" });
    client
        .tell("workspace/didChangeConfiguration", json!({ "settings": { "rulec": { "lints": lints } } }))
        .await;
    let denied = |params: &Value| {
        params["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["code"] == code && one["severity"] == 1)
    };
    client.notified("textDocument/publishDiagnostics", denied).await;
}

#[tokio::test]
async fn loading_is_shown_where_the_client_can() {
    let folder = folder("progress");
    let mut capabilities = everything();
    capabilities["window"] = json!({ "workDoneProgress": true });
    let (mut client, _) = Client::start(capabilities, &[&folder.0]).await;
    client.notified("window/workDoneProgress/create", |_| true).await;
    for kind in ["begin", "end"] {
        client.notified("$/progress", |params| params["value"]["kind"] == kind).await;
    }
}
