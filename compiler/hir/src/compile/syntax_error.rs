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

/// Where the parser gave up: the end of what stands before, the start of what comes, and what to do.
const HABITS: &[(&str, &str, &str)] = &[
    ("", "#", "there are no comments in conditions: put it above the key, outside `>` and `|`"),
    ("", "//", "there are no comments in conditions; in rule files they begin with `#`"),
    ("", "%", "fields have no `%` in conditions, only in outputs"),
    ("", "$", "fields and values are written without `$`; variables are not replaced"),
    ("", "not in", "`not` stands before the whole comparison: `not proc.name in (a, b)`"),
    ("", "not =", "write `!=`, or `not` before the whole comparison"),
    ("<", ">", "write `!=`"),
    ("", "~", "write `regex`, `glob` or `contains`"),
    ("~", "", "write `regex`, `glob` or `contains`"),
    ("", "&", "flags are texts: write `contains O_CREAT`"),
    ("exists", "=", "`exists` stands alone: write `proc.name exists`, or `not proc.name exists`"),
    ("val", "(", "`val(…)` stands on the right of a comparison only"),
    ("lower", "(", "write `tolower(…)`"),
    ("upper", "(", "write `toupper(…)`"),
    (" any", "(", "write `anyof (…)`"),
    (" all", "(", "write `allof (…)`"),
    (" any", "of", "write `anyof`, as one word"),
    ("", ")", "this `)` closes nothing"),
    ("", "\"", "a quote begins or ends a value as a whole: quote all of it"),
    ("", "'", "a quote begins or ends a value as a whole: quote all of it"),
];

/// Operators that need no blank after them, so that a misspelt one can begin with another.
const GLUED: &[&str] = &["exists", "intersects", "in", "pmatch"];

impl Compiler<'_, '_> {
    /// The condition does not parse.
    ///
    /// `source` is the event source whose fields may be meant.
    pub(super) fn syntax_error(
        &mut self,
        text: &Traced,
        unit: &Unit,
        context: Context,
        standing: &Standing,
        source: &str,
    ) {
        let Some(error) = unit.errors.first() else { return };
        let whole: Arc<str> = text.as_str().into();
        let context = context.in_condition(&whole, unit.position_at(error.offset));
        let no_field = self.compared_name(text.as_str(), error.span.start as usize).filter(|word| {
            let known = self.environment.fields(source).resolve(word.slice(text.as_str())).is_ok();
            !known
        });
        let (span, near) = match no_field {
            Some(word) => (word, Vec::new()),
            None => self.meant(text.as_str(), error.span, &error.message),
        };
        let written = word_at(text.as_str(), error.span.start as usize).slice(text.as_str());
        let translated = ELSEWHERE.iter().any(|(other, _)| *other == written);
        let place = self.place(text, span);
        // Without the list of all operators or transformers.
        let lists = [": one of ", ": 'val', "].iter().filter_map(|list| error.message.find(list));
        let message = &error.message[..lists.min().unwrap_or(error.message.len())];
        let mut ours = Diagnostic::new(&codes::CONDITION_SYNTAX, place.range, message);
        ours = if no_field.is_some() {
            let word = span.slice(text.as_str());
            ours.message = format!("`{word}` is compared, but it is no field");
            let near = self.environment.catalogue.nearest_fields(source, word);
            ours.suggest(place.range, near.iter().map(String::as_str))
        } else if let Some(habit) = habit(text.as_str(), error.span, &error.message).filter(|_| !translated) {
            ours.note(habit)
        } else if near.is_empty() {
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

    /// A name on the left of an operator that cannot be a field: without a dot, so that it is read as a macro's, or with
    /// a dot and a digit where a letter must be. The parser gives up only after its beginning.
    fn compared_name(&self, text: &str, at: usize) -> Option<Span> {
        let dotted = field_like(text, at).filter(|word| {
            let found = word.slice(text);
            found.contains('.') && found.contains(|c: char| c.is_ascii_alphabetic())
        });
        let word = dotted.or_else(|| {
            let rest = text.get(at..)?;
            let before = text.get(..at)?.trim_end();
            let word = field_like(text, before.len().checked_sub(1)?)?;
            let name = word.slice(text);
            let plain = starts_with_operator(rest) && word.end as usize == before.len();
            (plain && !KEYWORDS.contains(&name) && self.definitions.macros.position(name).is_none())
                .then_some(word)
        })?;
        // On the right of an operator it would be a value.
        let before = text.get(..word.start as usize)?.trim_end_matches([' ', '\t', '\n', '\r', '(']);
        let joined = before.is_empty()
            || KEYWORDS.iter().any(|keyword| {
                let outer = before.strip_suffix(keyword);
                outer.is_some_and(|outer| !outer.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
            });
        joined.then_some(word)
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

/// What joins conditions.
const KEYWORDS: [&str; 3] = ["and", "or", "not"];

/// The run of letters, digits, underscores and dots around an offset, unless it is part of a path or quoted.
fn field_like(text: &str, at: usize) -> Option<Span> {
    let inside = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let bytes = text.as_bytes();
    let before = bytes.get(..at)?.iter().rev().take_while(inside).count();
    let after = bytes.get(at..)?.iter().take_while(inside).count();
    let apart = |byte: Option<&u8>| {
        byte.is_none_or(|byte| {
            matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'(' | b')' | b'=' | b'!' | b'<' | b'>')
        })
    };
    let whole = apart(bytes.get(..at - before)?.last()) && apart(bytes.get(at + after));
    (before + after > 0 && whole).then(|| Span::from(at - before..at + after))
}

/// Whether a text begins with an operator, and with a blank or parenthesis after it if it is a word.
fn starts_with_operator(text: &str) -> bool {
    catalogue::OPERATORS.iter().any(|operator| {
        text.strip_prefix(operator.as_str()).is_some_and(|rest| {
            let word = operator.as_str().starts_with(|c: char| c.is_ascii_alphabetic());
            !word || rest.starts_with([' ', '\t', '\n', '\r', '(', ')']) || rest.is_empty()
        })
    })
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

/// What to do about a habit from other languages.
fn habit(text: &str, span: Span, message: &str) -> Option<&'static str> {
    if ["expected a string value", "expected a ')'"].iter().any(|other| message.starts_with(other)) {
        return None;
    }
    let (before, rest) = text.split_at_checked(span.start as usize)?;
    if message.starts_with("expected a '(' token") && rest.starts_with(['"', '\'']) {
        return Some("names of fields are written without quotes");
    }
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let found = HABITS.iter().find(|(end, start, _)| {
        let whole = rest
            .strip_prefix(start)
            .is_some_and(|after| !start.ends_with(inside) || !after.starts_with(inside));
        whole && before.trim_end().ends_with(end)
    });
    found.map(|(_, _, text)| *text)
}

fn explain(ours: Diagnostic, text: &str, span: Span) -> Diagnostic {
    let rest = text.get(span.start as usize..).unwrap_or("");
    let before = text.get(..span.start as usize).unwrap_or("");
    let doubled = KEYWORDS.iter().find(|word| {
        let first = before.trim_end().strip_suffix(*word).map(str::trim_end);
        first.is_some_and(|first| KEYWORDS.iter().any(|other| first.ends_with(other)))
    });
    if let Some(word) = doubled.filter(|_| ours.message.starts_with("unexpected token")) {
        return ours.note(format!("the last `{word}` is read as a name here: one word too many"));
    }
    let unit =
        before.ends_with(|c: char| c.is_ascii_digit()) && rest.starts_with(|c: char| c.is_ascii_alphabetic());
    if unit && ours.message.starts_with("unexpected token") {
        return ours.note("numbers are plain: no unit, no hexadecimal digits; times are in nanoseconds");
    }
    let before = before.trim_end();
    if rest.starts_with('!') && !rest.starts_with("!=") {
        return ours.note("negation is written `not`");
    }
    if ours.message.starts_with("expected a string value") && rest.starts_with(['"', '\'']) {
        return ours.note(
            "the quote is not closed; a text cannot end in two backslashes: write `\\x5c` for the last",
        );
    }
    if ours.message.starts_with("expected a string value") && rest.starts_with('(') {
        return ours.note(if before.ends_with('=') {
            "several values are compared with `in (…)`; for `!=` write `not … in (…)`"
        } else {
            "several values need `anyof` before them: `startswith anyof (…)`"
        });
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
