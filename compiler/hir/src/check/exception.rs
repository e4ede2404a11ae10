//! Whether a text may be a field of an exception.

use catalogue::FieldErrorKind;
use syntax::condition::{ParseOptions, parse};
use syntax::span::Span;

use crate::check::{Fault, Fields, Step, check_unit};
use crate::codes;

/// Checks the text: a field, or with a parenthesis whatever `<text> exists` compiles with.
///
/// # Errors
/// The fault, and whether it is the field resolver's own error, which Falco reports for the whole file.
pub(crate) fn exception_field(text: &str, fields: &Fields<'_>) -> Result<(), (Fault, bool)> {
    let span = Span::new(0, text.len() as u32);
    if !text.contains('(') {
        return match fields.resolve(text) {
            Ok(_) => Ok(()),
            Err(error) => {
                let resolver = error.kind != FieldErrorKind::Unknown;
                Err((fields.fault(text, span, &error), resolver))
            }
        };
    }
    let condition = format!("{text} exists");
    let ast = match parse(&condition, ParseOptions::DESCRIBE).into_result() {
        Ok(ast) => ast,
        Err(error) => {
            return Err((Fault::new(&codes::EXCEPTION_FIELD, span, error.message.into_owned()), false));
        }
    };
    let unit = check_unit(&ast, fields, false);
    let fault = unit.steps.into_iter().find_map(|step| match step {
        Step::Fault(_, fault) => Some(fault),
        Step::Identifier(_) => Some(Fault::new(&codes::EXCEPTION_FIELD, span, "a macro is no field")),
        Step::Warning(_) => None,
    });
    match fault {
        Some(fault) => Err((fault, false)),
        None => Ok(()),
    }
}
