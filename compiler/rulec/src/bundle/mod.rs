//! What bundles hold, for people: listing and comparison.

pub(crate) mod compare;
pub(crate) mod show;

use ir::{OutputField, Piece, Program, Rule};

/// An output as it would be written in a rule.
fn output(program: &Program, pieces: &[Piece]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(literal) => text.push_str(&literal.replace('%', "%%")),
            Piece::Value { slot, width } => {
                text.push('%');
                if let Some(width) = width {
                    text.push_str(&width.to_string());
                }
                text.push_str(&ir::print::slot(program, *slot));
            }
        }
    }
    text
}

/// The further fields of JSON alerts: `key` or `key: format`.
fn fields(program: &Program, rule: &Rule) -> Vec<String> {
    rule.output
        .fields
        .iter()
        .map(|field| match field {
            OutputField::Raw { key, .. } => key.to_string(),
            OutputField::Formatted { key, template } => format!("{key}: {}", output(program, template)),
        })
        .collect()
}
