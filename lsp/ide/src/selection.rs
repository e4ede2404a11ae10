//! Ever larger regions around a cursor: word, check, condition, value, entry, item, file.

use syntax::Span;

use crate::host::Analysis;
use crate::index::{to_decoded, to_source};

impl Analysis {
    /// The regions around `offset`, the smallest first, each within the next.
    pub fn selection_ranges(&self, file: usize, offset: u32) -> Vec<Span> {
        let Some(index) = self.file(file) else { return Vec::new() };
        let mut all = vec![Span::new(0, index.text.len() as u32)];
        if let Some((start, item)) = index.item_at(offset) {
            let local = offset.saturating_sub(start);
            all.push(item.extent().shift(start));
            let yaml = &item.yaml;
            for own in &item.items {
                for entry in &own.fields.entries {
                    let (key, value) = (yaml.span(entry.key), yaml.span(entry.value));
                    for span in [key.cover(value), key, value] {
                        all.push(span.shift(start));
                    }
                    all.extend(yaml.elements(entry.value).iter().map(|&node| yaml.span(node).shift(start)));
                }
            }
            for condition in &item.conditions {
                let span = yaml.span(condition.node);
                let Some(at) = to_decoded(yaml, condition.node, local).filter(|_| span.touches(local)) else {
                    continue;
                };
                let ast = &condition.ast;
                for id in ast.preorder(ast.root()) {
                    if ast.span(id).touches(at) {
                        all.push(to_source(yaml, condition.node, ast.span(id)).shift(start));
                    }
                }
            }
        }
        all.extend(word_at(&index.text, offset));
        all.retain(|span| span.touches(offset) && !span.is_empty());
        all.sort_by_key(|span| span.len());
        let mut nested: Vec<Span> = Vec::new();
        for span in all {
            if nested.last().is_none_or(|last| span.encloses(*last) && span != *last) {
                nested.push(span);
            }
        }
        nested
    }
}

/// The word that touches an offset.
pub(crate) fn word_at(text: &str, offset: u32) -> Option<Span> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    let at = offset as usize;
    let before = text.get(..at)?;
    let start = at - before.chars().rev().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>();
    let end = at + text.get(at..)?.chars().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>();
    (start < end).then(|| Span::from(start..end))
}

#[cfg(test)]
mod tests {
    use crate::fixture::fixture;

    #[test]
    fn from_word_to_file() {
        let (analysis, file, offset) =
            fixture("- macro: m\n  condition: (a.b = c and d.e in (f$0, g)) or x\n");
        let shown: Vec<_> = analysis
            .selection_ranges(file, offset)
            .iter()
            .map(|span| span.slice(analysis.text(file)).to_owned())
            .collect();
        assert_eq!(shown[0], "f");
        assert!(shown.contains(&"d.e in (f, g)".to_owned()), "{shown:?}");
        assert!(shown.contains(&"a.b = c and d.e in (f, g)".to_owned()), "{shown:?}");
    }
}
