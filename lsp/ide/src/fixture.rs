//! Texts of several files in one string, with `$0` where the cursor is.
//!
//! `//- name` begins a file; without one there is a single file, `a.yaml`.

use crate::{Analysis, AnalysisHost, File};

/// The workspace, and where the cursor is.
pub(crate) fn fixture(text: &str) -> (Analysis, usize, u32) {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.strip_prefix('\n').unwrap_or(text).split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("//- ") {
            files.push((name.trim().to_owned(), String::new()));
            continue;
        }
        if files.is_empty() {
            files.push(("a.yaml".to_owned(), String::new()));
        }
        if let Some(last) = files.last_mut() {
            last.1.push_str(line);
        }
    }
    let (mut file, mut offset) = (0, 0);
    for (number, (_, text)) in files.iter_mut().enumerate() {
        if let Some(at) = text.find("$0") {
            text.replace_range(at..at + 2, "");
            (file, offset) = (number, at as u32);
        }
    }
    let files: Vec<File> = files.into_iter().map(|(name, text)| File::new(name, text)).collect();
    let mut host = AnalysisHost::default();
    host.set_files(&files);
    (host.analysis(), file, offset)
}
