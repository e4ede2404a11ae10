//! Regions that can be folded: items, their long values, and comments.

use syntax::Span;
use syntax::items::Fields;
use syntax::yaml::YamlId;

use crate::host::Analysis;

/// What is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// An item or value.
    Region,
    /// Comment lines.
    Comment,
}

/// A foldable region of more than one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// Its bytes; they end before the last line break.
    pub span: Span,
    /// What it is.
    pub kind: FoldKind,
}

impl Analysis {
    /// The foldable regions of a file.
    pub fn folds(&self, file: usize) -> Vec<Fold> {
        let Some(index) = self.file(file) else { return Vec::new() };
        let mut all = Vec::new();
        let mut add = |span: Span, kind| {
            if index.lines.line(span.start) < index.lines.line(span.end) {
                all.push(Fold { span, kind });
            }
        };
        for (start, item) in &index.items {
            if item.item().is_some() {
                let extent = item.extent();
                let dash = item.text.find('-').map_or(extent.start, |at| at as u32);
                add(Span::new(dash, extent.end).shift(*start), FoldKind::Region);
            }
            for own in &item.items {
                for entry in &own.fields.entries {
                    let (key, value) = (item.yaml.span(entry.key), item.yaml.span(entry.value));
                    let whole = key.cover(value);
                    let text = whole.slice(&item.text).trim_end();
                    add(
                        Span::new(whole.start, whole.start + text.len() as u32).shift(*start),
                        FoldKind::Region,
                    );
                    for &element in item.yaml.elements(entry.value) {
                        if let Some(span) = mapping_span(&item.yaml, element) {
                            add(span.shift(*start), FoldKind::Region);
                        }
                    }
                }
            }
        }
        // Runs of lines that are nothing but comments.
        let mut run: Option<Span> = None;
        for line in 0..index.lines.lines() {
            let text = index.lines.line_text(&index.text, line);
            let at = index.lines.line_start(line);
            if text.trim_start().starts_with('#')
                && self.is_comment(file, at + (text.len() - text.trim_start().len()) as u32)
            {
                let span = Span::new(at, at + text.len() as u32);
                run = Some(run.map_or(span, |run| run.cover(span)));
            } else if let Some(span) = run.take() {
                add(span, FoldKind::Comment);
            }
        }
        if let Some(span) = run {
            add(span, FoldKind::Comment);
        }
        all.sort_by_key(|fold| (fold.span.start, std::cmp::Reverse(fold.span.end)));
        all.dedup_by_key(|fold| fold.span);
        all
    }

    /// Whether a `#` is a comment's and not in a scalar.
    fn is_comment(&self, file: usize, offset: u32) -> bool {
        let Some((start, item)) = self.file(file).and_then(|index| index.item_at(offset)) else {
            return true;
        };
        let local = offset - start;
        item.item().is_none() || !item.conditions.iter().any(|one| item.yaml.span(one.node).contains(local))
    }
}

/// The text of a mapping from its first key to the end of its last value.
pub(crate) fn mapping_span(yaml: &syntax::yaml::Yaml, node: YamlId) -> Option<Span> {
    let fields = Fields::of(yaml, node);
    let first = fields.entries.first()?;
    let last = fields.entries.last()?;
    Some(yaml.span(first.key).cover(yaml.span(last.key)).cover(yaml.span(last.value)))
}

#[cfg(test)]
mod tests {
    use crate::fixture::fixture;

    #[test]
    fn items_values_and_comments() {
        let (analysis, file, _) =
            fixture("# a\n# b\n- rule: r\n  condition: >\n    a\n    and b\n  output: x\n\n- list: l\n");
        let shown: Vec<_> =
            analysis.folds(file).iter().map(|fold| fold.span.slice(analysis.text(file)).to_owned()).collect();
        assert_eq!(
            shown,
            [
                "# a\n# b",
                "- rule: r\n  condition: >\n    a\n    and b\n  output: x",
                "condition: >\n    a\n    and b"
            ]
        );
    }
}
