//! Formatting rule files: only white space changes, and never the value of a node.
//!
//! Every edit replaces white space by white space, so quoting, order and comments cannot change. Line breaks that an
//! author chose stay, except for runs of blank lines and for lines longer than [`Options::width`] that can be broken
//! without changing a value. As a last line of defence the result is read again: edits after which a value differs are
//! dropped together with those of the same item.

mod blank;
mod comment;
mod condition;
mod edit;
mod flow;
mod layout;
mod lines;
mod scalar;
mod structure;
#[cfg(test)]
mod tests;

use std::fmt;

pub use edit::{Edit, apply};

use crate::span::{Position, Span, clamp};
use crate::yaml::{self, Yaml};
use layout::Layout;
use lines::Lines;

/// How files are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Columns that a line may have before its list or condition is broken; the style of Falco's own rules leaves
    /// longer lines of other kinds alone.
    pub width: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options { width: 120 }
    }
}

/// Why a text was left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// What is wrong with the text.
    pub message: String,
    /// Where: offset, line and column, all from 0, columns in bytes.
    pub at: Position,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.at.line + 1, self.at.column + 1, self.message)
    }
}

impl std::error::Error for FormatError {}

/// The formatted text. Formatting it again changes nothing.
pub fn format(text: &str, options: &Options) -> Result<String, FormatError> {
    Ok(apply(text, &format_edits(text, options)?))
}

/// The edits that format a text: sorted, disjoint, each from white space to white space.
pub fn format_edits(text: &str, options: &Options) -> Result<Vec<Edit>, FormatError> {
    let plan = plan(text, options)?;
    Ok(confirmed(text, &plan.yaml, plan.edits))
}

/// The edits of [`format_edits`] in the top-level items that `range` touches. Where the items of a document are
/// indented, they move together or not at all, and the whole document counts as one.
pub fn format_range(text: &str, range: Span, options: &Options) -> Result<Vec<Edit>, FormatError> {
    let plan = plan(text, options)?;
    let first = plan.group_of(range.start);
    let last = plan.group_of(range.end).max(first);
    let edits = plan.edits.iter().filter(|edit| {
        let group = plan.group_of(edit.span.start);
        first <= group && group <= last
    });
    let edits = edits.cloned().collect();
    Ok(confirmed(text, &plan.yaml, edits))
}

/// The edits of [`format_range`] for the item before the line that `offset` is on, as wanted when a line break has just
/// been typed. White space on the lines from there on stays, since the author is about to write there.
pub fn format_on_type(text: &str, offset: u32, options: &Options) -> Result<Vec<Edit>, FormatError> {
    let lines = Lines::new(text);
    let Some(before) = lines.of(offset).checked_sub(1) else { return Ok(Vec::new()) };
    let end = lines.end(before);
    let mut edits = format_range(text, Span::new(lines.start(before), end), options)?;
    edits.retain(|edit| edit.span.end <= end);
    let yaml = yaml::read(text).tree;
    Ok(confirmed(text, &yaml, edits))
}

struct Plan {
    yaml: Yaml,
    edits: Vec<Edit>,
    /// Where each group of edits begins that must be made together.
    groups: Vec<u32>,
}

impl Plan {
    fn group_of(&self, offset: u32) -> usize {
        self.groups.partition_point(|start| *start <= offset)
    }
}

fn plan(text: &str, options: &Options) -> Result<Plan, FormatError> {
    let lines = Lines::new(text);
    let refuse = |message: &str, offset: u32| {
        let line = lines.of(offset);
        let at = Position { offset, line: clamp(line), column: offset.saturating_sub(lines.start(line)) };
        Err(FormatError { message: message.to_string(), at })
    };
    if let Some(at) = lone_carriage_return(text) {
        return refuse("a carriage return that is not part of a line break", at);
    }
    let read = yaml::read(text);
    if let Some(error) = read.errors.into_iter().next() {
        return Err(FormatError { message: error.message.into_owned(), at: error.at });
    }
    let yaml = read.tree;
    if let Some(quote) = yaml.open_quote() {
        return refuse("this quote is never closed", quote.start);
    }
    if let Some(key) = yaml.open_key() {
        return refuse("this line has no `:`", key);
    }
    let mut layout = Layout::new(&yaml, lines, options);
    layout.documents();
    layout.comments();
    layout.blank_lines();
    layout.line_ends();
    let Layout { mut edits, mut groups, .. } = layout;
    // A new line goes before the indentation of what follows it.
    edits.sort_by_key(|edit| (edit.span, !edit.text.contains('\n')));
    // A dash or key that begins its node was indented as both.
    edits.dedup();
    groups.sort_unstable();
    Ok(Plan { yaml, edits, groups })
}

fn lone_carriage_return(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let lone = |at: &usize| bytes.get(*at) == Some(&b'\r') && bytes.get(at + 1) != Some(&b'\n');
    (0..bytes.len()).find(lone).map(clamp)
}

/// How often a text is read at most to find the edits that must be dropped.
const MOST_READINGS: u32 = 64;

/// The edits after which every value is as before; all of them unless there is a mistake in this module.
fn confirmed(text: &str, before: &Yaml, edits: Vec<Edit>) -> Vec<Edit> {
    if edits.is_empty() || keeps_values(text, before, &edits) {
        return edits;
    }
    // Halve what fails until single edits are found that fail alone.
    let mut kept: Vec<Edit> = Vec::new();
    let mut pending = vec![edits];
    let mut readings = 1;
    while let Some(mut half) = pending.pop() {
        if readings >= MOST_READINGS {
            return Vec::new();
        }
        readings += 1;
        let mut together = kept.clone();
        together.extend_from_slice(&half);
        if keeps_values(text, before, &together) {
            kept = together;
        } else if half.len() > 1 {
            let rest = half.split_off(half.len() / 2);
            pending.push(rest);
            pending.push(half);
        }
    }
    kept
}

fn keeps_values(text: &str, before: &Yaml, edits: &[Edit]) -> bool {
    let after = yaml::read(&apply(text, edits));
    after.errors.is_empty() && same_values(before, &after.tree)
}

/// Whether two trees have the same nodes, values and comments, wherever they stand.
fn same_values(a: &Yaml, b: &Yaml) -> bool {
    let comments = |yaml: &Yaml| -> Vec<String> {
        let texts = yaml.comments().iter().map(|span| span.slice(yaml.source()).trim_end().to_string());
        texts.collect()
    };
    a.same_nodes(b)
        && a.open_quote().is_none() == b.open_quote().is_none()
        && a.open_key().is_none() == b.open_key().is_none()
        && comments(a) == comments(b)
}
