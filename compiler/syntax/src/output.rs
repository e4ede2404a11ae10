//! Output templates: text with `%field` and `%transformer(field)` (language.md 8.2).

use std::borrow::Cow;

use crate::ast::Ast;
use crate::condition::Operands;
use crate::error::{Parse, SyntaxError};
use crate::span::Span;

/// One piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputPiece {
    /// Text printed as it is.
    Literal(Span),
    /// A field or transformer.
    Field(OutputField),
}

/// A field or transformer in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputField {
    /// From the `%` to the end of the expression.
    pub span: Span,
    /// Fixed width in bytes: longer values are cut, shorter ones padded with spaces on the right. `None` for none or 0.
    pub width: Option<u32>,
    /// The expression's bytes in the template; offsets in `expr` count from its start.
    pub expr_span: Span,
    /// The expression; its root is a field or a transformer.
    pub expr: Ast,
}

/// A parsed template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// Whether it began with `*`, which is not a piece: missing values do not suppress the output.
    pub star: bool,
    /// The pieces in order; together with the `*` they cover the text.
    pub pieces: Vec<OutputPiece>,
}

const EMPTY: &str = "empty formatting token";
const ENDS_WITH_PERCENT: &str = "invalid formatting syntax: formatting cannot end with a %";
const ENDS_WITH_NUMBER: &str = "invalid formatting syntax: formatting cannot end with a number";
/// Falco says why a longer text failed, but the reason it keeps is that of the shortest, which is empty.
const UNKNOWN: &str = "unknown filter: unexpected token after '";

/// Errors after which the rest of a template counts as text.
const MAX_ERRORS: usize = 32;

fn error(message: &'static str, span: Span) -> SyntaxError {
    SyntaxError { message: Cow::Borrowed(message), offset: span.start, span }
}

/// Parses a template. `accepts` says whether a field or transformer exists and its types fit; it is asked for the
/// longest candidate first, and the first it accepts is taken: `%proc.namex` is the field `proc.name` and an `x`.
///
/// After an error the `%` counts as text, so that all errors are found; the first is Falco's.
pub fn parse(text: &str, mut accepts: impl FnMut(&Ast) -> bool) -> Parse<Template> {
    let mut template = Template::default();
    let mut errors = Vec::new();
    if text.is_empty() {
        errors.push(error(EMPTY, Span::empty(0)));
        return Parse { tree: template, errors };
    }
    template.star = text.starts_with('*');
    let mut literal = usize::from(template.star);
    let mut at = literal;
    while let Some(percent) = text.get(at..).and_then(|rest| rest.find('%')).map(|found| at + found) {
        let digits_start = percent + 1;
        let digits = text.bytes().skip(digits_start).take_while(u8::is_ascii_digit).count();
        let start = digits_start + digits;
        at = start;
        let rest = text.get(start..).unwrap_or("");
        if rest.is_empty() {
            let message = if digits == 0 { ENDS_WITH_PERCENT } else { ENDS_WITH_NUMBER };
            errors.push(error(message, Span::from(percent..start)));
            break;
        }
        if errors.len() >= MAX_ERRORS {
            break;
        }
        let mut operands = Operands::new(rest);
        let Some((expr, len)) = operands.find(|(expr, _)| accepts(expr)) else {
            let end = start + operands.longest().max(1);
            let end = (end..=text.len()).find(|&end| text.is_char_boundary(end)).unwrap_or(text.len());
            errors.push(error(UNKNOWN, Span::from(percent..end)));
            continue;
        };
        if literal < percent {
            template.pieces.push(OutputPiece::Literal(Span::from(literal..percent)));
        }
        let end = start + len;
        template.pieces.push(OutputPiece::Field(OutputField {
            span: Span::from(percent..end),
            width: width(text.get(digits_start..start).unwrap_or("")),
            expr_span: Span::from(start..end),
            expr,
        }));
        literal = end;
        at = end;
    }
    if literal < text.len() {
        template.pieces.push(OutputPiece::Literal(Span::from(literal..text.len())));
    }
    Parse { tree: template, errors }
}

/// A width; what does not fit 31 bits is as wide as that.
fn width(digits: &str) -> Option<u32> {
    let digits = digits.trim_start_matches('0');
    let largest = i32::MAX.unsigned_abs();
    (!digits.is_empty()).then(|| digits.parse::<u32>().map_or(largest, |width| width.min(largest)))
}
