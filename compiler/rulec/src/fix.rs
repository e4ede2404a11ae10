//! `--fix`: applies repairs to files.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use hir::{Applicability, Edit};
use syntax::span::FileId;

use crate::files::Sources;
use crate::findings::Finding;

/// The new texts of the files that the safe repairs of these findings change. A repair is applied whole or, when it
/// overlaps one applied before it, not at all.
pub(crate) fn repaired(sources: &Sources, findings: &[Finding]) -> BTreeMap<FileId, String> {
    let mut chosen: Vec<&Edit> = Vec::new();
    for finding in findings {
        let safe =
            finding.diagnostic.fixes.iter().find(|fix| fix.applicability == Applicability::MachineApplicable);
        let Some(fix) = safe else { continue };
        if fix.edits.iter().all(|edit| chosen.contains(&edit)) {
            continue;
        }
        if !fix.edits.iter().any(|edit| chosen.iter().any(|other| overlap(edit, other))) {
            chosen.extend(&fix.edits);
        }
    }
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in chosen {
        by_file.entry(edit.range.file).or_default().push(edit);
    }
    by_file.into_iter().map(|(file, edits)| (file, apply(sources.text(file), edits))).collect()
}

fn overlap(a: &Edit, b: &Edit) -> bool {
    let (x, y) = (a.range.span, b.range.span);
    // Two insertions at one place have no order, so they exclude each other, too.
    a.range.file == b.range.file && x.start <= y.end && y.start <= x.end
}

fn apply(text: &str, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.range.span);
    // New lines end as those of the file do.
    let crlf = text.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r'));
    let mut repaired = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        let range = edit.range.span.range();
        let Some(kept) = text.get(from..range.start) else { continue };
        repaired.push_str(kept);
        if crlf {
            repaired.push_str(&edit.text.replace('\n', "\r\n"));
        } else {
            repaired.push_str(&edit.text);
        }
        from = range.end;
    }
    repaired.push_str(text.get(from..).unwrap_or_default());
    repaired
}

/// Replaces a file in one step, so that an interrupted run leaves the old or the new text.
pub(crate) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let target = fs::canonicalize(path)?;
    let mut temporary = target.clone().into_os_string();
    temporary.push(".rulec-new");
    let mut file = fs::File::create(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::metadata(&target)?.permissions())?;
    file.sync_all()?;
    fs::rename(&temporary, &target)
}

/// Writes a file that may exist, in one step.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A device or a pipe cannot be replaced.
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".rulec-new");
    let mut file = fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}
