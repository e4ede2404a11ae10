//! A client for tests: whole conversations with a server over an in-memory pipe.
#![allow(dead_code, reason = "each suite uses a part")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf, split,
};

/// Nothing in these tests takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A list and a macro.
pub const LIBRARY: &str =
    "- list: shells\n  items: [sh, bash]\n\n- macro: spawned\n  condition: evt.type = execve\n";
/// A rule that refers to both.
pub const RULES: &str = "- rule: Shell\n  desc: a shell starts\n  condition: spawned and proc.name in (shells)\n  output: shell %proc.name\n  priority: WARNING\n  tags: [T1059]\n";

/// What an able client can do.
pub fn everything() -> Value {
    json!({
        "textDocument": { "completion": { "completionItem": { "snippetSupport": true, "resolveSupport": { "properties": ["documentation"] } } } },
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
        "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
    })
}

/// A folder with both files, in order.
pub fn folder(name: &str) -> Folder {
    Folder::new(
        name,
        &[("rulec.toml", "rules = [\"a.yaml\", \"b.yaml\"]\n"), ("a.yaml", LIBRARY), ("b.yaml", RULES)],
    )
}

/// A client that has started a server.
pub struct Client {
    reader: BufReader<ReadHalf<DuplexStream>>,
    writer: WriteHalf<DuplexStream>,
    next: i64,
    /// Notifications and requests of the server that nobody has looked at yet.
    pub unseen: Vec<Value>,
    answers: Vec<Value>,
}

/// A folder with files, removed at the end.
pub struct Folder(pub PathBuf);

impl Folder {
    /// Makes one with these files.
    pub fn new(name: &str, files: &[(&str, &str)]) -> Folder {
        let path = std::env::temp_dir().join(format!("rulels-test-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        for (name, text) in files {
            let file = path.join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        Folder(path)
    }

    /// The address of a file in it.
    pub fn uri(&self, name: &str) -> String {
        format!("file://{}", self.0.join(name).display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Client {
    /// Starts a server and initializes it with these client capabilities and roots.
    pub async fn start(capabilities: Value, roots: &[&Path]) -> (Client, Value) {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let (read, write) = split(theirs);
        tokio::spawn(rulels::serve(read, write));
        let (read, write) = split(ours);
        let mut client = Client {
            reader: BufReader::new(read),
            writer: write,
            next: 0,
            unseen: Vec::new(),
            answers: Vec::new(),
        };
        let folders: Vec<Value> = roots
            .iter()
            .map(|path| json!({ "uri": format!("file://{}", path.display()), "name": "root" }))
            .collect();
        let result = client
            .ask(
                "initialize",
                json!({ "capabilities": capabilities, "workspaceFolders": folders, "processId": null }),
            )
            .await;
        client.tell("initialized", json!({})).await;
        (client, result)
    }

    /// Writes one message.
    pub async fn write(&mut self, message: &Value) {
        self.write_body(message.to_string().as_bytes()).await;
    }

    /// Writes anything as a message.
    pub async fn write_body(&mut self, body: &[u8]) {
        let header = format!("Content-Length: {}\r\n\r\n", body.len());
        self.writer.write_all(&[header.as_bytes(), body].concat()).await.unwrap();
    }

    /// Drops answers that nobody waits for.
    pub fn forget_answers(&mut self) {
        self.answers.clear();
    }

    /// Sends a notification.
    pub async fn tell(&mut self, method: &str, params: Value) {
        self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// Sends a request without waiting for its answer.
    pub async fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        let id = self.next;
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.write(&message).await;
        id
    }

    /// Waits for the answer to a request.
    pub async fn end(&mut self, id: i64) -> Value {
        loop {
            if let Some(at) = self.answers.iter().position(|answer| answer["id"] == id) {
                return self.answers.remove(at);
            }
            self.read().await;
        }
    }

    /// Sends a request and waits for its result.
    pub async fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params).await;
        let mut answer = self.end(id).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].take()
    }

    /// Reads one message.
    async fn read(&mut self) {
        let message =
            tokio::time::timeout(PATIENCE, self.read_message()).await.expect("the server is silent");
        match (message.get("method").is_some(), message.get("id")) {
            (false, _) => self.answers.push(message),
            (true, Some(id)) => {
                let answer = json!({ "jsonrpc": "2.0", "id": id, "result": null });
                self.unseen.push(message.clone());
                self.write(&answer).await;
            }
            (true, None) => self.unseen.push(message),
        }
    }

    async fn read_message(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.reader.read_line(&mut line).await.unwrap() > 0, "the server has gone");
            let line = line.trim();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).await.unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// Waits for a notification that fits.
    pub async fn notified(&mut self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let found = self.unseen.iter().position(|one| one["method"] == method && fits(&one["params"]));
            if let Some(at) = found {
                return self.unseen.remove(at)["params"].take();
            }
            self.read().await;
        }
    }

    /// Waits for the diagnostics of a version of a document.
    pub async fn diagnostics(&mut self, uri: &str, version: i64) -> Vec<Value> {
        let fits = |params: &Value| params["uri"] == uri && params["version"] == version;
        let params = self.notified("textDocument/publishDiagnostics", fits).await;
        params["diagnostics"].as_array().unwrap().clone()
    }

    /// Opens a document.
    pub async fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    /// Replaces a range of a document.
    pub async fn change(&mut self, uri: &str, version: i64, range: Value, text: &str) {
        let change =
            if range.is_null() { json!({ "text": text }) } else { json!({ "range": range, "text": text }) };
        let document = json!({ "uri": uri, "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }))
            .await;
    }
}

/// Parameters of a request at a position.
pub fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

/// A range on one line.
pub fn range(line: u32, from: u32, to: u32) -> Value {
    json!({ "start": { "line": line, "character": from }, "end": { "line": line, "character": to } })
}
