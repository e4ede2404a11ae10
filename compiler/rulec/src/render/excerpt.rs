//! Sources as the drawing library wants them: every line in its place, but only those with a finding filled in.
//!
//! The library splits a text into lines at more characters than rule files do (a form feed or U+2028, say) and counts
//! some places in bytes and some in characters. Here lines end at line feeds alone, all places are in characters, and the
//! cost is that of the lines shown.

use std::ops::Range;

use syntax::span::{FileId, FileRange};

use super::Report;
use crate::files::Sources;

/// A file and characters in its excerpt.
pub(super) type Place = (u32, Range<usize>);

/// The excerpts of all files.
pub(super) struct Excerpts<'s> {
    sources: &'s Sources,
    files: Vec<Excerpt>,
}

#[derive(Default)]
struct Excerpt {
    /// The lines filled in, ascending, each with its first character's place in the excerpt.
    lines: Vec<(usize, usize)>,
    source: Option<ariadne::Source<String>>,
}

impl<'s> Excerpts<'s> {
    /// Takes the lines of all labels.
    pub(super) fn new(report: &Report<'s>) -> Excerpts<'s> {
        let sources = report.sources;
        let mut shown: Vec<Vec<usize>> = vec![Vec::new(); sources.len()];
        for label in report.findings.iter().flat_map(|finding| &finding.diagnostic.labels) {
            let file = label.range.file;
            if let Some(lines) = shown.get_mut(file.0 as usize) {
                let line = |offset| sources.position(file, offset).line.saturating_sub(1) as usize;
                lines.extend(line(label.range.span.start)..=line(label.range.span.end));
            }
        }
        let files = shown.into_iter().enumerate().map(|(file, mut lines)| {
            lines.sort_unstable();
            lines.dedup();
            Excerpt::new(sources, FileId(file as u32), &lines)
        });
        Excerpts { sources, files: files.collect() }
    }

    /// Where a range stands in its file's excerpt.
    pub(super) fn place(&self, range: FileRange) -> Place {
        let at = |offset| self.character(range.file, offset);
        (range.file.0, at(range.span.start)..at(range.span.end))
    }

    fn character(&self, file: FileId, offset: u32) -> usize {
        let Some(excerpt) = self.files.get(file.0 as usize) else { return 0 };
        let position = self.sources.position(file, offset);
        let line = position.line.saturating_sub(1) as usize;
        match excerpt.lines.binary_search_by_key(&line, |(line, _)| *line) {
            Ok(at) => excerpt.lines[at].1 + position.column.saturating_sub(1) as usize,
            Err(_) => 0,
        }
    }
}

impl Excerpt {
    fn new(sources: &Sources, file: FileId, shown: &[usize]) -> Excerpt {
        if shown.is_empty() {
            return Excerpt::default();
        }
        let (text, starts) = (sources.text(file), sources.line_starts(file));
        let mut excerpt = String::new();
        let (mut lines, mut line, mut characters) = (Vec::with_capacity(shown.len()), 0, 0);
        for &next in shown {
            let empty = next - line;
            excerpt.extend(std::iter::repeat_n('\n', empty));
            characters += empty;
            lines.push((next, characters));
            let start = starts.get(next).map_or(text.len(), |start| *start as usize);
            let end = starts.get(next + 1).map_or(text.len(), |end| *end as usize - 1);
            for character in text.get(start..end).unwrap_or("").chars() {
                excerpt.push(if breaks_lines(character) { ' ' } else { character });
                characters += 1;
            }
            excerpt.push('\n');
            characters += 1;
            line = next + 1;
        }
        Excerpt { lines, source: Some(ariadne::Source::from(excerpt)) }
    }
}

/// What ends a line for the drawing library but not in rule files, and what would move a terminal's cursor.
fn breaks_lines(character: char) -> bool {
    matches!(character, '\u{85}' | '\u{2028}' | '\u{2029}')
        || (character.is_ascii_control() && character != '\t')
}

impl ariadne::Cache<u32> for &Excerpts<'_> {
    type Storage = String;

    fn fetch(&mut self, id: &u32) -> Result<&ariadne::Source<String>, impl std::fmt::Debug> {
        let excerpt = self.files.get(*id as usize).and_then(|excerpt| excerpt.source.as_ref());
        excerpt.ok_or_else(|| format!("no file {id}"))
    }

    fn display<'b>(&self, id: &'b u32) -> Option<impl std::fmt::Display + 'b> {
        Some(self.sources.name(FileId(*id)).to_string())
    }
}
