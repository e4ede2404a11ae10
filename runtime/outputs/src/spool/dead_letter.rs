//! Alerts that an output refused for good, one JSON object a line.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use crate::alert::Alert;

/// Appends to `<output>.dead-letter.jsonl` in the spool's directory.
#[derive(Clone, Debug)]
pub(crate) struct DeadLetters {
    pub(super) directory: Arc<PathBuf>,
    pub(super) max_bytes: u64,
}

impl DeadLetters {
    /// Adds an alert with the reason. A file that has grown too large is renamed to `….old`, replacing the one before.
    pub(crate) fn append(&self, output: &str, alert: &Alert, reason: &str) -> io::Result<()> {
        let path = self.directory.join(format!("{}.dead-letter.jsonl", super::file_name(output)));
        if fs::metadata(&path).is_ok_and(|known| known.len() >= self.max_bytes) {
            fs::rename(&path, path.with_extension("jsonl.old"))?;
        }
        let letter = json!({
            "alert": String::from_utf8_lossy(&alert.line),
            "error": reason,
            "id": alert.id,
            "output": output,
            "priority": alert.priority.as_str(),
            "rule": &*alert.rule,
            "time_ns": alert.ts,
        });
        let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
        file.write_all(format!("{letter}\n").as_bytes())
    }
}
