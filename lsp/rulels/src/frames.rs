//! The client's messages, one by one, before the protocol's library reads them: the library ends at the first thing that is
//! none, and a server has to outlive a faulty client.

use std::borrow::Cow;

use serde_json::{Value, json};
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader,
};
use tower_lsp_server::jsonrpc::{Request, Response};

/// A longer line is no header.
const LONGEST_LINE: u64 = 64 * 1024;
/// Documents are not that large.
const LARGEST_MESSAGE: usize = 512 * 1024 * 1024;

/// The method that stands for something that is no message; it answers with an error.
pub(crate) const MALFORMED: &str = "rulec/malformed";

/// Passes messages on until there are no more or nobody takes them. What is no message becomes a request of
/// [`MALFORMED`], with the number of what it stands for as far as that can be told.
pub(crate) async fn pass(input: impl AsyncRead + Unpin, mut output: impl AsyncWrite + Unpin) {
    let mut input = BufReader::new(input);
    while let Some(body) = read(&mut input).await {
        let body =
            if is_message(&body) { Cow::Borrowed(body.as_slice()) } else { Cow::Owned(stand_in(&body)) };
        let header = format!("Content-Length: {}\r\n\r\n", body.len());
        if output.write_all(header.as_bytes()).await.is_err() || output.write_all(&body).await.is_err() {
            return;
        }
    }
}

/// The next body; `None` at the end, or where none can be found any more. Lines that are no headers are passed over.
async fn read(input: &mut (impl AsyncBufRead + Unpin)) -> Option<Vec<u8>> {
    let mut length: Option<usize> = None;
    loop {
        let mut line = Vec::new();
        (&mut *input).take(LONGEST_LINE).read_until(b'\n', &mut line).await.ok()?;
        if line.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(&line);
        match (text.trim().split_once(':'), length) {
            (Some((name, value)), _) if name.trim().eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().ok();
            }
            (None, Some(length)) if text.trim().is_empty() => {
                if length > LARGEST_MESSAGE {
                    return None;
                }
                let mut body = vec![0; length];
                input.read_exact(&mut body).await.ok()?;
                return Some(body);
            }
            _ => {}
        }
    }
}

fn is_message(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_ok_and(|text| {
        serde_json::from_str::<Request>(text).is_ok() || serde_json::from_str::<Response>(text).is_ok()
    })
}

fn stand_in(body: &[u8]) -> Vec<u8> {
    let read: Option<Value> = serde_json::from_slice(body).ok();
    let id = read.as_ref().and_then(|message| message.get("id")).filter(|id| id.is_i64() || id.is_string());
    let message = json!({
        "jsonrpc": "2.0", "method": MALFORMED, "id": id, "params": { "is_json": read.is_some() },
    });
    message.to_string().into_bytes()
}
