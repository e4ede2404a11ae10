//! Appended conditions that the precedence of `and` and `or` takes apart: pieces are joined as text (T15).

use syntax::ast::{Ast, NodeKind};
use syntax::condition::{ParseOptions, parse};
use syntax::span::{FileRange, Span};

use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::lint::LintContext;
use crate::scope::{Change, Standing, TextValue};
use crate::text::{ScalarId, Scalars};

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    let definitions = context.definitions;
    let rules = definitions.rules.iter().map(|one| (&one.condition, &one.standing, "rule", &one.name));
    let macros = definitions.macros.iter().map(|one| (&one.condition, &one.standing, "macro", &one.name));
    for (condition, standing, kind, name) in rules.chain(macros) {
        if condition.scalars().len() > 1 {
            pieces(context, condition, standing, &format!("{kind} `{name}`"), found);
        }
    }
}

fn pieces(
    context: &LintContext<'_>,
    condition: &TextValue,
    standing: &Standing,
    what: &str,
    found: &mut Vec<Diagnostic>,
) {
    let scalars: Vec<ScalarId> = condition.scalars().collect();
    let mut base = String::new();
    for (index, &scalar) in scalars.iter().enumerate() {
        let text = context.sources.scalar_text(scalar);
        if index > 0 {
            if starts_with(text, "and") && is_or(&base) {
                found.push(broken_base(context, &scalars[..index], scalar, standing, what));
            } else if let Some(rest) = after_and(text)
                && is_or(rest)
            {
                found.push(open_or(context, scalar, rest, what));
            }
            base.push(' ');
        }
        base.push_str(text);
    }
}

/// `a or b` with `and c` appended is `a or (b and c)`.
fn broken_base(
    context: &LintContext<'_>,
    base: &[ScalarId],
    piece: ScalarId,
    standing: &Standing,
    what: &str,
) -> Diagnostic {
    let text = context.sources.scalar_text(piece);
    let start = (text.len() - text.trim_start().len()) as u32;
    let range = Scalars::range(context.sources, piece, Span::new(start, start + 3));
    let mut ours = Diagnostic::new(
        &codes::APPEND_PRECEDENCE,
        range,
        format!("this `and` joins only the last alternative of {what}"),
    )
    .note("conditions are appended as text: `a or b` with `and c` is `a or (b and c)`");
    if let Some(layer) = standing.layers.iter().rev().find(|layer| layer.change == Change::Define) {
        ours = ours.secondary(layer.name, "its condition has an `or` outside parentheses");
    }
    match parentheses(context, base) {
        Some(edits) => ours.fix_all("put the condition that it is appended to in parentheses", edits, false),
        None => ours,
    }
}

/// `and a or b` appended lets `b` match alone.
fn open_or(context: &LintContext<'_>, piece: ScalarId, rest: &str, what: &str) -> Diagnostic {
    let text = context.sources.scalar_text(piece);
    let start = text.len() - rest.len();
    let word = rest.find(" or").map_or(start, |at| start + at + 1) as u32;
    let root = parse(rest, ParseOptions::LOAD).into_result().ok().map(|ast| second_start(&ast));
    let word = root.flatten().map_or(word, |at| {
        let before = rest.get(..at as usize).unwrap_or("").trim_end().trim_end_matches('(').trim_end();
        (start + before.len().saturating_sub(2)) as u32
    });
    let range = Scalars::range(context.sources, piece, Span::new(word, word + 2));
    let ours = Diagnostic::new(
        &codes::APPEND_PRECEDENCE,
        range,
        format!("what follows this `or` is an alternative to all of {what}, not to the appended part"),
    )
    .note("conditions are appended as text: `x` with `and a or b` is `(x and a) or b`");
    let (open, close) = (start as u32, (start + rest.trim_end().len()) as u32);
    match around(context, piece, open, close) {
        Some(edits) => ours.fix_all("put the appended alternatives in parentheses", edits, false),
        None => ours,
    }
}

/// Where the second alternative starts.
fn second_start(ast: &Ast) -> Option<u32> {
    let NodeKind::Or(children) = ast.kind(ast.root()) else { return None };
    ast.children(children).get(1).map(|child| ast.span(*child).start)
}

fn parentheses(context: &LintContext<'_>, base: &[ScalarId]) -> Option<Vec<Edit>> {
    let (first, last) = (*base.first()?, *base.last()?);
    let text = context.sources.scalar_text(first);
    let start = (text.len() - text.trim_start().len()) as u32;
    if first == last {
        return around(context, first, start, text.trim_end().len() as u32);
    }
    let end = context.sources.scalar_text(last).trim_end().len() as u32;
    Some(vec![put(context, first, start, "(", false)?, put(context, last, end, ")", true)?])
}

fn around(context: &LintContext<'_>, scalar: ScalarId, start: u32, end: u32) -> Option<Vec<Edit>> {
    Some(vec![put(context, scalar, start, "(", false)?, put(context, scalar, end, ")", true)?])
}

/// Puts text before the byte at `offset`, or after the byte that ends there.
fn put(context: &LintContext<'_>, scalar: ScalarId, offset: u32, text: &str, after: bool) -> Option<Edit> {
    let range = match after {
        false => Scalars::range(context.sources, scalar, Span::new(offset, offset + 1)),
        true => Scalars::range(context.sources, scalar, Span::new(offset.checked_sub(1)?, offset)),
    };
    let span = Span::empty(if after { range.span.end } else { range.span.start });
    Some(Edit { range: FileRange { file: range.file, span }, text: context.in_style(scalar, text)? })
}

fn starts_with(text: &str, word: &str) -> bool {
    let rest = text.trim_start().strip_prefix(word);
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_whitespace() || c == '('))
}

fn after_and(text: &str) -> Option<&str> {
    starts_with(text, "and").then(|| text.trim_start().get(3..).unwrap_or("").trim_start())
}

/// Whether a condition is a choice outside parentheses.
fn is_or(text: &str) -> bool {
    if !text.contains("or") {
        return false;
    }
    let Ok(ast) = parse(text, ParseOptions::LOAD).into_result() else { return false };
    let NodeKind::Or(_) = ast.kind(ast.root()) else { return false };
    // Parentheses around the whole leave no node: the choice's own span lies inside them.
    let mut depth = 0;
    let span = ast.span(ast.root());
    for byte in text.as_bytes().get(..span.start as usize).unwrap_or(&[]) {
        depth += i32::from(*byte == b'(');
    }
    depth == 0
}
