//! Features over the protocol: every capability that is announced answers.

mod client;

use client::{Client, Folder, RULES, at, everything, folder, range};
use serde_json::{Value, json};

#[tokio::test]
async fn every_capability_answers() {
    let folder = folder("features");
    let (mut client, result) = Client::start(everything(), &[&folder.0]).await;
    let capabilities = result["capabilities"].as_object().unwrap();
    assert!(capabilities.len() >= 20, "{} capabilities", capabilities.len());
    assert_eq!(capabilities["positionEncoding"], "utf-8");
    let (a, b) = (folder.uri("a.yaml"), folder.uri("b.yaml"));
    client.open(&b, RULES).await;
    assert_eq!(client.diagnostics(&b, 1).await, Vec::<Value>::new());
    let document = json!({ "textDocument": { "uri": b } });

    // The macro's use in the condition.
    let here = at(&b, 2, 15);
    let hover = client.ask("textDocument/hover", here.clone()).await;
    assert!(hover["contents"]["value"].as_str().unwrap().contains("evt.type = execve"));
    assert_eq!(hover["range"], range(2, 13, 20));
    let definition = client.ask("textDocument/definition", here.clone()).await;
    assert_eq!(definition[0]["uri"], a);
    assert_eq!(definition[0]["range"], range(3, 9, 16));
    let declaration = client.ask("textDocument/declaration", here.clone()).await;
    assert_eq!(declaration[0]["range"], range(3, 9, 16));
    let mut params = here.clone();
    params["context"] = json!({ "includeDeclaration": true });
    assert_eq!(client.ask("textDocument/references", params).await.as_array().unwrap().len(), 2);
    assert_eq!(client.ask("textDocument/documentHighlight", here.clone()).await.as_array().unwrap().len(), 1);
    assert_eq!(client.ask("textDocument/prepareRename", here.clone()).await["placeholder"], "spawned");
    let mut params = here.clone();
    params["newName"] = json!("started");
    let changes = client.ask("textDocument/rename", params).await["changes"].clone();
    assert_eq!(changes[&a][0]["newText"], "started");
    assert_eq!(changes[&b][0]["range"], range(2, 13, 20));
    let mut params = here.clone();
    params["newName"] = json!("and");
    let id = client.begin("textDocument/rename", params).await;
    assert!(client.end(id).await["error"]["message"].as_str().unwrap().contains("`and`"));

    let completion = client.ask("textDocument/completion", at(&b, 2, 30)).await;
    assert!(completion["items"].as_array().unwrap().iter().any(|item| item["label"] == "proc.name"));
    // Documentation comes with the proposal that is looked at.
    let proposal = completion["items"].as_array().unwrap().iter().find(|item| item["label"] == "proc.name");
    let proposal = proposal.unwrap().clone();
    assert!(proposal["documentation"].is_null());
    let resolved = client.ask("completionItem/resolve", proposal).await;
    assert!(resolved["documentation"]["value"].as_str().unwrap().contains("CHARBUF"), "{resolved}");
    assert!(client.ask("textDocument/signatureHelp", here.clone()).await.is_null());
    let symbols = client.ask("textDocument/documentSymbol", document.clone()).await;
    assert_eq!(symbols[0]["name"], "Shell");
    let found = client.ask("workspace/symbol", json!({ "query": "shel" })).await;
    assert_eq!(found.as_array().unwrap().len(), 2);
    assert_eq!(client.ask("textDocument/foldingRange", document.clone()).await[0]["endLine"], 5);
    let params = json!({ "textDocument": { "uri": b }, "positions": [{ "line": 2, "character": 15 }] });
    let selection = client.ask("textDocument/selectionRange", params).await;
    assert_eq!(selection[0]["range"], range(2, 13, 20));
    assert!(selection[0]["parent"]["parent"].is_object());
    let links = client.ask("textDocument/documentLink", document.clone()).await;
    assert_eq!(links[0]["target"], "https://attack.mitre.org/techniques/T1059/");
    let mut params = document.clone();
    params["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9, "character": 0 } });
    let hints = client.ask("textDocument/inlayHint", params).await;
    assert!(hints.as_array().unwrap().iter().any(|hint| hint["label"] == "×2"), "{hints}");
    let lenses = client.ask("textDocument/codeLens", json!({ "textDocument": { "uri": a } })).await;
    let lens = client.ask("codeLens/resolve", lenses[0].clone()).await;
    assert!(lens["command"]["title"].as_str().unwrap().contains("reference"), "{lens}");
    assert!(
        client
            .ask(
                "textDocument/formatting",
                json!({ "textDocument": { "uri": b }, "options": { "tabSize": 2, "insertSpaces": true } })
            )
            .await
            .is_array()
    );
    let params = json!({ "textDocument": { "uri": b }, "range": range(0, 0, 1), "options": { "tabSize": 2, "insertSpaces": true } });
    assert!(client.ask("textDocument/rangeFormatting", params).await.is_array());
    let mut params = at(&b, 3, 0);
    params["ch"] = json!("\n");
    params["options"] = json!({ "tabSize": 2, "insertSpaces": true });
    assert!(client.ask("textDocument/onTypeFormatting", params).await.is_array());
    let page = client
        .ask("workspace/executeCommand", json!({ "command": "rulec.explain", "arguments": ["E0102"] }))
        .await;
    assert!(page.as_str().unwrap().contains("E0102"));
    let page = client
        .ask("workspace/executeCommand", json!({ "command": "rulec.effectiveRule", "arguments": [here] }))
        .await;
    assert!(page.as_str().unwrap().contains("proc.name in (sh, bash)"), "{page}");
    assert!(client.ask("shutdown", Value::Null).await.is_null());
}

#[tokio::test]
async fn semantic_tokens_whole_in_part_and_as_differences() {
    let folder = folder("tokens");
    let (mut client, _) = Client::start(everything(), &[&folder.0]).await;
    let b = folder.uri("b.yaml");
    client.open(&b, RULES).await;
    let document = json!({ "textDocument": { "uri": b } });
    let full = client.ask("textDocument/semanticTokens/full", document.clone()).await;
    let mut data: Vec<u64> = serde_json::from_value(full["data"].clone()).unwrap();
    assert_eq!(data.len() % 5, 0);
    assert!(!data.is_empty());
    client.change(&b, 2, range(2, 13, 13), "not ").await;
    client.change(&b, 3, range(0, 8, 13), "Shells").await;
    let mut params = document.clone();
    params["previousResultId"] = full["resultId"].clone();
    let delta = client.ask("textDocument/semanticTokens/full/delta", params).await;
    for edit in delta["edits"].as_array().unwrap() {
        let (start, count) =
            (edit["start"].as_u64().unwrap() as usize, edit["deleteCount"].as_u64().unwrap() as usize);
        let new: Vec<u64> = serde_json::from_value(edit["data"].clone()).unwrap();
        data.splice(start..start + count, new);
    }
    let again = client.ask("textDocument/semanticTokens/full", document.clone()).await;
    assert_eq!(json!(data), again["data"]);
    let mut params = document;
    params["range"] = range(2, 0, 40);
    let part = client.ask("textDocument/semanticTokens/range", params).await;
    assert!(part["data"].as_array().unwrap().len() < data.len());
}

#[tokio::test]
async fn diagnostics_follow_edits_files_and_folders() {
    let folder = folder("diagnostics");
    let (mut client, _) = Client::start(everything(), &[&folder.0]).await;
    let (a, b) = (folder.uri("a.yaml"), folder.uri("b.yaml"));
    client.notified("client/registerCapability", |_| true).await;
    client.open(&b, RULES).await;
    assert!(client.diagnostics(&b, 1).await.is_empty());
    // A wrong field: exactly its range, its code with a page, and a repair.
    client.change(&b, 2, range(2, 25, 34), "proc.nmae").await;
    let found = client.diagnostics(&b, 2).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["range"], range(2, 25, 34));
    assert_eq!(found[0]["code"], "E0102");
    assert!(found[0]["codeDescription"]["href"].as_str().unwrap().ends_with("E0102.md"));
    let params =
        json!({ "textDocument": { "uri": b }, "range": range(2, 26, 26), "context": { "diagnostics": [] } });
    let actions = client.ask("textDocument/codeAction", params).await;
    let repair = actions.as_array().unwrap().iter().find(|one| one["kind"] == "quickfix").unwrap();
    assert_eq!(repair["edit"]["changes"][&b][0]["newText"], "proc.name");
    assert_eq!(repair["diagnostics"][0]["code"], "E0102");
    client.change(&b, 3, range(2, 25, 34), "proc.name").await;
    assert!(client.diagnostics(&b, 3).await.is_empty());
    // An open document counts over the file on disk: its macro goes away.
    client.open(&a, "- list: shells\n  items: [sh]\n").await;
    let broken = |params: &Value| {
        params["uri"] == b && params["diagnostics"].as_array().is_some_and(|all| !all.is_empty())
    };
    client.notified("textDocument/publishDiagnostics", broken).await;
    // Closed, the file on disk counts again.
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": a } })).await;
    let whole =
        |params: &Value| params["uri"] == b && params["diagnostics"].as_array().is_some_and(Vec::is_empty);
    client.notified("textDocument/publishDiagnostics", whole).await;
    // The file changes on disk.
    std::fs::write(folder.0.join("a.yaml"), "- macro: other\n  condition: evt.type=open\n").unwrap();
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": a, "type": 2 }] })).await;
    client.notified("textDocument/publishDiagnostics", broken).await;
}

#[tokio::test]
async fn clients_can_pull_diagnostics() {
    let folder = folder("pull");
    let mut capabilities = everything();
    capabilities["textDocument"]["diagnostic"] = json!({});
    capabilities["workspace"]["diagnostics"] = json!({ "refreshSupport": true });
    let (mut client, _) = Client::start(capabilities, &[&folder.0]).await;
    let b = folder.uri("b.yaml");
    client.open(&b, &RULES.replace("spawned", "spawnd")).await;
    let document = json!({ "textDocument": { "uri": b } });
    let report = client.ask("textDocument/diagnostic", document.clone()).await;
    assert_eq!(report["kind"], "full");
    assert_eq!(report["items"][0]["range"], range(2, 13, 19));
    let mut params = document;
    params["previousResultId"] = report["resultId"].clone();
    assert_eq!(client.ask("textDocument/diagnostic", params).await["kind"], "unchanged");
    let all = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).await;
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let pushed = client.unseen.iter().any(|one| one["method"] == "textDocument/publishDiagnostics");
    assert!(!pushed, "both would show everything twice");
}

#[tokio::test]
async fn documents_are_what_rulec_check_says() {
    let text = "- rule: r\n  desc: d\n  condition: proc.nmae = a and evt.type = opn and missing\n  output: x %proc.nme\n  priority: WARN\n  extra: 1\n";
    let folder = Folder::new("same", &[("rules.yaml", text)]);
    let (mut client, _) = Client::start(everything(), &[&folder.0]).await;
    let uri = folder.uri("rules.yaml");
    client.open(&uri, text).await;
    let shown = client.diagnostics(&uri, 1).await;
    let input = hir::Input { files: vec![hir::SourceFile::new("rules.yaml", text)], ..hir::Input::default() };
    let checked = hir::check(&input);
    let lines = syntax::LineIndex::new(text);
    let position = |offset| {
        let at = lines.line_column(text, offset, syntax::Encoding::Utf8);
        json!({ "line": at.line, "character": at.column })
    };
    let expected: Vec<Value> = checked
        .diagnostics
        .iter()
        .map(|one| {
            let span = one.primary().span;
            json!([one.code.id, { "start": position(span.start), "end": position(span.end) }])
        })
        .collect();
    assert!(expected.len() >= 3, "{expected:?}");
    let shown: Vec<Value> = shown.iter().map(|one| json!([one["code"], one["range"]])).collect();
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn editors_are_asked_for_no_more_than_they_can_do() {
    let folder = folder("abilities");
    let b = folder.uri("b.yaml");
    let selected =
        json!({ "textDocument": { "uri": b }, "range": range(2, 25, 46), "context": { "diagnostics": [] } });
    let item = |answer: &Value, label: &str| {
        answer["items"].as_array().unwrap().iter().find(|one| one["label"] == label).unwrap().clone()
    };
    // One that can do little.
    let (mut client, _) = Client::start(json!({}), &[&folder.0]).await;
    client.open(&b, RULES).await;
    let actions = client.ask("textDocument/codeAction", selected.clone()).await;
    let extract = |actions: &Value| {
        let all = actions.as_array().unwrap().clone();
        all.into_iter().find(|one| one["title"] == "extract a macro").unwrap()
    };
    assert!(extract(&actions)["command"].is_null());
    let answer = client.ask("textDocument/completion", at(&b, 2, 32)).await;
    let name = item(&answer, "proc.name");
    assert_eq!(name["textEdit"]["range"], range(2, 25, 32));
    assert!(name["labelDetails"].is_null());
    let answer = client.ask("textDocument/completion", at(&b, 2, 13)).await;
    assert_eq!(item(&answer, "tolower")["textEdit"]["newText"], "tolower(");
    // One that can do more.
    let mut able = everything();
    let proposal = &mut able["textDocument"]["completion"]["completionItem"];
    proposal["insertReplaceSupport"] = json!(true);
    proposal["labelDetailsSupport"] = json!(true);
    able["experimental"] = json!({ "commands": ["rulec.rename", "rulec.showReferences"] });
    let (mut client, _) = Client::start(able, &[&folder.0]).await;
    client.open(&b, RULES).await;
    let command = extract(&client.ask("textDocument/codeAction", selected).await)["command"].clone();
    assert_eq!(command["command"], "rulec.rename");
    // The new macro's name, above the rule.
    assert_eq!(command["arguments"], json!([b, { "line": 0, "character": 9 }]));
    let answer = client.ask("textDocument/completion", at(&b, 2, 32)).await;
    let name = item(&answer, "proc.name");
    assert_eq!(name["textEdit"]["insert"], range(2, 25, 32));
    assert_eq!(name["textEdit"]["replace"], range(2, 25, 34));
    assert_eq!(name["labelDetails"]["description"], "CHARBUF");
    let answer = client.ask("textDocument/completion", at(&b, 2, 13)).await;
    assert_eq!(item(&answer, "tolower")["textEdit"]["newText"], "tolower($1)");
}

#[tokio::test]
async fn a_formatted_document_is_what_the_command_writes() {
    let text =
        "-   rule:   x\r\n    desc:  é😀\r\n    tags:   [ a,b ]\r\n-   list: l\r\n    items:   [ a,b ]\r\n";
    let expected = syntax::format::format(text, &syntax::format::Options::default()).unwrap();
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        let capabilities = json!({ "general": { "positionEncodings": [encoding] } });
        let (mut client, _) = Client::start(capabilities, &[]).await;
        let uri = "file:///nowhere/rules.yaml";
        client.open(uri, text).await;
        let params =
            json!({ "textDocument": { "uri": uri }, "options": { "tabSize": 8, "insertSpaces": false } });
        let edits = client.ask("textDocument/formatting", params).await;
        // Edits of one answer count in the text before all of them, so they are sent back last one first.
        let mut changes = edits.as_array().unwrap().clone();
        changes.sort_by_key(|edit| {
            std::cmp::Reverse((
                edit["range"]["start"]["line"].as_u64(),
                edit["range"]["start"]["character"].as_u64(),
            ))
        });
        for (version, edit) in changes.into_iter().enumerate() {
            client
                .change(uri, version as i64 + 2, edit["range"].clone(), edit["newText"].as_str().unwrap())
                .await;
        }
        assert_eq!(client.ask("rulec/text", json!({ "uri": uri })).await, json!(expected), "{encoding}");
    }
}
