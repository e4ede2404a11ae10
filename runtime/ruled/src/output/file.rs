//! Alerts to a file, appended.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use super::{Line, Output};

/// A file that is kept open (`keep_alive`) or opened for every alert.
#[derive(Debug)]
pub struct FileOutput {
    path: PathBuf,
    keep_alive: bool,
    file: Option<File>,
}

impl FileOutput {
    /// An output to a path; the file is created with the first alert.
    pub fn new(path: impl Into<PathBuf>, keep_alive: bool) -> FileOutput {
        FileOutput { path: path.into(), keep_alive, file: None }
    }
}

impl Output for FileOutput {
    fn name(&self) -> &'static str {
        "file"
    }

    fn deliver(&mut self, line: Line<'_>) -> io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => OpenOptions::new().create(true).append(true).open(&self.path).map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("failed to open output file {}: {error}", self.path.display()),
                )
            })?,
        };
        // One write per alert, so that lines of several writers never mix.
        let mut record = Vec::with_capacity(line.text.len() + 1);
        record.extend_from_slice(line.text);
        record.push(b'\n');
        file.write_all(&record)?;
        if self.keep_alive {
            self.file = Some(file);
        }
        Ok(())
    }

    fn reopen(&mut self) -> io::Result<()> {
        self.file = None;
        Ok(())
    }
}
