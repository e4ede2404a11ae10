//! `rulec fmt`: rule files in one layout.

use std::path::Path;
use std::process::ExitCode;

use syntax::format::{Edit, Options, format_edits};
use syntax::span::FileId;

use crate::args::Fmt;
use crate::files;
use crate::{fix, print, usage_error};

/// A file that is not YAML, or with `--check` one that is not formatted.
const EXIT_UNFORMATTED: u8 = 1;

/// Formats files in place, standard input to standard output; `--check` only says what would change.
pub(crate) fn run(arguments: &Fmt) -> ExitCode {
    match fmt(arguments) {
        Ok(code) => code,
        Err(message) => usage_error(&message),
    }
}

fn fmt(arguments: &Fmt) -> Result<ExitCode, String> {
    let paths = files::expand(&arguments.files).map_err(|error| error.to_string())?;
    let sources = files::read(&paths).map_err(|error| error.to_string())?;
    let mut failed = false;
    for (file, (path, (name, text))) in paths.iter().zip(sources.iter()).enumerate() {
        sources.writable(FileId(file as u32))?;
        let edits = match format_edits(text, &Options::default()) {
            Ok(edits) => edits,
            Err(error) => {
                eprintln!(
                    "{name}:{}:{}: {}; left as it is",
                    error.at.line + 1,
                    error.at.column + 1,
                    error.message
                );
                failed = true;
                continue;
            }
        };
        if arguments.check {
            failed |= !edits.is_empty();
            print(&difference(name, text, &edits));
        } else {
            write(path, text, &edits)?;
        }
    }
    Ok(if failed { ExitCode::from(EXIT_UNFORMATTED) } else { ExitCode::SUCCESS })
}

fn write(path: &Path, text: &str, edits: &[Edit]) -> Result<(), String> {
    if path.as_os_str() == "-" {
        print(&syntax::format::apply(text, edits));
        return Ok(());
    }
    if edits.is_empty() {
        return Ok(());
    }
    fix::write(path, &syntax::format::apply(text, edits))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    eprintln!("formatted {}", path.display());
    Ok(())
}

/// The edits as a unified diff without context lines.
fn difference(name: &str, text: &str, edits: &[Edit]) -> String {
    let mut out = String::new();
    let mut rest = edits;
    let (mut line, mut offset, mut added, mut removed) = (1, 0, 0, 0);
    while let Some(first) = rest.first() {
        // Edits on the same or neighbouring lines make one hunk.
        let start = text[..first.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        let mut end = end_of_line(text, first.span.end as usize);
        let mut count = 1;
        while let Some(next) = rest.get(count)
            && next.span.start as usize <= end
        {
            end = end_of_line(text, next.span.end as usize).max(end);
            count += 1;
        }
        let (hunk, after) = rest.split_at(count);
        let moved: Vec<Edit> = hunk
            .iter()
            .map(|edit| {
                let mut edit = edit.clone();
                edit.span.start -= start as u32;
                edit.span.end -= start as u32;
                edit
            })
            .collect();
        let old = &text[start..end];
        let new = syntax::format::apply(old, &moved);
        line += text[offset..start].matches('\n').count();
        let counts = (old.lines().count(), new.lines().count());
        if out.is_empty() {
            out.push_str(&format!("--- {name}\n+++ {name} (formatted)\n"));
        }
        out.push_str(&format!("@@ -{line},{} +{},{} @@\n", counts.0, line + added - removed, counts.1));
        old.lines().for_each(|line| out.push_str(&format!("-{line}\n")));
        new.lines().for_each(|line| out.push_str(&format!("+{line}\n")));
        line += old.matches('\n').count();
        offset = end;
        added += counts.1;
        removed += counts.0;
        rest = after;
    }
    out
}

/// Just past the break of the line that `offset` is on.
fn end_of_line(text: &str, offset: usize) -> usize {
    text[offset..].find('\n').map_or(text.len(), |at| offset + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_shows_changed_lines() {
        let text = "- macro: a\n  condition:  b\n  # kept\n\n\n- macro:  c\n  condition: d\n  # end \n";
        let edits = format_edits(text, &Options::default()).unwrap();
        let expected = "\
--- x.yaml
+++ x.yaml (formatted)
@@ -2,1 +2,1 @@
-  condition:  b
+  condition: b
@@ -4,3 +4,2 @@
-
-
-- macro:  c
+
+- macro: c
@@ -8,1 +7,1 @@
-  # end{blank}
+  # end
";
        assert_eq!(difference("x.yaml", text, &edits), expected.replace("{blank}", " "));
        assert_eq!(difference("x.yaml", "- a: b\n", &[]), "");
    }
}
