//! Block sequences and mappings: dashes and keys at their columns, one blank after dash and colon.

use crate::format::layout::{Layout, Mark, Unusual};
use crate::format::lines::width;
use crate::span::{Span, clamp};
use crate::yaml::{ScalarStyle, YamlDocument, YamlId, YamlKind};

/// Where a node goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'y> {
    /// Column of the dash or key that it belongs to, before and after; -1 for the root.
    pub(super) old_parent: i64,
    pub(super) new_parent: i64,
    /// Its column when it begins a line.
    indent: u32,
    /// Its column when something stands before it on its line.
    inline: u32,
    /// The key it is the value of.
    pub(super) key: Option<&'y str>,
}

impl<'t> Layout<'t> {
    /// Lays out every document; what is unusual in one leaves that one as it is.
    pub(super) fn documents(&mut self) {
        let yaml = self.yaml;
        let documents = yaml.documents();
        if documents.windows(2).any(|pair| !self.is_separate(pair)) {
            self.freeze(0, self.lines.count() - 1);
            return;
        }
        for (index, document) in documents.iter().enumerate() {
            let (edits, marks) = (self.edits.len(), self.marks.len());
            let first = self.with_comments(self.lines.of(document.at));
            self.groups.push(self.lines.start(first));
            if self.document(document.root).is_err() {
                self.edits.truncate(edits);
                self.marks.truncate(marks);
                let first = self.lines.of(document.at);
                let end = match documents.get(index + 1) {
                    Some(next) => self.lines.of(next.at).saturating_sub(1),
                    None => self.lines.count() - 1,
                };
                self.freeze(first, end.max(first));
            }
        }
        self.unread();
    }

    /// Whether a marker stands between two documents. Falco also begins a new one where lines cannot belong to the one
    /// before; then indentation alone tells them apart.
    fn is_separate(&self, pair: &[YamlDocument]) -> bool {
        let [before, document] = pair else { return true };
        let marker = |at: u32, marker: &str| {
            self.lines.text().get(at as usize..).is_some_and(|rest| rest.starts_with(marker))
        };
        let after = self.lines.next_token(self.yaml.span(before.root).end);
        marker(document.at, "---") || after.is_some_and(|(at, _)| marker(at, "..."))
    }

    /// Freezes what follows the last document that Falco reads.
    fn unread(&mut self) {
        let last = self.yaml.documents().last();
        let mut from = last.map_or(self.lines.start(0), |document| self.yaml.span(document.root).end);
        while let Some((at, _)) = self.lines.next_token(from) {
            let rest = self.lines.text().get(at as usize..).unwrap_or("");
            if rest.starts_with("---") || rest.starts_with("...") {
                from = at + 3;
                continue;
            }
            self.freeze(self.lines.of(at), self.lines.count() - 1);
            return;
        }
    }

    fn document(&mut self, root: YamlId) -> Result<(), Unusual> {
        let yaml = self.yaml;
        let node = yaml.node(root);
        if !self.lines.leads(node.span.start)
            || !matches!(node.kind, YamlKind::Sequence(_) | YamlKind::Mapping(_))
        {
            return Err(Unusual);
        }
        let place = Place { old_parent: -1, new_parent: -1, indent: 0, inline: 0, key: None };
        let mut pending = vec![(root, place)];
        while let Some((id, place)) = pending.pop() {
            self.node(id, place, &mut pending)?;
        }
        // Items that stand at the margin can be laid out one by one.
        if self.lines.column(node.span.start) == 0 && !self.is_flow(root) {
            let starts = self.yaml.elements(root).iter().skip(1).map(|item| self.item_start(*item));
            let starts: Vec<u32> = starts.collect();
            self.groups.extend(starts);
        }
        self.keep_items_apart(root);
        Ok(())
    }

    /// Where an item begins, with the comments above it.
    fn item_start(&self, item: YamlId) -> u32 {
        let line = self.lines.of(self.yaml.node(item).at);
        self.lines.start(self.with_comments(line))
    }

    /// The first of the comment lines right above a line, at its column or left of it.
    fn with_comments(&self, line: usize) -> usize {
        let column = self.lines.indent(line);
        let belongs = |above: usize| {
            self.lines.is_comment(above)
                && !self.body.get(above).copied().unwrap_or(true)
                && self.lines.indent(above) <= column
        };
        let mut first = line;
        while let Some(above) = first.checked_sub(1)
            && belongs(above)
        {
            first = above;
        }
        first
    }

    fn keep_items_apart(&mut self, root: YamlId) {
        let yaml = self.yaml;
        let mapping = |id: &YamlId| matches!(yaml.node(*id).kind, YamlKind::Mapping(_)) && !self.is_flow(*id);
        let pairs = yaml.elements(root).windows(2);
        let second = pairs.filter_map(|pair| match pair {
            [before, item] if mapping(before) && mapping(item) => Some(*item),
            _ => None,
        });
        let lines: Vec<usize> = second
            .filter(|_| !self.is_flow(root))
            .map(|item| self.lines.of(yaml.node(item).at))
            .map(|line| self.with_comments(line))
            .collect();
        for line in lines {
            if let Some(apart) = self.apart.get_mut(line) {
                *apart = true;
            }
        }
    }

    fn is_flow(&self, id: YamlId) -> bool {
        let start = self.yaml.node(id).span.start as usize;
        matches!(self.lines.text().as_bytes().get(start), Some(b'[' | b'{'))
    }

    fn node(
        &mut self,
        id: YamlId,
        place: Place<'t>,
        pending: &mut Vec<(YamlId, Place<'t>)>,
    ) -> Result<(), Unusual> {
        let node = self.yaml.node(id);
        if node.kind == YamlKind::Null && node.span.is_empty() {
            return Ok(());
        }
        // Its anchor or tag first, then itself.
        let start = node.span.start;
        let mut column = place.inline;
        if self.lines.leads(node.at) {
            self.indent(self.lines.of(node.at), place.indent);
            column = place.indent;
        }
        if node.at < start {
            if self.lines.leads(start) {
                self.indent(self.lines.of(start), place.indent);
                column = place.indent;
            } else {
                column += width(Span::new(node.at, start).slice(self.lines.text()));
            }
        }
        match node.kind {
            YamlKind::Null | YamlKind::Alias(_) => Ok(()),
            YamlKind::Scalar(_) => match self.yaml.style(id) {
                Some(ScalarStyle::Folded | ScalarStyle::Literal) => self.block_scalar(node.span, place),
                style => {
                    if node.span.slice(self.lines.text()).contains('\n') {
                        self.flow_scalar(node.span, style == Some(ScalarStyle::Plain), column, place);
                    }
                    Ok(())
                }
            },
            YamlKind::Sequence(_) | YamlKind::Mapping(_) if self.is_flow(id) => {
                self.flow_collection(id, column, place)
            }
            YamlKind::Sequence(_) => self.sequence(id, column, pending),
            YamlKind::Mapping(_) => self.mapping(id, column, pending),
        }
    }

    /// A key or dash at `at` that comes to stand at `column`.
    fn stop(&mut self, at: u32, column: u32) -> i64 {
        if self.lines.leads(at) {
            self.indent(self.lines.of(at), column);
        }
        let old = self.lines.column(at);
        self.marks.push((at, Mark::Stop { old, new: column }));
        i64::from(old)
    }

    fn sequence(
        &mut self,
        id: YamlId,
        column: u32,
        pending: &mut Vec<(YamlId, Place<'t>)>,
    ) -> Result<(), Unusual> {
        let yaml = self.yaml;
        let mut from = yaml.span(id).start;
        for &element in yaml.elements(id) {
            let Some((dash, b'-')) = self.lines.next_token(from) else { return Err(Unusual) };
            let old_parent = self.stop(dash, column);
            self.one_blank(dash + 1, element);
            let place = Place {
                old_parent,
                new_parent: i64::from(column),
                indent: column + 2,
                inline: column + 2,
                key: None,
            };
            pending.push((element, place));
            from = self.end_of(element).max(dash + 1);
        }
        Ok(())
    }

    /// Where a node ends; for one without content, where its anchor or tag does.
    fn end_of(&self, id: YamlId) -> u32 {
        let node = self.yaml.node(id);
        let mut end = node.span.end;
        if node.span.is_empty() {
            while let Some((at, b'&' | b'!')) = self.lines.next_token(end) {
                let rest = self.lines.text().get(at as usize..).unwrap_or("");
                end = at + clamp(rest.find([' ', '\t', '\r', '\n']).unwrap_or(rest.len()));
            }
        }
        end
    }

    /// One blank between an indicator that ends at `after` and what follows it on the same line.
    fn one_blank(&mut self, after: u32, id: YamlId) {
        let node = self.yaml.node(id);
        let gap = Span::new(after, node.at);
        let written = !(node.kind == YamlKind::Null && node.span.is_empty());
        if written && node.at > after && gap.slice(self.lines.text()).trim_matches([' ', '\t']).is_empty() {
            self.replace(gap, " ".to_string());
        }
    }

    fn mapping(
        &mut self,
        id: YamlId,
        column: u32,
        pending: &mut Vec<(YamlId, Place<'t>)>,
    ) -> Result<(), Unusual> {
        let yaml = self.yaml;
        for pair in yaml.pairs(id) {
            let key = yaml.node(pair.key);
            let text = key.span.slice(self.lines.text());
            let scalar = match key.kind {
                YamlKind::Scalar(_) | YamlKind::Null => true,
                YamlKind::Alias(_) => false,
                YamlKind::Sequence(_) | YamlKind::Mapping(_) => return Err(Unusual),
            };
            let Some((colon, b':')) = self.lines.next_token(key.span.end) else { return Err(Unusual) };
            let gap = Span::new(key.span.end, colon);
            let explicit =
                key.span.is_empty() || text.contains('\n') || gap.slice(self.lines.text()).contains('\n');
            if explicit || self.explicit_key(key.at) {
                return Err(Unusual);
            }
            if scalar {
                self.replace(gap, String::new());
            }
            let old_parent = self.stop(key.at, column);
            self.one_blank(colon + 1, pair.value);
            let name = Span::new(key.at, key.span.end).slice(self.lines.text());
            let place = Place {
                old_parent,
                new_parent: i64::from(column),
                indent: column + 2,
                inline: column + width(name) + if scalar { 2 } else { gap.len() + 2 },
                key: yaml.text(pair.key),
            };
            pending.push((pair.value, place));
        }
        Ok(())
    }

    /// Whether `?` stands before a key.
    fn explicit_key(&self, at: u32) -> bool {
        let line = self.lines.of(at);
        let before = Span::new(self.lines.start(line), at).slice(self.lines.text());
        before.trim_matches([' ', '\t', '-']).starts_with('?') || before.contains("? ")
    }
}
