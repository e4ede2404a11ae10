//! What a transformer or field takes, while its arguments are typed.

use catalogue::{ArgKind, Transformer};

use crate::completion::{Expect, condition_state, context};
use crate::host::Analysis;

/// A signature with the argument that is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The whole.
    pub label: String,
    /// What it does.
    pub documentation: String,
    /// Its parameters.
    pub parameters: Vec<String>,
    /// Which of them is being typed.
    pub active: usize,
}

impl Analysis {
    /// The signature around `offset`.
    pub fn signature(&self, file: usize, offset: u32) -> Option<Signature> {
        let index = self.file(file)?;
        let (start, item) = index.item_at(offset)?;
        let before = index.text.get(start as usize..offset as usize)?;
        if let Some(field) = open_bracket(before) {
            return self.field_signature(&self.source_of(item), field);
        }
        let context = context(before);
        let crate::completion::Spot::Value { key, text } = &context.spot else { return None };
        let state = match key.as_str() {
            "condition" => condition_state(text),
            "output" => condition_state(text.rsplit_once('%')?.1),
            _ => return None,
        };
        let Expect::Argument { transformer, position } = state else { return None };
        let one = Transformer::from_text(&transformer)?;
        let usage = one.usage();
        let inside = usage.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')'));
        let parameters: Vec<String> =
            inside.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
        let active = position.min(parameters.len().saturating_sub(1));
        Some(Signature { label: usage.to_owned(), documentation: one.about().to_owned(), parameters, active })
    }

    fn field_signature(&self, source: &str, name: &str) -> Option<Signature> {
        let catalogue = &self.options().catalogue;
        let field = catalogue.fields(source).find(|field| field.name == name)?;
        let arg = field.arg?;
        let parameter = match arg.kind {
            ArgKind::Index => "index",
            ArgKind::IndexOrKey | ArgKind::Env => "index or name",
            ArgKind::Timestamp => "nanoseconds",
            _ => "name",
        };
        Some(Signature {
            label: format!("{name}[{parameter}]"),
            documentation: field.about.to_owned(),
            parameters: vec![parameter.to_owned()],
            active: 0,
        })
    }
}

/// The field whose argument's bracket is open at the end of a text.
fn open_bracket(before: &str) -> Option<&str> {
    let line = before.rsplit('\n').next()?;
    let (head, tail) = line.rsplit_once('[')?;
    if tail.contains([']', ' ', ',']) {
        return None;
    }
    let start =
        head.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_'))).map_or(0, |at| at + 1);
    let name = head.get(start..)?;
    name.contains('.').then_some(name)
}

#[cfg(test)]
mod tests {
    use crate::fixture::fixture;

    fn check(text: &str, expected: Option<(&str, usize)>) {
        let (analysis, file, offset) = fixture(text);
        let found = analysis.signature(file, offset);
        assert_eq!(found.as_ref().map(|one| (one.label.as_str(), one.active)), expected, "{text}");
    }

    #[test]
    fn transformers_and_arguments() {
        check("- macro: m\n  condition: proc.aname[$0", Some(("proc.aname[index]", 0)));
        check("- macro: m\n  condition: tolower($0", Some(("tolower(text)", 0)));
        check("- macro: m\n  condition: proc.name = $0", None);
        check("- rule: m\n  tags: [$0", None);
    }
}
