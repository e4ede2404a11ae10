//! Order, interleaving, cancellation and bursts.

mod client;

use std::time::Instant;

use client::{Client, Folder, at, range};
use ir::testing::Prng;
use serde_json::{Value, json};

fn capabilities(encoding: &str) -> Value {
    json!({ "general": { "positionEncodings": [encoding] } })
}

/// The position of an offset, counted here in another way than the server does.
fn position(text: &str, offset: usize, encoding: &str) -> Value {
    let before = &text[..offset];
    let mut line = 0;
    let mut start = 0;
    let bytes = before.as_bytes();
    for (at, &byte) in bytes.iter().enumerate() {
        let next = text.as_bytes().get(at + 1);
        if byte == b'\n' || (byte == b'\r' && next != Some(&b'\n')) {
            line += 1;
            start = at + 1;
        }
    }
    let rest = &before[start..];
    let column = match encoding {
        "utf-8" => rest.len(),
        "utf-16" => rest.encode_utf16().count(),
        _ => rest.chars().count(),
    };
    json!({ "line": line, "character": column })
}

const START: &str = "- list: shells\r\n  items: [sh, bash, 😀]\n\n- rule: r\n  desc: é\tü\n  condition: >\n    proc.name in (shells)\n    and evt.type = open\n  output: \"%proc.name 😀\"\n  priority: INFO\n";

async fn random_edits(encoding: &str, edits: usize) {
    let pieces = [
        "a",
        "😀",
        "é",
        "\n",
        "\r\n",
        "\t",
        "- rule: x\n",
        "  ",
        "\"",
        "'",
        "(",
        ")",
        " and ",
        ": ",
        "[",
        "&a ",
        "*a",
        "%",
        "\u{feff}",
        "#",
        ">",
        "|\n",
    ];
    let (mut client, result) = Client::start(capabilities(encoding), &[]).await;
    assert_eq!(result["capabilities"]["positionEncoding"], encoding);
    let uri = "file:///nowhere/rules.yaml";
    let mut text = START.to_owned();
    client.open(uri, &text).await;
    let mut random = Prng::new(7);
    for version in 0..edits {
        let mut points: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        // A break of two bytes is one place.
        points.retain(|&at| !(at > 0 && text[..at].ends_with('\r') && text[at..].starts_with('\n')));
        let first = random.below(points.len());
        let last = (first + random.below(6)).min(points.len() - 1);
        let (start, end) = (points[first], points[last]);
        let new = if text.len() > 2000 { "" } else { pieces[random.below(pieces.len())] };
        let place =
            json!({ "start": position(&text, start, encoding), "end": position(&text, end, encoding) });
        client.change(uri, version as i64 + 2, place, new).await;
        text.replace_range(start..end, new);
        // Questions between the edits are answered whatever the text is.
        if version % 50 == 0 {
            let place =
                json!({ "textDocument": { "uri": uri }, "position": position(&text, start, encoding) });
            client.ask("textDocument/completion", place.clone()).await;
            client.ask("textDocument/hover", place).await;
        }
        let theirs = client.ask("rulec/text", json!({ "uri": uri })).await;
        assert_eq!(theirs.as_str().unwrap(), text, "after {version} edits");
        client.unseen.clear();
    }
}

/// Edits of each run, more than 100,000 in all; `RULELS_EDITS=100000` for a longer one.
fn edits() -> usize {
    std::env::var("RULELS_EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(34_000)
}

#[tokio::test]
async fn the_servers_text_is_the_clients_in_bytes() {
    random_edits("utf-8", edits()).await;
}

#[tokio::test]
async fn the_servers_text_is_the_clients_in_utf16() {
    random_edits("utf-16", edits()).await;
}

#[tokio::test]
async fn the_servers_text_is_the_clients_in_characters() {
    random_edits("utf-32", edits()).await;
}

#[tokio::test]
async fn a_request_sees_exactly_the_edits_before_it() {
    let (mut client, _) = Client::start(capabilities("utf-8"), &[]).await;
    let uri = "file:///nowhere/rules.yaml";
    client.open(uri, "- macro: m\n  condition: evt.type = open\n").await;
    let mut ids = Vec::new();
    for version in 0..300 {
        let line = format!("- macro: m{version}\n  condition: evt.type = open\n");
        client.change(uri, version + 2, Value::Null, &line).await;
        ids.push((
            version,
            client.begin("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })).await,
        ));
    }
    for (version, id) in ids {
        let answer = client.end(id).await;
        assert_eq!(answer["result"][0]["name"], format!("m{version}"));
    }
}

#[tokio::test]
async fn a_burst_of_edits_is_analysed_at_most_twice() {
    let (mut client, _) = Client::start(capabilities("utf-8"), &[]).await;
    let uri = "file:///nowhere/rules.yaml";
    client.open(uri, "- macro: m\n  condition: evt.type = open\n").await;
    client.diagnostics(uri, 1).await;
    let before = client.ask("rulec/status", Value::Null).await["analyses"].as_u64().unwrap();
    for version in 2..52 {
        client.change(uri, version, range(1, 13, 13), "a").await;
    }
    client.diagnostics(uri, 51).await;
    let after = client.ask("rulec/status", Value::Null).await["analyses"].as_u64().unwrap();
    assert!(after - before <= 2, "{} analyses", after - before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelled_requests_answer_at_once_and_hold_up_nothing() {
    let big = "- rule: r\n  desc: d\n  condition: evt.type = open and proc.name = a\n  output: x\n  priority: INFO\n".repeat(3000);
    let folder = Folder::new("cancel", &[("rules.yaml", &big)]);
    let (mut client, _) = Client::start(capabilities("utf-8"), &[&folder.0]).await;
    let uri = folder.uri("rules.yaml");
    client.open(&uri, &big).await;
    client.diagnostics(&uri, 1).await;
    let mut slow = Vec::new();
    for _ in 0..4 {
        slow.push(
            client.begin("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": uri } })).await,
        );
    }
    let begun = Instant::now();
    for &id in &slow {
        client.tell("$/cancelRequest", json!({ "id": id })).await;
    }
    for id in slow {
        let answer = client.end(id).await;
        assert!(answer["error"]["code"] == -32800 || answer.get("result").is_some());
    }
    let cancelled = begun.elapsed();
    client.ask("textDocument/hover", at(&uri, 2, 30)).await;
    // Bounds for a loaded machine and an unoptimised build; the figures are in the benches.
    assert!(cancelled.as_millis() < 2000, "{cancelled:?}");
}

#[tokio::test]
async fn wrong_messages_end_nothing() {
    let (mut client, _) = Client::start(capabilities("utf-8"), &[]).await;
    let id = client.begin("textDocument/hover", json!({ "nonsense": 1 })).await;
    assert!(client.end(id).await.get("error").is_some());
    let id = client.begin("no/such/method", json!({})).await;
    assert_eq!(client.end(id).await["error"]["code"], -32601);
    client
        .tell(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": "file:///x.yaml", "version": 3 }, "contentChanges": [] }),
        )
        .await;
    assert!(client.ask("textDocument/hover", at("file:///x.yaml", 0, 0)).await.is_null());
    let uri = "file:///nowhere/foo..bar_rules.yaml";
    client.open(uri, "- list: a\n  items: [b]\n").await;
    let found = client.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri } })).await;
    assert_eq!(found[0]["name"], "a");
    client
        .change(
            uri,
            2,
            json!({ "start": { "line": 90, "character": 9 }, "end": { "line": 0, "character": 900 } }),
            "x",
        )
        .await;
    assert!(client.ask("rulec/text", json!({ "uri": uri })).await.as_str().unwrap().contains('x'));
}
