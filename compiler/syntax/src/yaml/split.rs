//! A file cut into its top-level items, before any YAML is read.

use crate::span::Span;

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// A block sequence at some column: every item was cut out and can be read alone.
    Items,
    /// Anything else (several documents, flow style, a mapping, nothing): the whole text is one piece.
    Whole,
}

/// One piece of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SplitItem {
    /// Its bytes in the file, from the start of the line of its dash (so that columns stay right) to before the next
    /// item or the comments that precede it.
    pub span: Span,
    /// Its first line in the file, from 0, counting `\n`.
    pub line: u32,
}

/// The pieces of a file in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitFile {
    /// How it was cut.
    pub shape: Shape,
    /// With [`Shape::Whole`], the whole file as one item.
    pub items: Vec<SplitItem>,
}

/// Cuts a rule file at the dashes of its top-level sequence.
///
/// The cut is by lines only. It is right for every text in which each item reads by itself
/// ([`read_item`](crate::yaml::read_item)); if one does not, the caller must read the whole file to know whether that
/// is an error (a quoted scalar, for instance, may hold a line that looks like an item, and an alias may refer to an
/// earlier item).
pub fn split(text: &str) -> SplitFile {
    match item_starts(text) {
        Some(items) => SplitFile { shape: Shape::Items, items },
        None => {
            let all = SplitItem { span: Span::from(0..text.len()), line: 0 };
            SplitFile { shape: Shape::Whole, items: vec![all] }
        }
    }
}

fn item_starts(text: &str) -> Option<Vec<SplitItem>> {
    // A carriage return alone is a line break too, but would hide its line from this loop.
    let bytes = text.as_bytes();
    if memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n')) {
        return None;
    }
    let mut items: Vec<SplitItem> = Vec::new();
    let mut base = None;
    let mut marker_seen = false;
    // Where the current item ends as far as known: after its last content and the blank lines that follow (a block
    // scalar may keep them), but before comments that are no deeper than its dash.
    let mut end = 0;
    let mut in_comments = false;
    let mut start = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let line_start = start;
        start += line.len();
        let body = if number == 0 { line.trim_start_matches('\u{FEFF}') } else { line };
        let column = body.bytes().take_while(|byte| *byte == b' ').count();
        let content = body.get(column..).unwrap_or("");
        if content.bytes().all(|byte| matches!(byte, b'\t' | b' ' | b'\r' | b'\n')) {
            if !in_comments {
                end = start;
            }
            continue;
        }
        if is_document_marker(body) {
            if base.is_some() || marker_seen || !is_start_marker(body) {
                return None;
            }
            marker_seen = true;
            continue;
        }
        let dash = matches!(content.as_bytes(), [b'-'] | [b'-', b' ' | b'\t' | b'\r' | b'\n', ..]);
        match base {
            None if content.starts_with('#') => continue,
            None if !dash => return None,
            Some(base) if content.starts_with('#') && column <= base => {
                in_comments = true;
                continue;
            }
            Some(base) if !dash || column != base => {}
            None | Some(_) => {
                base = Some(column);
                close(&mut items, end);
                items.push(SplitItem { span: Span::from(line_start..start), line: line_number(number) });
            }
        }
        in_comments = false;
        end = start;
    }
    base?;
    close(&mut items, end);
    Some(items)
}

fn line_number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Sets the end of the last item.
fn close(items: &mut [SplitItem], end: usize) {
    if let Some(item) = items.last_mut() {
        item.span = Span::from(item.span.start as usize..end);
    }
}

fn is_document_marker(line: &str) -> bool {
    let rest = line.strip_prefix("---").or_else(|| line.strip_prefix("..."));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
        || line.starts_with('%')
}

/// `---` with nothing after it but a comment.
fn is_start_marker(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| {
        let rest = rest.trim_start();
        rest.is_empty() || rest.starts_with('#')
    })
}
