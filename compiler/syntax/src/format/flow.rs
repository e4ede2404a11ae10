//! Flow collections: one blank after commas, continuation lines aligned, too long lines broken after commas.

use crate::format::layout::{Layout, Unusual};
use crate::format::lines::{blanks, width};
use crate::format::structure::Place;
use crate::span::{Span, clamp};
use crate::yaml::{YamlId, YamlKind};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Open,
    OpenMap,
    Close,
    CloseMap,
    Comma,
    Scalar,
    Comment,
    /// Colons, anchors, tags, aliases.
    Other,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    part: Part,
    span: Span,
}

/// What stands between two tokens.
enum Gap {
    Blanks(String),
    /// This many line breaks.
    Break(usize),
}

/// An open bracket.
struct Bracket {
    /// Its token.
    index: usize,
    /// Column of lines inside; that of the first token if something follows the bracket on its line.
    inside: Option<u32>,
    /// Column of the closing bracket when it begins a line.
    close: u32,
}

impl Layout<'_> {
    /// A flow collection whose bracket comes to stand at `column`.
    pub(super) fn flow_collection(
        &mut self,
        id: YamlId,
        column: u32,
        place: Place<'_>,
    ) -> Result<(), Unusual> {
        let span = self.yaml.node(id).span;
        let (first, last) = (self.lines.of(span.start), self.lines.of(span.end.saturating_sub(1)));
        let Some(tokens) = self.flow_tokens(id, span) else {
            // A scalar over several lines inside, or a collection as a key: move as one.
            self.claim(first, last, false);
            let old = self.lines.column(span.start);
            let least = u32::try_from(place.new_parent + 2).unwrap_or(1);
            for line in first + 1..=last {
                if !self.lines.is_blank(line) {
                    let wanted = (self.lines.indent(line) + column).saturating_sub(old);
                    self.indent(line, wanted.max(least));
                }
            }
            return Ok(());
        };
        self.claim(first, last, true);
        let hang = match u32::try_from(place.new_parent) {
            Ok(parent) if !self.lines.leads(span.start) => (parent + 2, parent + 2),
            _ => (column + 2, column),
        };
        let edits = self.edits.len();
        let too_long = self.lay_out(&tokens, column, hang, &[]);
        if !too_long.is_empty() {
            // Where a line had to be broken, the breaks after it would look odd: fill all lines anew.
            let refilled = without_comments(&tokens, &too_long);
            self.edits.truncate(edits);
            self.lay_out(&tokens, column, hang, &refilled);
        }
        Ok(())
    }

    /// The tokens of a flow collection; `None` if one has several lines or a collection is a key.
    fn flow_tokens(&self, id: YamlId, span: Span) -> Option<Vec<Token>> {
        let text = self.lines.text();
        let mut scalars = Vec::new();
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            let node = self.yaml.node(id);
            match node.kind {
                YamlKind::Scalar(_) | YamlKind::Null if !node.span.is_empty() => {
                    if node.span.slice(text).contains('\n') {
                        return None;
                    }
                    scalars.push(node.span);
                }
                YamlKind::Sequence(_) => pending.extend_from_slice(self.yaml.elements(id)),
                YamlKind::Mapping(_) => {
                    for pair in self.yaml.pairs(id) {
                        let key = self.yaml.node(pair.key).kind;
                        if matches!(key, YamlKind::Sequence(_) | YamlKind::Mapping(_)) {
                            return None;
                        }
                        pending.extend([pair.key, pair.value]);
                    }
                }
                _ => {}
            }
        }
        scalars.sort_unstable();
        let mut scalars = scalars.into_iter().peekable();
        let bytes = text.as_bytes();
        let mut tokens = Vec::new();
        let mut at = span.start;
        while at < span.end {
            while scalars.next_if(|scalar| scalar.start < at).is_some() {}
            let byte = bytes.get(at as usize).copied()?;
            let (part, end) = match byte {
                b' ' | b'\t' | b'\n' | b'\r' => {
                    at += 1;
                    continue;
                }
                _ if scalars.peek().is_some_and(|scalar| scalar.start == at) => {
                    (Part::Scalar, scalars.next()?.end)
                }
                b'#' => (Part::Comment, self.lines.end(self.lines.of(at))),
                b'[' => (Part::Open, at + 1),
                b'{' => (Part::OpenMap, at + 1),
                b']' => (Part::Close, at + 1),
                b'}' => (Part::CloseMap, at + 1),
                b',' => (Part::Comma, at + 1),
                b'&' | b'*' | b'!' => {
                    let rest = text.get(at as usize..span.end as usize)?;
                    let len =
                        rest.find([' ', '\t', '\r', '\n', ',', '[', ']', '{', '}']).unwrap_or(rest.len());
                    (Part::Other, at + clamp(len.max(1)))
                }
                _ => (Part::Other, at + clamp(text.get(at as usize..)?.chars().next()?.len_utf8())),
            };
            tokens.push(Token { part, span: Span::new(at, end) });
            at = end;
        }
        Some(tokens)
    }

    /// The gap before token `index`, as it should be unless the line is too long.
    fn gap(&self, tokens: &[Token], index: usize) -> Gap {
        let (Some(before), Some(token)) =
            (index.checked_sub(1).and_then(|at| tokens.get(at)), tokens.get(index))
        else {
            return Gap::Blanks(String::new());
        };
        let text = Span::new(before.span.end, token.span.start).slice(self.lines.text());
        let breaks = text.matches('\n').count();
        if breaks > 0 {
            return Gap::Break(breaks.min(2));
        }
        let ends =
            matches!(before.part, Part::Scalar | Part::Close | Part::CloseMap | Part::Open | Part::Comma);
        Gap::Blanks(match (before.part, token.part) {
            (_, Part::Comment) => text.to_string(),
            (Part::Comma, _) => " ".to_string(),
            (_, Part::Comma | Part::Close) if ends => String::new(),
            (Part::Open, _) => String::new(),
            _ => text.to_string(),
        })
    }

    /// Lays out the tokens from `column` on. Gives the brackets in which a line had to be broken; in those listed in
    /// `refilled` the breaks that were there do not count.
    fn lay_out(&mut self, tokens: &[Token], column: u32, hang: (u32, u32), refilled: &[usize]) -> Vec<usize> {
        let mut too_long = Vec::new();
        let mut brackets: Vec<Bracket> = Vec::new();
        let (mut column, mut line_start) = (column, column);
        for (index, token) in tokens.iter().enumerate() {
            let closes = matches!(token.part, Part::Close | Part::CloseMap);
            let before = index.checked_sub(1).and_then(|at| tokens.get(at));
            let from = before.map_or(token.span.start, |before| before.span.end);
            let wanted = brackets.last().map_or(0, |bracket| {
                if closes { bracket.close } else { bracket.inside.unwrap_or(bracket.close + 2) }
            });
            let after_comma = before.is_some_and(|before| before.part == Part::Comma);
            let bracket = brackets.last().map(|bracket| bracket.index);
            let soft =
                after_comma && !closes && bracket.is_some_and(|index| refilled.binary_search(&index).is_ok());
            let mut breaks = 0;
            let gap = match self.gap(tokens, index) {
                Gap::Break(_) if soft => " ".to_string(),
                Gap::Break(count) => {
                    breaks = count;
                    String::new()
                }
                Gap::Blanks(text) => text,
            };
            if breaks == 0 && after_comma && token.part != Part::Comment && !closes && wanted < column {
                let room = self.options.width.saturating_sub(column + width(&gap));
                breaks = usize::from(!self.fits(tokens, index, room));
                if breaks > 0 {
                    too_long.extend(bracket);
                }
            }
            if breaks > 0 {
                column = wanted;
                line_start = column;
                self.replace(
                    Span::new(from, token.span.start),
                    format!("{}{}", self.line_break.repeat(breaks), blanks(column)),
                );
            } else {
                column += width(&gap);
                self.replace(Span::new(from, token.span.start), gap);
            }
            // The first token inside sets the column of the lines that follow.
            if token.part != Part::Comment
                && let Some(bracket) = brackets.last_mut()
            {
                bracket.inside.get_or_insert(column);
            }
            match token.part {
                Part::Open | Part::OpenMap => {
                    let next = self.next_is_on_line(tokens, index);
                    let outermost = brackets.is_empty();
                    brackets.push(match (next, outermost) {
                        (true, _) => Bracket { index, inside: None, close: column },
                        (false, true) => Bracket { index, inside: Some(hang.0), close: hang.1 },
                        (false, false) => Bracket { index, inside: Some(line_start + 2), close: line_start },
                    });
                }
                Part::Close | Part::CloseMap => {
                    brackets.pop();
                }
                _ => {}
            }
            column += width(token.span.slice(self.lines.text()));
        }
        too_long.sort_unstable();
        too_long.dedup();
        too_long
    }

    /// Whether something other than a comment follows a bracket on its line.
    fn next_is_on_line(&self, tokens: &[Token], index: usize) -> bool {
        let (Some(bracket), Some(next)) = (tokens.get(index), tokens.get(index + 1)) else { return false };
        let gap = Span::new(bracket.span.end, next.span.start).slice(self.lines.text());
        next.part != Part::Comment && !gap.contains('\n')
    }

    /// Whether the entry that begins at `index`, with its comma and the brackets after it, takes at most `room` columns.
    fn fits(&self, tokens: &[Token], index: usize, room: u32) -> bool {
        let mut used = 0;
        let mut depth = 0u32;
        for (at, token) in tokens.iter().enumerate().skip(index) {
            if at > index {
                match self.gap(tokens, at) {
                    Gap::Break(_) => return true,
                    Gap::Blanks(_) if token.part == Part::Comment => return true,
                    Gap::Blanks(text) => {
                        let ended = tokens.get(at - 1).is_some_and(|before| before.part == Part::Comma);
                        if depth == 0 && ended {
                            return true;
                        }
                        used += width(&text);
                    }
                }
            }
            used += width(token.span.slice(self.lines.text()));
            if used > room {
                return false;
            }
            match token.part {
                Part::Open | Part::OpenMap => depth += 1,
                Part::Close | Part::CloseMap => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        true
    }
}

/// Those of the brackets (token indices, sorted) that have no comment directly inside.
fn without_comments(tokens: &[Token], brackets: &[usize]) -> Vec<usize> {
    let mut open = Vec::new();
    let mut commented = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.part {
            Part::Open | Part::OpenMap => open.push(index),
            Part::Close | Part::CloseMap => {
                open.pop();
            }
            Part::Comment => commented.extend(open.last().copied()),
            _ => {}
        }
    }
    commented.sort_unstable();
    brackets.iter().copied().filter(|index| commented.binary_search(index).is_err()).collect()
}
