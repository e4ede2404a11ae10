//! What the fuzz targets call: every parser on arbitrary bytes, with the promises that must hold for any input.

use crate::condition::{ParseOptions, parse, position, print};
use crate::line_index::{Encoding, LineIndex};
use crate::span::{Span, clamp};
use crate::{format, items, output, yaml};

/// Parses a condition with and without recovery.
pub fn condition(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let strict = parse(&text, ParseOptions::LOAD);
    let editor = parse(&text, ParseOptions::EDITOR);
    assert_eq!(strict.errors.first(), editor.errors.first(), "recovery changed the first error");
    for error in strict.errors.iter().chain(&editor.errors) {
        assert!(error.offset as usize <= text.len() && error.span.end as usize <= text.len());
        position(&text, error.offset);
    }
    let whole = Span::from(0..text.len());
    for id in editor.tree.preorder(editor.tree.root()) {
        assert!(whole.encloses(editor.tree.span(id)));
    }
    let mut last = 0;
    for token in editor.tree.tokens() {
        assert!(last <= token.span.start && !token.span.is_empty(), "tokens overlap or are empty");
        last = token.span.end;
    }
    print(&editor.tree, editor.tree.root());
    if strict.is_ok() {
        assert!(strict.tree.same_tree(strict.tree.root(), &editor.tree, editor.tree.root()));
    }
}

/// Splits and reads a rule file.
pub fn file(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let whole = items::read(&text);
    let lines = LineIndex::new(&text);
    for error in &whole.errors {
        assert!(error.at.offset as usize <= text.len());
    }
    let tree = &whole.tree.yaml;
    for document in tree.documents() {
        let mut stack = vec![document.root];
        while let Some(id) = stack.pop() {
            let node = tree.node(id);
            assert!(node.span.end as usize <= text.len() && text.is_char_boundary(node.span.start as usize));
            lines.falco_position(&text, node.at);
            if let Some(map) = tree.scalar_map(id) {
                for offset in 0..=map.len() {
                    assert!(map.source_offset(offset) as usize <= text.len());
                }
            }
            if !matches!(node.kind, yaml::YamlKind::Alias(_)) {
                stack.extend(tree.elements(id));
                stack.extend(tree.pairs(id).iter().flat_map(|pair| [pair.key, pair.value]));
            }
        }
    }
    let mut end = 0;
    let pieces = yaml::split(&text);
    let mut in_pieces = Some(Vec::new());
    for item in &pieces.items {
        assert!(end <= item.span.start, "pieces overlap");
        end = item.span.end;
        assert!(text.get(item.span.range()).is_some());
        let read = items::read_item(item.span.slice(&text));
        in_pieces = in_pieces.filter(|_| read.is_ok());
        if let Some(nodes) = &mut in_pieces {
            collect(&read.tree.yaml, item.span.start, nodes);
        }
    }
    // What reads in pieces reads as a whole, and to the same.
    if let Some(nodes) = in_pieces
        && pieces.shape == yaml::Shape::Items
    {
        assert!(whole.is_ok(), "the whole fails where its pieces do not");
        assert_eq!(tree.documents().len(), 1);
        let mut all = Vec::new();
        collect(tree, 0, &mut all);
        assert_eq!(all, nodes);
    }
    for offset in [0, clamp(text.len() / 2), clamp(text.len())] {
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            let at = lines.line_column(&text, offset, encoding);
            assert!(lines.offset(&text, at, encoding) <= clamp(text.len()));
        }
    }
}

/// The elements of the root sequences with all below them: text and place of each node.
fn collect(tree: &yaml::Yaml, base: u32, into: &mut Vec<(Option<String>, Span)>) {
    for document in tree.documents() {
        let mut stack: Vec<_> = tree.elements(document.root).iter().rev().copied().collect();
        while let Some(id) = stack.pop() {
            into.push((tree.text(id).map(str::to_owned), tree.span(id).shift(base)));
            if !matches!(tree.node(id).kind, yaml::YamlKind::Alias(_)) {
                stack.extend(tree.elements(id).iter().rev());
                stack.extend(tree.pairs(id).iter().rev().flat_map(|pair| [pair.value, pair.key]));
            }
        }
    }
}

/// Parses an output template, accepting fields by the first byte of the data.
pub fn template(data: &[u8]) {
    let Some((&choice, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let mut asked = 0u8;
    let parsed = output::parse(&text, |_| {
        asked = asked.wrapping_add(1);
        asked & choice == choice
    });
    for error in &parsed.errors {
        assert!(error.span.end as usize <= text.len());
    }
    let mut end = u32::from(parsed.tree.star);
    for piece in &parsed.tree.pieces {
        let span = match piece {
            output::OutputPiece::Literal(span) => *span,
            output::OutputPiece::Field(field) => field.span,
        };
        assert!(span.start == end && text.get(span.range()).is_some(), "pieces do not cover the text");
        end = span.end;
    }
    assert!(text.is_empty() || end == clamp(text.len()));
}

/// Formats a rule file: values stay, and formatting again changes nothing.
pub fn format(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(formatted) = format::format(&text, &format::Options::default()) else { return };
    assert!(yaml::read(&text).tree.same_nodes(&yaml::read(&formatted).tree), "a value changed");
    let again = format::format(&formatted, &format::Options::default());
    assert_eq!(again.as_deref(), Ok(formatted.as_str()), "formatting again changes more");
}
