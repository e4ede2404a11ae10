//! Fields of outputs that end before the word does: Falco takes the longest prefix that is a field and prints the rest.

use syntax::span::Span;

use crate::check::output::OutputPart;
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::LintContext;

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    for condition in context.focused() {
        let (Some(rule), Some(compiled)) = (condition.rule, condition.compiled) else { continue };
        let text = compiled.output.as_str();
        for part in compiled.parts.iter() {
            let OutputPart::Value { span, operand, .. } = part else { continue };
            let Some(field) = operand.plain_field() else { continue };
            let rest = text.get(span.end as usize..).unwrap_or("");
            let len = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '[' | ']')))
                .unwrap_or(rest.len());
            let rest = rest.get(..len).unwrap_or("").trim_end_matches('.');
            let cut = match rest.as_bytes() {
                [first, ..] if first.is_ascii_alphanumeric() || *first == b'_' => true,
                [b'.', second, ..] => second.is_ascii_alphabetic(),
                [b'[', .., b']'] => true,
                _ => false,
            };
            if !cut {
                continue;
            }
            let whole = Span::new(span.start, span.end + rest.len() as u32);
            let word =
                whole.slice(text).trim_start_matches('%').trim_start_matches(|c: char| c.is_ascii_digit());
            let place = context.place(&compiled.output, whole);
            let message = format!("`{word}` is printed as the field `{}` and the text `{rest}`", field.text);
            let near = context.catalogue.nearest_fields(&rule.source, word);
            let mut ours = Diagnostic::new(&codes::OUTPUT_FIELD_CUT, place.range, message)
                .note(format!("there is no field `{word}`"));
            for name in near.iter().filter(|name| **name != field.text) {
                if let Some(edit) = context.edit(&compiled.output, whole, &format!("%{name}")) {
                    ours = ours.fix_all(format!("write `%{name}`"), vec![edit], false);
                }
            }
            found.push(ours);
        }
    }
}
