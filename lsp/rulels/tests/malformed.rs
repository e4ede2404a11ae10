//! Messages that no client should send: whatever comes, the server goes on answering and nothing in it panics.

mod client;

use client::{Client, at};
use ir::testing::Prng;
use serde_json::{Value, json};

/// A value of any kind.
fn value(random: &mut Prng) -> Value {
    match random.below(16) {
        0 => Value::Null,
        1 => json!(-1),
        2 => json!(u64::MAX),
        3 => json!(4_294_967_295_u64),
        4 => json!(1e308),
        5 => json!(""),
        6 => json!("file:///%ff%00/../..//x.yaml"),
        7 => json!("\u{0}\u{feff}😀\r"),
        8 => json!([]),
        9 => json!({}),
        10 => json!([[[[[[]]]]]]),
        11 => json!(true),
        12 => json!("x".repeat(5000)),
        13 => json!({ "line": 4_294_967_295_u64, "character": 4_294_967_295_u64 }),
        14 => json!(["textDocument/hover"]),
        _ => json!(0),
    }
}

const URI: &str = "file:///nowhere/rules.yaml";
const TEXT: &str = "- list: l\n  items: [a, b]\n- macro: m\n  condition: proc.name in (l) and evt.type = open\n- rule: r\n  desc: d\n  condition: m and fd.name startswith /é😀\n  output: x %proc.name\n  priority: INFO\n  tags: [T1059]\n";

/// One message of every kind.
fn messages() -> Vec<Value> {
    let document = json!({ "uri": URI });
    let range = json!({ "start": { "line": 3, "character": 13 }, "end": { "line": 3, "character": 20 } });
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let mut place = at(URI, 3, 14);
    place["context"] = json!({ "includeDeclaration": true });
    place["newName"] = json!("n");
    place["ch"] = json!("\n");
    place["options"] = options.clone();
    let mut all = Vec::new();
    for method in [
        "completion",
        "hover",
        "signatureHelp",
        "definition",
        "declaration",
        "references",
        "documentHighlight",
        "prepareRename",
        "rename",
        "onTypeFormatting",
    ] {
        all.push(json!({ "method": format!("textDocument/{method}"), "params": place, "id": 1 }));
    }
    let ranged = json!({
        "textDocument": document, "range": range, "options": options, "positions": [{ "line": 3, "character": 14 }],
        "context": { "diagnostics": [], "only": ["quickfix"] }, "previousResultId": "1",
    });
    for method in [
        "documentSymbol",
        "foldingRange",
        "selectionRange",
        "documentLink",
        "inlayHint",
        "codeLens",
        "codeAction",
        "formatting",
        "rangeFormatting",
        "semanticTokens/full",
        "semanticTokens/full/delta",
        "semanticTokens/range",
        "diagnostic",
    ] {
        all.push(json!({ "method": format!("textDocument/{method}"), "params": ranged, "id": 2 }));
    }
    let change = json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [{ "range": range, "text": "x" }] });
    let opened = json!({ "textDocument": { "uri": URI, "languageId": "yaml", "version": 1, "text": TEXT } });
    all.extend([
        json!({ "method": "textDocument/didChange", "params": change }),
        json!({ "method": "textDocument/didOpen", "params": opened }),
        json!({ "method": "textDocument/didSave", "params": { "textDocument": document } }),
        json!({ "method": "textDocument/didClose", "params": { "textDocument": document } }),
        json!({ "method": "workspace/didChangeConfiguration", "params": { "settings": { "rulec": { "plugins": ["json"], "lints": { "unused-macro": "deny" } } } } }),
        json!({ "method": "workspace/didChangeWatchedFiles", "params": { "changes": [{ "uri": URI, "type": 1 }] } }),
        json!({ "method": "workspace/didChangeWorkspaceFolders", "params": { "event": { "added": [], "removed": [{ "uri": URI, "name": "n" }] } } }),
        json!({ "method": "workspace/symbol", "params": { "query": "m" }, "id": 3 }),
        json!({ "method": "workspace/diagnostic", "params": { "previousResultIds": [{ "uri": URI, "value": "1" }] }, "id": 4 }),
        json!({ "method": "workspace/executeCommand", "params": { "command": "rulec.explain", "arguments": ["E0102"] }, "id": 5 }),
        json!({ "method": "workspace/executeCommand", "params": { "command": "rulec.effectiveRule", "arguments": [at(URI, 6, 14)] }, "id": 6 }),
        json!({ "method": "completionItem/resolve", "params": { "label": "proc.name", "kind": 5, "data": format!("syscall {URI}") }, "id": 7 }),
        json!({ "method": "rulec/effectiveRule", "params": at(URI, 6, 14), "id": 8 }),
        json!({ "method": "rulec/text", "params": document, "id": 9 }),
        json!({ "method": "$/cancelRequest", "params": { "id": 8 } }),
        json!({ "method": "$/setTrace", "params": { "value": "off" } }),
    ]);
    for message in &mut all {
        message["jsonrpc"] = json!("2.0");
    }
    all
}

/// The paths to all values in a message.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                all.push(at.clone());
                pointers(inner, &at, all);
            }
        }
        Value::Array(elements) => {
            for (index, inner) in elements.iter().enumerate() {
                let at = format!("{at}/{index}");
                all.push(at.clone());
                pointers(inner, &at, all);
            }
        }
        _ => {}
    }
}

/// Messages of the test; `RULELS_MALFORMED=100000` for a long run.
fn count() -> usize {
    std::env::var("RULELS_MALFORMED").ok().and_then(|text| text.parse().ok()).unwrap_or(40_000)
}

/// Asks something of a document that no mutated message names.
async fn is_well(client: &mut Client, after: &[u8]) {
    client.open("file:///nowhere/well.yaml", TEXT).await;
    let answer = client.begin("textDocument/hover", at("file:///nowhere/well.yaml", 6, 13)).await;
    let answer = client.end(answer).await;
    let shown = answer["result"]["contents"]["value"].as_str().unwrap_or_default();
    assert!(shown.contains("proc.name in"), "{answer} after {}", String::from_utf8_lossy(after));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mutated_messages_break_nothing() {
    // A panic on any thread fails the test, also where an answer would hide it.
    let panicked = std::sync::Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
    let (seen, before) = (panicked.clone(), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |info| {
        seen.lock().unwrap().push(info.to_string());
        before(info);
    }));
    let (mut client, _) = Client::start(json!({}), &[]).await;
    client.open(URI, TEXT).await;
    let mut random = Prng::new(5);
    let all = messages();
    for number in 0..count() {
        let mut message = all[random.below(all.len())].clone();
        // Numbers of ours and of theirs must not meet.
        if message.get("id").is_some() {
            message["id"] = json!(1_000_000 + number);
        }
        for _ in 0..=random.below(3) {
            let mut places = Vec::new();
            pointers(&message, "", &mut places);
            let Some(place) = places.get(random.below(places.len())) else { continue };
            if place == "/id" && random.below(4) > 0 {
                continue;
            }
            match random.below(4) {
                0 => {
                    let (parent, key) = place.rsplit_once('/').unwrap();
                    if let Some(Value::Object(entries)) = message.pointer_mut(parent) {
                        entries.remove(key);
                    }
                }
                _ => *message.pointer_mut(place).unwrap() = value(&mut random),
            }
        }
        let mut body = message.to_string().into_bytes();
        if random.below(4) == 0 {
            for _ in 0..=random.below(3) {
                let at = random.below(body.len());
                body[at] = random.below(256) as u8;
            }
            body.truncate(body.len() - random.below(body.len() / 8 + 1));
        }
        client.write_body(&body).await;
        if number % 10 == 0 {
            is_well(&mut client, &body).await;
            client.unseen.clear();
            client.forget_answers();
        }
    }
    is_well(&mut client, b"").await;
    let panicked = panicked.lock().unwrap();
    assert!(panicked.is_empty(), "{panicked:#?}");
}

#[tokio::test]
async fn wrong_headers_end_the_conversation_at_worst() {
    for header in [
        "Content-Length: x\r\n\r\n",
        "Content-Length: -5\r\n\r\n{}",
        "Content-Length: 99999999999999999999\r\n\r\n{}",
        "Nonsense\r\n\r\n",
        "\r\n\r\n\r\n",
        "Content-Length: 2\r\nContent-Type: text/plain; charset=latin1\r\n\r\n{}",
        "\u{0}\u{1}\u{2}",
    ] {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (read, write) = tokio::io::split(theirs);
        let server = tokio::spawn(rulels::serve(read, write));
        let (mut read, mut write) = tokio::io::split(ours);
        tokio::io::AsyncWriteExt::write_all(&mut write, header.as_bytes()).await.unwrap();
        tokio::io::AsyncWriteExt::shutdown(&mut write).await.unwrap();
        let mut rest = Vec::new();
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut read, &mut rest).await;
        let ended = tokio::time::timeout(std::time::Duration::from_secs(30), server).await;
        assert!(ended.expect("it goes on without a client").is_ok(), "{header:?}");
    }
}
