//! Findings in the editor are those of the command, and stand where the mistake is: to the character.

mod client;

use std::collections::BTreeMap;

use client::{Client, Folder, range};
use corpus::case::Case;
use corpus::reference::Reference;
use hir::{Input, SourceFile};
use serde_json::{Value, json};
use syntax::{Encoding, LineIndex};

/// Words of each file that are misspelt; `RULELS_WORDS=100000` for all.
fn words() -> usize {
    std::env::var("RULELS_WORDS").ok().and_then(|text| text.parse().ok()).unwrap_or(40)
}

/// The fields and macros of a file as the server colours them: line, first and last column.
async fn names(client: &mut Client, uri: &str, legend: &Value) -> Vec<(u32, u32, u32)> {
    let answer =
        client.ask("textDocument/semanticTokens/full", json!({ "textDocument": { "uri": uri } })).await;
    let data: Vec<u32> = serde_json::from_value(answer["data"].clone()).unwrap();
    let (mut line, mut column) = (0, 0);
    let mut all = Vec::new();
    for token in data.chunks_exact(5) {
        let &[lines, columns, length, kind, modifiers] = token else { continue };
        column = if lines == 0 { column + columns } else { columns };
        line += lines;
        let is_use = modifiers & 1 == 0;
        if is_use && ["property", "macro"].contains(&legend[kind as usize].as_str().unwrap()) {
            all.push((line, column, column + length));
        }
    }
    all
}

/// Whether a column of a line stands behind the sign of an output's field.
fn is_output(text: &str, line: u32, column: u32) -> bool {
    let line = text.lines().nth(line as usize).unwrap_or("");
    column > 0 && line.encode_utf16().nth(column as usize - 1) == Some(u16::from(b'%'))
}

/// In each of the official files, misspells words one after the other; `changed` is what the file has been made into.
async fn misspell(encoding: &str, changed: impl Fn(String) -> String) {
    let Some(folder) = Reference::Rules.folder() else { return };
    let names_of_files = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"];
    let texts = names_of_files
        .map(|name| changed(std::fs::read_to_string(folder.join("official").join(name)).unwrap()));
    let toml = format!("rules = {}\n", json!(names_of_files));
    let mut files = vec![("rulec.toml", toml.as_str())];
    files.extend(names_of_files.into_iter().zip(texts.iter().map(String::as_str)));
    let folder = Folder::new(&format!("exact-{encoding}"), &files);
    let capabilities = json!({ "general": { "positionEncodings": [encoding] } });
    let (mut client, result) = Client::start(capabilities, &[&folder.0]).await;
    let legend = result["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"].clone();
    let mut wrong = Vec::new();
    for (name, text) in names_of_files.iter().zip(&texts) {
        let uri = folder.uri(name);
        client.open(&uri, text).await;
        let before = client.diagnostics(&uri, 1).await;
        let all = names(&mut client, &uri, &legend).await;
        assert!(all.len() > 100, "{name}: {} words", all.len());
        let mut last = None;
        for (number, &(line, start, end)) in all.iter().step_by((all.len() / words()).max(1)).enumerate() {
            // The mistake before is taken back at once with the next one.
            let mut changes: Vec<Value> = last.take().into_iter().collect();
            changes.push(json!({ "range": range(line, start + 1, start + 1), "text": "zq" }));
            last = Some(json!({ "range": range(line, start + 1, start + 3), "text": "" }));
            let version = number as i64 + 2;
            let document = json!({ "uri": uri, "version": version });
            let params = json!({ "textDocument": document, "contentChanges": changes });
            client.tell("textDocument/didChange", params).await;
            let found = client.diagnostics(&uri, version).await;
            // In an output the sign before a field belongs to it.
            let exact = [range(line, start, end + 2), range(line, start.saturating_sub(1), end + 2)];
            let exact = if is_output(text, line, start) { &exact[1..] } else { &exact[..1] };
            if !found.iter().any(|one| exact.contains(&one["range"])) {
                let new: Vec<&Value> =
                    found.iter().filter(|one| !before.contains(one)).map(|one| &one["range"]).collect();
                wrong.push(format!("{name}:{}:{start}..{end}: {new:?}", line + 1));
            }
            client.unseen.clear();
        }
        let mut changes = json!({ "textDocument": { "uri": uri, "version": 99999 } });
        changes["contentChanges"] = json!([last]);
        client.tell("textDocument/didChange", changes).await;
    }
    assert!(wrong.is_empty(), "{} places: {wrong:#?}", wrong.len());
}

#[tokio::test]
async fn a_misspelt_word_is_pointed_at() {
    misspell("utf-8", |text| text).await;
}

#[tokio::test]
async fn a_misspelt_word_is_pointed_at_behind_wide_characters_and_with_two_byte_line_breaks() {
    // What stands in front of a condition on its line is a key or blanks, so texts have to come into conditions.
    let wide = |text: String| text.replace("/etc/", "/é😀/").replace('\n', "\r\n");
    misspell("utf-16", wide).await;
}

/// What is shown of a finding: code, severity, range, the first line of its message.
type Shown = (String, u64, Value, String);

#[tokio::test]
async fn all_conformance_inputs_show_what_the_compiler_finds() {
    let Some(reference) = Reference::Conformance.folder() else { return };
    let capabilities = json!({
        "general": { "positionEncodings": ["utf-16"] },
        "textDocument": { "diagnostic": {} },
    });
    let (mut client, _) = Client::start(capabilities, &[]).await;
    let mut compared = 0;
    for case in Case::all(&reference) {
        let rules = case.rules();
        if case.kind() != "validate" || rules.is_empty() {
            continue;
        }
        let names: Vec<String> = (0..rules.len()).map(|number| format!("{number}_rules.yaml")).collect();
        let toml = format!("rules = {}\n", json!(names));
        let mut files = vec![("rulec.toml", toml.as_str())];
        files.extend(names.iter().map(String::as_str).zip(rules.iter().map(|(_, text)| text.as_str())));
        let folder = Folder::new("conformance", &files);
        let root = json!([{ "uri": format!("file://{}", folder.0.display()), "name": "case" }]);
        let event = json!({ "event": { "added": root, "removed": [] } });
        client.tell("workspace/didChangeWorkspaceFolders", event).await;
        let report = client.ask("workspace/diagnostic", json!({ "previousResultIds": [] })).await;
        let event = json!({ "event": { "added": [], "removed": root } });
        client.tell("workspace/didChangeWorkspaceFolders", event).await;
        let mut shown: BTreeMap<String, Vec<Shown>> = BTreeMap::new();
        for file in report["items"].as_array().unwrap() {
            let all = file["items"].as_array().unwrap().iter().map(|one| {
                let message = one["message"].as_str().unwrap().lines().next().unwrap_or_default().to_owned();
                let code = one["code"].as_str().unwrap().to_owned();
                (code, one["severity"].as_u64().unwrap(), one["range"].clone(), message)
            });
            shown.insert(file["uri"].as_str().unwrap().to_owned(), all.collect());
        }
        let sources = names.iter().zip(&rules);
        let input = Input {
            files: sources.map(|(name, (_, text))| SourceFile::new(name.as_str(), text.as_str())).collect(),
            ..Input::default()
        };
        let mut expected: BTreeMap<String, Vec<Shown>> =
            names.iter().map(|name| (folder.uri(name), Vec::new())).collect();
        for one in &hir::check(&input).diagnostics {
            let (file, span) = (one.primary().file.0 as usize, one.primary().span);
            let lines = LineIndex::new(&rules[file].1);
            let position = |offset| {
                let at = lines.line_column(&rules[file].1, offset, Encoding::Utf16);
                json!({ "line": at.line, "character": at.column })
            };
            let severity = match one.severity {
                hir::Severity::Error => 1,
                hir::Severity::Warning => 2,
                hir::Severity::Note => 3,
            };
            let range = json!({ "start": position(span.start), "end": position(span.end) });
            let message = one.message.lines().next().unwrap_or_default().to_owned();
            expected.get_mut(&folder.uri(&names[file])).unwrap().push((
                one.code.id.to_owned(),
                severity,
                range,
                message,
            ));
        }
        assert_eq!(shown, expected, "{}", case.id());
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
}
