//! Sources as the drawing library wants them: every line in its place, but only those with a finding filled in.
//!
//! The library splits a text into lines at more characters than rule files do (a form feed or U+2028, say) and counts
//! some places in bytes and some in characters. Here lines end at line feeds alone, all places are in characters, and the
//! cost is that of the lines shown. Of a long line, a finding shows what is around its own places.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use hir::{Diagnostic, Label};
use syntax::span::{FileId, FileRange};

use super::Report;
use super::text::in_order;
use crate::files::Sources;

/// Lines of more characters than this are cut.
const LONG_LINE: usize = 240;
/// How many characters are shown on each side of where a mark starts or ends in a long line.
const AROUND: usize = 60;
/// Labels with more lines between them are drawn apart: the library looks at each line in between.
const FAR: u32 = 200;
/// Stands between the true place and the one that the library adds, which is that in the cut line.
const PLACE_ENDS: char = '\u{1}';

/// Labels of one file that are drawn together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Part {
    file: u32,
    /// Counted down the file.
    run: u32,
}

/// A part and characters in its file's excerpt.
pub(super) type Place = (Part, Range<usize>);

/// The excerpts of all files.
pub(super) struct Excerpts<'s> {
    sources: &'s Sources,
    files: Vec<Excerpt>,
    /// Of cut lines only: the place that each file is headed with.
    places: Option<Vec<String>>,
}

#[derive(Default)]
struct Excerpt {
    /// The lines filled in, ascending.
    lines: Vec<Line>,
    source: Option<ariadne::Source<String>>,
}

struct Line {
    /// Counted from 0.
    number: usize,
    /// How many characters of the excerpt come before it.
    start: usize,
    /// The characters that are shown, ascending; an ellipsis stands for what is before, between and after them.
    shown: Vec<Range<usize>>,
}

impl<'s> Excerpts<'s> {
    /// Takes the lines of all labels, whole.
    pub(super) fn new(report: &Report<'s>) -> Excerpts<'s> {
        let sources = report.sources;
        let mut files: Vec<Vec<usize>> = vec![Vec::new(); sources.len()];
        for label in report.findings.iter().flat_map(|finding| &finding.diagnostic.labels) {
            if let Some(lines) = files.get_mut(label.range.file.0 as usize) {
                lines.extend(lines_of(sources, label.range));
            }
        }
        let files = files.into_iter().enumerate().map(|(file, mut lines)| {
            lines.sort_unstable();
            lines.dedup();
            Excerpt::new(sources, FileId(file as u32), lines.into_iter().map(|line| (line, None)))
        });
        Excerpts { sources, files: files.collect(), places: None }
    }

    /// For a finding on lines that are too long to be shown whole; `None` for others.
    pub(super) fn cut(sources: &'s Sources, diagnostic: &Diagnostic) -> Option<Excerpts<'s>> {
        let ranges = || diagnostic.labels.iter().map(|label| label.range);
        let long = |range: FileRange| {
            lines_of(sources, range).any(|line| line_of(sources, range.file, line).len() > LONG_LINE)
        };
        if !ranges().any(long) {
            return None;
        }
        let mut files: Vec<BTreeMap<usize, Vec<usize>>> = vec![BTreeMap::new(); sources.len()];
        for range in ranges() {
            let Some(lines) = files.get_mut(range.file.0 as usize) else { continue };
            for line in lines_of(sources, range) {
                lines.entry(line).or_default();
            }
            for offset in [range.span.start, range.span.end] {
                let place = sources.position(range.file, offset);
                lines.entry(place.line as usize - 1).or_default().push(place.column as usize - 1);
            }
        }
        let in_order = in_order(diagnostic);
        let place = |file| {
            let ranges = in_order.iter().map(|label| label.range);
            let headed = std::iter::once(diagnostic.primary()).chain(ranges).find(|range| range.file == file);
            let at = sources.position(file, headed.map_or(0, |range| range.span.start));
            format!("{}:{}:{}{PLACE_ENDS}", views::clean(sources.name(file)), at.line, at.column)
        };
        let places = (0..sources.len() as u32).map(|file| place(FileId(file))).collect();
        let files = files.into_iter().enumerate().map(|(file, lines)| {
            Excerpt::new(
                sources,
                FileId(file as u32),
                lines.into_iter().map(|(line, points)| (line, Some(points))),
            )
        });
        Some(Excerpts { sources, files: files.collect(), places: Some(places) })
    }

    /// The labels in the order in which they are drawn, each with the part that it belongs to; the part of the primary
    /// one is the first.
    pub(super) fn parts<'d>(&self, diagnostic: &'d Diagnostic) -> Vec<(Part, &'d Label)> {
        let mut parts: Vec<(Part, &Label)> = Vec::with_capacity(diagnostic.labels.len());
        let mut end = 0;
        for label in in_order(diagnostic) {
            let line = |offset| self.sources.position(label.range.file, offset).line;
            let file = label.range.file.0;
            let far = self.places.is_none() && line(label.range.span.start) > end + FAR;
            let run = match parts.last() {
                Some((last, _)) if last.file == file => last.run + u32::from(far),
                _ => 0,
            };
            end = line(label.range.span.end);
            parts.push((Part { file, run }, label));
        }
        if let Some((home, _)) = parts.iter().find(|(_, label)| label.primary).copied() {
            parts.sort_by_key(|(part, _)| *part != home);
        }
        parts
    }

    /// Where a range stands in its file's excerpt.
    pub(super) fn place(&self, range: FileRange) -> Range<usize> {
        let at = |offset| self.character(range.file, offset);
        at(range.span.start)..at(range.span.end)
    }

    fn character(&self, file: FileId, offset: u32) -> usize {
        let Some(excerpt) = self.files.get(file.0 as usize) else { return 0 };
        let position = self.sources.position(file, offset);
        let line = position.line.saturating_sub(1) as usize;
        match excerpt.lines.binary_search_by_key(&line, |line| line.number) {
            Ok(at) => excerpt.lines[at].character(position.column.saturating_sub(1) as usize),
            Err(_) => 0,
        }
    }
}

/// A drawn line without the place that the library gives for a cut line: the true one stands before it.
pub(super) fn without_cut_place(line: &str) -> Cow<'_, str> {
    let Some((before, after)) = line.split_once(PLACE_ENDS) else { return line.into() };
    let rest = after.trim_start_matches(|character: char| character == ':' || character.is_ascii_digit());
    format!("{before}{rest}").into()
}

/// The lines that a range touches, counted from 0.
fn lines_of(sources: &Sources, range: FileRange) -> RangeInclusive<usize> {
    let line = |offset| sources.position(range.file, offset).line.saturating_sub(1) as usize;
    line(range.span.start)..=line(range.span.end)
}

/// A line's text without its end; empty if there is no such line.
fn line_of(sources: &Sources, file: FileId, line: usize) -> &str {
    let (text, starts) = (sources.text(file), sources.line_starts(file));
    let start = starts.get(line).map_or(text.len(), |start| *start as usize);
    let end = starts.get(line + 1).map_or(text.len(), |end| *end as usize - 1);
    text.get(start..end).unwrap_or("")
}

impl Line {
    /// Where a character of the line stands in the excerpt; one that is not shown, at its ellipsis.
    fn character(&self, column: usize) -> usize {
        let mut at = self.start;
        let mut end = 0;
        for shown in &self.shown {
            if column < shown.start {
                return at;
            }
            at += usize::from(shown.start > end);
            if column <= shown.end {
                return at + column - shown.start;
            }
            at += shown.len();
            end = shown.end;
        }
        at
    }
}

impl Excerpt {
    /// Of lines, ascending, each whole or around the characters given.
    fn new(
        sources: &Sources,
        file: FileId,
        lines: impl Iterator<Item = (usize, Option<Vec<usize>>)>,
    ) -> Excerpt {
        let mut text = String::new();
        let (mut filled, mut next, mut characters) = (Vec::new(), 0, 0);
        for (number, points) in lines {
            let empty = number - next;
            text.extend(std::iter::repeat_n('\n', empty));
            characters += empty;
            let line = line_of(sources, file, number);
            let shown = shown(line, points);
            let start = characters;
            let (mut at, mut rest) = (0, line.chars());
            for range in &shown {
                if range.start > at {
                    text.push('…');
                    characters += 1;
                    rest.nth(range.start - at - 1);
                }
                for character in rest.by_ref().take(range.len()) {
                    text.push(drawn(character));
                    characters += 1;
                }
                at = range.end;
            }
            if rest.next().is_some() {
                text.push('…');
                characters += 1;
            }
            text.push('\n');
            characters += 1;
            filled.push(Line { number, start, shown });
            next = number + 1;
        }
        let source = (!filled.is_empty()).then(|| ariadne::Source::from(text));
        Excerpt { lines: filled, source }
    }
}

/// Which characters of a line are shown: all of them, or if it is long those around some points.
fn shown(line: &str, points: Option<Vec<usize>>) -> Vec<Range<usize>> {
    let length = line.chars().count();
    let Some(mut points) = points.filter(|_| length > LONG_LINE) else {
        return std::iter::once(0..length).collect();
    };
    if points.is_empty() {
        points.push(0);
    }
    points.sort_unstable();
    let mut shown: Vec<Range<usize>> = Vec::new();
    for point in points {
        let around = point.saturating_sub(AROUND)..(point + AROUND).min(length);
        match shown.last_mut() {
            // An ellipsis for a single character would hide it for nothing.
            Some(last) if around.start <= last.end + 1 => last.end = around.end,
            _ => shown.push(around),
        }
    }
    shown
}

/// A character as it is drawn: none that ends a line for the library but not in rule files, moves a terminal's cursor or
/// turns the direction of what follows.
fn drawn(character: char) -> char {
    match character {
        '\t' => '\t',
        '\u{85}' => ' ',
        control if control.is_ascii_control() => ' ',
        hidden if views::hides(hidden) => char::REPLACEMENT_CHARACTER,
        plain => plain,
    }
}

impl ariadne::Cache<Part> for &Excerpts<'_> {
    type Storage = String;

    fn fetch(&mut self, part: &Part) -> Result<&ariadne::Source<String>, impl std::fmt::Debug> {
        let excerpt = self.files.get(part.file as usize).and_then(|excerpt| excerpt.source.as_ref());
        excerpt.ok_or_else(|| format!("no file {}", part.file))
    }

    fn display<'b>(&self, part: &'b Part) -> Option<impl std::fmt::Display + 'b> {
        let place = self.places.as_ref().and_then(|places| places.get(part.file as usize));
        Some(place.cloned().unwrap_or_else(|| views::clean(self.sources.name(FileId(part.file)))))
    }
}
