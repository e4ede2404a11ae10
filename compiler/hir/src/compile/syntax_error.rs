//! Conditions that do not parse: what was probably meant.

use std::sync::Arc;

use catalogue::suggest;
use syntax::ast::NodeKind;
use syntax::condition::{ParseOptions, parse};
use syntax::span::Span;

use crate::check::{Fields, Step, check_unit};
use crate::codes;
use crate::compile::Compiler;
use crate::compile::cache::Unit;
use crate::compile::macros::Unresolved;
use crate::compile::report::{with_layers, with_lists};
use crate::diagnostic::Diagnostic;
use crate::falco::{Context, LoadCode};
use crate::finding::Finding;
use crate::scope::Standing;
use crate::text::Traced;

/// Words of other languages, and what they are called here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("&&", "and"),
    ("||", "or"),
    ("AND", "and"),
    ("And", "and"),
    ("OR", "or"),
    ("Or", "or"),
    ("NOT", "not"),
    ("Not", "not"),
    ("!", "not"),
    ("like", "glob"),
];

/// Operators that need no blank after them, so that a misspelt one can begin with another.
const GLUED: &[&str] = &["exists", "intersects", "in", "pmatch"];

impl Compiler<'_, '_> {
    /// The condition does not parse.
    pub(super) fn syntax_error(&mut self, text: &Traced, unit: &Unit, context: Context, standing: &Standing) {
        let Some(error) = unit.errors.first() else { return };
        let whole: Arc<str> = text.as_str().into();
        let context = context.in_condition(&whole, unit.position_at(error.offset));
        let (span, near) = self.meant(text.as_str(), error.span, &error.message);
        let place = self.place(text, span);
        let mut ours = Diagnostic::new(&codes::CONDITION_SYNTAX, place.range, error.message.to_string());
        ours = if near.is_empty() {
            explain(ours, text.as_str(), error.span)
        } else {
            ours.suggest(place.range, near)
        };
        ours = with_lists(ours, &place, "from the list named here");
        ours = with_layers(ours, standing);
        let message = error.message.to_string();
        self.findings.push(Finding::new(LoadCode::ErrCompileCondition, message, context, ours));
    }

    /// What is wrong before the place where the parser gave up: names and values that were read well. Only our view has
    /// it. Without `fields`, names only.
    pub(super) fn before_syntax_error(&mut self, text: &Traced, unit: &Unit, fields: Option<&Fields<'_>>) {
        let Some(end) = unit.errors.first().map(|error| error.offset) else { return };
        let ast = parse(text.as_str(), ParseOptions::EDITOR).tree;
        let mut found = Vec::new();
        for node in ast.preorder(ast.root()) {
            let NodeKind::Identifier(name) = ast.kind(node) else { continue };
            let name = ast.text_lossy(name).into_owned();
            let between = text.as_str().get(ast.span(node).end as usize..end as usize);
            // The word right before the error may be half of something else.
            let whole = between.is_some_and(|between| !between.trim().is_empty());
            if whole && self.definitions.macros.position(&name).is_none() {
                let one = Unresolved { owner: usize::MAX, node, name, is_loop: false };
                found.push(self.unresolved_name(text, &ast, &one, None));
            }
        }
        let checked = fields.map(|fields| check_unit(&ast, fields, false));
        for step in checked.iter().flat_map(|checked| &checked.steps) {
            let Step::Fault(_, fault) = step else { continue };
            if fault.span.end < end && fault.code != &codes::CONDITION_SYNTAX {
                found.push(self.fault(text, fault));
            }
        }
        let findings = found.into_iter().map(|ours| Finding { issue: None, diagnostic: Some(ours) });
        self.findings.extend(findings);
    }

    /// The word that is wrong, and words that it may stand for. Where the parser gave up is sometimes only after it.
    fn meant<'w>(&self, text: &str, span: Span, message: &str) -> (Span, Vec<&'w str>) {
        let word = word_at(text, span.start as usize);
        let found = word.slice(text);
        if let Some((_, instead)) = ELSEWHERE.iter().find(|(other, _)| *other == found) {
            return (word, vec![instead]);
        }
        let operators = catalogue::OPERATORS.map(|op| op.as_str());
        if message.starts_with("expected a valid check operator") {
            return (span, suggest::nearest(found, operators));
        }
        if !message.starts_with("unexpected token") && message != "expected a ')' token" {
            return (span, Vec::new());
        }
        // `existsx` is read as `exists` and more, `interescts` as `in terescts`.
        let before = text.get(..span.start as usize).unwrap_or("").trim_end().len();
        for word in [word, word_at(text, before.saturating_sub(1))] {
            let found = word.slice(text);
            let near = suggest::nearest(found, operators);
            if !near.is_empty() && GLUED.iter().any(|glued| found.starts_with(glued) && found != *glued) {
                return (word, near);
            }
        }
        (span, suggest::nearest(found, ["and", "or"]))
    }
}

/// The run of word characters, or of others that are no blanks or parentheses, around an offset.
fn word_at(text: &str, at: usize) -> Span {
    let bytes = text.as_bytes();
    let class = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => 1,
        b' ' | b'\t' | b'\n' | b'\r' | b'(' | b')' | b',' => 0,
        _ => 2,
    };
    let Some(own) = bytes.get(at).map(|byte| class(*byte)).filter(|class| *class > 0) else {
        return Span::empty(at as u32);
    };
    let before = bytes.get(..at).unwrap_or(&[]).iter().rev().take_while(|byte| class(**byte) == own).count();
    let after = bytes.get(at..).unwrap_or(&[]).iter().take_while(|byte| class(**byte) == own).count();
    Span::from(at - before..at + after)
}

fn explain(ours: Diagnostic, text: &str, span: Span) -> Diagnostic {
    let rest = text.get(span.start as usize..).unwrap_or("");
    let before = text.get(..span.start as usize).unwrap_or("");
    let unit =
        before.ends_with(|c: char| c.is_ascii_digit()) && rest.starts_with(|c: char| c.is_ascii_alphabetic());
    if unit && ours.message.starts_with("unexpected token") {
        return ours.note("numbers are plain: no unit, no hexadecimal digits; times are in nanoseconds");
    }
    let before = before.trim_end();
    if rest.starts_with('!') && !rest.starts_with("!=") {
        return ours.note("negation is written `not`");
    }
    let after_word =
        before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-'));
    if ours.message.starts_with("unexpected token")
        && after_word
        && rest.starts_with(|c: char| c.is_ascii_alphabetic())
    {
        return ours.note("a value with blanks must be quoted, and conditions are joined by `and` or `or`");
    }
    ours
}
