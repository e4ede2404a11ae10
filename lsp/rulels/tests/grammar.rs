//! The editors' grammars are made from the catalogue's words: rebuilt here and compared; `UPDATE_EXPECT=1` writes them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../editors/vscode/syntaxes")
}

fn alternatives(words: &[&str]) -> String {
    words.join("|")
}

/// Words of conditions, wherever they stand.
fn condition() -> Value {
    let words = catalogue::export::words();
    // A word of an operator stands between blanks or before a parenthesis.
    let word = |words: &[&str]| format!("(?<![\\w.-])(?:{})(?![\\w.-])", alternatives(words));
    json!([
        { "name": "string.quoted.double.falco", "match": "\"(?:[^\"\\\\]|\\\\.)*\"" },
        { "name": "string.quoted.single.falco", "match": "'(?:[^'\\\\]|\\\\.)*'" },
        {
            "name": "support.function.transformer.falco",
            "match": format!("\\b(?:{})(?=\\()", alternatives(&words.transformers))
        },
        { "name": "keyword.operator.logical.falco", "match": word(&words.connectives) },
        { "name": "keyword.operator.word.falco", "match": word(&words.operators) },
        { "name": "keyword.operator.modifier.falco", "match": word(&words.modifiers) },
        {
            "name": "variable.other.property.falco",
            "match": format!("\\b(?:{})(?:\\.[A-Za-z_][\\w-]*)+(?:\\[[^\\]\\s]*\\])?", alternatives(&words.field_prefixes))
        },
        { "name": "keyword.operator.comparison.falco", "match": alternatives(&words.signs) },
        { "name": "constant.numeric.falco", "match": "(?<![\\w.-])-?(?:0x[0-9a-fA-F]+|\\d+)(?![\\w.-])" },
    ])
}

fn output() -> Value {
    let words = catalogue::export::words();
    json!([{
        "name": "variable.other.property.output.falco",
        "match": format!("%\\d*(?:(?:{})\\()*(?:{})(?:\\.[A-Za-z_]\\w*)+(?:\\[[^\\]\\s]*\\])?", alternatives(&words.transformers), alternatives(&words.field_prefixes))
    }])
}

/// A value of a key over one or more lines: what is indented deeper than the key.
fn region(key: &str, include: &str) -> Value {
    json!({
        "begin": format!("^(\\s*(?:- )?)({key})(:)(?=\\s)"),
        "beginCaptures": {
            "2": { "name": "entity.name.tag.yaml" },
            "3": { "name": "punctuation.separator.key-value.mapping.yaml" }
        },
        "while": "^(?=\\s*$)|^(?!\\s*(?:- )?[A-Za-z_-]+:(?:\\s|$))(?=\\s+\\S)",
        "patterns": [
            { "name": "keyword.control.flow.block-scalar.yaml", "match": "(?<=:\\s)[|>][+-]?\\d?(?=\\s*$)" },
            { "include": include }
        ]
    })
}

fn repository() -> Value {
    let words = catalogue::export::words();
    json!({
        "condition": { "patterns": condition() },
        "output": { "patterns": output() },
        "regions": { "patterns": [
            region("condition", "#condition"),
            region("output", "#output"),
            {
                "match": format!("^(\\s*(?:- )?)(priority)(:)\\s+((?i:{}))\\b", alternatives(&words.priorities)),
                "captures": {
                    "2": { "name": "entity.name.tag.yaml" },
                    "3": { "name": "punctuation.separator.key-value.mapping.yaml" },
                    "4": { "name": "constant.language.priority.falco" }
                }
            },
            {
                "match": "^(\\s*- )(rule|macro|list)(:)\\s+(.+)$",
                "captures": {
                    "2": { "name": "keyword.control.item.falco" },
                    "3": { "name": "punctuation.separator.key-value.mapping.yaml" },
                    "4": { "name": "entity.name.type.item.falco" }
                }
            }
        ] }
    })
}

#[test]
fn grammars_are_fresh() {
    let remark =
        "made by `UPDATE_EXPECT=1 cargo test -p rulels --test grammar` from the catalogue; not to be edited";
    let own = json!({
        "information_for_contributors": [remark],
        "name": "Falco rules",
        "scopeName": "source.falco-rules",
        "patterns": [{ "include": "#regions" }, { "include": "source.yaml" }],
        "repository": repository(),
    });
    let injected = json!({
        "information_for_contributors": [remark],
        "scopeName": "falco-rules.injection",
        "injectionSelector": "L:source.yaml -comment -string",
        "patterns": [{ "include": "#regions" }],
        "repository": repository(),
    });
    for (name, grammar) in [("falco-rules.tmLanguage.json", own), ("injection.tmLanguage.json", injected)] {
        let path = folder().join(name);
        let text = format!("{}\n", serde_json::to_string_pretty(&grammar).unwrap());
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text, "{} is out of date: run with UPDATE_EXPECT=1", path.display());
    }
}
